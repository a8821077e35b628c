-- Accounts, sessions, what may be seen, the audit log (ground/access). Texts that must stay secret are kept as hashes; the
-- secret of a second factor alone must be known to check a code, and stands here as it is: the file of the database is
-- its owner's alone, and a key beside it would be no wall.

-- People who work here.
CREATE TABLE access_account (
	id INTEGER PRIMARY KEY CHECK (id > 0),
	-- Small letters, digits, '-', '_' and '.'; what stands in timelines. Never given twice: accounts are locked, not removed.
	login TEXT NOT NULL UNIQUE CHECK (login <> ''),
	name_ja TEXT NOT NULL,
	name_en TEXT NOT NULL,
	lang TEXT NOT NULL CHECK (lang IN ('ja', 'en')),
	state TEXT NOT NULL CHECK (state IN ('active', 'locked')),
	-- Argon2id, as libsodium's crypto_pwhash_str writes it; '': none, nobody can log in.
	password TEXT NOT NULL,
	-- 1: it was made for them, and good for nothing but to choose another.
	must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
	-- RFC 6238, as base32; NULL: there is none.
	totp TEXT,
	-- The time step of the last code taken: none is taken twice.
	totp_step INTEGER NOT NULL,
	-- Shown while it is set up: the secret to be, and what its recovery codes are made from.
	totp_pending TEXT,
	codes_pending TEXT,
	created_at INTEGER NOT NULL,
	last_login_at INTEGER
) STRICT;

-- What an account may do (ground/access/rules.h says what that is).
CREATE TABLE access_role (
	account_id INTEGER NOT NULL REFERENCES access_account (id),
	role TEXT NOT NULL CHECK (role <> ''),
	PRIMARY KEY (account_id, role)
) STRICT;

-- Need to know: a record of a compartment is for its members alone. Everybody is in '', which has no row.
CREATE TABLE access_compartment (
	name TEXT PRIMARY KEY CHECK (name <> ''),
	made_at INTEGER NOT NULL
) STRICT;

-- Who is in which compartment.
CREATE TABLE access_member (
	compartment TEXT NOT NULL REFERENCES access_compartment (name),
	account_id INTEGER NOT NULL REFERENCES access_account (id),
	PRIMARY KEY (compartment, account_id)
) STRICT;

-- What each viewer may see, worked out from roles and compartments whenever these change, so that a query says who may see
-- what it gives by one join (ground/access/sight.h). Viewer 0 is this machine: its command line, its jobs.
CREATE TABLE access_sight (
	viewer_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	marking TEXT NOT NULL,
	compartment TEXT NOT NULL,
	PRIMARY KEY (viewer_id, kind, marking, compartment)
) STRICT;

-- By which rules that was worked out: their hash. One row.
CREATE TABLE access_rules (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	hash TEXT NOT NULL
) STRICT;

INSERT INTO access_rules (id, hash) VALUES (1, '');

-- So that what stands here already can be seen at once.
WITH k (kind) AS (VALUES ('review'), ('filter'), ('note'), ('quarter')),
	m (marking) AS (VALUES ('CLEAR'), ('GREEN'), ('AMBER'), ('AMBER+STRICT'), ('RED'))
INSERT INTO access_sight (viewer_id, kind, marking, compartment) SELECT 0, k.kind, m.marking, '' FROM k CROSS JOIN m;

-- Who is logged in, and was. The token itself is known to the browser alone.
CREATE TABLE access_session (
	id INTEGER PRIMARY KEY,
	account_id INTEGER NOT NULL REFERENCES access_account (id),
	-- SHA-256.
	token TEXT NOT NULL UNIQUE,
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	-- To the minute.
	seen_at INTEGER NOT NULL,
	ended_at INTEGER,
	-- 'logout', 'ended', 'password', 'locked', 'idle', 'long'.
	ended_why TEXT,
	CHECK ((ended_at IS NULL) = (ended_why IS NULL))
) STRICT;

CREATE INDEX access_session_of ON access_session (account_id, ended_at);

-- Codes for who has lost the second factor, each good once. SHA-256 of 80 random bits.
CREATE TABLE access_recovery (
	account_id INTEGER NOT NULL REFERENCES access_account (id),
	code TEXT NOT NULL,
	PRIMARY KEY (account_id, code)
) STRICT;

-- Browsers in which an account has logged in before: wrong passwords typed elsewhere do not keep them waiting. SHA-256.
CREATE TABLE access_device (
	token TEXT PRIMARY KEY,
	account_id INTEGER NOT NULL REFERENCES access_account (id),
	seen_at INTEGER NOT NULL
) STRICT;

-- Wrong passwords of late, counted by login name and by address of strangers, and by device.
CREATE TABLE access_failure (
	scope TEXT NOT NULL CHECK (scope IN ('login', 'address', 'device')),
	-- SHA-256 of the name: people type passwords where names belong.
	name TEXT NOT NULL,
	count INTEGER NOT NULL CHECK (count > 0),
	last_at INTEGER NOT NULL,
	PRIMARY KEY (scope, name)
) STRICT;

-- The audit log: changes of all records (copied from their timelines without words, which may be erased one day), reads of
-- restricted ones, logins, changes of accounts. Rows go in plain; a job seals them (ground/access/audit.h).
CREATE TABLE access_audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	what TEXT NOT NULL CHECK (what <> ''),
	-- The account, compartment or address that it is about; '' where it is a record.
	about TEXT NOT NULL,
	record_id INTEGER REFERENCES record (id),
	-- The timeline's row that it was copied from.
	event_id INTEGER UNIQUE,
	-- Its place in the chain, 1, 2, 3 …; NULL: not sealed yet.
	place INTEGER UNIQUE,
	-- SHA-256 of the hash before it and of this row.
	hash TEXT,
	CHECK ((place IS NULL) = (hash IS NULL))
) STRICT;

-- The ends of the chain, as the job found them. What is printed elsewhere proves that nothing was cut off.
CREATE TABLE access_seal (
	position INTEGER PRIMARY KEY,
	hash TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT;
