-- The observatory's desk: what analysts add to the figures. The figures themselves stay in the event store; what is
-- copied here says by which version of the method it was made (observe/series/series.h).
--
-- Hours are hours since 1970-01-01T00:00:00Z; ends are exclusive. Averages are in millionths of a packet per sensor and hour.

-- A rise that an analyst looked at. It is known by its port, the hour it began, and the method that found it; data that
-- come late may move an end, or a beginning by a little, and the review stays with the rise (rules.h).
CREATE TABLE observatory_review (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	-- '10000/tcp', 'icmp'.
	port TEXT NOT NULL CHECK (port <> ''),
	start_hour INTEGER NOT NULL,
	method INTEGER NOT NULL,
	-- 'open': something was noted, nothing decided.
	state TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'rejected')),
	decided_at INTEGER,
	decided_by TEXT,
	-- As last seen in the store.
	peak_hour INTEGER NOT NULL,
	-- NULL: not over at `seen_hour`, which is where the data ended.
	end_hour INTEGER,
	seen_hour INTEGER NOT NULL,
	packets INTEGER NOT NULL,
	sensors INTEGER NOT NULL,
	-- Distinct; NULL: not counted.
	sources INTEGER,
	evidence TEXT NOT NULL,
	baseline INTEGER NOT NULL,
	peak INTEGER NOT NULL,
	-- What is thought to cause it; '' where nobody said.
	cause_ja TEXT NOT NULL,
	cause_en TEXT NOT NULL,
	-- What the cause was matched to (an advisory, a bulletin), and the day it was published.
	reference TEXT NOT NULL,
	reference_date TEXT,
	-- The alert that the rise led to, and its day.
	alert TEXT NOT NULL,
	alert_date TEXT,
	-- For public pages.
	note_ja TEXT NOT NULL,
	note_en TEXT NOT NULL,
	UNIQUE (port, start_hour, method),
	CHECK ((state = 'open') = (decided_at IS NULL)),
	CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
	CHECK (end_hour IS NULL OR end_hour > start_hour)
) STRICT;

-- A filter that an analyst keeps (observe/query/filter.h), by name.
CREATE TABLE observatory_filter (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	name TEXT NOT NULL UNIQUE CHECK (name <> ''),
	text TEXT NOT NULL,
	-- Where it was removed: its name, which is free again. The row stays for its timeline.
	removed_name TEXT,
	saved_at INTEGER NOT NULL
) STRICT;

-- What public pages say about a period: '2013Q2', '2013-05', '2013'.
CREATE TABLE observatory_note (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	period TEXT NOT NULL UNIQUE CHECK (period <> ''),
	text_ja TEXT NOT NULL,
	text_en TEXT NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

-- A closed quarter, frozen: what was published stays as it was. Data that come late show as a correction beside it.
CREATE TABLE observatory_quarter (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	period TEXT NOT NULL UNIQUE CHECK (period <> ''),
	-- With which the figures were made, and the rules of publication (observe/series/publish.h).
	method INTEGER NOT NULL,
	min_sensors INTEGER NOT NULL,
	unit INTEGER NOT NULL,
	-- The zone in which its days begin.
	zone TEXT NOT NULL,
	first_hour INTEGER NOT NULL,
	end_hour INTEGER NOT NULL,
	frozen_at INTEGER NOT NULL,
	frozen_by TEXT NOT NULL,
	CHECK (end_hour > first_hour)
) STRICT;

-- Its rows: each series on each day, and over the whole quarter.
CREATE TABLE observatory_frozen (
	quarter_id INTEGER NOT NULL REFERENCES observatory_quarter (id),
	-- 'day' or 'quarter'.
	unit TEXT NOT NULL CHECK (unit IN ('day', 'quarter')),
	start_hour INTEGER NOT NULL,
	-- Order on the page: ranked series, then ICMP, other, total.
	position INTEGER NOT NULL,
	-- '1433/tcp', 'icmp', 'other', 'total'.
	port TEXT NOT NULL,
	-- NULL for those that are not ranked.
	rank INTEGER,
	-- NULL: no data.
	average INTEGER,
	PRIMARY KEY (quarter_id, unit, start_hour, port)
) STRICT;
