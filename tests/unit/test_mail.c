/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Mail: what is read, however it was written. The suites' mails are read by tests/replay/mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "format/mail/mail.h"

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

static struct mail *parse_bytes(struct bytes raw)
{
	struct mail *mail = NULL;

	assert_int_equal(mail_parse(raw, arena, &mail, NULL), 0);
	assert_non_null(mail);
	assert_true(text_is_utf8(BYTES_TEXT(mail->text)));
	assert_true(text_is_utf8(BYTES_TEXT(mail->subject)));
	return mail;
}

static struct mail *parse(const char *text)
{
	return parse_bytes(BYTES_TEXT(text));
}

static void test_plain(void **state)
{
	struct mail *mail = parse("From: a@example.jp\r\nSubject: one\r\n two\r\nX-Odd:value\r\n\r\nhello\r\n.\r\n");

	(void)state;
	assert_string_equal(mail->subject, "one two");
	assert_string_equal(mail->text, "hello\n.\n");
	assert_int_equal(mail->headers.count, 3);
	assert_string_equal(mail->headers.item[2].name, "X-Odd");
	assert_string_equal(mail_header_value(mail, "x-odd"), "value");
	assert_int_equal(mail->headers.item[1].offset, 20);
	assert_int_equal(mail->headers.item[1].length, 20);
	assert_int_equal(mail->part_count, 1);
	assert_false(mail->is_cut);
}

static void test_no_mail_at_all(void **state)
{
	(void)state;
	assert_string_equal(parse("")->text, "");
	assert_string_equal(parse("just words\nand more\n")->text, "just words\nand more\n");
	assert_string_equal(parse("\r\n\r\nbody")->text, "\nbody");
	assert_string_equal(parse("Subject: x")->subject, "x");
	assert_string_equal(parse("Subject: x\n\n  indented\n")->text, "  indented\n");
	assert_string_equal(parse_bytes(BYTES("Subject: a\0b\n\nc\0d", 17))->subject, "a\xef\xbf\xbd" "b");
	assert_string_equal(parse_bytes(BYTES("Subject: a\n\nc\0d", 15))->text, "c\xef\xbf\xbd" "d");
}

static void test_header_goes_on_behind_a_broken_line(void **state)
{
	struct mail *mail = parse("From: a@b.c\nthis is no field\nSubject: s\n\ntext\n");

	(void)state;
	assert_string_equal(mail->subject, "s");
	assert_true(mail->notes & MAIL_NOTE_HEADER_BROKEN);
	mail = parse("From: a@b.c\nSubject: s\nno blank line before me\nsecond\n");
	assert_string_equal(mail->text, "no blank line before me\nsecond\n");
}

