/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* From prefixes to ranges. Addresses are 128-bit numbers whose first bits are the address: an IPv4 address stands in
 * the first 32, so that one code serves both families. */
#ifndef ENGINE_PLACE_PLACE_INT_H
#define ENGINE_PLACE_PLACE_INT_H

#include "base/buf.h"
#include "engine/place/place.h"
#include "format/registry/registry.h"

#include <stddef.h>

#define PLACE_PREFIXES_MAX 3000000u

__extension__ typedef unsigned __int128 place_number;

/* A prefix as the builder keeps it: 32 bytes, since there are millions. */
struct place_item {
	uint64_t high, low;
	uint32_t order, as;
	uint16_t country; /* first letter << 8 | second */
	uint8_t bits, family;
};

struct place_builder {
	struct place_item *items;
	size_t count, room;
};

/* A range reaches from its start to the next one's; `country` and `as` 0: nobody's. */
struct place_range {
	place_number start;
	uint32_t as;
	uint16_t country;
};

/* A registry_prefix_fn whose context is the builder. -E2BIG. */
int place_builder_add(void *builder, const struct registry_prefix *p);
void place_builder_clear(struct place_builder *b);

/* Gives the ranges, family 4 first, with rising starts. */
typedef void place_range_fn(void *context, uint8_t family, const struct place_range *range);
void place_builder_finish(struct place_builder *b, place_range_fn *each, void *context);

/* Ranges as the child sends them; `place_take` adds a frame of one family to the table, -EBADMSG unless its starts
 * rise. */
#define PLACE_RANGE_BYTES 22
void place_range_put(struct buf *out, const struct place_range *range);
int place_take(struct place_table *t, uint8_t family, struct bytes frame);
/* After the last frame. */
struct place_table *place_table_new(void);
void place_table_index(struct place_table *t);
struct place_about *place_table_about_of(struct place_table *t);

#endif
