-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Closed quarters, frozen.

-- name: quarter_by_period
-- One quarter's head.
-- unscoped: what is frozen was published
-- in: period text
-- one: id id, ref text, method number, min_sensors number, unit number, zone text, first_hour number, end_hour number
-- one: frozen_at time, frozen_by text
SELECT r.id, r.ref, q.method, q.min_sensors, q.unit, q.zone, q.first_hour, q.end_hour, q.frozen_at, q.frozen_by
FROM observatory_quarter q JOIN record r ON r.id = q.id
WHERE q.period = :period;

-- name: quarter_insert
-- A quarter is frozen.
-- in: id id, period text, method number, min_sensors number, unit number, zone text, first_hour number, end_hour number
-- in: frozen_at time, frozen_by text
INSERT INTO observatory_quarter (id, period, method, min_sensors, unit, zone, first_hour, end_hour, frozen_at, frozen_by)
VALUES (:id, :period, :method, :min_sensors, :unit, :zone, :first_hour, :end_hour, :frozen_at, :frozen_by);

-- name: quarter_row_insert
-- One of its rows.
-- in: quarter_id id, unit text, start_hour number, position number, port text, rank number?, average number?
INSERT INTO observatory_frozen (quarter_id, unit, start_hour, position, port, rank, average)
VALUES (:quarter_id, :unit, :start_hour, :position, :port, :rank, :average);

-- name: quarter_rows
-- Its rows: the whole quarter's first, then day by day, in the order of the page.
-- unscoped: what is frozen was published
-- in: quarter_id id      out: unit text, start_hour number, port text, rank number?, average number?
SELECT unit, start_hour, port, rank, average FROM observatory_frozen
WHERE quarter_id = :quarter_id
ORDER BY unit DESC, start_hour, position;
