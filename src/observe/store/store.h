/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The event store: a folder with a manifest, immutable segment files and one journal of what came last. Readers open
 * a snapshot and see it unchanged until they close it; there is one writer at a time, whoever holds the lock.
 *
 *	struct store *s;
 *	if (store_open("/var/lib/hinomi/store", &s, &err) < 0)
 *		return error_print(&err);
 *	store_cells(s, &range, each_cell, &context, &err);
 *	store_close(s);
 *
 * hinomi-store(5) describes the files. */
#ifndef OBSERVE_STORE_STORE_H
#define OBSERVE_STORE_STORE_H

#include "observe/store/manifest.h"
#include "observe/store/rollup.h"
#include "observe/store/scan.h"

/* Files of the folder that observe/view keeps beside the segments. */
#define STORE_HOURS_PREFIX "hours-"

struct store_segment {
	struct segment segment;
	uint32_t number;       /* 0: made from the journal */
	uint16_t *sensor_of;   /* the segment's number of a sensor → the store's */
};

struct store {
	int folder;
	struct manifest manifest;
	struct store_segment *segments;
	size_t segment_count;
	char (*sensors)[SENSOR_NAME_MAX + 1]; /* sorted by name */
	size_t sensor_count;
	uint64_t events;
	int64_t first_us, last_us; /* first > last when the store is empty */
	uint64_t journal_events;
};

/* -ENOENT: no store there; -EBADMSG: damaged. */
int store_open(const char *path, struct store **ret, struct error *err);
struct store *store_close(struct store *s);

/* When sensors were up: intervals that do not touch, by sensor and time. Clear with store_up_clear. */
struct store_interval {
	int64_t from_us, to_us;
	uint16_t sensor;
};
struct store_up {
	struct store_interval *list;
	size_t count;
};
struct store_up store_up(const struct store *s);
void store_up_clear(struct store_up *up);

/* Seconds that each sensor was up in each of the hours [first_hour, first_hour + hours): an array [sensor][hour]
 * that the caller frees. */
uint16_t *store_uptime(const struct store *s, int64_t first_hour, size_t hours);

/* Calls `each` for the roll-up cells of the hours [first_hour, end_hour), each once, day after day and inside a UTC day
 * by key, hour and sensor; sensors are the store's. */
typedef int store_cell_fn(void *context, int64_t hour, uint32_t key, uint16_t sensor, uint64_t packets);
int store_cells(const struct store *s, int64_t first_hour, int64_t end_hour, store_cell_fn *each, void *context,
		struct error *err);

/* Opens `<path>/<kind>-<number>` for reading. */
int store_file_open(int folder, const char *kind, uint32_t number, struct error *err);
void store_file_name(char into[32], const char *kind, uint32_t number);

#endif
