/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The encoder's parts: the segment's dictionaries, the open days, the block writer. */
#ifndef OBSERVE_STORE_ENCODE_INT_H
#define OBSERVE_STORE_ENCODE_INT_H

#include "base/buf.h"
#include "observe/store/encode.h"
#include "observe/store/layout_int.h"

/* A dictionary of 24-byte keys: class, pair or IPv6 source → number in order of appearance. */
struct wide_key {
	uint64_t word[3];
};

struct wide_map {
	struct wide_key *keys;
	uint32_t *slots; /* number + 1, 0 is empty */
	uint32_t count;
	size_t key_room, slot_mask;
};

void wide_map_init(struct wide_map *m);
void wide_map_clear(struct wide_map *m);
void wide_map_reset(struct wide_map *m);
/* The number of the key, which is added when it is new. */
uint32_t wide_map_number(struct wide_map *m, const struct wide_key *key);

/* What was looked up last, by a few bits of the key: in front of a map that mostly answers the same few keys. A key of
 * all ones is none. */
#define FRONT_SLOTS 1024

struct front {
	uint64_t key[FRONT_SLOTS];
	uint32_t number[FRONT_SLOTS];
};

/* The sources of the segment. `number` is the order of appearance; the id in the file is given by the first block that
 * lists the source (ids rise with the sorted addresses of that block's new ones). */
struct sources {
	uint64_t *v4_slots; /* address << 32 | number + 1 */
	struct wide_map v6;
	uint32_t *word;  /* IPv4: the address; IPv6: its number in `v6` */
	uint32_t *final; /* first TTL << 24 | id + 1, 0 while not listed */
	uint8_t *family;
	uint8_t *ttl;
	uint32_t count, listed;
	uint32_t unlisted_from; /* lower numbers are listed, all of them */
	uint32_t *v6_number; /* number in `v6` → number here */
	size_t v6_room;
	uint32_t unknown; /* number + 1 of the unknown source */
};

/* An event on its way into a block, in one piece: putting them into order then costs one look each. */
struct event_row {
	int64_t time;
	uint32_t source, pair; /* numbers */
	uint16_t class, port, source_port, length;
	uint8_t ttl;
};

/* The events of one open day. */
struct day_rows {
	int64_t day;
	size_t count, room;
	uint64_t last_touch; /* value of encoder.added at the last event */
	int64_t last_time;
	bool is_sorted;
	struct event_row *rows;
};

/* Roll-up cells of one open day. */
struct day_cells {
	int64_t day;
	uint64_t *cells;
	size_t count, room;
};

struct block_index {
	uint64_t offset;
	uint32_t bytes, events;
	int32_t day;
	int64_t first_us, last_us;
	uint32_t first_id, new_sources;
};

struct chunk_index {
	uint64_t offset, check;
	uint32_t bytes, cells;
	int32_t day;
};

/* Scratch of the block writer, for BLOCK_EVENTS_MAX rows. */
struct scratch;

#define OPEN_DAYS_MAX 64

struct encoder {
	struct encoder_output output;
	uint64_t file_bytes; /* of the current segment; 0: not begun */
	uint64_t added;
	size_t rows_held;
	struct day_rows days[OPEN_DAYS_MAX];
	size_t day_count;
	struct day_rows *current; /* the day of the last event */
	struct day_cells *cells;
	size_t cell_days, cell_day_room, cells_held;
	struct sources sources;
	struct wide_map classes, pairs;
	struct front class_front, pair_front;
	char (*sensor_names)[SENSOR_NAME_MAX + 1];
	size_t sensor_count, sensor_room;
	struct uptime *uptimes;
	size_t uptime_count, uptime_room;
	struct block_index *blocks;
	size_t block_count, block_room;
	struct chunk_index *chunks;
	size_t chunk_count, chunk_room;
	uint64_t segment_events;
	struct scratch *scratch;
	struct buf out;
};

/* Makes a block of all rows of the day, at most BLOCK_EVENTS_MAX, adds its cells, and empties the rows. */
int block_write(struct encoder *e, struct day_rows *rows, struct error *err);
struct scratch *scratch_new(void);
struct scratch *scratch_free(struct scratch *s);

/* Adds cells of a day to those held. */
void encoder_add_cells(struct encoder *e, int64_t day, const uint64_t *cells, size_t count);
int encoder_put(struct encoder *e, struct bytes bytes, struct error *err);

#endif
