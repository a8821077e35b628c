#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Reads the mails that we write with Python's email library, which knows nothing of ours. Prints TAP.

usage: peer.py WRITE_MAIL
"""
import email
import email.header
import email.policy
import email.utils
import json
import subprocess
import sys


def names_of(raw, field):
    """By the library's older half: the newer one leaves blanks between encoded words (RFC 2047 §6.2)."""
    values = email.message_from_bytes(raw).get_all(field)
    pairs = email.utils.getaddresses([value.replace("\r\n", "") for value in values])
    return [word for name, address in pairs
            for word in (str(email.header.make_header(email.header.decode_header(name))), address)]


def signed_bytes(raw, message):
    """What stands between the first two delimiters (RFC 2046 §5.1.1)."""
    mark = b"--" + message.get_boundary().encode()
    return raw.split(b"\r\n" + mark)[1].removeprefix(b"\r\n")


def differences(row):
    raw = row["mail"].encode("ascii")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = next(p for p in message.walk() if p.get_content_type() == "text/plain")
    got = {
        "subject": message["subject"],
        "people": names_of(raw, "to"),
        "text": body.get_content().replace("\r\n", "\n"),
        "files": [p.get_filename() for p in message.walk() if p.get_filename() not in (None, "signature.asc")],
        "signed": signed_bytes(raw, message).decode() if row["signed"] else "",
    }
    wrong = [f"{key}: {row[key]!r} became {value!r}" for key, value in got.items() if value != row[key]]
    if message["date"].datetime.timestamp() != 1136181845:
        wrong.append(f"date: {message['date']}")
    return wrong + [f"defect: {d}" for part in message.walk() for d in part.defects]


def main():
    run = subprocess.run([sys.argv[1]], capture_output=True)
    rows = [json.loads(line) for line in run.stdout.decode().splitlines()]
    print(f"1..{len(rows)}")
    failed = run.returncode != 0 or not rows
    for number, row in enumerate(rows, 1):
        wrong = differences(row)
        failed |= bool(wrong)
        for line in wrong:
            print(f"# {line}")
        print(f"{'not ' if wrong else ''}ok {number} - {row['subject']}")
    sys.exit(failed)


main()
