/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Packed numbers and Elias–Fano lists (P. Elias 1974, R. Fano 1971; S. Vigna, "Quasi-succinct indices", 2013).
 *
 * Packed: `count` numbers of `width` bits each (0..64), the first in the lowest bits of the first byte; readers may
 * look at up to 8 bytes past the last one, so what is packed is followed by BITS_SLACK zero bytes.
 * In planes: of numbers of more than 8 bits the low bytes first, then what is above them, packed. Who looks for one number
 * reads a byte of each.
 * Elias–Fano: a rising list; each number's lowest `low` bits are packed, its high part is written in unary: number i
 * sets bit (high_i + i). */
#ifndef OBSERVE_STORE_BITS_H
#define OBSERVE_STORE_BITS_H

#include "base/buf.h"

#define BITS_SLACK 8

static inline uint64_t bits_load(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* Bits needed for `v`: 0 for 0. */
static inline unsigned bits_width(uint64_t v)
{
	return v ? 64u - (unsigned)__builtin_clzll(v) : 0;
}

static inline size_t bits_bytes(size_t count, unsigned width)
{
	return (count * width + 7) / 8;
}

/* Number `i` of a packed list; width 0..57. */
static inline uint64_t bits_get(const uint8_t *p, unsigned width, size_t i)
{
	size_t at = i * width;
	return bits_load(p + at / 8) >> at % 8 & ((UINT64_C(1) << width) - 1);
}

/* A writer of packed numbers into zeroed memory with slack. */
struct bits_writer {
	uint8_t *p;
	uint64_t pending;
	unsigned held;
};

static inline void bits_put(struct bits_writer *w, unsigned width, uint64_t v)
{
	w->pending |= v << w->held;
	w->held += width;
	if (w->held >= 32) {
		uint32_t word = (uint32_t)w->pending;
		memcpy(w->p, &word, sizeof word);
		w->p += 4;
		w->pending >>= 32;
		w->held -= 32;
	}
}

/* Writes what is pending; returns one past the last byte used. */
static inline uint8_t *bits_flush(struct bits_writer *w)
{
	while (w->held > 0) {
		*w->p++ = (uint8_t)w->pending;
		w->pending >>= 8;
		w->held = w->held > 8 ? w->held - 8 : 0;
	}
	return w->p;
}

/* Packs 16- or 32-bit numbers of at most 32 bits each; adds no slack. */
void bits_pack_u16(struct buf *out, const uint16_t *values, size_t count, unsigned width);
/* Numbers [first, first + count). */
void bits_unpack_u16_from(const uint8_t *p, size_t first, size_t count, unsigned width, uint16_t *ret);

void bits_pack_planes(struct buf *out, const uint16_t *values, size_t count, unsigned width);
/* Bytes of `count` numbers in planes; numbers `first` to `first + count` of `total`; which of all are `wanted`, rising: how
 * many. `ret_places` has room for `total`. */
size_t bits_planes_bytes(size_t count, unsigned width);
void bits_unpack_planes(const uint8_t *p, size_t total, size_t first, size_t count, unsigned width, uint16_t *ret);
size_t bits_find_in_planes(const uint8_t *p, size_t total, unsigned width, uint32_t wanted, uint32_t *ret_places);

/* The width of low bits that makes a list of `count` numbers up to `last` smallest. */
unsigned elias_fano_low(size_t count, uint64_t last);
/* Bytes of a list. */
size_t elias_fano_bytes(size_t count, uint64_t last, unsigned low);
/* Writes a list into zeroed `into` (elias_fano_bytes, and slack). */
void elias_fano_write(uint8_t *into, const uint64_t *values, size_t count, unsigned low);
/* Reads the whole list. `end` bounds the memory that may be read; false when the list runs past it. */
bool elias_fano_read(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, uint64_t *ret);
/* Number `i` alone; false when the list runs past `end`. */
bool elias_fano_get(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, size_t i, uint64_t *ret);
/* How many numbers are less than each of the rising `bounds`; false when the list runs past `end`. */
bool elias_fano_ranks(const uint8_t *p, const uint8_t *end, size_t count, unsigned low, const uint64_t *bounds,
		      size_t bound_count, uint32_t *ret_ranks);

#endif
