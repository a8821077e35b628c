/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi surge list, show, confirm, reject, note, refresh, table: rises, and what analysts say of them. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "desk/observatory/found.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/sheet.h"
#include "face/cmd/table.h"

#include <errno.h>

/* Both sides of the desk: what the store shows, and what was decided. */
struct desk {
	struct found found;
	struct db *db; /* NULL: none yet */
	struct arena *arena;
	struct review *reviews;
	size_t review_count;
};

static void desk_close(struct desk *d)
{
	found_clear(&d->found);
	d->arena = arena_free(d->arena);
	d->db = db_close(d->db);
}

static int load_found(const struct invocation *in, struct found *ret, struct error *err)
{
	const struct conf *conf;
	uint64_t threshold;
	struct store *s;
	int r = common_conf(in, &conf, err);

	if (r == 0)
		r = command_number(in, OPTION_ALARM, 1000, (uint64_t)conf_number(conf, SETTING_OBSERVE_THRESHOLD), &threshold, err);
	if (r == 0)
		r = common_store(in, &s, err);
	if (r < 0)
		return r;
	r = found_load(s, (double)threshold, ret, err);
	store_close(s);
	return r;
}

static int desk_open(const struct invocation *in, bool writes, struct desk *d, struct error *err)
{
	int r;

	*d = (struct desk){ .arena = arena_new() };
	r = load_found(in, &d->found, err);
	if (r == 0)
		r = writes ? common_cases(in, &d->db, err) : common_cases_read(in, &d->db, err);
	if (r == 0 && d->db)
		r = review_list(d->db, ACCESS_LOCAL, "", d->arena, &d->reviews, &d->review_count, err);
	if (r < 0)
		desk_close(d);
	return r;
}

static const struct review *review_for(const struct desk *d, const struct review_found *found)
{
	return review_of(d->reviews, d->review_count, found);
}

/* --- list --- */

static const struct column list_columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },		 { "state", "State", COLUMN_TEXT },
	{ "port", "Port", COLUMN_TEXT },	 { "start", "Start (UTC)", COLUMN_TEXT },
	{ "peak", NULL, COLUMN_TEXT },		 { "end", "End (UTC)", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER }, { "sensors", "Sensors", COLUMN_NUMBER },
	{ "sources", "Sources", COLUMN_NUMBER }, { "evidence", "Evidence", COLUMN_TEXT },
	{ "proposed", "For an alert", COLUMN_BOOL }, { "found", NULL, COLUMN_BOOL },
	{ "cause_ja", NULL, COLUMN_TEXT },	 { "cause_en", "Cause", COLUMN_TEXT },
};

static void hour_cell(struct table *t, int64_t hour)
{
	char text[CALENDAR_TEXT_MAX];

	time_format_utc(hour * HOUR_US, text);
	if (!t->in->value[OPTION_JSON] && !t->in->value[OPTION_CSV])
		text[13] = '\0'; /* people read to the hour */
	table_text(t, text);
}

static void text_cell(struct table *t, const char *text)
{
	if (text[0])
		table_text(t, text);
	else
		table_nothing(t);
}

static void list_row(struct table *t, const struct review_found *f, const struct review *v, bool is_found, bool is_proposed)
{
	text_cell(t, v ? v->ref : "");
	table_text(t, v ? review_state_name(v->state) : "new");
	table_text(t, f->port);
	hour_cell(t, f->span.start_hour);
	hour_cell(t, f->peak_hour);
	if (f->span.end_hour == RULES_OPEN)
		table_nothing(t);
	else
		hour_cell(t, f->span.end_hour);
	table_number(t, f->packets);
	table_number(t, f->sensors);
	if (f->sources < 0)
		table_nothing(t);
	else
		table_number(t, f->sources);
	table_text(t, f->evidence);
	table_bool(t, is_proposed);
	table_bool(t, is_found);
	text_cell(t, v ? v->words.cause_ja : "");
	text_cell(t, v ? v->words.cause_en : "");
}

struct period {
	int64_t first, end;
};

static bool touches(const struct period *p, const struct rules_span *s)
{
	return s->start_hour < p->end && (s->end_hour == RULES_OPEN || s->end_hour > p->first);
}

