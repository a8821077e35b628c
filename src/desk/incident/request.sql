-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Requests.

-- name: request_insert
-- A request whose letter is a draft.
-- in: id id, incident_id id, contact_id id, letter_id id, country text, is_domestic bool, reason text, at time
INSERT INTO incident_request (id, incident_id, contact_id, letter_id, country, is_domestic, reason, state, asked_at,
	answered_at, changed_at)
VALUES (:id, :incident_id, :contact_id, :letter_id, :country, :is_domestic, :reason, 'prepared', NULL, NULL, :at);

-- name: request_select
-- Requests of a range of incidents, as they were made.
-- in: viewer id, first id, last id
-- out: id id, incident_id id, contact_id id, letter_id id, asked_at time?, answered_at time?, ref text, incident text, letter text, contact text, country text, reason text, state text, is_domestic bool
SELECT q.id, q.incident_id, q.contact_id, q.letter_id, q.asked_at, q.answered_at, r.ref, i.ref AS incident, l.ref AS letter,
	c.name AS contact, q.country, q.reason, q.state, q.is_domestic
FROM incident_request q JOIN record r ON r.id = q.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment JOIN record i ON i.id = q.incident_id JOIN record l ON l.id = q.letter_id
	JOIN people_contact c ON c.id = q.contact_id
WHERE q.incident_id BETWEEN :first AND :last ORDER BY q.id;

-- name: request_behind
-- Requests whose letter has gone on without them: out, back, or withdrawn.
-- unscoped: a job asks, no person
-- out: id id, incident_id id, letter_state text, returned text, sent_at time?, state text
SELECT q.id, q.incident_id, l.state AS letter_state, l.returned, l.sent_at, q.state
FROM incident_request q JOIN letter_letter l ON l.id = q.letter_id
WHERE (q.state = 'prepared' AND l.state IN ('sent', 'withdrawn')) OR (q.state = 'asked' AND l.returned = 'bounced')
ORDER BY q.id;

-- name: request_write
-- Its state, and when it was asked.
-- in: id id, state text, asked_at time?, at time
UPDATE incident_request SET state = :state, asked_at = COALESCE(asked_at, :asked_at), changed_at = :at WHERE id = :id;

-- name: request_of_letter
-- Requests of a letter that wait for an answer; of a reminder, those of the letter that it reminds of.
-- unscoped: a job asks, no person
-- in: letter_id id      out: id id, incident_id id
SELECT q.id, q.incident_id FROM incident_request q JOIN letter_letter l ON l.id = :letter_id
WHERE q.letter_id IN (l.id, (SELECT o.id FROM letter_letter o WHERE l.kind = 'reminder' AND o.message_id = l.in_reply_to))
	AND q.state IN ('asked', 'returned', 'prepared') ORDER BY q.id;

-- name: request_write_answered
-- The party answered.
-- in: id id, at time
UPDATE incident_request SET state = 'answered', answered_at = :at, changed_at = :at WHERE id = :id;
