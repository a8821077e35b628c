/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that hands mails to a mail server: mails on standard input, their fate on standard output. It has neither
 * a database nor a key. */
#include "engine/mail/mailer.h"

#include <unistd.h>

int main(void)
{
	struct error err = ERROR_NONE;
	int r = mailer_serve(STDIN_FILENO, STDOUT_FILENO, &err);

	if (r < 0)
		error_print(&err);
	return r < 0 ? 3 : 0;
}
