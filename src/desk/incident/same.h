/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Proposals: incidents that a report may tell of too, each with its reasons. A person accepts them (incident_join), which can be
 * undone like any join.
 *
 * Reasons, the strongest first: the same mail; the same file; the same URL or hash; a thing that is an indicator of the incident;
 * the same host; the same address at about the same time. */
#ifndef DESK_INCIDENT_SAME_H
#define DESK_INCIDENT_SAME_H

#include "desk/incident/incident.h"

#define SAME_MOST 20
/* Addresses change hands: the same one is a reason only this near, between the reports' receipts. */
#define SAME_ADDRESS_DAYS 30

enum same_reason { SAME_MAIL, SAME_FILE, SAME_URL, SAME_HASH, SAME_INDICATOR, SAME_HOST, SAME_ADDRESS, SAME_REASONS };
/* "same mail", "same file", … */
extern const char *const same_reason_names[SAME_REASONS];

struct same {
	struct incident incident;
	unsigned reasons;           /* bits 1 << enum same_reason */
	const char *what;           /* of the strongest: the URL, the file's name; "" */
	enum same_reason strongest;
};

/* At most SAME_MOST that the viewer may see, the strongest reason first, then the newest; of the arena. */
int same_as(struct db *db, int64_t viewer, int64_t report_id, int64_t received_at, struct arena *arena, struct same **ret,
	    size_t *ret_count, struct error *err);

/* "same URL http://…; same file", of the arena. */
const char *same_words(const struct same *s, struct arena *arena);

#endif
