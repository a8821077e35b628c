/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What is behind the figures: the first events of a question, and who sent them. */
#ifndef OBSERVE_VIEW_LIST_H
#define OBSERVE_VIEW_LIST_H

#include "observe/view/view.h"

struct view_event_list {
	struct event *events; /* by time; sensors are the store's */
	size_t count;
	uint64_t all;         /* that the question takes */
};

/* The first `most` events by time. `ret->events` is the caller's to free, on failure too. */
int view_first_events(const struct store *s, const struct view_question *q, size_t most, struct view_event_list *ret,
		      struct error *err);

struct view_source {
	struct address source;
	uint64_t packets;
	uint32_t sensors, ports; /* distinct */
};

struct view_source_list {
	struct view_source *sources; /* those who sent most first */
	size_t count;
	uint64_t packets; /* of known source */
};

/* All sources of the question. `ret->sources` is the caller's to free, on failure too. */
int view_sources(const struct store *s, const struct view_question *q, struct view_source_list *ret, struct error *err);

#endif
