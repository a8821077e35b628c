/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe count: exact counts from events, as they came. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/view/count.h"

#include <errno.h>

static const struct column port_columns[] = {
	{ "port", "Port", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
};

static const struct column hour_columns[] = {
	{ "hour", "Hour (UTC)", COLUMN_TEXT },
	{ "port", "Port", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
};

static const struct column sensor_columns[] = {
	{ "hour", "Hour (UTC)", COLUMN_TEXT },
	{ "sensor", "Sensor", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
};

static const struct column day_columns[] = {
	{ "day", "Day", COLUMN_TEXT },
	{ "port", "Port", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
	{ "sources", "Sources", COLUMN_NUMBER },
};

static void hour_cell(struct table *t, int64_t hour)
{
	char text[CALENDAR_TEXT_MAX];

	table_text(t, time_format_utc(hour * HOUR_US, text));
}

static void key_cell(struct table *t, uint32_t key)
{
	char text[VIEW_KEY_TEXT_MAX];

	table_text(t, view_key_format(key, text));
}

static int by_port(const struct invocation *in, const struct store *s, const struct view_question *q, struct error *err)
{
	struct count_port *ports;
	size_t count;
	struct table t;
	int r = count_ports(s, q, &ports, &count, err);

	if (r < 0)
		return r;
	t = table_begin(in, port_columns, COUNT(port_columns));
	for (size_t i = 0; i < count && i < q->rank_count; i++) {
		key_cell(&t, ports[i].key);
		table_number(&t, (int64_t)ports[i].packets);
	}
	table_end(&t);
	free(ports);
	return 0;
}

/* The leading ports where none are named. */
static int leading(const struct store *s, struct common_question *c, struct error *err)
{
	struct count_port *ports;
	size_t count;
	int r;

	if (c->q.key_count)
		return 0;
	r = count_ports(s, &c->q, &ports, &count, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count && i < c->q.rank_count && i < COUNT(c->keys); i++)
		c->keys[c->q.key_count++] = ports[i].key;
	c->q.keys = c->keys;
	free(ports);
	return 0;
}

static int by_hour(const struct invocation *in, const struct store *s, struct common_question *c, struct error *err)
{
	size_t hours = (size_t)(c->q.end_hour - c->q.first_hour);
	uint64_t *packets;
	struct table t;
	int r = leading(s, c, err);

	if (r == 0)
		r = count_hours(s, &c->q, c->q.keys, c->q.key_count, &packets, err);
	if (r < 0)
		return r;
	t = table_begin(in, hour_columns, COUNT(hour_columns));
	for (size_t h = 0; h < hours; h++)
		for (size_t k = 0; k < c->q.key_count; k++)
			if (packets[k * hours + h]) {
				hour_cell(&t, c->q.first_hour + (int64_t)h);
				key_cell(&t, c->q.keys[k]);
				table_number(&t, (int64_t)packets[k * hours + h]);
			}
	table_end(&t);
	free(packets);
	return 0;
}

static int by_sensor(const struct invocation *in, const struct store *s, const struct view_question *q, struct error *err)
{
	size_t hours = (size_t)(q->end_hour - q->first_hour);
	uint64_t *packets;
	struct table t;
	int r;

	if (q->key_count != 1) {
		error_hint(err, "for example --port 1433/tcp");
		return error_set(err, -EINVAL, "--per sensor counts one port: name it");
	}
	r = count_sensor_hours(s, q, q->keys[0], &packets, err);
	if (r < 0)
		return r;
	t = table_begin(in, sensor_columns, COUNT(sensor_columns));
	for (size_t h = 0; h < hours; h++)
		for (size_t n = 0; n < s->sensor_count; n++)
			if (packets[n * hours + h]) {
				hour_cell(&t, q->first_hour + (int64_t)h);
				table_text(&t, s->sensors[n]);
				table_number(&t, (int64_t)packets[n * hours + h]);
			}
	table_end(&t);
	free(packets);
	return 0;
}

static int by_day(const struct invocation *in, const struct store *s, const struct view_question *q, struct error *err)
{
	struct count_day *days;
	size_t count;
	struct table t;
	int r = count_sources(s, q, &days, &count, err);

	if (r < 0)
		return r;
	t = table_begin(in, day_columns, COUNT(day_columns));
	for (size_t i = 0; i < count; i++) {
		char text[CALENDAR_TEXT_MAX];
		bool is_wanted = q->key_count == 0;
		for (size_t k = 0; k < q->key_count; k++)
			is_wanted |= q->keys[k] == days[i].key;
		if (!is_wanted)
			continue;
		table_text(&t, date_format(date_from_days(days[i].day), text));
		key_cell(&t, days[i].key);
		table_number(&t, (int64_t)days[i].packets);
		table_number(&t, days[i].sources);
	}
	table_end(&t);
	free(days);
	return 0;
}

int cmd_observe_count(const struct invocation *in)
{
	static const char *const words[] = { "port", "hour", "sensor", "day", NULL };
	const char *by = in->value[OPTION_PER] ? in->value[OPTION_PER] : "port";
	struct common_question c;
	struct error err = ERROR_NONE;
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	r = common_question(in, s, &c, &err);
	if (r == 0 && !in->value[OPTION_KIND])
		c.q.kind = VIEW_ALL;
	if (r == 0 && strcmp(by, "port") == 0)
		r = by_port(in, s, &c.q, &err);
	else if (r == 0 && strcmp(by, "hour") == 0)
		r = by_hour(in, s, &c, &err);
	else if (r == 0 && strcmp(by, "sensor") == 0)
		r = by_sensor(in, s, &c.q, &err);
	else if (r == 0 && strcmp(by, "day") == 0)
		r = by_day(in, s, &c.q, &err);
	else if (r == 0) {
		const char *near = text_nearest(by, words);
		r = error_set(&err, -EINVAL, "--per '%s' is not port, hour, sensor or day", by);
		if (near)
			error_hint(&err, "did you mean '%s'?", near);
	}
	common_clear(&c);
	store_close(s);
	if (r < 0)
		return r == -EINVAL ? command_usage(&err) : command_fail(&err);
	return EXIT_YES;
}
