-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Who works on what, and what waits.

-- name: queue_state
-- Who works on an incident, and until when it sleeps.
-- unscoped: who may see the incident was asked before
-- in: id id      one: claimed_by text, snoozed_until time?
SELECT claimed_by, snoozed_until FROM incident_incident WHERE id = :id;

-- name: queue_claim_write
-- It is somebody's, or nobody's.
-- in: id id, claimed_by text, at time
UPDATE incident_incident SET claimed_by = :claimed_by, changed_at = :at WHERE id = :id;

-- name: queue_snooze_write
-- It sleeps until then, or not.
-- in: id id, until time?, at time
UPDATE incident_incident SET snoozed_until = :until, changed_at = :at WHERE id = :id;

-- name: queue_new
-- Open ones that nobody works on and nobody was told of; the newest first.
-- unscoped: who may see each is asked with the incident
-- in: now time, most number      out: id id
SELECT i.id FROM incident_incident i WHERE i.state <> 'closed' AND i.claimed_by = '' AND coalesce(i.snoozed_until, 0) <= :now
	AND NOT EXISTS (SELECT 1 FROM incident_request q WHERE q.incident_id = i.id)
	AND NOT EXISTS (SELECT 1 FROM incident_merge g WHERE g.from_id = i.id AND g.ended_at IS NULL)
ORDER BY i.id DESC LIMIT :most;

-- name: queue_mine
-- Open ones of one person.
-- unscoped: who may see each is asked with the incident
-- in: actor text, now time, most number      out: id id
SELECT i.id FROM incident_incident i WHERE i.claimed_by = :actor AND i.state <> 'closed' AND coalesce(i.snoozed_until, 0) <= :now
ORDER BY i.id DESC LIMIT :most;

-- name: queue_waiting
-- Open ones with a party that was asked in a span of time and has not answered; who waits longest first.
-- unscoped: who may see each is asked with the incident
-- in: first time, last time, now time, most number      out: id id
SELECT w.id FROM (SELECT i.id, min(q.asked_at) AS since FROM incident_incident i JOIN incident_request q ON q.incident_id = i.id
	WHERE i.state <> 'closed' AND q.state = 'asked' AND coalesce(i.snoozed_until, 0) <= :now GROUP BY i.id) w
WHERE w.since BETWEEN :first AND :last ORDER BY w.since, w.id LIMIT :most;

-- name: queue_snoozed
-- Those that sleep; who wakes first.
-- unscoped: who may see each is asked with the incident
-- in: now time, most number      out: id id
SELECT i.id FROM incident_incident i WHERE i.state <> 'closed' AND i.snoozed_until > :now ORDER BY i.snoozed_until NULLS LAST, i.id LIMIT :most;
