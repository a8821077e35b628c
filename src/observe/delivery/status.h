/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How the sensors are, as the collector saw it last: the file `status` in its folder, replaced by rename at most once a
 * second. The collector writes it, pages and commands read it.
 *
 *	hinomi status 1
 *	collector since=<UTC> refused=<n>
 *	sensor tokyo-1 batch=<UTC> heartbeat=<UTC> up_from=<UTC> backlog=<n> … */
#ifndef OBSERVE_DELIVERY_STATUS_H
#define OBSERVE_DELIVERY_STATUS_H

#include "observe/delivery/wire.h"

#define STATUS_NAME "status"

/* Every number of a sensor, once: STATUS(member, type); TIME, NUMBER (unsigned), SIGNED. */
#define STATUS_MEMBERS(STATUS)                                                                        \
	STATUS(batch_us, TIME)        /* the last batch that was stored came then */                  \
	STATUS(heartbeat_us, TIME)    /* up until then, as the sensor's heartbeats say */             \
	STATUS(sent_us, TIME)         /* when the last was sent, by the sensor's clock */             \
	STATUS(oldest_us, TIME)       /* the oldest batch that waits at the sensor, 0: none */        \
	STATUS(backlog_batches, NUMBER) STATUS(backlog_bytes, NUMBER)                                 \
	STATUS(dropped_batches, NUMBER) STATUS(dropped_events, NUMBER) /* by a full spool, ever */    \
	STATUS(clock_error_us, SIGNED) STATUS(clock_error_most_us, NUMBER)                            \
	STATUS(clock_jumps, NUMBER)   /* counters of batches, summed */                               \
	STATUS(kernel_dropped, NUMBER) STATUS(queue_dropped, NUMBER)                                  \
	STATUS(packets, NUMBER) STATUS(left_out, NUMBER)                                              \
	STATUS(events, NUMBER) STATUS(batches, NUMBER)                                                \
	STATUS(repeated, NUMBER)      /* batches that were stored before */                           \
	STATUS(refused, NUMBER)       /* for a wrong signature, for being revoked, or undecodable */

struct sensor_status {
	char name[SENSOR_NAME_MAX + 1];
#define STATUS_TIME int64_t
#define STATUS_SIGNED int64_t
#define STATUS_NUMBER uint64_t
#define STATUS(member, type) STATUS_##type member;
	STATUS_MEMBERS(STATUS)
#undef STATUS
};

struct status {
	int64_t since_us;     /* the collector's start */
	int64_t now_us;       /* when this was written */
	uint64_t refused;     /* requests that named no known sensor */
	struct sensor_status *sensors;
	size_t count, room;
};

void status_clear(struct status *s);
struct sensor_status *status_find(const struct status *s, const char *name);
/* Finds it, or adds it with nothing known. */
struct sensor_status *status_of(struct status *s, const char *name);

int status_parse(struct bytes text, struct status *ret, struct error *err);
void status_format(const struct status *s, struct buf *out);
/* A missing file is an empty status. */
int status_load(int folder, struct status *ret, struct error *err);
int status_save(int folder, const struct status *s, struct error *err);

#endif
