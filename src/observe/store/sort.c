/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A stable sort of 64-bit words by some of their bits. */
#include "observe/store/sort.h"

#include <stdbool.h>

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)
#define SMALL 64

static void insert(uint64_t *values, size_t count, unsigned first_bit, uint64_t mask)
{
	for (size_t i = 1; i < count; i++) {
		uint64_t v = values[i], key = v >> first_bit & mask;
		size_t j = i;
		for (; j > 0 && (values[j - 1] >> first_bit & mask) > key; j--)
			values[j] = values[j - 1];
		values[j] = v;
	}
}

/* False when all digits are the same, and nothing was moved. */
static bool one_pass(const uint64_t *from, uint64_t *to, size_t count, unsigned shift, uint64_t mask)
{
	uint32_t starts[DIGITS] = { 0 };
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		starts[from[i] >> shift & mask]++;
	if (starts[from[0] >> shift & mask] == count)
		return false;
	for (size_t d = 0; d <= mask; d++) {
		uint32_t here = starts[d];
		starts[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[from[i] >> shift & mask]++] = from[i];
	return true;
}

void sort_words(uint64_t *values, uint64_t *scratch, size_t count, unsigned first_bit, unsigned bits)
{
	uint64_t *from = values, *to = scratch;

	if (bits == 0 || count < 2)
		return;
	if (count <= SMALL) {
		insert(values, count, first_bit, bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX);
		return;
	}
	while (bits > 0) {
		unsigned take = bits < DIGIT_BITS ? bits : DIGIT_BITS;
		uint64_t *swap = from;
		bool has_moved = one_pass(from, to, count, first_bit, (UINT64_C(1) << take) - 1);
		first_bit += take;
		bits -= take;
		if (has_moved) {
			from = to;
			to = swap;
		}
	}
	if (from != values)
		for (size_t i = 0; i < count; i++)
			values[i] = from[i];
}
