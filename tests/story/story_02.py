#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""SSH rootkit: a national CSIRT abroad tells of hosts that spoke to a server of stolen accounts; each administrator gets its own lines and how
to examine a host; each host has an owner, a notice, and a reply or a reminder. TAP."""
import csv
import email
import email.policy
import io

from centre import Centre, end, mail, points_of

METHOD = "Please look for a large shared memory segment that all users can read and write: ipcs -m shows it with the permissions 666.\n"
OWNERS = {"alpha": "192.0.2.0/25", "beta": "192.0.2.128/25", "gamma": "2001:db8:1::/48"}
HOSTS = {"alpha": ["192.0.2.1", "192.0.2.2"], "beta": ["192.0.2.200"], "gamma": ["2001:db8:1::7"]}
ABROAD = ["198.51.100.9", "203.0.113.77"]


def lines(m):
    file, = [p for p in m.walk() if p.get_filename()]
    return list(csv.DictReader(io.StringIO(file.get_payload(decode=True).decode())))


def main(c):
    with points_of("1: records of traffic arrive from a partner; they are one report"):
        parties = {}
        for name, prefix in OWNERS.items():
            parties[name], keys = c.party(name, f"noc@{name}.example.jp", "--country", "JP", "--role", "administrator", "--lang", "en")
            c.run("contact", "network", parties[name], prefix)
            keys.gpg("--import", c.keys[0].public)
        c.run("contact", "add", "partner CSIRT", "cert@partner.example.net", "--country", "FI", "--role", "csirt", "--lang", "en")
        rows = [(h, n) for n, h in enumerate([h for hosts in HOSTS.values() for h in hosts] + ABROAD)]
        (c.folder / "traffic.csv").write_text("time,src_ip,src_port,tag\n" + "".join(
            f"2013-12-0{1 + n}T03:0{n}:00+02:00,{h},{40000 + n},ebury\n" for h, n in rows + [(HOSTS["alpha"][0], 8)]))
        c.run("list", "import", c.folder / "traffic.csv", "--category", "other", "--title", "Hosts with an SSH rootkit", "--sender",
              "cert@partner.example.net")
        report = c.row("report", "list")["ref"]
        assert c.row("list", "show", report)["lines"] == 7
    with points_of("3: split by administrator; those abroad wait for a person"):
        shown = c.row("list", "show", report)
        assert (shown["contacts"], shown["without_contact"], shown["incidents"]) == (3, 2, 6), shown
    with points_of("4: each is told of its own hosts, with how to examine them; encrypted, as each has a key"):
        (c.folder / "method").write_text("Dear colleagues,\n\nthe hosts in the file may be infected.\n\n" + METHOD)
        c.run("list", "ask", report, "--subject", "Possible infection [SSH rootkit]", "--text", c.folder / "method")
        c.run("letter", "send", *[row["ref"] for row in c.rows("letter", "list")])
        c.until(lambda: len(c.sink.mails()) == 3 and all(q["state"] == "asked" for q in c.rows("request", "list")), 60)
        for m in c.sink.mails():
            name = m["X-Envelope-To"].split("@")[1].split(".")[0]
            keys = next(k for k in c.keys if k.address == f"noc@{name}.example.jp")
            assert m.get_content_type() == "multipart/encrypted"
            inner, said = keys.opened(list(m.iter_parts())[1].get_payload(decode=True))
            inner = email.message_from_bytes(inner, policy=email.policy.default)
            assert "ipcs -m" in inner.get_body().get_content() and "Good signature" in said
            assert {row["address"] for row in lines(inner)} == set(HOSTS[name]), (name, lines(inner))
    with points_of("one replies; the other is reminded in the same thread, which counts nothing; its late answer is heard"):
        by = {row["to"].split("@")[1].split(".")[0]: row for row in c.rows("letter", "list")}
        c.take(mail("noc@alpha.example.jp", "Re: Possible infection", "We found it on both and reinstalled them.", answers=by["alpha"]["message_id"]))
        c.until(lambda: sum(q["state"] == "answered" for q in c.rows("request", "list")) == 2)
        waiting = [q for q in c.rows("request", "list") if q["state"] == "asked"]
        assert len(waiting) == 2
        before = len(c.rows("request", "list"))
        reminders = [c.run("request", "remind", q["ref"]) for q in waiting]
        assert "answered" in c.run("request", "remind", next(q["ref"] for q in c.rows("request", "list") if q["state"] == "answered"), code=3)
        c.run("letter", "send", *reminders)
        c.until(lambda: len(c.sink.mails()) == 5)
        beta = c.row("letter", "show", next(r for r in reminders if c.row("letter", "show", r)["to"].startswith("noc@beta")))
        raw = next(m for m in c.sink.mails() if m["Message-ID"] == f"<{beta['message_id']}>")
        assert raw["In-Reply-To"] == f"<{by['beta']['message_id']}>" and beta["kind"] == "reminder"
        assert len(c.rows("request", "list")) == before
        c.take(mail("noc@beta.example.jp", "Re: Re: Possible infection", "Sorry, done.", answers=beta["message_id"]))
        c.until(lambda: sum(q["state"] == "answered" for q in c.rows("request", "list")) == 3)
    with points_of("each host has an owner, a notice with the method, a reply or a reminder"):
        for host in (h for hosts in HOSTS.values() for h in hosts):
            (owner, state, letter), = c.sql(
                "SELECT DISTINCT n.name, q.state, q.letter_id FROM incident_line l JOIN people_contact n ON n.id = l.contact_id "
                f"JOIN incident_request q ON q.incident_id = l.line_incident_id AND q.contact_id = l.contact_id WHERE l.address = '{host}'")
            reminded = c.sql(f"SELECT r.id FROM letter_letter r JOIN letter_letter l ON l.message_id = r.in_reply_to WHERE l.id = {letter}")
            assert state == "answered" or reminded, (host, owner, state)


with Centre() as centre:
    main(centre)
end()
