-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Reports.

-- name: report_insert
-- A report.
-- in: id id, message_id id, channel text, received_at time, form text, subject text, reporter_name text, reporter_address text, language text, wishes_contact number?, is_information number?, is_party_told number?, has_detailed_log number?, may_share number?, is_anonymous number?, zone text, clock_error_s number?, token text, at time
INSERT INTO incident_report (id, message_id, channel, received_at, form, subject, reporter_name, reporter_address, language,
	state, claimed_by, wishes_contact, is_information, is_party_told, has_detailed_log, may_share, is_anonymous, zone,
	clock_error_s, token, changed_at)
VALUES (:id, :message_id, :channel, :received_at, :form, :subject, :reporter_name, :reporter_address, :language,
	'new', '', :wishes_contact, :is_information, :is_party_told, :has_detailed_log, :may_share, :is_anonymous, :zone,
	:clock_error_s, :token, :at);

-- name: report_select
-- Reports of a range of ids, of a state or all; the newest first.
-- in: viewer id, first id, last id, state text, any_state number, most number
-- out: id id, message_id id, received_at time, ref text, channel text, form text, subject text, reporter_name text, reporter_address text, language text, state text, claimed_by text, incidents number, wishes_contact number?, is_information number?, is_party_told number?, has_detailed_log number?, may_share number?, is_anonymous number?, zone text, clock_error_s number?
SELECT p.id, p.message_id, p.received_at, r.ref, p.channel, p.form, p.subject, p.reporter_name, p.reporter_address, p.language,
	p.state, p.claimed_by,
	(SELECT count(*) FROM incident_contained c WHERE c.report_id = p.id AND c.ended_at IS NULL) AS incidents,
	p.wishes_contact, p.is_information, p.is_party_told, p.has_detailed_log, p.may_share, p.is_anonymous, p.zone,
	p.clock_error_s
FROM incident_report p JOIN record r ON r.id = p.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE p.id BETWEEN :first AND :last AND (p.state = :state OR :any_state = 1)
ORDER BY p.id DESC LIMIT :most;

-- name: report_id_by_ref
-- One report by its ref.
-- in: viewer id, ref text      one: id id
SELECT p.id FROM incident_report p JOIN record r ON r.id = p.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment WHERE r.ref = :ref;

-- name: report_ids_of_incident
-- Reports that an incident is contained in now, as they came.
-- unscoped: who may see the incident was asked before
-- in: incident_id id      out: id id
SELECT c.report_id AS id FROM incident_contained c WHERE c.incident_id = :incident_id AND c.ended_at IS NULL ORDER BY c.report_id;

-- name: report_write_state
-- Its state.
-- in: id id, state text, at time
UPDATE incident_report SET state = :state, changed_at = :at WHERE id = :id;

-- name: report_id_by_token
-- One report by the hash of its reporter's secret.
-- unscoped: who has the secret is its reporter
-- in: token text      one: id id
SELECT id FROM incident_report WHERE token = :token AND token <> '' ORDER BY id LIMIT 1;

-- name: report_of_secrets
-- Reports with a secret link that changed since, as they changed.
-- unscoped: a job tells their reporters, no person
-- in: since time, most number      out: token text, ref text, state text, received_at time, changed_at time
SELECT p.token, r.ref, p.state, p.received_at, p.changed_at FROM incident_report p JOIN record r ON r.id = p.id
WHERE p.token <> '' AND p.changed_at >= :since ORDER BY p.changed_at, p.id LIMIT :most;
