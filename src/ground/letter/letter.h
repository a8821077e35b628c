/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Letters: what the centre sends. A letter is drafted, queued (from then on it has its Message-ID), sent by a job through the
 * processes that sign and that mail, and may come back or be answered.
 *
 *	letter_draft(db, &n, uuid, &id, ref, &err);
 *	letter_queue(db, id, &q, &err);            (can be taken back until `send_after`)
 *	post_due(…)                                (post.h: what a job does)
 *
 * The outbox promise (design decision 7.7): the row is marked 'sending' and committed before the mail server is told; whoever
 * finds a row so at its start marks it 'uncertain', which a person decides. Nothing lost, nothing sent twice unasked.
 *
 * `viewer` is the id of who asks (ground/access/sight.h): what it may not see is as if it were not there. */
#ifndef GROUND_LETTER_LETTER_H
#define GROUND_LETTER_LETTER_H

#include "ground/letter/rules.h"
#include "ground/access/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

#define LETTER_MESSAGE_ID_MAX 200

struct letter_attachment {
	const char *name, *type, *blob;
};

struct letter_new {
	int64_t about_id;
	const char *kind;     /* 'request', 'reminder', 'acknowledgement', 'closing', 'word' */
	int64_t contact_id;   /* 0: none of the directory */
	const char *to_name, *to_address, *language, *subject, *text;
	const char *in_reply_to; /* a Message-ID, "" */
	const char *protection;  /* 'none', 'signed', 'encrypted' */
	const struct letter_attachment *attachments;
	size_t attachment_count;
	struct doing doing;
};

struct letter {
	int64_t id, about_id, contact_id; /* 0: none */
	const char *ref, *about, *kind, *to_name, *to_address, *language, *subject, *text, *state, *message_id, *in_reply_to;
	const char *protection, *failure, *returned, *approved_by, *blob;
	int64_t send_after, sent_at, attempts; /* 0: not yet */
};

/* Inside a transaction. */
int letter_draft(struct db *db, const struct letter_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
		 char ret_ref[RECORD_REF_MAX], struct error *err);

struct letter_queueing {
	const char *domain; /* right of its Message-ID */
	const char *nonce;  /* sixteen hexadecimal digits that nobody can guess, made before the transaction */
	int64_t send_after;
	struct doing doing;
};

/* A draft goes out at `send_after`. Inside a transaction. -ENOENT; -EALREADY: it is no draft any more. */
int letter_queue(struct db *db, int64_t id, const struct letter_queueing *q, struct error *err);

/* The same as a transaction of its own: from `address` of the centre, whose domain its Message-ID has. -EINVAL: there is none. */
int letter_send(struct db *db, int64_t id, const char *address, int64_t send_after, const struct doing *doing, struct error *err);

/* Takes it back, or throws a draft away. -EALREADY: it is on its way or out. */
int letter_withdraw(struct db *db, int64_t id, const struct doing *doing, struct error *err);

/* A person decided about an uncertain letter, or wants another attempt of a failed one: it goes out again, with the same
 * Message-ID, or it counts as sent. -EALREADY: it is neither. */
int letter_resend(struct db *db, int64_t id, int64_t send_after, const struct doing *doing, struct error *err);
int letter_settle(struct db *db, int64_t id, const struct doing *doing, struct error *err);

/* By ref, by id, by Message-ID: 1 and the letter, of the arena; 0: there is none. */
int letter_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct letter *ret, struct error *err);
int letter_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct letter *ret, struct error *err);
int letter_by_message_id(struct db *db, const char *message_id, struct arena *arena, struct letter *ret, struct error *err);

/* Of a record, or (0) all, these from the id `through` on (0: the newest); of a state, or (""); the newest first; of the arena. */
int letter_list(struct db *db, int64_t viewer, int64_t about_id, const char *state, int64_t through, int64_t most, struct arena *arena, struct letter **ret,
		size_t *ret_count, struct error *err);
int letter_attachments(struct db *db, int64_t id, struct arena *arena, struct letter_attachment **ret, size_t *ret_count,
		       struct error *err);

/* --- what the job does (post.h) --- */

/* Whether there is anything to do for the job: 1 or 0. */
int letter_is_due(struct db *db, int64_t now, struct error *err);
/* Letters found on their way: nobody knows whether they arrived. Gives how many. */
int letter_find_uncertain(struct db *db, const struct doing *doing, struct error *err);
/* The next one that is due at `now`: 1, or 0. */
int letter_due(struct db *db, int64_t now, struct arena *arena, struct letter *ret, struct error *err);
/* It is on its way; `blob` is the mail as it will be handed over. */
int letter_sending(struct db *db, int64_t id, const char *blob, const struct doing *doing, struct error *err);
/* How it ended. 'sent', 'failed', 'uncertain', or 'queued' again for later. */
int letter_ended(struct db *db, int64_t id, const char *state, const char *failure, int64_t again_at, const struct doing *doing,
		 struct error *err);
/* It came back, or is late. Inside a transaction. */
int letter_returned(struct db *db, int64_t id, const char *returned, const char *detail, const struct doing *doing,
		    struct error *err);

#endif
