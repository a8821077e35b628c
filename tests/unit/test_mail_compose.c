/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Mail that is written is read back the same, and nothing breaks out of its field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "format/mail/compose.h"
#include "format/mail/crypt.h"

#include <errno.h>

static struct arena *arena;
static struct buf out;

static int start(void **state)
{
	(void)state;
	arena = arena_new();
	buf_init(&out, COMPOSE_BYTES_MAX);
	return mail_library_init(NULL);
}

static int end(void **state)
{
	(void)state;
	arena = arena_free(arena);
	buf_clear(&out);
	mail_library_clear();
	return 0;
}

static struct mail_address sender[] = { { "情報調整センター, 受付", "info@example.jp" } };
static struct mail_address recipients[] = {
	{ "", "a@example.jp" },
	{ "山田 太郎（ネットワーク管理責任者・情報システム部門・東京本社・第二運用グループ）", "taro@example.jp" },
	{ "O'Brien \"Bob\", Jr.", "bob@example.com" },
	{ "\"quoted\"", "q@example.com" },
	{ "=?UTF-8?Q?trick?=", "t@example.com" },
	{ "A plain name", "plain@a-rather-long-domain-name-that-goes-on-and-on.example.com" },
};

static struct compose simple(const char *text)
{
	return (struct compose){ .from = { sender, 1 }, .to = { recipients, 1 }, .subject = "件名", .message_id = "1@example.jp",
				 .date_us = INT64_C(1136181845) * SECOND_US, .offset_minutes = 540, .text = text,
				 .boundary = "0123456789abcdef" };
}

/* Seven bits, CRLF alone, lines of 78 signs where they can be folded. */
static void assert_clean(struct bytes mail)
{
	size_t column = 0;

	for (size_t i = 0; i < mail.n; i++) {
		assert_true(mail.p[i] < 0x80 && mail.p[i] != 0);
		if (mail.p[i] == '\n') {
			assert_true(i > 0 && mail.p[i - 1] == '\r');
			column = 0;
			continue;
		}
		assert_true(mail.p[i] != '\r' || (i + 1 < mail.n && mail.p[i + 1] == '\n'));
		column += mail.p[i] != '\r';
		if (column > 78)
			fail_msg("a long line: %.80s", mail.p + i - 78);
	}
}

static struct mail *read_back(void)
{
	struct mail *mail;

	assert_clean(buf_bytes(&out));
	assert_int_equal(mail_parse(buf_bytes(&out), arena, &mail, NULL), 0);
	assert_int_equal(mail->notes, 0);
	return mail;
}

static struct mail *compose_and_read(const struct compose *c)
{
	struct error err = ERROR_NONE;

	buf_reset(&out);
	if (compose_message(c, &out, &err) < 0)
		fail_msg("%s", err.line);
	return read_back();
}

static void test_all_fields(void **state)
{
	static const char *references[] = { "a@b", "c@d", "a-very-long-id-0123456789012345678901234567890123456789@example.jp" };
	static const struct compose_header more[] = { { "X-Case", "INC-1 日本" } };
	struct compose c = simple("こんにちは\n");
	struct mail *mail;

	(void)state;
	c.to.count = COUNT(recipients);
	c.cc = (struct mail_addresses){ recipients, 2 };
	c.reply_to = (struct mail_addresses){ recipients, 1 };
	c.in_reply_to = "c@d";
	c.references = (struct mail_ids){ references, COUNT(references) };
	c.auto_submitted = "auto-generated";
	c.loop_name = "centre.example.jp";
	c.more = more;
	c.more_count = 1;
	c.subject = "【重要】Webサイト改ざんに関するご連絡とお願い (INC-2024-000123) - please act by 2024-01-31 = done?";
	mail = compose_and_read(&c);
	assert_string_equal(mail->subject, c.subject);
	assert_string_equal(mail->text, c.text);
	assert_string_equal(mail->from.item[0].name, sender[0].name);
	assert_int_equal(mail->to.count, COUNT(recipients));
	for (size_t i = 0; i < COUNT(recipients); i++) {
		assert_string_equal(mail->to.item[i].name, recipients[i].name);
		assert_string_equal(mail->to.item[i].address, recipients[i].address);
	}
	assert_int_equal(mail->cc.count, 2);
	assert_string_equal(mail->message_id, "1@example.jp");
	assert_string_equal(mail->in_reply_to, "c@d");
	assert_int_equal(mail->references.count, 3);
	assert_string_equal(mail->references.item[2], references[2]);
	assert_int_equal(mail->date_us, c.date_us);
	assert_string_equal(mail->date_text, "Mon, 02 Jan 2006 15:04:05 +0900");
	assert_string_equal(mail->auto_submitted, "auto-generated");
	assert_string_equal(mail->loops.item[0], "centre.example.jp");
}

