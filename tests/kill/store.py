#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop during import and compaction: nothing acknowledged is lost, nothing is doubled.

An import is there as a whole or not at all, and a store that was killed opens, verifies and goes on. Ten kills in the
short run, a hundred with HINOMI_TEST_ALL. The seed is printed; HINOMI_SEED repeats a run. TAP.
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


print(f"# seed {SEED}")
with tempfile.TemporaryDirectory(prefix="hinomi-kill.") as name:
    imports(pathlib.Path(name))
    compactions(pathlib.Path(name))
print(f"1..{points}")
sys.exit(1 if faults else 0)