static int wanted_period(const struct invocation *in, struct period *ret, struct error *err)
{
	struct store *s;
	int r = common_store(in, &s, err);

	*ret = (struct period){ INT64_MIN, INT64_MAX };
	if (r < 0)
		return r;
	if (in->value[OPTION_PERIOD] || in->value[OPTION_FROM] || in->value[OPTION_TO])
		r = common_period(in, s, &ret->first, &ret->end, err);
	store_close(s);
	return r;
}

static void print_list(const struct invocation *in, const struct desk *d, const struct period *p)
{
	_cleanup_free_ bool *is_shown = memory_new(d->review_count + 1, sizeof *is_shown);
	struct table t = table_begin(in, list_columns, COUNT(list_columns));

	for (size_t i = 0; i < d->found.count; i++) {
		const struct review *v = review_for(d, &d->found.list[i]);
		if (v)
			is_shown[v - d->reviews] = true;
		if (touches(p, &d->found.list[i].span))
			list_row(&t, &d->found.list[i], v, true, d->found.is_proposed[i]);
	}
	/* What was reviewed and is not found any more: retention, another threshold, another method. */
	for (size_t i = 0; i < d->review_count; i++)
		if (!is_shown[i] && touches(p, &d->reviews[i].found.span))
			list_row(&t, &d->reviews[i].found, &d->reviews[i], false, false);
	table_end(&t);
}

int cmd_surge_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct period period;
	struct desk d;
	int r = wanted_period(in, &period, &err);

	if (r == 0)
		r = desk_open(in, false, &d, &err);
	if (r < 0)
		return common_failed(r, &err);
	print_list(in, &d, &period);
	desk_close(&d);
	return EXIT_YES;
}

/* --- which one is meant --- */

/* A rise as it is found now, and its review; one of them may be missing. */
struct meant {
	const struct review_found *found;
	const struct review *review;
};

static int by_ref(const struct desk *d, const char *ref, struct meant *ret, struct error *err)
{
	ret->review = review_by_ref(d->reviews, d->review_count, ref);
	if (!ret->review) {
		error_hint(err, "`hinomi surge list` lists them; a new one is named by its port and start: 10000/tcp 2005-06-26");
		return error_set(err, -ENOENT, "no surge has the ref '%s'", ref);
	}
	for (size_t i = 0; i < d->found.count; i++)
		if (review_for(d, &d->found.list[i]) == ret->review)
			ret->found = &d->found.list[i];
	return 0;
}

/* The hours that a start may lie in: a day, or an hour. */
static int parse_start(const char *text, struct period *ret, struct error *err)
{
	struct date d;
	int64_t t;

	if (date_parse(BYTES_TEXT(text), &d)) {
		ret->first = floor_div(calendar_midnight(d), HOUR_US);
		ret->end = floor_div(calendar_midnight(date_from_days(date_to_days(d) + 1)), HOUR_US);
		return 0;
	}
	if (!time_parse(BYTES_TEXT(text), false, &t)) {
		error_hint(err, "2005-06-26, or 2005-06-26T09:00 with Z for UTC");
		return error_set(err, -EINVAL, "'%s' is not a day or an hour", text);
	}
	ret->first = floor_div(t, HOUR_US);
	ret->end = ret->first + 1;
	return 0;
}

static bool is_meant(const struct review_found *f, const char *port, const struct period *p)
{
	return strcmp(f->port, port) == 0 && f->span.start_hour >= p->first && f->span.start_hour < p->end;
}

static int by_start(const struct desk *d, const char *port, const char *start, struct meant *ret, struct error *err)
{
	char name[VIEW_KEY_TEXT_MAX];
	struct period p = { 0, 0 };
	uint32_t key;
	int r;

	if (!view_key_parse(BYTES_TEXT(port), &key)) {
		error_hint(err, "ports are written 1433/tcp, 53/udp or icmp");
		return error_set(err, -EINVAL, "'%s' is not a port", port);
	}
	r = parse_start(start, &p, err);
	if (r < 0)
		return r;
	view_key_format(key, name);
	for (size_t i = 0; i < d->found.count; i++)
		if (is_meant(&d->found.list[i], name, &p))
			ret->found = &d->found.list[i];
	for (size_t i = 0; i < d->review_count && !ret->found; i++)
		if (is_meant(&d->reviews[i].found, name, &p))
			ret->review = &d->reviews[i];
	if (ret->found)
		ret->review = review_for(d, ret->found);
	if (ret->found || ret->review)
		return 0;
	error_hint(err, "`hinomi surge list` lists them");
	return error_set(err, -ENOENT, "no rise of %s begins in %s", name, start);
}

