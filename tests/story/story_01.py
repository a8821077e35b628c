#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""NTP monlist DDoS: bodies abroad list addresses that took part; each is checked, and only those that are confirmed are asked about. TAP."""
import csv
import io
import time

from centre import Centre, end, points_of
from stubs import Monlist

# Six administrators' addresses, how each behaves, and one where nobody is.
HOW = {"127.10.0.1": "list", "127.10.0.2": "refuses", "127.10.0.3": "list", "127.10.1.1": "silent", "127.10.1.2": "list", "127.10.2.1": "garbles"}
ABSENT, UNKNOWN = "127.10.2.9", "127.10.9.9"
OWNERS = {"127.10.0.": "alpha", "127.10.1.": "beta", "127.10.2.": "gamma"}
HOW[UNKNOWN] = "list"


def settings(port, state):
    return f'fetch {{ allow = "127.0.0.0/8" }}\ncheck {{ ntp_monlist = "{state}" ntp_port = {port} seconds = 1 }}\n'


def write_list(path, addresses):
    path.write_text("timestamp,ip,port,tag\n" + "".join(f"2014-01-2{n}T0{n}:00:00Z,{a},123,ntp-amplifier\n" for n, a in enumerate(addresses)))


def lines(mail):
    file, = [p for p in mail.walk() if p.get_filename()]
    return list(csv.DictReader(io.StringIO(file.get_payload(decode=True).decode())))


def main(c, ntp):
    with points_of("1, 2: reports of two bodies abroad, with addresses that both name"):
        for prefix, name in OWNERS.items():
            ref = c.run("contact", "add", name, f"noc@{name}.example.jp", "--country", "JP", "--role", "administrator")
            c.run("contact", "network", ref, prefix + "0/24")
        first, second = list(HOW), [ABSENT, "127.10.0.1", "127.10.1.2"]
        write_list(c.folder / "first.csv", first)
        write_list(c.folder / "second.csv", second)
        for name in ("first", "second"):
            c.run("list", "import", c.folder / f"{name}.csv", "--category", "dos", "--title", f"monlist, {name} body", "--sender",
                  f"csirt@{name}.example.net")
        refs = [r["ref"] for r in sorted(c.rows("report", "list"), key=lambda r: r["ref"])]
        assert len(refs) == 2 and {r["channel"] for r in c.rows("report", "list")} == {"list"}
    with points_of("nothing is sent to anybody's server unless the setting allows it"):
        assert "off" in c.run("list", "check", refs[0], "--ask-ntp", code=3)
        assert not ntp.asked
    with points_of("3: whether monlist is enabled is checked at each address; what is silent, refuses or answers otherwise is not confirmed"):
        c.settings = settings(ntp.port, "on")
        c.write_settings()
        began = time.monotonic()
        found = c.row("list", "check", refs[0], "--ask-ntp")
        assert (found["confirmed"], found["not_confirmed"]) == (4, 3), found
        assert time.monotonic() - began < 10, "one after the other"
        assert {q for _, q in ntp.asked} == {bytes([0x17, 0, 3, 0x2a, 0, 0, 0, 0])}
        assert len(ntp.asked) <= 2 * len(HOW), "a datagram or two each"
    with points_of("results of another tool come in as a file; an address that is on no line is said"):
        (c.folder / "results.csv").write_text(f"address,result,time\n{ABSENT},no,2014-01-30T00:00:00Z\n127.10.0.1,yes,2014-01-30T00:00:00Z\n"
                                              "127.10.1.2,yes,2014-01-30T00:00:00Z\n127.99.0.1,yes,\nnonsense,maybe,\n")
        assert "--source" in c.run("list", "check", refs[1], c.folder / "results.csv", code=2)
        found = c.row("list", "check", refs[1], c.folder / "results.csv", "--source", "nmap ntp-monlist")
        assert (found["confirmed"], found["not_confirmed"], found["not_on_list"], found["faults"]) == (2, 1, 1, 1), found
    with points_of("every reported address is confirmed or not"):
        for ref in refs:
            shown = c.row("list", "show", ref)
            assert shown["confirmed"] + shown["not_confirmed"] == shown["addresses"], shown
        assert not c.sql("SELECT address FROM incident_line WHERE checked = '' OR check_method = '' OR checked_at IS NULL")
    with points_of("4: only for those the administrator is asked to change the setting, with how and when it was checked"):
        (c.folder / "text").write_text("monlist is enabled at the addresses in the file. Please disable it: 'disable monitor'.\n")
        for ref in refs:
            c.run("list", "ask", ref, "--subject", "NTP monlist", "--text", c.folder / "text", "--confirmed")
        letters = c.rows("letter", "list")
        assert sorted(row["to"] for row in letters) == ["noc@alpha.example.jp"] * 2 + ["noc@beta.example.jp"] * 2, letters
        c.run("letter", "send", *[row["ref"] for row in letters])
        c.until(lambda: len(c.sink.mails()) == 4 and all(q["state"] == "asked" for q in c.rows("request", "list")), 60)
        told = [(m["X-Envelope-To"], row["address"], row["check_method"]) for m in c.sink.mails() for row in lines(m)]
        assert sorted((to.split("@")[1].split(".")[0], a) for to, a, _ in told) == [
            ("alpha", "127.10.0.1"), ("alpha", "127.10.0.1"), ("alpha", "127.10.0.3"), ("beta", "127.10.1.2"), ("beta", "127.10.1.2")], told
        assert {m for _, _, m in told} == {"NTP monlist (mode 7, request 42)", "nmap ntp-monlist"}
    with points_of("a confirmed address that nobody answers for waits for a person, and is not forgotten"):
        assert c.row("list", "show", refs[0])["without_contact"] == 1
    with points_of("they count as DoS/DDoS and as coordinations: one request for each confirmed incident and administrator"):
        assert {i["category"] for i in c.rows("incident", "list", "--count", "100")} == {"dos"}
        requests = c.rows("request", "list")
        assert len(requests) == 5 and all(q["domestic"] and q["asked"] for q in requests), requests
        confirmed = c.sql("SELECT count(DISTINCT line_incident_id) FROM incident_line WHERE checked = 'confirmed' AND contact_id IS NOT NULL")
        assert confirmed[0][0] == 5, confirmed


stub = Monlist(HOW)
with Centre(signs=False, settings=settings(stub.port, "off")) as centre:
    main(centre, stub)
end()
