/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A small world for tests of the series: sensors, hours, up-time and cells, in any order of putting. */
#ifndef TESTS_UNIT_SERIES_CELLS_H
#define TESTS_UNIT_SERIES_CELLS_H

#include "base/memory.h"
#include "observe/series/series.h"

struct world {
	struct series_input in;
	struct series_scope scope;
	uint16_t *up_s;
	struct series_cell *cells;
	size_t count, room;
};

/* Everybody up all the time; the period shown is the whole range. */
static inline struct world world_new(int64_t first_hour, int32_t hours, uint32_t sensors)
{
	struct world w = { .count = 0 };

	w.up_s = memory_new((size_t)hours * sensors, sizeof *w.up_s);
	for (size_t i = 0; i < (size_t)hours * sensors; i++)
		w.up_s[i] = 3600;
	w.in = (struct series_input){ .first_hour = first_hour, .last_hour = first_hour + hours,
				      .sensor_count = sensors, .up_s = w.up_s };
	w.scope = SERIES_SCOPE(first_hour, first_hour + hours);
	return w;
}

static inline void world_clear(struct world *w)
{
	free(w->up_s);
	free(w->cells);
}

static inline int32_t world_hours(const struct world *w)
{
	return (int32_t)(w->in.last_hour - w->in.first_hour);
}

static inline void world_up(struct world *w, uint32_t sensor, int32_t hour, uint16_t up_s)
{
	w->up_s[sensor * (uint32_t)world_hours(w) + (uint32_t)hour] = up_s;
}

static inline void world_put(struct world *w, uint32_t key, int32_t hour, uint32_t sensor, uint32_t packets)
{
	w->cells = memory_grow(w->cells, &w->room, w->count + 1, sizeof *w->cells);
	w->cells[w->count++] = (struct series_cell){ .key = key, .hour = hour, .sensor = (uint16_t)sensor,
						     .packets = packets };
}

static inline int world_compare(const void *a, const void *b)
{
	const struct series_cell *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return (x->sensor > y->sensor) - (x->sensor < y->sensor);
}

static inline struct series *world_make(struct world *w)
{
	if (w->count)
		qsort(w->cells, w->count, sizeof *w->cells, world_compare);
	return series_make(&w->in, w->cells, w->count, &w->scope);
}

/* xorshift64*, Vigna 2016. */
static inline uint64_t world_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

#endif
