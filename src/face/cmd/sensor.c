/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi sensor add, change, list, revoke: the sensors that a centre knows. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/conf/conf.h"
#include "engine/proc/file.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/table.h"
#include "observe/delivery/identity.h"
#include "observe/delivery/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

#define HOURS_DEFAULT 24
#define HOURS_MAX 8760

static int no_certificate(struct error *err)
{
	error_hint(err, "start hinomi-collect once: it makes its key and certificate");
	return error_set(err, -ENOENT, "the collector has no certificate yet");
}

/* The collector's folder, open. `conf` is the caller's to free. */
static int begin(const struct invocation *in, struct conf **conf, int *ret_folder, struct error *err)
{
	int r = sodium_init() < 0 ? error_set(err, -EIO, "cannot start libsodium") : 0;
	const char *path = in->value[OPTION_FOLDER];

	if (r == 0)
		r = conf_load(in->value[OPTION_CONFIG], conf, err);
	if (r < 0)
		return r;
	if (!path)
		path = conf_text(*conf, SETTING_COLLECT_FOLDER);
	*ret_folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_folder >= 0)
		return 0;
	return errno == ENOENT ? no_certificate(err) : error_errno(err, -errno, "cannot open the folder '%s'", path);
}

static int load_pin(int folder, uint8_t ret[WIRE_HASH_BYTES], struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	int r = file_read(folder, "tls.pin", 256, &text, err);

	if (r == -ENOENT)
		return no_certificate(err);
	if (r == 0 && !hex_read(bytes_trim(buf_bytes(&text)), ret, WIRE_HASH_BYTES))
		r = error_set(err, -EBADMSG, "'tls.pin' is not a fingerprint");
	return r;
}

static int find_url(const struct invocation *in, const struct conf *conf, char into[CODE_URL_MAX + 1], struct error *err)
{
	const char *url = in->value[OPTION_URL] ? in->value[OPTION_URL] : conf_text(conf, SETTING_COLLECT_URL);
	char host[CODE_URL_MAX + 1];
	uint16_t port;

	if (url[0])
		snprintf(into, CODE_URL_MAX + 1, "%s", url);
	else
		snprintf(into, CODE_URL_MAX + 1, "https://%s", conf_text(conf, SETTING_COLLECT_LISTEN));
	return url_split(into, host, &port, err);
}

/* --- where it stands --- */

static int check_places(const struct invocation *in, struct error *err)
{
	static const int places[] = { OPTION_PLACE_JA, OPTION_PLACE_EN };

	for (size_t i = 0; i < COUNT(places); i++) {
		const char *text = in->value[places[i]];
		if (text && !place_check(text))
			return error_set(err, -EINVAL, "a place is one line of UTF-8 of at most %d bytes", ROSTER_PLACE_MAX);
	}
	return 0;
}

static void set_places(const struct invocation *in, struct roster_sensor *s)
{
	if (in->value[OPTION_PLACE_JA])
		text_copy(s->place_ja, sizeof s->place_ja, BYTES_TEXT(in->value[OPTION_PLACE_JA]));
	if (in->value[OPTION_PLACE_EN])
		text_copy(s->place_en, sizeof s->place_en, BYTES_TEXT(in->value[OPTION_PLACE_EN]));
}

/* --- inviting --- */

struct invitation {
	const struct invocation *in;
	const char *name, *prefixes;
	struct code code;
	int64_t until_us;
};

static int invite(struct roster *roster, void *context, struct error *err)
{
	const struct invitation *v = context;
	struct roster_sensor *s = roster_find(roster, v->name);

	if (s && s->has_key && !s->is_revoked) {
		error_hint(err, "`hinomi sensor revoke %s` first, or choose another name", v->name);
		return error_set(err, -EEXIST, "sensor '%s' is enrolled", v->name);
	}
	if (!s)
		s = roster_add(roster, v->name);
	s->has_key = s->is_revoked = false;
	s->has_code = true;
	s->until_us = v->until_us;
	roster_hash_code(v->code.secret, s->code);
	if (v->prefixes)
		text_copy(s->prefixes, sizeof s->prefixes, BYTES_TEXT(v->prefixes));
	set_places(v->in, s);
	return 0;
}

static int check_invitation(const struct invocation *in, struct invitation *v, struct error *err)
{
	uint64_t addresses, hours;
	int r = command_number(in, OPTION_HOURS, HOURS_MAX, HOURS_DEFAULT, &hours, err);

	if (r < 0)
		return r;
	v->in = in;
	v->name = in->arguments[0];
	v->prefixes = in->value[OPTION_PREFIX];
	v->until_us = clock_now() + (int64_t)hours * HOUR_US;
	if (!sensor_name_is_valid(BYTES_TEXT(v->name))) {
		error_hint(err, "1 to 63 printable characters without blanks, quotes, commas or slashes");
		return error_set(err, -EINVAL, "'%s' is not a name for a sensor", v->name);
	}
	if (v->prefixes && strlen(v->prefixes) > WIRE_PREFIXES_MAX)
		return error_set(err, -EINVAL, "--prefix is longer than %d bytes", WIRE_PREFIXES_MAX);
	r = v->prefixes ? prefixes_check(v->prefixes, &addresses, err) : 0;
	return r < 0 ? r : check_places(in, err);
}

