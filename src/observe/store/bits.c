/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Packed numbers and Elias–Fano lists. */
#include "observe/store/bits.h"

#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the store is little-endian and so are its hosts");

void bits_pack_u16(struct buf *out, const uint16_t *values, size_t count, unsigned width)
{
	size_t bytes = bits_bytes(count, width);
	struct bits_writer w = { .p = buf_extend(out, bytes) };

	if (!w.p || bytes == 0)
		return;
	if (width == 16) {
		memcpy(w.p, values, bytes);
		return;
	}
	for (size_t i = 0; i < count; i++)
		bits_put(&w, width, values[i]);
	bits_flush(&w);
}

void bits_unpack_u16_from(const uint8_t *p, size_t first, size_t count, unsigned width, uint16_t *ret)
{
	uint64_t mask = (UINT64_C(1) << width) - 1;
	size_t at = first * width;

	assert(width <= 16);
	if (width == 16) {
		memcpy(ret, p + first * 2, count * 2);
		return;
	}
	if (width == 8) {
		for (size_t i = 0; i < count; i++)
			ret[i] = p[first + i];
		return;
	}
	for (size_t i = 0; i < count; i++, at += width)
		ret[i] = (uint16_t)(bits_load(p + at / 8) >> at % 8 & mask);
}

/* --- planes --- */

#define PLANE_BITS 8

void bits_pack_planes(struct buf *out, const uint16_t *values, size_t count, unsigned width)
{
	struct bits_writer w;
	uint8_t *low;

	if (width <= PLANE_BITS) {
		bits_pack_u16(out, values, count, width);
		return;
	}
	low = buf_extend(out, bits_planes_bytes(count, width));
	if (!low)
		return;
	for (size_t i = 0; i < count; i++)
		low[i] = (uint8_t)values[i];
	w = (struct bits_writer){ .p = low + count };
	if (width == 2 * PLANE_BITS) {
		for (size_t i = 0; i < count; i++)
			w.p[i] = (uint8_t)(values[i] >> PLANE_BITS);
		return;
	}
	for (size_t i = 0; i < count; i++)
		bits_put(&w, width - PLANE_BITS, values[i] >> PLANE_BITS);
	bits_flush(&w);
}

size_t bits_planes_bytes(size_t count, unsigned width)
{
	return width <= PLANE_BITS ? bits_bytes(count, width) : count + bits_bytes(count, width - PLANE_BITS);
}

void bits_unpack_planes(const uint8_t *p, size_t total, size_t first, size_t count, unsigned width, uint16_t *ret)
{
	const uint8_t *low = p + first;

	if (width <= PLANE_BITS) {
		bits_unpack_u16_from(p, first, count, width, ret);
		return;
	}
	bits_unpack_u16_from(p + total, first, count, width - PLANE_BITS, ret);
	for (size_t i = 0; i < count; i++)
		ret[i] = (uint16_t)(ret[i] << PLANE_BITS | low[i]);
}

/* Which of the 64 bytes at `p` are `wanted`, a bit each. */
#ifdef __SSE2__
static uint64_t same_bytes(const uint8_t *p, uint8_t wanted)
{
	const __m128i all = _mm_set1_epi8((char)wanted);
	uint64_t same = 0;

	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		same |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, all)) << 16 * i;
	}
	return same;
}
#else
static uint64_t same_bytes(const uint8_t *p, uint8_t wanted)
{
	uint64_t same = 0;

	for (int i = 0; i < 64; i++)
		same |= (uint64_t)(p[i] == wanted) << i;
	return same;
}
#endif

/* Bytes that are `wanted`, rising. */
static size_t find_bytes(const uint8_t *p, size_t count, uint8_t wanted, uint32_t *ret_places)
{
	size_t found = 0, at = 0;

	for (; at + 64 <= count; at += 64)
		for (uint64_t same = same_bytes(p + at, wanted); same; same &= same - 1)
			ret_places[found++] = (uint32_t)(at + (size_t)__builtin_ctzll(same));
	for (; at < count; at++)
		if (p[at] == wanted)
			ret_places[found++] = (uint32_t)at;
	return found;
}

size_t bits_find_in_planes(const uint8_t *p, size_t total, unsigned width, uint32_t wanted, uint32_t *ret_places)
{
	size_t found = 0, count;

	if (width <= PLANE_BITS) {
		for (size_t at = 0; at < total; at++)
			if (bits_get(p, width, at) == wanted)
				ret_places[found++] = (uint32_t)at;
		return found;
	}
	/* One in 256 is found by chance. All are looked at together and without a branch, as each waits for memory. */
	count = find_bytes(p, total, (uint8_t)wanted, ret_places);
	for (size_t i = 0; i < count; i++) {
		uint32_t at = ret_places[i];
		ret_places[found] = at;
		found += bits_get(p + total, width - PLANE_BITS, at) == wanted >> PLANE_BITS;
	}
	return found;
}

unsigned elias_fano_low(size_t count, uint64_t last)
{
	uint64_t each = count ? last / count : 0;

	return each ? bits_width(each) - 1 : 0;
}

static size_t low_bytes(size_t count, unsigned low)
{
	return bits_bytes(count, low);
}

size_t elias_fano_bytes(size_t count, uint64_t last, unsigned low)
{
	return low_bytes(count, low) + (size_t)((last >> low) + count + 7) / 8;
}

