/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Cells on their way from the store to the series. */
#ifndef OBSERVE_VIEW_VIEW_INT_H
#define OBSERVE_VIEW_VIEW_INT_H

#include "observe/view/view.h"

struct view_cells {
	struct series_cell *cells; /* the caller frees it */
	size_t count, room;
	int64_t first_hour;
};

/* By key, hour and sensor. */
void view_cells_sort(struct view_cells *c);

/* The cells of the hours [first, end) that the question takes, sorted; `ret` is set on failure too. */
int view_gather(const struct store *s, const struct view_question *q, int64_t first_hour, int64_t end_hour,
		struct view_cells *ret, struct error *err);

uint32_t view_key_of(uint8_t protocol, bool has_port, uint16_t port);
bool view_takes_kind(enum view_kind wanted, uint8_t kind);

#endif
