#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""osCommerce and image search: many altered sites of one product, and image results that lead to fake anti-virus. They count as defacement, are one
campaign, and the sources of the attack are asked. TAP."""
from centre import Centre, end, mail, points_of

COUNT = 12
SOURCE = "http://fakeav.example.net/scan.php"


def main(c):
    with points_of("many reports of one method: a script after the title; each altered site is an incident of defacement"):
        for n in range(COUNT):
            c.take(mail(f"user{n}@example.com", f"altered {n}", f"http://shop{n}.example.jp/ has <script src={SOURCE}?{n}> after its title"))
        c.until(lambda: len(c.rows("report", "list")) == COUNT, 60)
        refs = {r["subject"]: r["ref"] for r in c.rows("report", "list")}
        cases = [c.run("incident", "make", refs[f"altered {n}"], "--category", "defacement", "--title", f"shop{n}.example.jp altered") for n in range(COUNT)]
    with points_of("a further report shares the source's host with all of them, and is proposed with that reason"):
        c.take(mail("last@example.com", "image search", f"an image search led me to {SOURCE}"))
        ref = c.until(lambda: [r["ref"] for r in c.rows("report", "list") if r["subject"] == "image search"])[0]
        proposed = c.rows("report", "same", ref)
        assert {p["incident"] for p in proposed} == set(cases) and all("fakeav.example.net" in p["why"] for p in proposed), proposed
    with points_of("one campaign links them; what was there before is in the timeline"):
        c.run("incident", "edit", *cases, "--campaign", "osCommerce 2011", "--lead-in", "image search results", "-q")
        listed = c.rows("incident", "list", "--campaign", "osCommerce 2011", "--count", "100")
        assert {i["ref"] for i in listed} == set(cases) and {i["category"] for i in listed} == {"defacement"}
        changed = [t["detail"] for t in c.row("incident", "show", cases[0])["timeline"] if t["what"] == "changed"]
        assert "campaign: – → osCommerce 2011" in changed, changed
        assert not c.rows("incident", "list", "--campaign", "another")
    with points_of("the source is asked about once, for all its incidents: as many requests as incidents"):
        host = c.run("contact", "add", "Host of the source", "abuse@host.example.net", "--country", "RU", "--role", "isp", "--lang", "en")
        letter = c.run("request", "make", host, *cases, "--reason", "source of the attack")
        c.run("letter", "send", letter)
        c.until(lambda: c.row("letter", "show", letter)["state"] == "sent")
        c.until(lambda: all(q["state"] == "asked" for q in c.rows("request", "list")))
        assert len(c.rows("request", "list")) == COUNT and len([m for m in c.sink.mails() if m["X-Envelope-To"] == "abuse@host.example.net"]) == 1
    with points_of("the methods change: a new kind of script joins the campaign by its indicator"):
        c.run("indicator", "add", cases[0], "http://second.example.org/x.js", "--as", "exploit", "--source", "analysis of changing methods")
        c.take(mail("new@example.com", "another script", "http://shop99.example.jp/ loads http://second.example.org/x.js"))
        ref = c.until(lambda: [r["ref"] for r in c.rows("report", "list") if r["subject"] == "another script"])[0]
        found = {p["incident"]: p["why"] for p in c.rows("report", "same", ref)}
        assert list(found) == [cases[0]] and "an indicator of it" in found[cases[0]], found


with Centre(signs=False) as centre:
    main(centre)
end()
