/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reviews: what an analyst says of a surge. The detector finds a rise anew at each look; its review knows it by port,
 * beginning and method, and keeps what was last seen, so that a table of reviewed rises needs no store.
 *
 *	struct review_change c = { .found = found, .state = REVIEW_CONFIRMED, .words = { .cause_en = "…" }, .doing = who };
 *	record_uuid(c.uuid);
 *	r = review_save(db, &c, ref, &err); */
#ifndef DESK_OBSERVATORY_REVIEW_H
#define DESK_OBSERVATORY_REVIEW_H

#include "desk/observatory/observatory.h"
#include "desk/observatory/rules.h"
#include "ground/record/record.h"

enum review_state {
	REVIEW_OPEN,      /* noted, nothing decided */
	REVIEW_CONFIRMED,
	REVIEW_REJECTED,
	REVIEW_KEEP,      /* in a change: as it is */
};

/* "open", "confirmed", "rejected". */
const char *review_state_name(enum review_state s);

/* What the detector found. Averages in millionths of a packet per sensor and hour. */
struct review_found {
	const char *port;        /* "10000/tcp" */
	int64_t method;          /* SERIES_METHOD */
	struct rules_span span;
	int64_t peak_hour;
	int64_t packets, sensors;
	int64_t sources;         /* -1: not counted */
	const char *evidence;
	int64_t baseline, peak;
};

/* What people say. NULL in a change: as it is; "" takes it away. In a review never NULL. */
struct review_words {
	const char *cause_ja, *cause_en;
	const char *reference, *reference_date; /* date: YYYY-MM-DD */
	const char *alert, *alert_date;
	const char *note_ja, *note_en;
};

struct review {
	int64_t id;
	const char *ref;
	struct review_found found; /* as last seen */
	enum review_state state;
	int64_t decided_at;        /* 0: not */
	const char *decided_by;    /* "": nobody */
	struct review_words words;
	int64_t version;           /* moves with what people write, not with what the store says */
};

/* All of a port ("": of all), the latest rise first; of the arena. */
int review_list(struct db *db, int64_t viewer, const char *port, struct arena *arena, struct review **ret, size_t *ret_count,
		struct error *err);

/* The review of a rise that was found, or NULL: the one that begins in the same hour, else the one it lies over. */
const struct review *review_of(const struct review *list, size_t count, const struct review_found *found);

/* By its ref; NULL. */
const struct review *review_by_ref(const struct review *list, size_t count, const char *ref);

struct review_change {
	struct review_found found; /* written as seen */
	enum review_state state;
	struct review_words words;
	int64_t version;             /* of the review that it was made from (rules.h); 0: there was none */
	const char *question;        /* NULL, or how a rise was found that the whole store does not show so: a filter */
	struct doing doing;
	char uuid[RECORD_UUID_TEXT]; /* of the record, should it be made */
};

/* Makes the review where there is none, writes what was found, what people say and the decision, and the timeline, in one
 * transaction. What a question of one's own found is written only where the review is made. -EINVAL: a date that cannot be;
 * -ESTALE: somebody wrote since (rules.h). */
int review_save(struct db *db, const struct review_change *change, char ret_ref[RECORD_REF_MAX], struct error *err);

/* Writes what the store says now for each rise that has a review; gives how many changed. What has no review is left
 * alone. */
int review_refresh(struct db *db, const struct review_found *found, size_t count, const struct doing *doing,
		   struct error *err);

#endif
