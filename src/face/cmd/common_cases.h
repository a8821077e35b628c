/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What commands on the case database share. */
#ifndef FACE_CMD_COMMON_CASES_H
#define FACE_CMD_COMMON_CASES_H

#include "desk/observatory/observatory.h"
#include "engine/db/db.h"
#include "face/cmd/command.h"

/* Opens the case database (--db, else the configuration), makes it where there is none, and sets the centre's zone. */
int common_cases(const struct invocation *in, struct db **ret, struct error *err);

/* The same for reading: where there is no database yet, `*ret` is NULL and that is no failure. */
int common_cases_read(const struct invocation *in, struct db **ret, struct error *err);

/* Who works on the command line, now: 'local:<user>'. Lives as long as the command. */
struct doing common_doing(void);

/* The exit code that goes with a failure: wrong usage for -EINVAL. Prints it. */
int common_failed(int r, const struct error *err);

#endif
