/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rises that the store shows now, in the desk's form. */
#ifndef FACE_CMD_SURGE_FOUND_H
#define FACE_CMD_SURGE_FOUND_H

#include "desk/observatory/review.h"
#include "face/cmd/command.h"

struct surge_found {
	struct review_found *list; /* by port and start */
	bool *is_proposed;
	size_t count;
	struct arena *arena; /* holds all of it */
};

/* Looks through the whole store: a rise is open or over by the data's end, not by a period's. -ENOENT: no store. */
int surge_found_load(const struct invocation *in, struct surge_found *ret, struct error *err);
void surge_found_clear(struct surge_found *f);

#endif
