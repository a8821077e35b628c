/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Instants in the shapes of logs, mails and people. */
#include "base/cleanup.h"
#include "format/text/instant.h"

#include <setjmp.h>
#include <cmocka.h>

static void shapes(void **state)
{
	const struct {
		const char *text, *iso;
	} rows[] = {
		{ "2014-01-15T12:34:56Z", "2014-01-15T12:34:56Z" },
		{ "2014-01-15T12:34:56.789+09:00", "2014-01-15T12:34:56.789000+09:00" },
		{ "2014-01-15 12:34:56,5", "2014-01-15T12:34:56.500000" },
		{ "2014-01-15 12:34", "2014-01-15T12:34:00" },
		{ "2014/01/15 12:34:56 JST", "2014-01-15T12:34:56+09:00" },
		{ "2014/1/5 1:02:03 +0900", "2014-01-05T01:02:03+09:00" },
		{ "2014.1.15 12:34:56 (UTC)", "2014-01-15T12:34:56Z" },
		{ "2014-01-15 12:34:56 UTC+9", "2014-01-15T12:34:56+09:00" },
		{ "2014-01-15 12:34:56 GMT-0330", "2014-01-15T12:34:56-03:30" },
		{ "2014-01-15 - 12:34:56", "2014-01-15T12:34:56" },
		{ "20140115T123456Z", "2014-01-15T12:34:56Z" },
		{ "Wed, 15 Jan 2014 12:34:56 +0900 (JST)", "2014-01-15T12:34:56+09:00" },
		{ "Wed, 15 Jan 2014 12:34:56 +0900", "2014-01-15T12:34:56+09:00" },
		{ "5 Jan 2014 12:34 GMT", "2014-01-05T12:34:00Z" },
		{ "[15/Jan/2014:12:34:56 +0900]", "2014-01-15T12:34:56+09:00" },
		{ "15-Jan-2014 12:34:56.789", "2014-01-15T12:34:56.789000" },
		{ "Jan 15 12:34:56", "--01-15T12:34:56" },
		{ "Jan  5 12:34:56.25", "--01-05T12:34:56.250000" },
		{ "Wed Jan 15 12:34:56 2014", "2014-01-15T12:34:56" },
		{ "Wed Jan 15 12:34:56 JST 2014", "2014-01-15T12:34:56+09:00" },
		{ "January 15, 2014 12:34:56 EST", "2014-01-15T12:34:56-05:00" },
		{ "2014年1月15日12時34分", "2014-01-15T12:34:00" },
		{ "2014年1月15日(水) 12時34分56秒", "2014-01-15T12:34:56" },
		{ "2014年1月15日（水曜日）午後0時34分 日本時間", "2014-01-15T12:34:00+09:00" },
		{ "2014年1月15日 午後3時半", "2014-01-15T15:30:00" },
		{ "平成26年1月15日 12:34:56", "2014-01-15T12:34:56" },
		{ "令和元年5月1日 0時", "2019-05-01T00:00:00" },
		{ "1月15日 12:34", "--01-15T12:34:00" },
		{ "January 15, 2014 2:15 PM JST", "2014-01-15T14:15:00+09:00" },
		{ "15 January 2014 12:05:00 a.m.", "2014-01-15T00:05:00" },
		{ "2014-01-15 14:15 PM", NULL },
		/* Not known, or none. */
		{ "2014-01-15 12:34:56 CST", NULL },
		{ "2014-02-30 12:34:56", NULL },
		{ "2014-01-15 24:00:01", NULL },
		{ "2014-01-15", NULL },
		{ "01/02/2014 12:34:56", NULL },
		{ "2014-01/15 12:34:56", NULL },
		{ "12:34:56", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct instant instant;
		char text[CALENDAR_TEXT_MAX] = "";
		bool is_one = instant_parse(BYTES_TEXT(rows[i].text), &instant);
		if (is_one)
			instant_format(&instant, text);
		if (is_one != (rows[i].iso != NULL) || (is_one && strcmp(text, rows[i].iso) != 0))
			fail_msg("'%s' is '%s'", rows[i].text, text);
	}
}

static void times(void **state)
{
	const int64_t received = INT64_C(1389760496) * SECOND_US; /* 2014-01-15T04:34:56Z */
	const struct {
		const char *text;
		int offset_s;
		int64_t seconds;
	} rows[] = {
		{ "2014-01-15T12:34:56+09:00", 0, 1389756896 },
		{ "2014-01-15T12:34:56", 9 * 3600, 1389756896 },
		{ "Jan 15 12:34:56", 9 * 3600, 1389756896 },
		{ "Dec 31 23:59:59", 0, 1388534399 },
		{ "Jan 17 12:34:56", 0, 1389962096 - 365 * 86400 },
		{ "Feb 29 00:00:00", 0, 1330473600 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct instant instant;
		assert_true(instant_parse(BYTES_TEXT(rows[i].text), &instant));
		assert_int_equal(instant_time(&instant, rows[i].offset_s, received), rows[i].seconds * SECOND_US);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shapes), cmocka_unit_test(times) };

	return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
