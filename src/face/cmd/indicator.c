/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi indicator add, list, remove, find: what a case names, and what it was in it. */
#include "ground/indicator/indicator.h"

#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/table.h"
#include "ground/access/sight.h"

#include <errno.h>

static int add(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	struct indicator_new n = { .role = cases_option(in, OPTION_AS, "other"), .source = cases_option(in, OPTION_SOURCE, "own"),
				   .note = cases_option(in, OPTION_REASON, ""), .doing = c->doing };
	struct incident about;
	int64_t id;
	int r = find_incident(c, in->arguments[0], &about, err);

	if (r == 0)
		r = indicator_read(in->arguments[1], c->arena, &n.thing, err);
	n.about_id = r == 0 ? about.id : 0;
	return r < 0 ? r : indicator_add(c->db, &n, &id, ref, err);
}

int cmd_indicator_add(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r == 0)
		r = add(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },	       { "about", "About", COLUMN_TEXT }, { "role", "Role", COLUMN_TEXT },
	{ "kind", "Kind", COLUMN_TEXT },       { "text", "Indicator", COLUMN_TEXT }, { "source", "Source", COLUMN_TEXT },
	{ "note", "Note", COLUMN_TEXT },       { "made", NULL, COLUMN_TEXT },
};

static void print_indicator(struct table *t, const struct indicator *i)
{
	table_text(t, i->ref);
	table_text(t, i->about);
	table_text(t, i->role);
	table_text(t, i->thing.kind);
	table_text(t, i->thing.text);
	table_text(t, i->source);
	table_text(t, i->note);
	table_time(t, i->made_at);
}

int cmd_indicator_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct indicator *list = NULL;
	struct incident about = { .id = 0 };
	size_t count = 0;
	struct table t;
	struct cases c;
	uint64_t most = 0;
	int r = cases_open(in, false, &c, &err);

	if (r == 0)
		r = command_number(in, OPTION_COUNT, 100000, 1000, &most, &err);
	if (r == 0 && in->argument_count)
		r = find_incident(&c, in->arguments[0], &about, &err);
	if (r == 0 && c.db)
		r = indicator_list(c.db, ACCESS_LOCAL, about.id, (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_indicator(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static int take_away(struct cases *c, const char *ref, struct error *err)
{
	struct indicator i;
	int r = indicator_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, &i, err);

	if (r == 0) {
		error_hint(err, "`hinomi indicator list` shows them");
		return error_set(err, -ENOENT, "no indicator has the ref '%s'", ref);
	}
	return r < 0 ? r : indicator_remove(c->db, i.id, i.about_id, i.thing.text, &c->doing, err);
}

int cmd_indicator_remove(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	for (size_t i = 0; i < in->argument_count && r == 0; i++)
		r = take_away(&c, in->arguments[i], &err);
	return cases_end(&c, r, &err);
}

/* --- find --- */

static const struct column place_columns[] = {
	{ "about", "Named in", COLUMN_TEXT },
	{ "role", "As", COLUMN_TEXT },
	{ "kind", "Kind", COLUMN_TEXT },
	{ "text", "Indicator", COLUMN_TEXT },
};

static void print_place(struct table *t, const struct indicator *i)
{
	table_text(t, i->about);
	if (i->role[0])
		table_text(t, i->role);
	else
		table_nothing(t);
	table_text(t, i->thing.kind);
	table_text(t, i->thing.text);
}

int cmd_indicator_find(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct indicator *list = NULL;
	struct indicator_thing thing;
	size_t count = 0;
	struct table t;
	struct cases c;
	uint64_t most = 0;
	int r = cases_open(in, false, &c, &err);

	if (r == 0)
		r = command_number(in, OPTION_COUNT, 100000, 100, &most, &err);
	if (r == 0)
		r = indicator_read(in->arguments[0], c.arena, &thing, &err);
	if (r == 0 && c.db)
		r = indicator_search(c.db, ACCESS_LOCAL, thing.text, (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, place_columns, COUNT(place_columns));
		for (size_t i = 0; i < count; i++)
			print_place(&t, &list[i]);
		table_end(&t);
	}
	r = cases_end(&c, r, &err);
	return r == EXIT_YES && count == 0 ? EXIT_NO : r;
}
