/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The process behind the staff pages: reads the event store, connects to nothing, listens on this machine alone unless there are
 * accounts and TLS. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/conf/conf.h"
#include "engine/db/db.h"
#include "engine/place/place.h"
#include "engine/proc/file.h"
#include "engine/proc/sandbox.h"
#include "face/staff/staff.h"
#include "ground/access/account.h"
#include "ground/access/sight.h"
#include "process/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>

#define PEM_MAX 65536
#define HOLIDAYS_MAX (1u << 20)

static const char usage[] =
	"usage: hinomi-staff [-c FILE] [--listen ADDRESS:PORT | --socket PATH] [--data DIR] [--scanners FILE]\n"
	"                    [--place FILE] [--db FILE] [--collect DIR] [--zone ZONE]\n"
	"Serves the staff pages. What is not given here comes from the configuration.\n";

struct asked {
	const char *conf, *listen, *socket, *data, *scanners, *place, *zone, *database, *collect;
};

static void print_path(void *context, const char *path)
{
	(void)context;
	puts(path);
}

static int parse(int argc, char **argv, struct asked *ret, struct error *err)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },   { "listen", required_argument, NULL, 'l' },
		{ "socket", required_argument, NULL, 's' },   { "data", required_argument, NULL, 'd' },
		{ "scanners", required_argument, NULL, 'S' }, { "place", required_argument, NULL, 'p' },
		{ "zone", required_argument, NULL, 'z' },     { "help", no_argument, NULL, 'h' },
		{ "list-paths", no_argument, NULL, 'L' },     { "db", required_argument, NULL, 'D' },
		{ "collect", required_argument, NULL, 'C' },
		{ 0 },
	};
	int got;

	*ret = (struct asked){ .conf = NULL };
	while ((got = getopt_long(argc, argv, "c:l:s:d:z:h", longs, NULL)) != -1) {
		const char **into = got == 'l' ? &ret->listen : got == 's' ? &ret->socket : got == 'd' ? &ret->data :
				    got == 'S' ? &ret->scanners : got == 'z' ? &ret->zone : got == 'c' ? &ret->conf :
				    got == 'p' ? &ret->place : got == 'D' ? &ret->database :
				    got == 'C' ? &ret->collect : NULL;
		if (got == 'L') {
			staff_each_path(print_path, NULL);
			exit(0);
		}
		if (got == 'h')
			return 1;
		if (!into)
			return error_set(err, -EINVAL, "an option is wrong");
		*into = optarg;
	}
	return optind == argc ? 0 : error_set(err, -EINVAL, "'%s' is one argument too many", argv[optind]);
}

/* The listener of the settings is an address, or a path. */
static void complete(struct asked *a, const struct conf *c)
{
	const char *listen = conf_text(c, SETTING_STAFF_LISTEN);

	if (!a->listen && !a->socket && listen[0] == '/')
		a->socket = listen;
	else if (!a->listen)
		a->listen = listen;
	if (!a->data)
		a->data = conf_text(c, SETTING_STORE_FOLDER);
	if (!a->scanners)
		a->scanners = conf_text(c, SETTING_STAFF_SCANNERS);
	if (!a->place)
		a->place = conf_text(c, SETTING_OBSERVE_PLACES);
	if (!a->database)
		a->database = conf_text(c, SETTING_CENTRE_DATABASE);
	if (!a->collect)
		a->collect = conf_text(c, SETTING_COLLECT_FOLDER);
	if (!a->zone)
		a->zone = conf_text(c, SETTING_CENTRE_ZONE);
}

/* Once there are accounts, and browsers come by TLS, the pages may be for other machines. */
static int listen_on(const struct asked *a, struct staff *staff, int *ret_fd, struct error *err)
{
	int r = a->socket ? http_listen_unix(a->socket, ret_fd, err) : http_listen(a->listen, ret_fd, err);

	if (r < 0)
		return r;
	staff->is_public = !http_is_local(*ret_fd);
	if (!staff->is_public || (staff->has_accounts && staff->is_secure))
		return 0;
	close(*ret_fd);
	if (staff->has_accounts)
		error_hint(err, "without staff.tls_certificate or staff.proxy these pages are for 127.0.0.1, [::1] or a Unix socket");
	else
		error_hint(err, "until there are accounts these pages are for 127.0.0.1, [::1] or a Unix socket (--socket)");
	return error_set(err, -EINVAL, "'%s' can be reached from other machines", a->listen);
}

static int find_accounts(struct staff *staff, struct error *err)
{
	int r = access_prepare(staff->db, err);

	if (r == 0)
		r = account_any(staff->db, err);
	staff->has_accounts = r == 1;
	return r < 0 ? r : 0;
}

/* Opened before the walls stand: afterwards no file can be opened for writing. Where no database can be made the pages only
 * read; one that is there and cannot be opened is a reason not to start, for who may see them stands in it. */
static int open_cases(const struct asked *a, struct db **ret, struct error *err)
{
	struct error inner = ERROR_NONE;
	int r = db_open(a->database, DB_CREATE, ret, &inner);

	if (r == 0)
		return 0;
	*ret = NULL;
	if (r == -EBADMSG || db_is_server(a->database) || access(a->database, F_OK) == 0) {
		*err = inner;
		return r;
	}
	log_warn("there is no case database: nothing can be decided or noted", "database", a->database, "reason", inner.line);
	return 0;
}

static const char *actor(void)
{
	static char name[80];
	const struct passwd *user = getpwuid(getuid());

	if (user)
		snprintf(name, sizeof name, "local:%s", user->pw_name);
	else
		snprintf(name, sizeof name, "local:%u", (unsigned)getuid());
	return name;
}