int cmd_sensor_add(const struct invocation *in)
{
	_cleanup_close_ int folder = -1;
	struct invitation v = { .name = NULL };
	struct error err = ERROR_NONE;
	struct conf *conf = NULL;
	char code[CODE_TEXT_MAX], until[CALENDAR_TEXT_MAX];
	int r = check_invitation(in, &v, &err);

	if (r < 0)
		return command_usage(&err);
	r = begin(in, &conf, &folder, &err);
	if (r == 0)
		r = find_url(in, conf, v.code.url, &err);
	if (r == 0)
		r = load_pin(folder, v.code.pin, &err);
	conf_free(conf);
	if (r < 0)
		return command_fail(&err);
	text_copy(v.code.sensor, sizeof v.code.sensor, BYTES_TEXT(v.name));
	randombytes_buf(v.code.secret, sizeof v.code.secret);
	r = roster_change(folder, invite, &v, &err);
	if (r < 0)
		return command_fail(&err);
	code_format(&v.code, code);
	puts(code);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "good once, until %s: run `hinomi sense enrol CODE` on the sensor\n",
			time_format_utc(v.until_us, until));
	return EXIT_YES;
}

/* --- changing --- */

static int find_sensor(const struct roster *roster, const struct invocation *in, struct roster_sensor **ret,
		       struct error *err)
{
	*ret = roster_find(roster, in->arguments[0]);
	return *ret ? 0 : error_set(err, -ENOENT, "there is no sensor '%s'", in->arguments[0]);
}

static int change_sensor(struct roster *roster, void *context, struct error *err)
{
	struct roster_sensor *s;
	int r = find_sensor(roster, context, &s, err);

	if (r == 0)
		set_places(context, s);
	return r;
}

static int revoke_sensor(struct roster *roster, void *context, struct error *err)
{
	struct roster_sensor *s;
	int r = find_sensor(roster, context, &s, err);

	if (r == 0)
		roster_revoke(s, clock_now());
	return r;
}

static int change_roster(const struct invocation *in, roster_change_fn *change)
{
	_cleanup_close_ int folder = -1;
	struct error err = ERROR_NONE;
	struct conf *conf = NULL;
	int r = begin(in, &conf, &folder, &err);

	conf_free(conf);
	if (r == 0)
		r = roster_change(folder, change, (void *)(uintptr_t)in, &err);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

int cmd_sensor_change(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	int r = check_places(in, &err);

	if (r == 0 && !in->value[OPTION_PLACE_JA] && !in->value[OPTION_PLACE_EN])
		r = error_set(&err, -EINVAL, "nothing is to be changed: --place-ja or --place-en");
	return r < 0 ? command_usage(&err) : change_roster(in, change_sensor);
}

int cmd_sensor_revoke(const struct invocation *in)
{
	return change_roster(in, revoke_sensor);
}

/* --- listing --- */

static const struct column columns[] = {
	{ "sensor", "Sensor", COLUMN_TEXT },	{ "state", "State", COLUMN_TEXT },
	{ "key", NULL, COLUMN_TEXT },		{ "code_until", "Code until (UTC)", COLUMN_TEXT },
	{ "from", "From (UTC)", COLUMN_TEXT },	{ "to", "To (UTC)", COLUMN_TEXT },
	{ "place_ja", NULL, COLUMN_TEXT },	{ "place_en", "Place", COLUMN_TEXT },
	{ "addresses", "Addresses", COLUMN_NUMBER }, { "prefixes", "Prefixes", COLUMN_TEXT },
};

static const char *state_of(const struct roster_sensor *s)
{
	if (s->is_revoked)
		return "revoked";
	if (s->has_key)
		return "enrolled";
	return clock_now() < s->until_us ? "invited" : "invitation over";
}

static void print_row(struct table *t, const struct roster_sensor *s)
{
	_cleanup_(buf_clear) struct buf key;
	uint64_t addresses = 0;

	buf_init(&key, 128);
	hex_write(&key, s->key, sizeof s->key);
	table_text(t, s->name);
	table_text(t, state_of(s));
	if (s->has_key)
		table_text(t, key.p);
	else
		table_nothing(t);
	table_time(t, s->has_code && !s->has_key ? s->until_us : 0);
	table_time(t, s->from_us);
	table_time(t, s->to_us);
	table_text(t, s->place_ja);
	table_text(t, roster_place(s));
	if (roster_addresses(s, &addresses))
		table_number(t, (int64_t)MIN(addresses, (uint64_t)INT64_MAX));
	else
		table_nothing(t);
	table_text(t, s->prefixes);
}

int cmd_sensor_list(const struct invocation *in)
{
	_cleanup_close_ int folder = -1;
	struct error err = ERROR_NONE;
	struct conf *conf = NULL;
	struct roster roster;
	struct table t;
	int r = begin(in, &conf, &folder, &err);

	conf_free(conf);
	if (r == 0)
		r = roster_load(folder, &roster, &err);
	if (r < 0)
		return command_fail(&err);
	t = table_begin(in, columns, COUNT(columns));
	for (size_t i = 0; i < roster.count; i++)
		print_row(&t, &roster.sensors[i]);
	table_end(&t);
	roster_clear(&roster);
	return EXIT_YES;
}
