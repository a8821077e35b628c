#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop on intake and sending: what was taken is filed once, no letter goes out twice unasked.

`mail take` and hinomi-jobs are killed at moments spread over their work, two of three times once the database is being written.
Afterwards each mail whose taking was acknowledged is filed exactly once; the mail server has at most one copy of each letter,
exactly one of those that count as sent; what is in between is uncertain, and only that. Ten kills in the short run, a hundred
with HINOMI_TEST_ALL. The seed is printed; HINOMI_SEED repeats a run. TAP.
"""
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(os.environ["HINOMI_SOURCE"]) / "tests/desk"))
from centre import BUILD, HINOMI, Centre, end, mail, point, points_of, postgres  # noqa: E402

KILLS = 100 if os.environ.get("HINOMI_TEST_ALL") else 10
SEED = int(os.environ.get("HINOMI_SEED", random.SystemRandom().randrange(1 << 32)))
chance = random.Random(SEED)


class Writes:
    """Waits until the database's log grows."""

    def __init__(self, c):
        self.wal = c.folder / "cases.db-wal"
        self.log = postgres.Log() if "://" in str(c.database) else None

    def close(self):
        if self.log:
            self.log.close()

    def bytes(self):
        if self.log:
            return self.log.place()
        try:
            return self.wal.stat().st_size
        except OSError:
            return 0

    def wait(self, child, seconds):
        before, until = self.bytes(), time.monotonic() + seconds
        while child.poll() is None and time.monotonic() < until and self.bytes() == before:
            time.sleep(0.0005)
        return self.bytes() != before


def kill(child, writes, turn):
    """Kills it; whether that was inside a write."""
    is_inside = writes.wait(child, 8) if turn % 3 else time.sleep(chance.random() * 0.05) is not None
    time.sleep(chance.random() * (0.03 if is_inside else 0.2))
    if child.poll() is not None:
        return None
    child.send_signal(signal.SIGKILL)
    child.wait()
    return is_inside


def take(c, number, writes, is_killed, turn):
    """The subject, once it was acknowledged; else None."""
    subject = f"report {number}"
    child = subprocess.Popen([HINOMI, "mail", "take", "-c", c.folder / "hinomi.conf", "-q"], stdin=subprocess.PIPE, cwd=c.folder,
                             stderr=subprocess.DEVNULL)
    child.stdin.write(mail(f"r{number}@example.com", subject, "http://phish.example.jp/"))
    child.stdin.close()
    if is_killed:
        kill(child, writes, turn)
    return subject if child.wait() == 0 else None


def main(c):
    writes, taken, letters, kills, inside = Writes(c), [], [], 0, 0
    contact = c.run("contact", "add", "Party", "party@isp.example.net", "--country", "JP")
    for turn in range(KILLS * 3):
        if kills >= KILLS:
            break
        taken += filter(None, [take(c, turn * 10 + i, writes, i == 2, turn) for i in range(3)])
        incident = c.run("incident", "make", "--category", "scan", "--title", f"t{turn}")
        letters.append(c.letter(contact, [incident], f"letter {turn}", "please", "--plain"))
        c.run("letter", "send", letters[-1])
        with open(c.folder / "jobs.log", "ab") as log:
            jobs = subprocess.Popen([BUILD / "src/process/hinomi-jobs", "-c", "hinomi.conf"], cwd=c.folder, stderr=log)
        was = kill(jobs, writes, turn)
        kills += was is not None
        inside += bool(was)
    print(f"# seed {SEED}: {kills} kills of the jobs, {inside} inside a write; {len(taken)} mails, {len(letters)} letters")
    point(kills >= KILLS and inside * 5 >= kills, "killed often enough, a fifth inside a write", f"{inside} of {kills}")
    with points_of("afterwards all is settled"):
        c.until(lambda: not c.rows("mail", "list", "--state", "new") and not c.rows("letter", "list", "--state", "queued") and
                not c.rows("letter", "list", "--state", "sending"), 60)
    c.stop()
    writes.close()
    check(c, taken, letters)


def check(c, taken, letters):
    with points_of("every mail that was acknowledged is filed once"):
        filed = collections.Counter(r["subject"] for r in c.rows("report", "list", "--count", "100000"))
        assert all(filed[s] == 1 for s in taken), [s for s in taken if filed[s] != 1]
        assert max(filed.values()) == 1, filed.most_common(3)
    with points_of("no letter went out twice; those that count as sent went once; an uncertain one was on its way"):
        copies = collections.Counter(m["Message-ID"] for m in c.sink.mails())
        assert not copies or max(copies.values()) == 1, copies.most_common(3)
        for row in c.rows("letter", "list", "--count", "100000"):
            n = copies[f"<{row['message_id']}>"]
            assert row["state"] in ("sent", "uncertain"), row
            assert n == 1 or row["state"] == "uncertain", row
    with points_of("each request follows its letter"):
        states = {row["ref"]: row["state"] for row in c.rows("letter", "list", "--count", "100000")}
        for q in c.rows("request", "list"):
            assert q["state"] == ("asked" if states[q["letter"]] == "sent" else "prepared"), q
        assert {q["letter"] for q in c.rows("request", "list")} >= set(letters)


with Centre(signs=False) as centre:
    main(centre)
end()
