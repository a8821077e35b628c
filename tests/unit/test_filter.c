/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The filter language: what matches, what does not, what is unknown, what is wrong. */
#include "base/cleanup.h"
#include "observe/query/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *sensor(void *context, uint16_t number)
{
	(void)context;
	return number ? "tokyo-1" : "osaka";
}

static struct place place(void *context, const struct address *source)
{
	struct place unknown = { .country = "" }, japan = { .country = "JP", .as = 64503 };

	(void)context;
	return source->byte[0] == 242 ? japan : unknown;
}

static struct event sql_probe(void)
{
	struct event e = { .family = 4, .protocol = PROTOCOL_TCP, .flags = TCP_SYN, .port = 1433, .source_port = 6000,
			   .ttl = 50, .length = 40, .sensor = 1, .kind = EVENT_PROBE, .marks = EVENT_MARK_ZMAP };

	e.known = EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT | EVENT_HAS_FLAGS |
		  EVENT_HAS_TTL | EVENT_HAS_LENGTH | EVENT_HAS_PROTOCOL;
	memcpy(e.source, address_v4(0xcb007105).byte, 16);      /* 203.0.113.5 */
	memcpy(e.destination, address_v4(0xc612000a).byte, 16); /* 198.18.0.10 */
	return e;
}

static bool matches(const char *text, const struct event *e)
{
	const struct filter_context context = { NULL, sensor, place };
	struct error err = ERROR_NONE;
	struct filter *f;
	bool result;

	if (filter_parse(BYTES_TEXT(text), &f, &err) < 0)
		fail_msg("%s: %s", text, err.line);
	result = filter_matches(f, e, &context);
	if (result) {
		assert_true(filter_may_match(f, e, true));
		assert_true(filter_may_match(f, e, false));
	}
	filter_free(f);
	return result;
}

static void words_match(void **state)
{
	const char *const yes[] = {
		"", "any", "tcp", "proto tcp", "proto 6", "dport 1433", "port 1433", "dport 1-2000", "dport 22,1433",
		"dport > 1024", "dport >= 1433", "dport <= 1433", "sport 6000", "src 203.0.113.5", "src net 203.0.113.0/24",
		"dst net 198.18.0.0/15", "sensor tokyo*", "sensor tokyo-?", "kind probe", "flags S", "ttl < 64", "length 40",
		"mark zmap", "mark any", "known ttl", "ip", "not ip6", "not udp", "tcp dport 1433",
		"proto tcp and dport 1433 and src net 203.0.113.0/24 and sensor tokyo*", "udp or tcp and dport 1433",
		"(udp or tcp) and dport 1433", "!(udp or icmp)", "not not tcp", "NOT udp AND TCP",
	};
	const char *const no[] = {
		"udp", "dport 22", "dport 1-1432", "dport < 1433", "src net 203.0.114.0/24", "sensor osaka", "kind backscatter",
		"flags SA", "ttl >= 64", "mark mirai", "ip6", "not tcp", "icmptype 8", "tcp and not dport 1433",
		"(udp or tcp) and dport 22", "known icmpcode",
	};
	struct event e = sql_probe();

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!matches(yes[i], &e))
			fail_msg("does not match: %s", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (matches(no[i], &e))
			fail_msg("matches: %s", no[i]);
}

static void unknown_is_neither(void **state)
{
	struct event e = sql_probe();

	(void)state;
	e.known &= (uint16_t)~(EVENT_HAS_TTL | EVENT_HAS_PORT | EVENT_HAS_SOURCE);
	assert_false(matches("ttl < 64", &e));
	assert_false(matches("not ttl < 64", &e));
	assert_false(matches("dport 80", &e));
	assert_false(matches("not dport 80", &e));
	assert_false(matches("src 203.0.113.5", &e));
	assert_false(matches("country JP", &e));
	assert_false(matches("not country JP", &e));
	assert_true(matches("not known ttl", &e));
	assert_true(matches("ttl < 64 or tcp", &e));
	assert_false(matches("not (ttl < 64 and tcp)", &e));
}

static void places_are_asked_for(void **state)
{
	struct event e = sql_probe();

	(void)state;
	assert_false(matches("country JP", &e));
	e.source[0] = 242;
	assert_true(matches("country jp", &e));
	assert_true(matches("as 64503", &e));
	assert_true(matches("not country CN", &e));
}

static void icmp_has_types_not_ports(void **state)
{
	struct event e = { .family = 4, .protocol = PROTOCOL_ICMP, .port = 8 << 8, .kind = EVENT_PROBE };

	(void)state;
	e.known = EVENT_HAS_PORT | EVENT_HAS_PROTOCOL;
	assert_true(matches("icmp and icmptype 8", &e));
	assert_false(matches("icmpcode 0", &e));
	e.known |= EVENT_HAS_CODE;
	assert_true(matches("icmpcode 0", &e));
	assert_false(matches("dport 2048", &e));
}

static void wrong_ones_say_where(void **state)
{
	const char *const wrong[] = {
		"dport", "dport http", "dport 70000", "dport 5-3", "dport 1,", "proto", "proto xyz", "src", "src net",
		"src net 203.0.113.1/24", "src nonsense", "(tcp", "tcp)", "tcp and", "or tcp", "not", "country JPN", "ttl <",
		"dport < 0", "flags XY", "kind blue", "1433", "tcp and and udp", "\xff", "dport 1-", "dport -1", "sensor",
	};
	struct error err;
	struct filter *f;
	char deep[300];

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		err = ERROR_NONE;
		if (filter_parse(BYTES_TEXT(wrong[i]), &f, &err) != -EINVAL)
			fail_msg("accepted: %s", wrong[i]);
		assert_memory_equal(err.line, "filter: ", 8);
	}
	err = ERROR_NONE;
	assert_int_equal(filter_parse(BYTES_TEXT("dprt 22"), &f, &err), -EINVAL);
	assert_string_equal(err.hint, "did you mean 'dport'?");
	memset(deep, '(', sizeof deep);
	assert_int_equal(filter_parse(BYTES(deep, sizeof deep), &f, &err), -EINVAL);
}

static void needs_tell_what_rollups_can_answer(void **state)
{
	struct error err = ERROR_NONE;
	struct filter *f;

	(void)state;
	assert_int_equal(filter_parse(BYTES_TEXT("tcp dport 22 sensor x kind probe icmptype 8"), &f, &err), 0);
	assert_int_equal(filter_needs(f), 0);
	filter_free(f);
	assert_int_equal(filter_parse(BYTES_TEXT("tcp and country JP"), &f, &err), 0);
	assert_true(filter_needs(f) & FILTER_NEEDS_PLACE);
	filter_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_match),		 cmocka_unit_test(unknown_is_neither),
		cmocka_unit_test(places_are_asked_for), cmocka_unit_test(icmp_has_types_not_ports),
		cmocka_unit_test(wrong_ones_say_where), cmocka_unit_test(needs_tell_what_rollups_can_answer),
	};
	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
