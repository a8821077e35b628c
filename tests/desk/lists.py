#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Ten thousand lines of a partner's log become letters: each administrator gets its own lines alone, requests are counted by
incident, and import, joining and asking are killed half-way and finished by the same command. Through the shipped program. TAP."""
import collections
import csv
import io
import os
import random
import signal
import subprocess
import time

from centre import HINOMI, Centre, end, points_of

LINES, SEED = 10000, int(os.environ.get("HINOMI_SEED", 20140115))
chance = random.Random(SEED)
# Prefixes of administrators; inside the second, another one answers for a part of it. The last has nobody.
PREFIXES = {"alpha": ["192.0.2.0/25"], "beta": ["192.0.2.128/25"], "gamma": ["192.0.2.192/26", "2001:db8:1::/48"], "delta": ["198.51.100.0/24"]}


def owner(address):
    if address.startswith("2001:db8:1:"):
        return "gamma"
    if ":" in address or address.startswith("203.0.113."):
        return None
    last = int(address.split(".")[3])
    if address.startswith("198.51.100."):
        return "delta"
    return "alpha" if last < 128 else "gamma" if last >= 192 else "beta"


def make_list(path):
    rows = []
    for number in range(LINES):
        kind = chance.random()
        address = (f"192.0.2.{chance.randrange(256)}" if kind < 0.6 else f"198.51.100.{chance.randrange(256)}" if kind < 0.8 else
                   f"2001:db8:1::{chance.randrange(1, 400):x}" if kind < 0.9 else f"203.0.113.{chance.randrange(256)}")
        rows.append((f"2014-01-{chance.randrange(1, 29):02}T{chance.randrange(24):02}:{number % 60:02}:00Z", address, chance.choice((123, 53, 80))))
    with open(path, "w") as out:
        out.write("timestamp,ip,port,tag\n")
        for n, row in enumerate(rows):
            out.write("no address in this line\n" if n == 5000 else ",".join(map(str, row)) + ",=cmd|' /C calc'!A0\n")
    return [r for n, r in enumerate(rows) if n != 5000]


def killed(c, *words):
    """Runs a command and kills it while it writes; until it ends by itself. How often it was killed."""
    kills = 0
    for wait in (0.05, 0.15, 0.4, 0.8, 120):
        child = subprocess.Popen([HINOMI, *words[:2], "-c", c.folder / "hinomi.conf", *map(str, words[2:])], cwd=c.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, said = child.communicate(timeout=wait * (0.7 + chance.random() * 0.6))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            kills += 1
            continue
        assert child.returncode == 0, said.decode()
        return kills, out.decode()
    raise AssertionError("it did not end")


def parts_of(mail):
    files = [p for p in mail.walk() if p.get_filename()]
    assert len(files) == 1 and files[0].get_filename() == "lines.csv", [p.get_filename() for p in files]
    text = files[0].get_payload(decode=True).decode()
    return list(csv.DictReader(io.StringIO(text)))


def main(c):
    rows = make_list(c.folder / "list.csv")
    expected = collections.defaultdict(collections.Counter)
    for _, address, port in rows:
        expected[owner(address)][(address, str(port))] += 1
    for name, prefixes in PREFIXES.items():
        ref = c.run("contact", "add", name, f"abuse@{name}.example.net", "--country", "US" if name == "delta" else "JP", "--lang", "en")
        c.run("contact", "network", ref, *prefixes)
    with points_of("a dry run says what would be, and changes nothing"):
        said = c.run("list", "import", c.folder / "list.csv", "--category", "dos", "-n")
        unknown = sum(expected[None].values())
        assert f"{len(rows)} lines would be kept, 1 were not understood; for {unknown} nobody" in said, said
        assert not c.rows("report", "list")
    with points_of("the import is killed half-way and finished by the same command"):
        kills, _ = killed(c, "list", "import", c.folder / "list.csv", "--category", "dos", "--title", "NTP reflectors")
        addresses = {a for _, a, _ in rows}
        report, = c.rows("report", "list")
        shown = c.row("list", "show", report["ref"])
        assert shown["state"] == "made" and shown["lines"] == len(rows) and shown["faults"] == 1, shown
        assert shown["incidents"] == len(addresses) == shown["addresses"], shown
        assert shown["without_contact"] == unknown and shown["contacts"] == 4, shown
        assert kills >= 2, kills
    with points_of("the same list again is the same report"):
        c.run("list", "import", c.folder / "list.csv", "--category", "dos")
        assert len(c.rows("report", "list")) == 1 and c.row("list", "show", report["ref"])["incidents"] == len(addresses)
    with points_of("asking is killed half-way and finished: one letter to each administrator"):
        (c.folder / "text").write_text("Please look at the attached lines.\n")
        killed(c, "list", "ask", report["ref"], "--subject", "NTP reflectors in your network", "--text", c.folder / "text")
        letters = c.rows("letter", "list", "--count", "1000")
        assert sorted(row["to"] for row in letters) == sorted(f"abuse@{n}.example.net" for n in PREFIXES), letters
        c.run("letter", "send", *[row["ref"] for row in letters])
        c.until(lambda: len(c.sink.mails()) == 4 and all(q["state"] == "asked" for q in c.rows("request", "list")), 60)
    with points_of("each has its own lines, all of them and no other"):
        for mail in c.sink.mails():
            name = mail["X-Envelope-To"].split("@")[1].split(".")[0]
            got = collections.Counter((row["address"], row["port"]) for row in parts_of(mail))
            assert got == expected[name], (name, (got - expected[name]).most_common(2), (expected[name] - got).most_common(2))
    with points_of("no cell is a formula"):
        assert all(row["kind"].startswith("'=") for row in parts_of(c.sink.mails()[0]))
    with points_of("requests are counted by incident and party; a second party counts, a list asked again does not"):
        wanted = sum(len({a for a, _ in lines}) for name, lines in expected.items() if name)
        requests = c.rows("request", "list")
        assert len(requests) == wanted, (len(requests), wanted)
        foreign = len({a for a, _ in expected["delta"]})
        assert sum(not q["domestic"] for q in requests) == foreign
        c.run("list", "ask", report["ref"], "--subject", "again", "--text", c.folder / "text")
        assert len(c.rows("request", "list")) == wanted and len(c.rows("letter", "list", "--count", "1000")) == 4
    with points_of("who is found later is asked later, alone"):
        ref = c.run("contact", "add", "late", "abuse@late.example.net", "--country", "JP", "--lang", "en")
        c.run("contact", "network", ref, "203.0.113.0/24")
        c.run("list", "import", c.folder / "list.csv", "--category", "dos")
        c.run("list", "ask", report["ref"], "--subject", "NTP reflectors in your network", "--text", c.folder / "text")
        late = c.rows("letter", "list", "--state", "draft")
        assert [row["to"] for row in late] == ["abuse@late.example.net"], late
        assert len(c.rows("request", "list")) == len(addresses)


with Centre(signs=False) as centre:
    began = time.monotonic()
    main(centre)
    print(f"# {time.monotonic() - began:.0f} s, seed {SEED}")
end()
