/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Intake (受付): whatever arrives is kept as it came, before anybody looks into it; then it is read in a locked child, and filed
 * where it belongs (rules.h decides, flow/ does).
 *
 *	intake_keep(db, blobs, &n, &id, &err);       (on disk and committed when it returns: whoever brought it may forget it)
 *	intake_waiting(db, 20, arena, &list, …);     (what nobody has read yet)
 *	intake_file(db, id, &filing, &err);          (inside the transaction that makes the report, or adds the reply) */
#ifndef GROUND_INTAKE_INTAKE_H
#define GROUND_INTAKE_INTAKE_H

#include "engine/blob/blob.h"
#include "ground/intake/rules.h"
#include "ground/record/doing.h"
#include "ground/record/record.h"

#define INTAKE_MESSAGE_MAX (64u << 20)
/* Reading a message is tried so often; then a person must look. */
#define INTAKE_ATTEMPTS_MAX 3

struct intake_new {
	const char *channel; /* 'mail', 'web', 'fax', 'telephone', 'hand', 'list', 'api' */
	struct bytes bytes;
	int64_t at;
};

/* Keeps it. The same delivery again gives the same id and changes nothing: 0 new, 1 it was there. */
int intake_keep(struct db *db, struct blobs *blobs, const struct intake_new *n, int64_t *ret_id, struct error *err);

/* The same of an open file of any size. */
int intake_keep_file(struct db *db, struct blobs *blobs, const char *channel, int fd, int64_t at, int64_t *ret_id, struct error *err);

struct intake_message {
	int64_t id, received_at, bytes, attempts;
	const char *channel, *blob;
};

/* What is new, the oldest first; of the arena. */
int intake_waiting(struct db *db, int64_t most, struct arena *arena, struct intake_message **ret, size_t *ret_count,
		   struct error *err);

/* Whether there is any: 1 or 0. */
int intake_is_waiting(struct db *db, struct error *err);

/* Reading begins: it is counted before, so that a message that ends its reader is not tried for ever. Gives the attempts. */
int intake_attempt(struct db *db, int64_t id, struct error *err);

struct intake_attachment {
	const char *name, *type, *blob;
	int64_t bytes;
};

/* What was read, and where it goes. Texts of what there is not are "". */
struct intake_filing {
	const char *state;  /* 'filed', 'noted', 'bin', 'unread' */
	const char *kind, *reason;
	const char *message_id, *from_name, *from_address, *subject;
	const char *protection, *signature;
	const char *text;
	int64_t about_id;   /* 0: nothing */
	const struct intake_attachment *attachments;
	size_t attachment_count;
};

/* Inside a transaction. */
int intake_file(struct db *db, int64_t id, const struct intake_filing *f, struct error *err);

/* What was filed about a record, as it arrived; of the arena. */
struct intake_line {
	int64_t id, received_at;
	const char *channel, *state, *kind, *reason, *from_name, *from_address, *subject, *protection, *signature, *text, *blob;
	const char *about; /* ref, or "" */
};
int intake_about(struct db *db, int64_t record_id, struct arena *arena, struct intake_line **ret, size_t *ret_count,
		 struct error *err);
/* Of all channels, the newest first, of one state ("" all). */
int intake_list(struct db *db, const char *state, int64_t most, struct arena *arena, struct intake_line **ret, size_t *ret_count,
		struct error *err);

#endif
