/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a mail is; what is encrypted or signed in it; what is new in a reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "format/mail/crypt.h"
#include "format/mail/kind.h"
#include "format/mail/reply.h"

static struct arena *arena;

static int start(void **state)
{
	(void)state;
	arena = arena_new();
	return mail_library_init(NULL);
}

static int end(void **state)
{
	(void)state;
	arena = arena_free(arena);
	mail_library_clear();
	return 0;
}

static struct mail *parse(const char *text)
{
	struct mail *mail = NULL;

	assert_int_equal(mail_parse(BYTES_TEXT(text), arena, &mail, NULL), 0);
	return mail;
}

static struct mail_verdict judge(const char *text)
{
	static const char *const own[] = { "info@centre.example.jp", NULL };
	const struct mail_centre centre = { .loop_name = "centre.example.jp", .addresses = own };
	struct mail_verdict v;

	mail_judge(parse(text), &centre, arena, &v);
	return v;
}

static const struct {
	const char *mail, *kind, *rule;
	bool may_answer;
} kind_cases[] = {
	{ "From: a@b.c\nSubject: x\n\nhello\n", "ordinary", "none", true },
	{ "From: a@b.c\nX-Hinomi-Loop: centre.example.jp\n\nx", "loop", "own-loop-header", false },
	{ "From: a@b.c\nX-Hinomi-Loop: other.example.org\n\nx", "ordinary", "none", true },
	{ "From: Info@Centre.example.jp\n\nx", "loop", "own-address", false },
	{ "From: a@b.c\nAuto-Submitted: auto-replied\n\nx", "auto-reply", "auto-submitted", false },
	{ "From: a@b.c\nAuto-Submitted: auto-replied; owner-email=\"x\"\n\nx", "auto-reply", "auto-submitted", false },
	{ "From: a@b.c\nAuto-Submitted: auto-generated\n\nAbuse from 192.0.2.1\n", "ordinary", "none", false },
	{ "From: a@b.c\nAuto-Submitted: no\n\nx", "ordinary", "none", true },
	{ "From: a@b.c\nX-Autoreply: yes\n\nx", "auto-reply", "auto-reply-header", false },
	{ "From: a@b.c\nPrecedence: auto_reply\n\nx", "auto-reply", "auto-reply-header", false },
	{ "From: a@b.c\nSubject: 【自動返信】お問い合わせ\n\nx", "auto-reply", "auto-reply-subject", false },
	{ "From: a@b.c\nSubject: 不在のお知らせ\nIn-Reply-To: <x@y>\n\nx", "auto-reply", "auto-reply-subject", false },
	{ "From: a@b.c\nSubject: 不在通知を装うSMSについて\n\nx", "ordinary", "none", true }, /* a fraud's name */
	{ "From: a@b.c\nSubject: 自動返信を装う詐欺\n\nx", "ordinary", "none", true },
	{ "From: a@b.c\nSubject: Out of office\nReferences: <x@y>\n\nx", "auto-reply", "auto-reply-subject", false },
	{ "From: a@b.c\nSubject: Re: Automatic reply: x\nIn-Reply-To: <x@y>\n\nx", "ordinary", "none", true },
	{ "From: a@b.c\nSubject: Re: x\nIn-Reply-To: <x@y>\n\nこのメールは自動送信されています。\n", "auto-reply", "auto-reply-text",
	  false },
	{ "From: a@b.c\nSubject: Re: x\nIn-Reply-To: <x@y>\n\n対応しました。\n\n> 本メールは自動送信です\n", "ordinary", "none", true },
	{ "From: a@b.c\nSubject: Re: x\nIn-Reply-To: <x@y>\n\n山田様\n\n※本メールは自動配信です\n", "auto-reply", "auto-reply-text",
	  false },
	{ "From: a@b.c\nSubject: Re: x\nIn-Reply-To: <x@y>\n\n先ほどの件、このメールは自動返信です、と出ます。\n", "ordinary", "none",
	  true },
	{ "From: a@b.c\nSubject: x\n\nこのメールは自動送信されています。\n", "ordinary", "none", true },
	{ "Return-Path: <>\nFrom: a@b.c\nSubject: x\n\nhello\n", "ordinary", "none", false },
	{ "From: no-reply@b.c\n\nx", "ordinary", "none", false },
	{ "From: a@b.c\nPrecedence: bulk\n\nx", "ordinary", "none", false },
	{ "From: a@b.c\nList-Id: <l.b.c>\n\nx", "list", "list-header", false },
	{ "From: a@b.c\nSender: l-bounces@b.c\n\nx", "list", "list-sender", false },
	{ "From: a@b.c\nContent-Type: multipart/report; report-type=disposition-notification; boundary=A\n\n--A\n\nread\n--A\n"
	  "Content-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--A--\n",
	  "auto-reply", "disposition", false },
	/* A person who sends a bounce on is no bounce. */
	{ "From: a@b.c\nSubject: Fwd: failure notice\nContent-Type: multipart/mixed; boundary=A\n\n--A\n\nI get this:\n--A\n"
	  "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x.y\nContent-Type: multipart/report; boundary=B\n\n--B\n"
	  "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;c@d.e\nAction: failed\n--B--\n--A--\n",
	  "ordinary", "none", true },
	{ "From: a@b.c\nSubject: your bounce\n\nYour mail could not be delivered to:\n\n<c@d.e>\n", "ordinary", "none", true },
	/* A postmaster who writes himself. */
	{ "From: postmaster@b.c\nSubject: incident\n\nPlease look at 192.0.2.1 and tell admin@d.e\n", "ordinary", "none",
	  false },
	{ "From: MAILER-DAEMON@b.c\nSubject: 配信エラー\n\n次の宛先に配信できませんでした。\n\n<c@d.e>\n宛先不明です\n", "bounce",
	  "bounce-text", false },
	{ "Return-Path: <>\nFrom: x@b.c\nSubject: 配信不能: x\n\nだめでした\n", "bounce", "bounce-subject", false },
	{ "From: a@b.c\nSubject: failure notice\n\nwhat is this?\n", "ordinary", "none", true },
	/* Our own loop header inside a returned mail makes no loop. */
	{ "Return-Path: <>\nFrom: MAILER-DAEMON@b.c\nContent-Type: multipart/report; report-type=delivery-status; boundary=A\n\n"
	  "--A\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;b.c\n\nFinal-Recipient: rfc822;c@d.e\nAction: failed\n"
	  "Status: 5.1.1\n\n--A\nContent-Type: message/rfc822\n\nX-Hinomi-Loop: centre.example.jp\nMessage-ID: <1@c>\n\nx\n--A--\n",
	  "bounce", "delivery-status", false },
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kind_cases); i++) {
		struct mail_verdict v = judge(kind_cases[i].mail);
		if (strcmp(mail_kind_name(v.kind), kind_cases[i].kind) != 0 || strcmp(v.rule, kind_cases[i].rule) != 0 ||
		    v.may_answer != kind_cases[i].may_answer)
			fail_msg("case %zu: %s by %s, %d", i, mail_kind_name(v.kind), v.rule, v.may_answer);
	}
}

