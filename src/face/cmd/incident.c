/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi incident make, list, show, join, split, merge, unmerge, link, unlink, close, reopen. */
#include "desk/incident/incident.h"

#include "base/cleanup.h"
#include "desk/incident/report.h"
#include "desk/incident/request.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/desk_show.h"
#include "face/cmd/table.h"
#include "ground/indicator/indicator.h"

#include <errno.h>

/* --- make --- */

static int make(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	int64_t *reports = ARENA_ARRAY(c->arena, in->argument_count + 1, int64_t), id;
	struct incident_new n = {
		.title = cases_option(in, OPTION_TITLE, ""),
		.category = cases_option(in, OPTION_CATEGORY, ""),
		.reports = reports,
		.report_count = in->argument_count,
		.brand = cases_option(in, OPTION_BRAND, ""),
		.industry = "",
		.origin = cases_option(in, OPTION_ORIGIN, ""),
		.country = cases_option(in, OPTION_COUNTRY, ""),
		.hosting = "",
		.doing = c->doing,
	};
	struct report p;
	int r = 0;

	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		r = find_report(c, in->arguments[i], &p, err);
		reports[i] = p.id;
		/* What the first report is called is a title too. */
		if (r == 0 && i == 0 && !n.title[0])
			n.title = p.subject;
	}
	return r < 0 ? r : incident_make(c->db, &n, &id, ref, err);
}

int cmd_incident_make(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = make(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}

/* --- list and show --- */

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },		  { "counts", "Counts from (UTC)", COLUMN_TEXT },
	{ "category", "Category", COLUMN_TEXT },  { "state", "State", COLUMN_TEXT },
	{ "title", "Title", COLUMN_TEXT },	  { "reports", "Reports", COLUMN_NUMBER },
	{ "requests", "Requests", COLUMN_NUMBER }, { "merged_into", "Merged into", COLUMN_TEXT },
};

static void print_incident(struct table *t, const struct incident *i)
{
	table_text(t, i->ref);
	table_time(t, i->counts_at);
	table_text(t, i->category);
	table_text(t, i->state);
	table_text(t, i->title);
	table_number(t, i->reports);
	table_number(t, i->requests);
	if (i->merged_into[0])
		table_text(t, i->merged_into);
	else
		table_nothing(t);
}

