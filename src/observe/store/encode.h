/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Events in, segment files out. The encoder is pure but for its output function, so that a locked child can run it:
 * it turns events of any order into the bytes of one segment file after the other.
 *
 *	struct encoder *e = encoder_new(&output);
 *	encoder_sensor(e, "tokyo-1", &index, &err);
 *	encoder_add(e, events, count, &err);
 *	encoder_finish(e, &err);
 *
 * Memory stays bounded: about 45 MiB with 262,144 sources in a segment and many days open, 20 MiB usually. */
#ifndef OBSERVE_STORE_ENCODE_H
#define OBSERVE_STORE_ENCODE_H

#include "base/error.h"
#include "observe/packet/event.h"

#define SENSOR_NAME_MAX 63
#define SENSORS_MAX 65535

/* Where up-time comes from; see struct uptime. */
enum uptime_kind {
	UPTIME_HEARTBEAT = 0,  /* the sensor said so */
	UPTIME_DEPLOYMENT = 1, /* the operator's table said so */
	UPTIME_DERIVED = 2,    /* an import's first and last packet */
};

/* A sensor was up in [from, to). Intervals of one kind may overlap; they are joined, not added. Derived ones count
 * only for a sensor without the others, from the first to the last of them. */
struct uptime {
	int64_t from_us, to_us;
	uint16_t sensor;
	uint8_t kind;
};

struct encoder_output {
	void *context;
	/* The next bytes of the current segment file. */
	int (*bytes)(void *context, struct bytes bytes, struct error *err);
	/* The current segment file is complete; what follows belongs to the next. */
	int (*segment_end)(void *context, struct error *err);
};

struct encoder;

struct encoder *encoder_new(const struct encoder_output *output);
struct encoder *encoder_free(struct encoder *e);

/* Makes a sensor known; events name it by the index. -EINVAL: not a name (1..63 printable characters without
 * blanks, quotes, commas or slashes), -ENOSPC: too many. The same name gives the same index. */
int encoder_sensor(struct encoder *e, struct bytes name, uint16_t *ret_index, struct error *err);

/* The name that belongs to an index it gave; lives until the next one is made known. */
const char *encoder_sensor_name(const struct encoder *e, uint16_t index);

/* Adds events whose `sensor` is such an index. */
int encoder_add(struct encoder *e, const struct event *events, size_t count, struct error *err);

int encoder_uptime(struct encoder *e, const struct uptime *uptime, struct error *err);

/* Writes out what is held and ends the last segment. Nothing is written when nothing was added. */
int encoder_finish(struct encoder *e, struct error *err);

bool sensor_name_is_valid(struct bytes name);

#endif
