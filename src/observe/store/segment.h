/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A segment file, mapped for reading. */
#ifndef OBSERVE_STORE_SEGMENT_H
#define OBSERVE_STORE_SEGMENT_H

#include "observe/store/block.h"
#include "observe/store/encode.h"

struct segment_block {
	uint64_t offset;
	uint32_t bytes, events;
	int64_t day, first_us, last_us;
	uint32_t first_id, new_sources;
};

struct segment_chunk {
	int64_t day;
	uint64_t offset, check;
	uint32_t bytes, cells;
};

struct segment {
	struct bytes file;
	uint64_t events;
	uint32_t sources;
	char (*sensors)[SENSOR_NAME_MAX + 1];
	struct segment_block *blocks;
	bool *is_known; /* block: its head was compared since the segment was opened */
	struct segment_chunk *chunks;
	struct uptime *uptimes;
	uint32_t sensor_count, block_count, chunk_count, uptime_count;
	int64_t first_us, last_us; /* of its events; first > last when there are none */
};

/* Maps the file behind `fd`, which may be closed afterwards, and checks its footer. -EBADMSG: damaged. */
int segment_open(int fd, struct segment *ret, struct error *err);
void segment_close(struct segment *s);

/* A block, whose head is compared with its checksum the first time. */
int segment_block(const struct segment *s, uint32_t index, struct block *ret, struct error *err);
/* The bytes of a roll-up chunk after its checksum was compared. */
int segment_chunk(const struct segment *s, uint32_t index, struct bytes *ret, struct error *err);

/* The address of each id, for ids [0, sources); the caller frees both arrays. */
int segment_sources(const struct segment *s, struct address **ret_addresses, uint8_t **ret_ttls, struct error *err);
/* The id of an address and its first TTL; false when the segment does not hold it. */
bool segment_find_source(const struct segment *s, const struct address *a, uint32_t *ret_id, uint8_t *ret_ttl);

#endif
