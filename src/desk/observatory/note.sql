-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What public pages say about a period.

-- name: note_select
-- One period's, or ('') all, the latest period first.
-- in: viewer id, period text      out: id id, ref text, period text, text_ja text, text_en text, changed_at time, version number
SELECT r.id, r.ref, n.period, n.text_ja, n.text_en, n.changed_at,
       (SELECT e.id FROM record_event e WHERE e.record_id = n.id ORDER BY e.id DESC LIMIT 1) AS version
FROM observatory_note n JOIN record r ON r.id = n.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE n.period = :period OR :period = ''
ORDER BY n.period DESC;

-- name: note_insert
-- A period's first note.
-- in: id id, period text, text_ja text, text_en text, changed_at time
INSERT INTO observatory_note (id, period, text_ja, text_en, changed_at) VALUES (:id, :period, :text_ja, :text_en, :changed_at);

-- name: note_update
-- Another text.
-- in: id id, text_ja text, text_en text, changed_at time
UPDATE observatory_note SET text_ja = :text_ja, text_en = :text_en, changed_at = :changed_at WHERE id = :id;
