/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Forms: what fits into a field, stamps and rates, files of the spool. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "face/public/forms.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NOW (INT64_C(1767225600) * SECOND_US)

static struct public_forms forms = { .proxy = "", .key = { 1, 2, 3 } };

static bool fits(enum form_field field, const char *text)
{
	return form_fits(field, BYTES_TEXT(text));
}

static void fields_hold_what_they_may(void **state)
{
	(void)state;
	assert_true(fits(FORM_MAIL, "") && fits(FORM_MAIL, "reporter@example.com") && fits(FORM_MAIL, "a+b@mail.example.co.jp"));
	assert_false(fits(FORM_MAIL, "reporter") || fits(FORM_MAIL, "a@b") || fits(FORM_MAIL, "a@b@c.jp") || fits(FORM_MAIL, "a b@c.jp"));
	assert_false(fits(FORM_MAIL, "a@c.jp,b@c.jp") || fits(FORM_MAIL, "a@c.jp\r\nBcc: b@c.jp") || fits(FORM_MAIL, "@c.jp"));
	assert_false(fits(FORM_MAIL, "a@c.jp.") || fits(FORM_MAIL, "a@.jp") || fits(FORM_MAIL, "<a@c.jp>"));
	assert_true(fits(FORM_CLOCK, "-30") && fits(FORM_CLOCK, "+5") && fits(FORM_CLOCK, "86400"));
	assert_false(fits(FORM_CLOCK, "86401") || fits(FORM_CLOCK, "-") || fits(FORM_CLOCK, "1.5"));
	assert_true(fits(FORM_SHARE, "yes") && fits(FORM_SHARE, "no"));
	assert_false(fits(FORM_SHARE, "maybe"));
	assert_true(fits(FORM_LOG, "a\tb\nc"));
	assert_false(fits(FORM_NAME, "a\nb") || fits(FORM_LOG, "\x1b[31m") || fits(FORM_WHAT, "\xff") || form_fits(FORM_WHAT, BYTES("a\0b", 3)));
}

static void a_stamp_is_good_for_a_day(void **state)
{
	struct public_forms other = { .proxy = "", .key = { 9 } };
	struct arena *a = arena_new();
	const char *stamp = forms_stamp(&forms, a, NOW);

	(void)state;
	assert_int_equal(forms_check_stamp(&forms, stamp, NOW), STAMP_EARLY);
	assert_int_equal(forms_check_stamp(&forms, stamp, NOW + 2 * SECOND_US), STAMP_GOOD);
	assert_int_equal(forms_check_stamp(&forms, stamp, NOW + 24 * HOUR_US), STAMP_GOOD);
	assert_int_equal(forms_check_stamp(&forms, stamp, NOW + 24 * HOUR_US + SECOND_US), STAMP_OLD);
	assert_int_equal(forms_check_stamp(&forms, stamp, NOW - SECOND_US), STAMP_OLD);
	assert_int_equal(forms_check_stamp(&other, stamp, NOW + 2 * SECOND_US), STAMP_OLD);
	assert_int_equal(forms_check_stamp(&forms, "", NOW), STAMP_OLD);
	assert_int_equal(forms_check_stamp(&forms, "1-", NOW), STAMP_OLD);
	arena_free(a);
}

static void an_address_waits_after_a_dozen(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++)
		assert_true(forms_may_send(&forms, "2001:db8::1", NOW));
	assert_false(forms_may_send(&forms, "2001:db8::2", NOW));
	assert_true(forms_may_send(&forms, "2001:db8:0:1::2", NOW));
	assert_true(forms_may_send(&forms, "192.0.2.1", NOW));
	assert_false(forms_may_send(&forms, "2001:db8::1", NOW + 50 * SECOND_US));
	assert_true(forms_may_send(&forms, "2001:db8::1", NOW + 61 * SECOND_US));
	assert_false(forms_may_send(&forms, "2001:db8::1", NOW + 61 * SECOND_US));
}

static void a_number_is_the_beginning_of_the_hash(void **state)
{
	char hash[FORM_HASH_TEXT + 1], number[FORM_NUMBER_TEXT + 1];

	(void)state;
	forms_hash("abc", hash);
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	form_number(hash, number);
	assert_string_equal(number, "WBA7816BF8F");
	assert_true(form_is_hash(BYTES_TEXT(hash)));
	assert_false(form_is_hash(BYTES_TEXT(number)));
}

/* Each file that ends too early is damaged, and none reads past its end. */
static void a_file_is_read_whole_or_not(void **state)
{
	struct form f = { .kind = FORM_REPORT, .hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			  .received_at = NOW }, again;
	struct arena *a = arena_new();
	_cleanup_(buf_clear) struct buf b;

	(void)state;
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		f.text[i] = "";
	f.text[FORM_WHAT] = "what\nend 0\n\n";
	f.files[f.file_count++] = (struct form_file){ "log.txt", "text/plain", BYTES("a\0b\n", 4) };
	buf_init(&b, FORM_BYTES_MAX);
	form_format(&f, &b);
	assert_int_equal(form_parse(buf_bytes(&b), a, &again, NULL), 0);
	assert_string_equal(again.text[FORM_WHAT], f.text[FORM_WHAT]);
	assert_true(again.received_at == NOW && again.file_count == 1 && bytes_equal(again.files[0].bytes, f.files[0].bytes));
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(form_parse(BYTES(b.p, n), a, &again, NULL), -EBADMSG);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_hold_what_they_may),          cmocka_unit_test(a_stamp_is_good_for_a_day),
		cmocka_unit_test(an_address_waits_after_a_dozen),     cmocka_unit_test(a_number_is_the_beginning_of_the_hash),
		cmocka_unit_test(a_file_is_read_whole_or_not),
	};
	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
