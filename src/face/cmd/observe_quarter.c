/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe quarter, note: what was published of a quarter, and what is said about a period. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "desk/observatory/note.h"
#include "desk/observatory/quarter.h"
#include "desk/observatory/rules.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"
#include "observe/series/point.h"
#include "observe/series/publish.h"

#include <errno.h>

#define RANK_COUNT 10

/* --- the published figures, as the store gives them now --- */

struct figures {
	struct quarter quarter;
	struct arena *arena;
	size_t room;
};

static void add_row(struct figures *f, bool is_day, int64_t hour, const char *port, const struct series_row *row, int64_t value)
{
	f->quarter.rows = memory_grow(f->quarter.rows, &f->room, f->quarter.row_count + 1, sizeof *f->quarter.rows);
	f->quarter.rows[f->quarter.row_count++] = (struct quarter_row){
		.is_day = is_day,
		.start_hour = hour,
		.port = arena_text(f->arena, port),
		.rank = row->rank,
		.average = value == SERIES_NO_DATA ? QUARTER_NO_DATA : value,
	};
}

/* All rows of one point: the index into `value`, or -1 for the means. */
static void add_point(struct figures *f, const struct series *s, bool is_day, int64_t hour, ptrdiff_t at)
{
	char port[VIEW_KEY_TEXT_MAX];

	for (size_t i = 0; i < s->row_count; i++)
		add_row(f, is_day, hour, view_key_format(s->rows[i].key, port), &s->rows[i],
			at < 0 ? s->rows[i].mean : s->rows[i].value[at]);
	add_row(f, is_day, hour, "icmp", &s->icmp, at < 0 ? s->icmp.mean : s->icmp.value[at]);
	add_row(f, is_day, hour, "other", &s->other, at < 0 ? s->other.mean : s->other.value[at]);
	add_row(f, is_day, hour, "total", &s->total, at < 0 ? s->total.mean : s->total.value[at]);
}

/* The ports that were published: the rows of the whole quarter. */
static size_t frozen_keys(const struct quarter *frozen, uint32_t keys[RANK_COUNT])
{
	size_t count = 0;

	for (size_t i = 0; i < frozen->row_count && count < RANK_COUNT; i++)
		if (!frozen->rows[i].is_day && frozen->rows[i].rank &&
		    view_key_parse(BYTES_TEXT(frozen->rows[i].port), &keys[count]))
			count++;
	return count;
}

/* The leading ports; or those that are frozen, whatever their ranks would be now, so that "other" holds the same ports. */
static int make_figures(const struct store *store, const struct publish_rules *rules, const struct quarter *frozen,
			struct figures *f, struct error *err)
{
	struct view_question q = VIEW_QUESTION(f->quarter.first_hour, f->quarter.end_hour);
	uint32_t keys[RANK_COUNT];
	struct series *hourly, *days;
	struct point *points;
	size_t count;
	int r;

	q.rank_count = frozen ? 0 : RANK_COUNT;
	q.keys = keys;
	q.key_count = frozen ? frozen_keys(frozen, keys) : 0;
	q.min_sensors = rules->min_sensors;
	r = view_series(store, &q, &hourly, err);
	if (r < 0)
		return r;
	points = point_cut(q.first_hour, q.end_hour, POINT_DAY, &count);
	days = point_series(hourly, points, count);
	/* What was published may be shown though it was asked for by name. */
	hourly->ranked_count = hourly->row_count;
	days->ranked_count = days->row_count;
	publish_series(rules, hourly);
	publish_series(rules, days);
	add_point(f, hourly, false, q.first_hour, -1);
	for (size_t i = 0; i < count; i++)
		add_point(f, days, true, points[i].first_hour, (ptrdiff_t)i);
	series_free(days);
	series_free(hourly);
	free(points);
	return 0;
}

static struct publish_rules rules_of(const struct conf *conf)
{
	struct publish_rules rules = PUBLISH_RULES_DEFAULT;

	rules.min_sensors = (uint32_t)conf_number(conf, SETTING_PUBLIC_SENSORS);
	rules.late_hours = (int32_t)conf_number(conf, SETTING_PUBLIC_LATE);
	return rules;
}

/* --- freeze --- */

