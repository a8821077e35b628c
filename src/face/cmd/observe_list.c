/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe top, series, surges: the figures. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/series/point.h"
#include "observe/series/publish.h"
#include "observe/series/weigh.h"

#include <errno.h>

/* A store and a question: what each of these commands begins with. */
struct asked {
	struct store *store;
	struct common_question question;
};

static int ask(const struct invocation *in, struct asked *a, struct error *err)
{
	int r = common_store(in, &a->store, err);

	if (r < 0)
		return r;
	r = common_question(in, a->store, &a->question, err);
	if (r < 0)
		store_close(a->store);
	return r;
}

static void asked_clear(struct asked *a)
{
	common_clear(&a->question);
	store_close(a->store);
}

static int ask_failed(int r, const struct error *err)
{
	return r == -EINVAL ? command_usage(err) : command_fail(err);
}

static const char *row_name(const struct asked *a, const struct series *s, const struct series_row *row,
			    char into[VIEW_KEY_TEXT_MAX])
{
	if (row == &s->other)
		return "other";
	if (row == &s->total)
		return "total";
	return common_key_format(&a->question, row->key, into);
}

/* The date of the table of places: the last column of a table by region, on every row. */
static void table_places(struct table *t, const struct asked *a)
{
	char date[CALENDAR_TEXT_MAX];

	if (a->question.q.by == VIEW_BY_REGION)
		table_text(t, date_format(place_table_about(a->question.places)->date, date));
}

static void table_value(struct table *t, int64_t micro)
{
	if (micro == SERIES_NO_DATA)
		table_nothing(t);
	else
		table_micro(t, micro);
}

/* --- top --- */

static const struct column top_columns[] = {
	{ "rank", "Rank", COLUMN_NUMBER },
	{ "port", "Port", COLUMN_TEXT },
	{ "average", "Per sensor, hour", COLUMN_MICRO },
	{ "average_raw", "As it came", COLUMN_MICRO },
	{ "packets", "Packets", COLUMN_NUMBER },
	{ "unknown", NULL, COLUMN_NUMBER },
	{ "damped_cells", "Damped", COLUMN_NUMBER },
};

static const struct column top_region_columns[] = {
	{ "rank", "Rank", COLUMN_NUMBER },
	{ "region", "Region", COLUMN_TEXT },
	{ "average", "Per sensor, hour", COLUMN_MICRO },
	{ "average_raw", "As it came", COLUMN_MICRO },
	{ "packets", "Packets", COLUMN_NUMBER },
	{ "unknown", NULL, COLUMN_NUMBER },
	{ "damped_cells", "Damped", COLUMN_NUMBER },
	{ "places", "Places of", COLUMN_TEXT },
};

static struct table begin_by(const struct invocation *in, const struct asked *a, const struct column *by_port,
			     size_t count, const struct column *by_region)
{
	return a->question.q.by == VIEW_BY_REGION ? table_begin(in, by_region, count + 1) : table_begin(in, by_port, count);
}

static void top_row(struct table *t, const struct asked *a, const struct series *s, const struct series_row *row)
{
	char name[VIEW_KEY_TEXT_MAX];

	if (row->rank)
		table_number(t, row->rank);
	else
		table_nothing(t);
	table_text(t, row_name(a, s, row, name));
	table_value(t, row->mean);
	table_value(t, row->raw_mean);
	table_number(t, (int64_t)row->packets);
	table_number(t, (int64_t)row->unknown);
	table_number(t, row->damped_cells);
	table_places(t, a);
}

static void say_unknown(const struct invocation *in, const struct series *s)
{
	if (s->total.unknown && !in->value[OPTION_QUIET])
		fprintf(stderr, "note: %llu of %llu packets are of unknown kind (their flags were not recorded); they count "
				"with probes\n",
			(unsigned long long)s->total.unknown, (unsigned long long)s->total.packets);
}

