/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Which incidents a report may tell of. */
#include "desk/incident/same.h"

#include "base/address.h"
#include "base/calendar.h"
#include "base/memory.h"
#include "desk/incident/same.sql.gen.h"

#define LOOK_AT 500 /* rows of each kind of reason */
#define DAY_US (24 * HOUR_US)

const char *const same_reason_names[SAME_REASONS] = {
	[SAME_MAIL] = "same mail", [SAME_FILE] = "same file",		   [SAME_URL] = "same URL",   [SAME_HASH] = "same hash",
	[SAME_INDICATOR] = "an indicator of it", [SAME_HOST] = "same host", [SAME_ADDRESS] = "same address",
};

struct found {
	int64_t id;
	unsigned reasons;
	enum same_reason strongest;
	const char *what;
};

struct looking {
	struct found *list;
	size_t count, room;
	int64_t received_at;
	struct arena *arena;
};

static void add(struct looking *l, int64_t id, enum same_reason reason, const char *what)
{
	size_t i = 0;

	while (i < l->count && l->list[i].id != id)
		i++;
	if (i == l->count) {
		l->list = memory_grow(l->list, &l->room, l->count + 1, sizeof *l->list);
		l->list[l->count++] = (struct found){ .id = id, .strongest = SAME_REASONS };
	}
	l->list[i].reasons |= 1u << reason;
	if (reason < l->list[i].strongest) {
		l->list[i].strongest = reason;
		l->list[i].what = arena_text(l->arena, what);
	}
}

static bool is_near(const struct looking *l, int64_t other_at)
{
	int64_t apart = l->received_at - other_at;

	return apart < SAME_ADDRESS_DAYS * DAY_US && apart > -SAME_ADDRESS_DAYS * DAY_US;
}

static int take_thing(void *context, const struct same_things_row *row)
{
	struct looking *l = context;

	if (strcmp(row->kind, "url") == 0)
		add(l, row->id, SAME_URL, row->text);
	else if (strcmp(row->kind, "host") == 0)
		add(l, row->id, SAME_HOST, row->text);
	else if (strcmp(row->kind, "address") != 0 && strcmp(row->kind, "prefix") != 0)
		add(l, row->id, SAME_HASH, row->text);
	else if (is_near(l, row->other_at))
		add(l, row->id, SAME_ADDRESS, row->text);
	return 0;
}

static bool is_address(const char *host)
{
	struct address a;

	return address_parse(BYTES_TEXT(host), &a);
}

static int take_host(void *context, const struct same_hosts_row *row)
{
	struct looking *l = context;

	if (!is_address(row->text))
		add(l, row->id, SAME_HOST, row->text);
	else if (is_near(l, row->other_at))
		add(l, row->id, SAME_ADDRESS, row->text);
	return 0;
}

static int take_indicator(void *context, const struct same_indicators_row *row)
{
	struct looking *l = context;

	add(l, row->id, SAME_INDICATOR, arena_printf(l->arena, "%s (%s)", row->text, row->role));
	return 0;
}

static int take_file(void *context, const struct same_files_row *row)
{
	add(context, row->id, SAME_FILE, row->text);
	return 0;
}

static int look(struct db *db, int64_t report, struct looking *l, struct error *err)
{
	struct db_ids mails = { 0 };
	int r = same_things(db, report, LOOK_AT, take_thing, l, err);

	if (r == 0)
		r = same_hosts(db, report, LOOK_AT, take_host, l, err);
	if (r == 0)
		r = same_indicators(db, report, LOOK_AT, take_indicator, l, err);
	if (r == 0)
		r = same_files(db, report, LOOK_AT, take_file, l, err);
	if (r == 0)
		r = same_mails(db, report, LOOK_AT, &mails, err);
	for (size_t i = 0; i < mails.count; i++)
		add(l, mails.list[i], SAME_MAIL, "");
	free(mails.list);
	return r;
}

static int by_strength(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->strongest != y->strongest)
		return x->strongest < y->strongest ? -1 : 1;
	return (x->id < y->id) - (x->id > y->id);
}

int same_as(struct db *db, int64_t viewer, int64_t report_id, int64_t received_at, struct arena *arena, struct same **ret,
	    size_t *ret_count, struct error *err)
{
	struct looking l = { .received_at = received_at, .arena = arena };
	struct same *list = ARENA_ARRAY(arena, SAME_MOST, struct same);
	size_t count = 0;
	int r = look(db, report_id, &l, err);

	if (l.count)
		qsort(l.list, l.count, sizeof *l.list, by_strength);
	for (size_t i = 0; i < l.count && count < SAME_MOST && r >= 0; i++) {
		const struct found *f = &l.list[i];
		list[count] = (struct same){ .reasons = f->reasons, .what = f->what, .strongest = f->strongest };
		r = incident_load(db, viewer, f->id, arena, &list[count].incident, err);
		count += r > 0;
	}
	free(l.list);
	*ret = list;
	*ret_count = count;
	return r < 0 ? r : 0;
}

const char *same_words(const struct same *s, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s%s%s", same_reason_names[s->strongest], s->what[0] ? " " : "", s->what);

	for (int reason = 0; reason < SAME_REASONS; reason++)
		if ((s->reasons & 1u << reason) && reason != (int)s->strongest)
			text = arena_printf(arena, "%s; %s", text, same_reason_names[reason]);
	return text;
}
