/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The course of a case, by when things happened: its reports' receipt, requests that went out and were answered, what is watched
 * coming to its end, its close, and moments that people enter (a call, a name that was gone), each with the time since the one
 * before and since the first. From the first notice to the last end counts in business days (営業日). */
#ifndef DESK_INCIDENT_COURSE_H
#define DESK_INCIDENT_COURSE_H

#include "base/holiday.h"
#include "desk/incident/incident.h"

/* What people may enter: "seen", "received", "notified", "answered", "ended", "other"; ends with NULL. */
extern const char *const course_kinds[];

struct course_new {
	int64_t incident_id, at;
	const char *kind, *what;
	struct doing doing;
};
/* A transaction of its own. -EINVAL: not a kind, no words. */
int course_enter(struct db *db, const struct course_new *n, int64_t *ret_number, struct error *err);
/* It was wrong; the row stays. -ENOENT. */
int course_remove(struct db *db, int64_t incident_id, int64_t number, const struct doing *doing, struct error *err);

struct course_moment {
	int64_t at;
	int64_t number;     /* of one that was entered; else 0 */
	const char *kind;   /* also "closed" */
	const char *what;
};

struct course {
	struct course_moment *list; /* by time */
	size_t count;
	int64_t notified_at, ended_at; /* the first, the last; 0: none */
	int days;                      /* business days between them */
	enum business_bucket bucket;
};
int course_load(struct db *db, int64_t viewer, const struct incident *i, const struct business_calendar *calendar, struct arena *arena,
		struct course *ret, struct error *err);

/* "3d 18h 08m", "22h 16m", "08m"; of the arena. */
const char *course_elapsed(int64_t us, struct arena *arena);

#endif