/* Text with its label and its bytes, and what it says. */
static const struct {
	const char *label, *bytes, *text, *used;
	unsigned note;
} charset_cases[] = {
	{ "iso-2022-jp", "\x1b$B$3$s\x1b(B", "こん", "iso-2022-jp", 0 },
	{ "ISO-2022-JP", "\x1b$B-!-\"\x1b(B x", "①② x", "iso-2022-jp", 0 }, /* NEC row 13 */
	{ "iso-2022-jp", "\x1b(I12\x1b(B", "ｱｲ", "iso-2022-jp", 0 },
	{ "cp50221", "\x1b(I12\x1b(B", "ｱｲ", "iso-2022-jp", 0 },
	{ "iso-2022-jp", "\x1b$B$\"\x1b(B\xb1\xb2", "あｱｲ", "iso-2022-jp", 0 }, /* raw half-width kana */
	{ "iso-2022-jp", "\x1b$B$\"\x1b(B\x0e" "12\x0f" "a", "あｱｲa", "iso-2022-jp", 0 },
	{ "iso-2022-jp", "\x1b$B$\"\nabc\x1b(B", "あ\nabc", "iso-2022-jp", 0 }, /* the way back was forgotten */
	{ "iso-2022-jp", "\x1b$By!\x1b(B", "纊", "iso-2022-jp", 0 },            /* NEC's selection of IBM kanji */
	{ "iso-2022-jp", "\x1b$(D0!\x1b(B", "丂", "iso-2022-jp", 0 },           /* JIS X 0212 */
	{ "iso-2022-jp", "こんにちは", "こんにちは", "utf-8", MAIL_NOTE_CHARSET_WRONG },
	{ "iso-2022-jp", "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf", "こんにちは", "euc-jp", MAIL_NOTE_CHARSET_WRONG },
	{ "iso-2022-jp", "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd", "こんにちは", "cp932", MAIL_NOTE_CHARSET_WRONG },
	{ "us-ascii", "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd", "こんにちは", "cp932", MAIL_NOTE_CHARSET_WRONG },
	{ "us-ascii", "\x1b$B$3$s\x1b(B", "こん", "iso-2022-jp", MAIL_NOTE_CHARSET_WRONG },
	{ "iso-8859-1", "caf\xe9", "café", "windows-1252", 0 },
	{ "iso-8859-1", "\x93quoted\x94", "“quoted”", "windows-1252", 0 },
	{ "iso-8859-1", "caf\xc3\xa9 日本", "café 日本", "utf-8", MAIL_NOTE_CHARSET_WRONG },
	{ "Shift_JIS", "\x87\x40\xb1", "①ｱ", "cp932", 0 },
	{ "x-sjis", "\x82\xa0", "あ", "cp932", 0 },
	{ "EUC-JP", "\xad\xa1\xa4\xa2", "①あ", "euc-jp", 0 },
	{ "gb2312", "\xc4\xe3\xba\xc3", "你好", "gb18030", 0 },
	{ "big5", "\xa7\x41\xa6\x6e", "你好", "big5", 0 },
	{ "ks_c_5601-1987", "\xbe\xc8\xb3\xe7", "안녕", "euc-kr", 0 },
	{ "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", "koi8-r", 0 },
	{ "windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет", "windows-1251", 0 },
	{ "utf-7", "+ZeVnLIqe-", "日本語", "utf-7", 0 },
	{ "utf-8", "caf\xe9 only", "café only", "windows-1252", MAIL_NOTE_CHARSET_WRONG },
	{ "utf-8", "日本語の文\xe3\x81", "日本語の文\xef\xbf\xbd\xef\xbf\xbd", "utf-8", MAIL_NOTE_CHARSET_LOSSY },
	{ "no-such-charset", "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf", "こんにちは", "euc-jp", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81\x41\x93\xfa\x96\x7b", "こんにちは、日本", "cp932",
	  MAIL_NOTE_CHARSET_GUESSED },
	{ "", "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xa1\xa2\xc6\xfc\xcb\xdc", "こんにちは、日本", "euc-jp",
	  MAIL_NOTE_CHARSET_GUESSED },
	{ "", "\x1b$B$3$s\x1b(B", "こん", "iso-2022-jp", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "日本", "日本", "utf-8", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "J\xf8rn St\xf8ylen", "Jørn Støylen", "windows-1252", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "Grüße", "Grüße", "utf-8", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "Gr\xfc\xdf" "e aus M\xfcnchen", "Grüße aus München", "windows-1252", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "\xb1\xb2\xb3\xb4\xb5", "ｱｲｳｴｵ", "cp932", MAIL_NOTE_CHARSET_GUESSED },
	{ "", "plain", "plain", "us-ascii", 0 },
};

static void test_charsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(charset_cases); i++) {
		struct mail *mail = parse(arena_printf(arena, "Content-Type: text/plain%s%s\n\n%s",
						       *charset_cases[i].label ? "; charset=" : "", charset_cases[i].label,
						       charset_cases[i].bytes));
		const unsigned asked = MAIL_NOTE_CHARSET_GUESSED | MAIL_NOTE_CHARSET_WRONG | MAIL_NOTE_CHARSET_LOSSY;
		if (strcmp(mail->text, charset_cases[i].text) != 0 || strcmp(mail->parts[0].charset, charset_cases[i].used) != 0 ||
		    (mail->notes & asked) != charset_cases[i].note)
			fail_msg("case %zu: '%s' as %s, notes %x", i, mail->text, mail->parts[0].charset, mail->notes & asked);
	}
}