static void test_hops(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	for (int i = 0; i < MAIL_HOPS_MAX + 1; i++)
		buf_add_text(&b, "Received: from x\n");
	buf_add_text(&b, "From: a@b.c\n\nx");
	assert_string_equal(judge(b.p).rule, "too-many-hops");
	buf_clear(&b);
}

static void test_bounce_of_many(void **state)
{
	struct mail_verdict v = judge(
		"From: MAILER-DAEMON@b.c\nContent-Type: multipart/report; report-type=delivery-status; boundary=A\n\n--A\n\nSorry.\n"
		"--A\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;b.c\n\n"
		"Original-Recipient: rfc822;one@d.e\nFinal-Recipient: rfc822;x@d.e\nAction: delayed\nStatus: 4.4.1\n\n"
		"Final-Recipient: rfc822; two@d.e\nAction: failed\nStatus: 5.0.0\n"
		"Diagnostic-Code: smtp; 550 5.2.2 <two@d.e>: mailbox of 192.5.1.1\n full\n\n"
		"Final-Recipient: rfc822;three@d.e\nAction: relayed\nStatus: 2.0.0\n--A\nContent-Type: text/rfc822-headers\n\n"
		"Message-ID: <original@centre>\nSubject: hello\n--A--\n");

	(void)state;
	assert_int_equal(v.recipient_count, 3);
	assert_string_equal(v.recipients[0].address, "one@d.e");
	assert_string_equal(v.recipients[0].final_address, "x@d.e");
	assert_int_equal(v.recipients[0].action, BOUNCE_DELAYED);
	assert_int_equal(v.recipients[0].reason, BOUNCE_NETWORK);
	assert_string_equal(v.recipients[1].status, "5.2.2");
	assert_int_equal(v.recipients[1].reason, BOUNCE_FULL);
	assert_int_equal(v.recipients[2].action, BOUNCE_RELAYED);
	assert_false(v.is_delayed);
	assert_string_equal(v.original->message_id, "original@centre");
	assert_string_equal(v.original->subject, "hello");
}

