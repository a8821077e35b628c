/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that signs and encrypts letters: questions on standard input, answers on standard output. It has neither a
 * network nor a database, and runs GnuPG alone. */
#include "engine/keys/keys.h"

#include <unistd.h>

int main(void)
{
	struct error err = ERROR_NONE;
	int r = keys_serve(KEYS_SIGN, STDIN_FILENO, STDOUT_FILENO, &err);

	if (r < 0)
		error_print(&err);
	return r < 0 ? 3 : 0;
}
