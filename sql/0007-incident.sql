-- The incident desk: reports as they are counted, incidents, and the requests made for them. Report and incident are N:M; a
-- join or a split is never forgotten, so each can be undone.

CREATE TABLE incident_report (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	-- What it came as; its month is the month of received_at in the centre's zone.
	message_id INTEGER NOT NULL UNIQUE REFERENCES intake_message (id),
	-- Counted as reports are web, mail and fax; telephone, hand, list of a feed and API are counted apart.
	channel TEXT NOT NULL CHECK (channel IN ('mail', 'web', 'fax', 'telephone', 'hand', 'list', 'api')),
	received_at INTEGER NOT NULL,
	form TEXT NOT NULL CHECK (form IN ('general', 'ics')),
	subject TEXT NOT NULL,
	reporter_name TEXT NOT NULL,
	reporter_address TEXT NOT NULL,
	language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	state TEXT NOT NULL CHECK (state IN ('new', 'open', 'closed', 'withdrawn', 'bin')),
	-- Who works on it; '' nobody.
	claimed_by TEXT NOT NULL,
	-- What the reporter said; NULL: nothing. 1 yes, 0 no.
	wishes_contact INTEGER CHECK (wishes_contact IN (0, 1)),
	-- Information only, against: please coordinate.
	is_information INTEGER CHECK (is_information IN (0, 1)),
	is_party_told INTEGER CHECK (is_party_told IN (0, 1)),
	has_detailed_log INTEGER CHECK (has_detailed_log IN (0, 1)),
	may_share INTEGER CHECK (may_share IN (0, 1)),
	is_anonymous INTEGER CHECK (is_anonymous IN (0, 1)),
	-- Of the times in it: the zone as said, and how many seconds the clock was ahead.
	zone TEXT NOT NULL,
	clock_error_s INTEGER,
	-- SHA-256 of the reporter's secret; '' where there is none.
	token TEXT NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX incident_report_received ON incident_report (received_at);
CREATE INDEX incident_report_state ON incident_report (state, received_at);
CREATE INDEX incident_report_token ON incident_report (token);

-- Categories are data with dates: each set as its report printed it.
CREATE TABLE incident_category (
	set_name TEXT NOT NULL,
	code TEXT NOT NULL CHECK (code <> ''),
	position INTEGER NOT NULL,
	name_ja TEXT NOT NULL,
	name_en TEXT NOT NULL,
	definition_ja TEXT NOT NULL,
	definition_en TEXT NOT NULL,
	-- The first day of its use, and the first on which it was not used any more; NULL: in use.
	since TEXT NOT NULL,
	until TEXT,
	PRIMARY KEY (set_name, code)
) STRICT;

-- One thing that happened, however many reports tell of it.
CREATE TABLE incident_incident (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	title TEXT NOT NULL CHECK (title <> ''),
	set_name TEXT NOT NULL,
	category TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'closed')),
	-- The receipt of its first report decides its month; of one without a report (own observation), when it was made.
	counts_at INTEGER NOT NULL,
	claimed_by TEXT NOT NULL,
	-- For whom it waits, and until when it is overdue or snoozed.
	due_at INTEGER,
	snoozed_until INTEGER,
	closed_at INTEGER,
	closed_reason TEXT NOT NULL,
	-- What the reports' sentences need (mission 1.34); '' where nobody knows.
	brand TEXT NOT NULL,
	industry TEXT NOT NULL,
	origin TEXT NOT NULL CHECK (origin IN ('', 'domestic', 'foreign', 'unknown')),
	hosting TEXT NOT NULL,
	carrier TEXT NOT NULL,
	country TEXT NOT NULL CHECK (length(country) IN (0, 2)),
	first_seen INTEGER,
	lead_in TEXT NOT NULL,
	campaign TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	FOREIGN KEY (set_name, category) REFERENCES incident_category (set_name, code),
	CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) STRICT;

CREATE INDEX incident_incident_state ON incident_incident (state, counts_at);
CREATE INDEX incident_incident_counts ON incident_incident (counts_at);