/* The words name nobody: the returned mail does. */
static void test_bounce_without_recipient(void **state)
{
	struct mail_verdict v = judge("Return-Path: <>\nFrom: daemon@b.c\nSubject: Mail System Error\n"
				      "Content-Type: multipart/mixed; boundary=A\n\n--A\n\nIt did not work: mailbox full\n--A\n"
				      "Content-Type: message/rfc822\n\nTo: X <c@d.e>\nMessage-ID: <1@c>\n\nx\n--A--\n");

	(void)state;
	assert_string_equal(v.rule, "bounce-subject");
	assert_int_equal(v.recipient_count, 1);
	assert_string_equal(v.recipients[0].address, "c@d.e");
	assert_int_equal(v.recipients[0].reason, BOUNCE_FULL);
	assert_string_equal(v.original->message_id, "1@c");
}

static void test_feedback(void **state)
{
	struct mail_verdict v = judge(
		"From: fbl@b.c\nContent-Type: multipart/report; report-type=feedback-report; boundary=A\n\n--A\n\nabuse\n--A\n"
		"Content-Type: message/feedback-report\n\nFeedback-Type: fraud\nUser-Agent: X/1\nVersion: 1\n"
		"Source-IP: 192.0.2.9\nArrival-Date: Mon, 02 Jan 2006 15:04:05 +0900\nOriginal-Mail-From: <s@x.y>\n"
		"Original-Rcpt-To: <u@b.c>\nReported-Domain: x.y\nReported-URI: http://x.y/bad\n--A\n"
		"Content-Type: message/rfc822\n\nSubject: prize\n\nwin\n--A--\n");

	(void)state;
	assert_int_equal(v.kind, MAIL_FEEDBACK);
	assert_string_equal(v.feedback->type, "fraud");
	assert_string_equal(v.feedback->source_address, "192.0.2.9");
	assert_string_equal(v.feedback->original_sender, "s@x.y");
	assert_string_equal(v.feedback->original_recipient, "u@b.c");
	assert_string_equal(v.feedback->reported_uri, "http://x.y/bad");
	assert_true(v.feedback->has_arrival);
	assert_string_equal(v.original->subject, "prize");
}

static struct crypt find(const char *text)
{
	struct crypt found;

	crypt_find(BYTES_TEXT(text), parse(text), arena, &found);
	return found;
}

static void assert_bytes(struct bytes bytes, const char *text)
{
	assert_int_equal(bytes.n, strlen(text));
	assert_memory_equal(bytes.p, text, bytes.n);
}

static void test_pgp_mime_signed(void **state)
{
	/* Stored with LF: what was signed had CRLF. Blanks at an end and empty lines stay. */
	static const char mail[] = "Content-Type: multipart/signed; micalg=pgp-sha256;\n protocol=\"application/pgp-signature\"; "
				   "boundary=A\n\n--A\nContent-Type: text/plain\n\nhello \n\n--A\n"
				   "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\nx\n--A--\n";
	struct crypt found = find(mail);

	(void)state;
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, CRYPT_PGP_SIGNED);
	assert_bytes(found.items[0].data, "Content-Type: text/plain\r\n\r\nhello \r\n");
	assert_bytes(found.items[0].signature, "-----BEGIN PGP SIGNATURE-----\nx");
	assert_string_equal(found.items[0].micalg, "pgp-sha256");
	assert_string_equal(parse(mail)->text, "hello \n");
	/* A multipart within: to the byte. */
	found = find("Content-Type: multipart/signed; boundary=A\r\n\r\n--A\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
		     "--B\r\n\r\nx\r\n--B--\r\n\r\n--A\r\nContent-Type: application/pkcs7-signature\r\n"
		     "Content-Transfer-Encoding: base64\r\n\r\nMAA=\r\n--A--\r\n");
	assert_int_equal(found.items[0].kind, CRYPT_SMIME_SIGNED);
	assert_bytes(found.items[0].data, "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--B--\r\n");
	assert_int_equal(found.items[0].signature.n, 2);
	/* The signature was cut off on the way. */
	found = find("Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=A\n\n--A\n\nx\n");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].signature.n, 0);
}

