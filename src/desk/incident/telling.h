/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What letters say, and what may be said: texts from templates with advice by category, reminders, the closing word to a reporter,
 * and consent: what one party found goes to another only once the first has said yes.
 *
 * All that is drafted here waits for a person to send it (letter_send). */
#ifndef DESK_INCIDENT_TELLING_H
#define DESK_INCIDENT_TELLING_H

#include "desk/incident/incident.h"
#include "desk/incident/report.h"
#include "desk/incident/request.h"
#include "ground/letter/template.h"

struct telling_centre {
	const char *name_ja, *name_en;
	bool can_sign, wants_plain;
	struct doing doing;
};

/* The text of a request about an incident, in the contact's language: what it is, what it is about, advice. Of the arena. */
int telling_text(struct db *db, const struct incident *i, const struct contact *to, const struct telling_centre *centre,
		 struct arena *arena, struct letter_rendered *ret, struct error *err);

struct telling_advice {
	const char *category, *audience, *text;
};
/* The library in a language; of the arena. */
int telling_library(struct db *db, const char *language, struct arena *arena, struct telling_advice **ret, size_t *ret_count,
		    struct error *err);

/* A request by its ref: 1 and it; 0. Only its ids, state, asked_at and incident are set. */
int telling_find(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct request *ret, struct error *err);

/* Drafts a reminder in the thread of a request's letter; it counts nothing. -EINVAL: it was not asked yet; -EALREADY: it was answered. */
int telling_remind(struct db *db, const struct request *q, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		   struct error *err);

/* Drafts the closing word to a reporter. -EINVAL: nobody to write to (no address, or no contact wished). */
int telling_closing(struct db *db, const struct report *p, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		    struct error *err);

/* Keeps what the party said. */
int telling_consents(struct db *db, const struct request *q, bool is_given, const char *how, const struct doing *doing,
		     struct error *err);

/* Drafts a letter with what these requests' parties found to a contact. -EACCES: one of them has not consented, or took it back. */
struct telling_findings {
	const struct request *requests;
	size_t count;
	const struct contact *to;
	const char *subject, *text;
};
int telling_pass_on(struct db *db, const struct telling_findings *f, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		    struct error *err);

#endif
