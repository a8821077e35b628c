/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Whether a sensor is well, from what the collector saw of it last. The same rule speaks on the command line, on the
 * pages and in the collector's log. */
#ifndef OBSERVE_DELIVERY_HEALTH_H
#define OBSERVE_DELIVERY_HEALTH_H

#include "base/buf.h"
#include "base/clock.h"
#include "observe/delivery/roster.h"
#include "observe/delivery/status.h"
#include "observe/store/store.h"

#define HEALTH_BACKLOG_US (10 * 60 * SECOND_US) /* a batch that waits longer is backlog */
#define HEALTH_CLOCK_US (60 * SECOND_US)        /* a clock that is off by more is wrong */

enum health {
	HEALTH_SILENT = 1 << 0,  /* no heartbeat for longer than the setting observe.silence */
	HEALTH_BACKLOG = 1 << 1,
	HEALTH_CLOCK = 1 << 2,
	HEALTH_INVITED = 1 << 3, /* not enrolled yet */
	HEALTH_REVOKED = 1 << 4,
	HEALTH_WRONG = HEALTH_SILENT | HEALTH_BACKLOG | HEALTH_CLOCK,
};

/* Bits of enum health; 0: it is up. `s` NULL: nothing was heard of it. */
unsigned health_of(const struct roster_sensor *r, const struct sensor_status *s, int64_t now_us, int64_t silence_us);

/* Seconds that it was up, as the store has them, in this hour and the HEALTH_UP_HOURS before it. */
#define HEALTH_UP_HOURS 24
int64_t health_up_seconds(const struct store *s, const char *name, int64_t now_us);

/* "up", or the words with ", " between. */
void health_format(unsigned health, struct buf *out);

#endif