#define ARMOUR "-----BEGIN PGP MESSAGE-----\n\nhQ==\n=abcd\n-----END PGP MESSAGE-----"

static void test_pgp_encrypted(void **state)
{
	static const char *const mails[] = {
		"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=A\n\n--A\n"
		"Content-Type: application/pgp-encrypted\n\nVersion: 1\n--A\nContent-Type: application/octet-stream\n\n" ARMOUR
		"\n--A--\n",
		/* What Exchange makes of it. */
		"Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: text/plain\n\n\n--A\n"
		"Content-Type: application/pgp-encrypted; name=\"PGPMIME version identification\"\n\nVersion: 1\n--A\n"
		"Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\n" ARMOUR "\n--A--\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(mails); i++) {
		struct crypt found = find(mails[i]);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.items[0].kind, CRYPT_PGP_ENCRYPTED);
		assert_bytes(found.items[0].data, ARMOUR);
	}
}

static void test_pgp_inline(void **state)
{
	struct crypt found = find("Subject: x\n\n" ARMOUR "\n");

	(void)state;
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, CRYPT_PGP_INLINE_ENCRYPTED);
	assert_true(found.items[0].is_whole_text);
	assert_bytes(found.items[0].data, ARMOUR "\n");
	/* In base64, with text before. */
	found = find("Content-Transfer-Encoding: base64\n\n"
		     "aGkKLS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCgpoUT09Ci0tLS0tRU5EIFBHUCBNRVNTQUdFLS0tLS0K\n");
	assert_int_equal(found.count, 1);
	assert_false(found.items[0].is_whole_text);
	/* In quoted-printable, a no-break space in the empty line. */
	found = find("Content-Transfer-Encoding: quoted-printable\n\n-----BEGIN PGP MESSAGE-----\n=A0\nhQ=3D=3D\n"
		     "-----END PGP MESSAGE-----\n");
	assert_bytes(found.items[0].data, "-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n");
	/* A signature over ISO-2022-JP covers the bytes as they came. */
	found = find("Content-Type: text/plain; charset=iso-2022-jp\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
		     "\x1b$BF|K\\\x1b(B\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n-- \nme\n");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, CRYPT_PGP_INLINE_SIGNED);
	assert_string_equal(found.items[0].charset, "iso-2022-jp");
	assert_non_null(memmem(found.items[0].data.p, found.items[0].data.n, "\x1b$BF|K\\\x1b(B", 10));
	/* Quoted armour is somebody else's. */
	assert_int_equal(find("Subject: x\n\n> -----BEGIN PGP MESSAGE-----\n> x\n").count, 0);
	/* HTML alone. */
	found = find("Content-Type: text/html\n\n<p>-----BEGIN PGP MESSAGE-----<br><br>hQ==<br>-----END PGP MESSAGE-----</p>");
	assert_int_equal(found.count, 1);
	/* Keys. */
	found = find("Content-Type: multipart/mixed; boundary=A\n\n--A\n\nmy key\n--A\nContent-Type: application/pgp-keys; name=k.asc\n\n"
		     "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n-----END PGP PUBLIC KEY BLOCK-----\n--A--\n");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, CRYPT_PGP_KEY);
}

