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

/* With so much before it an hour's damped value is the same in whatever period it is shown (series/odd.h). */
#define VIEW_HISTORY_HOURS (29 * 24)

/* The series from roll-ups or events. `each_key` may be NULL; it sees hours that count from `*ret_first_hour`, which is
 * set before. The store holds events. */
typedef void view_key_fn(void *context, uint32_t key, const struct series_hour *hours, size_t count);
int view_series_of_cells(const struct store *s, const struct view_question *q, view_key_fn *each_key, void *context,
			 int64_t *ret_first_hour, struct series **ret, struct error *err);
/* The same series for a question by port without filter and surges, from kept months. */
int view_series_of_months(const struct store *s, const struct view_question *q, const struct series_scope *scope,
			  struct series **ret, struct error *err);

uint32_t view_key_of(uint8_t protocol, bool has_port, uint16_t port);
bool view_takes_kind(enum view_kind wanted, uint8_t kind);

#endif
