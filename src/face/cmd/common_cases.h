/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What commands on the case database share. */
#ifndef FACE_CMD_COMMON_CASES_H
#define FACE_CMD_COMMON_CASES_H

#include "base/arena.h"
#include "engine/blob/blob.h"
#include "engine/conf/conf.h"
#include "engine/db/db.h"
#include "face/cmd/command.h"
#include "ground/record/doing.h"

/* Opens the case database (--db, else the configuration), makes it where there is none, and sets the centre's zone. */
int common_cases(const struct invocation *in, struct db **ret, struct error *err);

/* The same for reading: where there is no database yet, `*ret` is NULL and that is no failure. */
int common_cases_read(const struct invocation *in, struct db **ret, struct error *err);

/* Who works on the command line, now: 'local:<user>'. Lives as long as the command. */
struct doing common_doing(void);

/* What the incident desk's commands work on. */
struct cases {
	struct db *db; /* NULL: there is none yet (for reading alone) */
	struct blobs *blobs;
	struct arena *arena;
	const struct conf *conf;
	struct doing doing;
};
/* What a failure leaves is closed: to close it again changes nothing. */
int cases_open(const struct invocation *in, bool writes, struct cases *ret, struct error *err);
void cases_close(struct cases *c);
/* Closes them and gives the exit code that goes with `r`; prints a failure. */
int cases_end(struct cases *c, int r, const struct error *err);
/* The value of an option, or `otherwise`. */
const char *cases_option(const struct invocation *in, enum command_option option, const char *otherwise);
/* --at: when it was, at the latest now; without it now. -EINVAL. */
int cases_time(const struct invocation *in, const struct cases *c, int64_t *ret, struct error *err);
/* A file's text, "-" for standard input, of the arena: UTF-8 without NUL. */
int cases_text_of(struct cases *c, const char *path, size_t max, const char **ret, struct error *err);

/* Who writes letters, as telling.h of desk/incident wants it: names, keys, now. */
struct telling_centre;
struct telling_centre cases_centre(const struct invocation *in, const struct cases *c);

/* The exit code that goes with a failure: wrong usage for -EINVAL. Prints it. */
int common_failed(int r, const struct error *err);

#endif
