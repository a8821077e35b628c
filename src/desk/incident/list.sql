-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Lists and their lines.

-- name: list_report_of_message
-- The report that was made of a message.
-- unscoped: who imports it again may see that it is there
-- in: message_id id      one: id id
SELECT id FROM incident_report WHERE message_id = :message_id;

-- name: list_insert
-- A list whose lines are being read.
-- in: report_id id, per text, set_name text, category text
INSERT INTO incident_list (report_id, per, set_name, category, state, rows, faults)
VALUES (:report_id, :per, :set_name, :category, 'reading', 0, 0);

-- name: list_select
-- A list and how far it is.
-- unscoped: who may see the report was asked before
-- in: report_id id
-- one: ref text, per text, category text, state text, rows number, faults number, lines number, addresses number, without_contact number, contacts number, incidents number, requests number
SELECT r.ref, l.per, l.category, l.state, l.rows, l.faults,
	(SELECT count(*) FROM incident_line n WHERE n.report_id = l.report_id) AS lines,
	(SELECT count(*) FROM (SELECT DISTINCT n.address FROM incident_line n WHERE n.report_id = :report_id AND n.address <> '') a) AS addresses,
	(SELECT count(*) FROM incident_line n WHERE n.report_id = l.report_id AND n.contact_id IS NULL) AS without_contact,
	(SELECT count(*) FROM (SELECT DISTINCT n.contact_id FROM incident_line n WHERE n.report_id = :report_id AND n.contact_id IS NOT NULL) c)
		AS contacts,
	(SELECT count(*) FROM incident_contained c WHERE c.report_id = l.report_id AND c.ended_at IS NULL) AS incidents,
	(SELECT count(*) FROM incident_request q JOIN incident_contained c ON c.incident_id = q.incident_id
		WHERE c.report_id = l.report_id AND c.ended_at IS NULL) AS requests
FROM incident_list l JOIN record r ON r.id = l.report_id WHERE l.report_id = :report_id;

-- name: list_line_insert
-- A line; one that is there changes nothing.
-- in: report_id id, number number, address text, at time?, at_text text, port number?, host text, url text, kind text, raw text, contact_id id?, chosen text
INSERT INTO incident_line (report_id, number, address, at, at_text, line_port, host, url, kind, raw, contact_id, chosen,
	line_incident_id, checked, check_method, checked_at)
VALUES (:report_id, :number, :address, :at, :at_text, :port, :host, :url, :kind, :raw, :contact_id, :chosen, NULL, '', '', NULL)
ON CONFLICT (report_id, number) DO NOTHING;

-- name: list_fault_insert
-- A line that was not understood.
-- in: report_id id, number number, why text, raw text
INSERT INTO incident_fault (report_id, number, why, raw) VALUES (:report_id, :number, :why, :raw)
ON CONFLICT (report_id, number) DO NOTHING;

-- name: list_count
-- How many lines and faults are there by now.
-- unscoped: a rule of counting, for no eyes
-- in: report_id id      one: rows number, faults number
SELECT (SELECT count(*) FROM incident_line n WHERE n.report_id = :report_id) AS rows,
	(SELECT count(*) FROM incident_fault f WHERE f.report_id = :report_id) AS faults;

-- name: list_write_state
-- How far it is.
-- in: report_id id, state text, rows number, faults number
UPDATE incident_list SET state = :state, rows = :rows, faults = :faults WHERE report_id = :report_id;

-- name: list_unchosen
-- Addresses behind the last one that nobody answers for yet.
-- unscoped: long work, for no eyes
-- in: report_id id, after text, most number      out: address text
SELECT DISTINCT address FROM incident_line
WHERE report_id = :report_id AND contact_id IS NULL AND address > :after ORDER BY address LIMIT :most;

-- name: list_choose_contact
-- Who answers for an address of the list, and why.
-- in: report_id id, address text, contact_id id, chosen text
UPDATE incident_line SET contact_id = :contact_id, chosen = :chosen
WHERE report_id = :report_id AND address = :address AND contact_id IS NULL;

-- name: list_free_addresses
-- Addresses whose lines have no incident yet.
-- unscoped: long work, for no eyes
-- in: report_id id, most number      out: address text
SELECT DISTINCT address FROM incident_line WHERE report_id = :report_id AND line_incident_id IS NULL ORDER BY address LIMIT :most;

-- name: list_free_contacts
-- Contacts behind the last one some of whose lines have no incident yet.
-- unscoped: long work, for no eyes
-- in: report_id id, after id, most number      out: contact_id id, name text
SELECT c.id AS contact_id, c.name FROM people_contact c WHERE c.id > :after AND EXISTS (
	SELECT 1 FROM incident_line n WHERE n.report_id = :report_id AND n.contact_id = c.id AND n.line_incident_id IS NULL)
