/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The audit log: who changed what, who read what is restricted, who logged in, who changed an account. Rows go in plain, in the
 * transaction of what they tell; a job seals them every minute (audit_seal): it copies the changes of records from their
 * timelines, without words, gives each row its place in a chain and its hash, and keeps the chain's end as a seal.
 *
 * The hash of a row is SHA-256, in hexadecimal, over these lines, each ended by a line feed; what is missing is an empty
 * line, a text stands behind the number of its bytes and a colon:
 *
 *	hash of the row before (64 zeros before the first)
 *	position, 1 for the first
 *	at, in microseconds UTC
 *	actor       6:suzuki
 *	what        4:read
 *	about       0:
 *	record id
 *	event id
 *
 * What the chain shows: a sealed row that was changed, removed or put in, and a timeline that says something else than its
 * copy. What was cut off at the end together with its seals shows where a seal was kept elsewhere: print it, send it
 * away. A row of the last minute is not sealed yet. */
#ifndef GROUND_ACCESS_AUDIT_H
#define GROUND_ACCESS_AUDIT_H

#include "engine/db/db.h"
#include "ground/access/password.h"
#include "ground/record/doing.h"

/* Inside the transaction of what happened. `about`: an account, a compartment; "". */
int audit_add(struct db *db, const struct doing *doing, const char *what, const char *about, struct error *err);

/* Seals what is there; gives how many rows were. In transactions of some thousand rows. */
int audit_seal(struct db *db, int64_t at, struct error *err);

struct audit_seal {
	int64_t position; /* 0: nothing is sealed */
	char hash[SECRET_TEXT];
};
int audit_end(struct db *db, struct audit_seal *ret, struct error *err);
/* "1234:9f86d0…", as it is printed. */
bool audit_seal_parse(const char *text, struct audit_seal *ret);

struct audit_verdict {
	int64_t rows, unsealed, unsealed_since;
	int64_t bad_position;    /* 0: the chain is whole */
	char why[ERROR_LINE_MAX]; /* what is wrong there */
};
/* Walks the whole chain. `seal`: one that was kept elsewhere, which must be in it; NULL: none. 0, whatever was found. */
int audit_verify(struct db *db, const struct audit_seal *seal, struct audit_verdict *ret, struct error *err);

struct audit_question {
	int64_t since, until;
	const char *actor, *ref; /* "": any */
	int64_t most;
};
struct audit_row {
	int64_t id, at, position; /* 0: not sealed yet */
	const char *actor, *what, *about, *ref;
};
/* The latest first; texts last for the call. What `each` gives other than 0 ends the walk. */
int audit_list(struct db *db, const struct audit_question *q, int (*each)(void *context, const struct audit_row *row),
	       void *context, struct error *err);

#endif
