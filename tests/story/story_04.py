#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Bank phishing and malware mail: two kinds of attack on one bank. The phishing site is closed through a CSIRT abroad and a provider; the malware's
drop server is found by analysis and stopped by its administrator. Both ends are confirmed gone, with dates. TAP."""
import email.message
import email.policy

from centre import Centre, end, mail, points_of
from stubs import Names, Site


def malware_mail():
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["From"], m["To"], m["Subject"], m["Message-ID"] = "customer@example.com", "csirt@csirt.example.org", "銀行をかたるメール", "<m@example.com>"
    m.set_content("銀行から届いたメールに実行ファイルが添付されていました。")
    m.add_attachment(b"MZ (no malware: a test)", maintype="application", subtype="octet-stream", filename="security_update.exe")
    return m.as_bytes()


def state(c, ref):
    return next(w for w in c.rows("watch", "list") if w["ref"] == ref)["state"]


def gone(c, ref, site):
    """Fails until it is down, which a person confirms."""
    site.mode = "missing"
    c.until(lambda: state(c, ref) == "down", 60)
    c.run("watch", "confirm", ref, "--reason", "the administrator says so too")


def main(c, phish, drop):
    with points_of("1: two reports of one bank; one incident of each kind, linked by its brand"):
        c.take(mail("bank@example.jp", "フィッシング", f"http://phish.test:{phish.port}/?login"))
        c.take(malware_mail())
        c.until(lambda: len(c.rows("report", "list")) == 2)
        by = {r["from"]: r["ref"] for r in c.rows("report", "list")}
        site = c.run("incident", "make", by["bank@example.jp"], "--category", "phishing", "--title", "Phishing of Example Bank", "--brand",
                     "Example Bank", "--origin", "domestic")
        malware = c.run("incident", "make", by["customer@example.com"], "--category", "other", "--title", "Malware mail in the name of Example Bank",
                        "--brand", "Example Bank")
        c.run("incident", "link", site, malware, "--reason", "one campaign against the customers of Example Bank")
        ties = c.row("incident", "show", malware)["links"]
        assert [(t["ref"], t["reason"]) for t in ties] == [(site, "one campaign against the customers of Example Bank")], ties
    with points_of("2a: the site is confirmed to be there; the CSIRT of its country and the provider are asked to close it"):
        watched = c.run("watch", "add", site, f"http://phish.test:{phish.port}/?login", "--every", "1")
        c.until(lambda: state(c, watched) == "up")
        csirt = c.run("contact", "add", "National CSIRT", "cert@csirt.example.net", "--country", "US", "--role", "csirt", "--lang", "en")
        isp = c.run("contact", "add", "Provider", "abuse@isp.example.net", "--country", "US", "--role", "isp", "--lang", "en")
        letters = [c.run("request", "make", who, site, "--reason", why) for who, why in ((csirt, "covers the country"), (isp, "holds the address"))]
        text = c.row("letter", "show", letters[0])["text"]
        assert site in text and f"http://phish.test:{phish.port}/?login" in text and "Take the page offline" in text, text
        c.run("letter", "send", *letters)
        c.until(lambda: sum(q["state"] == "asked" for q in c.rows("request", "list")) == 2)
        assert all(not q["domestic"] for q in c.rows("request", "list"))
    with points_of("2b: analysis finds where the input is sent; its administrator is asked to stop it"):
        c.run("indicator", "add", malware, f"http://drop.test:{drop.port}/?in", "--as", "drop", "--source", "analysis")
        stopped = c.run("watch", "add", malware, f"http://drop.test:{drop.port}/?in", "--every", "1")
        c.until(lambda: state(c, stopped) == "up")
        admin = c.run("contact", "add", "Administrator", "root@hosting.example.jp", "--country", "JP", "--role", "administrator")
        letter = c.run("request", "make", admin, malware, "--reason", "runs the server")
        assert f"http://drop.test:{drop.port}/?in" in c.row("letter", "show", letter)["text"]
        c.run("letter", "send", letter)
        c.until(lambda: c.row("letter", "show", letter)["state"] == "sent")
    with points_of("both ends are confirmed gone, each with the date of the first look that failed"):
        gone(c, watched, phish)
        c.take(mail("root@hosting.example.jp", "Re", "止めました。", answers=c.row("letter", "show", letter)["message_id"]))
        gone(c, stopped, drop)
        for case, target in ((site, watched), (malware, stopped)):
            interval, = c.row("incident", "show", case)["intervals"]
            first = next(k["time"] for k in reversed(c.row("watch", "show", target, "--count", "1000")["checks"]) if k["finding"] == "down")
            assert interval["ended"] == first and interval["confirmed"] and interval["first_up"] < interval["ended"], (interval, first)
        c.until(lambda: any(q["state"] == "answered" for q in c.rows("request", "list")))
    with points_of("the reporter gets a closing word, once; the cases are closed with their reasons"):
        word = c.run("report", "thank", by["bank@example.jp"])
        c.run("letter", "send", word)
        c.until(lambda: c.row("letter", "show", word)["state"] == "sent")
        said = next(m for m in c.sink.mails() if m["X-Envelope-To"] == "bank@example.jp" and "終了" in m["Subject"])
        assert by["bank@example.jp"] in said.get_content()
        c.run("incident", "close", site, malware, "--reason", "gone, seen by the watcher")
        c.run("report", "close", *by.values())
        assert {i["state"] for i in c.rows("incident", "list")} == {"closed"}


names, one, two = Names(phish_test=["127.0.0.1"], drop_test=["127.0.0.1"]), Site(), Site()
SETTINGS = (f'fetch {{ allow = "127.0.0.1" dns = "127.0.0.1:{names.port}" seconds = 3 }}\nwatch {{ every = 1 failures = 2 over = 1 }}\n')
with Centre(signs=False, settings=SETTINGS) as centre:
    main(centre, one, two)
end()
