#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""A target of an incident is up, fails, is confirmed to be gone, comes back; what may not be reached is not; what is hostile costs one
look. Through the shipped program, on loopback stubs. TAP."""
import hashlib
import os
import pathlib
import random
import signal
import time

from centre import Centre, end, points_of
from stubs import PAGE, Names, Site, certificate

SEED = int(os.environ.get("HINOMI_SEED", random.SystemRandom().randrange(1 << 32)))


def settings(names, allow="127.0.0.1", more=""):
    return (f'fetch {{ allow = "{allow}" dns = "127.0.0.1:{names.port}" seconds = 3 redirects = 3 keep_kib = 4 read_kib = 256 {more} }}\n'
            'watch { every = 1 failures = 3 over = 2 }\n')


def incident(c):
    return c.run("incident", "make", "--category", "phishing", "--title", "Phishing site of Example Bank")


def watch(c, case, target, *words):
    return c.run("watch", "add", case, target, "--every", "3600", *words)


def state(c, ref):
    return c.row("watch", "list", "--count", "1000") and [w for w in c.rows("watch", "list", "--count", "1000") if w["ref"] == ref][0]["state"]


def check(c, ref):
    """Looks now: (the state, the look)."""
    now = c.row("watch", "check", ref)["state"]
    return now, c.row("watch", "show", ref)["checks"][0]


def fail(c, ref, wanted):
    """Three failures over two seconds."""
    assert check(c, ref)[0] == "unconfirmed"
    first = c.row("watch", "show", ref)["checks"][0]["time"]
    time.sleep(2.1)
    check(c, ref)
    now, look = check(c, ref)
    assert now == wanted, (now, look)
    return first, look


def life(c, site, case):
    ref = c.run("watch", "add", case, f"HTTP://phish.test:{site.port}/a/..", "--every", "1")
    with points_of("a target that a job looks at is up; the look is kept with its evidence"):
        assert c.row("watch", "list", case)["target"] == f"http://phish.test:{site.port}/"
        c.until(lambda: state(c, ref) == "up")
        look = c.row("watch", "show", ref)["checks"][-1]
        assert look["finding"] == "up" and look["status"] == 200 and look["address"] == "127.0.0.1", look
        name = hashlib.sha256(PAGE).hexdigest()
        assert look["sha256"] == look["content"] == name and look["content_bytes"] == len(PAGE), look
        assert (c.folder / "blobs" / name[:2] / name[2:]).read_bytes() == PAGE
        assert "hinomi" not in look["words"] if look["words"] else True
    with points_of("the incident shows it, and from when it was there"):
        shown = c.row("incident", "show", case)
        assert shown["watches"][0]["state"] == "up" and shown["intervals"][0]["ended"] is None, shown
        assert [m for m in shown["timeline"] if m["detail"] == f"{ref} up"], shown["timeline"]
    with points_of("the same is not watched twice; what is no target is refused"):
        assert "watched already" in c.run("watch", "add", case, f"http://phish.test:{site.port}", code=3)
        for wrong in ("ftp://phish.test/", "192.0.2.1", "phish.test:0", "a b", "http://", "gopher://x/", "2001:db8::1"):
            c.run("watch", "add", case, wrong, code=2)
    c.stop()
    with points_of("a single failure is unconfirmed, and forgotten where it is up again"):
        site.mode = "missing"
        assert check(c, ref)[0] == "unconfirmed"
        assert "nothing to confirm" in c.run("watch", "confirm", ref, code=3)
        site.mode = "up"
        assert check(c, ref)[0] == "up"
        assert c.row("watch", "show", ref)["failures"] == 0
    with points_of("failures enough make it down; a person closes it, and the end is the first that failed"):
        site.mode = "missing"
        first, look = fail(c, ref, "down")
        assert look["status"] == 404
        c.run("watch", "confirm", ref, "--reason", "looked at it myself")
        row, = c.row("watch", "show", ref)["intervals"]
        assert row["ended"] == first and row["ended_as"] == "down" and row["reason"] == "looked at it myself", (row, first)
        assert row["business_days"] == 0 and row["bucket"] == "0-3" and row["confirmed"] > first, row
        assert state(c, ref) == "closed" and check(c, ref)[0] == "closed"
        assert "nothing to confirm" in c.run("watch", "confirm", ref, code=3)
    with points_of("it comes back: a new interval, the first is kept, the case is told"):
        site.mode = "up"
        assert check(c, ref)[0] == "up"
        first, second = c.row("watch", "show", ref)["intervals"]
        assert first["ended"] and second["number"] == 2 and second["ended"] is None, (first, second)
        assert [m for m in c.row("incident", "show", case)["timeline"] if m["detail"] == f"{ref} came back"]
    with points_of("watching ends when a person says so; then it may begin again"):
        c.run("watch", "end", ref, "--reason", "enough")
        assert "ended" in c.run("watch", "check", ref, code=3) and "already" in c.run("watch", "end", ref, code=3)
        assert watch(c, case, f"http://phish.test:{site.port}/") != ref


def ways_to_fail(c, site, names, case):
    with points_of("a redirect to another host is a move, after it was seen without; one on the same host is none"):
        ref = watch(c, case, f"http://phish.test:{site.port}/moved")
        site.to = f"http://www.phish.test:{site.port}/up"
        assert check(c, ref)[0] == "up"
        site.to = f"http://other.test:{site.port}/up"
        look = fail(c, ref, "moved")[1]
        assert look["url"] == f"http://other.test:{site.port}/up" and look["redirects"] == 1, look
    with points_of("a parked page is no site"):
        ref = watch(c, case, f"http://phish.test:{site.port}/?parked")
        assert check(c, ref)[0] == "up"
        site.mode = "parked"
        fail(c, ref, "parked")
        site.mode = "up"
    with points_of("a site whose name is gone is gone; a name alone is watched too"):
        names.names["short.test"] = ["127.0.0.1"]
        ref, name = watch(c, case, f"http://short.test:{site.port}/up"), watch(c, case, "Short.test.")
        assert check(c, ref)[0] == "up" and check(c, name)[0] == "up"
        assert check(c, name)[1]["address"] == "127.0.0.1"
        del names.names["short.test"]
        look = fail(c, ref, "gone")[1]
        assert look["outcome"] == "no name", look
        assert check(c, name)[1]["finding"] == "gone"
    with points_of("a name without an address is down"):
        names.names["empty.test"] = []
        assert check(c, watch(c, case, "empty.test"))[1]["outcome"] == "no address"
    with points_of("a port that is open, then closed"):
        other = Site()
        ref = watch(c, case, f"127.0.0.1:{other.port}")
        assert check(c, ref)[0] == "up"
        other.stop()
        assert fail(c, ref, "down")[1]["outcome"] == "no connection"


def tls(c, site, case):
    secure = Site(certificate(c.folder))
    with points_of("a wrong certificate is told, and keeps nothing from being up"):
        now, look = check(c, watch(c, case, f"https://phish.test:{secure.port}/"))
        assert now == "up" and len(look["certificate"]) == 64, look
        assert look["certificate_names"] == "phish.test www.phish.test" and look["certificate_state"] == "not trusted", look
        now, look = check(c, watch(c, case, f"tls://phish.test:{secure.port}"))
        assert now == "up" and len(look["certificate"]) == 64, look
    with points_of("where TLS was and is no more, it is down"):
        now, look = check(c, watch(c, case, f"https://phish.test:{site.port}/"))
        assert now == "unconfirmed" and look["outcome"] == "no TLS", look
    secure.stop()


def hostile(c, site, case):
    def looked(path):
        start = time.monotonic()
        look = check(c, watch(c, case, f"http://phish.test:{site.port}/{path}"))[1]
        return look, time.monotonic() - start

    with points_of("a huge page is cut, and kept in part"):
        look, _ = looked("huge")
        assert look["finding"] == "up" and look["content_bytes"] == 256 << 10 and look["cut"], look
        path = c.folder / "blobs" / look["sha256"][:2] / look["sha256"][2:]
        assert path.stat().st_size == 4096
    with points_of("a page that comes slowly costs the time that a look may take, and no more"):
        look, took = looked("slow")
        assert look["outcome"] == "slow" and took < 8, (look, took)
    with points_of("redirects without end are told, and not followed"):
        before = site.hits
        look, _ = looked("loop")
        assert "more than 3 redirects" in look["words"] and look["redirects"] == 3 and site.hits == before + 4, look
    with points_of("headers without end are no answer"):
        assert looked("headers")[0]["outcome"] == "not HTTP"
    with points_of("a redirect to a file is not followed"):
        look, _ = looked("file")
        assert "no http" in look["words"] and not look["sha256"], look
    with points_of("a redirect to a metadata service is not followed"):
        site.to = "http://169.254.169.254/latest/meta-data/"
        look, _ = looked("moved?metadata")
        assert look["outcome"] == "forbidden" and "link-local" in look["words"], look


def children_of(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(pid):
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def looker(c):
    """The process of the question that hinomi-fetch answers now."""
    for job in children_of(c.jobs.pid):
        for fetcher in children_of(job):
            for one in children_of(fetcher):
                if pathlib.Path(f"/proc/{one}/comm").read_text().strip() == "hinomi-fetch":
                    return one
    return None


def interrupted(c, site, case):
    for name, what, outcome in (("dies", signal.SIGKILL, "died"), ("hangs", signal.SIGSTOP, "slow")):
        with points_of(f"a fetcher that {name} costs one look, and the job goes on"):
            ref = watch(c, case, f"http://phish.test:{site.port}/slow?{name}")
            other = watch(c, case, f"http://phish.test:{site.port}/up?{name}")
            os.kill(c.until(lambda: looker(c)), what)
            c.until(lambda: state(c, other) == "up")
            look = c.row("watch", "show", ref)["checks"][-1]
            assert look["outcome"] == outcome, look
            c.run("watch", "end", ref)
            c.stop()


def ended(c, site, case):
    with points_of("hinomi-fetch itself ends: one look, and the next job has another"):
        ref = watch(c, case, f"http://phish.test:{site.port}/slow?ended")
        other = watch(c, case, f"http://phish.test:{site.port}/up?ended")
        one = c.until(lambda: looker(c))
        fetcher = int(pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(fetcher, signal.SIGKILL)
        c.until(lambda: state(c, other) == "up")
        look = c.row("watch", "show", ref)["checks"][-1]
        assert look["outcome"] == "died" and look["finding"] == "nothing", look
        assert "a job failed" not in (c.folder / "jobs.log").read_text()
        c.run("watch", "end", ref)
        c.stop()


def replayed(c):
    """What targets are kept to be is what their looks make, by the rule as a program of its own."""
    with points_of("what a target is follows from its looks"):
        for target in c.rows("watch", "list", "--count", "1000"):
            failures, closed = 0, target["state"] == "closed"
            for look in reversed(c.row("watch", "show", target["ref"], "--count", "1000")["checks"]):
                if look["finding"] != "nothing":
                    failures = 0 if look["finding"] == "up" else failures + 1
            kept = c.row("watch", "show", target["ref"])["failures"]
            assert closed or kept == failures, (target, kept, failures)


def killed(c, site, case):
    chance = random.Random(SEED)
    print(f"# HINOMI_SEED={SEED}")
    refs = [c.run("watch", "add", case, f"http://phish.test:{site.port}/up?{n}", "--every", "1") for n in range(5)]
    seen = set()
    for _ in range(10):
        c.start()
        time.sleep(0.05 + chance.random() * 1.2)
        c.jobs.send_signal(signal.SIGKILL)
        c.jobs.wait()
        c.jobs = None
        time.sleep(0.1)
        now = set(c.sql("SELECT id, target_id, at FROM watch_check"))
        assert seen <= now, seen - now
        seen = now
    with points_of("kill -9 loses no look that was kept, and begins no interval twice"):
        c.until(lambda: all(state(c, r) == "up" for r in refs))
        c.stop()
        for ref in refs:
            shown = c.row("watch", "show", ref, "--count", "1000")
            assert len(shown["intervals"]) == 1 and shown["looks"] == len(shown["checks"]) > 0, shown
            assert shown["intervals"][0]["first_up"] == [k for k in shown["checks"] if k["finding"] == "up"][-1]["time"]


def refused(c, site, case):
    """Without the setting nothing of this machine is reached."""
    before = site.hits
    cases = [f"http://{host}:{site.port}/up?{host.strip('[]')}" for host in (
        "127.0.0.1", "[::1]", "localhost", "x.localhost", "2130706433", "0177.0.0.1", "017700000001", "0x7f000001", "0x7f.1", "127.1",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "[::127.0.0.1]", "0.0.0.0", "[::]", "private.test",
        "mixed.test", "six.test", "mapped.test", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.100.100.200",
        "168.63.129.16", "224.0.0.1", "192.0.2.1", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[2002:7f00:1::]")]
    cases += [f"127.0.0.1:{site.port}", f"tls://localhost:{site.port}", f"[::1]:{site.port}", "private.test"]
    for target in cases:
        with points_of(f"not reached: {target.replace(str(site.port), 'PORT')}"):
            now, look = check(c, watch(c, case, target))
            assert now == "new" and look["outcome"] == "forbidden" and look["finding"] == "nothing", (now, look)
    with points_of("nobody came"):
        assert site.hits == before


def through_proxy(c, site, case):
    with points_of("what fails directly is looked at through the proxy, and that is enough"):
        ref = watch(c, case, f"http://phish.test:{site.port}/gone")
        assert check(c, ref)[0] == "unconfirmed"
        now, look = check(c, ref)
        assert now == "down" and look["method"] == "proxy", (now, look)
    with points_of("through the proxy nothing private is asked for either"):
        look = check(c, watch(c, case, "http://10.0.0.1/", "--proxy"))[1]
        assert look["outcome"] == "forbidden" and look["method"] == "proxy", look
    with points_of("the proxy sees the whole address"):
        look = check(c, watch(c, case, f"http://phish.test:{site.port}/up", "--proxy"))[1]
        assert look["status"] == 404 and look["method"] == "proxy", look  # the stub takes the URL for a path that it does not have


site = Site()
names = Names(phish_test=["127.0.0.1"], www_phish_test=["127.0.0.1"], other_test=["127.0.0.1"], private_test=["10.0.0.1"],
              mixed_test=["93.184.216.34", "127.0.0.1"], six_test=["::1"], mapped_test=["::ffff:127.0.0.1"])
with Centre(signs=False, settings=settings(names)) as centre:
    one = incident(centre)
    life(centre, site, one)
    ways_to_fail(centre, site, names, one)
    tls(centre, site, one)
    hostile(centre, site, one)
    two = incident(centre)
    for row in centre.rows("watch", "list", "--count", "1000"):
        if not row["ended"]:
            centre.run("watch", "end", row["ref"])
    interrupted(centre, site, two)
    ended(centre, site, two)
    killed(centre, site, two)
    replayed(centre)
with Centre(signs=False, settings=settings(names, allow="")) as centre:
    refused(centre, site, incident(centre))
with Centre(signs=False, settings=settings(names, more=f'proxy = "http://127.0.0.1:{site.port}"')) as centre:
    through_proxy(centre, site, incident(centre))
end()
