-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- The audit log. Who may see it is the right to see the log, asked before: it holds no contents of records.

-- name: audit_insert
-- A row about an account or a compartment.
-- in: at time, actor text, what text, about text
INSERT INTO access_audit (at, actor, what, about) VALUES (:at, :actor, :what, :about);

-- name: audit_insert_read
-- A restricted record was read.
-- in: at time, actor text, record_id id
INSERT INTO access_audit (at, actor, what, about, record_id) VALUES (:at, :actor, 'read', '', :record_id);

-- name: audit_copied
-- Up to which row timelines were copied.
-- unscoped: no record
-- one: last number
SELECT coalesce(max(event_id), 0) AS last FROM access_audit;

-- name: audit_copy
-- Changes, from timelines. Behind the last one that was copied there may be others: ids are not always committed in order.
-- in: since id, most number
INSERT INTO access_audit (at, actor, what, about, record_id, event_id)
SELECT e.at, e.actor, e.what, '', e.record_id, e.id FROM record_event e
WHERE e.id > :since AND NOT EXISTS (SELECT 1 FROM access_audit a WHERE a.event_id = e.id)
ORDER BY e.id LIMIT :most;

-- name: audit_unsealed
-- Rows that are not in the chain yet.
-- unscoped: sealing shows nothing
-- in: most number      out: id id, at time, actor text, what text, about text, record_id id?, event_id id?
SELECT id, at, actor, what, about, record_id, event_id FROM access_audit WHERE place IS NULL ORDER BY id LIMIT :most;

-- name: audit_unsealed_count
-- How many these are.
-- unscoped: no record
-- one: count number, oldest time
SELECT count(*) AS count, coalesce(min(at), 0) AS oldest FROM access_audit WHERE place IS NULL;

-- name: audit_chain
-- A row takes its place.
-- in: id id, position number, hash text
UPDATE access_audit SET place = :position, hash = :hash WHERE id = :id;

-- name: audit_last
-- The chain's end.
-- unscoped: no record
-- one: position number, hash text
SELECT place AS position, hash FROM access_audit WHERE place IS NOT NULL ORDER BY place DESC NULLS LAST LIMIT 1;

-- name: audit_seal_insert
-- A seal.
-- in: position number, hash text, at time
INSERT INTO access_seal (position, hash, at) VALUES (:position, :hash, :at);

-- name: audit_seals
-- All seals.
-- unscoped: no record
-- out: position number, hash text, at time
SELECT position, hash, at FROM access_seal ORDER BY position;

-- name: audit_rows
-- The chain, with what timelines say of copied rows.
-- unscoped: verifying shows no record
-- out: id id, at time, actor text, what text, about text, record_id id?, event_id id?, position number, hash text
-- out: event_at time?, event_actor text?, event_what text?, event_record_id id?
SELECT a.id, a.at, a.actor, a.what, a.about, a.record_id, a.event_id, a.place AS position, a.hash,
       e.at AS event_at, e.actor AS event_actor, e.what AS event_what, e.record_id AS event_record_id
FROM access_audit a LEFT JOIN record_event e ON e.id = a.event_id
WHERE a.place IS NOT NULL ORDER BY a.place NULLS LAST;

-- name: audit_select
-- Rows of a time, the latest first; of all actors or ('') one; about all records or ('') one ref.
-- unscoped: refs and who did what, no contents; the right to see the log was asked
-- in: since time, until time, actor text, ref text, most number
-- out: id id, at time, actor text, what text, about text, ref text?, position number?
SELECT a.id, a.at, a.actor, a.what, a.about, r.ref, a.place AS position FROM access_audit a LEFT JOIN record r ON r.id = a.record_id
WHERE a.at >= :since AND a.at < :until AND (a.actor = :actor OR :actor = '') AND (r.ref = :ref OR :ref = '')
ORDER BY a.id DESC LIMIT :most;
