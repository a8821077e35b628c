/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Batches on the sensor's disk until the centre's receipt: one file each, whole or not there. The spool is bounded; what
 * it must drop it counts, and the count is on disk before the file is gone.
 *
 * A file is called <time>-<boot>-<number>.batch (hexadecimal; the time is that of the batch's first moment), so that
 * names sort by age. It holds the line "hinomi spool 1\n", u32 events, the content (wire.h) and a BLAKE2b of all before. */
#ifndef OBSERVE_DELIVERY_SPOOL_H
#define OBSERVE_DELIVERY_SPOOL_H

#include "observe/delivery/wire.h"

enum spool_full {
	SPOOL_DROP_OLDEST, /* what is new counts more */
	SPOOL_DROP_NEWEST, /* what is there stays */
};

struct spool_item {
	int64_t time_us;
	uint64_t boot, number;
	uint64_t bytes; /* on disk */
	uint32_t events;
};

/* What the centre refused for good, and what was found damaged, stays beside: at most this part of `bytes_max`. */
#define SPOOL_ASIDE_PART 8

struct spool_aside {
	struct spool_item item;
	bool is_damaged;
};

struct spool {
	int folder; /* owned */
	enum spool_full full;
	uint64_t bytes_max, bytes;
	uint64_t dropped_batches, dropped_events; /* ever; with those dropped from what was put aside */
	uint64_t damaged;                         /* files found damaged; they are kept aside */
	struct spool_aside *aside;                /* oldest first */
	size_t aside_count, aside_room;
	uint64_t aside_bytes;
	struct spool_item *items; /* oldest first */
	size_t count, room;
};

/* Takes the descriptor. Reads what is there; what a crash left half is removed. */
int spool_open(int folder, enum spool_full full, uint64_t bytes_max, struct spool *ret, struct error *err);
void spool_close(struct spool *s);

/* On disk when this returns 0. 1: dropped, because the spool is full (or the disk, without anything left to drop). A
 * batch that is there already stays as it is. */
int spool_put(struct spool *s, const struct spool_item *item, struct bytes content, struct error *err);

/* The content of an item. -EBADMSG: the file is damaged; it was put aside and the item is gone. */
int spool_read(struct spool *s, size_t index, struct buf *ret, struct error *err);

/* The centre has it. */
int spool_remove(struct spool *s, size_t index, struct error *err);
/* The centre refused it for good: it stays on disk as .refused and counts no more; where too much is put aside, the
 * oldest of that is dropped and counted. */
int spool_refuse(struct spool *s, size_t index, struct error *err);

#endif
