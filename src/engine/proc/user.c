/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Giving up root. */
#include "engine/proc/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

int user_find(const char *name, uid_t *ret_uid, gid_t *ret_gid, struct error *err)
{
	const char *wanted = name && name[0] ? name : USER_DEFAULT;
	const struct passwd *found = getpwnam(wanted);

	if (!found)
		return error_set(err, -ENOENT, "there is no user '%s'", wanted);
	if (found->pw_uid == 0)
		return error_set(err, -EINVAL, "'%s' is root; choose a user without rights", wanted);
	*ret_uid = found->pw_uid;
	*ret_gid = found->pw_gid;
	return 0;
}

int user_become(uid_t uid, gid_t gid, struct error *err)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return error_errno(err, -errno, "cannot give up root");
	if (setuid(0) == 0)
		return error_set(err, -EPERM, "root was given up but came back");
	return 0;
}
