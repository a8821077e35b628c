/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Giving up root. */
#ifndef ENGINE_PROC_USER_H
#define ENGINE_PROC_USER_H

#include "base/error.h"

#include <sys/types.h>

#define USER_DEFAULT "nobody"

/* Looks a user up; NULL or "" means USER_DEFAULT. -ENOENT: no such user; -EINVAL: it is root. */
int user_find(const char *name, uid_t *ret_uid, gid_t *ret_gid, struct error *err);

/* Becomes that user with no other groups, and checks that there is no way back. Nothing happens when the process is
 * not root. */
int user_become(uid_t uid, gid_t gid, struct error *err);

#endif
