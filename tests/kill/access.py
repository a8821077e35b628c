#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop on the staff pages, while somebody logs in or chooses another password, and while the log is sealed.

What was answered is there afterwards: the session, the new password. What was not is there as a whole or not at all: one
password opens the account, never none or both; the audit log is whole. Ten kills of each kind in the short run, a
hundred with HINOMI_TEST_ALL. The seed is printed; HINOMI_SEED repeats a run. TAP.
"""
import http.client
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PROGRAMS = os.environ["HINOMI_BUILD"] + "/src/process/"
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


def hinomi(*words, text=""):
    return subprocess.run([PROGRAMS + "hinomi", *words], input=text, capture_output=True, text=True)


class Pages:
    """The server; a new one after each kill."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "store").mkdir()
        self.start()

    def start(self):
        self.child = subprocess.Popen([PROGRAMS + "hinomi-staff", "-c", "/dev/null", "--listen", "127.0.0.1:0", "--data", "store", "--db", "c.db"],
                                      cwd=self.folder, stderr=subprocess.PIPE, text=True)
        for line in self.child.stderr:
            found = re.search(r"address=http://127.0.0.1:(\d+)", line)
            if found:
                self.port = int(found[1])
                break
        threading.Thread(target=self.child.stderr.read, daemon=True).start()

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()


class Browser:
    def __init__(self, pages):
        self.pages, self.cookies = pages, {}

    def ask(self, path, form=None):
        """Status, location and body; None: no answer."""
        try:
            c = http.client.HTTPConnection("127.0.0.1", self.pages.port, timeout=20)
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            c.request("GET" if form is None else "POST", path, urllib.parse.urlencode(form) if form is not None else None, headers)
            answer = c.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, answer.getheader("Location"), body

    def post(self, path, **form):
        shown = self.ask(path)
        found = re.search(r'name="csrf" value="([0-9a-f]*)"', shown[2]) if shown else None
        return self.ask(path, {"csrf": found[1], **form}) if found else shown

    def login(self, password):
        return self.post("/login", login="suzuki", password=password)

    def is_in(self):
        got = self.ask("/account")
        return bool(got) and got[0] == 200


def opens(pages, password):
    got = Browser(pages).login(password)
    return bool(got) and got[0] == 303


def damage(folder):
    c = sqlite3.connect(folder / "c.db")
    rows = [r for r in c.execute("PRAGMA integrity_check") if r[0] != "ok"] + c.execute("PRAGMA foreign_key_check").fetchall()
    # Each session has its line in the log, and each line its session.
    made = c.execute("SELECT count(*) FROM access_session").fetchone()[0]
    told = c.execute("SELECT count(*) FROM access_audit WHERE what IN ('logged in', 'changed password')").fetchone()[0]
    c.close()
    log = hinomi("audit", "verify", "--db", str(folder / "c.db"))
    return "\n".join([*map(str, rows), *([f"{made} sessions, {told} told"] if made != told else []),
                      *([log.stdout + log.stderr] if log.returncode else [])])


def during(pages, longest, work):
    """Does the work and kills the server meanwhile; what the work gave."""
    got = []
    thread = threading.Thread(target=lambda: got.append(work()))
    thread.start()
    time.sleep((0.4 + chance.random()) * longest)
    pages.kill()
    thread.join()
    pages.start()
    return got[0]


def logins(pages, folder, password):
    answered = 0
    began = time.monotonic()
    opens(pages, password)
    longest = time.monotonic() - began
    for _ in range(KILLS):
        browser = Browser(pages)
        got = during(pages, longest, lambda b=browser: b.login(password))
        is_answered = bool(got) and got[0] == 303
        answered += is_answered
        why = damage(folder)
        if why or (is_answered and not browser.is_in()) or not opens(pages, password):
            point(False, "a login after a kill", f"answered {got and got[:2]}\n{why}")
            return
    point(True, f"{KILLS} servers killed during logins ({answered} had answered): who was let in stays in")


def passwords(pages, folder, password):
    answered = kept = 0
    began = time.monotonic()
    browser = Browser(pages)
    browser.login(password)
    browser.post("/account", act="password", old_password="wrong", password="x" * 12, again="x" * 12)
    longest = 1.2 * (time.monotonic() - began)
    for i in range(KILLS):
        browser, other = Browser(pages), f"password number {i}"
        browser.login(password)
        got = during(pages, longest, lambda b=browser, old=password, new=other: b.post(
            "/account", act="password", old_password=old, password=new, again=new))
        is_answered = bool(got) and got[0] == 303
        is_new, is_old, why = opens(pages, other), opens(pages, password), damage(folder)
        answered, kept = answered + is_answered, kept + is_new
        if why or is_new == is_old or (is_answered and not (is_new and browser.is_in())):
            point(False, "a password after a kill", f"answered {got and got[:2]}, new {is_new}, old {is_old}\n{why}")
            return password
        password = other if is_new else password
    point(True, f"{KILLS} servers killed during a change of the password ({answered} had answered, {kept} had changed): one password opens")
    return password


def seals(folder):
    db = str(folder / "c.db")
    for i in range(KILLS):
        for _ in range(20):
            c = sqlite3.connect(db)
            c.executemany("INSERT INTO access_audit (at, actor, what, about) VALUES (1, 'a', 'tried', ?)", [(str(i),)] * 50)
            c.commit()
            c.close()
        child = subprocess.Popen([PROGRAMS + "hinomi", "audit", "seal", "--db", db], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 0.06)
        child.kill()
        child.wait()
        why = damage(folder)
        if why:
            point(False, "the log after a kill", why)
            return
    hinomi("audit", "seal", "--db", db)
    said = hinomi("audit", "verify", "--db", db).stdout
    point("not sealed" not in said, f"{KILLS} killed while they sealed the log: it is whole, and gets sealed", said)


def main(folder):
    password = "a password of mine"
    made = hinomi("account", "add", "--db", str(folder / "c.db"), "suzuki", "--role", "all", text=password + "\n")
    point(made.returncode == 0, "an account", made.stderr)
    pages = Pages(folder)
    logins(pages, folder, password)
    passwords(pages, folder, password)
    seals(folder)
    pages.kill()


print(f"# seed {SEED}")
with tempfile.TemporaryDirectory(prefix="hinomi-kill.") as name:
    main(pathlib.Path(name))
print(f"1..{points}")
sys.exit(1 if faults else 0)
