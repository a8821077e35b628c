/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Incidents: what happened, however many reports tell of it. Reports and incidents are N:M; joining and splitting leave rows that
 * end, so that each can be undone without loss.
 *
 *	report.h    reports
 *	incident.h  incidents, what contains them, merging
 *	request.h   requests to parties, with their letters
 *
 * `viewer` is the id of who asks (ground/access/sight.h): what it may not see is as if it were not there. */
#ifndef DESK_INCIDENT_INCIDENT_H
#define DESK_INCIDENT_INCIDENT_H

#include "ground/access/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

/* The set of categories in use today (incident_category). */
#define INCIDENT_SET "today"

struct incident_new {
	const char *title, *category; /* category: a code of INCIDENT_SET */
	const int64_t *reports;       /* that contain it; none: own observation */
	size_t report_count;
	const char *brand, *industry, *origin, *country, *hosting; /* "" */
	struct doing doing;
};

struct incident {
	int64_t id, counts_at, closed_at; /* 0: not closed */
	const char *ref, *title, *category, *category_ja, *category_en, *state, *closed_reason, *claimed_by;
	const char *brand, *industry, *origin, *country, *hosting, *carrier, *lead_in, *campaign, *merged_into; /* a ref, or "" */
	int64_t first_seen; /* 0: nobody knows */
	int64_t reports, requests;
};

/* -EINVAL: not a category of today. Inside a transaction. */
int incident_add(struct db *db, const struct incident_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
		 char ret_ref[RECORD_REF_MAX], struct error *err);
/* The same as a transaction of its own. */
int incident_make(struct db *db, const struct incident_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err);

int incident_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct incident *ret, struct error *err);
int incident_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct incident *ret, struct error *err);
/* Of a state and a campaign ("": all), the newest first, from the id `through` on (0: the newest). */
int incident_list(struct db *db, int64_t viewer, const char *state, const char *campaign, int64_t through, int64_t most, struct arena *arena, struct incident **ret, size_t *ret_count,
		  struct error *err);
/* Those that a report contains now. */
int incident_of_report(struct db *db, int64_t viewer, int64_t report_id, struct arena *arena, struct incident **ret, size_t *ret_count,
		       struct error *err);

/* A report contains it, or does not after all. -EALREADY: it does, or does not. */
int incident_join(struct db *db, int64_t id, int64_t report_id, const char *reason, const struct doing *doing, struct error *err);
int incident_split(struct db *db, int64_t id, int64_t report_id, const struct doing *doing, struct error *err);

/* `from` is the same as `into`: it is counted no more, and keeps all that it has. Undone by incident_unmerge.
 * -EALREADY: it is merged already; -EINVAL: into itself, or into one that is merged into another. */
int incident_merge(struct db *db, int64_t into, int64_t from, const char *reason, const struct doing *doing, struct error *err);
int incident_unmerge(struct db *db, int64_t from, const struct doing *doing, struct error *err);

/* Links it with any record that the viewer may see, for a reason; or takes such links away. -ENOENT: there is no such record, or link;
 * -EINVAL: with itself, or without a reason. */
int incident_link(struct db *db, int64_t viewer, int64_t id, const char *ref, const char *reason, const struct doing *doing,
		  struct error *err);
int incident_unlink(struct db *db, int64_t viewer, int64_t id, const char *ref, const struct doing *doing, struct error *err);

/* -EALREADY: it is closed, or open. */
int incident_close(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err);
int incident_reopen(struct db *db, int64_t id, const struct doing *doing, struct error *err);

#endif
