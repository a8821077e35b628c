/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What stands where in a segment file; hinomi-store(5) says the same in words. All numbers are little-endian.
 *
 *	segment: magic, blocks, roll-up chunks, footer, trailer
 *	block:   head (fixed part, classes, groups), sections
 *
 * A block holds the events of one UTC day, at most 65,536, grouped by (class, port) and in time order inside a
 * group; a class is what rarely varies: family, protocol, flags, kind, marks, known columns. Ports with few events
 * share the tail group of their class, in time order, with an explicit port for each row. */
#ifndef OBSERVE_STORE_LAYOUT_INT_H
#define OBSERVE_STORE_LAYOUT_INT_H

#include "base/bytes.h"

#define SEGMENT_MAGIC "HINOMIs1"
#define SEGMENT_END_MAGIC "HINOMIe1"
#define SEGMENT_MAGIC_BYTES 8
#define SEGMENT_FOOTER_VERSION 2u /* 1: the sources of rows were not in planes */
/* Trailer: u64 footer offset, u64 footer bytes, u64 XXH3 of the footer, end magic. */
#define SEGMENT_TRAILER_BYTES 32

#define BLOCK_MAGIC 0x31424e48u /* "HNB1" */
#define BLOCK_EVENTS_MAX 65536u
#define SEGMENT_SOURCES_MAX (1u << 18)
#define SEGMENT_EVENTS_MAX (1u << 22)
/* A port with at least as many events of one class in a block has a group of its own. */
#define GROUP_EVENTS_MIN 16u

/* Sections of a block, each an offset from its start; a section ends where the next begins. */
enum block_section {
	SECTION_NEW,        /* sources that the segment meets here first */
	SECTION_TIMES,      /* one Elias–Fano list a group: (time - first) / unit */
	SECTION_PRESENT,    /* which of the segment's sources occur */
	SECTION_CODES,      /* each row's source: its place among those present */
	SECTION_PAIRS,      /* (sensor, destination) */
	SECTION_PAIR_CODES, /* each row's pair */
	SECTION_TAIL_PORTS, /* u16 for each row of a tail group */
	SECTION_SOURCE_PORTS,
	SECTION_TTLS,
	SECTION_LENGTHS,
	SECTION_COUNT,
};

/* Fixed part of a block's head, by offset. */
enum {
	BLOCK_AT_MAGIC = 0,
	BLOCK_AT_BYTES = 4,
	BLOCK_AT_HEAD_CHECK = 8,  /* XXH3-64 of the bytes from BLOCK_AT_CHECKED to the end of the head */
	BLOCK_AT_BODY_CHECK = 16, /* XXH3-64 of the rest of the block */
	BLOCK_AT_CHECKED = 24,
	BLOCK_AT_EVENTS = 24,
	BLOCK_AT_DAY = 28, /* days since 1970-01-01, UTC */
	BLOCK_AT_FIRST = 32,
	BLOCK_AT_LAST = 40,
	BLOCK_AT_UNIT = 48,    /* microseconds that every time is a multiple of, from FIRST on */
	BLOCK_AT_CLASSES = 52, /* u32 */
	BLOCK_AT_GROUPS = 56,  /* u32, tails included */
	BLOCK_AT_PRESENT = 60, /* u32, sources that occur */
	BLOCK_AT_PAIRS = 64,   /* u32 */
	BLOCK_AT_SECTIONS = 68, /* u32 each, and the block's end */
	BLOCK_FIXED_BYTES = BLOCK_AT_SECTIONS + 4 * (SECTION_COUNT + 1),
};

/* A class: 16 bytes. */
enum {
	CLASS_AT_FAMILY = 0,
	CLASS_AT_PROTOCOL = 1,
	CLASS_AT_FLAGS = 2,
	CLASS_AT_KIND = 3,
	CLASS_AT_MARKS = 4,
	CLASS_AT_HAS_TAIL = 5, /* 1: its last group is a tail */
	CLASS_AT_KNOWN = 6,    /* u16 */
	CLASS_AT_GROUPS = 8,   /* u32, tail included */
	CLASS_AT_ROWS = 12,    /* u32 */
	CLASS_BYTES = 16,
};

/* A group: one u64: port, first row, low bits of its times, offset of its times in their section. */
#define GROUP_BYTES 8
#define GROUP_PORT(word) ((uint16_t)(word))
#define GROUP_FIRST(word) ((uint32_t)((word) >> 16 & 0x1ffff))
#define GROUP_LOW(word) ((unsigned)((word) >> 33 & 0x3f))
#define GROUP_TIMES(word) ((uint32_t)((word) >> 39))

static inline uint64_t group_word(uint16_t port, uint32_t first, unsigned low, uint32_t times)
{
	return port | (uint64_t)first << 16 | (uint64_t)low << 33 | (uint64_t)times << 39;
}

/* SECTION_NEW: u32 id of the first one, u32 counts of IPv4, IPv6 and unknown (0 or 1) sources, then the sorted
 * addresses (IPv4 as u32, IPv6 as 16 bytes in network order), then each one's first TTL (u8). */
#define NEW_FIXED_BYTES 16

/* SECTION_PRESENT: a bitmap over the segment's ids so far, or the ids as rising varint differences. */
enum present_form { PRESENT_BITMAP = 0, PRESENT_LIST = 1 };

/* Columns of 16-bit numbers that are mostly as predicted. u32 form, then:
 * EXCEPTIONS: u32 count, u16 rows (wrapping: rising), u16 values.
 * FLAGGED: u32 bit width, a bit for each row that is not as predicted, then those values packed.
 * DICTIONARY: u32 count, u16 values, then a packed code for each row. */
enum column_form { COLUMN_EXCEPTIONS = 0, COLUMN_FLAGGED = 1, COLUMN_DICTIONARY = 2 };

#endif