static const struct {
	const char *header, *body;
	enum crypt_kind kind;
} smime_cases[] = {
	/* ContentInfo with signed-data, enveloped-data, authenticated enveloped-data, in BER of unknown length. */
	{ "application/pkcs7-mime; smime-type=signed-data", "MIAGCSqGSIb3DQEHAqCA", CRYPT_SMIME_OPAQUE },
	{ "application/pkcs7-mime; smime-type=enveloped-data", "MIAGCSqGSIb3DQEHA6CA", CRYPT_SMIME_ENCRYPTED },
	{ "application/pkcs7-mime; smime-type=enveloped-data", "MIAGCSqGSIb3DQEHAqCA", CRYPT_SMIME_OPAQUE }, /* the label lies */
	{ "application/x-pkcs7-mime", "MIAGCSqGSIb3DQEHAqCA", CRYPT_SMIME_OPAQUE },
	{ "application/octet-stream; name=\"smime.p7m\"", "MIAGCSqGSIb3DQEHA6CA", CRYPT_SMIME_ENCRYPTED },
	{ "application/pkcs7-mime; name=smime.p7m", "MIIBBgYLKoZIhvcNAQkQARc=", CRYPT_SMIME_ENCRYPTED },
	{ "application/pkcs7-mime; name=smime.p7m", "TUlBR0NTcUdTSWIzRFFFSEFxQ0E=", CRYPT_SMIME_OPAQUE }, /* base64 twice */
	{ "application/pkcs7-mime; smime-type=certs-only", "MIAGCSqGSIb3DQEHAqCA", CRYPT_SMIME_CERTIFICATES },
};

static void test_smime(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(smime_cases); i++) {
		struct crypt found = find(arena_printf(arena, "Content-Type: %s\nContent-Transfer-Encoding: base64\n\n%s\n",
						       smime_cases[i].header, smime_cases[i].body));
		if (found.count != 1 || found.items[0].kind != smime_cases[i].kind || found.items[0].data.p[0] != 0x30)
			fail_msg("case %zu: %zu items, %s", i, found.count,
				 found.count ? crypt_kind_name(found.items[0].kind) : "");
	}
}

static const struct {
	const char *text, *new;
} reply_cases[] = {
	{ "対応しました。\n\n2024年1月5日(金) 12:34 山田太郎 <taro@example.jp>:\n> 確認してください\n", "対応しました。" },
	{ "対応しました。\n\n2024年1月5日(金) 12:34 山田太郎 <taro@example.jp>:\n\n確認してください\nよろしく\n", "対応しました。" },
	{ "了解です\n\n2024/01/05 12:34、山田太郎 <taro@example.jp>のメール:\n\n> x\n", "了解です" },
	{ "了解です\n\n山田 2024/01/05 さんは書きました:\n> x\n", "了解です" },
	{ "了解です\n\n-----元のメッセージ-----\n差出人: 山田\n送信日時: 2024年1月5日\n宛先: 佐藤\n件名: x\n\n本文\n", "了解です" },
	{ "了解です\n\n________________________________\n差出人: 山田 <taro@example.jp>\n送信日時: 2024年1月5日 12:34\n宛先: b\n件名: x\n\n本文\n",
	  "了解です" },
	{ "了解です\n\n━━━━━━━━━━━━\n株式会社 例\n山田太郎\nTEL: 03-0000-0000\n━━━━━━━━━━━━\n", "了解です" },
	{ "了解です\n\niPhoneから送信\n", "了解です" },
	{ "＞どうですか\n了解です\n", "了解です" },
	/* What only looks like it. */
	{ "ログです:\n----------\n192.0.2.1 GET /\n192.0.2.2 GET /\n----------\n以上\n",
	  "ログです:\n----------\n192.0.2.1 GET /\n192.0.2.2 GET /\n----------\n以上" },
	{ "From: の偽装を見ました。\n詳しくは後で。\n", "From: の偽装を見ました。\n詳しくは後で。" },
	{ "2024年1月5日 10:00 に攻撃:\n192.0.2.1\n", "2024年1月5日 10:00 に攻撃:\n192.0.2.1" },
	{ "", "" },
};

static void test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reply_cases); i++) {
		struct reply reply;
		reply_read(reply_cases[i].text, arena, &reply);
		if (strcmp(reply.text, reply_cases[i].new) != 0)
			fail_msg("case %zu: '%s'", i, reply.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_hops),
		cmocka_unit_test(test_bounce_of_many),
		cmocka_unit_test(test_bounce_without_recipient),
		cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_pgp_mime_signed),
		cmocka_unit_test(test_pgp_encrypted),
		cmocka_unit_test(test_pgp_inline),
		cmocka_unit_test(test_smime),
		cmocka_unit_test(test_replies),
	};

	return cmocka_run_group_tests_name("mail_kind", tests, start, end);
}
