/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Closed quarters: the published series stored as they were, with the version of the method and the rules of
 * publication. Data that come late change the store and not what was published; the difference shows as a correction
 * beside the frozen figure. */
#ifndef DESK_OBSERVATORY_QUARTER_H
#define DESK_OBSERVATORY_QUARTER_H

#include "desk/observatory/observatory.h"
#include "ground/record/record.h"

/* A published figure: one series on one day, or over the whole quarter. */
struct quarter_row {
	bool is_day;         /* else the quarter */
	int64_t start_hour;
	const char *port;    /* '1433/tcp', 'icmp', 'other', 'total' */
	int64_t rank;        /* 0: not ranked */
	int64_t average;     /* millionths of a packet per sensor and hour; QUARTER_NO_DATA */
};

#define QUARTER_NO_DATA INT64_MIN

struct quarter {
	int64_t id;
	const char *ref, *period; /* '2013Q2' */
	int64_t method, min_sensors, unit;
	const char *zone;
	int64_t first_hour, end_hour;
	int64_t frozen_at;
	const char *frozen_by;
	struct quarter_row *rows; /* the whole quarter's first, then by day, in the order of the page */
	size_t row_count;
};

/* Freezes: `q` is filled but for id, ref, frozen_at, frozen_by. -EEXIST: it is frozen already, nothing was changed. */
int quarter_freeze(struct db *db, const struct quarter *q, const struct doing *doing, const char uuid[RECORD_UUID_TEXT],
		   struct error *err);

/* 1 and the quarter, of the arena; 0: not frozen. */
int quarter_load(struct db *db, const char *period, struct arena *arena, struct quarter *ret, struct error *err);

#endif
