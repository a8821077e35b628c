/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What crosses desks, one file per story. Flows hold no rules and no SQL: those belong to the desks and the ground. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "engine/blob/blob.h"
#include "engine/keys/keys.h"
#include "engine/mail/mailer.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

/* Who the centre is, in its letters. */
struct flow_centre {
	const char *name_ja, *name_en;
	const char *address;   /* of its mail; "": nothing is sent */
	const char *sign_key;  /* fingerprint, "" for the only one */
	bool can_sign;
	int64_t delay_us;      /* before a letter that a person told to go goes */
};

/* forms.c: the two folders shared with hinomi-public, open. */
struct flow_forms {
	int spool, states;
};
/* Keeps what lies in the spool, some hundreds at once, and takes it away there. Gives how many. */
int flow_forms_take(struct db *db, struct blobs *blobs, const struct flow_forms *forms, const struct doing *doing, struct error *err);
/* Whether there is any: 1 or 0. */
int flow_forms_wait(int spool, struct error *err);
/* Writes for the secret links what has changed. */
int flow_forms_tell(struct db *db, const struct flow_forms *forms, struct error *err);

/* mail_to_case.c: reads what arrived and files it: reports, replies, bounces, and forms (form_to_case.c). Gives how many were settled. A message that
 * cannot be read is tried a few times, then waits for a person. `open` is hinomi-open; NULL: encrypted mails are filed unread. */
int flow_mails(struct db *db, struct blobs *blobs, const struct flow_centre *centre, struct keys *open, const struct doing *doing,
	       struct error *err);

/* outbox.c: sends what is due, one after the other, and has requests follow their letters. `keys` and `mailer` may be NULL: then
 * nothing is signed, or nothing goes out. Gives how many went. */
int flow_outbox(struct db *db, struct blobs *blobs, const struct flow_centre *centre, struct keys *keys, struct mailer *mailer,
		const struct doing *doing, struct error *err);

/* Whether there is a letter to send, or a request behind its letter, at `now`: 1 or 0. */
int flow_outbox_waits(struct db *db, int64_t now, struct error *err);

#endif
