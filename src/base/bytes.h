/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes from outside: a span that owns nothing and takes that fail at its end, so that a parser reads top to
 * bottom with no pointer sums:
 *
 *	uint16_t type;
 *	struct bytes c = frame;
 *	if (!take_skip(&c, 12) || !take_u16be(&c, &type))
 *		return -EBADMSG;
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *p;
	size_t n;
};

#define BYTES(pointer, count) ((struct bytes){ .p = (const uint8_t *)(pointer), .n = (count) })
#define BYTES_TEXT(text) BYTES((text), strlen(text))

static inline bool take_skip(struct bytes *c, size_t n)
{
	if (c->n < n)
		return false;
	c->p += n;
	c->n -= n;
	return true;
}

/* Takes `n` bytes as a span of their own. */
static inline bool take_bytes(struct bytes *c, size_t n, struct bytes *ret)
{
	if (c->n < n)
		return false;
	*ret = BYTES(c->p, n);
	return take_skip(c, n);
}

static inline bool take_u8(struct bytes *c, uint8_t *ret)
{
	if (c->n < 1)
		return false;
	*ret = c->p[0];
	return take_skip(c, 1);
}

/* Unaligned reads; the compiler makes each one instruction. */
static inline uint16_t get_u16le(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint16_t get_u16be(const uint8_t *p)
{
	return (uint16_t)(p[1] | p[0] << 8);
}

static inline uint32_t get_u32le(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t get_u32be(const uint8_t *p)
{
	return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static inline uint64_t get_u64le(const uint8_t *p)
{
	return get_u32le(p) | (uint64_t)get_u32le(p + 4) << 32;
}

static inline uint64_t get_u64be(const uint8_t *p)
{
	return get_u32be(p + 4) | (uint64_t)get_u32be(p) << 32;
}

static inline void put_u16le(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_u32le(uint8_t *p, uint32_t v)
{
	put_u16le(p, (uint16_t)v);
	put_u16le(p + 2, (uint16_t)(v >> 16));
}

static inline void put_u64le(uint8_t *p, uint64_t v)
{
	put_u32le(p, (uint32_t)v);
	put_u32le(p + 4, (uint32_t)(v >> 32));
}

#define BYTES_TAKE(name, type)                                          \
	static inline bool take_##name(struct bytes *c, type *ret)      \
	{                                                               \
		if (c->n < sizeof(type))                                \
			return false;                                   \
		*ret = get_##name(c->p);                                \
		return take_skip(c, sizeof(type));                      \
	}

BYTES_TAKE(u16le, uint16_t)
BYTES_TAKE(u16be, uint16_t)
BYTES_TAKE(u32le, uint32_t)
BYTES_TAKE(u32be, uint32_t)
BYTES_TAKE(u64le, uint64_t)
BYTES_TAKE(u64be, uint64_t)

/* Takes a LEB128 number of at most 64 bits (DWARF 5 §7.6, unsigned). */
bool take_varint(struct bytes *c, uint64_t *ret);

/* Takes the text up to `end`, which is skipped, or up to the end of the bytes; false when nothing is left. */
bool take_until(struct bytes *c, char end, struct bytes *ret);

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool bytes_is(struct bytes a, const char *text)
{
	return bytes_equal(a, BYTES_TEXT(text));
}

static inline bool bytes_starts(struct bytes a, const char *prefix)
{
	size_t n = strlen(prefix);
	return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
struct bytes bytes_trim(struct bytes a);

/* A decimal number without sign or blanks, the whole span; false when it is none or above `max`. */
bool bytes_number(struct bytes a, uint64_t max, uint64_t *ret);

#endif
