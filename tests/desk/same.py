#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""What reports name is found and kept; a report that shares something with another's incident is proposed for it, with the reason, and a
person joins it; indicators have roles. TAP."""
import email.message
import email.policy

from centre import Centre, end, mail, points_of
from staff import with_store

HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def with_file(sender, subject, text, name, data):
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["From"], m["To"], m["Subject"], m["Message-ID"] = sender, "csirt@csirt.example.org", subject, f"<{subject}@{sender}>"
    m.set_content(text)
    m.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return m.as_bytes()


def report(c, data):
    """Its ref, once it is there."""
    before = {r["ref"] for r in c.rows("report", "list")}
    c.take(data)
    new = c.until(lambda: {r["ref"] for r in c.rows("report", "list")} - before)
    return new.pop()


def why(c, ref):
    return {row["incident"]: row["why"] for row in c.rows("report", "same", ref)}


def named(c):
    with points_of("a report keeps what it names, in one form, each thing once; whoever wrote it is not among them"):
        ref = report(c, mail("a@example.com", "one", "見てください hxxp://PHISH[.]example[.]jp/login?x=1 と http://phish.example.jp/login?x=1\n"
                             f"from 192.0.2.10 at 2026-11-21T10:00:00+09:00, {HASH}, ports 22/tcp\n"))
        shown = c.row("report", "show", ref)["named"]
        assert [(n["kind"], n["text"]) for n in shown] == [("url", "http://phish.example.jp/login?x=1"), ("address", "192.0.2.10"),
                                                           ("sha256", HASH)], shown
    return ref, c.run("incident", "make", ref, "--category", "phishing", "--title", "Phishing of a bank")


def proposed(c, s, first, incident):
    with points_of("none of its own; nothing for a stranger's report"):
        assert why(c, first) == {}
        assert why(c, report(c, mail("z@example.com", "else", "see http://else.example.net/"))) == {}
    with points_of("the same URL, written otherwise"):
        second = report(c, mail("b@example.com", "two", "http://phish[.]example.jp:80/x/../login?x=1"))
        assert why(c, second)[incident].startswith("same URL http://phish.example.jp/login?x=1"), why(c, second)
    with points_of("the same host with another path; the same address; the same hash"):
        host = report(c, mail("c@example.com", "three", "https://phish.example.jp/other"))
        assert why(c, host) == {incident: "same host phish.example.jp"}, why(c, host)
        address = report(c, mail("d@example.com", "four", "scans from 192.0.2.10"))
        assert why(c, address) == {incident: "same address 192.0.2.10"}, why(c, address)
        digest = report(c, mail("e@example.com", "five", HASH.upper()))
        assert why(c, digest) == {incident: f"same hash {HASH}"}, why(c, digest)
    with points_of("a mail address that two reports share is no reason"):
        assert why(c, report(c, mail("a@example.com", "six", "please write to a@example.com"))) == {}
    with points_of("the same file; the same mail"):
        ref = report(c, with_file("f@example.com", "seven", "see the file", "bill.exe", b"MZ not really"))
        filed = c.run("incident", "make", ref, "--category", "malware_site", "--title", "a file")
        other = report(c, with_file("g@example.com", "eight", "got this", "invoice.exe", b"MZ not really"))
        assert why(c, other) == {filed: "same file invoice.exe"}, why(c, other)
        again = report(c, b"Received: by another\r\n" + with_file("f@example.com", "seven", "see the file", "bill.exe", b"MZ not really"))
        assert why(c, again) == {filed: "same mail; same file"}, why(c, again)
    with points_of("a person accepts it on the page, which keeps the reason; it can be undone"):
        body = s.page(f"/desk/report/{second}")
        assert "[[" not in s.page(f"/desk/report/{first}") and "[:]" not in s.page(f"/desk/report/{first}")
        assert "hxxp://phish[.]example[.]jp/login?x=1" in body and "the same URL" in body
        s.act(f"/desk/report/{second}", "join", incident=incident)
        assert why(c, second) == {} and second in [r["ref"] for r in c.row("incident", "show", incident)["reports"]]
        joined = [t for t in c.row("incident", "show", incident)["timeline"] if t["what"] == "joined"]
        assert joined[-1]["detail"].startswith("same URL"), joined
        c.run("incident", "split", incident, second)
        assert incident in why(c, second)
    return second


def indicators(c, s, incident):
    with points_of("a thing gets a role, in its one form; again is refused; what is none too"):
        ref = c.run("indicator", "add", incident, "hxxp://C2.example[.]net/blog", "--as", "command", "--source", "analysis", "--reason",
                    "reads a blog page")
        row, = c.rows("indicator", "list", incident)
        assert (row["ref"], row["text"], row["role"], row["source"], row["note"]) == (
            ref, "http://c2.example.net/blog", "command", "analysis", "reads a blog page"), row
        assert "already" in c.run("indicator", "add", incident, "http://c2.example.net/blog", "--as", "command", code=3)
        for wrong in ("nothing", "a.example.jp b.example.jp", "22/tcp"):
            assert "indicator" in c.run("indicator", "add", incident, wrong, code=2), wrong
        assert "not a role" in c.run("indicator", "add", incident, "x.example.jp", "--as", "boss", code=2)
    with points_of("a report that names it is proposed for that incident"):
        found = why(c, report(c, mail("h@example.com", "nine", "my PC connects to c2.example.net")))
        assert found == {incident: "an indicator of it http://c2.example.net/blog (command)"}, found
    with points_of("where it is named: in reports and incidents, by host too"):
        places = {(row["about"], row["role"]) for row in c.rows("indicator", "find", "c2.example.net")}
        assert (incident, "command") in places and len(places) == 2, places
        assert c.run("indicator", "find", "nowhere.example.org", code=1) == ""
    with points_of("on the page it is added, shown harmlessly and taken away; the row stays in the timeline"):
        path = f"/desk/incident/{incident}"
        s.act(path, "add", indicator="drop.example.org", role="drop", source="", note="")
        body = s.page(path)
        assert "drop[.]example[.]org" in body and "Drop" in body and 'href="http://c2' not in body
        assert "Write one URL" in s.act(path, "add", 400, indicator="<script>", role="drop")
        drop = next(row["ref"] for row in c.rows("indicator", "list", incident) if row["role"] == "drop")
        s.act(path, "remove", indicator=drop)
        assert [row["role"] for row in c.rows("indicator", "list", incident)] == ["command"]
        assert "indicator removed" in [t["what"] for t in c.row("incident", "show", incident)["timeline"]]
    with points_of("a button of one incident takes away nothing of another"):
        other = c.run("incident", "make", "--category", "scan", "--title", "another")
        s.act(f"/desk/incident/{other}", "remove", indicator=ref)
        assert [row["ref"] for row in c.rows("indicator", "list", incident)] == [ref]


def main(c, s):
    first, incident = named(c)
    proposed(c, s, first, incident)
    indicators(c, s, incident)


with Centre(signs=False) as centre:
    staff = with_store(centre)
    main(centre, staff)
    staff.close()
end()
