-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Indicators: what reports name, and what people say it was.

-- What the text of a message names, found by a program; each thing once.
CREATE TABLE indicator_found (
	id INTEGER PRIMARY KEY,
	message_id INTEGER NOT NULL REFERENCES intake_message (id),
	-- Where the message is filed.
	about_id INTEGER NOT NULL REFERENCES record (id),
	kind TEXT NOT NULL CHECK (kind IN ('url', 'host', 'address', 'prefix', 'mail', 'md5', 'sha1', 'sha256')),
	-- Canonical.
	text TEXT NOT NULL CHECK (text <> ''),
	-- Of a URL or a mail address; of a host or an address the same as its text; else ''.
	host TEXT NOT NULL,
	UNIQUE (message_id, kind, text)
) STRICT;

CREATE INDEX indicator_found_about ON indicator_found (about_id);
CREATE INDEX indicator_found_text ON indicator_found (text);
CREATE INDEX indicator_found_host ON indicator_found (host);

-- A thing of a case with what it was in it, as a person or an analysis says: a record of the kind 'indicator'.
CREATE TABLE indicator_indicator (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	about_id INTEGER NOT NULL REFERENCES record (id),
	kind TEXT NOT NULL CHECK (kind IN ('url', 'host', 'address', 'prefix', 'mail', 'md5', 'sha1', 'sha256')),
	text TEXT NOT NULL CHECK (text <> ''),
	host TEXT NOT NULL,
	-- What led there, what was altered or imitates, what broke in, what was fetched, what commands, where stolen things went,
	-- where an attack came from, and whom it hit.
	role TEXT NOT NULL CHECK (role IN ('lure', 'site', 'exploit', 'download', 'command', 'drop', 'source', 'target', 'other')),
	-- Who says so: 'own', 'analysis', a report's ref, a partner.
	source TEXT NOT NULL CHECK (source <> ''),
	note TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	-- It was none after all; the row stays.
	ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX indicator_indicator_now ON indicator_indicator (about_id, kind, text, role) WHERE ended_at IS NULL;
CREATE INDEX indicator_indicator_text ON indicator_indicator (text);
CREATE INDEX indicator_indicator_host ON indicator_indicator (host);
