/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What several commands share. */
#include "face/cmd/common.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "observe/view/period.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int common_conf(const struct invocation *in, const struct conf **ret, struct error *err)
{
	static struct conf *conf; /* paths point into it */
	int r = conf ? 0 : conf_load(in->value[OPTION_CONFIG], &conf, err);

	if (r == 0)
		*ret = conf;
	return r;
}

int common_begin(const struct invocation *in, const char **ret_path, struct error *err)
{
	const char *zone = in->value[OPTION_ZONE];
	const struct conf *conf;
	int r = common_conf(in, &conf, err);

	if (r < 0)
		return r;
	*ret_path = in->value[OPTION_DATA] ? in->value[OPTION_DATA] : conf_text(conf, SETTING_STORE_FOLDER);
	return calendar_set_zone(zone ? zone : conf_text(conf, SETTING_CENTRE_ZONE), err);
}

int common_store(const struct invocation *in, struct store **ret, struct error *err)
{
	const char *path;
	int r = common_begin(in, &path, err);

	return r < 0 ? r : store_open(path, ret, err);
}

/* --- periods --- */

static int parse_bound(const char *text, bool is_end, int64_t *ret, struct error *err)
{
	if (period_bound_parse(BYTES_TEXT(text), is_end, ret))
		return 0;
	error_hint(err, "times are written 2013-05-18 or 2013-05-18T19:00, with Z for UTC");
	return error_set(err, -EINVAL, "'%s' is not a time", text);
}

int common_lang(const struct invocation *in, enum lang *ret, struct error *err)
{
	const char *text = in->value[OPTION_LANG];

	if (text && !lang_parse(text, ret))
		return error_set(err, -EINVAL, "--lang '%s' is not ja or en", text);
	return 0;
}

int common_period(const struct invocation *in, const struct store *s, int64_t *ret_first, int64_t *ret_end,
		  struct error *err)
{
	const char *period = in->value[OPTION_PERIOD], *from = in->value[OPTION_FROM], *to = in->value[OPTION_TO];
	int r = 0;

	if (!view_hours(s, ret_first, ret_end))
		return error_set(err, -ENODATA, "the store holds no events");
	if (period && strcmp(period, "all") != 0 && !period_parse(BYTES_TEXT(period), ret_first, ret_end)) {
		error_hint(err, "periods are written 2013, 2013Q2, 2013-05, 2013-05-18 or all");
		return error_set(err, -EINVAL, "'%s' is not a period", period);
	}
	if (from)
		r = parse_bound(from, false, ret_first, err);
	if (r == 0 && to)
		r = parse_bound(to, true, ret_end, err);
	if (r == 0 && *ret_first >= *ret_end)
		r = error_set(err, -EINVAL, "the period ends before it begins");
	return r;
}

/* --- questions --- */

static int parse_kind(const char *text, enum view_kind *ret, struct error *err)
{
	static const char *const names[] = { "probe", "backscatter", "other", "all" };

	for (size_t i = 0; text && i < COUNT(names); i++)
		if (strcmp(names[i], text) == 0) {
			*ret = (enum view_kind)i;
			return 0;
		}
	return text ? error_set(err, -EINVAL, "--kind '%s' is not probe, backscatter, other or all", text) : 0;
}

static int parse_keys(const char *text, struct common_question *c, struct error *err)
{
	struct bytes rest = BYTES_TEXT(text), word;

	while (take_until(&rest, ',', &word)) {
		if (c->q.key_count == COUNT(c->keys))
			return error_set(err, -E2BIG, "more than %zu ports", COUNT(c->keys));
		if (!view_key_parse(bytes_trim(word), &c->keys[c->q.key_count++])) {
			error_hint(err, "ports are written 1433/tcp, 53/udp or icmp");
			return error_set(err, -EINVAL, "'%.*s' is not a port", (int)MIN(word.n, (size_t)40),
					 (const char *)word.p);
		}
	}
	c->q.keys = c->keys;
	return 0;
}

static int parse_filter(const struct invocation *in, struct common_question *c, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, FILTER_TEXT_MAX + 1);
	if (in->argument_count == 0)
		return 0;
	for (size_t i = 0; i < in->argument_count; i++)
		buf_addf(&text, "%s%s", i ? " " : "", in->arguments[i]);
	if (text.is_full)
		return error_set(err, -EINVAL, "filter: longer than %d bytes", FILTER_TEXT_MAX);
	return filter_parse(buf_bytes(&text), &c->filter, err);
}

