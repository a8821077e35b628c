#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""gh0st RAT mail: a mail to the published address with a forged sender turns out to be a targeted attack; the CSIRT of its destination is told;
the name is gone. The course is printed with its times. Also recipe 13. TAP."""
from centre import Centre, end, mail, points_of


def main(c):
    with points_of("the mail is entered with the time of its receipt; it counts in that month"):
        (c.folder / "mail.eml").write_bytes(mail("someone@example.co.jp", "ご案内", "添付をご覧ください。", to="info@csirt.example.org",
                                                 Received_SPF="fail"))
        c.run("mail", "take", "--channel", "hand", "--at", "2009-02-26T22:22", c.folder / "mail.eml")
        report = c.until(lambda: c.rows("report", "list"))[0]
        assert report["received"] == "2009-02-26T13:22:00Z", report
        case = c.run("incident", "make", report["ref"], "--category", "targeted", "--title", "Mail with a RAT, false sender")
        assert c.row("incident", "show", case)["counts"] == "2009-02-26T13:22:00Z"
        assert "still to come" in c.run("mail", "take", "--at", "2999-01-01T00:00", c.folder / "mail.eml", code=3)
    with points_of("analysis: its kind, and where it calls"):
        c.run("indicator", "add", case, "cmd.example.net", "--as", "command", "--source", "analysis", "--reason", "gh0st")
        c.run("incident", "edit", case, "--country", "CN", "--first-seen", "2009-02-26T22:22", "-q")
        assert c.row("incident", "show", case)["first_seen"] == "2009-02-26T13:22:00Z"
    with points_of("the timeline has its elapsed times: 3d 18h 08m, 22h 16m, 4d 16h 24m"):
        told = c.run("incident", "happened", case, "information to the CSIRT of that address", "--at", "2009-03-02T16:30", "--what", "notified")
        c.run("incident", "happened", case, "A record gone", "--at", "2009-03-03T14:46", "--what", "ended")
        rows = c.rows("incident", "course", case)
        assert [(r["kind"], r["since_before"], r["since_first"]) for r in rows] == [
            ("received", None, None), ("notified", "3d 18h 08m", "3d 18h 08m"), ("ended", "22h 16m", "4d 16h 24m")], rows
        assert rows[0]["what"] == report["ref"]
    with points_of("from notice to end: 22h 16m, in the bucket of 0-3 business days"):
        said = c.said("incident", "course", case)
        assert "22h 16m" in said and "business days: 1 (0-3)" in said, said
    with points_of("a moment that was wrong goes, and stays in the timeline; what is to come, or no kind, is refused"):
        c.run("incident", "forget", case, told)
        assert [r["kind"] for r in c.rows("incident", "course", case)] == ["received", "ended"]
        assert "moment removed" in [t["what"] for t in c.row("incident", "show", case)["timeline"]]
        assert "no moment" in c.run("incident", "forget", case, told, code=3)
        c.run("incident", "happened", case, "x", "--what", "guessed", code=2)
        c.run("incident", "happened", case, "x", "--at", "2999-01-01", code=2)


with Centre(signs=False) as centre:
    main(centre)
end()
