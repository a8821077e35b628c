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

/* What stands for a source. `number` is the order of appearance in the segment; the id in the file is given by the first
 * block that lists the source (ids rise with the sorted addresses of that block's new ones). While the source is not
 * listed, SOURCE_UNLISTED | number; then, first TTL << 24 | id + 1, so that its rows need not ask again. 0 is nobody. */
#define SOURCE_UNLISTED (1u << 23)

/* Eight IPv4 sources in one line of the cache, filled from the first on: the dictionary looks at all of them at once. */
#define BUCKET_SOURCES 8

struct v4_bucket {
	uint32_t address[BUCKET_SOURCES], source[BUCKET_SOURCES];
};

struct sources {
	struct v4_bucket *v4;
	struct wide_map v6;
	uint32_t *v6_source; /* by number in `v6` */
	size_t v6_room;
	uint32_t unknown; /* the unknown source */
	uint32_t count, listed;
	/* By number. */
	uint32_t *word;  /* IPv4: the address; IPv6: its number in `v6` */
	uint32_t *final; /* 0 while not listed */
	uint8_t *family;
	uint8_t *ttl;
};

/* The source of this number is listed now: rows that come later say so. */
void sources_listed(struct sources *s, uint32_t number, uint32_t final);

/* An event on its way into a block, in one piece: putting them into order then costs one look each. */
struct event_row {
	uint64_t time_ttl; /* microseconds after the day's begin << 8 | TTL */
	uint32_t source;   /* as the dictionary said when the event came */
	uint32_t pair;	   /* number */
	uint16_t class, port, source_port, length;
};

static inline uint64_t row_time(const struct event_row *row)
{
	return row->time_ttl >> 8;
}

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
