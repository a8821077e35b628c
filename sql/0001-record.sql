-- Records: what every object of the centre has in common. An object's table has its own row with the same id
-- (design decision 7.1); ids stay inside, people see `ref`, standards the uuid.
--
-- Instants are microseconds since 1970-01-01T00:00:00Z. Days are text, YYYY-MM-DD, in the centre's zone. Truth is 0 or 1.

CREATE TABLE record (
	id INTEGER PRIMARY KEY,
	-- What it is: the name of the table with the rest, without its room: 'surge', 'note'.
	kind TEXT NOT NULL CHECK (kind <> ''),
	-- RFC 4122, version 4, in small letters.
	uuid TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36),
	-- What people say: 'S2005-0001'. Never given twice.
	ref TEXT NOT NULL UNIQUE CHECK (ref <> ''),
	-- Traffic Light Protocol 2.0: how far it may go.
	marking TEXT NOT NULL CHECK (marking IN ('CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED')),
	-- The group of accounts that may see it at all; '' is everybody of the centre.
	compartment TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

-- The last number given in each series of refs.
CREATE TABLE record_counter (
	series TEXT PRIMARY KEY,
	last INTEGER NOT NULL CHECK (last > 0)
) STRICT;

-- The timeline. Every change of a record appends one row in its own transaction; rows are never changed.
CREATE TABLE record_event (
	id INTEGER PRIMARY KEY,
	record_id INTEGER NOT NULL REFERENCES record (id),
	at INTEGER NOT NULL,
	-- Who did it: an account, or 'local:<user>' on the command line before accounts exist, or 'job:<name>'.
	actor TEXT NOT NULL CHECK (actor <> ''),
	-- What was done, one word: 'made', 'confirmed', 'rejected', 'noted', 'seen'.
	what TEXT NOT NULL CHECK (what <> ''),
	-- For people; '' where the word says it all.
	detail TEXT NOT NULL
) STRICT;

CREATE INDEX record_event_of ON record_event (record_id, id);

-- Any two records can be linked, with a reason. Read from either end.
CREATE TABLE record_link (
	id INTEGER PRIMARY KEY,
	from_id INTEGER NOT NULL REFERENCES record (id),
	to_id INTEGER NOT NULL REFERENCES record (id),
	-- Why, in a few words: 'led to', 'same cause'.
	reason TEXT NOT NULL CHECK (reason <> ''),
	at INTEGER NOT NULL,
	actor TEXT NOT NULL CHECK (actor <> ''),
	UNIQUE (from_id, to_id, reason),
	CHECK (from_id <> to_id)
) STRICT;

CREATE INDEX record_link_to ON record_link (to_id);