-- Which reports an incident is contained in. What was split off stays as a row that has ended.
CREATE TABLE incident_contained (
	id INTEGER PRIMARY KEY,
	report_id INTEGER NOT NULL REFERENCES incident_report (id),
	incident_id INTEGER NOT NULL REFERENCES incident_incident (id),
	joined_at INTEGER NOT NULL,
	joined_by TEXT NOT NULL,
	reason TEXT NOT NULL,
	ended_at INTEGER,
	ended_by TEXT,
	CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX incident_contained_now ON incident_contained (report_id, incident_id) WHERE ended_at IS NULL;
CREATE INDEX incident_contained_incident ON incident_contained (incident_id);

-- Two incidents found to be one: the second is counted no more while the row has not ended.
CREATE TABLE incident_merge (
	id INTEGER PRIMARY KEY,
	into_id INTEGER NOT NULL REFERENCES incident_incident (id),
	from_id INTEGER NOT NULL REFERENCES incident_incident (id),
	merged_at INTEGER NOT NULL,
	merged_by TEXT NOT NULL,
	reason TEXT NOT NULL CHECK (reason <> ''),
	ended_at INTEGER,
	ended_by TEXT,
	CHECK (into_id <> from_id),
	CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX incident_merge_now ON incident_merge (from_id) WHERE ended_at IS NULL;

-- Ports that an incident is about, as its reports name them.
CREATE TABLE incident_port (
	incident_id INTEGER NOT NULL REFERENCES incident_incident (id),
	-- '22/tcp', 'udp'.
	port TEXT NOT NULL CHECK (port <> ''),
	PRIMARY KEY (incident_id, port)
) STRICT;

-- One ask to one party about one incident (調整). Counted when its letter was sent; a reminder is a letter, not a request.
CREATE TABLE incident_request (
	id INTEGER PRIMARY KEY REFERENCES record (id),
	incident_id INTEGER NOT NULL REFERENCES incident_incident (id),
	contact_id INTEGER NOT NULL REFERENCES people_contact (id),
	letter_id INTEGER NOT NULL REFERENCES letter_letter (id),
	-- The party's country as it was then; 1: the centre's own.
	country TEXT NOT NULL CHECK (length(country) IN (0, 2)),
	is_domestic INTEGER NOT NULL CHECK (is_domestic IN (0, 1)),
	-- Why this party was chosen, and what spoke for telling it.
	reason TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('prepared', 'asked', 'answered', 'returned', 'withdrawn', 'closed')),
	-- When its letter went out.
	asked_at INTEGER,
	answered_at INTEGER,
	changed_at INTEGER NOT NULL,
	UNIQUE (incident_id, contact_id)
) STRICT;

CREATE INDEX incident_request_letter ON incident_request (letter_id);
CREATE INDEX incident_request_asked ON incident_request (asked_at);

INSERT INTO incident_category (set_name, code, position, name_ja, name_en, definition_ja, definition_en, since, until) VALUES
('2005', 'scan', 1, 'スキャン', 'Scan', 'スキャン、プローブ、その他不審なアクセス', 'scan, probe and other suspicious access', '2005-01-01', '2009-07-01'),
('2005', 'forged', 2, '送信ヘッダの詐称', 'Forged', '送信ヘッダを詐称した電子メールの配信', 'delivery of e-mail with a forged sender header', '2005-01-01', '2009-07-01'),
('2005', 'intrusion', 3, '侵入', 'Intrusion', 'システムへの侵入', 'intrusion into a system', '2005-01-01', '2009-07-01'),
('2005', 'phishing', 4, 'フィッシング', 'Phishing', '認証情報等の不正取得', 'wrongful acquisition of authentication data and the like', '2005-01-01', '2009-07-01'),
('2005', 'other', 5, 'その他', 'Other', 'その他', 'other', '2005-01-01', '2006-01-01'),
('2006', 'scan', 1, 'スキャン', 'Scan', 'スキャン、プローブ、その他不審なアクセス', 'scan, probe and other suspicious access', '2006-01-01', '2009-07-01'),
('2006', 'forged', 2, '送信ヘッダの詐称', 'Forged', '送信ヘッダを詐称した電子メールの配信', 'delivery of e-mail with a forged sender header', '2006-01-01', '2009-07-01'),
('2006', 'intrusion', 3, '侵入', 'Intrusion', 'システムへの侵入', 'intrusion into a system', '2006-01-01', '2009-07-01'),
('2006', 'phishing', 4, 'フィッシング', 'Phishing', '認証情報等の不正取得', 'wrongful acquisition of authentication data and the like', '2006-01-01', '2009-07-01'),
('2006', 'other', 5, 'その他', 'Other', 'サービス運用妨害、ウイルスや迷惑メールの受信など', 'denial of service, receipt of viruses or spam, and other', '2006-01-01', '2009-07-01'),
('2009', 'malware', 1, 'マルウエア', 'Malware', 'マルウエアに関わるもの', 'concerning malware', '2009-07-01', '2014-01-01'),
('2009', 'scan', 2, 'スキャン系', 'Scan family', 'スキャン、プローブ、侵入の試み', 'scans, probes and attempts to enter', '2009-07-01', '2014-01-01'),
('2009', 'phishing', 3, 'フィッシング', 'Phishing', 'フィッシングサイトに関わるもの', 'concerning phishing sites', '2009-07-01', '2014-01-01'),
('2009', 'intrusion', 4, '侵入・改ざん', 'Intrusion or alteration', 'システムへの侵入、Web サイトの改ざん', 'entering a system, altering a web site', '2009-07-01', '2014-01-01'),
('2009', 'other', 5, 'その他', 'Other', '上記以外', 'anything else', '2009-07-01', '2014-01-01'),
('2014', 'phishing', 1, 'フィッシングサイト', 'Phishing site', '銀行やオークションなどのサービス事業者の正規サイトを装い、ID、パスワード、カード番号などをだまし取るサイト。誘導するサイトを含む。', 'a site that imitates the proper site of a service provider to take ids, passwords or card numbers; sites that lead to one included', '2014-01-01', '2015-01-01'),
('2014', 'defacement', 2, 'Web サイト改ざん', 'Web defacement', '攻撃者やマルウエアにより内容が書き換えられたサイト。管理者の意図しないスクリプトや iframe の埋め込み、SQL インジェクションによる改変を含む。', 'a site whose content was rewritten by an attacker or malware, embedded scripts or iframes and data altered by SQL injection included', '2014-01-01', '2015-01-01'),
('2014', 'malware_site', 3, 'マルウエアサイト', 'Malware site', '閲覧した PC を感染させる攻撃サイト、攻撃に使うマルウエアを公開しているサイト。', 'a site that infects a visitor''s PC, or that offers malware used for attacks', '2014-01-01', '2015-01-01'),
('2014', 'scan', 4, 'スキャン', 'Scan', 'システムの存在や弱点を探るアクセスで、システムに影響がないもの。マルウエアの感染活動、失敗した侵入や総当たりを含む。', 'access to check the existence of systems or look for weaknesses, without effect on the system; failed attempts to enter, to infect or by brute force included', '2014-01-01', '2015-01-01'),
('2014', 'dos', 5, 'DoS/DDoS', 'DoS/DDoS', 'ネットワーク資源、サーバなどを使えない状態にする攻撃。大量のメールによるサービス妨害を含む。', 'an attack that makes servers, devices, lines or other resources unable to serve; masses of mail included', '2014-01-01', '2015-01-01'),
('2014', 'ics', 6, '制御システム関連', 'Control-system related', '制御システムや各種プラントに関わるもの。', 'concerning control systems and plants', '2014-01-01', '2015-01-01'),
('2014', 'other', 7, 'その他', 'Other', '上記以外。脆弱性をついた侵入、総当たりの成功による侵入、キーロガーによる情報の窃取、マルウエアへの感染など。', 'anything else, for example intrusion through vulnerabilities or by successful brute force, theft of information by key-logging, infection', '2014-01-01', '2015-01-01'),
('today', 'phishing', 1, 'フィッシングサイト', 'Phishing site', '銀行やオークションなどのサービス事業者の正規サイトを装い、ID、パスワード、カード番号などをだまし取るサイト。誘導するサイトを含む。', 'a site that imitates the proper site of a service provider to take ids, passwords or card numbers; sites that lead to one included', '2015-01-01', NULL),
('today', 'defacement', 2, 'Web サイト改ざん', 'Web defacement', '攻撃者やマルウエアにより内容が書き換えられたサイト。管理者の意図しないスクリプトや iframe の埋め込み、SQL インジェクションによる改変を含む。', 'a site whose content was rewritten by an attacker or malware, embedded scripts or iframes and data altered by SQL injection included', '2015-01-01', NULL),
('today', 'malware_site', 3, 'マルウエアサイト', 'Malware site', '閲覧した PC を感染させる攻撃サイト、攻撃に使うマルウエアを公開しているサイト。', 'a site that infects a visitor''s PC, or that offers malware used for attacks', '2015-01-01', NULL),
('today', 'scan', 4, 'スキャン', 'Scan', 'システムの存在や弱点を探るアクセスで、システムに影響がないもの。マルウエアの感染活動、失敗した侵入や総当たりを含む。', 'access to check the existence of systems or look for weaknesses, without effect on the system; failed attempts to enter, to infect or by brute force included', '2015-01-01', NULL),
('today', 'dos', 5, 'DoS/DDoS', 'DoS/DDoS', 'ネットワーク資源、サーバなどを使えない状態にする攻撃。大量のメールによるサービス妨害を含む。', 'an attack that makes servers, devices, lines or other resources unable to serve; masses of mail included', '2015-01-01', NULL),
('today', 'ics', 6, '制御システム関連', 'Control-system related', '制御システムや各種プラントに関わるもの。', 'concerning control systems and plants', '2015-01-01', NULL),
('today', 'targeted', 7, '標的型攻撃', 'Targeted attack', '特定の組織、企業、業種などを標的として、情報の窃取やシステムの破壊などを狙う攻撃。なりすましメールに添付されたマルウエアなど。', 'an attack on a particular organisation, company or industry to take information or break systems, for example malware in mail with a false sender', '2015-01-01', NULL),
('today', 'other', 8, 'その他', 'Other', '上記以外。脆弱性をついた侵入、総当たりの成功による侵入、キーロガーによる情報の窃取、マルウエアへの感染など。', 'anything else, for example intrusion through vulnerabilities or by successful brute force, theft of information by key-logging, infection', '2015-01-01', NULL);

-- How categories of one set and another answer to each other, n:m; a category without a row has no counterpart.
CREATE TABLE incident_mapping (
	from_set TEXT NOT NULL,
	from_code TEXT NOT NULL,
	-- A set above, or 'rsit': the Reference Security Incident Taxonomy, whose codes are 'class/type'.
	to_set TEXT NOT NULL,
	to_code TEXT NOT NULL,
	PRIMARY KEY (from_set, from_code, to_set, to_code),
	FOREIGN KEY (from_set, from_code) REFERENCES incident_category (set_name, code)
) STRICT;
