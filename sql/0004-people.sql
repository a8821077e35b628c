-- People: organisations, whom to write to there, what networks are theirs, their public keys.
--
-- Countries are two letters of ISO 3166-1, '' where nobody knows. Languages are 'ja' and 'en'.

CREATE TABLE people_organisation (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	name_ja TEXT NOT NULL,
	name_en TEXT NOT NULL,
	country TEXT NOT NULL CHECK (length(country) IN (0, 2)),
	note TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	CHECK (name_ja <> '' OR name_en <> '')
) STRICT;

-- Whom letters go to: a desk or a person, with one mail address.
CREATE TABLE people_contact (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	organisation_id INTEGER REFERENCES people_organisation (id),
	name TEXT NOT NULL,
	-- In small letters; '' where mail does not reach it.
	address TEXT NOT NULL,
	phone TEXT NOT NULL,
	language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	-- Where the party is: decides whether a request counts as domestic or foreign.
	country TEXT NOT NULL CHECK (length(country) IN (0, 2)),
	-- Whether what was sent last arrived.
	reach TEXT NOT NULL CHECK (reach IN ('untried', 'worked', 'bounced')),
	reach_at INTEGER,
	note TEXT NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX people_contact_address ON people_contact (address);

-- What a contact is to the centre; several may hold.
CREATE TABLE people_role (
	contact_id INTEGER NOT NULL REFERENCES people_contact (id),
	role TEXT NOT NULL CHECK (role IN ('reporter', 'administrator', 'isp', 'vendor', 'csirt', 'recipient', 'other')),
	PRIMARY KEY (contact_id, role)
) STRICT;

-- What a contact answers for: a prefix, an autonomous system or a domain.
CREATE TABLE people_network (
	id INTEGER PRIMARY KEY,
	contact_id INTEGER NOT NULL REFERENCES people_contact (id),
	kind TEXT NOT NULL CHECK (kind IN ('prefix', 'asn', 'domain', 'country')),
	-- '192.0.2.0/24', '64500', 'example.jp', 'JP': canonical.
	text TEXT NOT NULL CHECK (text <> ''),
	-- Of a prefix: its first and last address as 32 hexadecimal digits, IPv4 mapped into ::ffff:0:0/96; else ''.
	first TEXT NOT NULL,
	last TEXT NOT NULL,
	-- Who says so: 'own', 'rdap', 'whois', and the day.
	source TEXT NOT NULL CHECK (source <> ''),
	as_of TEXT NOT NULL,
	UNIQUE (contact_id, kind, text)
) STRICT;

CREATE INDEX people_network_range ON people_network (kind, first, last);
CREATE INDEX people_network_text ON people_network (kind, text);

-- OpenPGP keys and S/MIME certificates of contacts.
CREATE TABLE people_key (
	id INTEGER PRIMARY KEY,
	contact_id INTEGER NOT NULL REFERENCES people_contact (id),
	kind TEXT NOT NULL CHECK (kind IN ('openpgp', 'smime')),
	-- Hexadecimal, capital letters, no blanks.
	fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
	-- NULL: never.
	expires_at INTEGER,
	-- Armoured.
	text TEXT NOT NULL,
	added_at INTEGER NOT NULL,
	-- Not used any more; the row stays for what was sent with it.
	withdrawn_at INTEGER,
	UNIQUE (contact_id, fingerprint)
) STRICT;
