#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A form of the public pages becomes a report; its reporter follows, adds to and withdraws it by a secret link. Through
hinomi-public and hinomi-jobs. TAP."""
import hashlib
import html
import http.client
import os
import re
import signal
import subprocess
import threading
import time

from centre import BUILD, Centre, end, points_of

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
EVERYTHING = {
    "what": f"偽のページがあります {SCRIPT}\nhxxp://phish.example[.]jp/\tlogin", "addresses": "http://phish.example.jp/\n192.0.2.1",
    "product": "PLC-7", "effect": "ライン停止", "when": "2026-11-20 09:00", "zone": "JST", "clock": "-30", "log": "a\tb\n\x1b[31mc",
    "detailed": "no", "log_share": "yes", "name": "鈴木\u3000一郎", "organisation": "例示株式会社", "mail": "reporter@example.com",
    "contact": "yes", "coordinate": "no", "told": "yes", "share": "no", "anonymous": "yes",
}


class Public:
    """hinomi-public on the folders of a centre. Every test is another visitor, as behind a proxy."""

    def __init__(self, c):
        self.c, self.visitor = c, 0
        (c.folder / "public").mkdir(exist_ok=True)
        self.start()

    def start(self, port=0):
        self.process = subprocess.Popen([BUILD / "src/process/hinomi-public", "--listen", f"127.0.0.1:{port}", "--spool", "spool",
                                         "--states", "states", "--proxy", "127.0.0.1", "public"], cwd=self.c.folder,
                                        stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r"address=http://127.0.0.1:(\d+)/", self.process.stderr.readline()).group(1))

    def close(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()
        self.process.stderr.close()

    def ask(self, method, path, body=None, **headers):
        """(status, headers, text)"""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request(method, path, body, {"X-Forwarded-For": f"10.0.0.1, 192.0.2.{self.visitor % 250}", **headers})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, answer.headers, text

    def stamp(self, path):
        return re.search(r'name="stamp" value="([^"]*)"', self.ask("GET", path)[2]).group(1)

    def send(self, path, fields, files=(), stamp=None, **headers):
        if stamp is None:
            stamp = self.stamp(path)
            time.sleep(2.1)
        kind, body = multipart({"stamp": stamp, **fields}, files)
        return self.ask("POST", path, body, **{"Content-Type": kind, **headers})


def multipart(fields, files=()):
    out = b""
    for name, value in fields.items():
        value = value if isinstance(value, bytes) else value.replace("\n", "\r\n").encode()
        out += b'--q\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"
    for name, kind, data in files:
        out += (f'--q\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode() +
                data + b"\r\n")
    return "multipart/form-data; boundary=q", out + b"--q--\r\n"


def spooled(c):
    return sorted(p for p in (c.folder / "spool").iterdir() if p.suffix in (".report", ".more"))


def secret_of(answer):
    status, headers, text = answer
    assert status == 303, (status, re.findall(r"<li>(.*?)</li>", text))
    return headers["Location"].rsplit("/", 1)[1]


def reported(c, p):
    png = b"\x89PNG\r\n\x1a\n\0\r\n-q"
    with points_of("a form becomes one file of the spool, for nobody else to read"):
        secret = secret_of(p.send("/report/ics", EVERYTHING, [("../画面;1.png", "image/png", png), ("", "a/b", b"")]))
        assert re.fullmatch("[0-9a-f]{32}", secret)
        file, = spooled(c)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        assert file.name == digest + ".report" and file.stat().st_mode & 0o777 == 0o600
        kept = file.read_bytes()
        assert secret.encode() not in kept
    with points_of("the receipt has a number and the link; the state is there before the jobs are"):
        status, headers, text = p.ask("GET", f"/report/receipt/{secret}")
        assert status == 200 and headers["Cache-Control"] == "no-store" and f"W{digest[:10].upper()}" in text, text
        assert f'href="/report/status/{secret}"' in text and "<script" not in text
        assert "これから内容を確認します" in p.ask("GET", f"/report/status/{secret}")[2]
    with points_of("the jobs make a report of it, with its wishes"):
        row = c.until(lambda: c.rows("report", "list"))[0]
        assert re.fullmatch(r"R20\d\d-0001", row["ref"]) and row["from"] == "reporter@example.com", row
        shown = c.row("report", "show", row["ref"])
        text = shown["messages"][0]["text"]
        for word in ("hxxp://phish.example[.]jp/\tlogin", "ライン停止", "-30", "鈴木", "例示株式会社", "情報提供のみ", "a\tb"):
            assert word in text, (word, text)
        assert row["subject"].startswith("偽のページがあります"), row
        wanted = {"channel": "web", "form": "ics", "wishes_contact": 1, "is_information": 1, "is_party_told": 1,
                  "has_detailed_log": 0, "may_share": 0, "is_anonymous": 1, "zone": "JST", "clock_error_s": -30, "token": digest}
        found = c.sql(f"SELECT {', '.join(wanted)} FROM incident_report")[0]
        assert found == tuple(wanted.values()), found
    with points_of("the file is kept as it came, its attachment among the blobs, and the spool is empty"):
        name = hashlib.sha256(kept).hexdigest()
        assert (c.folder / "blobs" / name[:2] / name[2:]).read_bytes() == kept and not spooled(c)
        (title, kind, blob), = c.sql("SELECT name, type, blob FROM intake_attachment")
        assert title == "画面;1.png" and kind == "image/png" and blob == hashlib.sha256(png).hexdigest(), (title, kind)
        assert (c.folder / "blobs" / blob[:2] / blob[2:]).read_bytes() == png
    with points_of("the same file again, as after a crash, changes nothing"):
        (c.folder / "spool" / f"{digest}.report").write_bytes(kept)
        c.until(lambda: not spooled(c))
        assert len(c.rows("report", "list")) == 1 and len(c.rows("mail", "list")) == 1
    with points_of("the acknowledgement says the number, and nothing that was typed"):
        c.until(lambda: c.sink.mails())
        ack, = c.sink.mails()
        text = ack.get_payload()[0].get_content() if ack.is_multipart() else ack.get_content()
        assert ack["X-Envelope-To"] == "reporter@example.com" and ack["Auto-Submitted"] == "auto-replied", ack.items()
        assert f"受付番号: {row['ref']}" in text and "偽の" not in text and "鈴木" not in text and secret not in text, text
    return secret, row["ref"]


def subjects(c):
    return [row[0] for row in c.sql("SELECT subject FROM incident_report ORDER BY id")]


def settled(c):
    return not spooled(c) and not c.sql("SELECT id FROM intake_message WHERE state = 'new'")


def followed(c, p, secret, ref):
    path = f"/report/status/{secret}"

    def says(*words):
        return c.until(lambda: all(w in p.ask("GET", path)[2] for w in words))
    with points_of("the link shows both numbers and the state in plain words, in both languages"):
        says(ref, "W", "これから内容を確認します")
        assert "Received. We will look at it." in p.ask("GET", f"/en{path}")[2]
    with points_of("a wrong link is not there, and says nothing of the right one"):
        for wrong in (secret[:-1] + ("0" if secret[-1] != "0" else "1"), secret.upper(), "x", "..%2f..%2fcases.db", "since",
                      secret + "0"):
            assert p.ask("GET", f"/report/status/{wrong}")[0] == 404, wrong
            assert p.ask("GET", f"/report/receipt/{wrong}")[0] == 404, wrong
            assert p.ask("POST", f"/report/status/{wrong}", b"do=withdraw&sure=yes",
                         **{"Content-Type": "application/x-www-form-urlencoded"})[0] in (404, 405), wrong
    with points_of("an addition goes to the report, with its files, and is none itself"):
        answer = p.send(path, {"do": "add", "what": f"もう一つ {SCRIPT}"}, [("log.txt", "text/plain", b"GET /")])
        assert answer[0] == 303 and answer[1]["Location"] == f"{path}?done=added", answer[0]
        assert "追記を受け取りました" in p.ask("GET", f"{path}?done=added")[2]
        c.until(lambda: len(c.row("report", "show", ref)["messages"]) == 2)
        last = c.row("report", "show", ref)["messages"][1]
        assert last["kind"] == "addition" and "もう一つ" in last["text"] and len(c.rows("report", "list")) == 1, last
    with points_of("a withdrawal must be meant"):
        status, _, text = p.send(path, {"do": "withdraw"})
        assert status == 422 and 'href="#field-sure"' in text, status
    with points_of("a withdrawal withdraws"):
        assert p.send(f"/en{path}", {"do": "withdraw", "sure": "yes"})[0] == 303
        c.until(lambda: c.row("report", "list")["state"] == "withdrawn")
        says("取り下げられました")
        assert "<form" not in p.ask("GET", path)[2]


def refused(c, p):
    before = len(spooled(c))
    p.visitor += 1
    stamp = p.stamp("/en/report/general")
    time.sleep(2.1)
    with points_of("what is wrong is said on top and beside the field; what was typed stays"):
        status, _, text = p.send("/en/report/general", {"what": "", "mail": f"no address {SCRIPT}", "clock": "soon", "share": "maybe",
                                                        "name": SCRIPT, "log": "kept\nlines"}, stamp=stamp)
        assert status == 422, status
        for field in ("what", "mail", "clock", "share"):
            assert f'href="#field-{field}"' in text and re.search(rf'id="field-{field}"', text), field
        assert text.count("This is not a mail address.") == 2 and "kept\nlines</textarea>" in text
        assert f'value="{html.escape(SCRIPT, quote=True)}"'.replace("&#x27;", "&#39;") in text.replace("&#x27;", "&#39;"), text
        assert "<script" not in text and "onerror=alert(2)>" not in text.replace("&gt;", "")
    with points_of("sent at once, by a stranger's stamp, or with the trap filled: not taken"):
        assert "very quick" in p.send("/en/report/general", {"what": "x"}, stamp=p.stamp("/en/report/general"))[2]
        old = f"{int(time.time()) - 90000}-{'0' * 32}"
        for wrong in ("", "x", old, stamp[:-1] + ("0" if stamp[-1] != "0" else "1")):
            status, _, text = p.send("/en/report/general", {"what": "kept <b>"}, stamp=wrong)
            assert status == 422 and "open for a long time" in text and "kept &lt;b&gt;</textarea>" in text, (wrong, status)
        assert p.send("/en/report/general", {"what": "x", "website": "http://spam.example"}, stamp=stamp)[0] == 422
    with points_of("from another site: refused"):
        for header in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/127.0.0.1"},
                       {"Sec-Fetch-Site": "cross-site"}):
            assert p.send("/en/report/general", {"what": "x"}, stamp=stamp, **header)[0] == 403, header
    with points_of("too many or too large files are told of in the form, far too much on a page of its own"):
        big = b"x" * (5 << 20)
        for files in ([("f", "a/b", b"1")] * 11, [("f", "a/b", big + b"1")], [("f", "a/b", big)] * 2 + [("f", "a/b", b"1")]):
            status, _, text = p.send("/en/report/general", {"what": "kept"}, files, stamp=stamp)
            assert status == 422 and 'href="#field-files"' in text and "kept</textarea>" in text, status
        status, _, text = p.send("/en/report/general", {"what": "x"}, [("f", "a/b", big)] * 5, stamp=stamp)
        assert status == 413 and "What you sent is too large" in text and "10 files" in text, (status, text)
    with points_of("bodies that are no form, and lines of headers in fields"):
        for kind, body in (("multipart/form-data", b""), ("multipart/form-data; boundary=q", b"--q\r\n"), ("text/plain", b"what=x"),
                           ("multipart/form-data; boundary=q", b"--q\r\nContent-Disposition: form-data; name=what\r\n\r\nx\r\n--q--")):
            assert p.ask("POST", "/en/report/general", body, **{"Content-Type": kind})[0] == 400, (kind, body)
        status, _, text = p.send("/en/report/general", {"what": "x", "mail": b"a@example.com\r\nBcc: b@example.com"}, stamp=stamp)
        assert status == 422 and 'href="#field-mail"' in text, status
    with points_of("nothing of that came into the spool"):
        assert len(spooled(c)) == before
    with points_of("one address sends a dozen at once, and then must wait; another goes on"):
        p.visitor += 1
        answers = [p.send("/en/report/general", {"what": f"number {i}"}, stamp=stamp)[0] for i in range(14)]
        assert answers == [303] * 12 + [429] * 2, answers
        p.visitor += 1
        assert p.send("/en/report/general", {"what": "another"}, stamp=stamp)[0] == 303


def full(c, p):
    with points_of("a full spool answers 503, and what was typed stays"):
        p.visitor += 1
        for i in range(2000):
            (c.folder / "spool" / f"{i}.filler").touch()
        status, _, text = p.send("/report/general", {"what": "残るもの"})
        assert status == 503 and "残るもの</textarea>" in text, status
        for i in range(2000):
            (c.folder / "spool" / f"{i}.filler").unlink()


def hostile_files(c):
    """What a public process that was taken over might write."""
    with points_of("hostile files of the spool end nothing, and a person sees them"):
        c.until(lambda: settled(c), 60)
        count = len(subjects(c))
        digest, spool = hashlib.sha256(b"evil").hexdigest(), c.folder / "spool"
        (spool / f"{digest}.report").write_bytes(b"hinomi form 1\nkind 99999999999\n")
        (spool / f"{'1' * 64}.report").write_bytes(b"")
        (spool / f"{'2' * 64}.report").symlink_to("/etc/passwd")
        c.until(lambda: not spooled(c) and [m for m in c.rows("mail", "list") if m["state"] == "unread"], 60)
        assert len(subjects(c)) == count and len(list(spool.glob("*.bad"))) == 2


def killed(c, p):
    """hinomi-public ends at any instant: what it acknowledged becomes a report, and nothing else becomes one in parts."""
    c.until(lambda: settled(c), 60)
    before, acknowledged = len(subjects(c)), []
    c.stop()
    with points_of("kill -9 of the public process loses nothing that was acknowledged"):
        port = p.port
        for turn in range(6):
            stamp = p.stamp("/report/general")
            time.sleep(2.05)

            def post(turn=turn, stamp=stamp):
                for i in range(8):
                    p.visitor += 1
                    text = f"turn {turn} form {i} " + "x" * 19000
                    try:
                        if p.send("/report/general", {"what": text}, stamp=stamp)[0] == 303:
                            acknowledged.append(text[:16].strip())
                    except (OSError, http.client.HTTPException):
                        return
            thread = threading.Thread(target=post)
            thread.start()
            time.sleep(0.02 * (turn + 1))
            p.close(signal.SIGKILL)
            thread.join()
            p.start(port)
        c.until(lambda: settled(c), 60)
        found = subjects(c)[before:]
        for text in acknowledged:
            assert sum(s.startswith(text) for s in found) == 1, text
        assert acknowledged and all(s.startswith("turn ") for s in found)
        print(f"# {len(acknowledged)} acknowledged, {len(found)} reports")


os.umask(0o077)
with Centre(signs=False, settings='public { spool = "spool" states = "states" }\n') as c:
    p = Public(c)
    try:
        secret, ref = reported(c, p)
        followed(c, p, secret, ref)
        refused(c, p)
        full(c, p)
        hostile_files(c)
        killed(c, p)
    finally:
        p.close()
end()
