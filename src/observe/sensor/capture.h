/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The capture process of a sensor: packets of one interface become events, events and heartbeats become batches for
 * the delivery. It holds the capture socket and the link, and never sends to the watched net: its sandbox lets it
 * write to descriptors 1 (the link) and 2 (the log) alone. */
#ifndef OBSERVE_SENSOR_CAPTURE_H
#define OBSERVE_SENSOR_CAPTURE_H

#include "observe/sensor/rules.h"

#include <stdint.h>

struct capture;

struct capture_options {
	const char *interface;
	const struct rules *rules;
	uint64_t boot;
	uint64_t batch_ms; /* a batch at least so often, if only to say that we are up */
};

/* Opens the interface: needs the right to. Not promiscuous; packets in alone, where the kernel tells. */
int capture_open(const struct capture_options *o, struct capture **ret, struct error *err);
struct capture *capture_close(struct capture *c);

/* In the child: descriptor 1 is the link. Enters SANDBOX_SENSE and runs until SIGTERM or until the delivery's end is
 * gone. 0, or -errno. */
int capture_run(struct capture *c, struct error *err);

/* What time and clocks say: does [last, now] hold together, or did the wall clock jump? Pure. */
bool clock_has_jumped(int64_t last_wall_us, int64_t wall_us, int64_t last_steady_us, int64_t steady_us);

#endif
