# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Runs a test with PostgreSQL: makes a server in a folder of its own, on a Unix socket alone, and ends it after the test.

    postgres.py PROGRAM ARGUMENT...
    postgres.py --database      inside such a test: makes a database and prints its address

The test finds the socket's folder in HINOMI_TEST_POSTGRES and makes databases of its own there, as the user hinomi.
"""
import contextlib
import csv
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

count = 0
PLACES = ["/usr/lib/postgresql/15/bin", "/usr/local/bin", "/usr/bin"]


def program(name):
    """pg_dump must be of the server's version, so the folder that has the server comes first."""
    for place in PLACES:
        if os.access(f"{place}/{name}", os.X_OK):
            return f"{place}/{name}"
    return shutil.which(name)


def other_user():
    """The server will not be root's."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def psql(name):
    return [program("psql"), "-h", os.environ["HINOMI_TEST_POSTGRES"], "-U", "hinomi", "-d", name, "-qAtX", "-v", "ON_ERROR_STOP=1"]


def rows(address, sql):
    """Rows of a database, as psql prints them: texts, and numbers where they look like them."""
    done = subprocess.run([*psql(address), "--csv", "-t", "-c", sql], check=True, capture_output=True, text=True)
    return [tuple(int(c) if c.lstrip("-").isdigit() else c if c else None for c in row) for row in csv.reader(io.StringIO(done.stdout))]


def run(address, statement):
    subprocess.run([*psql(address), "-c", statement], check=True, stdout=subprocess.DEVNULL)


class Log:
    """How far the server's log has grown; asked often."""

    def __init__(self):
        self.process = subprocess.Popen(psql("postgres"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def place(self):
        self.process.stdin.write("SELECT pg_current_wal_insert_lsn();\n")
        return self.process.stdout.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def database():
    """The address of a new database; None where this test is not run with PostgreSQL."""
    global count
    if not os.environ.get("HINOMI_TEST_POSTGRES"):
        return None
    count += 1
    name = f"t{os.getpid()}_{count}"
    subprocess.run([*psql("postgres"), "-c", f"CREATE DATABASE {name}"], check=True, stdout=subprocess.DEVNULL)
    return f"postgresql://hinomi@/{name}?host={os.environ['HINOMI_TEST_POSTGRES']}"


@contextlib.contextmanager
def server():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hinomi-pg-"))
    who = other_user()
    if who:
        shutil.chown(folder, who["user"])
    folder.chmod(0o755)
    subprocess.run([program("initdb"), "-D", folder / "data", "-U", "hinomi", "--auth=trust", "--no-sync", "--encoding=UTF8",
                    "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([program("postgres"), "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c",
                                    "fsync=off", "-c", "max_connections=50", "-c", "autovacuum=off"], stdout=log, stderr=log, cwd=folder, **who)
    try:
        for _ in range(300):
            if subprocess.run([program("pg_isready"), "-q", "-h", folder, "-U", "hinomi"], stdout=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.05)
        yield folder
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    if sys.argv[1:] == ["--database"]:
        print(database())
        return 0
    if not program("initdb"):
        if os.environ.get("HINOMI_SUITES") == "required":
            print("not ok 1 - PostgreSQL is there\n1..1")
            return 1
        print("1..0 # SKIP there is no PostgreSQL")
        return 0
    with server() as folder:
        path = f"{os.path.dirname(program('psql'))}:{os.environ['PATH']}"
        return subprocess.run(sys.argv[1:], env=dict(os.environ, PATH=path, HINOMI_TEST_POSTGRES=str(folder))).returncode


if __name__ == "__main__":
    sys.exit(main())
