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
#include "observe/store/store.h"

struct found {
	struct review_found *list; /* by port and start */
	bool *is_proposed;         /* for an alert */
	size_t count;
	struct arena *arena;       /* holds all of it */
};

/* Looks through the whole store: whether a rise is over is a question to the data's end, not to a period's. An empty store
 * has none. -EINVAL: not a threshold that has a stated rate (observe/series/surge.h). */
int found_load(const struct store *s, double threshold, struct found *ret, struct error *err);
void found_clear(struct found *f);

#endif
