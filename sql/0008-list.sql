-- Lists: a report of many lines, from a partner's log or a feed, and which line concerns whom.

-- How far a list is: reading, joining and asking are long work, and go on where they were stopped.
CREATE TABLE incident_list (
	report_id INTEGER PRIMARY KEY REFERENCES incident_report (id),
	-- How its lines become incidents.
	per TEXT NOT NULL CHECK (per IN ('address', 'administrator', 'one')),
	set_name TEXT NOT NULL,
	category TEXT NOT NULL,
	-- 'reading', 'read' (all lines are there), 'made' (each line has its incident).
	state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'made')),
	-- Of the file: lines that gave a row, and lines that were not understood.
	rows INTEGER NOT NULL,
	faults INTEGER NOT NULL,
	FOREIGN KEY (set_name, category) REFERENCES incident_category (set_name, code)
) STRICT;

-- One line. What is not known is '' or NULL.
CREATE TABLE incident_line (
	id INTEGER PRIMARY KEY,
	report_id INTEGER NOT NULL REFERENCES incident_list (report_id),
	-- Of the file, from 1.
	number INTEGER NOT NULL,
	address TEXT NOT NULL,
	at INTEGER,
	-- The time as it was found; where its zone is unknown it is all there is.
	at_text TEXT NOT NULL,
	line_port INTEGER,
	host TEXT NOT NULL,
	url TEXT NOT NULL,
	kind TEXT NOT NULL,
	-- As it came, at most 4096 bytes.
	raw TEXT NOT NULL,
	-- Who answers for it, and why that is thought.
	contact_id INTEGER REFERENCES people_contact (id),
	chosen TEXT NOT NULL,
	line_incident_id INTEGER REFERENCES incident_incident (id),
	-- '', 'confirmed', 'not confirmed', how, and when.
	checked TEXT NOT NULL CHECK (checked IN ('', 'confirmed', 'not confirmed')),
	check_method TEXT NOT NULL,
	checked_at INTEGER,
	UNIQUE (report_id, number)
) STRICT;

CREATE INDEX incident_line_contact ON incident_line (report_id, contact_id);
CREATE INDEX incident_line_incident ON incident_line (line_incident_id);
CREATE INDEX incident_line_address ON incident_line (report_id, address);

-- Lines that were not understood, so that no line goes unseen.
CREATE TABLE incident_fault (
	report_id INTEGER NOT NULL REFERENCES incident_list (report_id),
	number INTEGER NOT NULL,
	why TEXT NOT NULL,
	raw TEXT NOT NULL,
	PRIMARY KEY (report_id, number)
) STRICT;
