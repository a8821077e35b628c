-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Which migrations a database has seen. The table is made by the code that needs it before the first of them.

-- name: migrate_seen
-- All of them, in order.
-- in:      out: number number, hash text
SELECT number, hash FROM db_migration ORDER BY number;

-- name: migrate_note
-- One more was run.
-- in: number number, name text, hash text, at time
INSERT INTO db_migration (number, name, hash, run_at) VALUES (:number, :name, :hash, :at);
