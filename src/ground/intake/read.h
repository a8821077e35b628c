/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a mail: in a child of its own that can do nothing but answer. What it says is as hostile as the mail. */
#ifndef GROUND_INTAKE_READ_H
#define GROUND_INTAKE_READ_H

#include "base/arena.h"
#include "format/mail/kind.h"

#define READ_IDS_MAX 200
#define READ_FILES_MAX 1000
#define READ_SECONDS 60

struct read_file {
	const char *name, *type;
	struct bytes bytes;
};

/* One recipient of a bounce. */
struct read_returned {
	const char *address, *status, *diagnostic, *reason;
	bool is_failed;
};

/* Texts are valid UTF-8, "" where there is nothing. All of it is of the arena. */
struct read_mail {
	enum mail_kind kind;
	const char *rule, *evidence; /* why it was taken for that */
	bool may_answer, is_delayed;
	const char *subject, *from_name, *from_address, *answer_address, *message_id, *original_id, *text;
	const char *ids[READ_IDS_MAX]; /* what it answers or refers to, the nearest first */
	size_t id_count;
	struct read_returned returned[20];
	size_t returned_count;
	struct read_file *files;
	size_t file_count;
	bool is_cut;
};

/* Call mail_library_init() once before, and before walls stand. -ECHILD: the reader was ended, or ended itself; -ETIMEDOUT. */
int read_mail(struct bytes raw, const struct mail_centre *centre, struct arena *arena, struct read_mail *ret, struct error *err);

#endif