int cmd_observe_top(const struct invocation *in)
{
	_cleanup_free_ const struct series_row **rows = NULL;
	struct error err = ERROR_NONE;
	struct series *s = NULL;
	struct asked a;
	struct table t;
	size_t count;
	int r = ask(in, &a, &err);

	if (r < 0)
		return ask_failed(r, &err);
	a.question.q.is_without_hours = true;
	r = view_series(a.store, &a.question.q, &s, &err);
	if (r == 0) {
		rows = memory_new(s->row_count + 3, sizeof(void *));
		count = series_rows(s, rows, s->row_count + 3);
		t = begin_by(in, &a, top_columns, COUNT(top_columns), top_region_columns);
		for (size_t i = 0; i < count; i++)
			top_row(&t, &a, s, rows[i]);
		table_end(&t);
		say_unknown(in, s);
		common_say_places(in, &a.question);
		series_free(s);
	}
	asked_clear(&a);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

/* --- series --- */

static const struct column series_columns[] = {
	{ "start", "Start", COLUMN_TEXT },	  { "port", "Port", COLUMN_TEXT },
	{ "rank", NULL, COLUMN_NUMBER },	  { "average", "Per sensor, hour", COLUMN_MICRO },
	{ "average_raw", "As it came", COLUMN_MICRO }, { "sensors", "Sensors up", COLUMN_NUMBER },
	{ "hours", NULL, COLUMN_NUMBER },
};

static const struct column series_region_columns[] = {
	{ "start", "Start", COLUMN_TEXT },	  { "region", "Region", COLUMN_TEXT },
	{ "rank", NULL, COLUMN_NUMBER },	  { "average", "Per sensor, hour", COLUMN_MICRO },
	{ "average_raw", "As it came", COLUMN_MICRO }, { "sensors", "Sensors up", COLUMN_NUMBER },
	{ "hours", NULL, COLUMN_NUMBER },	  { "places", "Places of", COLUMN_TEXT },
};

static int parse_unit(const struct invocation *in, enum point_unit *ret, struct error *err)
{
	const char *text = in->value[OPTION_UNIT];

	*ret = POINT_DAY;
	if (text && !point_unit_parse(text, ret))
		return error_set(err, -EINVAL, "--unit '%s' is not hour, day, week, month, quarter or year", text);
	return 0;
}

static void print_points(struct table *t, const struct asked *a, const struct series *s, const struct point *points, size_t count)
{
	_cleanup_free_ const struct series_row **rows = memory_new(s->row_count + 3, sizeof(void *));
	size_t row_count = series_rows(s, rows, s->row_count + 3);
	char name[VIEW_KEY_TEXT_MAX], time[CALENDAR_TEXT_MAX];

	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < row_count; i++) {
			table_text(t, time_format_local(points[p].first_hour * HOUR_US, time));
			table_text(t, row_name(a, s, rows[i], name));
			if (rows[i]->rank)
				table_number(t, rows[i]->rank);
			else
				table_nothing(t);
			table_value(t, rows[i]->value[p]);
			table_value(t, rows[i]->raw[p]);
			table_number(t, s->sensors_up[p]);
			table_number(t, points[p].hours_with_data);
			table_places(t, a);
		}
}

