-- Intake: whatever arrives is kept as it came, with time, channel and hash, before anybody looks into it.

CREATE TABLE intake_message (
	id INTEGER PRIMARY KEY,
	channel TEXT NOT NULL CHECK (channel IN ('mail', 'web', 'fax', 'telephone', 'hand', 'list', 'api')),
	received_at INTEGER NOT NULL,
	-- SHA-256 of its bytes, which is their name among the blobs.
	blob TEXT NOT NULL CHECK (length(blob) = 64),
	bytes INTEGER NOT NULL,
	-- The same delivery again (a mail server that got no answer in time) is this row.
	delivery TEXT NOT NULL UNIQUE,
	-- 'new' until it is read; 'filed': see about_id; 'noted': needs nobody (a bounce, an automatic answer); 'bin': spam, which
	-- can be restored; 'unread': could not be read, which a person must see.
	state TEXT NOT NULL CHECK (state IN ('new', 'filed', 'noted', 'bin', 'unread')),
	-- What it is: 'report', 'reply', 'addition', 'bounce', 'feedback', 'automatic', 'loop', 'list'; '' while new.
	kind TEXT NOT NULL,
	-- Why it was taken for that.
	reason TEXT NOT NULL,
	-- Of a mail, as read; '' where there is none.
	message_id TEXT NOT NULL,
	from_name TEXT NOT NULL,
	from_address TEXT NOT NULL,
	subject TEXT NOT NULL,
	-- 'none', 'signed', 'encrypted', 'both', and whether the signature is good: '', 'good', 'bad', 'unknown key'.
	protection TEXT NOT NULL,
	signature TEXT NOT NULL,
	-- The record it belongs to now.
	about_id INTEGER REFERENCES record (id),
	attempts INTEGER NOT NULL,
	CHECK ((state = 'filed') = (about_id IS NOT NULL))
) STRICT;

CREATE INDEX intake_message_state ON intake_message (state, id);
CREATE INDEX intake_message_about ON intake_message (about_id);
CREATE INDEX intake_message_message_id ON intake_message (message_id);

-- What a person reads of it: the text, cleared of MIME; of a decrypted mail too.
CREATE TABLE intake_text (
	message_id INTEGER PRIMARY KEY REFERENCES intake_message (id),
	text TEXT NOT NULL
) STRICT;

-- What came with it, inert: bytes among the blobs.
CREATE TABLE intake_attachment (
	message_id INTEGER NOT NULL REFERENCES intake_message (id),
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	blob TEXT NOT NULL CHECK (length(blob) = 64),
	bytes INTEGER NOT NULL,
	PRIMARY KEY (message_id, position)
) STRICT;

CREATE INDEX intake_attachment_blob ON intake_attachment (blob);