static void test_utf16(void **state)
{
	struct mail *mail = parse("Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n//7lZSxnCgA=\n");

	(void)state;
	assert_string_equal(mail->text, "日本\n");
	mail = parse("Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\nZeVnLA==\n");
	assert_string_equal(mail->text, "日本");
}

static const struct {
	const char *value, *text;
} subject_cases[] = {
	{ "=?UTF-8?B?5pel5pys?=", "日本" },
	{ "=?utf-8?q?a=E3=81=82_b?= c", "aあ b c" },
	{ "=?UTF-8?B?5pel?= =?UTF-8?B?5pys?=", "日本" },
	{ "=?UTF-8?B?5pel?=\r\n =?UTF-8?B?5pys?=", "日本" },
	{ "=?UTF-8?B?5pel5g==?= =?UTF-8?B?nKw=?=", "日本" },       /* cut within a character */
	{ "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本" },
	{ "=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "①" },                 /* really CP50220 */
	{ "=?iso-2022-jp?Q?=1B$BF|K\\=1B(B?=", "日本" },
	{ "a=?UTF-8?B?5pel?=b", "a日b" },
	{ "\"=?UTF-8?B?5pel?=\"", "\"日\"" },
	{ "=?utf-8*ja?B?5pel?=", "日" },
	{ "=?NONE?B?VEVTVA=?=", "TEST" },
	{ "=?UTF-8?X?abc?=", "=?UTF-8?X?abc?=" },
	{ "=?UTF-8?B?5pel", "=?UTF-8?B?5pel" },
	{ "=?UTF-8?Q?with blanks inside?= end", "with blanks inside end" },
	{ "=?=?=?=?", "=?=?=?=?" },
	{ "\x1b$BF|K\\\x1b(B", "日本" },                            /* raw ISO-2022-JP */
	{ "\x93\xfa\x96\x7b\x82\xcc", "日本の" },                   /* raw Shift_JIS */
	{ "日本", "日本" },
	{ "  spaces   inside  ", "spaces   inside" },
	{ "=?shift_jis?B?h0A=?=", "①" },
};

static void test_subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(subject_cases); i++) {
		struct mail *mail = parse(arena_printf(arena, "Subject: %s\r\n\r\n", subject_cases[i].value));
		if (strcmp(mail->subject, subject_cases[i].text) != 0)
			fail_msg("case %zu: '%s'", i, mail->subject);
	}
}

/* What raw bytes may be, the mail itself says elsewhere. */
static void test_hint(void **state)
{
	struct mail *mail = parse("From: =?windows-1251?Q?=C0?= <a@b.c>\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\n\nx");

	(void)state;
	assert_string_equal(mail->subject, "Привет");
	mail = parse("Subject: \xc4\xe3\xba\xc3\nContent-Type: text/plain; charset=\"gb2312\"\n\nx");
	assert_string_equal(mail->subject, "你好");
}

