/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Requests (調整): one ask to one party about one incident. A letter with fifty incidents is fifty requests; a second party
 * counts; a reminder, a correction or another sending does not. Counted when the letter went out; domestic or foreign is the
 * party's country, as it was then.
 *
 * `viewer` is the id of who asks (ground/access/sight.h): what it may not see is as if it were not there. */
#ifndef DESK_INCIDENT_REQUEST_H
#define DESK_INCIDENT_REQUEST_H

#include "ground/letter/letter.h"
#include "ground/people/contact.h"

struct request_new {
	const int64_t *incidents;
	size_t incident_count;
	const struct contact *contact;
	const char *subject, *text, *protection;
	const struct letter_attachment *attachments;
	size_t attachment_count;
	const char *home;   /* the centre's own country */
	const char *reason; /* why this party */
	struct doing doing;
};

struct request {
	int64_t id, incident_id, contact_id, letter_id, asked_at, answered_at; /* 0: not yet */
	const char *ref, *incident, *letter, *contact, *country, *reason, *state;
	bool is_domestic;
};

#define REQUEST_INCIDENTS_MAX 10000

/* How a letter to a contact goes out now: as the centre (can_sign) and the contact's keys allow, unless plain is wanted. Gives
 * the name of ground/letter/rules.h. */
int request_protection(struct db *db, int64_t contact_id, bool can_sign, bool wants_plain, int64_t now, const char **ret,
		       struct error *err);

/* Drafts one letter about all these incidents, with a request for each; a transaction of its own. -EEXIST: the party was asked
 * about one of them already (then a reminder is what is meant); -EPERM: it was decided not to tell of one (notice.h). */
int request_make(struct db *db, const struct request_new *n, int64_t *ret_letter, char ret_ref[RECORD_REF_MAX],
		 struct error *err);

/* Of an incident (0: of all), as they were made; of the arena. */
int request_list(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, struct request **ret, size_t *ret_count,
		 struct error *err);

/* What happened to a letter happens to its requests; inside the letter's transaction or after it, again changes nothing.
 * Gives how many changed. */
int request_follow(struct db *db, const struct doing *doing, struct error *err);

/* Whether any is behind its letter: 1 or 0. */
int request_is_behind(struct db *db, struct error *err);

/* The party answered by this letter's thread. Inside a transaction. */
int request_answered(struct db *db, int64_t letter_id, const struct doing *doing, struct error *err);

#endif
