#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""IE zero-day (CVE-2014-0322): altered sites lead by iframe to files that break in; the malware sends data abroad and reads a blog page for its
commands. Incidents of two categories are linked, indicators are kept, the blog's operator is asked. TAP."""
from centre import Centre, end, mail, points_of

SWF, JAR = "a" * 64, "b" * 32
BLOG = "http://blog.example.jp/u/12345/"


def main(c):
    with points_of("an altered site and a malware site are two incidents, linked"):
        c.take(mail("soc@example.jp", "altered", "http://society.example.jp/ has an iframe to http://evil.example.net/include.html"))
        report = c.until(lambda: c.rows("report", "list"))[0]["ref"]
        altered = c.run("incident", "make", report, "--category", "defacement", "--title", "society.example.jp altered")
        malware = c.run("incident", "make", report, "--category", "malware_site", "--title", "Exploit for CVE-2014-0322")
        c.run("incident", "link", altered, malware, "--reason", "leads there by iframe")
        c.run("incident", "edit", altered, malware, "--campaign", "CVE-2014-0322", "-q")
        assert c.row("incident", "show", malware)["links"] == [{"ref": altered, "kind": "incident", "reason": "leads there by iframe"}]
    with points_of("the chain is kept by its roles: what led there, what broke in, what was fetched, what commands, where data goes"):
        for case, thing, role in ((altered, "http://society.example.jp/", "lure"), (malware, "http://evil.example.net/include.html", "exploit"),
                                  (malware, SWF, "exploit"), (malware, JAR, "exploit"), (malware, "http://evil.example.net/erido.jpg", "download"),
                                  (malware, "203.0.113.99", "drop"), (malware, BLOG, "command")):
            c.run("indicator", "add", case, thing, "--as", role, "--source", "analysis")
        kept = {(i["role"], i["kind"]) for i in c.rows("indicator", "list", malware)}
        assert {("exploit", "sha256"), ("exploit", "md5"), ("command", "url"), ("drop", "address"), ("download", "url")} <= kept, kept
        assert {row["about"] for row in c.rows("indicator", "find", SWF)} == {malware}
    with points_of("the blog's operator is asked, with the page, not with the victim"):
        blog = c.run("contact", "add", "Blog operator", "abuse@blog.example.jp", "--country", "JP", "--role", "administrator")
        letter = c.run("request", "make", blog, malware, "--reason", "the malware reads its commands there")
        text = c.row("letter", "show", letter)["text"]
        assert BLOG in text and "society.example.jp" not in text, text
        c.run("letter", "send", letter)
        c.until(lambda: c.row("request", "list")["state"] == "asked")
    with points_of("another report with the hash belongs to it, and says why"):
        c.take(mail("other@example.org", "a file", f"we found {SWF.upper()} on a PC"))
        ref = c.until(lambda: [r["ref"] for r in c.rows("report", "list") if r["subject"] == "a file"])[0]
        found, = c.rows("report", "same", ref)
        assert found["incident"] == malware and found["why"] == f"an indicator of it {SWF} (exploit)", found
    with points_of("links are taken away and made again; not by joining's own words, not with itself, not without a reason"):
        c.run("incident", "unlink", malware, altered)
        assert c.row("incident", "show", altered)["links"] == []
        assert "not linked" in c.run("incident", "unlink", malware, altered, code=3)
        for words in ((altered, "--reason", "same as"), (malware, "--reason", "x"), (altered, "--reason", "")):
            c.run("incident", "link", malware, *words, code=2)
        c.run("incident", "link", malware, altered, report, "--reason", "told of both")
        assert {t["ref"] for t in c.row("incident", "show", malware)["links"]} == {altered, report}


with Centre(signs=False) as centre:
    main(centre)
end()
