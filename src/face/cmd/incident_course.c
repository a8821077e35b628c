/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi incident edit, happened, forget, course, judge: what is said of an incident, when things happened, whether a party is told. */
#include "desk/incident/course.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "desk/incident/edit.h"
#include "desk/incident/notice.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/desk_show.h"
#include "face/cmd/table.h"
#include "ground/access/sight.h"

#include <errno.h>

/* --- edit --- */

int cmd_incident_edit(const struct invocation *in)
{
	const char *values[EDIT_FIELDS] = {
		[EDIT_TITLE] = in->value[OPTION_TITLE],	      [EDIT_CATEGORY] = in->value[OPTION_CATEGORY],
		[EDIT_BRAND] = in->value[OPTION_BRAND],	      [EDIT_INDUSTRY] = in->value[OPTION_INDUSTRY],
		[EDIT_ORIGIN] = in->value[OPTION_ORIGIN],     [EDIT_HOSTING] = in->value[OPTION_HOSTING],
		[EDIT_CARRIER] = in->value[OPTION_CARRIER],   [EDIT_COUNTRY] = in->value[OPTION_COUNTRY],
		[EDIT_FIRST_SEEN] = in->value[OPTION_FIRST_SEEN], [EDIT_LEAD_IN] = in->value[OPTION_LEAD_IN],
		[EDIT_CAMPAIGN] = in->value[OPTION_CAMPAIGN], [EDIT_PORTS] = in->value[OPTION_KEY],
	};
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	int r = cases_open(in, true, &c, &err), changed = 0;

	for (size_t n = 0; n < in->argument_count && r >= 0; n++) {
		r = find_incident(&c, in->arguments[n], &i, &err);
		if (r == 0)
			r = edit_incident(c.db, &i, values, &c.doing, &err);
		changed += r > 0 ? r : 0;
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[n]);
	}
	if (r >= 0 && !in->value[OPTION_QUIET])
		fprintf(stderr, "%d changed\n", changed);
	return cases_end(&c, r, &err);
}

/* --- moments --- */

int cmd_incident_happened(const struct invocation *in)
{
	struct course_new n = { .kind = cases_option(in, OPTION_WHAT, "other"), .what = in->arguments[1] };
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	int64_t number = 0;
	int r = cases_open(in, true, &c, &err);

	if (r == 0)
		r = cases_time(in, &c, &n.at, &err);
	if (r == 0)
		r = find_incident(&c, in->arguments[0], &i, &err);
	n.doing = c.doing;
	if (r == 0) {
		n.incident_id = i.id;
		r = course_enter(c.db, &n, &number, &err);
	}
	if (r == 0)
		printf("%lld\n", (long long)number);
	return cases_end(&c, r, &err);
}

int cmd_incident_forget(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	uint64_t number;
	int r = cases_open(in, true, &c, &err);

	if (r == 0)
		r = find_incident(&c, in->arguments[0], &i, &err);
	for (size_t n = 1; n < in->argument_count && r == 0; n++) {
		if (!bytes_number(BYTES_TEXT(in->arguments[n]), INT64_MAX, &number))
			r = error_set(&err, -EINVAL, "'%.40s' is no number: `hinomi incident course` shows them", in->arguments[n]);
		else
			r = course_remove(c.db, i.id, (int64_t)number, &c.doing, &err);
	}
	return cases_end(&c, r, &err);
}

static const struct column course_columns[] = {
	{ "number", "No.", COLUMN_TEXT },	{ "at", NULL, COLUMN_TEXT },	       { "time", "Time", COLUMN_TEXT },
	{ "kind", "", COLUMN_TEXT },		{ "what", "What", COLUMN_TEXT },       { "since_before", "Since then", COLUMN_TEXT },
	{ "since_first", "Since the first", COLUMN_TEXT },
};

static void print_moment(struct table *t, const struct course *course, size_t i, struct arena *arena)
{
	const struct course_moment *m = &course->list[i];
	char time[CALENDAR_TEXT_MAX];

	if (m->number)
		table_text(t, arena_printf(arena, "%lld", (long long)m->number));
	else
		table_nothing(t);
	table_time(t, m->at);
	table_text(t, time_format_local(m->at, time));
	table_text(t, m->kind);
	table_text(t, m->what);
	for (int k = 0; k < 2; k++)
		if (i == 0)
			table_nothing(t);
		else
			table_text(t, course_elapsed(m->at - course->list[k == 0 ? i - 1 : 0].at, arena));
}

static void print_course(const struct invocation *in, const struct course *course, struct arena *arena)
{
	struct table t = table_begin(in, course_columns, COUNT(course_columns));

	for (size_t i = 0; i < course->count; i++)
		print_moment(&t, course, i, arena);
	table_end(&t);
	if (course->notified_at && course->ended_at >= course->notified_at && !in->value[OPTION_QUIET])
		fprintf(stderr, "from the first notice to the last end: %s, business days: %d (%s)\n",
			course_elapsed(course->ended_at - course->notified_at, arena), course->days, business_bucket_names[course->bucket]);
}

