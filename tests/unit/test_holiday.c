/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Public holidays and business days: the law's turning points, an operator's table, and every day from 1970 to 2050
 * beside $HINOMI_SHARED/suites/calendar. */
#include "base/cleanup.h"
#include "base/holiday.h"
#include "base/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static struct date day_of(const char *text)
{
	struct date d;

	if (!date_parse(BYTES_TEXT(text), &d))
		fail_msg("%s", text);
	return d;
}

static const char *name_of(const struct holiday_table *t, const char *day)
{
	struct holiday_name name = { "", "" };

	holiday_name(t, day_of(day), &name);
	return name.ja;
}

static void law(void **state)
{
	const struct {
		const char *day, *name;
	} rows[] = {
		{ "1948-01-01", "" },           { "1948-09-23", "秋分の日" },   { "1949-01-01", "元日" },
		{ "1959-04-10", "結婚の儀" },   { "1966-02-11", "" },           { "1967-02-11", "建国記念の日" },
		{ "1973-02-12", "" },           { "1973-04-30", "振替休日" },   { "1985-05-04", "" },
		{ "1986-05-04", "" },           { "1987-05-04", "振替休日" },   { "1988-05-04", "国民の休日" },
		{ "1989-02-24", "大喪の礼" },   { "1989-04-29", "みどりの日" }, { "1999-01-15", "成人の日" },
		{ "2000-01-10", "成人の日" },   { "2000-01-15", "" },           { "2006-05-04", "国民の休日" },
		{ "2007-05-04", "みどりの日" }, { "2008-05-06", "振替休日" },   { "2009-09-22", "国民の休日" },
		{ "2019-02-23", "" },           { "2019-04-30", "国民の休日" }, { "2019-05-01", "即位の日" },
		{ "2019-05-02", "国民の休日" }, { "2019-12-23", "" },           { "2020-07-24", "スポーツの日" },
		{ "2020-10-12", "" },           { "2021-08-08", "山の日" },     { "2021-08-09", "振替休日" },
		{ "2021-08-11", "" },           { "2026-09-22", "国民の休日" }, { "2300-01-01", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(name_of(NULL, rows[i].day), rows[i].name) != 0)
			fail_msg("%s is '%s', not '%s'", rows[i].day, name_of(NULL, rows[i].day), rows[i].name);
}

static void days_between(void **state)
{
	const struct {
		const char *from, *to;
		int days;
	} rows[] = {
		{ "2009-02-26", "2009-03-03", 3 },  { "2009-02-26", "2009-02-26", 0 },
		{ "2009-03-03", "2009-02-26", -3 }, { "2009-04-28", "2009-05-07", 3 },
		{ "2014-01-04", "2014-01-06", 1 },
	};
	struct business_calendar c = { .table = NULL };
	char text[CALENDAR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(business_days_between(&c, day_of(rows[i].from), day_of(rows[i].to)), rows[i].days);
	assert_string_equal(date_format(business_add(&c, day_of("2009-02-26"), 3), text), "2009-03-03");
	assert_string_equal(date_format(business_add(&c, day_of("2009-03-03"), -3), text), "2009-02-26");
	assert_string_equal(date_format(business_add(&c, day_of("2009-03-01"), 0), text), "2009-03-01");
}

static void new_year(void **state)
{
	struct business_calendar c = { .has_new_year_off = false };

	(void)state;
	assert_int_equal(business_days_between(&c, day_of("2013-12-27"), day_of("2014-01-06")), 5);
	c.has_new_year_off = true;
	assert_int_equal(business_days_between(&c, day_of("2013-12-27"), day_of("2014-01-06")), 1);
}

static void buckets(void **state)
{
	const struct {
		int days;
		const char *name;
	} rows[] = { { -2, "0-3" }, { 3, "0-3" }, { 4, "4-7" }, { 7, "4-7" }, { 8, "8-10" }, { 11, "11+" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(business_bucket_names[business_bucket(rows[i].days)], rows[i].name);
}

/* 元日 in CP932. */
#define NEW_YEAR_CP932 "\x8c\xb3\x93\xfa"

static void table_wins(void **state)
{
	struct holiday_table *t = NULL;
	struct error err = ERROR_NONE;
	struct holiday_name name;

	(void)state;
	assert_int_equal(holiday_table_parse(BYTES_TEXT("\x8d\x91\x96\xaf,x\r\n2030/1/1," NEW_YEAR_CP932 "\r\n"
							"\"2030/7/7\",\"\x82\xa0\"\r\n"), &t, &err), 0);
	assert_int_equal(holiday_table_count(t), 2);
	assert_string_equal(name_of(t, "2030-07-07"), "あ");
	assert_true(holiday_name(t, day_of("2030-01-01"), &name));
	assert_string_equal(name.en, "New Year's Day");
	assert_string_equal(name_of(t, "2030-02-11"), "");
	assert_string_equal(name_of(t, "2031-02-11"), "建国記念の日");
	holiday_table_free(t);
}

static void table_faults(void **state)
{
	const struct {
		const char *text, *words;
	} rows[] = {
		{ "", "holds no day" },
		{ "date,name\n", "holds no day" },
		{ "date,name\n2030-02-30,x\n", "line 2" },
		{ "2030-01-01,x\n\n2030-01-02\n", "line 3" },
		{ "2030-01-01,\x81\n", "neither" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct holiday_table *t = NULL;
		struct error err = ERROR_NONE;
		assert_int_equal(holiday_table_parse(BYTES_TEXT(rows[i].text), &t, &err), -EBADMSG);
		if (!strstr(err.line, rows[i].words))
			fail_msg("'%s' does not say '%s'", err.line, rows[i].words);
	}
}

/* --- the suite --- */

static char *read_suite(size_t *ret_n)
{
	const char *shared = getenv("HINOMI_SHARED"), *source = getenv("HINOMI_SOURCE"), *required = getenv("HINOMI_SUITES");
	char path[4096];
	FILE *file;
	char *text;

	if (shared)
		snprintf(path, sizeof path, "%s/suites/calendar/holidays.yml", shared);
	else
		snprintf(path, sizeof path, "%s/../shared/suites/calendar/holidays.yml", source ? source : ".");
	file = fopen(path, "rb");
	if (!file) {
		if (required && strcmp(required, "required") == 0)
			fail_msg("%s is not there", path);
		return NULL;
	}
	text = memory_new(1, 1 << 20);
	*ret_n = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

/* The suite's word for a day: 元日 振替休日 is a substitute, 休日 a day between two (or of a single law). */
static bool is_same_name(const char *ours, const char *theirs)
{
	if (strstr(theirs, "振替休日"))
		return strcmp(ours, "振替休日") == 0;
	if (strncmp(theirs, "休日", strlen("休日")) == 0)
		return strcmp(ours, "国民の休日") == 0 || strncmp(ours, "即位", strlen("即位")) == 0;
	return strncmp(ours, theirs, strlen(ours)) == 0;
}

static void every_day_of_the_suite(void **state)
{
	size_t n = 0;
	_cleanup_free_ char *text = read_suite(&n);
	struct holiday_table *suite = NULL;
	struct error err = ERROR_NONE;
	int64_t last = date_to_days((struct date){ 2050, 12, 31 });
	size_t holidays = 0;

	(void)state;
	if (!text)
		skip();
	if (holiday_table_parse(BYTES(text, n), &suite, &err) < 0)
		fail_msg("%s", err.line);
	for (int64_t day = 0; day <= last; day++) {
		struct date d = date_from_days(day);
		struct holiday_name ours = { "", "" }, theirs = { "", "" };
		bool is_ours = holiday_name(NULL, d, &ours), is_theirs = holiday_name(suite, d, &theirs);
		if (is_ours != is_theirs || (is_ours && !is_same_name(ours.ja, theirs.ja)))
			fail_msg("%d-%d-%d is '%s', not '%s'", d.year, d.month, d.day, ours.ja, theirs.ja);
		holidays += is_ours;
	}
	assert_int_equal(holidays, holiday_table_count(suite));
	holiday_table_free(suite);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law),       cmocka_unit_test(days_between), cmocka_unit_test(new_year),
		cmocka_unit_test(buckets),   cmocka_unit_test(table_wins),   cmocka_unit_test(table_faults),
		cmocka_unit_test(every_day_of_the_suite),
	};
	return cmocka_run_group_tests_name("holiday", tests, NULL, NULL);
}
