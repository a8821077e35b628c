-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Lines get their incident after they are kept: those without one need no place in its index.

DROP INDEX incident_line_incident;
CREATE INDEX incident_line_incident ON incident_line (line_incident_id) WHERE line_incident_id IS NOT NULL;

-- How many addresses were checked, and how, is asked often.
CREATE INDEX incident_line_checked ON incident_line (report_id, checked, address) WHERE checked <> '';