static void test_texts(void **state)
{
	static const char *const texts[] = {
		"plain\n", "no end", "", "\n", "trailing blanks  \n\tand tabs\t\n", "From here\n.\n..\n-- \nme\n",
		"caf\xc3\xa9 with = and more ASCII around it\n", "日本語だけの文章です。改行なし", "日本語\n二行目\n",
		"a line that is much longer than seventy-eight signs so that it must be cut somewhere by a soft line break\n",
		"a\n\n\nb\n", "=?UTF-8?Q?x?=\n", "--0123456789abcdef\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct compose c = simple(texts[i]);
		const struct compose_file file = { .name = "a.txt", .type = "text/plain", .bytes = BYTES("x\n", 2) };
		assert_string_equal(compose_and_read(&c)->text, texts[i]);
		c.files = &file;
		c.file_count = 1;
		assert_string_equal(compose_and_read(&c)->text, texts[i]);
	}
}

static void test_subjects(void **state)
{
	static const char *const subjects[] = {
		"x", "two  blanks", "a word that is loooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong",
		"many short words that go on and on until the line has to be folded at one of the blanks between them",
		"=?UTF-8?B?eA==?=", "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
		"mixed 日本 and ASCII", "①髙﨑", "𠮷野家", "quotes \" and \\",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(subjects); i++) {
		struct compose c = simple("x\n");
		c.subject = subjects[i];
		assert_string_equal(compose_and_read(&c)->subject, subjects[i]);
	}
}

static void test_files(void **state)
{
	static const uint8_t zip[] = { 'P', 'K', 0, 1, 0xff, '\r', '\n', '\n' };
	const struct compose_file files[] = {
		{ .name = "list.csv", .type = "text/csv", .bytes = BYTES("a,b\r\n", 5) },
		{ .name = "対象一覧（2024年1月・第一報・Webサイト改ざん・確認済みのもの）.zip", .bytes = BYTES(zip, sizeof zip) },
		{ .name = "a \"b\" \\c.bin", .bytes = BYTES(zip, 0) },
		{ .name = "it's 100%.txt", .type = "text/plain", .bytes = BYTES("x", 1) },
	};
	struct compose c = simple("see the list\n");
	struct mail *mail;

	(void)state;
	c.files = files;
	c.file_count = COUNT(files);
	mail = compose_and_read(&c);
	assert_int_equal(mail->part_count, 2 + COUNT(files));
	for (size_t i = 0; i < COUNT(files); i++) {
		const struct mail_part *part = &mail->parts[i + 2];
		assert_string_equal(part->name, files[i].name);
		assert_int_equal(part->bytes.n, files[i].bytes.n);
		assert_memory_equal(part->bytes.p, files[i].bytes.p, part->bytes.n);
		assert_true(part->is_attachment);
	}
}

static void test_nothing_breaks_out(void **state)
{
	static const char *const evil[] = { "x\r\nBcc: v@example.com", "x\nX: y", "x\ry", "x\x01", "x\xff", "\x7f" };

	(void)state;
	for (size_t i = 0; i < COUNT(evil); i++) {
		struct compose good = simple("x\n"), c;
		struct mail_address person[] = { { evil[i], "a@example.jp" } }, address[] = { { "", evil[i] } };
		const struct compose_header more[] = { { "X-A", evil[i] } }, named[] = { { evil[i], "x" } };
		const struct compose_file file = { .name = evil[i] };
		const char *id[] = { evil[i] };
		struct compose bad[12];
		size_t n = 0;
		for (; n < COUNT(bad); n++)
			bad[n] = good;
		bad[0].subject = evil[i];
		bad[1].message_id = evil[i];
		bad[2].in_reply_to = evil[i];
		bad[3].references = (struct mail_ids){ id, 1 };
		bad[4].to = (struct mail_addresses){ person, 1 };
		bad[5].to = (struct mail_addresses){ address, 1 };
		bad[6].more = more, bad[6].more_count = 1;
		bad[7].more = named, bad[7].more_count = 1;
		bad[8].files = &file, bad[8].file_count = 1;
		bad[9].boundary = evil[i];
		bad[10].auto_submitted = evil[i];
		bad[11].loop_name = evil[i];
		for (n = 0; n < COUNT(bad); n++) {
			c = bad[n];
			buf_reset(&out);
			if (compose_message(&c, &out, NULL) != -EINVAL)
				fail_msg("'%s' as member %zu", evil[i], n);
		}
	}
}

