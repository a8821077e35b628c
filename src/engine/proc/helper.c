/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where the package's own programs are. */
#include "engine/proc/helper.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define INSTALLED "/usr/libexec/hinomi"
#define MARKER ".hinomi-build-tree"

static int own_folder(char into[HELPER_PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", into, HELPER_PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return -errno;
	into[n] = '\0';
	slash = strrchr(into, '/');
	if (slash)
		*slash = '\0';
	return 0;
}

static bool is_build_tree(const char *folder)
{
	char marker[HELPER_PATH_MAX + sizeof MARKER];

	snprintf(marker, sizeof marker, "%s/" MARKER, folder);
	return access(marker, F_OK) == 0;
}

int helper_folder(char into[HELPER_PATH_MAX], struct error *err)
{
	const char *given = getenv("HINOMI_LIBEXEC");

	if (given && given[0]) {
		if ((size_t)snprintf(into, HELPER_PATH_MAX, "%s", given) >= HELPER_PATH_MAX)
			return error_set(err, -ENAMETOOLONG, "HINOMI_LIBEXEC is too long");
		return 0;
	}
	if (own_folder(into) < 0 || !is_build_tree(into))
		snprintf(into, HELPER_PATH_MAX, INSTALLED);
	return 0;
}

int helper_path(const char *name, char into[HELPER_PATH_MAX], struct error *err)
{
	char folder[HELPER_PATH_MAX];
	int r = helper_folder(folder, err);

	if (r < 0)
		return r;
	if ((size_t)snprintf(into, HELPER_PATH_MAX, "%s/hinomi%s%s", folder, name[0] ? "-" : "", name) >= HELPER_PATH_MAX)
		return error_set(err, -ENAMETOOLONG, "the path of the helper programs is too long");
	if (access(into, X_OK) < 0) {
		error_hint(err, "HINOMI_LIBEXEC says where the helper programs are");
		return error_errno(err, -errno, "cannot run '%s'", into);
	}
	return 0;
}