int cmd_incident_course(const struct invocation *in)
{
	struct business_calendar calendar = { .table = NULL };
	struct holiday_table *table = NULL;
	struct error err = ERROR_NONE;
	struct course course;
	struct incident i;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r == 0)
		r = find_incident(&c, in->arguments[0], &i, &err);
	if (r == 0)
		r = cases_holidays(&c, &table, &err);
	calendar.table = table;
	if (r == 0)
		r = course_load(c.db, ACCESS_LOCAL, &i, &calendar, c.arena, &course, &err);
	if (r == 0)
		print_course(in, &course, c.arena);
	holiday_table_free(table);
	return cases_end(&c, r, &err);
}

/* --- judge --- */

#define REASONS_MAX 20

static const struct column reason_columns[] = {
	{ "code", "Code", COLUMN_TEXT },     { "side", "Speaks for", COLUMN_TEXT }, { "said", "Said", COLUMN_BOOL },
	{ "holds", "Holds", COLUMN_BOOL },
	{ "name_en", "Reason", COLUMN_TEXT }, { "name_ja", NULL, COLUMN_TEXT },	    { "inferred", NULL, COLUMN_BOOL },
};

static bool is_among(const char *const *codes, const char *code)
{
	while (*codes && strcmp(*codes, code) != 0)
		codes++;
	return *codes;
}

static int show_reasons(const struct invocation *in, struct cases *c, const struct incident *i, struct error *err)
{
	const char *said[NOTICE_SAID_MAX + 1];
	struct notice_reason *list = NULL;
	struct notice notice;
	size_t count = 0;
	struct table t;
	int r = notice_list(c->db, i->category, c->arena, &list, &count, err);

	if (r == 0)
		r = notice_load(c->db, i->id, c->arena, &notice, err);
	if (r == 0)
		r = notice_said(c->db, ACCESS_LOCAL, i->id, c->arena, said, err);
	if (r < 0)
		return r;
	t = table_begin(in, reason_columns, COUNT(reason_columns));
	for (size_t n = 0; n < count; n++) {
		table_text(&t, list[n].code);
		table_text(&t, list[n].is_against ? "not needed" : "notify");
		table_bool(&t, is_among(said, list[n].code));
		table_bool(&t, is_among(notice.codes, list[n].code));
		table_text(&t, list[n].name_en);
		table_text(&t, list[n].name_ja);
		table_bool(&t, list[n].is_inferred);
	}
	table_end(&t);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "decided: %s%s%s\n", notice_names[notice.decision], notice.overruled[0] ? ", against the rule: " : "",
			notice.overruled);
	return 0;
}

static int split_codes(struct arena *arena, const char *text, const char *codes[REASONS_MAX + 1], struct error *err)
{
	size_t count = 0;

	for (char *word = arena_text(arena, text), *next; *word; word = next) {
		next = word + strcspn(word, ", ");
		if (*next)
			*next++ = '\0';
		if (!*word)
			continue;
		if (count == REASONS_MAX)
			return error_set(err, -EINVAL, "more than %d reasons", REASONS_MAX);
		codes[count++] = word;
	}
	codes[count] = NULL;
	return 0;
}

static int decide(const struct invocation *in, struct cases *c, const struct incident *i, struct error *err)
{
	const char *codes[REASONS_MAX + 1] = { NULL }, *wanted = cases_option(in, OPTION_DECIDE, "");
	struct notice_new n = { .incident_id = i->id, .category = i->category, .codes = codes,
				.overruled = cases_option(in, OPTION_REASON, ""), .doing = c->doing };
	enum notice_decision decided;
	int r = split_codes(c->arena, cases_option(in, OPTION_BECAUSE, ""), codes, err);

	if (r == 0 && wanted[0] && strcmp(wanted, "notify") != 0 && strcmp(wanted, "none") != 0)
		r = error_set(err, -EINVAL, "'%.40s' is neither notify nor none", wanted);
	if (wanted[0])
		n.otherwise = strcmp(wanted, "notify") == 0 ? NOTICE_NOTIFY : NOTICE_NOT_NEEDED;
	if (r == 0)
		r = notice_make(c->db, &n, &decided, err);
	if (r == 0)
		puts(notice_names[decided]);
	return r;
}

int cmd_incident_judge(const struct invocation *in)
{
	bool decides = in->value[OPTION_BECAUSE] || in->value[OPTION_DECIDE];
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	int r = cases_open(in, decides, &c, &err);

	if (r == 0)
		r = find_incident(&c, in->arguments[0], &i, &err);
	if (r == 0)
		r = decides ? decide(in, &c, &i, &err) : show_reasons(in, &c, &i, &err);
	return cases_end(&c, r, &err);
}
