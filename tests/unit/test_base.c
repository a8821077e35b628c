/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The ground floor: bytes, buffers, addresses, calendars, text, JSON. */
#include "base/address.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static void takes_fail_at_the_end(void **state)
{
	struct bytes c = BYTES("\x01\x02\x03", 3);
	uint16_t v;
	uint32_t w;

	(void)state;
	assert_true(take_u16be(&c, &v));
	assert_int_equal(v, 0x0102);
	assert_false(take_u32le(&c, &w));
	assert_int_equal(c.n, 1);
}

static void varints_come_back(void **state)
{
	const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
	_cleanup_(buf_clear) struct buf b;
	struct bytes c;
	uint64_t v;

	(void)state;
	buf_init(&b, 1000);
	for (size_t i = 0; i < COUNT(values); i++)
		buf_add_varint(&b, values[i]);
	c = buf_bytes(&b);
	for (size_t i = 0; i < COUNT(values); i++) {
		assert_true(take_varint(&c, &v));
		assert_true(v == values[i]);
	}
	assert_int_equal(c.n, 0);
	c = BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	assert_false(take_varint(&c, &v));
}

static void numbers_know_their_limit(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(bytes_number(BYTES_TEXT("65535"), 65535, &v));
	assert_int_equal(v, 65535);
	assert_false(bytes_number(BYTES_TEXT("65536"), 65535, &v));
	assert_true(bytes_number(BYTES_TEXT("18446744073709551615"), UINT64_MAX, &v));
	assert_false(bytes_number(BYTES_TEXT("18446744073709551616"), UINT64_MAX, &v));
	assert_false(bytes_number(BYTES_TEXT(""), 10, &v));
	assert_false(bytes_number(BYTES_TEXT("-1"), 10, &v));
	assert_false(bytes_number(BYTES_TEXT("9"), 5, &v));
}

static void a_full_buffer_says_so(void **state)
{
	_cleanup_(buf_clear) struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_add_text(&b, "abc");
	buf_add_text(&b, "def");
	assert_true(b.is_full);
	assert_string_equal(b.p, "abc");
	buf_reset(&b);
	buf_addf(&b, "%d", 12345);
	assert_false(b.is_full);
	assert_string_equal(b.p, "12345");
}

static void addresses_parse_and_print(void **state)
{
	const char *const texts[] = { "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::" };
	char into[ADDRESS_TEXT_MAX];
	struct address a;
	struct prefix p;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_true(address_parse(BYTES_TEXT(texts[i]), &a));
		assert_string_equal(address_format(&a, into), texts[i]);
	}
	assert_false(address_parse(BYTES_TEXT("192.0.2"), &a));
	assert_false(address_parse(BYTES("192.0.2.1\0x", 11), &a));
	assert_true(prefix_parse(BYTES_TEXT("203.0.113.0/25"), &p));
	assert_true(address_parse(BYTES_TEXT("203.0.113.127"), &a));
	assert_true(prefix_holds(&p, &a));
	assert_true(address_parse(BYTES_TEXT("203.0.113.128"), &a));
	assert_false(prefix_holds(&p, &a));
	assert_false(prefix_parse(BYTES_TEXT("203.0.113.1/24"), &p));
	assert_false(prefix_parse(BYTES_TEXT("203.0.113.0/33"), &p));
	assert_false(prefix_parse(BYTES_TEXT("203.0.113.0/"), &p));
	assert_true(prefix_parse(BYTES_TEXT("0.0.0.0/0"), &p));
	assert_true(prefix_holds(&p, &a));
}

static void dates_agree_with_the_library(void **state)
{
	(void)state;
	for (int64_t days = -200000; days < 200000; days += 97) {
		time_t seconds = (time_t)(days * 86400);
		struct date d = date_from_days(days);
		struct tm tm;
		gmtime_r(&seconds, &tm);
		assert_int_equal(d.year, tm.tm_year + 1900);
		assert_int_equal(d.month, tm.tm_mon + 1);
		assert_int_equal(d.day, tm.tm_mday);
		assert_int_equal(date_to_days(d), days);
	}
}

static void times_parse_with_their_zone(void **state)
{
	struct error err = ERROR_NONE;
	char into[CALENDAR_TEXT_MAX];
	int64_t t;

	(void)state;
	assert_int_equal(calendar_set_zone("Asia/Tokyo", &err), 0);
	assert_true(time_parse(BYTES_TEXT("2013-05-18 19:00:00"), true, &t));
	assert_string_equal(time_format_utc(t, into), "2013-05-18T19:00:00Z");
	assert_string_equal(time_format_local(t, into), "2013-05-19 04:00");
	assert_true(time_parse(BYTES_TEXT("2013-05-19 04:00"), false, &t));
	assert_string_equal(time_format_utc(t, into), "2013-05-18T19:00:00Z");
	assert_true(time_parse(BYTES_TEXT("2013-05-19T04:00:00.25+09:00"), false, &t));
	assert_string_equal(time_format_utc(t, into), "2013-05-18T19:00:00.250000Z");
	assert_true(time_parse(BYTES_TEXT("2013-05-18T10:00:00-0900"), false, &t));
	assert_string_equal(time_format_utc(t, into), "2013-05-18T19:00:00Z");
	assert_false(time_parse(BYTES_TEXT("2013-02-29"), true, &t));
	assert_false(time_parse(BYTES_TEXT("2013-05-18T25:00"), true, &t));
	assert_false(time_parse(BYTES_TEXT("2013-05-18T10:00Zx"), true, &t));
}

