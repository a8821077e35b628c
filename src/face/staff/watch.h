/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the collector says of its sensors. Its folder also holds its TLS key, and its files are replaced by rename, so that the
 * process of the pages could read either all of that folder or none: a child of its own reads two files of it, `sensors` and
 * `status`, and sends them when it is asked. */
#ifndef FACE_STAFF_WATCH_H
#define FACE_STAFF_WATCH_H

#include "observe/delivery/roster.h"
#include "observe/delivery/status.h"

struct watch;

/* Before the walls stand: it forks. The folder may come into being later. */
int watch_start(const char *folder, struct watch **ret, struct error *err);
/* Ends the child, which nobody waits for. Accepts NULL and returns NULL. */
struct watch *watch_free(struct watch *w);

struct watched {
	struct roster roster; /* empty: no sensor delivers here */
	struct status status;
};

/* As it is now; `w` NULL: nobody. `ret` is cleared by the caller, on failure too. */
int watch_look(struct watch *w, struct watched *ret, struct error *err);
void watched_clear(struct watched *w);

#endif