int cmd_incident_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct incident *list = NULL;
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
		r = incident_list(c.db, ACCESS_LOCAL, cases_option(in, OPTION_STATE, ""),
				  cases_option(in, OPTION_CAMPAIGN, ""), 0, (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_incident(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static void show_incident(struct sheet *s, const struct incident *i)
{
	sheet_text(s, "ref", "ref", i->ref);
	sheet_text(s, "title", "title", i->title);
	sheet_text(s, "category", "category", i->category);
	sheet_text(s, "category_en", "", i->category_en);
	sheet_text(s, "category_ja", "", i->category_ja);
	sheet_text(s, "state", "state", i->state);
	sheet_text(s, "merged_into", "merged into", i->merged_into);
	sheet_time(s, "counts", "counts from", i->counts_at);
	sheet_time(s, "closed", "closed", i->closed_at);
	sheet_text(s, "closed_reason", "because", i->closed_reason);
	sheet_text(s, "claimed_by", "claimed by", i->claimed_by);
	sheet_text(s, "brand", "brand", i->brand);
	sheet_text(s, "origin", "origin", i->origin);
	sheet_text(s, "industry", "industry", i->industry);
	sheet_text(s, "hosting", "hosting", i->hosting);
	sheet_text(s, "carrier", "carrier", i->carrier);
	sheet_text(s, "country", "country", i->country);
	sheet_time(s, "first_seen", "first seen", i->first_seen);
	sheet_text(s, "lead_in", "led to by", i->lead_in);
	sheet_text(s, "campaign", "campaign", i->campaign);
}

static int show_reports(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct report *list = NULL;
	size_t count = 0;
	int r = report_of_incident(c->db, ACCESS_LOCAL, id, c->arena, &list, &count, err);

	sheet_list(s, "reports", "Reports");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_time(s, "received", "received", list[i].received_at);
		sheet_text(s, "channel", "channel", list[i].channel);
		sheet_text(s, "subject", "subject", list[i].subject);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

static int show_requests(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct request *list = NULL;
	size_t count = 0;
	int r = request_list(c->db, ACCESS_LOCAL, id, c->arena, &list, &count, err);

	sheet_list(s, "requests", "Requests");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "contact", "contact", list[i].contact);
		sheet_text(s, "country", "country", list[i].country);
		sheet_text(s, "letter", "letter", list[i].letter);
		sheet_text(s, "state", "state", list[i].state);
		sheet_time(s, "asked", "asked", list[i].asked_at);
		sheet_time(s, "answered", "answered", list[i].answered_at);
		sheet_text(s, "reason", "reason", list[i].reason);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

static int show_indicators(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct indicator *list = NULL;
	size_t count = 0;
	int r = indicator_list(c->db, ACCESS_LOCAL, id, INDICATOR_FOUND_MAX, c->arena, &list, &count, err);

	sheet_list(s, "indicators", "Indicators");
	for (size_t i = 0; i < count; i++) {
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "role", "role", list[i].role);
		sheet_text(s, "kind", "kind", list[i].thing.kind);
		sheet_text(s, "text", "", list[i].thing.text);
		sheet_text(s, "source", "source", list[i].source);
		sheet_text(s, "note", "note", list[i].note);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

static int show_links(struct sheet *s, struct cases *c, int64_t id, struct error *err)
{
	struct record_tie *list = NULL;
	size_t count = 0;
	int r = record_ties(c->db, ACCESS_LOCAL, id, c->arena, &list, &count, err);

	sheet_list(s, "links", "Links");
	for (size_t i = 0; i < count; i++) {
		if (record_is_of_desk(list[i].reason))
			continue;
		sheet_item(s);
		sheet_text(s, "ref", "ref", list[i].ref);
		sheet_text(s, "kind", "kind", list[i].kind);
		sheet_text(s, "reason", "because", list[i].reason);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	return r;
}

int cmd_incident_show(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct incident i;
	struct sheet s;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find_incident(&c, in->arguments[0], &i, &err);
	if (r == 0) {
		sheet_begin(&s, in);
		show_incident(&s, &i);
		r = show_reports(&s, &c, i.id, &err);
		if (r == 0)
			r = show_requests(&s, &c, i.id, &err);
		if (r == 0)
			r = show_indicators(&s, &c, i.id, &err);
		if (r == 0)
			r = show_links(&s, &c, i.id, &err);
		if (r == 0)
			r = show_letters(&s, &c, i.id, &err);
		if (r == 0)
			r = show_watches(&s, &c, i.id, &err);
		if (r == 0)
			r = show_messages(&s, &c, i.id, &err);
		if (r == 0)
			r = show_timeline(&s, &c, i.id, &err);
		sheet_print(&s);
	}
	return cases_end(&c, r, &err);
}

/* --- changes --- */

typedef int change_fn(struct cases *c, const struct incident *i, const char *reason, struct error *err);

/* Each argument is an incident. */
static int change_each(const struct invocation *in, change_fn *change)
{
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	for (size_t n = 0; n < in->argument_count && r == 0; n++) {
		r = find_incident(&c, in->arguments[n], &i, &err);
		if (r == 0)
			r = change(&c, &i, cases_option(in, OPTION_REASON, ""), &err);
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[n]);
	}
	return cases_end(&c, r, &err);
}

typedef int pair_fn(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err);

/* The first argument is an incident, the others are what happens to it. */
static int change_first(const struct invocation *in, pair_fn *change)
{
	struct error err = ERROR_NONE;
	struct incident first;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find_incident(&c, in->arguments[0], &first, &err);
	for (size_t n = 1; n < in->argument_count && r == 0; n++) {
		r = change(&c, &first, in->arguments[n], cases_option(in, OPTION_REASON, "a person said so"), &err);
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[n]);
	}
	return cases_end(&c, r, &err);
}

static int join(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err)
{
	struct report p;
	int r = find_report(c, other, &p, err);

	return r < 0 ? r : incident_join(c->db, first->id, p.id, reason, &c->doing, err);
}

static int split(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err)
{
	struct report p;
	int r = find_report(c, other, &p, err);

	(void)reason;
	return r < 0 ? r : incident_split(c->db, first->id, p.id, &c->doing, err);
}

static int merge(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err)
{
	struct incident from;
	int r = find_incident(c, other, &from, err);

	return r < 0 ? r : incident_merge(c->db, first->id, from.id, reason, &c->doing, err);
}

static int unmerge(struct cases *c, const struct incident *i, const char *reason, struct error *err)
{
	(void)reason;
	return incident_unmerge(c->db, i->id, &c->doing, err);
}

static int close_one(struct cases *c, const struct incident *i, const char *reason, struct error *err)
{
	return incident_close(c->db, i->id, reason, &c->doing, err);
}

static int reopen(struct cases *c, const struct incident *i, const char *reason, struct error *err)
{
	(void)reason;
	return incident_reopen(c->db, i->id, &c->doing, err);
}

static int tie(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err)
{
	return incident_link(c->db, ACCESS_LOCAL, first->id, other, reason, &c->doing, err);
}

static int untie(struct cases *c, const struct incident *first, const char *other, const char *reason, struct error *err)
{
	(void)reason;
	return incident_unlink(c->db, ACCESS_LOCAL, first->id, other, &c->doing, err);
}

int cmd_incident_link(const struct invocation *in)
{
	return change_first(in, tie);
}

int cmd_incident_unlink(const struct invocation *in)
{
	return change_first(in, untie);
}

int cmd_incident_join(const struct invocation *in)
{
	return change_first(in, join);
}

int cmd_incident_split(const struct invocation *in)
{
	return change_first(in, split);
}

int cmd_incident_merge(const struct invocation *in)
{
	return change_first(in, merge);
}

int cmd_incident_unmerge(const struct invocation *in)
{
	return change_each(in, unmerge);
}

int cmd_incident_close(const struct invocation *in)
{
	return change_each(in, close_one);
}

int cmd_incident_reopen(const struct invocation *in)
{
	return change_each(in, reopen);
}
