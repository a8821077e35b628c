/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process that serves the released tree, and takes reports by form into a spool: no store, no database. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "engine/proc/file.h"
#include "engine/proc/sandbox.h"
#include "face/public/forms.h"
#include "face/public/public.h"
#include "process/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sodium.h>

static const char usage[] =
	"usage: hinomi-public [--listen ADDRESS:PORT] [--spool FOLDER --states FOLDER] [--proxy ADDRESS] [--zone ZONE] FOLDER\n"
	"Serves what `hinomi publish` released into FOLDER (default listener 127.0.0.1:8080), and forms of reports where there\n"
	"is a spool for them.\n";

struct asked {
	const char *listen, *folder, *spool, *states, *proxy, *zone;
};

static bool take_option(struct asked *a, int option)
{
	const struct {
		int option;
		const char **into;
	} rows[] = { { 'l', &a->listen }, { 's', &a->spool }, { 't', &a->states }, { 'p', &a->proxy }, { 'z', &a->zone } };

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].option == option) {
			*rows[i].into = optarg;
			return true;
		}
	return false;
}

static int parse(int argc, char **argv, struct asked *ret, struct error *err)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' }, { "spool", required_argument, NULL, 's' },
		{ "states", required_argument, NULL, 't' }, { "proxy", required_argument, NULL, 'p' },
		{ "zone", required_argument, NULL, 'z' },   { "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int got;

	*ret = (struct asked){ .listen = "127.0.0.1:8080", .proxy = "" };
	while ((got = getopt_long(argc, argv, "l:h", longs, NULL)) != -1) {
		if (got == 'h')
			return 1;
		if (!take_option(ret, got))
			return error_set(err, -EINVAL, "an option is wrong");
	}
	if (argc - optind != 1)
		return error_set(err, -EINVAL, "the folder of the released tree is needed");
	if (!ret->spool != !ret->states)
		return error_set(err, -EINVAL, "forms need both --spool and --states");
	ret->folder = argv[optind];
	return 0;
}

/* --- the forms --- */

/* NULL: there are none. Folders that are missing are made: nobody may have sent anything yet. */
static int open_forms(const struct asked *asked, struct public_forms **ret, struct error *err)
{
	static struct public_forms forms;
	int r;

	*ret = NULL;
	if (!asked->spool)
		return 0;
	forms.proxy = asked->proxy;
	r = folder_open(asked->spool, 0700, &forms.spool, err);
	if (r == 0)
		r = folder_open(asked->states, 0700, &forms.states, err);
	if (r == 0 && sodium_init() < 0)
		r = error_set(err, -EIO, "cannot start libsodium");
	if (r < 0)
		return r;
	randombytes_buf(forms.key, sizeof forms.key);
	*ret = &forms;
	return 0;
}

static int lock_in(int out, const struct public_forms *forms, struct error *err)
{
	const struct sandbox_place places[] = {
		{ .fd = out },
		{ .fd = forms ? forms->spool : -1, .is_dropped = true },
		{ .fd = forms ? forms->states : -1 },
	};

	return forms ? sandbox_enter_places(SANDBOX_FORMS, places, COUNT(places), err) : sandbox_enter_beneath(SANDBOX_PUBLIC, out, err);
}

static int serve(const struct asked *asked, struct error *err)
{
	_cleanup_close_ int out = open(asked->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct public_site site = { .out = out };
	struct http_config config;
	struct http_server *server;
	int fd, r;

	if (out < 0)
		return error_errno(err, -errno, "cannot open the folder '%s'", asked->folder);
	r = asked->zone ? calendar_set_zone(asked->zone, err) : 0;
	if (r == 0)
		r = open_forms(asked, &site.forms, err);
	config = public_config(&site);
	if (r == 0)
		r = http_listen(asked->listen, &fd, err);
	if (r == 0)
		r = http_server_new(&config, fd, &server, err);
	if (r < 0)
		return r;
	serve_signals();
	serve_say(fd, asked->listen);
	r = lock_in(out, site.forms, err);
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