/* Both files of the settings, or none. */
static int load_tls(const struct conf *c, struct buf *certificate, struct buf *key, struct error *err)
{
	const char *names[] = { conf_text(c, SETTING_STAFF_CERTIFICATE), conf_text(c, SETTING_STAFF_KEY) };
	int r;

	if (!names[0][0] && !names[1][0])
		return 0;
	if (!names[0][0] || !names[1][0])
		return error_set(err, -EINVAL, "staff.tls_certificate and staff.tls_key go together");
	r = file_read(AT_FDCWD, names[0], PEM_MAX, certificate, err);
	return r < 0 ? r : file_read(AT_FDCWD, names[1], PEM_MAX, key, err);
}

static int run(const struct asked *a, const struct conf *c, struct staff *staff, int folder, struct error *err)
{
	_cleanup_(buf_clear) struct buf certificate = { 0 }, key = { 0 };
	struct http_config config;
	struct http_server *server;
	int fd, r = load_tls(c, &certificate, &key, err);

	staff->is_secure = certificate.n || staff->proxy[0];
	config = staff_config(staff);
	if (certificate.n) {
		config.tls_certificate = certificate.p;
		config.tls_key = key.p;
	}
	if (r == 0)
		r = listen_on(a, staff, &fd, err);
	if (r == 0)
		r = http_server_new(&config, fd, &server, err);
	if (r < 0)
		return r;
	serve_signals();
	serve_say(fd, a->socket ? a->socket : a->listen);
	r = sandbox_enter_beneath(SANDBOX_STAFF, folder, err);
	if (r == 0)
		http_server_run(server, &serve_stop);
	/* Behind the walls it cannot connect again: it is started anew. */
	if (r == 0 && staff->db && db_is_lost(staff->db))
		r = error_set(err, -EPIPE, "the connection to the case database was lost");
	http_server_free(server);
	return r;
}

/* Without a table the law's rule holds. */
static int load_holidays(const struct conf *c, struct holiday_table **ret, struct error *err)
{
	const char *path = conf_text(c, SETTING_CENTRE_HOLIDAYS);
	_cleanup_(buf_clear) struct buf b = { .p = NULL };
	int r = path[0] ? file_read(AT_FDCWD, path, HOLIDAYS_MAX, &b, err) : 0;

	return r < 0 || !path[0] ? r : holiday_table_parse(buf_bytes(&b), ret, err);
}

static int serve(const struct asked *a, const struct conf *c, struct error *err)
{
	struct staff staff = { .store = a->data, .stop = &serve_stop, .surge_threshold = (double)conf_number(c, SETTING_OBSERVE_THRESHOLD),
			       .silence_us = conf_number(c, SETTING_OBSERVE_SILENCE) * 60 * SECOND_US };
	_cleanup_close_ int folder = open(a->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *hidden = NULL;
	struct place_table *places = NULL;
	struct holiday_table *holidays = NULL;
	int r = 0;

	if (folder < 0)
		return error_errno(err, -errno, "cannot open the store '%s'", a->data);
	if (a->scanners[0])
		r = staff_scanners_load(a->scanners, &hidden, &staff.hidden_count, err);
	staff.hidden = hidden;
	if (r == 0 && a->place[0])
		r = place_table_load(a->place, &places, err);
	if (places) {
		staff.place = place_look;
		staff.place_context = places;
	}
	staff.actor = actor();
	staff.names = conf_text(c, SETTING_STAFF_NAMES);
	staff.mail_address = conf_text(c, SETTING_MAIL_ADDRESS);
	staff.name_ja = conf_text(c, SETTING_CENTRE_NAME_JA);
	staff.name_en = conf_text(c, SETTING_CENTRE_NAME_EN);
	staff.home = conf_text(c, SETTING_CENTRE_COUNTRY);
	staff.can_sign = conf_text(c, SETTING_KEYS_SIGN)[0];
	staff.patience_us = conf_number(c, SETTING_DESK_PATIENCE) * 24 * HOUR_US;
	staff.delay_us = conf_number(c, SETTING_MAIL_DELAY) * SECOND_US;
	staff.proxy = conf_text(c, SETTING_STAFF_PROXY);
	staff.limits.idle_us = conf_number(c, SETTING_STAFF_IDLE) * 60 * SECOND_US;
	staff.limits.longest_us = conf_number(c, SETTING_STAFF_SESSION) * HOUR_US;
	if (r == 0)
		r = load_holidays(c, &holidays, err);
	staff.calendar.table = holidays;
	if (r == 0)
		r = watch_start(a->collect, &staff.watch, err);
	if (r == 0)
		r = open_cases(a, &staff.db, err);
	if (r == 0 && staff.db)
		r = find_accounts(&staff, err);
	if (r == 0)
		r = run(a, c, &staff, folder, err);
	db_close(staff.db);
	watch_free(staff.watch);
	place_table_free(places);
	holiday_table_free(holidays);
	return r;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;
	struct conf *c = NULL;
	struct asked asked;
	int r = parse(argc, argv, &asked, &err);

	if (r != 0)
		return serve_usage(usage, &err);
	log_init("hinomi-staff", LOG_LEVEL_INFO);
	r = conf_load(asked.conf, &c, &err);
	if (r == 0) {
		complete(&asked, c);
		r = calendar_set_zone(asked.zone, &err);
	}
	if (r == 0)
		r = serve(&asked, c, &err);
	if (r < 0)
		error_print(&err);
	conf_free(c);
	return r == -EINVAL ? 2 : r < 0 ? 3 : 0;
}
