-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- What each viewer may see, and compartments.

-- name: sight_rules
-- By which rules the table was worked out.
-- unscoped: no record
-- one: hash text
SELECT hash FROM access_rules WHERE id = 1;

-- name: sight_rules_set
-- It was, by these.
-- in: hash text
UPDATE access_rules SET hash = :hash WHERE id = 1;

-- name: sight_clear
-- Nothing is seen any more.
-- in: viewer id
DELETE FROM access_sight WHERE viewer_id = :viewer;

-- name: sight_insert
-- This is.
-- in: viewer id, kind text, marking text, compartment text
INSERT INTO access_sight (viewer_id, kind, marking, compartment) VALUES (:viewer, :kind, :marking, :compartment)
ON CONFLICT (viewer_id, kind, marking, compartment) DO NOTHING;

-- name: sight_compartments
-- All compartments, or (account not 0) those of an account.
-- unscoped: no record
-- in: account id      out: name text
SELECT c.name FROM access_compartment c
WHERE :account = 0 OR EXISTS (SELECT 1 FROM access_member m WHERE m.compartment = c.name AND m.account_id = :account)
ORDER BY c.name;

-- name: sight_record
-- A record by its ref, for whom may see it.
-- in: viewer id, ref text      one: id id, ref text, kind text, marking text, compartment text
SELECT r.id, r.ref, r.kind, r.marking, r.compartment FROM record r
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment
WHERE r.ref = :ref;

-- name: sight_is_restricted
-- Whether reading it is noted.
-- unscoped: it was shown already
-- in: id id      one: marking text, compartment text
SELECT marking, compartment FROM record WHERE id = :id;

-- name: compartment_insert
-- A compartment; the same again changes nothing.
-- in: name text, made_at time
INSERT INTO access_compartment (name, made_at) VALUES (:name, :made_at) ON CONFLICT (name) DO NOTHING;

-- name: compartment_member_insert
-- An account in it; again: no change.
-- in: compartment text, account id
INSERT INTO access_member (compartment, account_id) VALUES (:compartment, :account)
ON CONFLICT (compartment, account_id) DO NOTHING;

-- name: compartment_member_delete
-- And out of it.
-- in: compartment text, account id
DELETE FROM access_member WHERE compartment = :compartment AND account_id = :account;
