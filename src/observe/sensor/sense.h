/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A sensor: the parent opens what needs rights, gives them up, starts the capture and the delivery and waits. A delivery
 * that dies is started again and gets what it had not put on disk; when the capture dies, what is on disk is kept and
 * the whole ends with an error, so that the supervisor starts it anew. */
#ifndef OBSERVE_SENSOR_SENSE_H
#define OBSERVE_SENSOR_SENSE_H

#include "base/error.h"
#include "observe/delivery/spool.h"

struct sense_options {
	const char *interface, *folder, *user;
	const char *prefixes;  /* watched; "" : as the centre said at the enrolment, else the interface's addresses */
	const char *operators; /* prefixes of the operator; "" : none */
	const char *dns, *ntp; /* addresses besides those of /etc/resolv.conf */
	uint64_t batch_ms, spool_bytes, per_second;
	enum spool_full full;
};

/* Runs until SIGTERM or SIGINT. */
int sense_run(const struct sense_options *o, struct error *err);

/* Makes the sensor's key where there is none, shows the public one to the centre of the code, and remembers the centre. */
int sense_enrol(const char *folder, const char *code, struct error *err);

#endif
