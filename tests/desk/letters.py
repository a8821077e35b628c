#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A mail becomes a report, an incident, a signed letter; what comes back finds its case. Through the shipped program. TAP."""
import hashlib
import re

from centre import ADDRESS, Centre, end, mail, points_of

REPORT = (b"Return-Path: <reporter@example.com>\r\nReceived: from x\r\nFrom: =?UTF-8?B?5aCx5ZGK6ICF?= <reporter@example.com>\r\n"
          b"To: csirt@csirt.example.org\r\nSubject: =?ISO-2022-JP?B?" + __import__("base64").b64encode(
              "フィッシングサイト".encode("iso-2022-jp")) +
          b"?=\r\nMessage-ID: <first@example.com>\r\nDate: Thu, 26 Feb 2009 22:22:00 +0900\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n" +
          "フィッシング http://phish.example.jp/\r\n".encode("iso-2022-jp"))

BOUNCE = """Return-Path: <>\r
Received: from mx\r
From: MAILER-DAEMON@mx.example.net\r
To: csirt@csirt.example.org\r
Subject: Undelivered Mail\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
\r
It failed.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.net\r
\r
Final-Recipient: rfc822; abuse@isp.example.net\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <%s>\r
Subject: x\r
\r
--b--\r
"""


def state_of(c, letter):
    return c.row("letter", "show", letter)["state"]


def kept_once(c):
    with points_of("a mail is kept as it came, once"):
        c.take(REPORT)
        c.take(REPORT)
        row, = c.rows("mail", "list")
        name = hashlib.sha256(REPORT).hexdigest()
        assert row["state"] == "new" and row["sha256"] == name, row
        assert (c.folder / "blobs" / name[:2] / name[2:]).read_bytes() == REPORT


def acknowledged(c):
    with points_of("it becomes a report, and the reporter gets its number, signed, as an automatic mail"):
        c.until(lambda: c.rows("letter", "list", "--state", "sent"))
        row, = c.rows("report", "list")
        assert re.fullmatch(r"R20\d\d-0001", row["ref"]) and row["subject"] == "フィッシングサイト", row
        assert row["from"] == "reporter@example.com" and row["state"] == "new", row
        assert "フィッシング http://phish.example.jp/" in c.row("report", "show", row["ref"])["messages"][0]["text"]
        ack, = c.sink.mails()
        assert ack["X-Envelope-To"] == "reporter@example.com" and ack["X-Envelope-From"] == "", ack.items()
        assert ack["Auto-Submitted"] == "auto-replied" and ack["In-Reply-To"] == "<first@example.com>"
        assert ack.get_content_type() == "multipart/signed" and ack["From"].addresses[0].addr_spec == ADDRESS
        text = ack.get_payload()[0].get_content()
        assert f"受付番号: {row['ref']}" in text and "例示センター" in text, text
    with points_of("the signature holds"):
        raw, boundary = c.sink.raw()[0], b"\r\n--" + ack.get_boundary().encode()
        (c.folder / "part").write_bytes(raw.split(boundary)[1].split(b"\r\n", 1)[1])
        (c.folder / "part.asc").write_text(ack.get_payload()[1].get_payload())
        c.keys[0].gpg("--verify", c.folder / "part.asc", c.folder / "part")
    return row["ref"]


def asked(c, report):
    incident = c.run("incident", "make", report, "--category", "phishing", "--title", "Phishing site of Example Bank", "--brand",
                     "Example Bank", "--origin", "domestic")
    contact, keys = c.party("Abuse desk", "abuse@isp.example.net", "--organisation", "Example Net", "--country", "JP", "--role",
                            "isp", "--lang", "en")
    keys.gpg("--import", c.keys[0].public)
    with points_of("an incident of that report, and a party to ask; no address twice"):
        shown = c.row("incident", "show", incident)
        assert shown["reports"][0]["ref"] == report and shown["category"] == "phishing", shown
        assert "has a contact already" in c.run("contact", "add", "Again", "ABUSE@isp.example.net", code=3)
    with points_of("a letter to it is signed and encrypted, and counts as a request once it is out"):
        letter = c.letter(contact, [incident], "Phishing site in your network", "Dear colleagues,\n\nsee http://phish.example.jp/\n")
        assert c.row("request", "list")["state"] == "prepared" and c.row("letter", "show", letter)["protection"] == "encrypted"
        c.run("letter", "send", letter)
        request = c.until(lambda: [q for q in c.rows("request", "list") if q["state"] == "asked"])[0]
        assert request["domestic"] and request["asked"], request
        sealed = c.sink.mails()[1]
        assert sealed.get_content_type() == "multipart/encrypted" and b"phish.example.jp" not in c.sink.raw()[1]
        text, said = keys.opened(sealed.get_payload()[1].get_payload().encode())
        assert b"phish.example.jp" in text and "Good signature" in said, said
    with points_of("the same party is not asked twice about one incident"):
        c.folder.joinpath("text").write_text("again")
        said = c.run("request", "make", contact, incident, "--subject", "x", "--text", c.folder / "text", code=3)
        assert "asked about that incident already" in said, said
    return incident, contact, letter


