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

/* mail_to_case.c: reads what arrived and files it: reports, replies, bounces. Gives how many were settled. A message that
 * cannot be read is tried a few times, then waits for a person. */
int flow_mails(struct db *db, struct blobs *blobs, const struct flow_centre *centre, const struct doing *doing, struct error *err);

/* outbox.c: sends what is due, one after the other, and has requests follow their letters. `keys` and `mailer` may be NULL: then
 * nothing is signed, or nothing goes out. Gives how many went. */
int flow_outbox(struct db *db, struct blobs *blobs, const struct flow_centre *centre, struct keys *keys, struct mailer *mailer,
		const struct doing *doing, struct error *err);

/* Whether there is a letter to send, or a request behind its letter, at `now`: 1 or 0. */
int flow_outbox_waits(struct db *db, int64_t now, struct error *err);

#endif
