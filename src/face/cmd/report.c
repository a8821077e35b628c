/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi report list, show, same, thank, close, open, bin. */
#include "desk/incident/report.h"

#include "base/cleanup.h"
#include "desk/incident/same.h"
#include "desk/incident/telling.h"
#include "desk/incident/incident.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/desk_show.h"
#include "face/cmd/table.h"
#include "ground/indicator/indicator.h"

#include <errno.h>

static const char *answer_name(enum answer a)
{
	return a == ANSWER_NONE ? "" : a == ANSWER_YES ? "yes" : "no";
}

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },	       { "received", "Received (UTC)", COLUMN_TEXT },
	{ "channel", "Channel", COLUMN_TEXT }, { "state", "State", COLUMN_TEXT },
	{ "from", "From", COLUMN_TEXT },       { "subject", "Subject", COLUMN_TEXT },
	{ "incidents", "Incidents", COLUMN_NUMBER },
};

static void print_report(struct table *t, const struct report *p)
{
	table_text(t, p->ref);
	table_time(t, p->received_at);
	table_text(t, p->channel);
	table_text(t, p->state);
	table_text(t, p->reporter_address);
	table_text(t, p->subject);
	table_number(t, p->incidents);
}

int cmd_report_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct report *list = NULL;
	size_t count = 0;
	struct table t;
	struct cases c;
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, 100000, 100, &most, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = cases_open(in, false, &c, &err);
	if (r < 0)
		return common_failed(r, &err);
	if (c.db)
		r = report_list(c.db, ACCESS_LOCAL, cases_option(in, OPTION_STATE, ""), 0, (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_report(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static void show_report(struct sheet *s, const struct report *p)
{
	sheet_text(s, "ref", "ref", p->ref);
	sheet_text(s, "state", "state", p->state);
	sheet_time(s, "received", "received", p->received_at);
	sheet_text(s, "channel", "channel", p->channel);
	sheet_text(s, "form", "form", p->form);
	sheet_text(s, "subject", "subject", p->subject);
	sheet_text(s, "reporter", "reporter", p->reporter_name);
	sheet_text(s, "from", "from", p->reporter_address);
	sheet_text(s, "language", "language", p->language);
	sheet_text(s, "wishes_contact", "wishes contact", answer_name(p->wishes.wishes_contact));
	sheet_text(s, "information_only", "information", answer_name(p->wishes.is_information));
	sheet_text(s, "party_told", "party told", answer_name(p->wishes.is_party_told));
	sheet_text(s, "detailed_log", "detailed log", answer_name(p->wishes.has_detailed_log));
	sheet_text(s, "may_share", "may share", answer_name(p->wishes.may_share));
	sheet_text(s, "anonymous", "anonymous", answer_name(p->wishes.is_anonymous));
}

static int show_incidents(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct incident *list = NULL;
	size_t count = 0;
	int r = incident_of_report(c->db, ACCESS_LOCAL, id, c->arena, &list, &count, err);

	sheet_list(s, "incidents", "Incidents");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "category", "category", list[i].category);
		sheet_text(s, "title", "title", list[i].title);
		sheet_text(s, "state", "state", list[i].state);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

static int show_found(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct indicator_thing *list = NULL;
	size_t count = 0;
	int r = indicator_found(c->db, id, INDICATOR_FOUND_MAX, c->arena, &list, &count, err);

	sheet_list(s, "named", "Named in it");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "text", "", list[i].text);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int cmd_report_show(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct report p;
	struct sheet s;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find_report(&c, in->arguments[0], &p, &err);
	if (r == 0) {
		sheet_begin(&s, in);
		show_report(&s, &p);
		r = show_incidents(&s, &c, p.id, &err);
		if (r == 0)
			r = show_found(&s, &c, p.id, &err);
		if (r == 0)
			r = show_messages(&s, &c, p.id, &err);
		if (r == 0)
			r = show_letters(&s, &c, p.id, &err);
		if (r == 0)
			r = show_timeline(&s, &c, p.id, &err);
		sheet_print(&s);
	}
	return cases_end(&c, r, &err);
}

/* --- what it may tell of too --- */

static const struct column same_columns[] = {
	{ "incident", "Incident", COLUMN_TEXT }, { "category", "Category", COLUMN_TEXT }, { "state", "State", COLUMN_TEXT },
	{ "title", "Title", COLUMN_TEXT },	 { "why", "Why", COLUMN_TEXT },
};

static void print_same(struct table *t, const struct same *s, struct arena *arena)
{
	table_text(t, s->incident.ref);
	table_text(t, s->incident.category);
	table_text(t, s->incident.state);
	table_text(t, s->incident.title);
	table_text(t, same_words(s, arena));
}

int cmd_report_same(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct same *list = NULL;
	struct report p;
	size_t count = 0;
	struct table t;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r == 0)
		r = find_report(&c, in->arguments[0], &p, &err);
	if (r == 0)
		r = same_as(c.db, ACCESS_LOCAL, p.id, p.received_at, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, same_columns, COUNT(same_columns));
		for (size_t i = 0; i < count; i++)
			print_same(&t, &list[i], c.arena);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static int set_state(const struct invocation *in, const char *state)
{
	struct error err = ERROR_NONE;
	struct report p;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		r = find_report(&c, in->arguments[i], &p, &err);
		if (r == 0)
			r = report_set_state(c.db, p.id, state, &c.doing, &err);
	}
	return cases_end(&c, r, &err);
}

int cmd_report_thank(const struct invocation *in)
{
	struct telling_centre centre;
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct report p;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		centre = cases_centre(in, &c);
		r = find_report(&c, in->arguments[i], &p, &err);
		if (r == 0)
			r = telling_closing(c.db, &p, &centre, ref, &err);
		if (r == 0)
			puts(ref);
		else
			error_prefix(&err, "%s", in->arguments[i]);
	}
	return cases_end(&c, r, &err);
}

int cmd_report_close(const struct invocation *in)
{
	return set_state(in, "closed");
}

int cmd_report_open(const struct invocation *in)
{
	return set_state(in, "open");
}

int cmd_report_bin(const struct invocation *in)
{
	return set_state(in, "bin");
}
