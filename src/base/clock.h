/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The one place time comes from. Instants are int64 microseconds since 1970-01-01T00:00:00Z, leap seconds
 * ignored as in POSIX. HINOMI_CLOCK_SHIFT_S (seconds) in the environment shifts every process of a test alike. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

/* Now, in microseconds UTC. */
int64_t clock_now(void);

/* Microseconds of a clock that never jumps, for measuring and timeouts; its zero means nothing. */
int64_t clock_steady(void);

/* Floor division for instants before 1970. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#endif
