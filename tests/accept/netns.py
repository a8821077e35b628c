#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Two sensors and a centre in network namespaces, made-up packets, an independent capture, the centre stopped for a
while: at the end the counts per port, hour and sensor are those of the independent capture. TAP; needs root."""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(os.environ["HINOMI_SOURCE"]) / "tests/net"))
import net  # noqa: E402

net.need()
tap = net.Tap()
n = net.Net(["alpha", "beta"])
PER_SECOND = 1500

centre = n.start_centre()
for name in n.sensors:
    n.enrol(name)
dumps = [n.start_tcpdump(name) for name in n.sensors]
sensors = [n.start_sensor(name) for name in n.sensors]
time.sleep(3)
tap.point(all(p.poll() is None for p in sensors), "two sensors enrolled and run", n.logs())

# A quiet net: up, and no event.
status = net.hinomi("observe", "sensors", "-d", n.store, "--folder", n.collect, "--check", check=False)
tap.point(status.returncode == 0 and not n.stored(),
          "a sensor on a quiet net is up and reports nothing", status.stdout + status.stderr)

n.send(5 * PER_SECOND, PER_SECOND, 1).wait()
n.stop(centre)
sender = n.send(6 * PER_SECOND, PER_SECOND, 100001)
time.sleep(5)
waiting = [len(n.spool(name)) for name in n.sensors]
tap.point(all(w >= 3 for w in waiting), "with the centre down, batches wait on disk", f"{waiting}\n{n.logs()}")
sender.wait()
centre = n.start_centre()
sender = n.send(5 * PER_SECOND, PER_SECOND, 200001)
time.sleep(2)
n.stop(centre, signal.SIGKILL)
time.sleep(1)
centre = n.start_centre()
sender.wait()
time.sleep(2.5)
is_empty = [n.wait_empty(name, 60) for name in n.sensors]
tap.point(all(is_empty), "what waited is delivered when the centre is back", n.logs())

codes = [n.stop(p) for p in sensors]
tap.point(codes == [0, 0], "sensors stop when told", f"{codes}\n{n.logs()}")
for p in dumps:
    n.stop(p)
dropped = [line for name in n.sensors for line in (n.folder / f"{name}.tcpdump").read_text().splitlines()
           if "dropped by kernel" in line]
tap.point(all(line.startswith("0 ") for line in dropped), "the independent capture missed nothing", dropped)

expected = {}
for name in n.sensors:
    counts, packets = n.captured(name)
    expected.update(counts)
stored = n.stored()
total = sum(expected.values())
differences = [f"{k}: captured {expected.get(k, 0)}, stored {stored.get(k, 0)}"
               for k in sorted(set(expected) | set(stored)) if expected.get(k, 0) != stored.get(k, 0)]
tap.point(total > 10000 and not differences, f"counts per port, hour and sensor equal those of the independent capture ({total})",
          "\n".join([f"{len(differences)} differ of {len(expected)}; {total} and {sum(stored.values())}", *differences]))
doubled = [k for k, v in n.events().items() if v > 1]
tap.point(not doubled, "nothing is doubled", doubled)

status = net.hinomi("observe", "sensors", "-d", n.store, "--folder", n.collect, "--json").stdout
rows = [__import__("json").loads(line) for line in status.splitlines()]
tap.point(all(r["kernel_dropped"] == r["queue_dropped"] == r["spool_dropped_events"] == 0 and r["left_out"] > 100 for r in rows),
          "what was left out is counted, and nothing dropped", status)
tap.point(all(15 <= r["up_seconds_24h"] <= 60 for r in rows), "up-time has no hole where the centre was away", status)
tap.point(all(abs(r["clock_error_us"]) < 500000 for r in rows), "the clock error is known and small", status)

# Revoked: nothing more is taken.
before = sum(n.stored().values())
net.hinomi("sensor", "revoke", "alpha", "--folder", n.collect)
again = n.start_sensor("alpha")
time.sleep(1)
n.send(300, 300, 300001).wait()
time.sleep(2.5)
tap.point(sum(n.stored().values()) == before and n.spool("alpha"), "a revoked sensor's batches are refused", n.logs())
n.stop(again)

# A centre that is known by name moves to another address, and its sensor finds it.
hosts, known = n.folder / "hosts", n.folder / "beta/centre"
known.write_text(known.read_text().replace(net.CENTRE, "centre.test"))
hosts.write_text(f"{net.CENTRE} centre.test\n")
named = n.start_sensor("beta", ["unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh"])
n.send(300, 300, 400001).wait()
time.sleep(1.5)
is_empty = n.wait_empty("beta", 20)
n.stop(centre)
n.add_address("198.18.0.3")
hosts.write_text("198.18.0.3 centre.test\n")
before = sum(n.stored().values())
n.send(300, 300, 500001).wait()
time.sleep(2)
was_waiting = bool(n.spool("beta"))
centre = n.start_centre("198.18.0.3")
is_found = n.wait_empty("beta", 60)
tap.point(is_empty and was_waiting and is_found and sum(n.stored().values()) > before,
          "a sensor looks its centre up again after failures", f"{is_empty} {was_waiting} {is_found}\n{n.logs()}")
n.stop(named)
n.stop(centre)
verify = net.hinomi("store", "verify", "-d", n.store, check=False)
tap.point(verify.returncode == 0, "the store is whole", verify.stdout + verify.stderr)
tap.end()
