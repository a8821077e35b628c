# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Debian's peers asked what bench_queries asks: ClickHouse, SQLite, nfdump. Each function gives {goal: (median seconds,
answer)}; answers are numbers made of the rows as bench/queries.c makes them."""
import functools
import ipaddress
import pathlib
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import time
import urllib.request

PRIME = 1000000007
DAY, HOUR, TOKYO = 86400000000, 3600000000, 32400000000


def port_of(proto, dport):
    return 0 if proto == 1 else dport


ANSWERS = {
    "G3": lambda rows: functools.reduce(lambda s, x: (s * 31 + x[2]) % PRIME, rows, 0),
    "G4": lambda rows: sum(n * (h % 10007) for _, _, h, n in rows) % PRIME,
    "G5": lambda rows: sum(n * (port_of(p, d) + 1) % PRIME * day for p, d, day, n in rows) % PRIME,
    "G6": lambda rows: sum(n * (s + 1) * (h % 10007) for s, h, n in rows) % PRIME,
    "G7": lambda rows: sum(t % PRIME + (2048 if p == 1 else d) + sport + ttl for t, p, d, sport, ttl in rows) % PRIME,
}


def questions(address, divide, unique):
    """The five questions as SQL; `divide` and `unique` are the dialect's."""
    top = "SELECT proto, dport, count(*) AS n FROM e GROUP BY proto, dport ORDER BY n DESC LIMIT 10"
    hour = divide("t", HOUR)
    return {
        "G3": top,
        "G4": f"SELECT proto, dport, {hour} AS h, count(*) FROM e WHERE (proto, dport) IN (SELECT proto, dport FROM ({top}) AS x) "
              "GROUP BY proto, dport, h",
        "G5": f"SELECT proto, dport, {divide(f't + {TOKYO}', DAY)} AS d, {unique} FROM e GROUP BY proto, dport, d",
        "G6": f"SELECT sensor, {hour} AS h, count(*) FROM e WHERE proto = 6 AND dport = 1433 GROUP BY sensor, h",
        "G7": f"SELECT t, proto, dport, sport, ttl FROM e WHERE src = {int(ipaddress.ip_address(address))}",
    }


def ask_all(asked, rounds, ask):
    found = {}
    for goal, sql in asked.items():
        times = []
        for _ in range(rounds):
            began = time.monotonic()
            rows = ask(sql)
            times.append(time.monotonic() - began)
        found[goal] = (statistics.median(times), ANSWERS[goal](rows))
    return found


# --- SQLite ---

def sqlite(csv, folder, rounds, address):
    path = folder / "rows.db"
    path.unlink(missing_ok=True)
    subprocess.run(["sqlite3", path], check=True, text=True, input=(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;\n"
        "CREATE TABLE e (t INT, src INT, sensor INT, proto INT, sport INT, dport INT, flags INT, ttl INT);\n"
        f".mode csv\n.import {csv} e\n"
        "CREATE INDEX by_port ON e (proto, dport, sensor, t); CREATE INDEX by_source ON e (src);\n"), stdout=subprocess.DEVNULL)
    db = sqlite3.connect(path)
    found = ask_all(questions(address, lambda a, b: f"({a}) / {b}", "count(DISTINCT src)"), rounds,
                    lambda sql: db.execute(sql).fetchall())
    db.close()
    path.unlink()
    return found


# --- ClickHouse ---

CONFIG = """<yandex><logger><level>error</level><log>{0}/log</log><errorlog>{0}/errors</errorlog></logger>
<http_port>{1}</http_port><listen_host>127.0.0.1</listen_host><path>{0}/data/</path><tmp_path>{0}/tmp/</tmp_path>
<user_files_path>{0}/files/</user_files_path><users_config>{0}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>1073741824</mark_cache_size></yandex>"""
USERS = """<yandex><profiles><default><max_memory_usage>8000000000</max_memory_usage></default></profiles><quotas><default/></quotas>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
<quota>default</quota></default></users></yandex>"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def clickhouse(csv, folder, rounds, address):
    home, port = folder / "clickhouse", free_port()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "config.xml").write_text(CONFIG.format(home, port))
    (home / "users.xml").write_text(USERS)

    def ask(sql, data=None):
        url = f"http://127.0.0.1:{port}/" + ("?query=" + urllib.request.quote(sql) if data else "")
        with urllib.request.urlopen(urllib.request.Request(url, data=data or sql.encode()), timeout=600) as answer:
            return [[int(x) for x in line.split(b"\t")] for line in answer.read().splitlines()]

    program = shutil.which("clickhouse-server", path="/usr/sbin:/usr/bin")
    server = subprocess.Popen([program, f"--config-file={home}/config.xml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                ask("SELECT 1")
                break
            except OSError:
                time.sleep(0.1)
        ask("CREATE TABLE e (t Int64, src UInt32, sensor UInt8, proto UInt8, sport UInt16, dport UInt16, flags UInt8, ttl UInt8) "
            "ENGINE = MergeTree() ORDER BY (proto, dport, t)")
        with open(csv, "rb") as rows:
            while piece := rows.read(64 << 20):
                ask("INSERT INTO e FORMAT CSV", piece + rows.readline())
        ask("OPTIMIZE TABLE e FINAL")
        return ask_all(questions(address, lambda a, b: f"intDiv({a}, {b})", "uniqExact(src)"), rounds, ask)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        shutil.rmtree(home, ignore_errors=True)


# --- nfdump: the two questions that it has words for ---

def nfdump(records: pathlib.Path, rounds, address):
    def run(*words):
        return subprocess.run(["nfdump", "-R", str(records), "-q", *words], check=True, capture_output=True, text=True).stdout

    def top(_):
        rows = [line.split(",") for line in run("-s", "dstport:p/packets", "-n", "10", "-o", "csv").splitlines() if "," in line]
        head = next(i for i, r in enumerate(rows) if "pkt" in r or "packets" in r)
        column = rows[head].index("pkt") if "pkt" in rows[head] else rows[head].index("packets")
        return [(0, 0, int(r[column])) for r in rows[head + 1:head + 11]]

    def one(_):
        return [(0, 0, int(line)) for line in run("-o", "fmt:%pkt", f"src ip {address}").split()]

    found = {}
    for goal, ask in (("G3", top), ("G7", one)):
        times = []
        for _ in range(rounds):
            began = time.monotonic()
            rows = ask(None)
            times.append(time.monotonic() - began)
        found[goal] = (statistics.median(times), ANSWERS["G3"](rows) if goal == "G3" else sum(r[2] for r in rows))
    return found
