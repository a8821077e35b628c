#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop during import and compaction, by the command and by the collector: nothing acknowledged is lost,
nothing is doubled.

An import is there as a whole or not at all, and a store that was killed opens, verifies and goes on. Ten kills of each
kind in the short run, a hundred with HINOMI_TEST_ALL. The seed is printed; HINOMI_SEED repeats a run. TAP.
"""
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

HINOMI = os.environ["HINOMI_BUILD"] + "/src/process/hinomi"
KILLS = 100 if os.environ.get("HINOMI_TEST_ALL") else 10
SEED = int(os.environ.get("HINOMI_SEED", random.SystemRandom().randrange(1 << 32)))
chance = random.Random(SEED)
points, faults = 0, 0


def point(is_good, name, why=""):
    global points, faults
    points += 1
    faults += not is_good
    print(f"{'ok' if is_good else 'not ok'} {points} - {name}")
    for line in str(why).splitlines() if not is_good else []:
        print(f"# {line}")


def run(*words):
    return subprocess.run([HINOMI, *words], capture_output=True, text=True)


def make_file(path, number, rows):
    with open(path, "w") as out:
        out.write("time,sensor,source,protocol,source_port,port\n")
        for i in range(rows):
            minute = chance.randrange(60 * 24 * 40)
            out.write(f"2013-05-{1 + minute // 1440 % 28:02}T{minute // 60 % 24:02}:{minute % 60:02}:{i % 60:02}Z,"
                      f"s{i % 7},240.0.{number}.{i % 251},tcp,{1024 + i % 60000},{chance.choice((22, 23, 80, 445, i % 65536))}\n")


def manifest(store):
    path = store / "MANIFEST"
    return path.read_text() if path.exists() else ""


def unnamed(store):
    """Files of the store that its manifest does not name: a writer was at work."""
    named = {f"segment-{int(line.split()[1]):06}" for line in manifest(store).splitlines() if line.startswith("segment ")}
    return [p.name for p in store.iterdir() if p.name.startswith(("segment-", "MANIFEST.new")) and p.name not in named]


def kill_during(store, words, longest):
    """Starts the command, kills it after a chosen while; two times of three only once it has begun to write. Returns
    whether it was killed, and whether inside a write."""
    before = set(unnamed(store)) if store.exists() else set()
    child = subprocess.Popen([HINOMI, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kill_during.turn += 1
    if kill_during.turn % 3:
        end = time.monotonic() + 20
        while child.poll() is None and time.monotonic() < end:
            if store.exists() and set(unnamed(store)) - before:
                break
        time.sleep(chance.random() * longest * 0.3)
    else:
        time.sleep(chance.random() * longest)
    child.send_signal(signal.SIGKILL)
    status = child.wait()
    return status == -signal.SIGKILL, status == -signal.SIGKILL and store.exists() and bool(unnamed(store))


kill_during.turn = 0


def events(store):
    got = run("store", "verify", "-d", str(store))
    if got.returncode != 0:
        return -1, got.stdout + got.stderr
    return int(got.stdout.split(" events")[0].split()[-1]), ""


def imports(folder):
    store, files, sizes = folder / "store", [], []
    for number in range(4):
        path = folder / f"file{number}.csv"
        sizes.append(20000 + 5000 * number)
        make_file(path, number, sizes[-1])
        files.append(path)
    began = time.monotonic()
    run("observe", "import", "-q", "-d", str(folder / "trial"), str(files[-1]))
    longest = time.monotonic() - began
    inside = killed = 0
    done = set()
    for _ in range(KILLS * 4):
        if killed >= KILLS:
            break
        number = chance.randrange(len(files))
        was_killed, was_inside = kill_during(store, ["observe", "import", "-q", "-d", str(store), str(files[number])], longest)
        killed += was_killed
        inside += was_inside
        if not manifest(store):
            continue
        present = {n for n in range(len(files)) if f"/file{n}.csv\n" in manifest(store)}
        if not was_killed:
            done.add(number)
        if not done <= present:
            point(False, "an import that ended well is there", f"{done} {present}")
        done = present
        count, why = events(store)
        if count != sum(sizes[n] for n in present):
            point(False, "events after a kill", f"{count} for {present}\n{why}")
            return
        if len(done) == len(files):
            for p in store.iterdir():
                p.unlink()
            done = set()
    point(killed >= KILLS, f"{killed} imports killed")
    point(inside * 5 >= killed, f"{inside} of them inside a write")
    got = run("observe", "import", "-q", "-d", str(store), *map(str, files))
    count, why = events(store)
    point(got.returncode == 0 and count == sum(sizes), "afterwards all files are there, each once", f"{count} {why} {got.stderr}")
    point(not unnamed(store), "nothing is left over")


def compactions(folder):
    store = folder / "many"
    for number in range(12):
        path = folder / f"piece{number}.csv"
        make_file(path, number, 6000)
        run("observe", "import", "-q", "-d", str(store), str(path))
    cells = run("observe", "cells", "-d", str(store), "--csv").stdout
    pristine = folder / "pristine"
    subprocess.run(["cp", "-r", store, pristine], check=True)
    began = time.monotonic()
    run("store", "compact", "-q", "-d", str(pristine))
    longest = time.monotonic() - began
    subprocess.run(["rm", "-rf", pristine], check=True)
    subprocess.run(["cp", "-r", store, pristine], check=True)
    inside = killed = 0
    for _ in range(KILLS * 4):
        if killed >= KILLS:
            break
        was_killed, was_inside = kill_during(store, ["store", "compact", "-q", "-d", str(store)], longest)
        killed += was_killed
        inside += was_inside
        count, why = events(store)
        if count != 72000 or run("observe", "cells", "-d", str(store), "--csv").stdout != cells:
            point(False, "figures after a kill", f"{count}\n{why}")
            return
        if not was_killed:
            subprocess.run(["rm", "-rf", store], check=True)
            subprocess.run(["cp", "-r", pristine, store], check=True)
    point(killed >= KILLS, f"{killed} compactions killed")
    point(inside * 5 >= killed, f"{inside} of them inside a write")
    run("store", "compact", "-q", "-d", str(store))
    point(run("observe", "cells", "-d", str(store), "--csv").stdout == cells, "figures are the same after compaction")


class Collector:
    """hinomi-collect on a store: imports are handed over to it, and it compacts at its start."""

    def __init__(self, folder, store):
        self.folder, self.store = folder, store
        self.process = None

    def start(self):
        (self.store / "handover").unlink(missing_ok=True)
        self.process = subprocess.Popen([HINOMI + "-collect", "--data", self.store, "--listen", "127.0.0.1:0", "--folder",
                                         self.folder / "collect"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not (self.store / "handover").exists() and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.01)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def is_making(self):
        return any(p.name.startswith("segment-made") for p in self.store.iterdir())

    def wait_making(self, child):
        """Until the collector's child writes a file, or the command has ended."""
        end = time.monotonic() + 10
        while not self.is_making() and time.monotonic() < end and (child is None or child.poll() is None):
            pass
        return self.is_making()


