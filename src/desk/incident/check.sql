-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Whether what a list says of an address is so.

-- name: check_write
-- What a check of an address found, on all its lines.
-- in: report_id id, address text, checked text, method text, at time
UPDATE incident_line SET checked = :checked, check_method = :method, checked_at = :at
WHERE report_id = :report_id AND address = :address;

-- name: check_open
-- Addresses behind the last one that nobody has checked.
-- unscoped: long work, for no eyes
-- in: report_id id, after text, most number      out: address text
SELECT DISTINCT address FROM incident_line
WHERE report_id = :report_id AND checked = '' AND address > :after ORDER BY address LIMIT :most;

-- name: check_counts
-- How many addresses of a list were checked, and how.
-- unscoped: who may see the report was asked before
-- in: report_id id      one: confirmed number, refuted number
SELECT (SELECT count(*) FROM (SELECT DISTINCT n.address FROM incident_line n
		WHERE n.report_id = :report_id AND n.checked = 'confirmed' AND n.checked <> '') a) AS confirmed,
	(SELECT count(*) FROM (SELECT DISTINCT n.address FROM incident_line n
		WHERE n.report_id = :report_id AND n.checked = 'not confirmed' AND n.checked <> '') b) AS refuted;
