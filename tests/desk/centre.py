# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A centre in a folder for tests of the incident desk: its keys, its mail server's sink, its jobs, its commands; and TAP.

    with Centre() as c:
        c.take(mail("reporter@example.com", "Phishing", "http://phish.example.jp/"))
        c.until(lambda: c.rows("report", "list"))
"""
import contextlib
import email
import email.policy
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SOURCE, BUILD = (pathlib.Path(os.environ[n]) for n in ("HINOMI_SOURCE", "HINOMI_BUILD"))
sys.path.insert(0, str(SOURCE / "tests/db"))
import postgres  # noqa: E402

HINOMI = BUILD / "src/process/hinomi"
ADDRESS = "csirt@csirt.example.org"
points, faults, number = 0, 0, 0


def point(is_good, name, why=""):
    global points, faults
    points += 1
    faults += not is_good
    print(f"{'ok' if is_good else 'not ok'} {points} - {name}", flush=True)
    for line in str(why).splitlines() if not is_good else []:
        print(f"# {line}", flush=True)


@contextlib.contextmanager
def points_of(name):
    """All that is asserted inside is one point; what goes wrong inside is said, and the next one is tried."""
    try:
        yield
    except Exception as why:  # noqa: BLE001
        point(False, name, f"{type(why).__name__}: {why}")
    else:
        point(True, name)


def end():
    print(f"1..{points}")
    sys.exit(1 if faults else 0)


def mail(sender, subject, text, to=ADDRESS, answers=None, **headers):
    """The bytes of a mail, in UTF-8 unless it is given otherwise."""
    global number
    number += 1
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["Received"] = f"from mx by here; number {number}"
    m["From"], m["To"], m["Subject"] = sender, to, subject
    m["Message-ID"] = headers.pop("message_id", f"<{number}.{os.getpid()}@{sender.split('@')[-1].strip('>')}>")
    if answers:
        m["In-Reply-To"] = f"<{answers}>"
    for name, value in headers.items():
        m[name.replace("_", "-")] = value
    m.set_content(text)
    return m.as_bytes()


class Sink:
    """The mail server that letters go to; see tests/net/smtp_sink.py."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, SOURCE / "tests/net/smtp_sink.py", folder, *map(str, options)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def mails(self):
        return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in sorted(self.folder.glob("*.eml"))]

    def raw(self):
        return [p.read_bytes() for p in sorted(self.folder.glob("*.eml"))]


class Keys:
    """A folder of GnuPG with one key pair."""

    def __init__(self, folder, address):
        self.folder, self.address = folder, address
        folder.mkdir(mode=0o700)
        self.gpg("--passphrase", "", "--quick-generate-key", address, "future-default", "default", "never")
        self.public = folder.with_suffix(".asc")
        self.public.write_bytes(self.gpg("--armor", "--export", address).stdout)

    def gpg(self, *words, **more):
        return subprocess.run(["gpg", "--homedir", self.folder, "--batch", "--quiet", *map(str, words)], capture_output=True,
                              check=True, **more)

    def opened(self, ciphertext):
        """(text, what gpg said)"""
        done = self.gpg("--decrypt", input=ciphertext)
        return done.stdout, done.stderr.decode()

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.folder, "--kill", "all"], capture_output=True)


class Centre:
    def __init__(self, *sink_options, signs=True, settings=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hinomi-desk-"))
        self.sink = Sink(self.folder / "sink", *sink_options)
        self.keys = [Keys(self.folder / n, f"{n}@csirt.example.org") for n in ("sign", "open")] if signs else []
        self.settings = settings
        self.database = postgres.database() or "cases.db"
        self.jobs = None
        self.write_settings()

    def write_settings(self):
        keys = f'keys {{ sign = "{self.folder}/sign" open = "{self.folder}/open" }}\n' if self.keys else ""
        (self.folder / "hinomi.conf").write_text(
            f'centre {{ database = "{self.database}" blobs = "blobs" name_en = "Example CSIRT" name_ja = "例示センター" country = "JP" pace = 1 }}\n'
            'store { folder = "store" }\npublic { tree = "public" }\n'
            f'mail {{ address = "{ADDRESS}" server = "smtp://127.0.0.1:{self.sink.port}" delay = 0 }}\n{keys}{self.settings}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.sink.close()
        for k in self.keys:
            k.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_sink(self, *options):
        self.sink.close()
        self.sink = Sink(self.folder / f"sink-{time.monotonic_ns()}", *options)
        self.write_settings()

    # --- commands ---

    def run(self, *words, stdin=None, code=0):
        done = subprocess.run([HINOMI, *words[:2], "-c", self.folder / "hinomi.conf", *map(str, words[2:])], input=stdin,
                              capture_output=True, cwd=self.folder)
        if done.returncode != code:
            raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}: {done.stderr.decode()}")
        return (done.stdout if code == 0 else done.stderr).decode().strip()

    def said(self, *words):
        """What it says to people besides."""
        return subprocess.run([HINOMI, *words[:2], "-c", self.folder / "hinomi.conf", *map(str, words[2:])], capture_output=True,
                              cwd=self.folder, check=True).stderr.decode()

    def rows(self, *words):
        return [json.loads(line) for line in self.run(*words, "--json").splitlines()]

    def row(self, *words):
        return self.rows(*words)[0]

    def take(self, mail_bytes):
        self.run("mail", "take", stdin=mail_bytes)

    def party(self, name, address, *words):
        """A contact with a key pair of its own: (ref, keys)."""
        keys = Keys(self.folder / address.replace("@", "-at-"), address)
        self.keys.append(keys)
        return self.run("contact", "add", name, address, "--key", keys.public, *words), keys

    def letter(self, contact, incidents, subject, text, *words):
        path = self.folder / "text"
        path.write_text(text)
        return self.run("request", "make", contact, *incidents, "--subject", subject, "--text", path, *words)

    def sql(self, query):
        """Rows of the case database itself."""
        if "://" in str(self.database):
            return postgres.rows(self.database, query)
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/{self.database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def change(self, statement):
        """Changes rows behind the program's back: time that passed."""
        if "://" in str(self.database):
            postgres.run(self.database, statement)
            return
        with contextlib.closing(sqlite3.connect(self.folder / self.database, timeout=10)) as db:
            db.execute(statement)
            db.commit()

    # --- jobs ---

    def start(self):
        if not self.jobs:
            with open(self.folder / "jobs.log", "ab") as log:
                self.jobs = subprocess.Popen([BUILD / "src/process/hinomi-jobs", "-c", "hinomi.conf"], cwd=self.folder, stderr=log)

    def stop(self):
        if self.jobs:
            self.jobs.terminate()
            self.jobs.wait()
            self.jobs = None

    def until(self, holds, seconds=25):
        """Runs the jobs until it holds; what it gave."""
        self.start()
        end = time.monotonic() + seconds
        while not (found := holds()) and time.monotonic() < end:
            time.sleep(0.1)
        if not found:
            log = (self.folder / "jobs.log").read_text()
            raise AssertionError(f"it did not come to that; the jobs say: {log[-2000:]}")
        return found
