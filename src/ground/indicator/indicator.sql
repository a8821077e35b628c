-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Indicators, found and given.

-- name: indicator_marking_of
-- How the case is marked: an indicator is marked alike.
-- unscoped: a rule of marking, for no eyes
-- in: id id      one: marking text, compartment text
SELECT marking, compartment FROM record WHERE id = :id;

-- name: indicator_found_insert
-- What a message names; again changes nothing.
-- in: message_id id, about_id id, kind text, text text, host text
INSERT INTO indicator_found (message_id, about_id, kind, text, host) VALUES (:message_id, :about_id, :kind, :text, :host)
ON CONFLICT (message_id, kind, text) DO NOTHING;

-- name: indicator_found_select
-- What the messages of a record name, each thing once, in the order in which it was first named.
-- unscoped: who may see the record was asked before
-- in: about_id id, most number      out: kind text, text text, host text, first id
SELECT kind, text, host, min(id) AS first FROM indicator_found WHERE about_id = :about_id
GROUP BY kind, text, host ORDER BY min(id) LIMIT :most;

-- name: indicator_insert
-- An indicator of a case.
-- in: id id, about_id id, kind text, text text, host text, role text, source text, note text, at time
INSERT INTO indicator_indicator (id, about_id, kind, text, host, role, source, note, made_at, ended_at)
VALUES (:id, :about_id, :kind, :text, :host, :role, :source, :note, :at, NULL);

-- name: indicator_end
-- It was none after all.
-- in: id id, at time
UPDATE indicator_indicator SET ended_at = :at WHERE id = :id AND ended_at IS NULL;

-- name: indicator_select
-- Indicators of a range of cases that hold; as they were given.
-- in: viewer id, first id, last id, most number
-- out: id id, about_id id, made_at time, ref text, about text, kind text, text text, host text, role text, source text, note text
SELECT n.id, n.about_id, n.made_at, r.ref, a.ref AS about, n.kind, n.text, n.host, n.role, n.source, n.note
FROM indicator_indicator n JOIN record r ON r.id = n.id JOIN record a ON a.id = n.about_id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE n.about_id BETWEEN :first AND :last AND n.ended_at IS NULL ORDER BY n.id LIMIT :most;

-- name: indicator_by_ref_select
-- One that holds, by its ref.
-- in: viewer id, ref text      one: id id, about_id id, text text
SELECT n.id, n.about_id, n.text FROM indicator_indicator n JOIN record r ON r.id = n.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE r.ref = :ref AND n.ended_at IS NULL;

-- name: indicator_where
-- Where a thing is named: in reports and cases, by its text or as a host; the newest first.
-- in: viewer id, text text, most number      out: about text, kind text, text text, role text, about_id id
SELECT w.about, w.kind, w.text, w.role, w.about_id FROM (
	SELECT r.ref AS about, f.kind, f.text, '' AS role, f.about_id FROM indicator_found f JOIN record r ON r.id = f.about_id
	JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
	WHERE f.text = :text OR f.host = :text
	UNION SELECT r.ref AS about, n.kind, n.text, n.role, n.about_id FROM indicator_indicator n JOIN record r ON r.id = n.about_id
	JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
	WHERE (n.text = :text OR n.host = :text) AND n.ended_at IS NULL) w
ORDER BY w.about_id DESC NULLS LAST, w.kind, w.text, w.role LIMIT :most;