static int parse_by(const struct invocation *in, enum view_by *ret, struct error *err)
{
	const char *text = in->value[OPTION_BY];

	if (!text || strcmp(text, "port") == 0)
		return 0;
	if (strcmp(text, "region") != 0)
		return error_set(err, -EINVAL, "--by '%s' is not port or region", text);
	if (in->value[OPTION_KEY]) {
		error_hint(err, "a filter says which packets are counted: --by region dport 5900");
		return error_set(err, -EINVAL, "--port does not go with --by region");
	}
	*ret = VIEW_BY_REGION;
	return 0;
}

static int load_places(const struct invocation *in, struct common_question *c, struct error *err)
{
	const struct conf *conf;
	const char *path = in->value[OPTION_PLACE];
	int r = common_conf(in, &conf, err);

	if (c->q.by != VIEW_BY_REGION && !(c->filter && filter_needs(c->filter) & FILTER_NEEDS_PLACE))
		return 0;
	if (r == 0 && !path)
		path = conf_text(conf, SETTING_OBSERVE_PLACES);
	if (r == 0 && path[0] == '\0') {
		error_hint(err, "--place FILE, or places in the block observe of the configuration");
		return error_set(err, -EINVAL, "countries and AS need a table of places");
	}
	if (r == 0)
		r = place_table_load(path, &c->places, err);
	c->q.place = place_look;
	c->q.place_context = c->places;
	return r == -EINVAL ? -EBADMSG : r;
}

int common_question(const struct invocation *in, const struct store *s, struct common_question *c, struct error *err)
{
	uint64_t count;
	int r;

	*c = (struct common_question){ .q = VIEW_QUESTION(0, 0) };
	r = common_period(in, s, &c->q.first_hour, &c->q.end_hour, err);
	if (r == 0)
		r = parse_kind(in->value[OPTION_KIND], &c->q.kind, err);
	if (r == 0)
		r = parse_by(in, &c->q.by, err);
	if (r == 0)
		r = command_number(in, OPTION_COUNT, 100000, 10, &count, err);
	if (r == 0 && in->value[OPTION_KEY])
		r = parse_keys(in->value[OPTION_KEY], c, err);
	if (r == 0)
		r = parse_filter(in, c, err);
	if (r == 0)
		r = load_places(in, c, err);
	if (r < 0) {
		common_clear(c);
		return r;
	}
	c->q.rank_count = (uint32_t)count;
	c->q.filter = c->filter;
	c->q.is_undamped = in->value[OPTION_RAW];
	return 0;
}

void common_clear(struct common_question *c)
{
	c->filter = filter_free(c->filter);
	c->q.filter = NULL;
	c->places = place_table_free(c->places);
}

char *common_key_format(const struct common_question *c, uint32_t key, char into[VIEW_KEY_TEXT_MAX])
{
	if (c->q.by != VIEW_BY_REGION)
		return view_key_format(key, into);
	if (key == 0)
		snprintf(into, VIEW_KEY_TEXT_MAX, "unknown");
	else
		snprintf(into, VIEW_KEY_TEXT_MAX, "%c%c", (int)(key >> 8 & 0xff), (int)(key & 0xff));
	return into;
}

void common_say_places(const struct invocation *in, const struct common_question *c)
{
	const struct place_about *about = c->places ? place_table_about(c->places) : NULL;
	char date[CALENDAR_TEXT_MAX];

	if (about && !in->value[OPTION_QUIET])
		fprintf(stderr, "note: countries and AS by a table of %s (%s, %llu prefixes%s)\n", date_format(about->date, date),
			about->format, (unsigned long long)about->prefixes, about->is_file_date ? "; the date is the file's" : "");
}

/* --- files and progress --- */

int common_read_file(const char *path, size_t max, struct buf *ret, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	_cleanup_close_ int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	char piece[65536];
	ssize_t n;

	buf_init(ret, max);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", path);
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, -errno, "cannot read '%s'", path);
		buf_add(ret, piece, (size_t)n);
	}
	return ret->is_full ? error_set(err, -E2BIG, "'%s' is larger than %zu bytes", path, max) : 0;
}

void common_progress(const char *what, uint64_t count, const char *unit)
{
	char number[28];

	fprintf(stderr, "\r\033[K%s: %s %s", what, text_thousands(count, number), unit);
	fflush(stderr);
}

void common_progress_end(void)
{
	fputs("\r\033[K", stderr);
}