static int find_meant(const struct invocation *in, const struct desk *d, struct meant *ret, struct error *err)
{
	*ret = (struct meant){ NULL, NULL };
	return in->argument_count == 1 ? by_ref(d, in->arguments[0], ret, err)
				       : by_start(d, in->arguments[0], in->arguments[1], ret, err);
}

/* --- show --- */

#define RATE "packets per sensor and hour"

static void show_found(struct sheet *s, const struct review_found *f)
{
	char text[CALENDAR_TEXT_MAX];

	sheet_text(s, "port", "port", f->port);
	sheet_text(s, "start", "start", time_format_utc(f->span.start_hour * HOUR_US, text));
	sheet_text(s, "peak", "peak", time_format_utc(f->peak_hour * HOUR_US, text));
	sheet_text(s, "end", "end", f->span.end_hour == RULES_OPEN ? "" : time_format_utc(f->span.end_hour * HOUR_US, text));
	sheet_text(s, "ended_about", "ended about", rules_ended_format(&f->span, text));
	sheet_number(s, "packets", "packets", f->packets);
	sheet_number(s, "sensors", "sensors", f->sensors);
	if (f->sources >= 0)
		sheet_number(s, "sources", "sources", f->sources);
	else
		sheet_text(s, "sources", "sources", "");
	sheet_text(s, "evidence", "evidence", f->evidence);
	sheet_rate(s, "baseline", "usually", f->baseline, RATE);
	sheet_rate(s, "peak_average", "at its peak", f->peak, RATE);
	sheet_number(s, "method", "method", f->method);
}

static void show_words(struct sheet *s, const struct review_words *w)
{
	sheet_text(s, "cause_ja", "cause (ja)", w->cause_ja);
	sheet_text(s, "cause_en", "cause (en)", w->cause_en);
	sheet_text(s, "reference", "reference", w->reference);
	sheet_text(s, "reference_date", "published", w->reference_date);
	sheet_text(s, "alert", "alert", w->alert);
	sheet_text(s, "alert_date", "alert of", w->alert_date);
	sheet_text(s, "note_ja", "note (ja)", w->note_ja);
	sheet_text(s, "note_en", "note (en)", w->note_en);
}

static void show_moments(struct sheet *s, const struct record_moment *list, size_t count)
{
	char time[CALENDAR_TEXT_MAX];

	/* People read a line for each. */
	for (size_t i = 0; i < count && !s->is_json; i++)
		buf_addf(&s->out, "%s  %s %s%s%s\n", time_format_local(list[i].at, time), list[i].actor, list[i].what,
			   list[i].detail[0] ? ": " : "", list[i].detail);
	if (!s->is_json)
		return;
	sheet_list(s, "timeline", "");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "time", "", time_format_utc(list[i].at, time));
		sheet_text(s, "actor", "", list[i].actor);
		sheet_text(s, "what", "", list[i].what);
		sheet_text(s, "detail", "", list[i].detail);
		sheet_item_end(s);
	}
	sheet_list_end(s);
}

static int show(const struct invocation *in, const struct desk *d, const struct meant *m, struct error *err)
{
	struct record_moment *moments = NULL;
	size_t count = 0;
	struct sheet s;
	int r = m->review ? record_moments(d->db, m->review->id, d->arena, &moments, &count, err) : 0;

	if (r < 0)
		return r;
	sheet_begin(&s, in);
	sheet_text(&s, "ref", "ref", m->review ? m->review->ref : "");
	sheet_text(&s, "state", "state", m->review ? review_state_name(m->review->state) : "new");
	show_found(&s, m->found ? m->found : &m->review->found);
	if (m->review) {
		show_words(&s, &m->review->words);
		show_moments(&s, moments, count);
	}
	sheet_print(&s);
	return 0;
}

