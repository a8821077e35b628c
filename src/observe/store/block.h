/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a block. A block is untrusted bytes: `block_open` checks its head once, and every function after that
 * stays inside the block whatever its body says; `block_check` tells whether the body is as it was written. */
#ifndef OBSERVE_STORE_BLOCK_H
#define OBSERVE_STORE_BLOCK_H

#include "base/address.h"
#include "base/error.h"
#include "observe/store/layout_int.h"

/* The columns that rarely vary, one value for all rows of a group. */
struct block_class {
	uint8_t family, protocol, flags, kind, marks;
	bool has_tail;
	uint16_t known; /* enum event_known */
	uint32_t groups, rows;
};

struct block {
	struct bytes all;
	uint32_t events, class_count, group_count, present_count, pair_count, unit;
	int64_t day, first_us, last_us;
	uint32_t section[SECTION_COUNT + 1];
};

/* A walk over the groups of a block, in row order. */
struct block_group {
	struct block_class class;
	uint16_t port; /* 0 for a tail, whose rows have ports of their own */
	bool is_tail;
	uint32_t first, count;
	uint32_t tail_first; /* place of a tail's first port in its section */
	unsigned low;
	uint32_t times;
	/* of the walk */
	uint32_t next_class, next_group, groups_left, tails;
};

/* -EBADMSG: damaged. The bytes must outlive the block. */
int block_open(struct bytes bytes, struct block *ret, struct error *err);
/* For bytes that block_open took before. */
int block_reopen(struct bytes bytes, struct block *ret);
int block_check(const struct block *b, struct error *err);

void block_groups_begin(struct block_group *g);
bool block_groups_next(const struct block *b, struct block_group *g);

/* Times of a group's rows, microseconds UTC, rising. `ret` has room for `count`; false when damaged. */
bool block_times(const struct block *b, const struct block_group *g, int64_t *ret);
/* How many rows of the group lie before each of the rising instants. */
bool block_ranks(const struct block *b, const struct block_group *g, const int64_t *instants, size_t instant_count,
		 uint32_t *ret);
/* Ports of a tail's rows. */
bool block_tail_ports(const struct block *b, const struct block_group *g, uint16_t *ret);
/* The ids of the sources that occur, rising; `ret` has room for present_count. */
bool block_present(const struct block *b, uint32_t *ret);
/* Whether an id occurs, and its place among those present. */
bool block_find_present(const struct block *b, uint32_t id, uint32_t *ret_place);
/* Places of the sources of rows [first, first + count). */
bool block_codes(const struct block *b, uint32_t first, uint32_t count, uint16_t *ret);
/* The rows whose source has that place, rising, at most as many as the block has events; returns how many. */
size_t block_rows_of_source(const struct block *b, uint32_t place, uint32_t *ret_rows);

/* (sensor, destination), `ret` has room for pair_count; and the pair of each row. */
struct block_pair {
	uint16_t sensor;
	struct address destination;
};
bool block_pairs(const struct block *b, struct block_pair *ret);
bool block_pair_codes(const struct block *b, uint32_t first, uint32_t count, uint16_t *ret);

/* Whole columns of all rows; rows whose class does not know the column get 0. `codes` of all rows; `ttl_of` the
 * first TTL of each source present. */
bool block_source_ports(const struct block *b, const uint16_t *codes, uint16_t *ret);
bool block_ttls(const struct block *b, const uint16_t *codes, const uint8_t *ttl_of, uint16_t *ret);
bool block_lengths(const struct block *b, uint16_t *ret);

/* One row as an event, without its source (the caller asked for it) and with the segment's number of the sensor. Rows of
 * one source are asked for in order: `*last_port`, 0 at first, carries what its next source port is predicted by. */
struct event;
bool block_row(const struct block *b, uint32_t row, uint8_t first_ttl, uint16_t *last_port, struct event *ret);

/* The sources listed here first. */
struct block_new {
	uint32_t first_id, v4_count, v6_count, none_count;
	uint32_t v4_low;
	struct bytes v4; /* a rising list: bits.h */
	const uint8_t *v6, *ttl, *end;
};
bool block_new_sources(const struct block *b, struct block_new *ret);
/* All IPv4 addresses; the place of one. False: it is not there, or the list ends early. */
bool block_new_v4(const struct block_new *n, uint64_t *ret);
bool block_new_find_v4(const struct block_new *n, uint32_t address, uint32_t *ret_place);

#endif
