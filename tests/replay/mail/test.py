#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Reads every mail of the suite and compares with tests/data/mail_expected.csv, every reply with reply_expected.csv.
Prints TAP.

usage: test.py READ_MAIL

Both tables were written by reading the mails, before there was a parser. A file of the suite that no row names fails.
Of reports of abuse the column status is the source address, reason the type. Replies are classed by line number; blank
lines are left out.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("HINOMI_SOURCE", HERE.parents[2]))
SHARED = pathlib.Path(os.environ.get("HINOMI_SHARED", SOURCE / "../shared"))
MAILS = SHARED / "suites/mail"


def finish_without(reason):
    if os.environ.get("HINOMI_SUITES") == "required":
        print(f"not ok 1 - {reason}\n1..1")
        sys.exit(1)
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def read_table(name):
    with open(SOURCE / "tests/data" / name, newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def read_ours(program, files, *options):
    run = subprocess.run([program, *options, *files], capture_output=True)
    if run.returncode:
        print(f"# read_mail: {run.returncode} {run.stderr.decode()[-2000:]}")
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def once(words):
    """One word where all are the same, as the table has it."""
    return words[0] if words and len(set(words)) == 1 else " ".join(words)


def row_of(mail):
    """What our program said, in the columns of the table."""
    recipients = mail["recipients"]
    row = {
        "kind": mail["kind"],
        "subject": mail["subject"],
        "from": f"{mail['name']} <{mail['from']}>" if mail["name"] else mail["from"],
        "address": " ".join(r["address"] for r in recipients),
        "status": " ".join(r["status"] for r in recipients).strip(),
        "action": once([r["action"] for r in recipients]),
        "reason": once([r["reason"] for r in recipients]),
        "attachments": " ".join(mail["attachments"]),
    }
    if "feedback" in mail:
        row |= {"address": mail["feedback"]["recipient"], "status": mail["feedback"]["source"],
                "reason": mail["feedback"]["type"]}
    return row


def differences(expected, ours):
    return [f"{key}: expected {expected[key]!r}, got {ours[key]!r}" for key in ours if expected[key] != ours[key]]


def lines_of(ranges):
    lines = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        lines |= set(range(int(first), int(last or first) + 1))
    return lines


def reply_differences(expected, ours):
    text = (MAILS / "replies" / expected["file"]).read_text().splitlines()
    filled = {i + 1 for i, line in enumerate(text) if line.strip()}
    found = []
    for kind in ("new", "quoted", "signature"):
        want, got = lines_of(expected[kind]) & filled, set(ours[kind]) & filled
        if want != got:
            found.append(f"{kind}: expected {sorted(want)}, got {sorted(got)}")
    return found


def main():
    if not MAILS.is_dir():
        finish_without("no mails: HINOMI_SHARED leads to no suites/mail")
    results = []
    table = read_table("mail_expected.csv")
    files = sorted(str(p.relative_to(MAILS)) for p in MAILS.rglob("*.eml"))
    ours = {str(pathlib.Path(m["file"]).relative_to(MAILS)): m for m in read_ours(sys.argv[1], [MAILS / f for f in files])}
    for name in sorted(set(files) | set(table)):
        if name not in table:
            results.append((name, ["no row in the table"]))
        elif name not in ours:
            results.append((name, ["not read"]))
        else:
            results.append((name, differences(table[name], row_of(ours[name]))))
    table = read_table("reply_expected.csv")
    files = sorted(p.name for p in (MAILS / "replies").glob("*.txt"))
    ours = {pathlib.Path(m["file"]).name: m for m in read_ours(sys.argv[1], [MAILS / "replies" / f for f in files], "-r")}
    for name in sorted(set(files) | set(table)):
        results.append((name, reply_differences(table[name], ours[name]) if name in table and name in ours else ["no row"]))
    print(f"1..{len(results)}")
    for number, (name, wrong) in enumerate(results, 1):
        for line in wrong:
            print(f"# {line}")
        print(f"{'not ' if wrong else ''}ok {number} - {name}")
    sys.exit(any(wrong for _, wrong in results))


main()