static const struct {
	const char *value;
	size_t count;
	const char *name, *address; /* of the first */
} address_cases[] = {
	{ "a@b.c", 1, "", "a@b.c" },
	{ "<a@b.c>", 1, "", "a@b.c" },
	{ "A B <a@b.c>, c@d.e", 2, "A B", "a@b.c" },
	{ "\"B, A\" <a@b.c>", 1, "B, A", "a@b.c" },
	{ "\"A \\\"x\\\"\" <a@b.c>", 1, "A \"x\"", "a@b.c" },
	{ "a@b.c (A (x) B)", 1, "A (x) B", "a@b.c" },
	{ "=?UTF-8?B?5pel5pys?= <a@b.c>", 1, "日本", "a@b.c" },
	{ "\"=?UTF-8?B?5pel5pys?=\" <a@b.c>", 1, "日本", "a@b.c" },
	{ "=?UTF-8?B?5pel5g==?= =?UTF-8?B?nKw=?= <a@b.c>", 1, "日本", "a@b.c" },
	{ "\x1b$BF|K\\\x1b(B <a@b.c>", 1, "日本", "a@b.c" },
	{ "friends: a@b.c, d@e.f;", 2, "", "a@b.c" },
	{ "undisclosed recipients: ;", 0, "", "" },
	{ "<@x.y,@z:a@b.c>", 1, "", "a@b.c" },
	{ ", a@b.c,, d@e.f", 2, "", "a@b.c" },
	{ "Name a@b.c", 1, "Name", "a@b.c" },
	{ "<>", 1, "", "" },
	{ "MAILER-DAEMON", 1, "", "MAILER-DAEMON" },
	{ "A <a@b.c", 1, "A", "a@b.c" },
	{ "a@b.c; d@e.f", 2, "", "a@b.c" },
	{ "'A B' <a@b.c>", 1, "A B", "a@b.c" },
	{ "\"a b\"@c.d", 1, "", "a b@c.d" },
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(address_cases); i++) {
		struct mail *mail = parse(arena_printf(arena, "To: %s\r\n\r\n", address_cases[i].value));
		if (i + 1 == COUNT(address_cases))
			continue; /* only must not harm */
		if (mail->to.count != address_cases[i].count)
			fail_msg("case %zu: %zu addresses", i, mail->to.count);
		if (mail->to.count && (strcmp(mail->to.item[0].name, address_cases[i].name) != 0 ||
				       strcmp(mail->to.item[0].address, address_cases[i].address) != 0))
			fail_msg("case %zu: '%s' '%s'", i, mail->to.item[0].name, mail->to.item[0].address);
	}
}

static const struct {
	const char *value;
	bool is_date;
	int64_t seconds;
} date_cases[] = {
	{ "Mon, 02 Jan 2006 15:04:05 +0900", true, 1136181845 },
	{ "2 Jan 2006 15:04:05 +0900 (JST)", true, 1136181845 },
	{ "Mon, 2 Jan 06 15:04:05 JST", true, 1136181845 },
	{ "Mon,  2 Jan 2006 06:04 GMT", true, 1136181840 },
	{ "Mon 2 Jan 2006 06:04:05", true, 1136181845 },
	{ "Mon, 2-Jan-2006 06:04:05 -0000", true, 1136181845 },
	{ "2006-01-02T15:04:05+09:00", true, 1136181845 },
	{ "Mon, 2 Jan 2006", false, 0 },
	{ "Wed, 15 Dec 2010    59:10 -0500", false, 0 },
	{ "Mon, 31 Feb 2006 15:04:05 +0900", false, 0 },
	{ "", false, 0 },
	{ "yesterday", false, 0 },
};

static void test_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(date_cases); i++) {
		struct mail *mail = parse(arena_printf(arena, "Date: %s\r\n\r\n", date_cases[i].value));
		if (mail->has_date != date_cases[i].is_date || (mail->has_date && mail->date_us != date_cases[i].seconds * SECOND_US))
			fail_msg("case %zu: %lld", i, (long long)mail->date_us);
	}
}

static void test_ids(void **state)
{
	struct mail *mail = parse("Message-ID: <a@b>\nIn-Reply-To: Your message of today <c@d> \"x\"\n"
				  "References: <e@f>\n <g@\n h>\nReferences: <i@j>\n\n");

	(void)state;
	assert_string_equal(mail->message_id, "a@b");
	assert_string_equal(mail->in_reply_to, "c@d");
	assert_int_equal(mail->references.count, 3);
	assert_string_equal(mail->references.item[1], "g@h");
	assert_string_equal(parse("Message-ID: naked@x y\n\n")->message_id, "naked@x");
	assert_string_equal(parse("In-Reply-To: \n\n")->in_reply_to, "");
}

