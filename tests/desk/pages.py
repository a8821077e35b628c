#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""The desk's pages through their forms: a report becomes an incident, another joins and is taken out again, two are merged and it is
undone, a letter goes out, its answer arrives, the incident is closed. And what pages must refuse. TAP."""
import re

from centre import Centre, end, mail, points_of
from staff import with_store


def main(c, s):
    with points_of("what arrived is shown as text: no script, no link to the site"):
        c.take(mail("reporter@example.com", "<b>Phishing</b>", "see http://phish.example.jp/a?b=1\n<script>alert(1)</script>"))
        c.take(mail("other@example.net", "the same site", "http://phish.example.jp/a?b=1"))
        c.until(lambda: len(c.rows("report", "list")) == 2)
        first, second = sorted(r["ref"] for r in c.rows("report", "list"))
        body = s.page(f"/desk/report/{first}")
        assert "hxxp://phish[.]example[.]jp/a?b=1" in body and "&lt;script&gt;alert(1)" in body and "&lt;b&gt;Phishing" in body
        assert "<script" not in body and 'href="http://phish' not in body
        assert first in s.page("/desk/reports") and second in s.page("/desk/reports")
    with points_of("a report becomes an incident"):
        leads = s.act(f"/desk/report/{first}", "make", title="Phishing of Example Bank", category="phishing")
        incident = leads.rsplit("/", 1)[1]
        assert c.row("incident", "show", incident)["reports"][0]["ref"] == first
        assert "Phishing of Example Bank" in s.page(leads)
    with points_of("another report of the same joins, and is taken out again"):
        s.act(f"/desk/report/{second}", "join", incident=incident, reason="same URL")
        assert len(c.row("incident", "show", incident)["reports"]) == 2
        assert "It is so already" in s.act(f"/desk/report/{second}", "join", 400, incident=incident)
        s.act(f"/desk/incident/{incident}", "remove", report=second)
        assert len(c.row("incident", "show", incident)["reports"]) == 1
    with points_of("two incidents are merged, and it is undone"):
        other = s.act(f"/desk/report/{second}", "make", title="again", category="phishing").rsplit("/", 1)[1]
        s.act(f"/desk/incident/{incident}", "merge", incident=other)
        assert c.row("incident", "show", other)["merged_into"] == incident and f"merged into {incident}" in s.page(f"/desk/incident/{other}")
        s.act(f"/desk/incident/{other}", "unmerge")
        assert c.row("incident", "show", other)["merged_into"] is None
    with points_of("a contact is added; an address that is none, and one that is there, are refused beside the field"):
        s.act("/desk/contacts", "add", name="Abuse desk", address="abuse@isp.example.net", country="JP", letter_lang="en")
        assert "cannot be used" in s.act("/desk/contacts", "add", 400, name="x", address="a@b\nBcc: c@d")
        assert "already" in s.act("/desk/contacts", "add", 400, name="x", address="ABUSE@isp.example.net")
    with points_of("nothing typed is lost when a field is wrong"):
        body = s.act(f"/desk/incident/{incident}", "ask", 400, contact="C-9999", subject="Please act", text="Dear & all")
        assert "Please act" in body and "Dear &amp; all" in body and "There is none of that number" in body
    with points_of("a letter is drafted, seen, sent, and its answer arrives"):
        leads = s.act(f"/desk/incident/{incident}", "ask", contact="abuse@isp.example.net", reason="holds the prefix",
                      subject="Phishing site", text="Dear colleagues,\nplease look at http://phish.example.jp/\n")
        letter = leads.rsplit("/", 1)[1]
        assert "please look at hxxp://phish[.]example[.]jp/" in s.page(leads)
        s.act(leads, "send")
        c.until(lambda: [m for m in c.sink.mails() if m["Subject"] == "Phishing site"])
        sent, = [m for m in c.sink.mails() if m["Subject"] == "Phishing site"]
        assert "http://phish.example.jp/" in sent.get_payload()[0].get_content()
        c.take(mail("abuse@isp.example.net", "Re: Phishing site", "It is gone now.", answers=c.row("letter", "show", letter)["message_id"]))
        c.until(lambda: c.row("request", "list")["state"] == "answered")
        assert "It is gone now." in s.page(f"/desk/incident/{incident}") and "answered" in s.page(f"/desk/incident/{incident}")
    with points_of("without a text the template is the draft; who has not answered is reminded from the page; the reporter gets a closing word"):
        s.act("/desk/contacts", "add", name="Second desk", address="second@isp.example.net", country="JP", letter_lang="en")
        leads = s.act(f"/desk/incident/{incident}", "ask", contact="second@isp.example.net", reason="", subject="", text="")
        assert "Take the page offline" in s.page(leads) and incident in s.page(leads)
        s.act(leads, "send")
        c.until(lambda: sum(q["state"] == "asked" for q in c.rows("request", "list")) == 1)
        waiting = next(q["ref"] for q in c.rows("request", "list") if q["state"] == "asked")
        leads = s.act(f"/desk/incident/{incident}", "remind", request=waiting)
        assert c.row("letter", "show", leads.rsplit("/", 1)[1])["kind"] == "reminder"
        leads = s.act(f"/desk/report/{first}", "thank")
        assert c.row("letter", "show", leads.rsplit("/", 1)[1])["kind"] == "closing"
    with points_of("what was decided not to be told of is said beside the field; the course stands on the page"):
        quiet = c.run("incident", "make", "--category", "phishing", "--title", "quiet")
        c.run("incident", "judge", quiet, "--because", "not_confirmed")
        assert "nobody needs to be told" in s.act(f"/desk/incident/{quiet}", "ask", 400, contact="second@isp.example.net", subject="x", text="y")
        body = s.page(f"/desk/incident/{incident}")
        assert "Course" in body and "notified" in body and "Second desk" in body
    with points_of("what is said of it is changed on its page of details, shown as it is; what is wrong is said, and nothing typed is lost"):
        path = f"/desk/incident/{incident}/more"
        s.act(path, "save", title="Phishing of Example Bank", category="phishing", brand="Example Bank", origin="domestic", country="US",
              ports="80/tcp,443/tcp", campaign="autumn", first_seen="2026-01-02 03:04")
        shown = c.row("incident", "show", incident)
        assert (shown["brand"], shown["origin"], shown["campaign"], shown["first_seen"]) == ("Example Bank", "domestic", "autumn", "2026-01-01T18:04:00Z"), shown
        body = s.page(path)
        assert 'value="Example Bank"' in body and "443/tcp,80/tcp" in body and re.search(r'value="domestic" selected', body)
        assert "Kept words" in s.act(path, "save", 400, title="Kept words", category="phishing", ports="99999/tcp")
    with points_of("whether a party is told is decided there; a moment of its course is entered"):
        s.act(path, "confirm", because="site_live", decide="rule", reason="")
        assert "It was decided to tell" in s.page(path) and "decided: notify" in c.said("incident", "judge", incident)
        assert "site_live" in s.page(path)
        s.act(path, "confirm", 400, because="nonsense", decide="rule")
        s.act(path, "add", at="2026-01-02 03:05", moment="ended", what="the name is gone")
        assert "the name is gone" in s.page(f"/desk/incident/{incident}")
        days = c.run("incident", "make", "--category", "phishing", "--title", "days")
        s.act(f"/desk/incident/{days}/more", "add", at="2014-03-03 10:00", moment="notified", what="called")
        s.act(f"/desk/incident/{days}/more", "add", at="2014-03-05 10:00", moment="ended", what="gone")
        assert "1 business days (0-3)" in s.page(f"/desk/incident/{days}") and "business days: 1 (0-3)" in c.said("incident", "course", days)
        s.act(path, "add", 400, at="2999-01-01", moment="ended", what="x")
    with points_of("the incident is closed with its reason, and opened again"):
        s.act(f"/desk/incident/{incident}", "close", reason="site gone")
        assert c.row("incident", "show", incident)["closed_reason"] == "site gone"
        s.act(f"/desk/incident/{incident}", "open")
        assert c.row("incident", "show", incident)["state"] == "open"
    with points_of("spam goes to the bin and comes back"):
        s.act(f"/desk/report/{second}", "bin")
        assert c.row("report", "show", second)["state"] == "bin"
        s.act(f"/desk/report/{second}", "open")
        assert c.row("report", "show", second)["state"] == "open"
    with points_of("no token, another site, another name: refused, and nothing changes"):
        path = f"/desk/incident/{incident}"
        assert s.ask(path, {"act": "close", "reason": "x"})[0] == 403
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', s.page(path))[1]
        assert s.ask(path, {"csrf": token, "act": "close"}, Origin="http://evil.example")[0] == 403
        assert s.ask(path, None, Host="evil.example")[0] in (403, 421)
        assert c.row("incident", "show", incident)["state"] == "open"
    with points_of("what is not there is 404, also what is no ref"):
        for path in ("/desk/report/R1999-0001", "/desk/incident/%27%20OR%201=1", "/desk/letter/..%2f..%2fetc", "/desk/nothing"):
            assert s.ask(path)[0] == 404, path
    with points_of("lists are files for programs, too"):
        assert s.ask("/desk/incidents?format=csv")[1].splitlines()[0].startswith("ref,counts,category")


# A holiday that no law knows: the page counts by the centre's own table.
HOLIDAYS = "国民の祝日・休日月日,国民の祝日・休日名称\n2014/1/1,元日\n2014/3/4,試験の休日\n"

with Centre() as centre:
    (centre.folder / "holidays.csv").write_text(HOLIDAYS, encoding="cp932")
    conf = centre.folder / "hinomi.conf"
    conf.write_text(conf.read_text().replace("centre {", 'centre { holidays = "holidays.csv"', 1))
    staff = with_store(centre)
    main(centre, staff)
    staff.close()
end()
