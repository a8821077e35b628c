-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- The course of a case.

-- name: course_insert
-- A moment that a person enters.
-- in: incident_id id, at time, kind text, what text, actor text, made_at time      one: id id
INSERT INTO incident_moment (incident_id, at, kind, what, actor, made_at, ended_at)
VALUES (:incident_id, :at, :kind, :what, :actor, :made_at, NULL) RETURNING id;

-- name: course_end
-- It was wrong.
-- in: id id, incident_id id, at time
UPDATE incident_moment SET ended_at = :at WHERE id = :id AND incident_id = :incident_id AND ended_at IS NULL;

-- name: course_entered
-- What people entered, that holds.
-- unscoped: who may see the incident was asked before
-- in: incident_id id      out: id id, at time, kind text, what text
SELECT id, at, kind, what FROM incident_moment WHERE incident_id = :incident_id AND ended_at IS NULL ORDER BY at NULLS LAST, id;
