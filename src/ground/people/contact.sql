-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Contacts and their organisations.

-- name: people_organisation_by_name
-- The organisation of a name in either language.
-- unscoped: whoever may add a contact may see that its organisation is there
-- in: name text      one: id id
SELECT id FROM people_organisation WHERE name_ja = :name OR name_en = :name ORDER BY id LIMIT 1;

-- name: people_organisation_insert
-- A new organisation.
-- in: id id, name_ja text, name_en text, country text, changed_at time
INSERT INTO people_organisation (id, name_ja, name_en, country, note, changed_at)
VALUES (:id, :name_ja, :name_en, :country, '', :changed_at);

-- name: people_contact_insert
-- A new contact that nobody wrote to yet.
-- in: id id, organisation_id id?, name text, address text, phone text, language text, country text, note text, changed_at time
INSERT INTO people_contact (id, organisation_id, name, address, phone, language, country, reach, reach_at, note, changed_at)
VALUES (:id, :organisation_id, :name, :address, :phone, :language, :country, 'untried', NULL, :note, :changed_at);

-- name: people_role_insert
-- What a contact is; the same again changes nothing.
-- in: contact_id id, role text
INSERT INTO people_role (contact_id, role) VALUES (:contact_id, :role) ON CONFLICT (contact_id, role) DO NOTHING;

-- name: people_contacts
-- All contacts.
-- in: viewer id      out: id id, ref text, organisation text?, organisation_en text?, name text, address text, language text, country text, reach text, reach_at time?, note text
SELECT c.id, r.ref, o.name_ja AS organisation, o.name_en AS organisation_en, c.name, c.address, c.language, c.country, c.reach,
	c.reach_at, c.note
FROM people_contact c JOIN record r ON r.id = c.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment LEFT JOIN people_organisation o ON o.id = c.organisation_id
ORDER BY c.id;

-- name: people_contact_by_ref
-- One contact by its ref.
-- in: viewer id, ref text      one: id id
SELECT c.id FROM people_contact c JOIN record r ON r.id = c.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment WHERE r.ref = :ref;

-- name: people_contact_by_address
-- One contact by its address.
-- unscoped: contacts are for everybody of the centre
-- in: address text      one: id id
SELECT id FROM people_contact WHERE address = :address AND address <> '' ORDER BY id LIMIT 1;

-- name: people_contact_one
-- One contact.
-- in: viewer id, id id      one: id id, ref text, organisation text?, organisation_en text?, name text, address text, language text, country text, reach text, reach_at time?, note text
SELECT c.id, r.ref, o.name_ja AS organisation, o.name_en AS organisation_en, c.name, c.address, c.language, c.country, c.reach,
	c.reach_at, c.note
FROM people_contact c JOIN record r ON r.id = c.id
JOIN access_sight s ON s.viewer_id = :viewer AND s.kind = r.kind AND s.marking = r.marking AND s.compartment = r.compartment LEFT JOIN people_organisation o ON o.id = c.organisation_id
WHERE c.id = :id;

-- name: people_contact_reach
-- Whether the last letter arrived.
-- in: id id, reach text, at time
UPDATE people_contact SET reach = :reach, reach_at = :at WHERE id = :id;
