#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop on who writes to the case database: a note, a review of a rise.

What a command said it had done is there; what was killed is there as a whole or not at all, with its event in the
timeline, once; the database stays whole. Ten kills of each kind in the short run, a hundred with HINOMI_TEST_ALL. The
seed is printed; HINOMI_SEED repeats a run. TAP.
"""
import json
import os
import pathlib
import random
import signal
import sqlite3
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
    print(f"{'ok' if is_good else 'not ok'} {points} - {name}", flush=True)
    for line in str(why).splitlines() if not is_good else []:
        print(f"# {line}")


def run(*words):
    return subprocess.run([HINOMI, *words], capture_output=True, text=True)


class Cases:
    def __init__(self, folder):
        self.db, self.wal = folder / "cases.db", folder / "cases.db-wal"
        self.turn = 0

    def wal_bytes(self):
        try:
            return self.wal.stat().st_size
        except OSError:
            return 0

    def kill(self, words, longest):
        """Starts the command and kills it; two times of three once it writes. Whether it was killed, and inside a write."""
        child = subprocess.Popen([HINOMI, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before, end = self.wal_bytes(), time.monotonic() + 20
        self.turn += 1
        if self.turn % 3:
            while child.poll() is None and time.monotonic() < end and self.wal_bytes() == before:
                pass
            time.sleep(chance.random() * 0.004)
        else:
            time.sleep(chance.random() * longest)
        inside = child.poll() is None and self.wal_bytes() != 0
        child.send_signal(signal.SIGKILL)
        is_killed = child.wait() == -signal.SIGKILL
        return is_killed, is_killed and inside

    def ask(self, query):
        c = sqlite3.connect(self.db)
        rows = c.execute(query).fetchall()
        c.close()
        return rows

    def faults(self):
        return "\n".join(str(row) for row in [
            *(row for row in self.ask("PRAGMA integrity_check") if row[0] != "ok"), *self.ask("PRAGMA foreign_key_check"),
            *self.ask("SELECT ref FROM record r WHERE NOT EXISTS (SELECT 1 FROM record_event e WHERE e.record_id = r.id)")])

    def events(self):
        return self.ask("SELECT count(*) FROM record_event")[0][0]


def loop(cases, what, words_of, shown):
    """`words_of(i)` is a write after which shown() is str(i); each write adds the same number of events to timelines."""
    began = time.monotonic()
    first = run(*words_of(0))
    longest = 1.5 * (time.monotonic() - began)
    if first.returncode or shown() != "0":
        point(False, f"{what} can be written", f"{shown()}\n{first.stderr}")
        return
    events = cases.events()
    run(*words_of(1))
    a_write = cases.events() - events
    known, events = shown(), cases.events()
    killed = inside = kept = 0
    for i in range(2, 8 * KILLS):
        if killed >= KILLS:
            break
        was_killed, was_inside = cases.kill(words_of(i), longest)
        killed, inside = killed + was_killed, inside + was_inside
        seen, told, why = shown(), cases.events(), cases.faults()
        is_there = seen == str(i)
        kept += was_killed and is_there
        if why or seen not in (known, str(i)) or not (was_killed or is_there) or told != events + a_write * is_there:
            point(False, f"{what} after a kill", f"seen {seen}, before {known}, written {i}, killed {was_killed}, "
                  f"{told} events, before {events}, {a_write} a write\n{why}")
            return
        known, events = seen, told
    point(a_write > 0, f"{what}: a change has its event")
    point(killed >= KILLS, f"{killed} writers of {what} killed ({kept} had committed): nothing lost, halved or doubled")
    point(inside * 5 >= killed, f"{inside} of them inside a write")


def rows():
    """A port at which it becomes loud for three days."""
    out = ["time,sensor,source,protocol,source_port,port"]
    for day in range(1, 29):
        for hour in range(24):
            for sensor in range(6):
                for k in range(20 if 20 <= day < 23 else 1):
                    out.append(f"2013-05-{day:02}T{hour:02}:{k:02}:{sensor:02}Z,s{sensor},240.{day}.{hour}.{sensor * 20 + k},"
                               f"tcp,{1024 + k},5900")
    return "\n".join(out) + "\n"


def main(folder):
    cases = Cases(folder)
    db, store = str(cases.db), str(folder / "store")
    (folder / "rows.csv").write_text(rows())
    run("observe", "import", "-q", "-d", store, str(folder / "rows.csv"))
    run("filter", "save", "--db", db, "other", "dport", "1")

    def listed(*words):
        return [json.loads(line) for line in run(*words, "--db", db, "--json").stdout.splitlines()]

    def note():
        return "|".join(row["text_en"] for row in listed("observe", "note"))

    def review():
        return "|".join(row["suspected_cause"] for row in listed("surge", "table"))

    rise = listed("surge", "list", "-d", store)[0]
    loop(cases, "a note", lambda i: ["observe", "note", "2013Q2", "--db", db, "--note-en", str(i)], note)
    loop(cases, "a review", lambda i: ["surge", "confirm", rise["port"], rise["start"][:16] + "Z", "-d", store, "--db", db,
                                       "--cause-en", str(i)], review)
    got = run("filter", "list", "--db", db, "--csv").stdout
    point("other," in got, "what was not touched is as it was", got)


print(f"# seed {SEED}")
with tempfile.TemporaryDirectory(prefix="hinomi-kill.") as name:
    main(pathlib.Path(name))
print(f"1..{points}")
sys.exit(1 if faults else 0)
