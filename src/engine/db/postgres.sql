-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What only PostgreSQL is asked.

-- name: postgres_made
-- A row where the table of migrations is.
-- in:      out: there number
SELECT 1 AS there WHERE to_regclass('db_migration') IS NOT NULL;

-- name: postgres_lock
-- Waits for all others that write. The number is "hinomi" on a telephone's keys.
-- in:      out: there number
SELECT 1 AS there FROM pg_advisory_xact_lock(446664);

-- name: postgres_promise
-- Nothing is said to be kept before it is; a server that is set to promise more keeps its setting.
-- in:      out: now text
SELECT set_config('synchronous_commit', 'on', false) AS now WHERE current_setting('synchronous_commit') = 'off';