static void test_what_is_missing(void **state)
{
	struct compose c = simple("x\n");

	(void)state;
	c.from.count = 0;
	assert_int_equal(compose_message(&c, &out, NULL), -EINVAL);
	c = simple("x\n");
	c.message_id = NULL;
	assert_int_equal(compose_message(&c, &out, NULL), -EINVAL);
	c = simple("x\n");
	c.boundary = "";
	assert_int_equal(compose_message(&c, &out, NULL), -EINVAL);
	c = simple("\xff\n");
	assert_int_equal(compose_message(&c, &out, NULL), -EINVAL);
}

static void test_signed(void **state)
{
	static const struct {
		enum compose_protocol protocol;
		const char *signature;
		size_t n;
		enum crypt_kind kind;
	} cases[] = {
		{ COMPOSE_PGP, "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n", 65, CRYPT_PGP_SIGNED },
		{ COMPOSE_SMIME, "0\x80\xff\x00\r\n", 6, CRYPT_SMIME_SIGNED },
	};
	const struct compose_file file = { .name = "一覧.csv", .type = "text/csv", .bytes = BYTES("a\n", 2) };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct compose c = simple("From 日本, with trailing blank \n-- \nme");
		struct buf part;
		struct crypt found;
		struct mail *mail;
		buf_init(&part, COMPOSE_BYTES_MAX);
		c.files = &file;
		c.file_count = i / 2;
		assert_int_equal(compose_signed_part(&c, &part, NULL), 0);
		buf_reset(&out);
		assert_int_equal(compose_signed(&c, cases[i % 2].protocol, buf_bytes(&part),
						BYTES(cases[i % 2].signature, cases[i % 2].n), "pgp-sha256", &out, NULL), 0);
		mail = read_back();
		crypt_find(buf_bytes(&out), mail, arena, &found);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.items[0].kind, cases[i % 2].kind);
		assert_int_equal(found.items[0].data.n, part.n);
		assert_memory_equal(found.items[0].data.p, part.p, part.n);
		assert_string_equal(mail->text, c.text);
		if (cases[i % 2].protocol == COMPOSE_SMIME) {
			assert_int_equal(found.items[0].signature.n, cases[i % 2].n);
			assert_memory_equal(found.items[0].signature.p, cases[i % 2].signature, cases[i % 2].n);
		}
		buf_clear(&part);
	}
	assert_int_equal(compose_signed(&(struct compose){ 0 }, COMPOSE_PGP, BYTES("", 0), BYTES("", 0), "x y", &out, NULL), -EINVAL);
}

static void test_encrypted(void **state)
{
	static const char armour[] = "-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n";
	struct compose c = simple(NULL);
	struct crypt found;

	(void)state;
	buf_reset(&out);
	assert_int_equal(compose_encrypted(&c, COMPOSE_PGP, BYTES_TEXT(armour), &out, NULL), 0);
	crypt_find(buf_bytes(&out), read_back(), arena, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, CRYPT_PGP_ENCRYPTED);
	assert_non_null(memmem(found.items[0].data.p, found.items[0].data.n, "hQ==", 4));
	buf_reset(&out);
	assert_int_equal(compose_encrypted(&c, COMPOSE_SMIME, BYTES("0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x03", 13), &out, NULL), 0);
	crypt_find(buf_bytes(&out), read_back(), arena, &found);
	assert_int_equal(found.items[0].kind, CRYPT_SMIME_ENCRYPTED);
	assert_int_equal(found.items[0].data.n, 13);
}

static void test_limit(void **state)
{
	struct compose c = simple("x\n");
	struct buf small;

	(void)state;
	buf_init(&small, 100);
	assert_int_equal(compose_message(&c, &small, NULL), -E2BIG);
	buf_clear(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fields),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_nothing_breaks_out),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("mail_compose", tests, start, end);
}
