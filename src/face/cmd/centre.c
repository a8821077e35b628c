/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi centre run: becomes the centre's first process. */
#include "engine/conf/conf.h"
#include "engine/proc/helper.h"
#include "face/cmd/cmd_int.h"

#include <errno.h>
#include <unistd.h>

int cmd_centre_run(const struct invocation *in)
{
	const char *local = in->value[OPTION_LOCAL], *conf = in->value[OPTION_CONFIG];
	struct error err = ERROR_NONE;
	char path[HELPER_PATH_MAX];

	if (local && conf) {
		error_set(&err, -EINVAL, "--local has its own configuration; give one of --local and --config");
		return command_usage(&err);
	}
	if (helper_path("main", path, &err) < 0)
		return command_fail(&err);
	if (local)
		execl(path, "hinomi-main", "--local", local, (char *)NULL);
	else
		execl(path, "hinomi-main", "-c", conf ? conf : CONF_PATH_DEFAULT, (char *)NULL);
	error_errno(&err, -errno, "cannot run '%s'", path);
	return command_fail(&err);
}
