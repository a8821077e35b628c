-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Incidents.

-- name: incident_insert
-- An incident; it counts when its first report came, else now.
-- in: id id, title text, set_name text, category text, counts_at time, brand text, industry text, origin text, hosting text, country text, at time
INSERT INTO incident_incident (id, title, set_name, category, state, counts_at, claimed_by, due_at, snoozed_until, closed_at,
	closed_reason, brand, industry, origin, hosting, carrier, country, first_seen, lead_in, campaign, changed_at)
VALUES (:id, :title, :set_name, :category, 'open', :counts_at, '', NULL, NULL, NULL, '', :brand, :industry, :origin, :hosting,
	'', :country, NULL, '', '', :at);

-- name: incident_first_report
-- When the first of the reports that contain it now came.
-- unscoped: a rule of counting, for no eyes
-- in: incident_id id      one: first time?
SELECT min(p.received_at) AS first FROM incident_contained c JOIN incident_report p ON p.id = c.report_id
WHERE c.incident_id = :incident_id AND c.ended_at IS NULL;

-- name: incident_write_counts
-- The month that it counts in.
-- in: id id, counts_at time, at time
UPDATE incident_incident SET counts_at = :counts_at, changed_at = :at WHERE id = :id;

-- name: incident_select
-- Incidents of a range of ids, of a state or all; the newest first.
-- in: viewer id, first id, last id, state text, any_state number, campaign text, any_campaign number, most number
-- out: id id, counts_at time, closed_at time?, first_seen time?, carrier text, lead_in text, campaign text, ref text, title text, category text, category_ja text, category_en text, state text, closed_reason text, claimed_by text, brand text, industry text, origin text, country text, hosting text, merged_into text?, reports number, requests number
SELECT i.id, i.counts_at, i.closed_at, i.first_seen, i.carrier, i.lead_in, i.campaign, r.ref, i.title, i.category, k.name_ja AS category_ja, k.name_en AS category_en, i.state,
	i.closed_reason, i.claimed_by, i.brand, i.industry, i.origin, i.country, i.hosting, m.ref AS merged_into,
	(SELECT count(*) FROM incident_contained c WHERE c.incident_id = i.id AND c.ended_at IS NULL) AS reports,
	(SELECT count(*) FROM incident_request q WHERE q.incident_id = i.id AND q.asked_at IS NOT NULL) AS requests
FROM incident_incident i JOIN record r ON r.id = i.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
	JOIN incident_category k ON k.set_name = i.set_name AND k.code = i.category
	LEFT JOIN incident_merge g ON g.from_id = i.id AND g.ended_at IS NULL
	LEFT JOIN record m ON m.id = g.into_id
WHERE i.id BETWEEN :first AND :last AND (i.state = :state OR :any_state = 1)
	AND (i.campaign = :campaign OR :any_campaign = 1)
ORDER BY i.id DESC LIMIT :most;

-- name: incident_id_by_ref
-- One incident by its ref.
-- in: viewer id, ref text      one: id id
SELECT i.id FROM incident_incident i JOIN record r ON r.id = i.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment WHERE r.ref = :ref;

-- name: incident_ids_of_report
-- Incidents that a report contains now.
-- unscoped: who may see the report was asked before
-- in: report_id id      out: id id
SELECT c.incident_id AS id FROM incident_contained c WHERE c.report_id = :report_id AND c.ended_at IS NULL ORDER BY c.incident_id;

-- name: incident_contain
-- A report contains it.
-- in: report_id id, incident_id id, at time, actor text, reason text
INSERT INTO incident_contained (report_id, incident_id, joined_at, joined_by, reason, ended_at, ended_by)
VALUES (:report_id, :incident_id, :at, :actor, :reason, NULL, NULL);

-- name: incident_end_contain
-- It does not after all; the row stays.
-- in: report_id id, incident_id id, at time, actor text
UPDATE incident_contained SET ended_at = :at, ended_by = :actor
WHERE report_id = :report_id AND incident_id = :incident_id AND ended_at IS NULL;

-- name: incident_merge_insert
-- One is the same as another.
-- in: into_id id, from_id id, at time, actor text, reason text
INSERT INTO incident_merge (into_id, from_id, merged_at, merged_by, reason, ended_at, ended_by)
VALUES (:into_id, :from_id, :at, :actor, :reason, NULL, NULL);

-- name: incident_merge_now
-- What it is merged into now.
-- unscoped: a rule of merging, for no eyes
-- in: from_id id      one: into_id id
SELECT into_id FROM incident_merge WHERE from_id = :from_id AND ended_at IS NULL;

-- name: incident_merge_end
-- It is one of its own again; the row stays.
-- in: from_id id, at time, actor text
UPDATE incident_merge SET ended_at = :at, ended_by = :actor WHERE from_id = :from_id AND ended_at IS NULL;

-- name: incident_write_closed
-- Closed.
-- in: id id, at time, reason text
UPDATE incident_incident SET state = 'closed', closed_at = :at, closed_reason = :reason, changed_at = :at
WHERE id = :id AND state <> 'closed';

-- name: incident_write_open
-- Open again.
-- in: id id, at time
UPDATE incident_incident SET state = 'open', closed_at = NULL, closed_reason = '', changed_at = :at
WHERE id = :id AND state = 'closed';
