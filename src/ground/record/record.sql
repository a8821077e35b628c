-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Records, their timeline and their links.

-- name: record_number_next
-- The next number of a series of refs.
-- in: series text      one: last number
INSERT INTO record_counter (series, last) VALUES (:series, 1)
ON CONFLICT (series) DO UPDATE SET last = record_counter.last + 1
RETURNING last;

-- name: record_insert
-- A new record.
-- in: kind text, uuid text, ref text, marking text, compartment text, created_at time      one: id id
INSERT INTO record (kind, uuid, ref, marking, compartment, created_at)
VALUES (:kind, :uuid, :ref, :marking, :compartment, :created_at)
RETURNING id;

-- name: record_event_insert
-- One line of a timeline.
-- in: record_id id, at time, actor text, what text, detail text
INSERT INTO record_event (record_id, at, actor, what, detail) VALUES (:record_id, :at, :actor, :what, :detail);

-- name: record_link_insert
-- A link; the same one again changes nothing.
-- in: from_id id, to_id id, reason text, at time, actor text
INSERT INTO record_link (from_id, to_id, reason, at, actor) VALUES (:from_id, :to_id, :reason, :at, :actor)
ON CONFLICT (from_id, to_id, reason) DO NOTHING;

-- name: record_link_delete
-- The link was wrong.
-- in: from_id id, to_id id
DELETE FROM record_link WHERE ((from_id = :from_id AND to_id = :to_id) OR (from_id = :to_id AND to_id = :from_id))
	AND reason NOT IN ('contains', 'same as');

-- name: record_id_by_ref
-- Any record by its ref.
-- in: viewer id, ref text      one: id id
SELECT r.id FROM record r
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE r.ref = :ref;

-- name: record_timeline
-- What happened to a record, as it happened.
-- unscoped: who may see the record was asked before its timeline is read
-- in: record_id id      out: at time, actor text, what text, detail text
SELECT at, actor, what, detail FROM record_event WHERE record_id = :record_id ORDER BY id;

-- name: record_links
-- The records at the other ends of a record's links, those that the viewer may see.
-- in: viewer id, record_id id      out: ref text, kind text, reason text, is_from bool
SELECT r.ref, r.kind, l.reason, 1 AS is_from FROM record_link l JOIN record r ON r.id = l.to_id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE l.from_id = :record_id
UNION ALL
SELECT r.ref, r.kind, l.reason, 0 AS is_from FROM record_link l JOIN record r ON r.id = l.from_id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE l.to_id = :record_id
ORDER BY ref, reason;