static void days_begin_at_local_midnight(void **state)
{
	struct error err = ERROR_NONE;
	char into[CALENDAR_TEXT_MAX];

	(void)state;
	assert_int_equal(calendar_set_zone("Asia/Tokyo", &err), 0);
	assert_string_equal(time_format_utc(calendar_midnight((struct date){ 2013, 4, 1 }), into),
			    "2013-03-31T15:00:00Z");
	assert_int_equal(calendar_set_zone("Europe/Berlin", &err), 0);
	for (int day = 25; day <= 31; day++) {
		struct date d = { 2013, 3, day }, back;
		back = calendar_date(calendar_midnight(d));
		assert_int_equal(back.day, day);
		assert_int_equal(calendar_hour(calendar_midnight(d)), 0);
	}
	assert_int_equal(calendar_midnight((struct date){ 2013, 4, 1 }) - calendar_midnight((struct date){ 2013, 3, 31 }),
			 23 * HOUR_US);
	assert_int_equal(calendar_set_zone("Asia/Kolkata", &err), -EINVAL);
	assert_int_equal(calendar_set_zone("../../etc/passwd", &err), -EINVAL);
	assert_string_equal(calendar_zone(), "Europe/Berlin");
	assert_int_equal(calendar_set_zone("UTC", &err), 0);
}

static void json_escapes_what_it_must(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct json j;

	(void)state;
	buf_init(&b, 1000);
	j = json_to(&b);
	json_object(&j);
	json_key(&j, "a\"b");
	json_text(&j, "\x01\n\xff\xe7\x81\xab");
	json_key(&j, "list");
	json_array(&j);
	json_number(&j, -5);
	json_real(&j, 0.0 / 0.0);
	json_real(&j, 1.5);
	json_end(&j);
	json_end(&j);
	assert_string_equal(b.p, "{\"a\\\"b\":\"\\u0001\\n\xef\xbf\xbd\xe7\x81\xab\",\"list\":[-5,null,1.5]}");
}

static void words_near_and_far(void **state)
{
	const char *const words[] = { "import", "series", "surges", NULL };
	const struct {
		const char *text;
		uint32_t c;
		size_t left;
	} characters[] = {
		{ "a", 'a', 0 },
		{ "é", 0xe9, 0 },
		{ "火", 0x706b, 0 },
		{ "\xf0\x9f\x94\xa5", 0x1f525, 0 },
		{ "\xe7\x81", TEXT_NO_CHARACTER, 1 },
	};

	(void)state;
	assert_string_equal(text_nearest("imprt", words), "import");
	assert_null(text_nearest("zebra", words));
	assert_true(text_matches("tokyo*", "tokyo-1"));
	assert_true(text_matches("*-?", "tokyo-1"));
	assert_false(text_matches("tokyo", "tokyo-1"));
	assert_int_equal(text_width("火の見 x"), 8);
	for (size_t i = 0; i < COUNT(characters); i++) {
		struct bytes c = BYTES_TEXT(characters[i].text);
		char back[4];
		uint32_t v = 0;
		assert_true(text_take_character(&c, &v));
		assert_int_equal(v, characters[i].c);
		assert_int_equal(c.n, characters[i].left);
		if (c.n == 0)
			assert_memory_equal(back, characters[i].text, text_put_character(v, back));
	}
}

static void errors_are_one_printable_line(void **state)
{
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(error_set(&err, -EINVAL, "bad '%s'", "a\nb\x1b[2J"), -EINVAL);
	assert_string_equal(err.line, "bad 'a?b?[2J'");
	error_errno(&err, -ENOENT, "cannot open '%s'", "x.conf");
	assert_string_equal(err.line, "cannot open 'x.conf': No such file or directory");
}

static void an_arena_keeps_what_it_gave(void **state)
{
	struct arena *a = arena_new();
	char *first = arena_text(a, "first");
	char *big = arena_alloc(a, 100000);

	(void)state;
	memset(big, 'x', 100000);
	for (int i = 0; i < 10000; i++)
		arena_printf(a, "%d", i);
	assert_string_equal(first, "first");
	arena_reset(a);
	assert_ptr_equal(arena_text(a, "again"), first);
	assert_null(arena_free(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_fail_at_the_end),
		cmocka_unit_test(varints_come_back),
		cmocka_unit_test(numbers_know_their_limit),
		cmocka_unit_test(a_full_buffer_says_so),
		cmocka_unit_test(addresses_parse_and_print),
		cmocka_unit_test(dates_agree_with_the_library),
		cmocka_unit_test(times_parse_with_their_zone),
		cmocka_unit_test(days_begin_at_local_midnight),
		cmocka_unit_test(json_escapes_what_it_must),
		cmocka_unit_test(words_near_and_far),
		cmocka_unit_test(errors_are_one_printable_line),
		cmocka_unit_test(an_arena_keeps_what_it_gave),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
