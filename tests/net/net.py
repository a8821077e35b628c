# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Network namespaces for tests of sensors: a bridge with a centre, sensors and someone who sends made-up packets.

All traffic stays in namespaces of the test's own, in 198.18.0.0/15; they are removed at the end. Needs root.
"""
import atexit
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["HINOMI_BUILD"])
PROGRAMS = BUILD / "src/process"
CENTRE = "198.18.0.1"
PORT = 8443
URL = f"https://{CENTRE}:{PORT}"
RULES = ["--dns", "198.18.2.53", "--ntp", "198.18.2.123", "--operator", "198.18.3.0/24"]
# The same as a capture filter: what the stated rules leave, for a sensor's prefix.
FILTER = ("ip and dst net {prefix} and not (tcp and src host " + CENTRE + f" and src port {PORT})"
          " and not ((tcp or udp) and src host 198.18.2.53 and src port 53)"
          " and not (udp and src host 198.18.2.123 and src port 123) and not src net 198.18.3.0/24")


class Tap:
    def __init__(self):
        self.points = self.faults = 0

    def point(self, is_good, name, why=""):
        self.points += 1
        self.faults += not is_good
        print(f"{'ok' if is_good else 'not ok'} {self.points} - {name}", flush=True)
        if not is_good:
            for line in str(why).splitlines()[:40]:
                print(f"# {line}", flush=True)
        return is_good

    def end(self):
        print(f"1..{self.points}", flush=True)
        sys.exit(1 if self.faults else 0)


def need():
    """Ends the test with SKIP where namespaces cannot be had; where suites are required, that is a failure."""
    why = ""
    if os.geteuid() != 0:
        why = "needs root"
    for tool in ("ip", "tcpdump", "tshark"):
        if not why and not shutil.which(tool):
            why = f"{tool} is not there"
    if not why:
        name = f"hinomi-try-{os.getpid()}"
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
        if made.returncode:
            why = "no network namespaces: " + made.stderr.strip()
        else:
            subprocess.run(["ip", "netns", "del", name], check=False)
    if not why:
        return
    if os.environ.get("HINOMI_SUITES") == "required":
        print(f"not ok 1 - {why}\n1..1")
        sys.exit(1)
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def sh(*words, check=True, **more):
    return subprocess.run([str(w) for w in words], check=check, capture_output=True, text=True, **more)


def hinomi(*words, check=True):
    return sh(PROGRAMS / "hinomi", *words, check=check)


class Net:
    """Namespaces `<tag>-<name>` on one bridge in the centre's."""

    def __init__(self, sensors):
        self.tag = f"h{os.getpid() % 100000}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hinomi-net."))
        self.folder.chmod(0o755)
        self.running = []
        self.sensors = {name: f"198.18.1.{8 * (i + 1)}/29" for i, name in enumerate(sensors)}
        self.mac = {}
        atexit.register(self.remove)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(3))
        self.make(["c", "w", *sensors])
        self.store, self.collect = self.folder / "store", self.folder / "collect"
        (self.folder / "hinomi.conf").write_text("sense { seconds = 1 }\n")

    def make(self, names):
        for name in names:
            sh("ip", "netns", "add", f"{self.tag}-{name}")
            sh("ip", "-n", f"{self.tag}-{name}", "link", "set", "lo", "up")
        c = f"{self.tag}-c"
        sh("ip", "-n", c, "link", "add", "br0", "type", "bridge")
        sh("ip", "-n", c, "addr", "add", f"{CENTRE}/15", "dev", "br0")
        sh("ip", "-n", c, "link", "set", "br0", "up")
        for i, name in enumerate(names[1:]):
            n = f"{self.tag}-{name}"
            sh("ip", "link", "add", f"v{i}", "netns", c, "type", "veth", "peer", "name", "eth0", "netns", n)
            sh("ip", "-n", c, "link", "set", f"v{i}", "master", "br0", "up")
            sh("ip", "-n", n, "link", "set", "eth0", "up")
            sh("ip", "-n", n, "addr", "add", f"198.18.0.{10 + i}/15", "dev", "eth0")
            self.mac[name] = json.loads(sh("ip", "-j", "-n", n, "link", "show", "eth0").stdout)[0]["address"]
        # Forwarding tables and neighbours are known before anything is counted.
        for name in names[2:]:
            subprocess.run(["ip", "netns", "exec", f"{self.tag}-{name}", "bash", "-c",
                            f"exec 3<>/dev/udp/{CENTRE}/9; echo >&3"], capture_output=True)

    def start(self, name, words, log):
        out = open(self.folder / log, "a")
        p = subprocess.Popen(["ip", "netns", "exec", f"{self.tag}-{name}", *[str(w) for w in words]], stdout=out, stderr=out,
                             stdin=subprocess.DEVNULL)
        self.running.append(p)
        return p

    def start_centre(self, address=CENTRE):
        p = self.start("c", [PROGRAMS / "hinomi-collect", "--data", self.store, "--listen", f"{address}:{PORT}", "--folder",
                             self.collect], "collect.log")
        end = time.time() + 10
        while time.time() < end and p.poll() is None:
            if subprocess.run(["ip", "netns", "exec", f"{self.tag}-c", "curl", "-sk", f"https://{address}:{PORT}/time"],
                              capture_output=True).returncode == 0:
                return p
            time.sleep(0.05)
        raise RuntimeError("the centre does not start: " + (self.folder / "collect.log").read_text())

    def add_address(self, address):
        """One more for the centre."""
        sh("ip", "-n", f"{self.tag}-c", "addr", "add", f"{address}/15", "dev", "br0")

    def enrol(self, name):
        code = hinomi("sensor", "add", name, "--folder", self.collect, "--prefix", self.sensors[name], "--url", URL).stdout
        sh("ip", "netns", "exec", f"{self.tag}-{name}", PROGRAMS / "hinomi", "sense", "enrol", "--folder",
           self.folder / name, code.strip())

    def start_sensor(self, name, before=()):
        return self.start(name, [*before, PROGRAMS / "hinomi", "sense", "run", "-c", self.folder / "hinomi.conf", "-i", "eth0",
                                 "--folder", self.folder / name, *RULES], f"{name}.log")

    def start_tcpdump(self, name):
        p = self.start(name, ["tcpdump", "-p", "-Q", "in", "-n", "-i", "eth0", "-B", "16384", "-s", "128", "-U", "-w",
                              self.folder / f"{name}.pcap"], f"{name}.tcpdump")
        end = time.time() + 10
        while time.time() < end and "listening on" not in (self.folder / f"{name}.tcpdump").read_text():
            time.sleep(0.05)
        return p

    def targets(self):
        """Every address of every sensor's prefix."""
        out = []
        for name, prefix in self.sensors.items():
            base, last = prefix.split("/")[0].rsplit(".", 1)
            out += [f"{self.mac[name]}/{base}.{int(last) + i}" for i in (1, 3, 6)]
        return out + [f"{self.mac[name]}/198.18.9.9" for name in list(self.sensors)[:1]]  # not watched

    def send(self, packets, per_second, first):
        return self.start("w", [BUILD / "tests/send_packets", "eth0", packets, per_second, first, *self.targets()], "sent")

    def stop(self, p, number=signal.SIGTERM, wait=30):
        if p.poll() is None:
            p.send_signal(number)
        code = p.wait(wait)
        self.running.remove(p)
        return code

    def spool(self, name):
        return sorted(p.name for p in (self.folder / name / "spool").glob("*.batch"))

    def wait_empty(self, name, seconds):
        end = time.time() + seconds
        while time.time() < end:
            if not self.spool(name):
                return True
            time.sleep(0.1)
        return False

    def stored(self):
        """(hour, protocol, port or type and code, sensor) → packets, as the store counts."""
        counts = collections.Counter()
        got = hinomi("observe", "cells", "-d", self.store, "--csv", check=False)
        if got.returncode and "holds no events" in got.stderr:
            return counts
        out = got.stdout.splitlines()
        names = out[0].split(",")
        for line in out[1:]:
            c = dict(zip(names, line.split(",")))
            key = c["port"] or f"{c['icmp_type']}:{c['icmp_code']}"
            counts[c["hour"], c["protocol"], key, c["sensor"]] += int(c["packets"])
        return counts

    def captured(self, name):
        """The same from the independent capture, by tcpdump's filter and tshark's decoders; and the packets themselves."""
        sh("tcpdump", "-n", "-r", self.folder / f"{name}.pcap", "-w", self.folder / f"{name}.left.pcap",
           FILTER.format(prefix=self.sensors[name]))
        fields = ["frame.time_epoch", "ip.proto", "tcp.dstport", "udp.dstport", "icmp.type", "icmp.code", "ip.src",
                  "tcp.srcport", "udp.srcport"]
        out = sh("tshark", "-n", "-o", "ip.defragment:FALSE", "-r", self.folder / f"{name}.left.pcap", "-T", "fields", "-E",
                 "separator=,", "-E", "occurrence=f", *[w for f in fields for w in ("-e", f)]).stdout
        counts, packets = collections.Counter(), collections.Counter()
        for line in out.splitlines():
            t, proto, tcp, udp, kind, code, src, tcp_from, udp_from = line.split(",")
            hour = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(float(t)))
            word = {"6": "tcp", "17": "udp", "1": "icmp"}[proto]
            key = tcp or udp or f"{int(kind)}:{int(code)}"
            counts[hour, word, key, name] += 1
            packets[src, word, tcp_from or udp_from, key] += 1
        return counts, packets

    def events(self):
        """(source, protocol, source port, port or type and code) → how often it is stored."""
        packets = collections.Counter()
        for line in hinomi("store", "export", "--json", "-d", self.store).stdout.splitlines():
            e = json.loads(line)
            key = str(e["port"]) if e.get("port") is not None else f"{e['icmp_type']}:{e['icmp_code']}"
            packets[e["source"], e["protocol"], str(e["source_port"]) if e.get("source_port") is not None else "", key] += 1
        return packets

    def logs(self):
        return "\n".join(f"{p.name}: {line}" for p in sorted(self.folder.glob("*.log"))
                         for line in p.read_text().splitlines()[-12:])

    def remove(self):
        for p in self.running:
            if p.poll() is None:
                p.kill()
                p.wait()
        for name in ["c", "w", *self.sensors]:
            subprocess.run(["ip", "netns", "del", f"{self.tag}-{name}"], capture_output=True)
        if not os.environ.get("HINOMI_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)
