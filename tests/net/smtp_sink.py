#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A mail server on loopback that keeps what it takes: each mail as a file with its envelope in front.

    smtp_sink.py FOLDER [--refuse ADDRESS]... [--drop-after-data N] [--later ADDRESS]...

Prints the port, then serves until its standard input ends. Mails are FOLDER/0001.eml, … with `X-Envelope-From` and
`X-Envelope-To` lines first. --refuse answers RCPT with 550, --later with 451; --drop-after-data takes the N-th mail and closes
without an answer."""
import argparse
import pathlib
import socketserver
import sys
import threading


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        a, sender, to = self.server.asked, "", []
        self.say("220 sink.example.org ESMTP")
        for raw in self.rfile:
            line = raw.decode("latin-1").strip()
            word = line.split(" ")[0].upper()
            address = line.partition(":")[2].strip().split(" ")[0].strip("<>")
            if word in ("EHLO", "HELO"):
                self.say("250-sink.example.org")
                self.say("250 8BITMIME")
            elif word == "MAIL":
                sender, to = address, []
                self.say("250 ok")
            elif word == "RCPT":
                if address in a.refuse:
                    self.say("550 5.1.1 no such user")
                elif address in a.later:
                    self.say("451 4.3.0 later")
                else:
                    to.append(address)
                    self.say("250 ok")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                for raw in self.rfile:
                    if raw == b".\r\n":
                        break
                    lines.append(raw[1:] if raw.startswith(b".") else raw)
                number = self.server.keep(sender, to, b"".join(lines))
                if number == a.drop_after_data:
                    return
                self.say(f"250 kept as {number}")
            elif word == "QUIT":
                self.say("221 bye")
                return
            elif word in ("RSET", "NOOP"):
                self.say("250 ok")
            else:
                self.say("502 not here")


class Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, asked):
        super().__init__(("127.0.0.1", 0), Session)
        self.asked, self.count, self.lock = asked, 0, threading.Lock()

    def keep(self, sender, to, mail):
        with self.lock:
            self.count += 1
            head = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(to)}\r\n".encode()
            (self.asked.folder / f"{self.count:04}.eml").write_bytes(head + mail)
            return self.count


p = argparse.ArgumentParser()
p.add_argument("folder", type=pathlib.Path)
p.add_argument("--refuse", action="append", default=[])
p.add_argument("--later", action="append", default=[])
p.add_argument("--drop-after-data", type=int, default=0)
asked = p.parse_args()
asked.folder.mkdir(parents=True, exist_ok=True)
with Sink(asked) as sink:
    print(sink.server_address[1], flush=True)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    sys.stdin.read()
