-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Advice, consent, reminders.

-- name: telling_advice
-- The advice that holds.
-- unscoped: advice is for the whole desk
-- in: category text, audience text, language text      one: text text
SELECT text FROM incident_advice WHERE category = :category AND audience = :audience AND language = :language
ORDER BY since DESC, id DESC LIMIT 1;

-- name: telling_advice_all
-- All that was ever advised, the newest of each first.
-- unscoped: advice is for the whole desk
-- in: language text      out: category text, audience text, text text
SELECT a.category, a.audience, a.text FROM incident_advice a WHERE a.language = :language AND NOT EXISTS (
	SELECT 1 FROM incident_advice b WHERE b.category = a.category AND b.audience = a.audience AND b.language = a.language
		AND b.since > a.since)
ORDER BY a.category, a.audience;

-- name: telling_request
-- A request by its ref.
-- in: viewer id, ref text
-- one: id id, incident_id id, contact_id id, letter_id id, asked_at time?, state text, incident text
SELECT q.id, q.incident_id, q.contact_id, q.letter_id, q.asked_at, q.state, i.ref AS incident
FROM incident_request q JOIN record r ON r.id = q.id JOIN record i ON i.id = q.incident_id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE r.ref = :ref;

-- name: telling_consent_insert
-- What a party said of passing on what it found.
-- in: request_id id, is_given number, how text, at time, actor text
INSERT INTO incident_consent (request_id, is_given, how, at, actor) VALUES (:request_id, :is_given, :how, :at, :actor);

-- name: telling_consent
-- What it said last.
-- unscoped: who may see the request was asked before
-- in: request_id id      one: is_given bool, at time
SELECT is_given, at FROM incident_consent WHERE request_id = :request_id ORDER BY id DESC LIMIT 1;
