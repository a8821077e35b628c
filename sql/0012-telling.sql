-- SPDX-License-Identifier: Apache-2.0
-- Copyright The hinomi authors
-- Telling: consent of parties, advice by category, and the texts of letters.

-- Whether what a party found may go on to others; the newest row of a request holds.
CREATE TABLE incident_consent (
	id INTEGER PRIMARY KEY,
	request_id INTEGER NOT NULL REFERENCES incident_request (id),
	is_given INTEGER NOT NULL CHECK (is_given IN (0, 1)),
	-- How the party said so: 'by mail of 2014-03-03', 'by telephone, Mr. Suzuki'.
	how TEXT NOT NULL CHECK (how <> ''),
	at INTEGER NOT NULL,
	actor TEXT NOT NULL
) STRICT;

CREATE INDEX incident_consent_request ON incident_consent (request_id, id);

-- Advice that letters carry, by category and reader; the newest holds, older ones stay for what was sent.
CREATE TABLE incident_advice (
	id INTEGER PRIMARY KEY,
	category TEXT NOT NULL CHECK (category <> ''),
	audience TEXT NOT NULL CHECK (audience IN ('administrator', 'user')),
	language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	text TEXT NOT NULL CHECK (text <> ''),
	since INTEGER NOT NULL,
	actor TEXT NOT NULL,
	UNIQUE (category, audience, language, since)
) STRICT;

