-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Public keys of contacts.

-- name: people_key_insert
-- A key; the same again changes nothing.
-- in: contact_id id, kind text, fingerprint text, expires_at time?, text text, added_at time
INSERT INTO people_key (contact_id, kind, fingerprint, expires_at, text, added_at)
VALUES (:contact_id, :kind, :fingerprint, :expires_at, :text, :added_at)
ON CONFLICT (contact_id, fingerprint) DO NOTHING;

-- name: people_key_newest
-- The key that letters to a contact are encrypted for.
-- unscoped: public keys are public
-- in: contact_id id, kind text, now time      one: text text
SELECT text FROM people_key
WHERE contact_id = :contact_id AND kind = :kind AND withdrawn_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
ORDER BY added_at DESC, id DESC LIMIT 1;

-- name: people_keys_of_address
-- Every key that an address ever had.
-- unscoped: public keys are public
-- in: address text, kind text      out: text text
SELECT k.text FROM people_key k JOIN people_contact c ON c.id = k.contact_id
WHERE c.address = :address AND c.address <> '' AND k.kind = :kind ORDER BY k.id;