static const struct {
	const char *header, *name;
} name_cases[] = {
	{ "Content-Disposition: attachment; filename=\"a b.txt\"", "a b.txt" },
	{ "Content-Disposition: attachment; filename=a b.txt", "a b.txt" },
	{ "Content-Disposition: attachment; filename*=utf-8''%E6%97%A5%E6%9C%AC.txt", "日本.txt" },
	{ "Content-Disposition: attachment; filename*=iso-2022-jp'ja'%1B$BF%7CK%5C%1B(B.txt", "日本.txt" },
	{ "Content-Disposition: attachment; filename*0*=utf-8''%E6%97; filename*1*=%A5; filename*2=\".txt\"", "日.txt" },
	{ "Content-Disposition: attachment; filename*0=\"long-\"; filename*1=\"name.txt\"", "long-name.txt" },
	{ "Content-Disposition: attachment; filename=\"=?UTF-8?B?5pel5pys?=.txt\"", "日本.txt" },
	{ "Content-Disposition: attachment; filename=plain.txt; filename*=utf-8''%E6%97%A5.txt", "日.txt" },
	{ "Content-Disposition: attachment; filename=\"\x93\xfa\x96\x7b\x82\xcc\x95\x5c.txt\"", "日本の表.txt" }, /* 表 ends in a backslash */
	{ "Content-Disposition: attachment; filename=\"\x1b$BF|\"\"K\\\x1b(B.txt\"", "日□本.txt" }, /* bytes that look like quotes */
	{ "Content-Disposition: attachment; filename=\"C:\\temp\\x.txt\"", "C:\\temp\\x.txt" },
	{ "Content-Type: application/pdf; name=\"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=.pdf\"", "日本.pdf" },
	{ "Content-Disposition: attachment; filename=\"unclosed.txt", "unclosed.txt" },
	{ "Content-Type: application/pdf\nContent-Location: http://example.jp/a/b.pdf", "b.pdf" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(name_cases); i++) {
		struct mail *mail = parse(arena_printf(arena, "%s\n\nx", name_cases[i].header));
		if (strcmp(mail->parts[0].name, name_cases[i].name) != 0 || !mail->parts[0].is_attachment)
			fail_msg("case %zu: '%s'", i, mail->parts[0].name);
	}
}

static const char nested[] = "Content-Type: multipart/mixed; boundary=A\r\n\r\npreamble\r\n--A\r\n"
			     "Content-Type: multipart/alternative; boundary=\"A.B\"\r\n\r\n--A.B\r\n\r\nplain\r\n--A.B\r\n"
			     "Content-Type: text/html\r\n\r\n<p>html</p>\r\n--A.B--\r\nepilogue\r\n--A\r\n"
			     "Content-Type: image/png; name=p.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n"
			     "--A--\r\nend\r\n";

static void test_nested(void **state)
{
	struct mail *mail = parse(nested);
	const struct mail_part *part;

	(void)state;
	assert_int_equal(mail->part_count, 5);
	assert_string_equal(mail->text, "plain");
	assert_int_equal(mail->notes & ~(unsigned)MAIL_NOTE_DATE_MISSING, 0);
	part = &mail->parts[2];
	assert_int_equal(part->parent, 1);
	assert_int_equal(part->depth, 2);
	assert_memory_equal(nested + part->offset, "\r\nplain", part->length);
	assert_int_equal(part->length, 7);
	part = &mail->parts[4];
	assert_true(part->is_attachment);
	assert_int_equal(part->bytes.n, 4);
	assert_memory_equal(part->bytes.p, "\x89PNG", 4);
}

