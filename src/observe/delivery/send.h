/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The delivery process of a sensor: takes batches from the capture into the spool, and brings them to the centre, oldest
 * first. It has the network and the spool, and never the capture socket. */
#ifndef OBSERVE_DELIVERY_SEND_H
#define OBSERVE_DELIVERY_SEND_H

#include "observe/delivery/identity.h"
#include "observe/delivery/spool.h"

struct send_options {
	int link;          /* delivery's end */
	struct spool *spool;
	const struct centre *centre;
	const uint8_t *secret;
	const char *resolve; /* as in client_open */
	int lookup;          /* -1, or a socket to who can look the centre up again: a byte asks, another such line answers */
	uint64_t per_second; /* batches, at most */
	uint64_t grace_ms;   /* for delivering what is left after the capture has ended */
};

#define SEND_RESOLVE_MAX 1024

#define BACKOFF_LEAST_MS 1000u
#define BACKOFF_MOST_MS 300000u

/* How long to wait after so many failures in a row: doubling from 1 s to 5 min, and of that half to the whole, as
 * `random` (any number) says, so that sensors do not come back at one moment. */
uint64_t backoff_ms(unsigned failures, uint32_t random);

/* Runs until the capture has ended. Enters SANDBOX_DELIVER. 0, or -errno when it cannot go on. */
int send_run(const struct send_options *o, struct error *err);

#endif
