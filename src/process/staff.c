/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process behind the analyst's pages: reads the event store, listens on this machine alone, connects to nothing. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "engine/proc/sandbox.h"
#include "face/staff/staff.h"
#include "observe/series/surge.h"
#include "process/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

static const char usage[] =
	"usage: hinomi-staff [--listen ADDRESS:PORT | --socket PATH] [--scanners FILE] [--zone ZONE] --data DIR\n"
	"Serves the analyst's pages to this machine alone (default listener 127.0.0.1:8081).\n";

struct asked {
	const char *listen, *socket, *data, *scanners, *zone;
};

static void print_path(void *context, const char *path)
{
	(void)context;
	puts(path);
}

static int parse(int argc, char **argv, struct asked *ret, struct error *err)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' },   { "socket", required_argument, NULL, 's' },
		{ "data", required_argument, NULL, 'd' },     { "scanners", required_argument, NULL, 'S' },
		{ "zone", required_argument, NULL, 'z' },     { "help", no_argument, NULL, 'h' },
		{ "list-paths", no_argument, NULL, 'L' },     { 0 },
	};
	int got;

	*ret = (struct asked){ .listen = "127.0.0.1:8081", .zone = CALENDAR_ZONE_DEFAULT };
	while ((got = getopt_long(argc, argv, "l:s:d:z:h", longs, NULL)) != -1) {
		const char **into = got == 'l' ? &ret->listen : got == 's' ? &ret->socket : got == 'd' ? &ret->data :
				    got == 'S' ? &ret->scanners : got == 'z' ? &ret->zone : NULL;
		if (got == 'L')
			staff_each_path(print_path, NULL);
		if (got == 'L')
			exit(0);
		if (got == 'h')
			return 1;
		if (!into)
			return error_set(err, -EINVAL, "an option is wrong");
		*into = optarg;
	}
	if (optind != argc || !ret->data)
		return error_set(err, -EINVAL, "the folder of the event store is needed: --data DIR");
	return 0;
}

static int listen_local(const struct asked *a, int *ret_fd, struct error *err)
{
	int r = a->socket ? http_listen_unix(a->socket, ret_fd, err) : http_listen(a->listen, ret_fd, err);

	if (r < 0)
		return r;
	if (http_is_local(*ret_fd))
		return 0;
	close(*ret_fd);
	error_hint(err, "until there are accounts these pages are for 127.0.0.1, [::1] or a Unix socket (--socket)");
	return error_set(err, -EINVAL, "'%s' can be reached from other machines", a->listen);
}

static int serve(const struct asked *a, struct error *err)
{
	struct staff staff = { .store = a->data, .surge_threshold = SURGE_THRESHOLD_DEFAULT };
	_cleanup_close_ int folder = open(a->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *hidden = NULL;
	struct http_config config = staff_config(&staff);
	struct http_server *server;
	int fd, r = 0;

	if (folder < 0)
		return error_errno(err, -errno, "cannot open the store '%s'", a->data);
	if (a->scanners)
		r = staff_scanners_load(a->scanners, &hidden, &staff.hidden_count, err);
	staff.hidden = hidden;
	if (r == 0)
		r = listen_local(a, &fd, err);
	if (r == 0)
		r = http_server_new(&config, fd, &server, err);
	if (r < 0)
		return r;
	serve_signals();
	serve_say(fd, a->socket ? a->socket : a->listen);
	r = sandbox_enter_beneath(SANDBOX_STAFF, folder, err);
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
	log_init("hinomi-staff", LOG_LEVEL_INFO);
	r = calendar_set_zone(asked.zone, &err);
	if (r == 0)
		r = serve(&asked, &err);
	if (r < 0)
		error_print(&err);
	return r == -EINVAL ? 2 : r < 0 ? 3 : 0;
}