INSERT INTO incident_advice (category, audience, language, text, since, actor) VALUES
('phishing', 'administrator', 'ja', '・当該ページの公開を停止し、設置された経緯 (不正なログイン、CMS やプラグインの脆弱性) を確認してください。
・他のページ、転送設定、不審なアカウントがないか、アクセスログと併せて確認してください。
・利用しているソフトウエアを更新し、管理用パスワードを変更してください。', 0, 'hinomi'),
('phishing', 'administrator', 'en', '- Take the page offline and find out how it came there (a stolen login, a weakness of the CMS or a plug-in).
- Look for further pages, forwarding rules and unknown accounts, and read the access log.
- Update the software in use and change the passwords of its administration.', 0, 'hinomi'),
('phishing', 'user', 'ja', '・ID やパスワードを入力する前に、URL が正規のものか確認してください。
・入力してしまった場合は、直ちにパスワードを変更し、サービス事業者に連絡してください。
・事業者が提供するワンタイムパスワードやフィッシング対策ソフトを利用してください。', 0, 'hinomi'),
('phishing', 'user', 'en', '- Check the address before you type a name or a password.
- If you have typed one, change it at once and tell the service.
- Use one-time passwords and the anti-phishing software that the service offers.', 0, 'hinomi'),
('defacement', 'administrator', 'ja', '・改ざんされたファイルを保全したうえで元に戻し、見覚えのない script や iframe がないか全ページを確認してください。
・コンテンツとログを定期、不定期に確認し、FTP や CMS のパスワードを変更してください。
・Web サーバ、CMS、プラグイン、管理用 PC のソフトウエアを更新してください。', 0, 'hinomi'),
('defacement', 'administrator', 'en', '- Keep a copy of what was altered, restore it, and look through all pages for scripts and iframes that are not yours.
- Check contents and logs regularly and irregularly; change the passwords of FTP and the CMS.
- Update the web server, the CMS, its plug-ins and the PCs that manage it.', 0, 'hinomi'),
('defacement', 'user', 'ja', '・OS とアプリケーションを最新の状態に保ってください。
・改ざんされた時期にサイトを閲覧した場合は、ウイルス対策ソフトで検査してください。', 0, 'hinomi'),
('defacement', 'user', 'en', '- Keep your system and its applications up to date.
- If you saw the site while it was altered, have your PC checked by anti-virus software.', 0, 'hinomi'),
('malware_site', 'administrator', 'ja', '・当該ファイルの公開を停止し、検体とログを保全してください。
・同じ手口で置かれた他のファイル、不審なアカウントや定期実行の設定がないか確認してください。
・侵入に使われた経路をふさぎ、パスワードを変更してください。', 0, 'hinomi'),
('malware_site', 'administrator', 'en', '- Take the file offline, and keep it and the logs.
- Look for other files of that kind, unknown accounts and scheduled tasks.
- Close the way by which it came, and change passwords.', 0, 'hinomi'),
('malware_site', 'user', 'ja', '・OS とアプリケーションを更新し、ウイルス対策ソフトで検査してください。
・身に覚えのない「感染しています」という表示には従わないでください。', 0, 'hinomi'),
('malware_site', 'user', 'en', '- Update your system and its applications and have them checked by anti-virus software.
- Do not follow a notice of an infection that your own software did not give.', 0, 'hinomi'),
('scan', 'administrator', 'ja', '・当該ホストがマルウエアに感染していないか、意図しない通信をしていないか確認してください。
・SSH などは推測されにくいパスワードと公開鍵認証を用い、不要なポートを閉じてください。', 0, 'hinomi'),
('scan', 'administrator', 'en', '- Check whether the host is infected, or sends what nobody means it to send.
- Use passwords that are hard to guess and public-key authentication for SSH and the like; close ports that are not needed.', 0, 'hinomi'),
('scan', 'user', 'ja', '・ルータや機器の初期パスワードを変更し、ファームウエアを更新してください。', 0, 'hinomi'),
('scan', 'user', 'en', '- Change the first password of routers and devices, and update their firmware.', 0, 'hinomi'),
('dos', 'administrator', 'ja', '・NTP サーバでは monlist 機能を無効にし (ntp.conf に disable monitor)、4.2.7p26 以降への更新を検討してください。
・DNS などの UDP サービスは、外部からの不要な問い合わせに応答しない設定にしてください。
・送信元を詐称したパケットを外に出さない設定 (BCP 38) を確認してください。', 0, 'hinomi'),
('dos', 'administrator', 'en', '- On NTP servers switch monlist off ("disable monitor" in ntp.conf), and think of updating to 4.2.7p26 or newer.
- Let DNS and other UDP services answer none but those they are for.
- Check that packets with a forged source do not leave your network (BCP 38).', 0, 'hinomi'),
('dos', 'user', 'ja', '・家庭用ルータなどが外部からの問い合わせに応答しないよう、設定とファームウエアを確認してください。', 0, 'hinomi'),
('dos', 'user', 'en', '- Check the settings and the firmware of routers at home: they should not answer requests from outside.', 0, 'hinomi'),
('ics', 'administrator', 'ja', '・制御システムや遠隔保守の入口がインターネットから直接見えないようにしてください。
・既定のパスワードを変更し、通信先を必要なものに限ってください。
・変更の際は、運転への影響を製造元と確認してください。', 0, 'hinomi'),
('ics', 'administrator', 'en', '- Let no control system or remote maintenance be seen from the Internet directly.
- Change default passwords, and limit whom it may talk to.
- Ask the maker what a change means for the running plant.', 0, 'hinomi'),
('ics', 'user', 'ja', '・機器を導入した事業者に連絡し、遠隔接続の設定を確認してください。', 0, 'hinomi'),
('ics', 'user', 'en', '- Call the company that installed the equipment, and have the settings of its remote access checked.', 0, 'hinomi'),
('other', 'administrator', 'ja', '・当該ホストの通信記録とログを保全し、感染や侵入の有無を確認してください。
・見覚えのないプログラム、アカウント、共有メモリなどがないか調べてください。
・確認できた内容を差し支えない範囲でお知らせください。', 0, 'hinomi'),
('other', 'administrator', 'en', '- Keep the host''s traffic records and logs, and look for an infection or an intrusion.
- Look for unknown programs, accounts and shared memory.
- Please tell us what you find, as far as you may.', 0, 'hinomi'),
('other', 'user', 'ja', '・OS とアプリケーションを更新し、ウイルス対策ソフトで検査してください。
・最終ログイン時刻など、アカウントの利用状況を確認してください。', 0, 'hinomi'),
('other', 'user', 'en', '- Update your system and its applications and have them checked by anti-virus software.
- Look at the facts of your accounts, such as the last login.', 0, 'hinomi');

INSERT INTO letter_template (name, language, subject, text, since, actor) VALUES
('request', 'ja', '{{category}}に関するご連絡 [{{ref}}]', '{{name}} 様

{{centre}}です。
貴組織が管理されている可能性のあるシステムについて、次の報告を受けました。
状況をご確認のうえ、必要な対応をお願いいたします。

  管理番号: {{ref}}
  分類: {{category}}
  件名: {{title}}
{{#things}}
  対象: {{thing}}
{{/things}}

対応の参考:
{{advice}}

対応の結果、またはこの連絡先が適切でない場合は、このメールへの返信でお知ら
せください。

{{centre}}
', 0, 'hinomi'),
('request', 'en', '{{category}} [{{ref}}]', 'Dear {{name}},

{{centre}} has received a report about a system that seems to be yours.
Please look into it and do what is needed.

  Our number: {{ref}}
  Category: {{category}}
  Title: {{title}}
{{#things}}
  It is about: {{thing}}
{{/things}}

What may help:
{{advice}}

Please reply to this mail when it is done, or when you are not the right
person to ask.

{{centre}}
', 0, 'hinomi'),
('reminder', 'ja', 'Re: {{subject}}', '{{name}} 様

{{centre}}です。
{{asked}} にお送りした次のご連絡について、状況をお知らせいただけますでしょうか。

  管理番号: {{ref}}
  件名: {{subject}}

すでに対応いただいている場合は、その旨をご返信ください。

{{centre}}
', 0, 'hinomi'),
('reminder', 'en', 'Re: {{subject}}', 'Dear {{name}},

we wrote to you on {{asked}} and would like to hear how things are:

  Our number: {{ref}}
  Subject: {{subject}}

If you have dealt with it already, a short reply is enough.

{{centre}}
', 0, 'hinomi'),
('closing', 'ja', '受付番号 {{ref}}: 対応の終了について', '{{name}} 様

{{centre}}です。
ご報告いただいた次の件について、当センターの対応を終了しましたのでお知らせ
します。ご協力ありがとうございました。

  受付番号: {{ref}}
  件名: {{subject}}

新しい情報がありましたら、このメールへの返信でお送りください。

{{centre}}
', 0, 'hinomi'),
('closing', 'en', 'Report {{ref}}: closed', 'Dear {{name}},

{{centre}} has closed what you reported. Thank you for your help.

  Number: {{ref}}
  Subject: {{subject}}

If you learn more, please reply to this mail.

{{centre}}
', 0, 'hinomi');
