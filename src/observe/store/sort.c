/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A stable sort of 64-bit words by some of their bits. */
#include "observe/store/sort.h"

#include <stdbool.h>
#include <string.h>

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)
#define DIGITS_MAX 6 /* 64 bits */
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

/* How often each digit occurs, for all digits in one reading. */
static inline __attribute__((always_inline)) void count_digits(const uint64_t *values, size_t count, unsigned first_bit,
							       unsigned digits, uint32_t counts[][DIGITS])
{
	for (size_t i = 0; i < count; i++) {
		uint64_t v = values[i] >> first_bit;
		for (unsigned d = 0; d < digits; d++, v >>= DIGIT_BITS)
			counts[d][v & (DIGITS - 1)]++;
	}
}

static void count_all(const uint64_t *values, size_t count, unsigned first_bit, unsigned digits, uint32_t counts[][DIGITS])
{
	memset(counts, 0, digits * sizeof counts[0]);
	switch (digits) {
	case 1:
		count_digits(values, count, first_bit, 1, counts);
		return;
	case 2:
		count_digits(values, count, first_bit, 2, counts);
		return;
	case 3:
		count_digits(values, count, first_bit, 3, counts);
		return;
	default:
		count_digits(values, count, first_bit, digits, counts);
	}
}

/* Moves by one digit; false when it is the same in all, and nothing was moved. */
static bool move(const uint64_t *from, uint64_t *to, size_t count, unsigned shift, uint64_t mask, uint32_t counts[DIGITS])
{
	uint32_t sum = 0;

	if (counts[from[0] >> shift & mask] == count)
		return false;
	for (size_t d = 0; d <= mask; d++) {
		uint32_t here = counts[d];
		counts[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[counts[from[i] >> shift & mask]++] = from[i];
	return true;
}

void sort_words(uint64_t *values, uint64_t *scratch, size_t count, unsigned first_bit, unsigned bits)
{
	uint32_t counts[DIGITS_MAX][DIGITS];
	uint64_t *from = values, *to = scratch;
	unsigned digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS;

	if (bits == 0 || count < 2)
		return;
	if (count <= SMALL) {
		insert(values, count, first_bit, bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX);
		return;
	}
	count_all(values, count, first_bit, digits, counts);
	/* The last digit may be shorter: bits above it do not count. */
	if (bits % DIGIT_BITS) {
		unsigned short_bits = bits % DIGIT_BITS;
		for (uint32_t d = DIGITS - 1; d >= 1u << short_bits; d--)
			counts[digits - 1][d & ((1u << short_bits) - 1)] += counts[digits - 1][d];
	}
	for (unsigned d = 0; d < digits; d++) {
		unsigned take = bits - d * DIGIT_BITS < DIGIT_BITS ? bits - d * DIGIT_BITS : DIGIT_BITS;
		uint64_t *swap = from;
		if (move(from, to, count, first_bit + d * DIGIT_BITS, (UINT64_C(1) << take) - 1, counts[d])) {
			from = to;
			to = swap;
		}
	}
	if (from != values)
		memcpy(values, from, count * sizeof *values);
}
