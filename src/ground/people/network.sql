-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Networks of contacts.

-- name: people_network_put
-- A prefix; the same again renews who says so.
-- in: contact_id id, text text, first text, last text, source text, as_of text
INSERT INTO people_network (contact_id, kind, text, first, last, source, as_of)
VALUES (:contact_id, 'prefix', :text, :first, :last, :source, :as_of)
ON CONFLICT (contact_id, kind, text) DO UPDATE SET source = excluded.source, as_of = excluded.as_of;

-- name: people_networks
-- All prefixes, older entries first.
-- unscoped: a table for looking up, for no eyes
-- out: contact_id id, text text, source text, as_of text, reach text
SELECT n.contact_id, n.text, n.source, n.as_of, c.reach FROM people_network n JOIN people_contact c ON c.id = n.contact_id
WHERE n.kind = 'prefix' ORDER BY n.id;
