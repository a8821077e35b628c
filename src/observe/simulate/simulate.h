/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A simulated year: what an observatory of some twenty sensors would see, for trying the centre without one. It is
 * told from real data everywhere: the store says so in its manifest, sources come from 240.0.0.0/4 and 2001:db8::/32,
 * sensors stand in 198.18.0.0/15, and countries come from a simulated table. The same seed and end give the same
 * events.
 *
 * In it: day and week waves, about sixty ports and a tail of rare ones, ICMP, backscatter, the marks of scanners,
 * sensors that differ from each other, outages, three rises that many sensors see (10000/tcp, 5900/tcp, 445/tcp, each
 * with its beginning and end), and bursts of one source at one sensor. */
#ifndef OBSERVE_SIMULATE_SIMULATE_H
#define OBSERVE_SIMULATE_SIMULATE_H

#include "base/buf.h"
#include "observe/store/encode.h"

#define SIMULATE_SEED_DEFAULT 20130518u

struct simulation {
	uint64_t seed;
	int64_t end_us;       /* the hour that ends it; cut to the hour */
	unsigned days;        /* 1..3660 */
	unsigned sensors;     /* 1..200 */
	uint64_t events;      /* about so many */
	/* Called once a simulated day; may be NULL. */
	void (*progress)(void *context, unsigned day, unsigned days);
	void *progress_context;
};

#define SIMULATION_DEFAULT \
	((struct simulation){ .seed = SIMULATE_SEED_DEFAULT, .days = 365, .sensors = 20, .events = 5000000 })

/* Puts everything into the encoder, in time order, and the sensors' up-time; the caller ends it. */
int simulate(const struct simulation *s, struct encoder *encoder, struct error *err);

/* The table of countries and AS that goes with it: CSV `prefix,country,as`. */
void simulate_places(struct buf *out);

#endif
