-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What arrives.

-- name: intake_insert
-- A delivery; the same one again changes nothing.
-- in: channel text, received_at time, blob text, bytes number, delivery text
INSERT INTO intake_message (channel, received_at, blob, bytes, delivery, state, kind, reason, message_id, from_name,
	from_address, subject, protection, signature, about_id, attempts)
VALUES (:channel, :received_at, :blob, :bytes, :delivery, 'new', '', '', '', '', '', '', '', '', NULL, 0)
ON CONFLICT (delivery) DO NOTHING;

-- name: intake_by_delivery
-- The message of a delivery.
-- unscoped: asked by who delivers it
-- in: delivery text      one: id id
SELECT id FROM intake_message WHERE delivery = :delivery;

-- name: intake_new
-- What nobody has read yet, the oldest first.
-- unscoped: a job reads it, no person
-- in: most number      out: id id, channel text, received_at time, blob text, bytes number, attempts number
SELECT id, channel, received_at, blob, bytes, attempts FROM intake_message WHERE state = 'new' ORDER BY id LIMIT :most;

-- name: intake_count_attempt
-- Reading begins.
-- unscoped: a job reads it, no person
-- in: id id      one: attempts number
UPDATE intake_message SET attempts = attempts + 1 WHERE id = :id RETURNING attempts;

-- name: intake_settle
-- What was read of it, and where it went.
-- in: id id, state text, kind text, reason text, message_id text, from_name text, from_address text, subject text, protection text, signature text, about_id id?
UPDATE intake_message SET state = :state, kind = :kind, reason = :reason, message_id = :message_id, from_name = :from_name,
	from_address = :from_address, subject = :subject, protection = :protection, signature = :signature, about_id = :about_id
WHERE id = :id;

-- name: intake_text_put
-- Its text.
-- in: message_id id, text text
INSERT INTO intake_text (message_id, text) VALUES (:message_id, :text)
ON CONFLICT (message_id) DO UPDATE SET text = excluded.text;

-- name: intake_attachment_put
-- What came with it.
-- in: message_id id, position number, name text, type text, blob text, bytes number
INSERT INTO intake_attachment (message_id, position, name, type, blob, bytes)
VALUES (:message_id, :position, :name, :type, :blob, :bytes)
ON CONFLICT (message_id, position) DO NOTHING;

-- name: intake_select
-- Messages of a range of ids, of a state or all; the newest first.
-- unscoped: the desk's own box of arrivals, and what was filed about a record, which was asked for before
-- in: first id, last id, state text, any_state number, most number
-- out: id id, received_at time, channel text, state text, kind text, reason text, from_name text, from_address text, subject text, protection text, signature text, text text?, blob text, about text?
SELECT m.id, m.received_at, m.channel, m.state, m.kind, m.reason, m.from_name, m.from_address, m.subject, m.protection,
	m.signature, t.text, m.blob, r.ref AS about
FROM intake_message m LEFT JOIN intake_text t ON t.message_id = m.id LEFT JOIN record r ON r.id = m.about_id
WHERE m.id BETWEEN :first AND :last AND (m.state = :state OR :any_state = 1)
ORDER BY m.id DESC LIMIT :most;

-- name: intake_ids_about
-- What was filed about a record, as it arrived.
-- unscoped: who may see the record was asked before
-- in: about_id id      out: id id
SELECT id FROM intake_message WHERE about_id = :about_id ORDER BY id;

-- name: intake_count_new
-- How much waits to be read.
-- unscoped: a job asks, no person
-- one: count number
SELECT count(*) AS count FROM intake_message WHERE state = 'new';
