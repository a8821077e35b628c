-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Targets that are watched, looks at them, and from when to when they were there.

-- name: watch_marking_of
-- How the case is marked: a target is marked alike.
-- unscoped: a rule of marking, for no eyes
-- in: id id      one: marking text, compartment text
SELECT marking, compartment FROM record WHERE id = :id;

-- name: watch_insert
-- A target that nobody has looked at yet.
-- in: id id, about_id id, kind text, text text, every_s number, method text, failures_needed number, over_s number, next_at time, at time
INSERT INTO watch_target (id, about_id, kind, text, every_s, method, failures_needed, over_s, state, run_direct, run_proxied,
	run_first_at, run_last_at, run_kind, run_silent, home, next_at, ended_at, ended_reason, changed_at)
VALUES (:id, :about_id, :kind, :text, :every_s, :method, :failures_needed, :over_s, 'new', 0, 0, NULL, NULL, '', 0, '', :next_at,
	NULL, '', :at);

-- name: watch_select
-- Targets of a range of ids, of a state or all; the newest first.
-- in: viewer id, first id, last id, state text, any_state number, most number
-- out: id id, ref text, about_id id, about text, kind text, text text, every_s number, method text, failures_needed number, over_s number, state text, run_direct number, run_proxied number, run_first_at time?, run_last_at time?, run_kind text, run_silent number, home text, next_at time?, ended_at time?, ended_reason text, looks number, last_at time?
SELECT w.id, r.ref, w.about_id, a.ref AS about, w.kind, w.text, w.every_s, w.method, w.failures_needed, w.over_s, w.state,
	w.run_direct, w.run_proxied, w.run_first_at, w.run_last_at, w.run_kind, w.run_silent, w.home, w.next_at, w.ended_at,
	w.ended_reason, (SELECT count(*) FROM watch_check c WHERE c.target_id = w.id) AS looks,
	(SELECT max(c.at) FROM watch_check c WHERE c.target_id = w.id) AS last_at
FROM watch_target w JOIN record r ON r.id = w.id JOIN record a ON a.id = w.about_id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE w.id BETWEEN :first AND :last AND (w.state = :state OR :any_state = 1)
ORDER BY w.id DESC LIMIT :most;

-- name: watch_id_by_ref
-- One target by its ref.
-- unscoped: who may see it is asked with the target
-- in: ref text      one: id id
SELECT w.id FROM watch_target w JOIN record r ON r.id = w.id WHERE r.ref = :ref;

-- name: watch_ids_about
-- Targets of a case, of a state or all; the newest first.
-- unscoped: who may see each is asked with the target
-- in: about_id id, state text, any_state number      out: id id
SELECT id FROM watch_target WHERE about_id = :about_id AND (state = :state OR :any_state = 1) ORDER BY id DESC;

-- name: watch_count_due
-- How many targets are to be looked at.
-- unscoped: a job asks, no person
-- in: now time      one: count number
SELECT count(*) AS count FROM watch_target WHERE next_at <= :now;

-- name: watch_next_due
-- The target that has waited longest.
-- unscoped: a job asks, no person
-- in: now time      one: id id
SELECT id FROM watch_target WHERE next_at <= :now ORDER BY next_at ASC NULLS LAST, id LIMIT 1;

-- name: watch_check_insert
-- A look.
-- in: target_id id, at time, method text, outcome text, finding text, status number, redirects number, url text, address text, certificate text, certificate_names text, certificate_state text, content text, content_bytes number, is_cut bool, blob text?, took_ms number, words text
-- one: id id
INSERT INTO watch_check (target_id, at, method, outcome, finding, status, redirects, url, address, certificate, certificate_names,
	certificate_state, content, content_bytes, is_cut, blob, took_ms, words)
VALUES (:target_id, :at, :method, :outcome, :finding, :status, :redirects, :url, :address, :certificate, :certificate_names,
	:certificate_state, :content, :content_bytes, :is_cut, :blob, :took_ms, :words)
RETURNING id;

-- name: watch_write_run
-- What the target is after a look.
-- in: id id, state text, run_direct number, run_proxied number, run_first_at time?, run_last_at time?, run_kind text, run_silent number, home text, next_at time?, at time
UPDATE watch_target SET state = :state, run_direct = :run_direct, run_proxied = :run_proxied, run_first_at = :run_first_at,
	run_last_at = :run_last_at, run_kind = :run_kind, run_silent = :run_silent, home = :home, next_at = :next_at, changed_at = :at
WHERE id = :id;

-- name: watch_interval_begin
-- It is there; where it was before, nothing changes.
-- in: target_id id, first_up_check id, first_up_at time
INSERT INTO watch_interval (target_id, number, first_up_check, first_up_at, end_check, ended_at, ended_as, confirmed_at, confirmed_by,
	reason)
SELECT :target_id, (SELECT count(*) FROM watch_interval i WHERE i.target_id = :target_id) + 1, :first_up_check, :first_up_at, NULL,
	NULL, '', NULL, '', ''
WHERE NOT EXISTS (SELECT 1 FROM watch_interval i WHERE i.target_id = :target_id AND i.ended_at IS NULL);

-- name: watch_first_failure
-- The first failing look since it was last up.
-- unscoped: a rule of counting, for no eyes
-- in: target_id id      one: id id, at time
SELECT c.id, c.at FROM watch_check c
WHERE c.target_id = :target_id AND c.finding NOT IN ('up', 'nothing')
	AND NOT EXISTS (SELECT 1 FROM watch_check u WHERE u.target_id = c.target_id AND u.finding = 'up' AND u.id > c.id)
ORDER BY c.id LIMIT 1;

-- name: watch_interval_end
-- A person confirmed that it is not there any more.
-- in: target_id id, end_check id, ended_at time, ended_as text, at time, actor text, reason text
UPDATE watch_interval SET end_check = :end_check, ended_at = :ended_at, ended_as = :ended_as, confirmed_at = :at, confirmed_by = :actor,
	reason = :reason
WHERE target_id = :target_id AND ended_at IS NULL;

-- name: watch_write_closed
-- The target is closed; it is looked at whether it comes back.
-- in: id id, at time
UPDATE watch_target SET state = 'closed', changed_at = :at WHERE id = :id AND state IN ('down', 'moved', 'parked', 'gone');

-- name: watch_write_ended
-- It is not looked at any more.
-- in: id id, reason text, at time
UPDATE watch_target SET next_at = NULL, ended_at = :at, ended_reason = :reason, changed_at = :at WHERE id = :id AND ended_at IS NULL;

-- name: watch_checks_of
-- Looks at a target, the newest first.
-- unscoped: who may see the target was asked before
-- in: target_id id, most number
-- out: id id, at time, method text, outcome text, finding text, status number, redirects number, url text, address text, certificate text, certificate_names text, certificate_state text, content text, content_bytes number, is_cut bool, blob text?, took_ms number, words text
SELECT id, at, method, outcome, finding, status, redirects, url, address, certificate, certificate_names, certificate_state, content,
	content_bytes, is_cut, blob, took_ms, words
FROM watch_check WHERE target_id = :target_id ORDER BY id DESC LIMIT :most;

-- name: watch_intervals_of
-- From when to when it was there.
-- unscoped: who may see the target was asked before
-- in: target_id id
-- out: number number, first_up_at time, ended_at time?, ended_as text, confirmed_at time?, confirmed_by text, reason text
SELECT number, first_up_at, ended_at, ended_as, confirmed_at, confirmed_by, reason FROM watch_interval
WHERE target_id = :target_id ORDER BY number;
