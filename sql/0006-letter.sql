-- Letters: what the centre sends, and what comes back about it. The row with its Message-ID is written with the decision and
-- marked 'sending' before the mail server is told; after a crash there it is 'uncertain' until a person decides (design
-- decision 7.7).

CREATE TABLE letter_letter (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	-- What it is about: a report (acknowledgement, closing word) or an incident (request).
	about_id INTEGER NOT NULL REFERENCES record (id),
	-- 'request', 'reminder', 'acknowledgement', 'closing', 'word'.
	kind TEXT NOT NULL CHECK (kind IN ('request', 'reminder', 'acknowledgement', 'closing', 'word')),
	contact_id INTEGER REFERENCES people_contact (id),
	to_name TEXT NOT NULL,
	to_address TEXT NOT NULL CHECK (to_address <> ''),
	language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	subject TEXT NOT NULL CHECK (subject <> ''),
	text TEXT NOT NULL,
	-- 'draft', 'queued', 'sending', 'sent', 'uncertain', 'failed', 'withdrawn'.
	state TEXT NOT NULL CHECK (state IN ('draft', 'queued', 'sending', 'sent', 'uncertain', 'failed', 'withdrawn')),
	-- RFC 5322, without brackets; given when it is queued, kept for ever.
	message_id TEXT UNIQUE,
	in_reply_to TEXT NOT NULL,
	-- Not before then: until then it can be taken back.
	send_after INTEGER,
	sent_at INTEGER,
	-- 'none', 'signed', 'encrypted' (and signed).
	protection TEXT NOT NULL CHECK (protection IN ('none', 'signed', 'encrypted')),
	-- The mail as it was handed over, among the blobs.
	blob TEXT,
	attempts INTEGER NOT NULL,
	-- Why the last attempt failed, for people.
	failure TEXT NOT NULL,
	-- Whether it came back: '', 'bounced', 'delayed'.
	returned TEXT NOT NULL CHECK (returned IN ('', 'bounced', 'delayed')),
	approved_by TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	CHECK (state = 'draft' OR state = 'withdrawn' OR message_id IS NOT NULL)
) STRICT;

CREATE INDEX letter_letter_state ON letter_letter (state, send_after);
CREATE INDEX letter_letter_about ON letter_letter (about_id);

-- Files that go with it, among the blobs.
CREATE TABLE letter_attachment (
	letter_id INTEGER NOT NULL REFERENCES letter_letter (id),
	position INTEGER NOT NULL,
	name TEXT NOT NULL CHECK (name <> ''),
	type TEXT NOT NULL,
	blob TEXT NOT NULL CHECK (length(blob) = 64),
	PRIMARY KEY (letter_id, position)
) STRICT;

-- Texts that letters are made of, by language; the newest of a name holds, older ones stay for what was sent.
CREATE TABLE letter_template (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL CHECK (name <> ''),
	language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	subject TEXT NOT NULL CHECK (subject <> ''),
	text TEXT NOT NULL CHECK (text <> ''),
	since INTEGER NOT NULL,
	actor TEXT NOT NULL,
	UNIQUE (name, language, since)
) STRICT;

INSERT INTO letter_template (name, language, subject, text, since, actor) VALUES
('acknowledgement', 'ja', '受付番号 {{ref}}: ご報告を受け付けました', '{{name}} 様

{{centre}}です。ご報告をいただき、ありがとうございます。
次のとおり受け付けました。

  受付番号: {{ref}}
  受付日時: {{received}}
  件名: {{subject}}

内容を確認のうえ、必要に応じて関係者に連絡します。追加の情報は、この
メールへの返信でお送りください。

{{centre}}
', 0, 'hinomi'),
('acknowledgement', 'en', 'Report {{ref}} received', 'Dear {{name}},

thank you for your report, which {{centre}} has received:

  Number: {{ref}}
  Received: {{received}}
  Subject: {{subject}}

We will look into it and contact those concerned where needed. To add
information, please reply to this mail.

{{centre}}
', 0, 'hinomi');
