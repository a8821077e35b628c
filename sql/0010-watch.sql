-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Watching it end: what of a case is looked at on a schedule, every look, and from when to when it was there.

-- A target is a record of the kind 'watch'. What it is found to be is worked out from its looks (ground/watch/rules.h) and kept
-- here: the run_ columns are that rule's state after the last of them, and can be worked out anew.
CREATE TABLE watch_target (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	-- The case.
	about_id INTEGER NOT NULL REFERENCES record (id),
	kind TEXT NOT NULL CHECK (kind IN ('http', 'tcp', 'tls', 'dns')),
	-- A URL, a host and port, or a name, in its canonical form.
	text TEXT NOT NULL CHECK (text <> ''),
	-- Seconds between two looks.
	every_s INTEGER NOT NULL CHECK (every_s > 0),
	-- 'direct' or 'proxy': how it is looked at as long as nothing fails.
	method TEXT NOT NULL CHECK (method IN ('direct', 'proxy')),
	-- So many failures, over so many seconds at the least, make it down.
	failures_needed INTEGER NOT NULL CHECK (failures_needed > 0),
	over_s INTEGER NOT NULL CHECK (over_s >= 0),
	-- 'new', 'up', 'unconfirmed', 'down', 'moved', 'parked', 'gone', 'closed'.
	state TEXT NOT NULL CHECK (state IN ('new', 'up', 'unconfirmed', 'down', 'moved', 'parked', 'gone', 'closed')),
	-- The failures since it was last up: how many of each method, when the first and the last were, what the last was.
	run_direct INTEGER NOT NULL,
	run_proxied INTEGER NOT NULL,
	run_first_at INTEGER,
	run_last_at INTEGER,
	run_kind TEXT NOT NULL,
	-- Looks in a row that told nothing.
	run_silent INTEGER NOT NULL,
	-- The host where it ended when it was first seen: being led there is no move.
	home TEXT NOT NULL,
	-- When it is looked at next; NULL: not any more.
	next_at INTEGER,
	-- Watching it ended, for a reason.
	ended_at INTEGER,
	ended_reason TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	CHECK (ended_at IS NULL OR next_at IS NULL)
) STRICT;

CREATE INDEX watch_target_next ON watch_target (next_at);
CREATE INDEX watch_target_about ON watch_target (about_id);

-- A case watches a thing once.
CREATE UNIQUE INDEX watch_target_once ON watch_target (about_id, kind, text) WHERE ended_at IS NULL;

-- One look. Rows are added, never changed.
CREATE TABLE watch_check (
	id INTEGER PRIMARY KEY,
	target_id INTEGER NOT NULL REFERENCES watch_target (id),
	at INTEGER NOT NULL,
	method TEXT NOT NULL CHECK (method IN ('direct', 'proxy')),
	-- What the fetcher met (engine/net/fetch.h), and what that says of the target (ground/watch/rules.h).
	outcome TEXT NOT NULL,
	finding TEXT NOT NULL CHECK (finding IN ('up', 'down', 'moved', 'parked', 'gone', 'nothing')),
	-- Of HTTP; 0: there is none.
	status INTEGER NOT NULL,
	redirects INTEGER NOT NULL,
	-- Where it ended; the address that was reached. '' where there is none, here and below.
	url TEXT NOT NULL,
	address TEXT NOT NULL,
	-- SHA-256, names, and whether it is right.
	certificate TEXT NOT NULL,
	certificate_names TEXT NOT NULL,
	certificate_state TEXT NOT NULL,
	-- SHA-256 and length of the content that was read; whether there was more.
	content TEXT NOT NULL,
	content_bytes INTEGER NOT NULL,
	is_cut INTEGER NOT NULL CHECK (is_cut IN (0, 1)),
	-- Evidence: the content's first bytes, among the blobs; NULL: there were none.
	blob TEXT CHECK (length(blob) = 64),
	took_ms INTEGER NOT NULL,
	words TEXT NOT NULL
) STRICT;

CREATE INDEX watch_check_target ON watch_check (target_id, id);

-- From when to when it was there. The end is the first failing look of those that led to a person's confirmation; when it comes
-- back the next interval begins, and this one stays.
CREATE TABLE watch_interval (
	target_id INTEGER NOT NULL REFERENCES watch_target (id),
	number INTEGER NOT NULL CHECK (number > 0),
	first_up_check INTEGER NOT NULL REFERENCES watch_check (id),
	first_up_at INTEGER NOT NULL,
	end_check INTEGER REFERENCES watch_check (id),
	ended_at INTEGER,
	-- How it ended: 'down', 'moved', 'parked', 'gone'; '' where it has not.
	ended_as TEXT NOT NULL CHECK (ended_as IN ('', 'down', 'moved', 'parked', 'gone')),
	confirmed_at INTEGER,
	confirmed_by TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (target_id, number),
	CHECK ((ended_at IS NULL) = (end_check IS NULL) AND (ended_at IS NULL) = (confirmed_at IS NULL) AND
		(ended_at IS NULL) = (ended_as = ''))
) STRICT;

-- Of a target one at most is open.
CREATE UNIQUE INDEX watch_interval_open ON watch_interval (target_id) WHERE ended_at IS NULL;
