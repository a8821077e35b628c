-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Filters that are kept by name.

-- name: saved_select
-- All that are kept, or the one of a name.
-- in: viewer id, name text      out: id id, name text, text text, saved_at time, version number
SELECT f.id, f.name, f.text, f.saved_at,
       (SELECT e.id FROM record_event e WHERE e.record_id = f.id ORDER BY e.id DESC LIMIT 1) AS version
FROM observatory_filter f JOIN record r ON r.id = f.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE f.removed_name IS NULL AND (f.name = :name OR :name = '')
ORDER BY f.name;

-- name: saved_insert
-- A new one.
-- in: id id, name text, text text, saved_at time
INSERT INTO observatory_filter (id, name, text, saved_at) VALUES (:id, :name, :text, :saved_at);

-- name: saved_update
-- The same name, another filter.
-- in: id id, text text, saved_at time
UPDATE observatory_filter SET text = :text, saved_at = :saved_at WHERE id = :id;

-- name: saved_remove
-- The name is free again.
-- in: id id, ref text
UPDATE observatory_filter SET removed_name = name, name = :ref WHERE id = :id;
