#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Whether a party is told: the reasons of figure 9 as data, the rule, a person's decision against it, and what follows for letters. TAP."""
import csv
import os
import pathlib

from centre import SOURCE, Centre, end, points_of

SHARED = pathlib.Path(os.environ.get("HINOMI_SHARED", SOURCE.parent / "shared"))
ROWS = {"phishing site": ["phishing"], "web defacement": ["defacement"], "malware site": ["malware_site"], "scan": ["scan"], "DoS/DDoS": ["dos"],
        "other + control-system": ["other", "ics", "targeted"]}


def make(c, category):
    return c.run("incident", "make", "--category", category, "--title", f"of {category}")


def judge(c, case, codes, *words, code=0):
    return c.run("incident", "judge", case, "--because", codes, *words, code=code)


def table(c):
    path = SHARED / "mission/tables/s003_figure9_reasons.csv"
    if not path.exists() and os.environ.get("HINOMI_SUITES") != "required":
        print("# the mission's table is not there")
        return
    with points_of("six rows have the reasons of the figure, each on its side; those whose row was worked out are marked"):
        with open(path, newline="") as file:
            wanted = list(csv.DictReader(file))
        for name, categories in ROWS.items():
            rows = [(r["side"] == "notified", r["reason_ja"], r["reason_en"], r["assignment"] == "inferred") for r in wanted if r["category_en"] == name]
            for category in categories:
                got = [(r["side"] == "notify", r["name_ja"], r["name_en"], r["inferred"]) for r in c.rows("incident", "judge", make(c, category))]
                assert got == rows, (category, got, rows)


def rule(c):
    with points_of("a reason for it and none against is a notice; one against stops it"):
        for category, codes, wanted in (("phishing", "site_live", "notify"), ("phishing", "site_live,not_conclusive", "not needed"),
                                        ("defacement", "altered", "notify"), ("defacement", "altered,party_told", "not needed"),
                                        ("malware_site", "information", "not needed"), ("scan", "detailed_log", "notify"),
                                        ("scan", "detailed_log,log_lacks", "not needed"), ("dos", "wishes_contact", "notify"),
                                        ("ics", "threat_high", "notify"), ("targeted", "threat_low", "not needed")):
            assert judge(c, make(c, category), codes) == wanted, (category, codes)
    with points_of("a low threat stops nothing where the reporter wishes contact; the other reasons do"):
        assert judge(c, make(c, "other"), "threat_low,wishes_contact") == "notify"
        assert judge(c, make(c, "other"), "threat_low,wishes_contact,party_told") == "not needed"
    with points_of("no reason, one of another row, one twice: refused, and nothing is decided"):
        case = make(c, "phishing")
        for codes in ("", "detailed_log", "site_live,site_live", "x"):
            judge(c, case, codes, code=2)
        assert "decided: open" in c.said("incident", "judge", case)


def overruled(c):
    contact = c.run("contact", "add", "Administrator", "root@example.jp", "--country", "JP")
    with points_of("what nobody needs to be told of makes no letter"):
        case = make(c, "defacement")
        judge(c, case, "altered,party_told")
        assert "nobody needs to be told" in c.run("request", "make", contact, case, code=3) and not c.rows("letter", "list")
    with points_of("a person may decide otherwise, with why; the reasons stay, and the letter can be made"):
        judge(c, case, "altered,party_told", "--decide", "notify", code=2)
        assert judge(c, case, "altered,party_told", "--decide", "notify", "--reason", "told, but it is still altered") == "notify"
        held = {r["code"] for r in c.rows("incident", "judge", case) if r["holds"]}
        assert held == {"altered", "party_told"} and "against the rule: told, but it is still altered" in c.said("incident", "judge", case)
        c.run("request", "make", contact, case)
        assert [t["what"] for t in c.row("incident", "show", case)["timeline"]][1:3] == ["not to be told", "to be told"]
    with points_of("of a list, only those that are to be told of go into the letters"):
        c.run("contact", "network", contact, "192.0.2.0/24")
        (c.folder / "list.csv").write_text("ip,time\n192.0.2.1,2014-01-01T00:00:00Z\n192.0.2.2,2014-01-01T00:00:00Z\n")
        (c.folder / "text").write_text("Please look at these.\n")
        c.run("list", "import", c.folder / "list.csv", "--category", "scan")
        report = next(r["ref"] for r in c.rows("report", "list"))
        quiet = next(i["ref"] for i in c.rows("incident", "list") if "192.0.2.1" in i["title"])
        judge(c, quiet, "log_lacks")
        c.run("list", "ask", report, "--subject", "Scans", "--text", c.folder / "text")
        asked = {q["incident"] for q in c.rows("request", "list")}
        assert quiet not in asked and len(asked) == 2, asked


with Centre(signs=False) as centre:
    table(centre)
    rule(centre)
    overruled(centre)
end()
