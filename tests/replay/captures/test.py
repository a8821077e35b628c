#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Reads every capture of the suite and compares with capinfos and tshark. Prints TAP.

usage: test.py READ_CAPTURE

Packets seen must be what capinfos counts, wherever capinfos opens the file; of the pcapng generator's files also the
first and last times that tshark prints. What differs on purpose stands in `expected`, beside this file.
"""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("HINOMI_SOURCE", HERE.parents[2]))
SHARED = pathlib.Path(os.environ.get("HINOMI_SHARED", SOURCE / "../shared"))
CAPTURES = SHARED / "suites/captures"


def finish_without(reason):
    if os.environ.get("HINOMI_SUITES") == "required":
        print(f"not ok 1 - {reason}\n1..1")
        sys.exit(1)
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def read_expected():
    """File -> {field: value, 'why': text}: exceptions, each with its reason."""
    rows = {}
    for line in (HERE / "expected").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, fields, why = (part.strip() for part in line.split("|"))
            rows[name] = dict(field.split("=") for field in fields.split()) | {"why": why}
    return rows


def read_ours(program, files):
    run = subprocess.run([program, *files], capture_output=True, text=True, errors="replace")
    reports = {}
    for line in run.stdout.splitlines():
        fields = dict(word.split("=", 1) for word in shlex.split(line))
        reports[fields["file"]] = fields
    return run, reports


def capinfos_counts(files):
    run = subprocess.run(["capinfos", "-TMrc", *files], capture_output=True, text=True)
    counts = {}
    for line in run.stdout.splitlines():
        path, _, count = line.rpartition("\t")
        counts[pathlib.Path(path).name] = int(count)
    return counts


def tshark_times(path):
    """The earliest and latest of a file's packets in microseconds, or None when none has a time."""
    run = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.time_epoch"],
                         capture_output=True, text=True)
    times = [int(Decimal(text) * 1000000 // 1) for text in run.stdout.split()]
    return (min(times), max(times)) if times else None


FIELDS = {"file", "format", "compression", "packets", "events", "sections", "interfaces", "first", "last", "cut",
          "tail"}


def faults_of(name, report, count, times, exception):
    """What is wrong with one report, as texts."""
    if "error" in report:
        if exception.get("error") == "yes" or count is None:
            return []
        return [f"not opened: {report['error']}"]
    faults = []
    skipped = {key: int(value) for key, value in report.items() if key not in FIELDS}
    if int(report["events"]) + sum(skipped.values()) != int(report["packets"]):
        faults.append("a packet is neither event nor skipped with a reason")
    wanted = exception.get("packets", count)
    if wanted is not None and int(report["packets"]) != int(wanted):
        faults.append(f"{report['packets']} packets, capinfos counts {wanted}")
    if (report["cut"] == "1") != bool(report["tail"]):
        faults.append("cut, and no line about it")
    if times is not None:
        ours = (int(report["first"]), int(report["last"])) if "first" in report else None
        if ours != times[0]:
            faults.append(f"times {ours}, tshark prints {times[0]}")
    return faults


def main():
    if not CAPTURES.is_dir():
        finish_without(f"no captures at {CAPTURES}")
    for tool in ("capinfos", "tshark"):
        if not shutil.which(tool):
            finish_without(f"{tool} is not installed")
    files = sorted(str(path) for path in CAPTURES.glob("*/*.pcap*"))
    expected, counts = read_expected(), capinfos_counts(files)
    run, reports = read_ours(sys.argv[1], files)
    print(f"{'ok' if run.returncode == 0 else 'not ok'} 1 - {len(files)} files are read without a crash")
    for line in run.stderr.splitlines()[:40]:
        print(f"# {line}")
    failed = run.returncode != 0
    for number, path in enumerate(files, 2):
        name = pathlib.Path(path).name
        times = (tshark_times(path),) if "/pcapng-generator/" in path else None
        if name not in reports:
            faults = ["no report"]
        else:
            faults = faults_of(name, reports[name], counts.get(name), times, expected.get(name, {}))
        failed = failed or bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {name}" + (f": {'; '.join(faults)}" if faults else ""))
    print(f"1..{len(files) + 1}")
    sys.exit(1 if failed else 0)


main()
