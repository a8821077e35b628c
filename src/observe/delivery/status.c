/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How the sensors are. */
#include "observe/delivery/status.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <inttypes.h>

#define FIRST_LINE "hinomi status 1"
#define STATUS_MAX (64u << 20)

void status_clear(struct status *s)
{
	free(s->sensors);
	*s = (struct status){ 0 };
}

struct sensor_status *status_find(const struct status *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->sensors[i].name, name) == 0)
			return &s->sensors[i];
	return NULL;
}

struct sensor_status *status_of(struct status *s, const char *name)
{
	struct sensor_status *found = status_find(s, name);

	if (found)
		return found;
	s->sensors = memory_grow(s->sensors, &s->room, s->count + 1, sizeof *s->sensors);
	found = &s->sensors[s->count++];
	*found = (struct sensor_status){ .clock_error_us = WIRE_UNKNOWN };
	text_copy(found->name, sizeof found->name, BYTES_TEXT(name));
	return found;
}

/* --- text --- */

static void put_TIME(struct buf *out, const char *name, int64_t v)
{
	char text[CALENDAR_TEXT_MAX];

	if (v)
		buf_addf(out, " %s=%s", name, time_format_utc(v, text));
}

static void put_SIGNED(struct buf *out, const char *name, int64_t v)
{
	if (v != WIRE_UNKNOWN)
		buf_addf(out, " %s=%" PRId64, name, v);
}

static void put_NUMBER(struct buf *out, const char *name, uint64_t v)
{
	buf_addf(out, " %s=%" PRIu64, name, v);
}

static bool take_TIME(struct bytes text, int64_t *ret)
{
	return time_parse(text, true, ret);
}

static bool take_NUMBER(struct bytes text, uint64_t *ret)
{
	return bytes_number(text, UINT64_MAX, ret);
}

static bool take_SIGNED(struct bytes text, int64_t *ret)
{
	bool is_negative = text.n && text.p[0] == '-';
	uint64_t v;

	if (is_negative)
		take_skip(&text, 1);
	if (!bytes_number(text, INT64_MAX, &v))
		return false;
	*ret = is_negative ? -(int64_t)v : (int64_t)v;
	return true;
}

void status_format(const struct status *s, struct buf *out)
{
	buf_add_text(out, FIRST_LINE "\ncollector");
	put_TIME(out, "since", s->since_us);
	put_TIME(out, "now", s->now_us);
	put_NUMBER(out, "refused", s->refused);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < s->count; i++) {
		const struct sensor_status *p = &s->sensors[i];
		buf_addf(out, "sensor %s", p->name);
#define STATUS(member, type) put_##type(out, #member, p->member);
		STATUS_MEMBERS(STATUS)
#undef STATUS
		buf_add_char(out, '\n');
	}
}

static bool take_member(struct bytes name, struct bytes text, struct sensor_status *p)
{
#define STATUS(member, type)         \
	if (bytes_is(name, #member)) \
		return take_##type(text, &p->member);
	STATUS_MEMBERS(STATUS)
#undef STATUS
	return false;
}

static bool parse_sensor(struct bytes line, struct status *s)
{
	char name[SENSOR_NAME_MAX + 1];
	struct bytes word, key;
	struct sensor_status *p;

	if (!take_until(&line, ' ', &word) || !sensor_name_is_valid(word))
		return false;
	text_copy(name, sizeof name, word);
	p = status_of(s, name);
	while (take_until(&line, ' ', &word))
		if (!take_until(&word, '=', &key) || !take_member(key, word, p))
			return false;
	return true;
}

static bool parse_collector(struct bytes line, struct status *s)
{
	struct bytes word, key;

	while (take_until(&line, ' ', &word)) {
		if (!take_until(&word, '=', &key))
			return false;
		if (!(bytes_is(key, "since") && take_TIME(word, &s->since_us)) &&
		    !(bytes_is(key, "now") && take_TIME(word, &s->now_us)) &&
		    !(bytes_is(key, "refused") && take_NUMBER(word, &s->refused)))
			return false;
	}
	return true;
}

int status_parse(struct bytes text, struct status *ret, struct error *err)
{
	struct status s = { 0 };
	struct bytes line, word;
	bool is_good = take_until(&text, '\n', &line) && bytes_is(line, FIRST_LINE);

	while (is_good && take_until(&text, '\n', &line)) {
		take_until(&line, ' ', &word);
		is_good = bytes_is(word, "sensor") ? parse_sensor(line, &s)
						   : bytes_is(word, "collector") && parse_collector(line, &s);
	}
	if (!is_good) {
		status_clear(&s);
		return error_set(err, -EBADMSG, "'%s' is not understood", STATUS_NAME);
	}
	*ret = s;
	return 0;
}

int status_load(int folder, struct status *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	int r = file_read(folder, STATUS_NAME, STATUS_MAX, &text, err);

	if (r == -ENOENT) {
		*ret = (struct status){ 0 };
		return 0;
	}
	return r < 0 ? r : status_parse(buf_bytes(&text), ret, err);
}

int status_save(int folder, const struct status *s, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, STATUS_MAX);
	status_format(s, &text);
	return file_replace(folder, STATUS_NAME, buf_bytes(&text), 0644, err);
}
