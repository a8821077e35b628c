#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Recipe 13: the course of the gh0st case, printed for people and for programs, with the elapsed times of the lecture. TAP."""
import csv
import io

from centre import Centre, end, points_of

MOMENTS = [("2009-02-26T22:22", "received", "mail to the published address"), ("2009-03-02T16:30", "notified", "the CSIRT of that address"),
           ("2009-03-03T14:46", "ended", "A record gone")]
SINCE = [("", ""), ("3d 18h 08m", "3d 18h 08m"), ("22h 16m", "4d 16h 24m")]


def main(c):
    case = c.run("incident", "make", "--category", "targeted", "--title", "gh0st RAT")
    with points_of("moments may be entered in any order; they are printed by their time"):
        for at, kind, what in reversed(MOMENTS):
            c.run("incident", "happened", case, what, "--at", at, "--what", kind)
        rows = list(csv.DictReader(io.StringIO(c.run("incident", "course", case, "--csv") + "\n")))
        assert [(r["kind"], r["what"]) for r in rows] == [(k, w) for _, k, w in MOMENTS], rows
        assert [r["time"] for r in rows] == [at.replace("T", " ") for at, _, _ in MOMENTS], rows
    with points_of("elapsed: 3d 18h 08m, 22h 16m, together 4d 16h 24m"):
        assert [(r["since_before"], r["since_first"]) for r in rows] == SINCE, rows
    with points_of("people read the same, and the bucket: 0-3 business days"):
        text = c.run("incident", "course", case)
        assert all(word in text for word in ("3d 18h 08m", "22h 16m", "4d 16h 24m", "2009-03-03 14:46", "A record gone")), text
        assert "business days: 1 (0-3)" in c.said("incident", "course", case)
    with points_of("the zone of the centre counts: as UTC the same moments stand nine hours earlier, with the same times between"):
        assert [r["at"] for r in rows] == ["2009-02-26T13:22:00Z", "2009-03-02T07:30:00Z", "2009-03-03T05:46:00Z"], rows
        moved = c.run("incident", "course", case, "--csv", "--zone", "UTC")
        assert "2009-02-26 13:22" in moved and "3d 18h 08m" in moved, moved


with Centre(signs=False) as centre:
    main(centre)
end()
