/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Roll-ups: for each UTC day how many packets each sensor saw of each (protocol, kind, port) in each hour. They
 * are exact, for rare ports too; a day's cells of one segment are a chunk, and the chunks of all segments add up.
 *
 * A cell is one word: key (27 bits) | hour of the day (5) | sensor (16) | packets (16, 1..65535). A count above
 * that is several cells. Sorted cells of equal key, hour and sensor are joined by `rollup_join`. */
#ifndef OBSERVE_STORE_ROLLUP_H
#define OBSERVE_STORE_ROLLUP_H

#include "base/buf.h"
#include "base/error.h"

#define ROLLUP_PACKETS_MAX 65535u
#define ROLLUP_CHUNK_MAX (256u << 20)

/* Key: protocol (8 bits; 255 where unknown) | kind (2) | port is known (1) | port (16). */
static inline uint32_t rollup_key(uint8_t protocol, uint8_t kind, bool has_port, uint16_t port)
{
	return (uint32_t)protocol << 19 | (uint32_t)(kind & 3) << 17 | (uint32_t)has_port << 16 | port;
}

#define ROLLUP_PROTOCOL(key) ((uint8_t)((key) >> 19))
#define ROLLUP_KIND(key) ((uint8_t)((key) >> 17 & 3))
#define ROLLUP_HAS_PORT(key) (((key) >> 16 & 1) != 0)
#define ROLLUP_PORT(key) ((uint16_t)(key))
#define ROLLUP_PROTOCOL_UNKNOWN 255

static inline uint64_t rollup_cell(uint32_t key, unsigned hour, uint16_t sensor, uint32_t packets)
{
	return (uint64_t)key << 37 | (uint64_t)hour << 32 | (uint64_t)sensor << 16 | packets;
}

#define CELL_KEY(cell) ((uint32_t)((cell) >> 37))
#define CELL_HOUR(cell) ((unsigned)((cell) >> 32 & 31))
#define CELL_SENSOR(cell) ((uint16_t)((cell) >> 16))
#define CELL_PACKETS(cell) ((uint32_t)((cell) & 0xffff))
#define CELL_WHERE(cell) ((cell) >> 16)

/* Sorts and joins `count` cells in place; `scratch` holds as many. Returns how many are left. */
size_t rollup_join(uint64_t *cells, uint64_t *scratch, size_t count);

/* Adds the compressed chunk of sorted, joined cells. */
void rollup_write(struct buf *out, const uint64_t *cells, size_t count);

/* Calls `each` for every cell of a chunk, in order. -EBADMSG when the chunk is not one; a call that returns other
 * than 0 ends the walk with that. */
int rollup_read(struct bytes chunk, int (*each)(void *context, uint64_t cell), void *context, struct error *err);

/* The same into an array that the caller frees. */
int rollup_read_all(struct bytes chunk, uint64_t **ret_cells, size_t *ret_count, struct error *err);

#endif
