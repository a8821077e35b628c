-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What speaks for a report telling of an incident that is there. Each query gives incidents that the report does not contain;
-- which of them the viewer may see is asked with the incident.

-- name: same_things
-- Incidents of reports that name the same thing.
-- unscoped: who may see the incident is asked with it
-- in: report_id id, most number      out: id id, kind text, text text, other_at time
SELECT c.incident_id AS id, f.kind, f.text, max(p.received_at) AS other_at
FROM indicator_found mine JOIN indicator_found f ON f.text = mine.text AND f.kind = mine.kind AND f.about_id <> mine.about_id
	JOIN incident_contained c ON c.report_id = f.about_id AND c.ended_at IS NULL
	JOIN incident_report p ON p.id = f.about_id
WHERE mine.about_id = :report_id AND mine.kind <> 'mail' AND NOT EXISTS (
	SELECT 1 FROM incident_contained n WHERE n.report_id = :report_id AND n.incident_id = c.incident_id AND n.ended_at IS NULL)
GROUP BY c.incident_id, f.kind, f.text ORDER BY c.incident_id DESC, f.kind, f.text LIMIT :most;

-- name: same_hosts
-- Incidents of reports that name another thing on the same host.
-- unscoped: who may see the incident is asked with it
-- in: report_id id, most number      out: id id, text text, other_at time
SELECT c.incident_id AS id, f.host AS text, max(p.received_at) AS other_at
FROM indicator_found mine JOIN indicator_found f ON f.host = mine.host AND f.about_id <> mine.about_id AND f.kind <> 'mail'
	JOIN incident_contained c ON c.report_id = f.about_id AND c.ended_at IS NULL
	JOIN incident_report p ON p.id = f.about_id
WHERE mine.about_id = :report_id AND mine.host <> '' AND mine.kind <> 'mail' AND NOT EXISTS (
	SELECT 1 FROM incident_contained n WHERE n.report_id = :report_id AND n.incident_id = c.incident_id AND n.ended_at IS NULL)
GROUP BY c.incident_id, f.host ORDER BY c.incident_id DESC, f.host LIMIT :most;

-- name: same_indicators
-- Incidents that have the thing, or its host, as an indicator.
-- unscoped: who may see the incident is asked with it
-- in: report_id id, most number      out: id id, text text, role text
SELECT DISTINCT x.about_id AS id, x.text, x.role
FROM indicator_found mine JOIN indicator_indicator x ON (x.text = mine.text OR (x.host = mine.host AND mine.host <> ''))
	AND x.ended_at IS NULL JOIN incident_incident i ON i.id = x.about_id
WHERE mine.about_id = :report_id AND mine.kind <> 'mail' AND NOT EXISTS (
	SELECT 1 FROM incident_contained n WHERE n.report_id = :report_id AND n.incident_id = x.about_id AND n.ended_at IS NULL)
ORDER BY x.about_id DESC NULLS LAST, x.text, x.role LIMIT :most;

-- name: same_files
-- Incidents of reports that came with the same file.
-- unscoped: who may see the incident is asked with it
-- in: report_id id, most number      out: id id, text text
SELECT DISTINCT c.incident_id AS id, mine.name AS text
FROM intake_message m JOIN intake_attachment mine ON mine.message_id = m.id
	JOIN intake_attachment f ON f.blob = mine.blob JOIN intake_message o ON o.id = f.message_id AND o.about_id <> m.about_id
	JOIN incident_contained c ON c.report_id = o.about_id AND c.ended_at IS NULL
WHERE m.about_id = :report_id AND NOT EXISTS (
	SELECT 1 FROM incident_contained n WHERE n.report_id = :report_id AND n.incident_id = c.incident_id AND n.ended_at IS NULL)
ORDER BY c.incident_id DESC, mine.name LIMIT :most;

-- name: same_mails
-- Incidents of reports that are the same mail.
-- unscoped: who may see the incident is asked with it
-- in: report_id id, most number      out: id id
SELECT DISTINCT c.incident_id AS id
FROM intake_message m JOIN intake_message o ON o.message_id = m.message_id AND o.id <> m.id AND o.about_id <> m.about_id
	JOIN incident_contained c ON c.report_id = o.about_id AND c.ended_at IS NULL
WHERE m.about_id = :report_id AND m.message_id <> '' AND NOT EXISTS (
	SELECT 1 FROM incident_contained n WHERE n.report_id = :report_id AND n.incident_id = c.incident_id AND n.ended_at IS NULL)
ORDER BY c.incident_id DESC LIMIT :most;
