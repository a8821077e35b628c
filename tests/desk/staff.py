# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A centre's staff pages, as a browser without script asks for them: for tests of the desk."""
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from centre import BUILD


class Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Staff:
    def __init__(self, c):
        self.log = c.folder / "staff.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([BUILD / "src/process/hinomi-staff", "-c", "hinomi.conf", "--listen", "127.0.0.1:0"],
                                            cwd=c.folder, stderr=log)
        for _ in range(100):
            found = re.search(r"address=(http://[^ ]*)/", self.log.read_text())
            if found:
                break
            time.sleep(0.1)
        self.site, self.browser = found[1], urllib.request.build_opener(Still())

    def close(self):
        self.process.terminate()
        self.process.wait()

    def ask(self, path, fields=None, **headers):
        """(status, body, where it leads)"""
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(self.site + path, data, {"Accept-Language": "en", **headers})
        try:
            answer = self.browser.open(request, timeout=20)
        except urllib.error.HTTPError as refused:
            answer = refused
        return answer.status, answer.read().decode(), answer.headers.get("Location")

    def page(self, path):
        status, body, _ = self.ask(path)
        assert status == 200, (path, status)
        return body

    def act(self, path, act, expect=303, **fields):
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', self.page(path))[1]
        status, body, leads = self.ask(path, {"csrf": token, "act": act, **fields})
        assert status == expect, (path, act, status, re.findall(r'class="fault"[^>]*>([^<]+)', body))
        return leads if expect == 303 else body


def with_store(c):
    """The pages want a store of events: one with one row."""
    c.run("contact", "list")
    (c.folder / "store").mkdir()
    c.run("observe", "import", "-q", "-d", "store", "-", stdin=b"time,sensor,source,protocol,source_port,port\n"
          b"2013-05-01T00:00:00Z,a,192.0.2.1,tcp,1,22\n")
    return Staff(c)