static void test_broken_multiparts(void **state)
{
	struct mail *mail;

	(void)state;
	/* No end. */
	mail = parse("Content-Type: multipart/mixed; boundary=A\n\n--A\n\none\n--A\n\ntwo\n");
	assert_string_equal(mail->text, "one\ntwo\n");
	assert_true(mail->notes & MAIL_NOTE_BOUNDARY_OPEN);
	/* The parameter is missing or wrong. */
	mail = parse("Content-Type: multipart/mixed\n\n--x y\nContent-Type: text/plain\n\none\n--x y--\n");
	assert_string_equal(mail->text, "one");
	assert_true(mail->notes & MAIL_NOTE_BOUNDARY_MISSING);
	mail = parse("Content-Type: multipart/mixed; boundary=other\n\nnothing but text\n");
	assert_string_equal(mail->text, "nothing but text\n");
	/* A part ends where its parent ends. */
	mail = parse("Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=B\n\n"
		     "--B\n\ninner\n--A\n\nouter\n--A--\n");
	assert_string_equal(mail->text, "inner\nouter");
	/* Encodings that nobody knows are none; a dash line in the text is no boundary. */
	mail = parse("Content-Transfer-Encoding: 8bits; x\n\n--\nabc\n");
	assert_string_equal(mail->text, "--\nabc\n");
	mail = parse("Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc =\r\nd=ZZ\n");
	assert_string_equal(mail->text, "a=bc d=ZZ\n");
	assert_true(mail->notes & MAIL_NOTE_ENCODING_BROKEN);
	mail = parse("Content-Transfer-Encoding: base64\n\nYWJj ZGVm!\nZw==\naGk\n");
	assert_string_equal(mail->text, "abcdefghi");
	mail = parse("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n`\nend\n");
	assert_string_equal(mail->text, "abc");
}

static void test_embedded(void **state)
{
	struct mail *mail = parse("Content-Type: multipart/mixed; boundary=A\n\n--A\n\nsee below\n--A\nContent-Type: message/rfc822\n\n"
				  "Subject: inner\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nsecret\n--B--\n--A--\n");
	struct mail *inner;

	(void)state;
	assert_string_equal(mail->text, "see below");
	assert_int_equal(mail->part_count, 3);
	assert_true(mail->parts[2].is_attachment);
	inner = parse_bytes(mail->parts[2].bytes);
	assert_string_equal(inner->subject, "inner");
	assert_string_equal(inner->text, "secret");
}

static void test_limits_cut(void **state)
{
	struct buf b;
	struct mail *mail;

	(void)state;
	buf_init(&b, 8u << 20);
	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "X-%d: y\n", i);
	buf_add_text(&b, "\nbody\n");
	mail = parse_bytes(buf_bytes(&b));
	assert_true(mail->is_cut);
	assert_int_equal(mail->headers.count, MAIL_HEADERS_MAX);
	assert_non_null(strstr(mail->text, "body"));

	buf_reset(&b);
	buf_add_text(&b, "Content-Type: multipart/mixed; boundary=A\n\n");
	for (int i = 0; i < 5000; i++)
		buf_add_text(&b, "--A\n\nx\n");
	mail = parse_bytes(buf_bytes(&b));
	assert_true(mail->is_cut);
	assert_true(mail->part_count <= MAIL_PARTS_MAX);

	buf_reset(&b);
	for (int i = 0; i < 200; i++)
		buf_addf(&b, "Content-Type: multipart/mixed; boundary=A%d\n\n--A%d\n", i, i);
	buf_add_text(&b, "\ndeep\n");
	mail = parse_bytes(buf_bytes(&b));
	assert_true(mail->is_cut);
	buf_clear(&b);
}

