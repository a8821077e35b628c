#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Listed-ad phishing: a search advertisement shows the bank's URL and leads to a phishing site. Both URLs are kept, the brand is a domestic one,
the ad service and the host are asked. TAP."""
from centre import Centre, end, mail, points_of

SHOWN, TARGET = "https://www.bank.example.jp/", "http://bank-login.example.net/jp/"


def main(c):
    with points_of("the report names the URL that the advertisement shows and the one it leads to"):
        c.take(mail("customer@example.com", "検索広告", f"検索結果の一番上の広告に {SHOWN} と出ていますが、開くと {TARGET} に飛びます。"))
        report = c.until(lambda: c.rows("report", "list"))[0]["ref"]
        assert [n["text"] for n in c.row("report", "show", report)["named"]] == [SHOWN, TARGET]
    with points_of("the incident says brand and class, what led there, and each URL's part"):
        case = c.run("incident", "make", report, "--category", "phishing", "--title", "検索広告からのフィッシング", "--brand", "Example Bank",
                     "--origin", "domestic")
        c.run("incident", "edit", case, "--industry", "finance", "--lead-in", "search advertisement", "--hosting", "rental", "-q")
        for url, role in ((SHOWN, "lure"), (TARGET, "site")):
            c.run("indicator", "add", case, url, "--as", role, "--source", report)
        shown = c.row("incident", "show", case)
        assert (shown["brand"], shown["origin"], shown["industry"], shown["lead_in"], shown["hosting"]) == (
            "Example Bank", "domestic", "finance", "search advertisement", "rental"), shown
        assert {i["role"]: i["text"] for i in shown["indicators"]} == {"lure": SHOWN, "site": TARGET}
        for wrong in (("--origin", "martian"), ("--category", "fishing"), ("--country", "jp"), ("--port", "99999/tcp"), ("--first-seen", "soon"),
                      ("--title", "")):
            c.run("incident", "edit", case, *wrong, code=2)
    with points_of("it is told: the site is confirmed live, by the rule of figure 9"):
        assert c.run("incident", "judge", case, "--because", "site_live") == "notify"
    with points_of("the ad service and the host are asked: two requests about one incident"):
        ads = c.run("contact", "add", "Ad service", "abuse@ads.example.com", "--country", "US", "--role", "other", "--lang", "en")
        host = c.run("contact", "add", "Host", "abuse@host.example.net", "--country", "US", "--role", "isp", "--lang", "en")
        letters = [c.run("request", "make", ads, case, "--reason", "runs the advertisement"), c.run("request", "make", host, case, "--reason", "hosts it")]
        for letter in letters:
            text = c.row("letter", "show", letter)["text"]
            assert SHOWN in text and TARGET in text, text
        c.run("letter", "send", *letters)
        c.until(lambda: sum(q["state"] == "asked" for q in c.rows("request", "list", case)) == 2)
        assert not any(q["domestic"] for q in c.rows("request", "list", case))
    with points_of("the advice for users is at hand in both languages: check the URL, one-time password, anti-phishing software"):
        for lang, wanted in (("ja", ("URL が正規のものか", "ワンタイムパスワード", "フィッシング対策ソフト")), ("en", ("Check the address", "one-time", "anti-phishing"))):
            advice = next(a["text"] for a in c.rows("letter", "advice", "--lang", lang) if (a["category"], a["audience"]) == ("phishing", "user"))
            assert all(w in advice for w in wanted), advice
        for lang in ("ja", "en"):
            have = {(a["category"], a["audience"]) for a in c.rows("letter", "advice", "--lang", lang)}
            assert len(have) == 14, have


with Centre(signs=False) as centre:
    main(centre)
end()
