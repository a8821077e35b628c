/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* CSV records and JSON lines. */
#include "base/cleanup.h"
#include "format/text/csv.h"
#include "format/text/json_line.h"

#include <setjmp.h>
#include <cmocka.h>

/* The fields of a record, joined by '|'; "!" behind them when the record is broken. */
static void assert_fields(const char *record, const char *expected)
{
	char joined[200] = "";
	struct csv_record c = csv_begin(BYTES_TEXT(record));
	struct csv_field field;
	uint8_t text[100];

	while (csv_take_field(&c, &field)) {
		struct bytes bytes = csv_field_text(&field, text, sizeof text);
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%.*s", joined[0] ? "|" : "",
			 (int)bytes.n, (const char *)bytes.p);
	}
	if (c.is_broken)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "!");
	assert_string_equal(joined, expected);
}

static void csv_fields(void **state)
{
	(void)state;
	assert_fields("a,b,c\r\n", "a|b|c");
	assert_fields("a,,c", "a||c");
	assert_fields("a,", "a|");
	assert_fields("\"a,b\",\"c \"\"d\"\"\"\n", "a,b|c \"d\"");
	assert_fields("\"two\r\nlines\",x\n", "two\r\nlines|x");
	assert_fields("a,\"b\"c", "a!");
	assert_fields("a,\"b", "a!");
	assert_fields("a,b\"c\"", "a|b\"c\"");
}

static void csv_records_end_outside_quotes(void **state)
{
	const struct {
		const char *text;
		size_t end;
	} rows[] = { { "a,b\nc", 4 }, { "a,\"b\n\"\nc", 7 }, { "a,\"b\n", 0 }, { "a", 0 }, { "", 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(csv_record_end(BYTES_TEXT(rows[i].text)), rows[i].end);
}

static bool find(const char *line, const char *name, char *into, size_t room)
{
	struct bytes c = BYTES_TEXT(line), text;
	struct json_member m;
	uint8_t scratch[100];

	into[0] = '\0';
	if (!json_line_begin(&c))
		return false;
	while (json_line_next(&c, &m)) {
		if (!bytes_is(m.name, name))
			continue;
		text = json_member_text(&m, scratch, sizeof scratch);
		snprintf(into, room, "%.*s", (int)text.n, (const char *)text.p);
	}
	return json_line_ended(c);
}

static void json_members(void **state)
{
	const struct {
		const char *line, *value;
		bool is_json;
	} rows[] = {
		{ "{}", "", true },
		{ " { \"a\" : \"b\" , \"x\" : 1 } ", "b", true },
		{ "{\"x\":{\"a\":\"no\",\"b\":[\"]}\"]},\"a\":\"yes\"}", "yes", true },
		{ "{\"a\":\"q\\\"b\\\\n\\n\\u00e9\\u3042\\ud83d\"}",
		  "q\"b\\n\n\xc3\xa9\xe3\x81\x82\xef\xbf\xbd", true },
		{ "{\"a\":[104, 105]}", "hi", true },
		{ "{\"a\":[104, 300]}", "h", true },
		{ "{\"a\":null}", "", true },
		{ "{\"a\":\"b\",}", "b", false },
		{ "{\"a\":\"b\"", "", false },
		{ "{\"a\":\"b\"} x", "b", false },
		{ "{\"a\":\"b", "", false },
		{ "{\"a\":\"b\\", "", false },
		{ "{\"a\" \"b\"}", "", false },
		{ "{\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", "", false },
		{ "[]", "", false },
		{ "", "", false },
	};
	char value[200];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is_json = find(rows[i].line, "a", value, sizeof value);
		if (is_json != rows[i].is_json || strcmp(value, rows[i].value) != 0)
			fail_msg("%s gave '%s'", rows[i].line, value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_fields),
		cmocka_unit_test(csv_records_end_outside_quotes),
		cmocka_unit_test(json_members),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