static const struct {
	const char *html, *text;
} html_cases[] = {
	{ "<p>one</p><p>two</p>", "one\n\ntwo\n" },
	{ "a<br>b<br><br>c", "a\nb\n\nc\n" },
	{ "<div>a</div><div>b</div>", "a\nb\n" },
	{ "<a href=\"http://example.jp/x?a=1&amp;b=2\">click</a>", "click <http://example.jp/x?a=1&b=2>\n" },
	{ "<a href='http://example.jp/'>http://example.jp/</a>", "http://example.jp/\n" },
	{ "<a href=#top>x</a>", "x\n" },
	{ "<script>alert('<p>no</p>')</script><style>p{}</style>text", "text\n" },
	{ "<!-- a > b -->c", "c\n" },
	{ "1 &lt; 2 &amp; 3 &#26085; &#x672c; &nosuch;", "1 < 2 & 3 日 本 &nosuch;\n" },
	{ "a < b and <b>bold</b>", "a < b and bold\n" },
	{ "<ul><li>x<li>y</ul>", "- x\n- y\n" },
	{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n" },
	{ "<pre>a\n  b</pre>", "a\n  b\n" },
	{ "<blockquote>said<br>this</blockquote>me", "> said\n> this\nme\n" },
	{ "<img src=http://tracker.example.jp/x.gif onerror=alert(1)>x", "x\n" },
	{ "  lots \n of   blanks ", "lots of blanks\n" },
	{ "<b", "<b\n" },
	{ "", "" },
};

static void test_html(void **state)
{
	struct mail *mail;

	(void)state;
	for (size_t i = 0; i < COUNT(html_cases); i++) {
		const char *text = mail_html_text(BYTES_TEXT(html_cases[i].html), arena);
		if (strcmp(text, html_cases[i].text) != 0)
			fail_msg("case %zu: '%s'", i, text);
	}
	mail = parse("Content-Type: text/html; charset=utf-8\n\n<p>日本</p>");
	assert_string_equal(mail->text, "日本\n");
	assert_true(mail->is_text_from_html);
	/* A plain part that says nothing does not hide the other. */
	mail = parse("Content-Type: multipart/alternative; boundary=A\n\n--A\n\n \n--A\nContent-Type: text/html\n\n<p>x\n--A--\n");
	assert_non_null(strstr(mail->text, "x"));
}

/* Every text of every part of a mail of arbitrary bytes is UTF-8, and offsets stay inside. */
static void test_arbitrary_bytes(void **state)
{
	uint8_t raw[4000];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = (size_t)round * 20;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			raw[i] = (seed >> 16) % 5 ? (uint8_t)("\n:-=?; \x1b$B@<>\"AContent-Type"[(seed >> 20) % 26]) : (uint8_t)(seed >> 24);
		}
		struct mail *mail = parse_bytes(BYTES(raw, n));
		for (size_t i = 0; i < mail->part_count; i++)
			assert_true(mail->parts[i].offset + mail->parts[i].length <= n);
		arena_reset(arena);
	}
}

/* Time must grow with the size, not with its square. */
static void test_no_squares(void **state)
{
	static const char *const units[] = { "<a x=\"", "<a x='",  "<",      "=?a?b?", "\x1b$B", "--A\n", "<!--", "(",
					     "\"",      "&#1",     "<style>", "=?UTF-8?Q?", "> ",  "a@b,",  "=\n",   "</" };
	static const char *const heads[] = { "Content-Type: text/html\n\n", "Subject: ", "From: ",
					     "Content-Type: multipart/mixed; boundary=A\n\n", "Content-Type: x/y; name=\"",
					     "Content-Type: text/plain; charset=iso-2022-jp\n\n", "References: " };
	struct buf b;

	(void)state;
	buf_init(&b, 2u << 20);
	for (size_t h = 0; h < COUNT(heads); h++) {
		for (size_t u = 0; u < COUNT(units); u++) {
			int64_t before = clock_steady();
			buf_reset(&b);
			buf_add_text(&b, heads[h]);
			while (b.n < 500000)
				buf_add_text(&b, units[u]);
			(void)parse_bytes(buf_bytes(&b));
			arena_reset(arena);
			if (clock_steady() - before > 10 * SECOND_US)
				fail_msg("'%s' after '%s' takes %lld us", units[u], heads[h], (long long)(clock_steady() - before));
		}
	}
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_no_mail_at_all),
		cmocka_unit_test(test_header_goes_on_behind_a_broken_line),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_broken_multiparts),
		cmocka_unit_test(test_embedded),
		cmocka_unit_test(test_limits_cut),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_arbitrary_bytes),
		cmocka_unit_test(test_no_squares),
	};

	return cmocka_run_group_tests_name("mail", tests, start, end);
}
