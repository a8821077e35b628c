-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Whether a party is told.

-- name: notice_reasons
-- The reasons of a row, as the figure has them.
-- unscoped: a table of the figure
-- in: row_code text      out: side text, code text, name_ja text, name_en text, is_inferred bool
SELECT side, code, name_ja, name_en, is_inferred FROM incident_notice_reason WHERE row_code = :row_code ORDER BY position;

-- name: notice_insert
-- A decision.
-- in: incident_id id, decision text, overruled text, at time, actor text      one: id id
INSERT INTO incident_notice (incident_id, decision, overruled, at, actor) VALUES (:incident_id, :decision, :overruled, :at, :actor)
RETURNING id;

-- name: notice_because_insert
-- One of its reasons.
-- in: notice_id id, code text
INSERT INTO incident_notice_because (notice_id, code) VALUES (:notice_id, :code);

-- name: notice_newest
-- What was decided last.
-- unscoped: who may see the incident was asked before
-- in: incident_id id      one: id id, decision text, overruled text, at time, actor text
SELECT id, decision, overruled, at, actor FROM incident_notice WHERE incident_id = :incident_id ORDER BY id DESC LIMIT 1;

-- name: notice_because
-- Why.
-- unscoped: who may see the incident was asked before
-- in: notice_id id      out: code text
SELECT code FROM incident_notice_because WHERE notice_id = :notice_id ORDER BY code;
