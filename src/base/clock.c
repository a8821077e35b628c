/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The one place time comes from. */
#include "base/clock.h"

static int64_t clock_read(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

static int64_t shift(void)
{
	static int64_t shift_us = INT64_MIN;

	if (shift_us == INT64_MIN) {
		const char *text = getenv("HINOMI_CLOCK_SHIFT_S");
		shift_us = text ? strtoll(text, NULL, 10) * SECOND_US : 0;
	}
	return shift_us;
}

int64_t clock_now(void)
{
	return clock_read(CLOCK_REALTIME) + shift();
}

int64_t clock_steady(void)
{
	return clock_read(CLOCK_MONOTONIC);
}
