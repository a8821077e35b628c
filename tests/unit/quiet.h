/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Quiet series for measuring false alarms: Poisson counts with waves of day and week and noise that lasts. Seeded. */
#ifndef TESTS_UNIT_QUIET_H
#define TESTS_UNIT_QUIET_H

#include "base/memory.h"
#include "observe/series/surge.h"

#include <math.h>
#include <stdlib.h>

#define QUIET_YEAR 8766

struct quiet_rules {
	double rate;        /* packets an hour at all sensors together */
	double noise;       /* standard deviation of the logarithm */
	double correlation; /* of one hour's noise with the next */
	double day_wave, week_wave;
	int32_t surge_from, surge_to; /* hours with `surge_times` the rate */
	double surge_times;
};

/* xorshift64*, Vigna 2016. */
static inline uint64_t quiet_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static inline double quiet_uniform(uint64_t *state)
{
	return ((double)(quiet_random(state) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double quiet_normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(quiet_uniform(state)));

	return radius * cos(2 * M_PI * quiet_uniform(state));
}

/* Knuth's product for small means; above, the sum of two halves. */
static inline int64_t quiet_poisson(double mean, uint64_t *state)
{
	double limit, product = 1;
	int64_t n = -1;

	if (mean > 30)
		return quiet_poisson(mean / 2, state) + quiet_poisson(mean - mean / 2, state);
	for (limit = exp(-mean); product > limit || n < 0; n++)
		product *= quiet_uniform(state);
	return n;
}

static inline double quiet_mean(const struct quiet_rules *r, int32_t hour)
{
	double mean = r->rate * (1 + r->day_wave * sin(2 * M_PI * hour / 24)) *
		      (1 + r->week_wave * sin(2 * M_PI * hour / 168));

	return hour >= r->surge_from && hour < r->surge_to ? mean * r->surge_times : mean;
}

static inline void quiet_fill(const struct quiet_rules *r, int64_t *micro, int32_t hours, uint64_t *seed)
{
	double noise = 0, fresh = sqrt(1 - r->correlation * r->correlation);

	for (int32_t hour = 0; hour < hours; hour++) {
		noise = r->correlation * noise + fresh * quiet_normal(seed);
		micro[hour] = quiet_poisson(quiet_mean(r, hour) * exp(r->noise * noise - r->noise * r->noise / 2),
					    seed) * SERIES_MICRO;
	}
}

/* Nine sensors, always up. */
static inline struct surge *quiet_find(const int64_t *micro, int32_t hours, double threshold, size_t *ret_count)
{
	int32_t *up_s = memory_new((size_t)hours, sizeof *up_s);
	struct surge_series series = { .hours = hours, .micro = micro, .up_s = up_s, .sensors_usual = 9 };
	struct surge_rules rules = { .threshold = threshold };
	struct surge *surges = NULL;
	size_t count = 0, room = 0;

	for (int32_t hour = 0; hour < hours; hour++)
		up_s[hour] = 9 * 3600;
	surge_find(&series, &rules, 1, &surges, &count, &room);
	free(up_s);
	*ret_count = count;
	return surges;
}

#endif