static int freeze(const struct invocation *in, struct db *db, const struct store *store, struct figures *f, struct error *err)
{
	struct doing doing = common_doing();
	struct publish_rules rules;
	const struct conf *conf;
	char uuid[RECORD_UUID_TEXT];
	int r = common_conf(in, &conf, err);

	if (r < 0)
		return r;
	rules = rules_of(conf);
	if (!rules_is_closed(f->quarter.end_hour, doing.at, rules.late_hours))
		return error_set(err, -EPERM, "%s is not over", f->quarter.period);
	f->quarter.method = SERIES_METHOD;
	f->quarter.min_sensors = rules.min_sensors;
	f->quarter.unit = rules.unit;
	f->quarter.zone = calendar_zone();
	r = make_figures(store, &rules, NULL, f, err);
	if (r < 0)
		return r;
	record_uuid(uuid);
	return quarter_freeze(db, &f->quarter, &doing, uuid, err);
}

/* --- show --- */

static const struct column quarter_columns[] = {
	{ "start", "Start", COLUMN_TEXT },	      { "unit", NULL, COLUMN_TEXT },
	{ "port", "Port", COLUMN_TEXT },	      { "rank", "Rank", COLUMN_NUMBER },
	{ "average", "As published", COLUMN_MICRO },  { "average_now", "By the store now", COLUMN_MICRO },
	{ "correction", "Correction", COLUMN_MICRO }, { "method", NULL, COLUMN_NUMBER },
	{ "frozen_at", NULL, COLUMN_TEXT },
};

static const struct quarter_row *row_now(const struct quarter *now, const struct quarter_row *frozen)
{
	for (size_t i = 0; i < now->row_count; i++) {
		const struct quarter_row *row = &now->rows[i];
		if (row->is_day == frozen->is_day && row->start_hour == frozen->start_hour && strcmp(row->port, frozen->port) == 0)
			return row;
	}
	return NULL;
}

static void value_cell(struct table *t, int64_t micro)
{
	if (micro == QUARTER_NO_DATA)
		table_nothing(t);
	else
		table_micro(t, micro);
}

static void quarter_line(struct table *t, const struct quarter *frozen, const struct quarter_row *row,
			 const struct quarter_row *now)
{
	int64_t before = row->average, after = now ? now->average : QUARTER_NO_DATA;
	char time[CALENDAR_TEXT_MAX];

	table_text(t, time_format_local(row->start_hour * HOUR_US, time));
	table_text(t, row->is_day ? "day" : "quarter");
	table_text(t, row->port);
	if (row->rank)
		table_number(t, row->rank);
	else
		table_nothing(t);
	value_cell(t, before);
	value_cell(t, after);
	if (before == after)
		table_nothing(t);
	else
		table_micro(t, (after == QUARTER_NO_DATA ? 0 : after) - (before == QUARTER_NO_DATA ? 0 : before));
	table_number(t, frozen->method);
	table_text(t, time_format_utc(frozen->frozen_at / SECOND_US * SECOND_US, time));
}

/* The frozen rows beside what the store gives now by the same rules of publication. */
static int show(const struct invocation *in, struct db *db, const struct store *store, struct figures *now, struct error *err)
{
	const char *unit = in->value[OPTION_UNIT] ? in->value[OPTION_UNIT] : "quarter";
	struct publish_rules rules = PUBLISH_RULES_DEFAULT;
	struct quarter frozen;
	size_t corrections = 0;
	struct table t;
	int r = db ? quarter_load(db, now->quarter.period, now->arena, &frozen, err) : 0;

	if (r == 0) {
		error_hint(err, "`hinomi observe quarter freeze %s` freezes it", now->quarter.period);
		return error_set(err, -ENOENT, "%s is not frozen", now->quarter.period);
	}
	if (r < 0)
		return r;
	rules.min_sensors = (uint32_t)frozen.min_sensors;
	rules.unit = frozen.unit;
	r = make_figures(store, &rules, &frozen, now, err);
	if (r < 0)
		return r;
	t = table_begin(in, quarter_columns, COUNT(quarter_columns));
	for (size_t i = 0; i < frozen.row_count; i++) {
		const struct quarter_row *row = &frozen.rows[i], *after = row_now(&now->quarter, row);
		if (strcmp(unit, row->is_day ? "day" : "quarter") != 0)
			continue;
		corrections += (after ? after->average : QUARTER_NO_DATA) != row->average;
		quarter_line(&t, &frozen, row, after);
	}
	table_end(&t);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "%s: frozen with method %lld%s; %zu figures differ now\n", frozen.period, (long long)frozen.method,
			frozen.method == SERIES_METHOD ? "" : " (another is in use now)", corrections);
	return 0;
}