int cmd_observe_series(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct series *hourly = NULL;
	enum point_unit unit;
	struct asked a;
	int r = parse_unit(in, &unit, &err);

	if (r < 0)
		return command_usage(&err);
	r = ask(in, &a, &err);
	if (r < 0)
		return ask_failed(r, &err);
	if (!in->value[OPTION_COUNT])
		a.question.q.rank_count = in->value[OPTION_KEY] ? 0 : 5;
	r = view_series(a.store, &a.question.q, &hourly, &err);
	if (r == 0) {
		size_t count;
		struct point *points = point_cut(a.question.q.first_hour, a.question.q.end_hour, unit, &count);
		struct series *s = point_series(hourly, points, count);
		struct table t = begin_by(in, &a, series_columns, COUNT(series_columns), series_region_columns);
		print_points(&t, &a, s, points, count);
		table_end(&t);
		say_unknown(in, hourly);
		common_say_places(in, &a.question);
		series_free(s);
		series_free(hourly);
		free(points);
	}
	asked_clear(&a);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

/* --- surges --- */

static const struct column surge_columns[] = {
	{ "kind", "What", COLUMN_TEXT },	   { "port", "Port", COLUMN_TEXT },
	{ "protocol", NULL, COLUMN_TEXT },	   { "start", "Start (UTC)", COLUMN_TEXT },
	{ "peak", "Peak (UTC)", COLUMN_TEXT },	   { "end", "End (UTC)", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },   { "sensors", "Sensors", COLUMN_NUMBER },
	{ "sources", "Sources", COLUMN_NUMBER },   { "baseline", NULL, COLUMN_MICRO },
	{ "peak_average", NULL, COLUMN_MICRO },	   { "evidence", "Evidence", COLUMN_TEXT },
	{ "sensor", "Sensor", COLUMN_TEXT },	   { "source", NULL, COLUMN_TEXT },
	{ "counted_as", NULL, COLUMN_MICRO },	   { "proposed", "For an alert", COLUMN_BOOL },
};

static void time_cell(struct table *t, int64_t hour)
{
	char text[CALENDAR_TEXT_MAX];

	time_format_utc(hour * HOUR_US, text);
	if (!t->in->value[OPTION_JSON] && !t->in->value[OPTION_CSV])
		text[13] = '\0'; /* people read to the hour */
	table_text(t, text);
}

static void port_cells(struct table *t, uint32_t key)
{
	char name[VIEW_KEY_TEXT_MAX], number[4];

	table_text(t, view_key_format(key, name));
	table_text(t, protocol_name((uint8_t)(key >> 16), number));
}

static void surge_row(struct table *t, const struct store *store, const struct surge *s)
{
	char evidence[WEIGH_TEXT_MAX];

	table_text(t, "surge");
	port_cells(t, s->key);
	time_cell(t, s->first_hour);
	time_cell(t, s->peak_hour);
	if (s->is_open)
		table_nothing(t);
	else
		time_cell(t, s->last_hour);
	table_number(t, (int64_t)s->packets);
	table_number(t, s->sensors_seen);
	if (s->sources >= 0)
		table_number(t, s->sources);
	else
		table_nothing(t);
	table_micro(t, s->baseline);
	table_micro(t, s->peak);
	table_text(t, surge_evidence_format(s->evidence, evidence));
	if (s->evidence & SURGE_ONE_SENSOR)
		table_text(t, store->sensors[s->loudest_sensor]);
	else
		table_nothing(t);
	table_nothing(t);
	table_nothing(t);
	table_bool(t, s->is_proposed);
}

static int burst_row(struct table *t, const struct asked *a, const struct odd_burst *b, struct error *err)
{
	char evidence[WEIGH_TEXT_MAX], address[ADDRESS_TEXT_MAX];
	struct address source;
	uint64_t most;
	uint32_t bits;
	int r = view_weigh_burst(a->store, &a->question.q, b, &bits, &source, &most, err);

	if (r < 0)
		return r;
	table_text(t, "burst");
	port_cells(t, b->key);
	time_cell(t, b->first_hour);
	time_cell(t, b->peak_hour);
	time_cell(t, b->last_hour);
	table_number(t, (int64_t)b->packets);
	table_number(t, 1);
	table_nothing(t);
	table_nothing(t);
	table_nothing(t);
	table_text(t, surge_evidence_format(bits, evidence));
	table_text(t, a->store->sensors[b->sensor]);
	if (bits & SURGE_ONE_SOURCE)
		table_text(t, address_format(&source, address));
	else
		table_nothing(t);
	table_micro(t, b->replaced_by);
	table_bool(t, false);
	return 0;
}

static void say_rate(const struct invocation *in, double threshold, const struct series *s)
{
	const struct surge_step *step = surge_step_of(threshold);

	if (in->value[OPTION_QUIET] || !step)
		return;
	fprintf(stderr, "%zu surges, %zu bursts of one sensor; threshold %.0f: false alarms on quiet series at most %s\n",
		s->surge_count, s->burst_count, threshold, step->words);
}

int cmd_observe_surges(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct series *s = NULL;
	uint64_t threshold;
	struct asked a;
	struct table t;
	int r = command_number(in, OPTION_ALARM, 1000, SURGE_THRESHOLD_DEFAULT, &threshold, &err);

	if (r == 0 && !surge_step_of((double)threshold))
		r = error_set(&err, -EINVAL, "--threshold is 10, 15, 20 or 30");
	if (r < 0)
		return command_usage(&err);
	r = ask(in, &a, &err);
	if (r < 0)
		return ask_failed(r, &err);
	a.question.q.surge_threshold = (double)threshold;
	a.question.q.rank_count = 0;
	r = view_series(a.store, &a.question.q, &s, &err);
	if (r == 0) {
		r = view_weigh(a.store, &a.question.q, s, &err);
		t = table_begin(in, surge_columns, COUNT(surge_columns));
		for (size_t i = 0; i < s->surge_count; i++)
			surge_row(&t, a.store, &s->surges[i]);
		for (size_t i = 0; i < s->burst_count && r == 0; i++)
			r = burst_row(&t, &a, &s->bursts[i], &err);
		table_end(&t);
		say_rate(in, (double)threshold, s);
		common_say_places(in, &a.question);
		series_free(s);
	}
	asked_clear(&a);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

/* --- cells --- */

static const struct column cell_columns[] = {
	{ "hour", "Hour (UTC)", COLUMN_TEXT },	 { "protocol", "Protocol", COLUMN_TEXT },
	{ "port", "Port", COLUMN_NUMBER },	 { "icmp_type", "Type", COLUMN_NUMBER },
	{ "icmp_code", NULL, COLUMN_NUMBER },	 { "kind", "Kind", COLUMN_TEXT },
	{ "sensor", "Sensor", COLUMN_TEXT },	 { "packets", "Packets", COLUMN_NUMBER },
};

struct cell_list {
	struct table table;
	const struct store *store;
	const struct common_question *question;
};

static bool cell_is_wanted(const struct cell_list *l, uint32_t key, uint16_t sensor)
{
	struct filter_context context = { (void *)l->store, NULL, NULL };
	struct event e = { .protocol = ROLLUP_PROTOCOL(key), .kind = ROLLUP_KIND(key), .port = ROLLUP_PORT(key) };

	e.sensor = sensor;
	e.known = (uint16_t)((ROLLUP_HAS_PORT(key) ? EVENT_HAS_PORT : 0) |
			     (e.protocol != ROLLUP_PROTOCOL_UNKNOWN ? EVENT_HAS_PROTOCOL : 0));
	context.sensor = view_sensor_name;
	return !l->question->filter || filter_matches(l->question->filter, &e, &context);
}

static int cell_row(void *context, int64_t hour, uint32_t key, uint16_t sensor, uint64_t packets)
{
	struct cell_list *l = context;
	uint8_t protocol = ROLLUP_PROTOCOL(key);
	bool is_icmp = protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6, has_port = ROLLUP_HAS_PORT(key);
	char number[4];

	if (!cell_is_wanted(l, key, sensor))
		return 0;
	time_cell(&l->table, hour);
	if (protocol == ROLLUP_PROTOCOL_UNKNOWN)
		table_nothing(&l->table);
	else
		table_text(&l->table, protocol_name(protocol, number));
	if (has_port && !is_icmp)
		table_number(&l->table, ROLLUP_PORT(key));
	else
		table_nothing(&l->table);
	if (has_port && is_icmp) {
		table_number(&l->table, ROLLUP_PORT(key) >> 8);
		table_number(&l->table, ROLLUP_PORT(key) & 0xff);
	} else {
		table_nothing(&l->table);
		table_nothing(&l->table);
	}
	table_text(&l->table, event_kind_name(ROLLUP_KIND(key)));
	table_text(&l->table, l->store->sensors[sensor]);
	table_number(&l->table, (int64_t)packets);
	return 0;
}

int cmd_observe_cells(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct cell_list l;
	struct asked a;
	int r = ask(in, &a, &err);

	if (r < 0)
		return ask_failed(r, &err);
	if (a.question.filter && filter_needs(a.question.filter)) {
		error_set(&err, -EINVAL, "cells know protocol, port, ICMP type, kind and sensor only");
		error_hint(&err, "`hinomi observe events` answers such a filter");
		asked_clear(&a);
		return command_usage(&err);
	}
	l = (struct cell_list){ table_begin(in, cell_columns, COUNT(cell_columns)), a.store, &a.question };
	r = store_cells(a.store, a.question.q.first_hour, a.question.q.end_hour, cell_row, &l, &err);
	table_end(&l.table);
	asked_clear(&a);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}