def handed_over(folder):
    """The collector is killed while it takes an import. The command says whether it was taken; where it says no, the same
    import again is taken or known, and the events are there once."""
    store = folder / "handed"
    collector = Collector(folder, store)
    inside = killed = answered = wrong = 0
    expected = 0
    for turn in range(KILLS):
        path, rows = folder / f"handed{turn}.csv", 30000 + 100 * turn
        make_file(path, turn % 200, rows)
        words = [HINOMI, "observe", "import", "-q", "-d", str(store), str(path)]
        collector.start()
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if turn % 3:
            collector.wait_making(child)
            time.sleep(chance.random() * 0.01)
        else:
            time.sleep(chance.random() * 1.2)
        inside += collector.is_making()
        collector.kill()
        killed += 1
        status = child.wait()
        answered += status == 0
        if status == 0 and f"/handed{turn}.csv\n" not in manifest(store):
            wrong += 1
        collector.start()
        again = subprocess.run(words, capture_output=True, text=True)
        collector.kill()
        expected += rows
        count, why = events(store)
        if again.returncode != 0 or count != expected:
            point(False, "events after a kill", f"{count} for {expected}\n{why}\n{again.stderr}")
            return
    point(wrong == 0, f"{answered} imports were acknowledged before the kill, and are there")
    point(killed >= KILLS, f"{killed} collectors killed while they took an import; nothing lost, nothing doubled")
    point(inside * 5 >= killed, f"{inside} of them inside a write")
    run("store", "compact", "-q", "-d", str(store))
    point(not unnamed(store), "nothing is left over")


def collector_compacts(folder):
    store, pristine = folder / "compacting", folder / "pristine2"
    for number in range(12):
        path = folder / f"part{number}.csv"
        make_file(path, number, 6000)
        run("observe", "import", "-q", "-d", str(store), str(path))
    cells = run("observe", "cells", "-d", str(store), "--csv").stdout
    subprocess.run(["cp", "-r", store, pristine], check=True)
    collector = Collector(folder, store)
    inside = 0
    for turn in range(KILLS):
        collector.start()
        if turn % 3:
            collector.wait_making(None)
            time.sleep(chance.random() * 0.02)
        else:
            time.sleep(chance.random() * 0.5)
        inside += collector.is_making()
        collector.kill()
        count, why = events(store)
        if count != 72000 or run("observe", "cells", "-d", str(store), "--csv").stdout != cells:
            point(False, "figures after a kill of the collector", f"{count}\n{why}")
            return
        subprocess.run(["rm", "-rf", store], check=True)
        subprocess.run(["cp", "-r", pristine, store], check=True)
    point(True, f"{KILLS} collectors killed while they compacted")
    point(inside * 5 >= KILLS, f"{inside} of them inside a write")


print(f"# seed {SEED}")
with tempfile.TemporaryDirectory(prefix="hinomi-kill.") as name:
    imports(pathlib.Path(name))
    compactions(pathlib.Path(name))
    handed_over(pathlib.Path(name))
    collector_compacts(pathlib.Path(name))
print(f"1..{points}")
sys.exit(1 if faults else 0)
