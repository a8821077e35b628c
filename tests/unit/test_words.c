/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Words, their placeholders and plural forms, dates and numbers in both languages. */
#include "base/cleanup.h"
#include "engine/words/words.h"

#include <setjmp.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new();
	return calendar_set_zone("Asia/Tokyo", NULL);
}

static int teardown(void **state)
{
	*state = arena_free(*state);
	return 0;
}

static void languages_are_named(void **state)
{
	enum lang lang;

	(void)state;
	assert_true(lang_parse("ja", &lang) && lang == LANG_JA);
	assert_true(lang_parse("en-GB", &lang) && lang == LANG_EN);
	assert_false(lang_parse("e", &lang) || lang_parse("eng", &lang) || lang_parse("", &lang));
	assert_string_equal(lang_code(lang_other(LANG_EN)), "ja");
}

static void keys_are_found(void **state)
{
	(void)state;
	assert_int_equal(message_find("observe.rank", 12), MSG_OBSERVE_RANK);
	assert_int_equal(message_find("observe.rank}}", 12), MSG_OBSERVE_RANK);
	assert_int_equal(message_find("observe.ran", 11), -1);
	assert_int_equal(message_find("observe.ranks", 13), -1);
	for (int i = 0; i < MESSAGE_COUNT; i++) {
		assert_true(words(LANG_JA, (enum message)i)[0] != '\0');
		assert_true(words(LANG_EN, (enum message)i)[0] != '\0');
	}
}

static void placeholders_are_filled(void **state)
{
	struct arena *a = *state;

	assert_string_equal(words_fill(a, LANG_EN, MSG_OBSERVE_SENSORS, "count", "1", NULL), "1 sensor");
	assert_string_equal(words_fill(a, LANG_EN, MSG_OBSERVE_SENSORS, "count", "20", NULL), "20 sensors");
	assert_string_equal(words_fill(a, LANG_JA, MSG_OBSERVE_SENSORS, "count", "1", NULL), "センサー1台");
	assert_string_equal(words_fill(a, LANG_EN, MSG_OBSERVE_SENSORS, "counts", "1", NULL), "{count} sensors");
}

static void dates_and_numbers(void **state)
{
	struct arena *a = *state;
	char n[WORDS_NUMBER_MAX];
	struct date d = { 2013, 5, 18 };
	int64_t t;

	assert_string_equal(words_number(1234567, n), "1,234,567");
	assert_string_equal(words_number(-1234, n), "-1,234");
	assert_string_equal(words_number(INT64_MIN, n), "-9,223,372,036,854,775,808");
	assert_string_equal(words_date(a, LANG_JA, d), "2013年5月18日");
	assert_string_equal(words_date(a, LANG_EN, d), "18 May 2013");
	assert_string_equal(words_month_of(a, LANG_JA, 2013, 5), "2013年5月");
	assert_string_equal(words_quarter(a, LANG_EN, 2013, 2), "April to June 2013");
	assert_string_equal(words_quarter(a, LANG_JA, 2013, 2), "2013年4月～6月");
	assert_true(time_parse(BYTES_TEXT("2013-05-18T10:05:00Z"), true, &t));
	assert_string_equal(words_time(a, LANG_JA, t), "2013年5月18日 19時05分（Asia/Tokyo）");
	assert_string_equal(words_time(a, LANG_EN, t), "18 May 2013, 19:05 (Asia/Tokyo)");
}

static void regions_have_names(void **state)
{
	(void)state;
	assert_string_equal(words_region(LANG_JA, "JP"), "日本");
	assert_string_equal(words_region(LANG_EN, "JP"), "Japan");
	assert_string_equal(words_region(LANG_JA, "HK"), "香港");
	assert_string_equal(words_region(LANG_EN, "AD"), "Andorra");
	assert_string_equal(words_region(LANG_EN, "ZW"), "Zimbabwe");
	assert_string_equal(words_region(LANG_EN, "AP"), "Asia-Pacific");
	assert_null(words_region(LANG_EN, "ZZ"));
	assert_null(words_region(LANG_EN, "jp"));
	assert_null(words_region(LANG_EN, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages_are_named),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(placeholders_are_filled),
		cmocka_unit_test(dates_and_numbers),
		cmocka_unit_test(regions_have_names),
	};
	return cmocka_run_group_tests_name("words", tests, setup, teardown);
}
