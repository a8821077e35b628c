-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Surges that an analyst looked at.

-- name: review_select
-- All reviews, or those of one port; the latest rise first.
-- in: viewer id, port text
-- out: id id, ref text, port text, start_hour number, method number, state text, decided_at time?, decided_by text?
-- out: peak_hour number, end_hour number?, seen_hour number, packets number, sensors number, sources number?
-- out: evidence text, baseline number, peak number, cause_ja text, cause_en text, reference text, reference_date text?
-- out: alert text, alert_date text?, note_ja text, note_en text, version number
SELECT r.id, r.ref, v.port, v.start_hour, v.method, v.state, v.decided_at, v.decided_by,
       v.peak_hour, v.end_hour, v.seen_hour, v.packets, v.sensors, v.sources,
       v.evidence, v.baseline, v.peak, v.cause_ja, v.cause_en, v.reference, v.reference_date,
       v.alert, v.alert_date, v.note_ja, v.note_en,
       (SELECT e.id FROM record_event e WHERE e.record_id = v.id AND e.what IN ('made', 'noted', 'open', 'confirmed', 'rejected')
        ORDER BY e.id DESC LIMIT 1) AS version
FROM observatory_review v JOIN record r ON r.id = v.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE v.port = :port OR :port = ''
ORDER BY v.start_hour DESC, v.port, r.id;

-- name: review_insert
-- A review begins: what was found, nothing decided.
-- in: id id, port text, start_hour number, method number, peak_hour number, end_hour number?, seen_hour number
-- in: packets number, sensors number, sources number?, evidence text, baseline number, peak number
INSERT INTO observatory_review (id, port, start_hour, method, state, peak_hour, end_hour, seen_hour, packets, sensors,
	sources, evidence, baseline, peak, cause_ja, cause_en, reference, alert, note_ja, note_en)
VALUES (:id, :port, :start_hour, :method, 'open', :peak_hour, :end_hour, :seen_hour, :packets, :sensors,
	:sources, :evidence, :baseline, :peak, '', '', '', '', '', '');

-- name: review_see
-- What the store says now.
-- in: id id, peak_hour number, end_hour number?, seen_hour number, packets number, sensors number, sources number?
-- in: evidence text, baseline number, peak number
UPDATE observatory_review SET peak_hour = :peak_hour, end_hour = :end_hour, seen_hour = :seen_hour, packets = :packets,
	sensors = :sensors, sources = :sources, evidence = :evidence, baseline = :baseline, peak = :peak
WHERE id = :id;

-- name: review_write
-- What people say of it.
-- in: id id, state text, decided_at time?, decided_by text?, cause_ja text, cause_en text, reference text
-- in: reference_date text?, alert text, alert_date text?, note_ja text, note_en text
UPDATE observatory_review SET state = :state, decided_at = :decided_at, decided_by = :decided_by, cause_ja = :cause_ja,
	cause_en = :cause_en, reference = :reference, reference_date = :reference_date, alert = :alert,
	alert_date = :alert_date, note_ja = :note_ja, note_en = :note_en
WHERE id = :id;
