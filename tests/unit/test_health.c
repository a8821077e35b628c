/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Whether a sensor is well. */
#include "base/cleanup.h"
#include "observe/delivery/health.h"

#include <setjmp.h>
#include <cmocka.h>

#define NOW (INT64_C(1368900000) * SECOND_US)
#define SILENCE (90 * 60 * SECOND_US)

static const struct roster_sensor enrolled = { .name = "tokyo", .has_key = true };

static struct sensor_status well(void)
{
	return (struct sensor_status){ .heartbeat_us = NOW - 60 * SECOND_US, .sent_us = NOW, .clock_error_us = 1000 };
}

static void assert_says(unsigned health, const char *words)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, 128);
	health_format(health, &text);
	assert_string_equal(text.p, words);
}

static void a_sensor_that_speaks_is_up(void **state)
{
	struct sensor_status s = well();

	(void)state;
	assert_says(health_of(&enrolled, &s, NOW, SILENCE), "up");
	s.clock_error_us = WIRE_UNKNOWN;
	assert_says(health_of(&enrolled, &s, NOW, SILENCE), "up");
}

static void what_is_wrong_is_named(void **state)
{
	struct sensor_status s = well();

	(void)state;
	assert_says(health_of(&enrolled, NULL, NOW, SILENCE), "silent");
	s.heartbeat_us = NOW - SILENCE;
	assert_says(health_of(&enrolled, &s, NOW, SILENCE), "up");
	s.heartbeat_us--;
	assert_says(health_of(&enrolled, &s, NOW, SILENCE), "silent");
	s.oldest_us = s.sent_us - HEALTH_BACKLOG_US - 1;
	s.clock_error_us = -HEALTH_CLOCK_US - 1;
	assert_says(health_of(&enrolled, &s, NOW, SILENCE), "silent, backlog, clock");
}

static void who_is_not_asked_is_not_wrong(void **state)
{
	const struct roster_sensor revoked = { .has_key = true, .is_revoked = true }, invited = { .has_code = true };

	(void)state;
	assert_says(health_of(&revoked, NULL, NOW, SILENCE), "revoked");
	assert_says(health_of(&invited, NULL, NOW, SILENCE), "invited");
	assert_int_equal(health_of(&revoked, NULL, NOW, SILENCE) & HEALTH_WRONG, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sensor_that_speaks_is_up),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(who_is_not_asked_is_not_wrong),
	};
	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