static int check_unit(const struct invocation *in, struct error *err)
{
	const char *unit = in->value[OPTION_UNIT];

	if (!unit || strcmp(unit, "day") == 0 || strcmp(unit, "quarter") == 0)
		return 0;
	return error_set(err, -EINVAL, "--unit '%s' is not day or quarter", unit);
}

static int run(const struct invocation *in, bool is_freeze, struct figures *f, struct error *err)
{
	struct store *store;
	struct db *db = NULL;
	int r = common_store(in, &store, err);

	if (r < 0)
		return r;
	r = rules_quarter(f->quarter.period, &f->quarter.first_hour, &f->quarter.end_hour, err);
	if (r == 0)
		r = is_freeze ? common_cases(in, &db, err) : common_cases_read(in, &db, err);
	if (r == 0)
		r = is_freeze ? freeze(in, db, store, f, err) : show(in, db, store, f, err);
	db_close(db);
	store_close(store);
	return r;
}

int cmd_observe_quarter(const struct invocation *in)
{
	bool is_freeze = strcmp(in->arguments[0], "freeze") == 0;
	struct figures f = { .quarter = { .period = in->arguments[1] } };
	struct error err = ERROR_NONE;
	int r = check_unit(in, &err);

	if (r == 0 && !is_freeze && strcmp(in->arguments[0], "show") != 0)
		r = error_set(&err, -EINVAL, "'%s' is not freeze or show", in->arguments[0]);
	if (r < 0)
		return command_usage(&err);
	f.arena = arena_new();
	r = run(in, is_freeze, &f, &err);
	if (r == 0 && is_freeze && !in->value[OPTION_QUIET])
		fprintf(stderr, "%s is frozen: %zu figures, method %d\n", f.quarter.period, f.quarter.row_count, SERIES_METHOD);
	free(f.quarter.rows);
	arena_free(f.arena);
	if (r == -EEXIST) {
		error_print(&err);
		return EXIT_NO;
	}
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

/* --- notes --- */

static const struct column note_columns[] = {
	{ "period", "Period", COLUMN_TEXT },
	{ "text_ja", "Japanese", COLUMN_TEXT },
	{ "text_en", "English", COLUMN_TEXT },
	{ "changed", "Changed (UTC)", COLUMN_TEXT },
};

static int save_note(const struct invocation *in, struct error *err)
{
	struct note_change c = { .period = in->arguments[0],
				 .text_ja = in->value[OPTION_NOTE_JA],
				 .text_en = in->value[OPTION_NOTE_EN],
				 .version = RULES_ANY_VERSION,
				 .doing = common_doing() };
	struct db *db;
	int r = common_cases(in, &db, err);

	if (r < 0)
		return r;
	record_uuid(c.uuid);
	r = note_save(db, &c, err);
	db_close(db);
	return r;
}

static int print_notes(const struct invocation *in, struct error *err)
{
	struct arena *arena = arena_new();
	struct note *list = NULL;
	char time[CALENDAR_TEXT_MAX];
	struct db *db = NULL;
	size_t count = 0;
	struct table t;
	int r = common_cases_read(in, &db, err);

	if (r == 0 && db)
		r = note_list(db, ACCESS_LOCAL, in->argument_count ? in->arguments[0] : "", arena, &list, &count, err);
	if (r == 0) {
		t = table_begin(in, note_columns, COUNT(note_columns));
		for (size_t i = 0; i < count; i++) {
			table_text(&t, list[i].period);
			table_text(&t, list[i].text_ja);
			table_text(&t, list[i].text_en);
			table_text(&t, time_format_utc(list[i].changed_at / SECOND_US * SECOND_US, time));
		}
		table_end(&t);
	}
	db_close(db);
	arena_free(arena);
	return r;
}

int cmd_observe_note(const struct invocation *in)
{
	bool writes = in->value[OPTION_NOTE_JA] || in->value[OPTION_NOTE_EN];
	struct error err = ERROR_NONE;
	int r;

	if (writes && in->argument_count == 0) {
		error_set(&err, -EINVAL, "a note needs its period: hinomi observe note 2013Q2 --note-en ...");
		return command_usage(&err);
	}
	r = writes ? save_note(in, &err) : print_notes(in, &err);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}