ORDER BY c.id LIMIT :most;

-- name: list_join_address
-- The lines of an address are about this incident.
-- in: report_id id, address text, incident_id id
UPDATE incident_line SET line_incident_id = :incident_id
WHERE report_id = :report_id AND address = :address AND line_incident_id IS NULL;

-- name: list_part_of_contact
-- Where the next lines of a contact end: a part at a time, as the engine remembers each line that it will change.
-- unscoped: long work, for no eyes
-- in: report_id id, contact_id id, after id, most number      one: through id?
SELECT max(p.id) AS through FROM (SELECT id FROM incident_line
	WHERE report_id = :report_id AND contact_id = :contact_id AND id > :after ORDER BY id LIMIT :most) p;

-- name: list_join_contact
-- These lines of a contact are about this incident.
-- in: report_id id, contact_id id, after id, through id, incident_id id
UPDATE incident_line SET line_incident_id = :incident_id
WHERE report_id = :report_id AND contact_id = :contact_id AND id > :after AND id <= :through AND line_incident_id IS NULL;

-- name: list_part_of_all
-- Where the next lines end.
-- unscoped: long work, for no eyes
-- in: report_id id, after number, most number      one: through number?
SELECT max(p.number) AS through FROM (SELECT number FROM incident_line
	WHERE report_id = :report_id AND number > :after ORDER BY number LIMIT :most) p;

-- name: list_join_all
-- These lines are.
-- in: report_id id, after number, through number, incident_id id
UPDATE incident_line SET line_incident_id = :incident_id
WHERE report_id = :report_id AND number > :after AND number <= :through AND line_incident_id IS NULL;

-- name: list_any_free
-- Whether a line has no incident yet.
-- unscoped: long work, for no eyes
-- in: report_id id      one: id id
SELECT id FROM incident_line WHERE report_id = :report_id AND line_incident_id IS NULL ORDER BY id LIMIT 1;

-- name: list_unasked
-- Contacts behind the last one with an incident of the list that they were not asked about.
-- unscoped: long work, for no eyes
-- in: report_id id, after id, any_check number, most number      out: contact_id id
SELECT DISTINCT n.contact_id FROM incident_line n
WHERE n.report_id = :report_id AND n.contact_id > :after AND n.line_incident_id IS NOT NULL
	AND (n.checked = 'confirmed' OR :any_check = 1)
	AND NOT EXISTS (SELECT 1 FROM incident_notice d WHERE d.incident_id = n.line_incident_id AND d.decision = 'not needed'
		AND NOT EXISTS (SELECT 1 FROM incident_notice e WHERE e.incident_id = d.incident_id AND e.id > d.id))
	AND NOT EXISTS (
	SELECT 1 FROM incident_request q WHERE q.incident_id = n.line_incident_id AND q.contact_id = n.contact_id)
ORDER BY n.contact_id NULLS LAST LIMIT :most;

-- name: list_incidents_of_contact
-- Incidents of the list that a contact was not asked about.
-- unscoped: long work, for no eyes
-- in: report_id id, contact_id id, any_check number      out: id id
SELECT DISTINCT n.line_incident_id AS id FROM incident_line n
WHERE n.report_id = :report_id AND n.contact_id = :contact_id AND n.line_incident_id IS NOT NULL
	AND (n.checked = 'confirmed' OR :any_check = 1)
	AND NOT EXISTS (SELECT 1 FROM incident_notice d WHERE d.incident_id = n.line_incident_id AND d.decision = 'not needed'
		AND NOT EXISTS (SELECT 1 FROM incident_notice e WHERE e.incident_id = d.incident_id AND e.id > d.id))
	AND NOT EXISTS (
	SELECT 1 FROM incident_request q WHERE q.incident_id = n.line_incident_id AND q.contact_id = n.contact_id)
ORDER BY n.line_incident_id NULLS LAST;

-- name: list_lines_of_contact
-- Its lines, as they stood in the list.
-- unscoped: they go to that contact alone
-- in: report_id id, contact_id id, any_check number
-- out: number number, address text, at time?, at_text text, port number?, host text, url text, kind text, checked text, check_method text, checked_at time?
SELECT number, address, at, at_text, line_port AS port, host, url, kind, checked, check_method, checked_at FROM incident_line n
WHERE report_id = :report_id AND contact_id = :contact_id AND line_incident_id IS NOT NULL
	AND (checked = 'confirmed' OR :any_check = 1)
	AND NOT EXISTS (SELECT 1 FROM incident_notice d WHERE d.incident_id = n.line_incident_id AND d.decision = 'not needed'
		AND NOT EXISTS (SELECT 1 FROM incident_notice e WHERE e.incident_id = d.incident_id AND e.id > d.id))
ORDER BY number;
