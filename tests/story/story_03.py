#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Nitol C2 log: a seized server's log arrives through a partner CSIRT; domestic addresses are grouped by administrator, who are asked; one finds
other malware; that goes back to the partner with its consent, and not without. TAP."""
import csv
import io

from centre import Centre, end, mail, points_of

PARTNER = "cert@partner.example.cn"
DOMESTIC = {"univ": ["192.0.2.3", "192.0.2.4"], "shop": ["192.0.2.130"]}


def lines(m):
    file, = [p for p in m.walk() if p.get_filename()]
    return list(csv.DictReader(io.StringIO(file.get_payload(decode=True).decode())))


def main(c):
    with points_of("1, 2: the log becomes one report; lines of domestic addresses are grouped by administrator"):
        partner = c.run("contact", "add", "Partner CSIRT", PARTNER, "--country", "CN", "--role", "csirt", "--lang", "en")
        for name, prefix in (("univ", "192.0.2.0/25"), ("shop", "192.0.2.128/25")):
            ref = c.run("contact", "add", name, f"admin@{name}.example.jp", "--country", "JP", "--role", "administrator")
            c.run("contact", "network", ref, prefix)
        hosts = [(h, n) for n, h in enumerate(DOMESTIC["univ"] + DOMESTIC["shop"] + ["198.51.100.7", "203.0.113.8", "2001:db8:ff::1"])]
        (c.folder / "c2.log").write_text("".join(f"2012-09-1{n} 0{n}:30:15 +0800 {h}:5{n}000 -> 203.0.113.250:8081 HTTP /nitol\n" for h, n in hosts))
        c.run("list", "import", c.folder / "c2.log", "--category", "other", "--each", "administrator", "--title", "Nitol C2 log", "--sender", PARTNER)
        report = c.row("report", "list")["ref"]
        shown = c.row("list", "show", report)
        assert (shown["lines"], shown["contacts"], shown["incidents"], shown["without_contact"]) == (6, 2, 2, 3), shown
    with points_of("3: each is asked to check access to the server at that date and time; its own lines alone, in UTC"):
        (c.folder / "text").write_text("Please check whether these hosts accessed the server in the file at these times, and are infected.\n")
        c.run("list", "ask", report, "--subject", "Access to a command server", "--text", c.folder / "text")
        c.run("letter", "send", *[row["ref"] for row in c.rows("letter", "list")])
        c.until(lambda: len(c.sink.mails()) == 2 and all(q["state"] == "asked" for q in c.rows("request", "list")), 60)
        for m in c.sink.mails():
            name = m["X-Envelope-To"].split("@")[1].split(".")[0]
            got = lines(m)
            assert {row["address"] for row in got} == set(DOMESTIC[name]), (name, got)
            first = next((row for row in got if row["address"] == "192.0.2.3"), None)
            assert not first or first["time_utc"] == "2012-09-09T16:30:15Z", first
    with points_of("4: one replies that it found other malware; the reply is kept with the case"):
        univ = next(row for row in c.rows("letter", "list") if "univ" in row["to"])
        c.take(mail("admin@univ.example.jp", "Re: Access", "We found another malware: http://other-c2.example.net/x", answers=univ["message_id"]))
        c.until(lambda: any(q["state"] == "answered" for q in c.rows("request", "list")))
        answered, = [q for q in c.rows("request", "list") if q["state"] == "answered"]
        shown = c.row("incident", "show", answered["incident"])
        assert any("another malware" in m["text"] for m in shown["messages"]), shown["messages"]
        assert ("http://other-c2.example.net/x",) in [(row["text"],) for row in c.rows("indicator", "find", "other-c2.example.net")]
    with points_of("5: without consent it is refused, and nothing is drafted"):
        (c.folder / "found").write_text("One of the administrators found another malware on the host.\n")
        pass_on = ("request", "findings", partner, answered["ref"], "--subject", "What was found", "--text", c.folder / "found")
        before = len(c.rows("letter", "list"))
        assert "has not agreed" in c.run(*pass_on, code=3)
        c.run("request", "consent", answered["ref"], "no", "--reason", "by telephone")
        assert "has not agreed" in c.run(*pass_on, code=3)
        other = next(q["ref"] for q in c.rows("request", "list") if q["state"] == "asked")
        assert len(c.rows("letter", "list")) == before
    with points_of("how it was given is demanded and kept; with consent it is passed back, to the partner alone"):
        assert "--reason" in c.run("request", "consent", answered["ref"], "yes", code=2)
        c.run("request", "consent", answered["ref"], "yes", "--reason", "mail of 2012-10-02")
        assert "has not agreed" in c.run("request", "findings", partner, answered["ref"], other, "--subject", "both", "--text", c.folder / "found", code=3)
        letter = c.run(*pass_on)
        c.run("letter", "send", letter)
        c.until(lambda: c.row("letter", "show", letter)["state"] == "sent")
        back = [m for m in c.sink.mails() if m["Subject"] == "What was found"]
        assert [m["X-Envelope-To"] for m in back] == [PARTNER] and "admin@univ" not in back[0].as_string()
        what = {t["what"]: t["detail"] for t in c.row("incident", "show", answered["incident"])["timeline"]}
        assert what["consent"] == "mail of 2012-10-02" and what["no consent"] == "by telephone" and what["findings passed on"] == letter
    with points_of("consent that is taken back holds from then on; passing on counts no request"):
        c.run("request", "consent", answered["ref"], "no", "--reason", "mail of 2012-10-05")
        assert "has not agreed" in c.run(*pass_on, code=3)
        assert len(c.rows("request", "list")) == 2


with Centre(signs=False) as centre:
    main(centre)
end()
