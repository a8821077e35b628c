/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's desk: what analysts add to the figures of observe/.
 *
 *	rules.h    decisions, without database and clock
 *	review.h   surges confirmed or rejected, with cause, reference, alert and notes
 *	quarter.h  closed quarters, frozen, and what late data would change
 *	note.h     what public pages say about a period
 *	saved.h    filters that are kept by name
 *
 * Each of these is a record (ground/record) with a timeline. Times and names come in as arguments: */
#ifndef DESK_OBSERVATORY_OBSERVATORY_H
#define DESK_OBSERVATORY_OBSERVATORY_H

#include <stdint.h>

/* Who does it, and when. Texts are the caller's. */
struct doing {
	int64_t at;        /* microseconds UTC */
	const char *actor; /* 'local:suzuki', 'job:surges' */
};

#endif
