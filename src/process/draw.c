/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that draws: layouts on standard input, pictures on standard output, nothing else. */
#include "engine/draw/drawer.h"

#include <unistd.h>

int main(void)
{
	struct error err = ERROR_NONE;
	int r = drawer_serve(STDIN_FILENO, STDOUT_FILENO, &err);

	if (r < 0)
		error_print(&err);
	return r < 0 ? 3 : 0;
}
