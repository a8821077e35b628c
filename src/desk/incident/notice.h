/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Whether a party is told of an incident (通知 or 通知不要), with the reasons of the published figure 9: data per row and side. The rule:
 * a reason against stops a notice, but "threat is low" does not where the reporter wishes contact; a reason for, and none
 * against, is a notice. A person may decide otherwise, with why.
 *
 * A request about an incident that is not to be told is refused (request_make). */
#ifndef DESK_INCIDENT_NOTICE_H
#define DESK_INCIDENT_NOTICE_H

#include "ground/record/doing.h"
#include "ground/record/record.h"

struct notice_reason {
	const char *code, *name_ja, *name_en;
	bool is_against, is_inferred;
};

enum notice_decision { NOTICE_OPEN, NOTICE_NOTIFY, NOTICE_NOT_NEEDED };
/* "open", "notify", "not needed". */
extern const char *const notice_names[];

/* The row of a category: ics and targeted attacks are in 'other'. */
const char *notice_row(const char *category);

/* The rule; pure. Reasons are those that hold. */
enum notice_decision notice_decide(const struct notice_reason *reasons, size_t count);

/* The reasons there are for a category, in the figure's order; of the arena. */
int notice_list(struct db *db, const char *category, struct arena *arena, struct notice_reason **ret, size_t *ret_count,
		struct error *err);

struct notice_new {
	int64_t incident_id;
	const char *category;
	const char *const *codes; /* ends with NULL */
	enum notice_decision otherwise; /* NOTICE_OPEN: as the rule says */
	const char *overruled;    /* why otherwise */
	struct doing doing;
};
/* -EINVAL: a code that the row does not have; nothing decides; a decision against the rule without why. */
int notice_make(struct db *db, const struct notice_new *n, enum notice_decision *ret, struct error *err);

struct notice {
	enum notice_decision decision;
	const char *overruled, *actor;
	const char **codes; /* ends with NULL */
	int64_t at;
};
/* What holds; NOTICE_OPEN where nobody has decided; of the arena. */
int notice_load(struct db *db, int64_t incident_id, struct arena *arena, struct notice *ret, struct error *err);

/* Codes that its reports' answers and the watcher speak for; a person decides. Ends with NULL. */
#define NOTICE_SAID_MAX 12
int notice_said(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, const char *ret[NOTICE_SAID_MAX + 1],
		struct error *err);

#endif
