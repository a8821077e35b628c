-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Letters.

-- name: letter_insert
-- A draft.
-- in: id id, about_id id, kind text, contact_id id?, to_name text, to_address text, language text, subject text, text text, in_reply_to text, protection text, at time
INSERT INTO letter_letter (id, about_id, kind, contact_id, to_name, to_address, language, subject, text, state, message_id,
	in_reply_to, send_after, sent_at, protection, blob, attempts, failure, returned, approved_by, changed_at)
VALUES (:id, :about_id, :kind, :contact_id, :to_name, :to_address, :language, :subject, :text, 'draft', NULL,
	:in_reply_to, NULL, NULL, :protection, NULL, 0, '', '', '', :at);

-- name: letter_attachment_insert
-- A file that goes with it.
-- in: letter_id id, position number, name text, type text, blob text
INSERT INTO letter_attachment (letter_id, position, name, type, blob) VALUES (:letter_id, :position, :name, :type, :blob);

-- name: letter_attachments_of
-- Files that go with it.
-- unscoped: who may see the letter was asked before
-- in: letter_id id      out: name text, type text, blob text
SELECT name, type, blob FROM letter_attachment WHERE letter_id = :letter_id ORDER BY position;

-- name: letter_approve
-- A draft is queued.
-- in: id id, message_id text, send_after time, approved_by text, at time
UPDATE letter_letter SET state = 'queued', message_id = :message_id, send_after = :send_after, approved_by = :approved_by,
	changed_at = :at
WHERE id = :id AND state = 'draft';

-- name: letter_take_back
-- A letter that is not on its way yet is withdrawn.
-- in: id id, at time
UPDATE letter_letter SET state = 'withdrawn', changed_at = :at WHERE id = :id AND state IN ('draft', 'queued');

-- name: letter_again
-- A letter that failed, or of which nobody knows, goes out again under the same Message-ID.
-- in: id id, send_after time, at time
UPDATE letter_letter SET state = 'queued', send_after = :send_after, attempts = 0, changed_at = :at
WHERE id = :id AND state IN ('uncertain', 'failed');

-- name: letter_counts_as_sent
-- A person found that it arrived.
-- in: id id, at time
UPDATE letter_letter SET state = 'sent', sent_at = changed_at, changed_at = :at WHERE id = :id AND state = 'uncertain';

-- name: letter_select
-- Letters of a range of ids, of a state or all; the newest first.
-- in: viewer id, first id, last id, state text, any_state number, most number
-- out: id id, ref text, about_id id, about text, kind text, contact_id id?, to_name text, to_address text, language text, subject text, text text, state text, message_id text?, in_reply_to text, send_after time?, sent_at time?, protection text, blob text?, attempts number, failure text, returned text, approved_by text
SELECT l.id, r.ref, l.about_id, a.ref AS about, l.kind, l.contact_id, l.to_name, l.to_address, l.language, l.subject, l.text,
	l.state, l.message_id, l.in_reply_to, l.send_after, l.sent_at, l.protection, l.blob, l.attempts, l.failure, l.returned,
	l.approved_by
FROM letter_letter l JOIN record r ON r.id = l.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment JOIN record a ON a.id = l.about_id
WHERE l.id BETWEEN :first AND :last AND (l.state = :state OR :any_state = 1)
ORDER BY l.id DESC LIMIT :most;

-- name: letter_id_by_ref
-- One letter by its ref.
-- in: viewer id, ref text      one: id id
SELECT l.id FROM letter_letter l JOIN record r ON r.id = l.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment WHERE r.ref = :ref;

-- name: letter_id_by_message_id
-- One letter by its Message-ID.
-- unscoped: who may see it is asked with the letter
-- in: message_id text      one: id id
SELECT id FROM letter_letter WHERE message_id = :message_id;

-- name: letter_ids_about
-- Letters about a record, of a state or all; the newest first.
-- unscoped: who may see each is asked with the letter
-- in: about_id id, state text, any_state number      out: id id
SELECT id FROM letter_letter WHERE about_id = :about_id AND (state = :state OR :any_state = 1) ORDER BY id DESC;

-- name: letter_stranded
-- Letters that were on their way when a process ended.
-- unscoped: a job asks, no person
-- out: id id
SELECT id FROM letter_letter WHERE state = 'sending' ORDER BY id;

-- name: letter_next
-- The letter that has waited longest.
-- unscoped: a job asks, no person
-- in: now time      one: id id
SELECT id FROM letter_letter WHERE state = 'queued' AND send_after <= :now ORDER BY send_after ASC NULLS LAST, id LIMIT 1;

-- name: letter_start
-- It is on its way.
-- in: id id, blob text, at time
UPDATE letter_letter SET state = 'sending', blob = :blob, attempts = attempts + 1, changed_at = :at
WHERE id = :id AND state = 'queued';

-- name: letter_end
-- How it ended.
-- in: id id, state text, failure text, send_after time?, sent_at time?, at time
UPDATE letter_letter SET state = :state, failure = :failure, send_after = :send_after, sent_at = :sent_at, changed_at = :at
WHERE id = :id AND state = 'sending';

-- name: letter_came_back
-- It came back, or is late.
-- in: id id, returned text, at time
UPDATE letter_letter SET returned = :returned, changed_at = :at WHERE id = :id;

-- name: letter_count_due
-- How many letters a job has something to do with.
-- unscoped: a job asks, no person
-- in: now time      one: count number
SELECT count(*) AS count FROM letter_letter WHERE state = 'sending' OR (state = 'queued' AND send_after <= :now);