def answered(c, incident, letter):
    sent = c.row("letter", "show", letter)["message_id"]
    with points_of("the party answers: the case hears of it, and it is no report"):
        c.take(mail("Abuse <abuse@isp.example.net>", "Re: Phishing site in your network", "The site is gone.", answers=sent))
        c.until(lambda: c.row("request", "list")["state"] == "answered")
        message, = c.row("incident", "show", incident)["messages"]
        assert message["kind"] == "reply" and "The site is gone" in message["text"], message
        assert c.row("contact", "list")["reach"] == "worked" and len(c.rows("report", "list")) == 1
    with points_of("a stranger who writes the same numbers files nothing to the case"):
        c.take(mail("m@evil.example", f"Re: {incident} close it", "please close", answers=sent))
        c.until(lambda: len(c.rows("report", "list")) == 2)
        assert len(c.row("incident", "show", incident)["messages"]) == 1
    with points_of("an automatic answer is kept with the case, and answers nothing"):
        c.take(mail("abuse@isp.example.net", "Automatic reply", "away", answers=sent, Auto_Submitted="auto-replied"))
        c.until(lambda: [m for m in c.rows("mail", "list") if m["kind"] == "automatic"])
        assert len(c.row("incident", "show", incident)["messages"]) == 2 and len(c.rows("report", "list")) == 2
    with points_of("a bounce marks the letter and its party, and is no report"):
        c.take((BOUNCE % sent).encode())
        c.until(lambda: c.row("letter", "show", letter)["returned"] == "bounced")
        assert c.row("contact", "list")["reach"] == "bounced" and len(c.rows("report", "list")) == 2
    with points_of("the centre that meets its own mail does not answer itself"):
        before = len(c.sink.raw())
        c.take(b"Received: from loop\r\n" + c.sink.raw()[0].split(b"\r\n", 2)[2])
        c.until(lambda: [m for m in c.rows("mail", "list", "--state", "bin") if m["kind"] == "loop"])
        assert len(c.rows("report", "list")) == 2 and len(c.sink.raw()) == before


def joined(c, first, second):
    report = c.rows("report", "list")[-1]["ref"]
    with points_of("joining and splitting lose nothing"):
        c.run("incident", "join", second, report, "--reason", "same URL")
        assert "already" in c.run("incident", "join", second, report, code=3)
        assert len(c.row("report", "show", report)["incidents"]) == 2
        c.run("incident", "split", second, report)
        assert len(c.row("report", "show", report)["incidents"]) == 1
    with points_of("so do merging and its undoing; none is merged into one that is merged"):
        c.run("incident", "merge", first, second, "--reason", "same host")
        assert c.row("incident", "show", second)["merged_into"] == first
        c.run("incident", "merge", second, first, code=2)
        c.run("incident", "unmerge", second)
        assert c.row("incident", "show", second)["merged_into"] is None
    with points_of("an incident is closed with its reason, and opened again"):
        c.run("incident", "close", first, "--reason", "site gone")
        assert c.row("incident", "show", first)["closed_reason"] == "site gone"
        assert "closed already" in c.run("incident", "close", first, code=3)
        c.run("incident", "reopen", first)


def promised(c, contact, second):
    with points_of("a letter that waits can be taken back; one that is out cannot"):
        later = c.letter(contact, [second], "later", "text", "--plain")
        c.run("letter", "send", later, "--delay", "3600")
        c.run("letter", "withdraw", later)
        c.until(lambda: c.row("request", "list", second)["state"] == "withdrawn")
        assert "not where that can be done" in c.run("letter", "withdraw", later, code=3)
    with points_of("a server that takes a letter and does not say so leaves it uncertain, and nobody sends it twice"):
        c.new_sink("--drop-after-data", 1)
        c.stop()
        third = c.run("incident", "make", "--category", "scan", "--title", "third")
        unsure = c.letter(contact, [third], "uncertain", "text", "--plain")
        c.run("letter", "send", unsure)
        c.until(lambda: state_of(c, unsure) == "uncertain")
        c.stop()
        c.start()
        c.run("letter", "resend", unsure)
        c.until(lambda: state_of(c, unsure) == "sent")
        first, again = c.sink.mails()
        assert first["Message-ID"] == again["Message-ID"] == f"<{c.row('letter', 'show', unsure)['message_id']}>"
    with points_of("a server that puts off is asked again later; one that refuses is not"):
        c.new_sink("--later", "abuse@isp.example.net")
        c.stop()
        fourth = c.run("incident", "make", "--category", "scan", "--title", "fourth")
        late = c.letter(contact, [fourth], "late", "text", "--plain")
        c.run("letter", "send", late)
        c.until(lambda: "451" in (c.row("letter", "list", fourth)["failure"] or ""))
        assert state_of(c, late) == "queued"
        c.run("letter", "withdraw", late)
        c.new_sink("--refuse", "abuse@isp.example.net")
        c.stop()
        fifth = c.run("incident", "make", "--category", "scan", "--title", "fifth")
        never = c.letter(contact, [fifth], "never", "text", "--plain")
        c.run("letter", "send", never)
        c.until(lambda: state_of(c, never) == "failed")
        assert "550" in c.row("letter", "show", never)["failure"]


with Centre() as centre:
    kept_once(centre)
    ref = acknowledged(centre)
    one, party, sent_letter = asked(centre, ref)
    answered(centre, one, sent_letter)
    two = centre.run("incident", "make", "--category", "phishing", "--title", "other")
    joined(centre, one, two)
    promised(centre, party, two)
end()
