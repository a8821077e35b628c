/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the processes that serve pages share. */
#include "process/serve.h"

#include "base/log.h"

volatile sig_atomic_t serve_stop;

static void stop(int signal)
{
	(void)signal;
	serve_stop = 1;
}

void serve_signals(void)
{
	struct sigaction end = { .sa_handler = stop }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

void serve_say(int fd, const char *address)
{
	unsigned port = http_port(fd);
	const char *colon = strrchr(address, ':');
	char text[200];

	if (port)
		snprintf(text, sizeof text, "http://%.*s:%u/", colon ? (int)(colon - address) : 9,
			 colon ? address : "127.0.0.1", port);
	else
		snprintf(text, sizeof text, "%s", address);
	log_info("listening", "address", text);
}

int serve_usage(const char *usage, const struct error *err)
{
	if (err->line[0])
		error_print(err);
	fputs(usage, err->line[0] ? stderr : stdout);
	return err->line[0] ? 2 : 0;
}
