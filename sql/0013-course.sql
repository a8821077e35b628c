-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- The course of a case: moments that people enter, and whether a party is told, with the reasons.

-- Something that happened at a time of its own, not when it was written down: a telephone call, a name that was gone. A row that was wrong
-- ends and stays.
CREATE TABLE incident_moment (
	id INTEGER PRIMARY KEY,
	incident_id INTEGER NOT NULL REFERENCES incident_incident (id),
	at INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('seen', 'received', 'notified', 'answered', 'ended', 'other')),
	what TEXT NOT NULL CHECK (what <> ''),
	actor TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	ended_at INTEGER
) STRICT;

CREATE INDEX incident_moment_of ON incident_moment (incident_id, at);

-- Reasons for telling a party, and for not, by row of the published figure (six rows; ics and targeted attacks are in 'other').
CREATE TABLE incident_notice_reason (
	row_code TEXT NOT NULL CHECK (row_code <> ''),
	side TEXT NOT NULL CHECK (side IN ('notify', 'not needed')),
	code TEXT NOT NULL CHECK (code <> ''),
	position INTEGER NOT NULL,
	name_ja TEXT NOT NULL,
	name_en TEXT NOT NULL,
	-- 1: the figure prints the reason, but to which row it belongs was worked out.
	is_inferred INTEGER NOT NULL CHECK (is_inferred IN (0, 1)),
	PRIMARY KEY (row_code, code)
) STRICT;

INSERT INTO incident_notice_reason (row_code, side, code, position, name_ja, name_en, is_inferred) VALUES
('phishing', 'notify', 'site_live', 1, 'サイトの稼働を確認', 'site confirmed live', 1),
('phishing', 'not needed', 'not_confirmed', 2, 'サイトを確認できない', 'site cannot be confirmed', 1),
('phishing', 'not needed', 'not_conclusive', 3, 'フィッシングであると断定できない', 'cannot be concluded to be phishing', 0),
('defacement', 'notify', 'altered', 1, 'サイトの改ざんを確認', 'alteration of the site confirmed', 0),
('defacement', 'notify', 'threat_high', 2, '脅威度が高い', 'threat is high', 1),
('defacement', 'not needed', 'not_confirmed', 3, 'サイトを確認できない', 'site cannot be confirmed', 0),
('defacement', 'not needed', 'not_conclusive', 4, '改ざんであると断定できない', 'cannot be concluded to be defacement', 0),
('defacement', 'not needed', 'party_told', 5, '当事者へ連絡が届いている', 'the party concerned already knows', 1),
('defacement', 'not needed', 'information', 6, '情報提供である', 'information only', 1),
('defacement', 'not needed', 'threat_low', 7, '脅威度が低い', 'threat is low', 1),
('malware_site', 'notify', 'site_live', 1, 'サイトの稼働を確認', 'site confirmed live', 0),
('malware_site', 'notify', 'threat_high', 2, '脅威度が高い', 'threat is high', 1),
('malware_site', 'not needed', 'not_confirmed', 3, 'サイトを確認できない', 'site cannot be confirmed', 0),
('malware_site', 'not needed', 'not_conclusive', 4, 'マルウエアであると断定できない', 'cannot be concluded to be malware', 0),
('malware_site', 'not needed', 'information', 5, '情報提供である', 'information only', 0),
('malware_site', 'not needed', 'party_told', 6, '当事者へ連絡が届いている', 'the party concerned already knows', 1),
('malware_site', 'not needed', 'threat_low', 7, '脅威度が低い', 'threat is low', 1),
('scan', 'notify', 'detailed_log', 1, '詳細なログがある', 'detailed log available', 0),
('scan', 'notify', 'wishes_contact', 2, '連絡を希望されている', 'reporter wishes contact', 1),
('scan', 'not needed', 'log_lacks', 3, 'ログに十分な情報がない', 'log lacks information', 1),
('scan', 'not needed', 'party_told', 4, '当事者へ連絡が届いている', 'the party concerned already knows', 1),
('scan', 'not needed', 'information', 5, '情報提供である', 'information only', 1),
('dos', 'notify', 'detailed_log', 1, '詳細なログがある', 'detailed log available', 0),
('dos', 'notify', 'wishes_contact', 2, '連絡を希望されている', 'reporter wishes contact', 1),
('dos', 'not needed', 'log_lacks', 3, 'ログに十分な情報がない', 'log lacks information', 1),
('dos', 'not needed', 'party_told', 4, '当事者へ連絡が届いている', 'the party concerned already knows', 1),
('dos', 'not needed', 'information', 5, '情報提供である', 'information only', 1),
('other', 'notify', 'threat_high', 1, '脅威度が高い', 'threat is high', 0),
('other', 'notify', 'wishes_contact', 2, '連絡を希望されている', 'reporter wishes contact', 1),
('other', 'not needed', 'information', 3, '情報提供である', 'information only', 1),
('other', 'not needed', 'threat_low', 4, '脅威度が低い', 'threat is low', 1),
('other', 'not needed', 'party_told', 5, '当事者へ連絡が届いている', 'the party concerned already knows', 1);

-- What was decided of an incident; the newest row holds.
CREATE TABLE incident_notice (
	id INTEGER PRIMARY KEY,
	incident_id INTEGER NOT NULL REFERENCES incident_incident (id),
	decision TEXT NOT NULL CHECK (decision IN ('notify', 'not needed')),
	-- Why a person decided against the rule; '' where it is the rule's.
	overruled TEXT NOT NULL,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL
) STRICT;

CREATE INDEX incident_notice_of ON incident_notice (incident_id, id);

-- Its reasons, of incident_notice_reason.
CREATE TABLE incident_notice_because (
	notice_id INTEGER NOT NULL REFERENCES incident_notice (id),
	code TEXT NOT NULL,
	PRIMARY KEY (notice_id, code)
) STRICT;