int cmd_surge_show(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct meant m;
	struct desk d;
	int r = desk_open(in, false, &d, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find_meant(in, &d, &m, &err);
	if (r == 0)
		r = show(in, &d, &m, &err);
	desk_close(&d);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

/* --- confirm, reject, note --- */

static struct review_words words_of(const struct invocation *in)
{
	return (struct review_words){
		.cause_ja = in->value[OPTION_CAUSE_JA],
		.cause_en = in->value[OPTION_CAUSE_EN],
		.reference = in->value[OPTION_REFERENCE],
		.reference_date = in->value[OPTION_REFERENCE_DATE],
		.alert = in->value[OPTION_ALERT],
		.alert_date = in->value[OPTION_ALERT_DATE],
		.note_ja = in->value[OPTION_NOTE_JA],
		.note_en = in->value[OPTION_NOTE_EN],
	};
}

static int change(const struct invocation *in, enum review_state state)
{
	struct review_change c = { .state = state, .words = words_of(in), .version = RULES_ANY_VERSION, .doing = common_doing() };
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX], ended[CALENDAR_TEXT_MAX];
	struct meant m;
	struct desk d;
	int r = desk_open(in, true, &d, &err);

	if (r < 0)
		return common_failed(r, &err);
	record_uuid(c.uuid);
	r = find_meant(in, &d, &m, &err);
	if (r == 0) {
		c.found = m.found ? *m.found : m.review->found;
		r = review_save(d.db, &c, ref, &err);
	}
	if (r == 0 && !in->value[OPTION_QUIET])
		fprintf(stderr, "%s %s: %s, %s\n", ref, c.found.port,
			review_state_name(state != REVIEW_KEEP ? state : m.review ? m.review->state : REVIEW_OPEN),
			c.found.span.end_hour == RULES_OPEN ? rules_ended_format(&c.found.span, ended) : "over");
	desk_close(&d);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

int cmd_surge_confirm(const struct invocation *in)
{
	return change(in, REVIEW_CONFIRMED);
}

int cmd_surge_reject(const struct invocation *in)
{
	return change(in, REVIEW_REJECTED);
}

int cmd_surge_note(const struct invocation *in)
{
	return change(in, REVIEW_KEEP);
}

int cmd_surge_refresh(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct doing doing = common_doing();
	struct desk d;
	int r = desk_open(in, true, &d, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = review_refresh(d.db, d.found.list, d.found.count, &doing, &err);
	if (r >= 0 && !in->value[OPTION_QUIET])
		fprintf(stderr, "%d of %zu reviews changed\n", r, d.review_count);
	desk_close(&d);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

/* --- table --- */

static const struct column table_columns[] = {
	{ "observed_from", "Observed from", COLUMN_TEXT },
	{ "port", "Port", COLUMN_TEXT },
	{ "suspected_cause", "Suspected cause", COLUMN_TEXT },
	{ "trigger_published", "Trigger published", COLUMN_TEXT },
	{ "alert_date", "Alert", COLUMN_TEXT },
	{ "ended_about", "Ended about", COLUMN_TEXT },
};

/* Ports as documents print them: 5900/TCP. */
static void port_cell(struct table *t, const char *port)
{
	char text[VIEW_KEY_TEXT_MAX];
	size_t n = 0;

	for (; port[n] && n < sizeof text - 1; n++)
		text[n] = port[n] >= 'a' && port[n] <= 'z' ? (char)(port[n] - 'a' + 'A') : port[n];
	text[n] = '\0';
	table_text(t, text);
}

static void table_row(struct table *t, const struct review *v, bool is_ja)
{
	char text[CALENDAR_TEXT_MAX];

	table_text(t, rules_started_format(&v->found.span, text));
	port_cell(t, v->found.port);
	text_cell(t, is_ja ? v->words.cause_ja : v->words.cause_en);
	text_cell(t, v->words.reference_date);
	text_cell(t, v->words.alert_date);
	table_text(t, rules_ended_format(&v->found.span, text));
}

static int print_table(const struct invocation *in, struct db *db, bool is_ja, struct error *err)
{
	struct arena *arena = arena_new();
	struct review *list = NULL;
	size_t count = 0;
	struct table t;
	int r = db ? review_list(db, ACCESS_LOCAL, "", arena, &list, &count, err) : 0;

	if (r == 0) {
		t = table_begin(in, table_columns, COUNT(table_columns));
		for (size_t i = 0; i < count; i++)
			if (list[i].state == REVIEW_CONFIRMED)
				table_row(&t, &list[i], is_ja);
		table_end(&t);
	}
	arena_free(arena);
	return r;
}

int cmd_surge_table(const struct invocation *in)
{
	enum lang lang = LANG_EN;
	struct error err = ERROR_NONE;
	struct db *db;
	int r;

	if (common_lang(in, &lang, &err) < 0)
		return command_usage(&err);
	r = common_cases_read(in, &db, &err);
	if (r < 0)
		return common_failed(r, &err);
	r = print_table(in, db, lang == LANG_JA, &err);
	db_close(db);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}