void elias_fano_write(uint8_t *into, const uint64_t *values, size_t count, unsigned low)
{
	struct bits_writer w = { .p = into };
	uint8_t *high = into + low_bytes(count, low);
	uint64_t mask = (UINT64_C(1) << low) - 1;

	if (low <= 32) {
		for (size_t i = 0; i < count; i++)
			bits_put(&w, low, values[i] & mask);
	} else {
		for (size_t i = 0; i < count; i++) {
			bits_put(&w, 32, values[i] & UINT32_MAX);
			bits_put(&w, low - 32, (values[i] & mask) >> 32);
		}
	}
	bits_flush(&w);
	for (size_t i = 0; i < count; i++) {
		uint64_t bit = (values[i] >> low) + i;
		high[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
}

/* The word of unary bits at `p`, bits past `end` as zero. */
static uint64_t load_until(const uint8_t *p, const uint8_t *end)
{
	uint64_t v = 0;

	if (end - p >= 8)
		return bits_load(p);
	if (p < end)
		memcpy(&v, p, (size_t)(end - p));
	return v;
}

bool elias_fano_read(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, uint64_t *ret)
{
	const uint8_t *high = p + low_bytes(count, low);
	uint64_t mask = (UINT64_C(1) << low) - 1, base = 0;
	size_t i = 0, at = 0;

	if (low > 56 || (size_t)(end - p) < low_bytes(count, low) + BITS_SLACK)
		return false;
	while (i < count) {
		uint64_t word;
		if (high >= end)
			return false;
		word = load_until(high, end);
		while (word && i < count) {
			uint64_t bit = base + (unsigned)__builtin_ctzll(word);
			ret[i] = (bit - i) << low | (bits_load(p + at / 8) >> at % 8 & mask);
			at += low;
			word &= word - 1;
			i++;
		}
		base += 64;
		high += 8;
	}
	return true;
}

bool elias_fano_get(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, size_t i, uint64_t *ret)
{
	const uint8_t *high = p + low_bytes(count, low);
	uint64_t base = 0, word;
	size_t left = i;

	if (low > 56 || i >= count || (size_t)(end - p) < low_bytes(count, low) + BITS_SLACK)
		return false;
	for (;; high += 8, base += 64) {
		size_t ones;
		if (high >= end)
			return false;
		word = load_until(high, end);
		ones = (size_t)__builtin_popcountll(word);
		if (left < ones)
			break;
		left -= ones;
	}
	for (; left; left--)
		word &= word - 1;
	*ret = (base + (unsigned)__builtin_ctzll(word) - i) << low | bits_get(p, low, i);
	return true;
}

/* A walk over the unary part: `ones` numbers lie before the word at `high`, whose first bit is number `base`. */
struct unary_walk {
	const uint8_t *high, *end;
	uint64_t base, word;
	size_t ones;
	unsigned word_ones;
};

static bool unary_next(struct unary_walk *w)
{
	if (w->high >= w->end)
		return false;
	w->word = load_until(w->high, w->end);
	w->word_ones = (unsigned)__builtin_popcountll(w->word);
	return true;
}

static void unary_advance(struct unary_walk *w)
{
	w->ones += w->word_ones;
	w->base += 64;
	w->high += 8;
}

/* How many ones stand before zero number `zeros` (from 1) of a word that has so many; 0 asks for none. Halves of the word
 * are passed over by their number of zeros. */
static unsigned ones_before_zero(uint64_t word, unsigned zeros)
{
	unsigned at = 0, ones = 0;

	if (zeros == 0)
		return 0;
	for (unsigned width = 32; width >= 1; width /= 2) {
		uint64_t part = word >> at & ((UINT64_C(1) << width) - 1);
		unsigned ones_here = (unsigned)__builtin_popcountll(part), zeros_here = width - ones_here;
		if (zeros > zeros_here) {
			zeros -= zeros_here;
			ones += ones_here;
			at += width;
		}
	}
	/* The bit at `at` is that zero. */
	return ones;
}

/* Numbers whose high part is less than `high_part`: the ones before zero number `high_part`. */
static bool rank_of_high(struct unary_walk *w, size_t count, uint64_t high_part, size_t *ret)
{
	for (;;) {
		uint64_t zeros_before = w->base - w->ones;
		if (w->ones >= count) {
			*ret = count;
			return true;
		}
		if (zeros_before + (64 - w->word_ones) >= high_part)
			break;
		unary_advance(w);
		if (w->ones < count && !unary_next(w))
			return false;
	}
	*ret = w->ones + ones_before_zero(w->word, (unsigned)(high_part - (w->base - w->ones)));
	*ret = *ret < count ? *ret : count;
	return true;
}

bool elias_fano_ranks(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, const uint64_t *bounds,
		      size_t bound_count, uint32_t *ret_ranks)
{
	struct unary_walk w = { .high = p + low_bytes(count, low), .end = end };
	uint64_t mask = (UINT64_C(1) << low) - 1;

	if (low > 56 || (size_t)(end - p) < low_bytes(count, low) + BITS_SLACK)
		return false;
	if (count && !unary_next(&w))
		return false;
	for (size_t b = 0; b < bound_count; b++) {
		size_t rank, next;
		struct unary_walk after;
		if (!rank_of_high(&w, count, bounds[b] >> low, &rank))
			return false;
		after = w;
		if (!rank_of_high(&after, count, (bounds[b] >> low) + 1, &next))
			return false;
		while (rank < next && bits_get(p, low, rank) < (bounds[b] & mask))
			rank++;
		ret_ranks[b] = (uint32_t)rank;
	}
	return true;
}
