/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What every object of the centre has in common: an id, a ref that people say, a uuid, a marking, a compartment, a
 * timeline, links. A desk makes the record and its own row in one transaction, and every later change appends to the
 * timeline in its own:
 *
 *	struct record_new n = { .kind = "review", .series = "S2005", .marking = "GREEN", .at = now, .actor = who };
 *	record_uuid(n.uuid);                           (before the transaction: it may run twice)
 *	db_transaction(db, make_review, &n, &err);     (calls record_add, then inserts its row with that id)
 *
 * The functions here want to be called inside a transaction. */
#ifndef GROUND_RECORD_RECORD_H
#define GROUND_RECORD_RECORD_H

#include "engine/db/db.h"

#define RECORD_REF_MAX 48
#define RECORD_UUID_TEXT 37

struct record_new {
	const char *kind;
	const char *series;      /* of its ref: "S2005" gives S2005-0001, S2005-0002 … */
	const char *marking;     /* TLP 2.0: CLEAR, GREEN, AMBER, AMBER+STRICT, RED */
	const char *compartment; /* NULL: everybody of the centre */
	char uuid[RECORD_UUID_TEXT];
	int64_t at;
	const char *actor;
};

/* A random uuid (RFC 4122, version 4). */
void record_uuid(char into[RECORD_UUID_TEXT]);

/* Adds the record and the event "made". */
int record_add(struct db *db, const struct record_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err);

/* A line of its timeline; `detail` may be NULL. */
int record_happened(struct db *db, int64_t id, int64_t at, const char *actor, const char *what, const char *detail,
		    struct error *err);

/* Links two records, for a reason; again: no change. */
int record_join(struct db *db, int64_t from, int64_t to, const char *reason, int64_t at, const char *actor,
		struct error *err);

/* Takes the links between two records away that people made, in both directions; not those that desks keep themselves
 * (record_is_of_desk). 0: there was none; else how many. */
int record_part(struct db *db, int64_t from, int64_t to, int64_t at, const char *actor, struct error *err);

/* Reasons of links that desks keep, with rows of their own that say more: "contains", "same as". */
bool record_is_of_desk(const char *reason);

/* Any record by its ref, where the viewer may see it: 1 and its id; 0. */
int record_find(struct db *db, int64_t viewer, const char *ref, int64_t *ret_id, struct error *err);

struct record_moment {
	int64_t at;
	const char *actor, *what, *detail;
};
struct record_tie {
	const char *ref, *kind, *reason;
	bool is_from; /* the record asked about is where the link begins */
};

/* Arrays of the arena. `viewer` is that of ground/access/sight.h: links to what it may not see are not among them. */
int record_moments(struct db *db, int64_t id, struct arena *arena, struct record_moment **ret, size_t *ret_count,
		   struct error *err);
int record_ties(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct record_tie **ret, size_t *ret_count,
		struct error *err);

#endif
