/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rule that tells probe from backscatter. */
#include "base/cleanup.h"
#include "observe/packet/event.h"

#include <setjmp.h>
#include <cmocka.h>

static void kinds_follow_the_flags(void **state)
{
	const struct {
		uint8_t protocol, flags;
		uint16_t port, known;
		uint8_t kind;
	} rows[] = {
		{ PROTOCOL_TCP, TCP_SYN, 22, EVENT_HAS_PORT | EVENT_HAS_FLAGS, EVENT_PROBE },
		{ PROTOCOL_TCP, TCP_SYN | TCP_ACK, 22, EVENT_HAS_PORT | EVENT_HAS_FLAGS, EVENT_BACKSCATTER },
		{ PROTOCOL_TCP, TCP_RST | TCP_ACK, 22, EVENT_HAS_PORT | EVENT_HAS_FLAGS, EVENT_BACKSCATTER },
		{ PROTOCOL_TCP, TCP_ACK, 22, EVENT_HAS_PORT | EVENT_HAS_FLAGS, EVENT_OTHER },
		{ PROTOCOL_TCP, 0, 22, EVENT_HAS_PORT, EVENT_UNKNOWN },
		{ PROTOCOL_UDP, 0, 53, EVENT_HAS_PORT, EVENT_PROBE },
		{ PROTOCOL_ICMP, 0, 8 << 8, EVENT_HAS_PORT, EVENT_PROBE },
		{ PROTOCOL_ICMP, 0, 3 << 8 | 3, EVENT_HAS_PORT, EVENT_BACKSCATTER },
		{ PROTOCOL_ICMPV6, 0, 128 << 8, EVENT_HAS_PORT, EVENT_PROBE },
		{ PROTOCOL_ICMPV6, 0, 135 << 8, EVENT_HAS_PORT, EVENT_OTHER },
		{ 47, 0, 0, 0, EVENT_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e = { .protocol = rows[i].protocol, .flags = rows[i].flags, .port = rows[i].port };
		e.known = rows[i].known | EVENT_HAS_PROTOCOL;
		assert_int_equal(event_kind_of(&e), rows[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(kinds_follow_the_flags) };
	return cmocka_run_group_tests_name("packet_event", tests, NULL, NULL);
}
