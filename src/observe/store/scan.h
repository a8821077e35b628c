/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Walking over the rows of a segment, group by group, decoding only the columns that are asked for.
 *
 *	struct scan_plan plan = { .from_us = from, .to_us = to, .columns = SCAN_TIMES, .wants = is_wanted, .each = count };
 *	scan_segment(scan, &segment, &plan, &err);
 */
#ifndef OBSERVE_STORE_SCAN_H
#define OBSERVE_STORE_SCAN_H

#include "observe/packet/event.h"
#include "observe/store/segment.h"

enum scan_column {
	SCAN_TIMES = 1 << 0,
	SCAN_SOURCES = 1 << 1,
	SCAN_PAIRS = 1 << 2, /* sensor and destination */
	SCAN_SOURCE_PORTS = 1 << 3,
	SCAN_TTLS = 1 << 4,
	SCAN_LENGTHS = 1 << 5,
	SCAN_ALL = 63,
};

/* The rows of one group that lie in the plan's time range. Arrays of columns that were not asked for are NULL. */
struct scan_rows {
	const struct segment *segment;
	const struct block *block;
	struct block_class class;
	uint16_t port;         /* of all rows, unless */
	const uint16_t *ports; /* not NULL: each row's (a tail) */
	uint32_t count;
	const int64_t *times;     /* microseconds UTC, rising */
	const uint32_t *sources;  /* ids of the segment */
	const struct block_pair *pairs;
	const uint16_t *pair_codes; /* into `pairs`; sensors are the segment's numbers */
	const uint16_t *source_ports, *ttls, *lengths;
};

struct scan_plan {
	int64_t from_us, to_us; /* [from, to) */
	unsigned columns;       /* enum scan_column */
	void *context;
	/* Whether rows of this class and port may count; NULL: all. For a tail it is asked with has_port false. */
	bool (*wants)(void *context, const struct block_class *class, bool has_port, uint16_t port);
	/* Called for each group with rows in range; other than 0 ends the scan with that value. */
	int (*each)(void *context, const struct scan_rows *rows);
};

/* Scratch memory, reused from segment to segment. */
struct scan;
struct scan *scan_new(void);
struct scan *scan_free(struct scan *s);

int scan_segment(struct scan *s, const struct segment *segment, const struct scan_plan *plan, struct error *err);
int scan_block(struct scan *s, const struct segment *segment, uint32_t block, const struct scan_plan *plan,
	       struct error *err);

/* All events of one source in [from, to), block after block, without decoding the others'. `each` gets the segment's
 * number of the sensor; other than 0 ends the scan. */
int scan_source(const struct segment *segment, const struct address *source, int64_t from_us, int64_t to_us,
		int (*each)(void *context, const struct event *e), void *context, struct error *err);

/* Row `i` as an event, but for its sensor's number, which is the segment's. Asked for must be SCAN_ALL; `addresses`
 * as segment_sources gives them. */
void scan_event(const struct scan_rows *rows, const struct address *addresses, uint32_t i, struct event *ret);

#endif
