# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Stubs on loopback for tests that watch: a web site that behaves as it is told, and a name server."""
import http.server
import select
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time

PAGE = b"<html><title>Example Bank</title><form>card number</form></html>\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        self.server.hits += 1
        mode = self.path.strip("/").split("?")[0] or self.server.mode
        getattr(self, "mode_" + mode, self.mode_missing)()

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def mode_up(self):
        self.answer(200, PAGE)

    def mode_missing(self):
        self.answer(404, b"gone\n")

    def mode_parked(self):
        self.answer(200, b"<html>Buy This Domain! This domain is for sale.</html>")

    def mode_moved(self):
        self.answer(302, b"", Location=self.server.to)

    def mode_loop(self):
        self.answer(302, b"", Location="/loop?" + str(self.server.hits))

    def mode_file(self):
        self.answer(302, b"", Location="file:///etc/passwd")

    def mode_huge(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(1024):
            self.wfile.write(b"x" * 65536)

    def mode_slow(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(600):
            self.wfile.write(b".")
            time.sleep(0.1)

    def mode_headers(self):
        self.send_response(200)
        for n in range(20000):
            self.send_header(f"X-{n}", "x" * 100)
        self.end_headers()

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Site(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        pass

    def __init__(self, certificate=None, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.mode, self.to, self.hits, self.port = "up", "", 0, self.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


def certificate(folder):
    path = folder / "site.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=phish.test", "-addext", "subjectAltName=DNS:phish.test,DNS:www.phish.test", "-keyout", path, "-out",
                    folder / "site.crt"], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (folder / "site.crt").read_bytes())
    return path


class Names(threading.Thread):
    """names: name → a list of addresses; another name does not exist."""

    def __init__(self, **names):
        super().__init__(daemon=True)
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            question, where = self.socket.recvfrom(4096)
            end, labels = 12, []
            while question[end]:
                labels.append(question[end + 1:end + 1 + question[end]].decode().lower())
                end += 1 + question[end]
            kind, = struct.unpack(">H", question[end + 1:end + 3])
            found = self.names.get(".".join(labels))
            family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
            rows = [socket.inet_pton(family, a) for a in found or [] if (":" in a) == (kind == 28)] if family else []
            code = 0x8183 if found is None else 0x8180
            self.socket.sendto(question[:2] + struct.pack(">HHHHH", code, 1, len(rows), 0, 0) + question[12:end + 5] +
                               b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 1, len(row)) + row for row in rows), where)


class Monlist(threading.Thread):
    """NTP servers on some addresses of 127.0.0.0/8, one port: `how` says of each whether it gives its list, refuses or is silent."""

    def __init__(self, how):
        super().__init__(daemon=True)
        self.asked, self.how, self.sockets, self.port = [], how, [], 0
        for address in how:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((address, self.port))
            self.port = s.getsockname()[1]
            self.sockets.append(s)
        self.start()

    def run(self):
        while True:
            for s in select.select(self.sockets, [], [])[0]:
                question, where = s.recvfrom(4096)
                address = s.getsockname()[0]
                self.asked.append((address, question))
                head = bytes([0x97, 0, 3, 0x2a])
                if self.how[address] == "list":
                    s.sendto(head + struct.pack(">HH", 6, 72) + bytes(6 * 72), where)
                elif self.how[address] == "refuses":
                    s.sendto(head + struct.pack(">HH", 0x4000, 0), where)
                elif self.how[address] == "garbles":
                    s.sendto(b"\x1c" + bytes(47), where)  # an answer of the mode that clocks are set by
