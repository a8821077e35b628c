/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that looks at things on the network: questions on standard input, answers on standard output. It has neither
 * a database nor a key nor a file. */
#include "engine/net/fetch.h"

#include <unistd.h>

int main(void)
{
	struct error err = ERROR_NONE;
	int r = fetch_serve(STDIN_FILENO, STDOUT_FILENO, &err);

	if (r < 0)
		error_print(&err);
	return r < 0 ? 3 : 0;
}
