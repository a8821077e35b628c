/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a sensor leaves out, how it sees clocks jump, and what it finds in /proc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "observe/sensor/capture.h"
#include "observe/sensor/quiet.h"
#include "observe/sensor/rules.h"

#include <errno.h>

static struct event packet(const char *from, uint16_t from_port, uint8_t protocol, const char *to)
{
	struct event e = { .protocol = protocol, .source_port = from_port };
	struct address source, destination;

	assert_true(address_parse(BYTES_TEXT(from), &source) && address_parse(BYTES_TEXT(to), &destination));
	e.known = EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_PROTOCOL;
	if (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP)
		e.known |= EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT;
	e.family = source.family;
	memcpy(e.source, source.byte, 16);
	memcpy(e.destination, destination.byte, 16);
	return e;
}

static void test_rules(void **state)
{
	static struct rules r;
	static const struct {
		const char *from;
		uint16_t port;
		uint8_t protocol;
		const char *to;
		int expected;
	} cases[] = {
		{ "240.0.0.1", 4000, PROTOCOL_TCP, "198.18.1.8", -1 },
		{ "240.0.0.1", 4000, PROTOCOL_TCP, "198.18.2.8", RULE_NOT_WATCHED },
		{ "198.18.0.1", 8443, PROTOCOL_TCP, "198.18.1.8", RULE_CENTRE },
		{ "198.18.0.1", 8444, PROTOCOL_TCP, "198.18.1.8", -1 },
		{ "198.18.0.1", 8443, PROTOCOL_UDP, "198.18.1.8", -1 },
		{ "198.18.0.1", 0, PROTOCOL_ICMP, "198.18.1.8", -1 },
		{ "198.18.0.53", 53, PROTOCOL_UDP, "198.18.1.8", RULE_DNS },
		{ "198.18.0.53", 53, PROTOCOL_TCP, "198.18.1.8", RULE_DNS },
		{ "198.18.0.53", 54, PROTOCOL_UDP, "198.18.1.8", -1 },
		{ "198.18.0.54", 53, PROTOCOL_UDP, "198.18.1.8", -1 },
		{ "198.18.0.123", 123, PROTOCOL_UDP, "198.18.1.8", RULE_NTP },
		{ "198.18.0.123", 123, PROTOCOL_TCP, "198.18.1.8", -1 },
		{ "198.18.3.200", 22, PROTOCOL_TCP, "198.18.1.8", RULE_OPERATOR },
		{ "198.18.3.200", 0, PROTOCOL_ICMP, "198.18.1.8", RULE_OPERATOR },
		{ "198.18.1.8", 22, PROTOCOL_TCP, "240.0.0.1", RULE_OUTGOING },
		{ "2001:db8::5", 22, PROTOCOL_TCP, "2001:db8:1::9", -1 },
		{ "2001:db8::5", 22, PROTOCOL_TCP, "2001:db8:2::9", RULE_NOT_WATCHED },
		{ "2001:db8::5", 0, PROTOCOL_ICMPV6, "ff02::1", RULE_NOT_WATCHED },
	};

	(void)state;
	assert_int_equal(rules_add(&r, RULE_NOT_WATCHED, "198.18.1.0/28,2001:db8:1::/64", 0, NULL), 0);
	assert_int_equal(rules_add(&r, RULE_CENTRE, "198.18.0.1", 8443, NULL), 0);
	assert_int_equal(rules_add(&r, RULE_DNS, "198.18.0.53", 53, NULL), 0);
	assert_int_equal(rules_add(&r, RULE_NTP, "198.18.0.123", 123, NULL), 0);
	assert_int_equal(rules_add(&r, RULE_OPERATOR, "198.18.3.0/24", 0, NULL), 0);
	assert_int_equal(rules_add(&r, RULE_OUTGOING, "198.18.1.8", 0, NULL), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event e = packet(cases[i].from, cases[i].port, cases[i].protocol, cases[i].to);
		assert_int_equal(rules_match(&r, &e), cases[i].expected);
	}
}

static void test_no_rules(void **state)
{
	static struct rules r;
	struct event e = packet("240.0.0.1", 1, PROTOCOL_TCP, "198.18.1.8");

	(void)state;
	assert_int_equal(rules_match(&r, &e), -1);
	assert_int_equal(rules_add(&r, RULE_DNS, "198.18.0.300", 53, NULL), -EINVAL);
	assert_int_equal(rules_add(&r, RULE_DNS, "", 53, NULL), 0);
}

static void test_clocks(void **state)
{
	(void)state;
	assert_false(clock_has_jumped(0, SECOND_US, 50, SECOND_US + 50));
	assert_false(clock_has_jumped(0, SECOND_US + 1000, 50, SECOND_US + 50));
	assert_true(clock_has_jumped(0, 3600 * SECOND_US, 50, SECOND_US + 50));
	assert_true(clock_has_jumped(3600 * SECOND_US, 0, 50, SECOND_US + 50));
}

static void test_sockets_of_proc(void **state)
{
	static const struct {
		const char *line;
		bool is_tcp, is_open;
		uint16_t port;
		const char *address;
	} cases[] = {
		{ "   0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000", true, true, 631, "127.0.0.1" },
		{ "   1: 0A0012C6:0016 050012C6:C001 01 00000000:00000000", true, false, 22, "198.18.0.10" },
		{ "   2: 00000000:0035 00000000:0000 07 00000000:00000000", false, true, 53, "0.0.0.0" },
		{ "   3: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A", true, true, 22, "::1" },
		{ "  sl  local_address rem_address   st tx_queue rx_queue", true, false, 0, NULL },
		{ "", true, false, 0, NULL },
		{ "   4: 0100:0277 00000000:0000 0A", true, false, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[ADDRESS_TEXT_MAX];
		struct address a;
		uint16_t port = 0;
		assert_int_equal(quiet_parse_socket(BYTES_TEXT(cases[i].line), cases[i].is_tcp, &a, &port), cases[i].is_open);
		if (cases[i].is_open) {
			assert_int_equal(port, cases[i].port);
			assert_string_equal(address_format(&a, text), cases[i].address);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_sockets_of_proc),
	};

	return cmocka_run_group_tests_name("sensor", tests, NULL, NULL);
}
