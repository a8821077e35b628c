-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Changing what is said of an incident.

-- name: edit_write
-- All of it, changed or not.
-- in: id id, title text, category text, brand text, industry text, origin text, hosting text, carrier text, country text, first_seen time?, lead_in text, campaign text, at time
UPDATE incident_incident SET title = :title, category = :category, brand = :brand, industry = :industry, origin = :origin,
	hosting = :hosting, carrier = :carrier, country = :country, first_seen = :first_seen, lead_in = :lead_in, campaign = :campaign,
	changed_at = :at
WHERE id = :id;

-- name: edit_ports_delete
-- Its ports are said anew.
-- in: incident_id id
DELETE FROM incident_port WHERE incident_id = :incident_id;

-- name: edit_port_insert
-- One of them.
-- in: incident_id id, port text
INSERT INTO incident_port (incident_id, port) VALUES (:incident_id, :port) ON CONFLICT (incident_id, port) DO NOTHING;

-- name: edit_ports
-- Its ports.
-- unscoped: who may see the incident was asked before
-- in: incident_id id      out: port text
SELECT port FROM incident_port WHERE incident_id = :incident_id ORDER BY port;
