/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The journal: batches from sensors, one record each, until they become a segment. A record is acknowledged when it
 * is on disk; a record that is cut by a crash was not acknowledged and is left out.
 *
 * Record: u32 length of what follows the checksum, u64 XXH3-64 of it, then u64 boot, u64 number, u16 length and
 * name of the sensor, u32 intervals, u32 events, u32 raw length, and a zstd frame of the intervals (from, to: i64)
 * and the events (event_wire.h). */
#ifndef OBSERVE_STORE_JOURNAL_H
#define OBSERVE_STORE_JOURNAL_H

#include "observe/store/manifest.h"
#include "observe/store/segment.h"

#define BATCH_EVENTS_MAX 65536u
#define BATCH_INTERVALS_MAX 4096u

/* A batch as a sensor sent it. Events' `sensor` is not looked at. */
struct batch {
	char sensor[SENSOR_NAME_MAX + 1];
	uint64_t boot, number; /* with the sensor's name they tell a batch from all others */
	const struct uptime *intervals; /* heartbeats: when the sensor was up */
	const struct event *events;
	uint32_t interval_count, event_count;
};

void journal_write(struct buf *out, const struct batch *batch);

/* Calls `each` for every whole record; what follows the last whole one is not looked at. `ret_valid` is where that
 * one ends. */
typedef int journal_batch_fn(void *context, const struct batch *batch, struct error *err);
int journal_read(struct bytes file, journal_batch_fn *each, void *context, size_t *ret_valid, struct error *err);

/* The batches that the manifest does not hold, as a segment in memory. Returns 1, or 0 when there is nothing. */
int journal_as_segment(int fd, const struct manifest *manifest, struct segment *ret, struct error *err);

/* Maps the file behind `fd`; an empty one gives no bytes. */
int journal_map(int fd, struct bytes *ret, struct error *err);
void journal_unmap(struct bytes file);

/* Encodes them into any output; used by the writer to make a segment file of them. */
int journal_encode(struct bytes file, const struct manifest *manifest, const struct encoder_output *output,
		   struct error *err);

#endif
