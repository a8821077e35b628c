-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What only SQLite is asked.

-- name: sqlite_made
-- A row where the table of migrations is.
-- in:      out: there number
SELECT 1 AS there FROM sqlite_schema WHERE name = 'db_migration';
