/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Sorting cells: least significant digit first over (sensor, hour, key), passes that change nothing left out. */
#include "base/memory.h"
#include "observe/view/view_int.h"

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)

/* Digit `at` of a cell: two of the sensor, three of the hour, three of the key. */
static uint32_t digit(const struct series_cell *c, unsigned at)
{
	uint32_t word = at < 2 ? c->sensor : at < 5 ? (uint32_t)c->hour : c->key;
	unsigned shift = at < 2 ? at : at < 5 ? at - 2 : at - 5;

	return word >> (shift * DIGIT_BITS) & (DIGITS - 1);
}

static bool is_sorted(const struct series_cell *c, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct series_cell *a = &c[i - 1], *b = &c[i];
		if (a->key != b->key ? a->key > b->key
				     : a->hour != b->hour ? a->hour > b->hour : a->sensor > b->sensor)
			return false;
	}
	return true;
}

static bool pass(const struct series_cell *from, struct series_cell *to, size_t count, unsigned at)
{
	size_t starts[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		starts[digit(&from[i], at)]++;
	if (starts[digit(&from[0], at)] == count)
		return false;
	for (size_t d = 0; d < DIGITS; d++) {
		size_t here = starts[d];
		starts[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[digit(&from[i], at)]++] = from[i];
	return true;
}

void view_cells_sort(struct view_cells *c)
{
	struct series_cell *spare;

	if (c->count < 2 || is_sorted(c->cells, c->count))
		return;
	spare = memory_resize(NULL, c->count * sizeof *spare);
	c->room = c->count;
	for (unsigned at = 0; at < 8; at++)
		if (pass(c->cells, spare, c->count, at)) {
			struct series_cell *swap = c->cells;
			c->cells = spare;
			spare = swap;
		}
	free(spare);
}
