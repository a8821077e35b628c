#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Who works on what, and what waits for whom: queues on the command line and on the page. TAP."""
from centre import Centre, end, points_of
from staff import with_store

DAY_US = 86400 * 10**6


def queues(c):
    return {name: {r["ref"] for r in c.rows("incident", "queue", name)} for name in ("mine", "overdue", "waiting", "new", "snoozed")}


def main(c, s):
    cases = [c.run("incident", "make", "--category", "scan", "--title", f"case {n}") for n in range(4)]
    with points_of("all begin as new, in one queue"):
        assert queues(c) == {"mine": set(), "overdue": set(), "waiting": set(), "new": set(cases), "snoozed": set()}, queues(c)
    with points_of("who claims one has it; whose it is already is said; it can be taken over and given back"):
        c.run("incident", "claim", cases[0])
        assert queues(c)["mine"] == {cases[0]} and cases[0] not in queues(c)["new"]
        assert "yours already" in c.run("incident", "claim", cases[0], code=3)
        c.change(f"UPDATE incident_incident SET claimed_by = 'tanaka' WHERE id = (SELECT id FROM record WHERE ref = '{cases[0]}')")
        assert "tanaka works on it" in c.run("incident", "claim", cases[0], code=3)
        c.run("incident", "claim", cases[0], "--take-over")
        assert [t["detail"] for t in c.row("incident", "show", cases[0])["timeline"] if t["what"] == "claimed"][-1] == "tanaka"
        c.run("incident", "release", cases[0])
        assert "nobody works" in c.run("incident", "release", cases[0], code=3)
    with points_of("one whose party was asked waits; after the days of the setting it is overdue; an answer takes it out"):
        who = c.run("contact", "add", "Party", "party@isp.example.net", "--country", "JP")
        letter = c.run("request", "make", who, cases[1])
        assert cases[1] not in queues(c)["new"] and cases[1] not in queues(c)["waiting"]
        c.run("letter", "send", letter)
        c.until(lambda: cases[1] in queues(c)["waiting"])
        c.change(f"UPDATE incident_request SET asked_at = asked_at - {8 * DAY_US}")
        assert cases[1] in queues(c)["overdue"] and cases[1] not in queues(c)["waiting"]
        c.change("UPDATE incident_request SET state = 'answered', answered_at = asked_at + 1")
        assert not any(cases[1] in refs for refs in queues(c).values())
    with points_of("one that sleeps is in no other queue until its time; a time that is over is refused"):
        c.run("incident", "snooze", cases[2], "--until", "2999-01-01")
        assert [n for n, refs in queues(c).items() if cases[2] in refs] == ["snoozed"]
        c.run("incident", "snooze", cases[2])
        assert cases[2] in queues(c)["new"]
        c.run("incident", "snooze", cases[2], "--until", "2001-01-01", code=2)
        c.run("incident", "queue", "nonsense", code=2)
    with points_of("a closed or merged one is in none"):
        c.run("incident", "close", cases[2], "--reason", "x")
        c.run("incident", "merge", cases[0], cases[3])
        assert queues(c)["new"] == {cases[0]}, queues(c)
    with points_of("on the page it is claimed and given back; of two at once the second is told who has it"):
        s.act("/desk/queue", "claim", incident=cases[0])
        assert "Mine" in s.page("/desk/queue") and c.row("incident", "queue", "mine")["ref"] == cases[0]
        c.change(f"UPDATE incident_incident SET claimed_by = 'tanaka' WHERE id = (SELECT id FROM record WHERE ref = '{cases[0]}')")
        assert "tanaka works on it" in s.act("/desk/queue", "claim", 200, incident=cases[0])
        s.act("/desk/queue", "release", incident=cases[0])
        assert queues(c)["new"] == {cases[0]}


with Centre(signs=False) as centre:
    staff = with_store(centre)
    main(centre, staff)
    staff.close()
end()
