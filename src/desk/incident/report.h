/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reports (報告): one message by web, mail or fax that tells of something, counted once, in the month of its receipt in the
 * centre's zone. Telephone, hand, lists of feeds and the API are reports too, and counted apart.
 *
 * `viewer` is the id of who asks (ground/access/sight.h): what it may not see is as if it were not there. */
#ifndef DESK_INCIDENT_REPORT_H
#define DESK_INCIDENT_REPORT_H

#include "ground/access/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

/* What the reporter said; ANSWER_NONE: nothing. */
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_NONE };

struct report_wishes {
	enum answer wishes_contact, is_information, is_party_told, has_detailed_log, may_share, is_anonymous;
	const char *zone; /* of the times in it, as said; "" */
	int64_t clock_error_s;
	bool knows_clock_error;
};

struct report_new {
	int64_t message_id; /* of ground/intake */
	const char *channel, *form; /* form: 'general', 'ics' */
	int64_t received_at;
	const char *subject, *reporter_name, *reporter_address, *language;
	struct report_wishes wishes;
	const char *token_hash; /* SHA-256 of the reporter's secret, hexadecimal; "" */
	struct doing doing;
};

struct report {
	int64_t id, message_id, received_at;
	const char *ref, *channel, *form, *subject, *reporter_name, *reporter_address, *language, *state, *claimed_by;
	int64_t incidents; /* it is contained in so many */
	struct report_wishes wishes;
};

/* Adds a report; its ref is of the year of its receipt: R2026-0001. Inside a transaction. */
int report_add(struct db *db, const struct report_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
	       char ret_ref[RECORD_REF_MAX], struct error *err);

/* 1 and the report, of the arena; 0: there is none of that ref. */
int report_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct report *ret, struct error *err);
int report_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct report *ret, struct error *err);

/* The newest first, of a state or ("") all; of the arena. */
/* From the id `through` on (0: the newest). */
int report_list(struct db *db, int64_t viewer, const char *state, int64_t through, int64_t most, struct arena *arena, struct report **ret, size_t *ret_count,
		struct error *err);
/* Those that an incident is contained in, as they came. */
int report_of_incident(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, struct report **ret, size_t *ret_count,
		       struct error *err);

/* 1 and the report's id, by the hash of its reporter's secret; 0: there is none. */
int report_by_token(struct db *db, const char *token_hash, int64_t *ret_id, struct error *err);

/* What its reporter may know. */
struct report_secret {
	const char *token_hash, *ref, *state;
	int64_t received_at, changed_at;
};
/* Of those that changed since; what is said is 0, or -errno, which ends it. */
int report_secrets(struct db *db, int64_t since, int64_t most, int (*told)(void *context, const struct report_secret *s),
		   void *context, struct error *err);

/* 'new', 'open', 'closed', 'withdrawn', 'bin'; back too, which is the undo. */
int report_set_state(struct db *db, int64_t id, const char *state, const struct doing *doing, struct error *err);
/* Its reporter takes it back; inside a transaction. */
int report_withdraw(struct db *db, int64_t id, const struct doing *doing, struct error *err);

#endif
