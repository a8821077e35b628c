#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""SQL injection: weak sites are altered and lead their users to a harmful one. The weak sites get advice and a notice, the CSIRT of the harmful
site's region a request to close it: separate records, linked. (The warning to the public is a document of its own.) TAP."""
from centre import Centre, end, mail, points_of

SITES = {"shop": "http://shop.example.jp/", "town": "http://town.example.jp/news.asp"}
HARMFUL = "http://evil.example.net/s.js"


def main(c):
    with points_of("each weak site is an incident of its own, the harmful one another"):
        for name, url in SITES.items():
            c.take(mail(f"visitor@{name}.example.com", name, f"{url} contains <script src={HARMFUL}>"))
        c.until(lambda: len(c.rows("report", "list")) == 2)
        reports = {r["subject"]: r["ref"] for r in c.rows("report", "list")}
        weak = {n: c.run("incident", "make", reports[n], "--category", "defacement", "--title", f"{n}: altered by SQL injection") for n in SITES}
        for name, case in weak.items():
            c.run("indicator", "add", case, SITES[name], "--as", "site", "--source", reports[name])
        harmful = c.run("incident", "make", *reports.values(), "--category", "malware_site", "--title", "Harmful script")
        c.run("indicator", "add", harmful, HARMFUL, "--as", "exploit", "--source", "analysis")
        c.run("incident", "link", harmful, *weak.values(), "--reason", "their users are led there")
    with points_of("weak sites: a notice with advice against what happened, each about its own site alone"):
        letters = {}
        for name, case in weak.items():
            who = c.run("contact", "add", name, f"webmaster@{name}.example.jp", "--country", "JP", "--role", "administrator")
            letters[name] = c.run("request", "make", who, case)
            text = c.row("letter", "show", letters[name])["text"]
            other = next(u for n, u in SITES.items() if n != name)
            assert SITES[name] in text and other not in text and "改ざんされたファイルを保全" in text, text
    with points_of("the harmful site: a closing request to the CSIRT of its region"):
        csirt = c.run("contact", "add", "CSIRT of the region", "cert@region.example.net", "--country", "CN", "--role", "csirt", "--lang", "en")
        letters["takedown"] = c.run("request", "make", csirt, harmful, "--reason", "covers the region")
        text = c.row("letter", "show", letters["takedown"])["text"]
        assert HARMFUL in text and "Take the file offline" in text and not any(u in text for u in SITES.values()), text
        c.run("letter", "send", *letters.values())
        c.until(lambda: all(q["state"] == "asked" for q in c.rows("request", "list")))
    with points_of("the kinds of action have separate records, found from each other"):
        requests = c.rows("request", "list")
        assert len({q["ref"] for q in requests}) == 3 and sum(q["domestic"] for q in requests) == 2
        assert {q["incident"] for q in requests if q["domestic"]} == set(weak.values())
        links = {t["ref"] for t in c.row("incident", "show", harmful)["links"]}
        assert links == set(weak.values()) and c.row("incident", "show", weak["shop"])["links"][0]["ref"] == harmful
        categories = {i["ref"]: i["category"] for i in c.rows("incident", "list")}
        assert sorted(categories.values()) == ["defacement", "defacement", "malware_site"]


with Centre(signs=False) as centre:
    main(centre)
end()
