/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that serves the released tree: no store, no database, no files but that tree. */
#include "base/cleanup.h"
#include "base/log.h"
#include "engine/proc/sandbox.h"
#include "face/public/public.h"
#include "process/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

static const char usage[] = "usage: hinomi-public [--listen ADDRESS:PORT] FOLDER\n"
			    "Serves what `hinomi publish` released into FOLDER (default listener 127.0.0.1:8080).\n";

struct asked {
	const char *listen, *folder;
};

static int parse(int argc, char **argv, struct asked *ret, struct error *err)
{
	static const struct option longs[] = { { "listen", required_argument, NULL, 'l' }, { "help", no_argument, NULL, 'h' },
					       { 0 } };
	int got;

	*ret = (struct asked){ .listen = "127.0.0.1:8080" };
	while ((got = getopt_long(argc, argv, "l:h", longs, NULL)) != -1) {
		if (got == 'h')
			return 1;
		if (got != 'l')
			return error_set(err, -EINVAL, "an option is wrong");
		ret->listen = optarg;
	}
	if (argc - optind != 1)
		return error_set(err, -EINVAL, "the folder of the released tree is needed");
	ret->folder = argv[optind];
	return 0;
}

static int serve(const struct asked *asked, struct error *err)
{
	_cleanup_close_ int out = open(asked->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct public_site site = { .out = out };
	struct http_config config = public_config(&site);
	struct http_server *server;
	int fd, r;

	if (out < 0)
		return error_errno(err, -errno, "cannot open the folder '%s'", asked->folder);
	r = http_listen(asked->listen, &fd, err);
	if (r == 0)
		r = http_server_new(&config, fd, &server, err);
	if (r < 0)
		return r;
	serve_signals();
	serve_say(fd, asked->listen);
	r = sandbox_enter_beneath(SANDBOX_PUBLIC, out, err);
	if (r == 0)
		http_server_run(server, &serve_stop);
	http_server_free(server);
	return r;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;
	struct asked asked;
	int r = parse(argc, argv, &asked, &err);

	if (r != 0)
		return serve_usage(usage, &err);
	log_init("hinomi-public", LOG_LEVEL_INFO);
	r = serve(&asked, &err);
	if (r < 0)
		error_print(&err);
	return r == -EINVAL ? 2 : r < 0 ? 3 : 0;
}
