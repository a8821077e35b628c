/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rises that a store shows now, in the desk's form.
 *
 *	struct found f;
 *	if (found_load(store, SURGE_THRESHOLD_DEFAULT, &f, &err) == 0) {
 *		review_refresh(db, f.list, f.count, &doing, &err);
 *		found_clear(&f);
 *	} */
#ifndef DESK_OBSERVATORY_FOUND_H
#define DESK_OBSERVATORY_FOUND_H

#include "desk/observatory/review.h"
#include "observe/view/view.h"

struct found {
	struct review_found *list; /* by port and start */
	bool *is_proposed;         /* for an alert */
	size_t count;
	struct arena *arena;       /* holds all of it */
};

/* Looks through the whole store: whether a rise is over is a question to the data's end, not to a period's. An empty store
 * has none. -EINVAL: not a threshold that has a stated rate (observe/series/surge.h). */
int found_load(const struct store *s, double threshold, struct found *ret, struct error *err);

/* The same around one hour, asked with a question of one's own: its kind and filter hold, its hours do not. A filter that takes
 * one port alone finds that port's rises as found_load does, without looking at anything else: the search begins
 * FOUND_BEFORE_HOURS before the hour, with the detector's history before that, and goes on until the rise is over. */
#define FOUND_BEFORE_HOURS (28 * 24)
int found_near(const struct store *s, const struct view_question *q, double threshold, int64_t hour, struct found *ret,
	       struct error *err);

void found_clear(struct found *f);

#endif
