#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""kill -9 in a loop while a sensor delivers: nothing acknowledged is lost, nothing is doubled.

First the delivery and the collector are killed: then every packet of an independent capture is stored, once. Then the
capture and the sensor's parent too: what such a kill may cost is the packets that were not on disk yet, so every batch
that was seen in the spool is stored, once, and nothing that was not captured. Ten kills in the short run, a hundred with
HINOMI_TEST_ALL; at least a fifth are made at the moment a file is being written. The seed is printed; HINOMI_SEED
repeats a run. TAP; needs root."""
import collections
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(os.environ["HINOMI_SOURCE"]) / "tests/net"))
import net  # noqa: E402

net.need()
KILLS = 100 if os.environ.get("HINOMI_TEST_ALL") else 10
SEED = int(os.environ.get("HINOMI_SEED", random.SystemRandom().randrange(1 << 32)))
chance = random.Random(SEED)
tap = net.Tap()
print(f"# seed {SEED}")
n = net.Net(["alpha"])
spool, shadow = n.folder / "alpha/spool", n.folder / "shadow"
shadow.mkdir()
PER_SECOND = 400


def children(pid):
    out = []
    for p in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = p.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(words[1]) == pid:
            out.append(int(p.parent.name))
    return sorted(out)


def role(pid):
    """A sensor's child that holds a packet socket is the capture: the delivery has the spool open."""
    try:
        links = [os.readlink(p) for p in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return ""
    return "delivery" if any(link.endswith("/alpha/spool") for link in links) else "capture"


class Shadow(threading.Thread):
    """Links every batch that appears in the spool: what is there was acknowledged to the capture."""

    def __init__(self):
        super().__init__(daemon=True)
        self.is_stopped = False
        self.start()

    def run(self):
        while not self.is_stopped:
            self.look()
            time.sleep(0.002)

    def look(self):
        for name in os.listdir(spool):
            if name.endswith(".batch") and not (shadow / name).exists():
                try:
                    os.link(spool / name, shadow / name)
                except OSError:
                    pass


class Running:
    def __init__(self):
        self.centre = n.start_centre()
        n.enrol("alpha")
        self.sensor = n.start_sensor("alpha")
        time.sleep(1)

    def victim(self, who):
        if who == "collect":
            return self.centre.pid
        if who == "parent":
            return self.sensor.pid
        for pid in children(self.sensor.pid):
            if role(pid) == who:
                return pid
        return 0

    def again(self):
        """Starts again what has ended; a sensor whose capture was killed ends by itself."""
        if self.centre.poll() is not None:
            n.running.remove(self.centre)
            self.centre = n.start_centre()
        if self.sensor.poll() is not None:
            n.running.remove(self.sensor)
            self.sensor = n.start_sensor("alpha")


def journal_bytes():
    return sum(p.stat().st_size for p in n.store.glob("journal-*"))


def is_writing(who, before):
    if who == "collect":
        return journal_bytes() != before
    return any(name.endswith(".new") for name in os.listdir(spool))


def kill(run, who, is_behind):
    """Kills at a chosen moment; every second time, and while too few were, waits for a write to be under way. True: it was
    inside one."""
    wants_write = (chance.random() < 0.5 or is_behind) and who in ("collect", "delivery")
    time.sleep(chance.uniform(0.02, 1.2))
    pid = run.victim(who)
    end, seen = time.time() + 3, False
    before = journal_bytes()
    while wants_write and time.time() < end and not seen:
        seen = is_writing(who, before)
    if pid:
        os.kill(pid, signal.SIGKILL)
    return seen and pid != 0


def loop(run, victims, kills, first):
    sender = n.send(4_000_000_000, PER_SECOND, first)
    inside = 0
    for i in range(kills):
        inside += kill(run, victims[i % len(victims)], inside * 3 < i + 1)
        time.sleep(chance.uniform(0.1, 0.6))
        if victims[i % len(victims)] in ("capture", "parent"):
            try:
                run.sensor.wait(15)
            except subprocess.TimeoutExpired:
                pass
        run.again()
    n.stop(sender, signal.SIGKILL)
    time.sleep(2.5)
    return inside


def read_batch(path):
    """Events of a spool file, by its description in the manual: (source, protocol, source port, port)."""
    raw = path.read_bytes()
    at = len(b"hinomi spool 1\n") + 4
    assert raw[at] == 1
    at += 1
    (count,) = struct.unpack_from("<H", raw, at)
    at += 2 + 24 * count
    (count,) = struct.unpack_from("<H", raw, at)
    at += 2
    for _ in range(count):
        at += 1 + raw[at] + 8
    (count,) = struct.unpack_from("<I", raw, at)
    at += 4
    events = subprocess.run(["zstd", "-dc"], input=raw[at:-32], capture_output=True).stdout if count else b""
    assert len(events) == 60 * count, (path, len(events), count)
    for i in range(count):
        source = ".".join(str(b) for b in events[60 * i + 8:60 * i + 12])
        sport, port, _, _ = struct.unpack_from("<HHHH", events, 60 * i + 40)
        protocol = {6: "tcp", 17: "udp", 1: "icmp"}[events[60 * i + 49]]
        if protocol == "icmp":
            yield source, protocol, "", f"{port >> 8}:{port & 255}"
        else:
            yield source, protocol, str(sport), str(port)


def some(items):
    return "\n".join(str(i) for i in list(items)[:20])


run = Running()
dump = n.start_tcpdump("alpha")
watcher = Shadow()
half = KILLS // 2

inside = loop(run, ["delivery", "collect"], KILLS - half, 1)
is_empty = n.wait_empty("alpha", 60)
tap.point(is_empty, f"{KILLS - half} kills of delivery and collector: all is delivered in the end", n.logs())
n.stop(dump)
_, captured = n.captured("alpha")
stored = n.events()
tap.point(sum(captured.values()) > 500 and captured == stored,
          f"every packet of the independent capture is stored, once ({sum(captured.values())})",
          f"missing:\n{some((captured - stored).items())}\ntoo many:\n{some((stored - captured).items())}\n{n.logs()}")

os.rename(n.folder / "alpha.pcap", n.folder / "first.pcap")
(n.folder / "alpha.tcpdump").write_text("")
dump = n.start_tcpdump("alpha")
inside += loop(run, ["capture", "collect", "parent", "delivery"], half, 10_000_001)
is_empty = n.wait_empty("alpha", 60)
tap.point(is_empty, f"{half} kills of every process: all is delivered in the end", n.logs())
code = n.stop(run.sensor)
tap.point(code == 0 and n.wait_empty("alpha", 5), "the sensor stops when told", f"{code}\n{n.logs()}")
watcher.is_stopped = True
n.stop(run.centre)
n.stop(dump)
_, second = n.captured("alpha")
seen, stored = captured + second, n.events()
doubled = {k: v for k, v in stored.items() if v > seen[k]}
tap.point(not doubled, "nothing is doubled, nothing invented", some(doubled.items()))
batches = sorted(shadow.iterdir())
spooled = collections.Counter(e for path in batches for e in read_batch(path))
lost = spooled - stored
tap.point(len(batches) > KILLS and not lost, f"every batch that was on disk is stored ({len(batches)} seen, {sum(spooled.values())} events)",
          some(lost.items()))
tap.point(inside * 5 >= KILLS, f"{inside} of {KILLS} kills fell inside a write")
verify = net.hinomi("store", "verify", "-d", n.store, check=False)
tap.point(verify.returncode == 0, "the store is whole", verify.stdout + verify.stderr)
missed = sum((seen - stored).values())
print(f"# {sum(seen.values())} captured, {sum(stored.values())} stored; {missed} were not on disk when the capture was killed")
tap.end()
