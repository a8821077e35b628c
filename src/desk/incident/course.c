/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The course of a case. */
#include "desk/incident/course.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "desk/incident/course.sql.gen.h"
#include "desk/incident/report.h"
#include "desk/incident/request.h"
#include "ground/access/sight.h"
#include "ground/watch/watch.h"

#include <errno.h>

#define TARGETS_MAX 1000
#define MINUTE_US (60 * SECOND_US)

const char *const course_kinds[] = { "seen", "received", "notified", "answered", "ended", "other", NULL };

static bool is_kind(const char *word)
{
	for (const char *const *kind = course_kinds; *kind; kind++)
		if (strcmp(*kind, word) == 0)
			return true;
	return false;
}

/* --- entering --- */

struct entering {
	const struct course_new *n;
	int64_t id;
};

static int enter(struct db *db, void *context, struct error *err)
{
	struct entering *e = context;
	const struct course_new *n = e->n;
	struct course_insert_row row = { 0 };
	int r = course_insert(db, n->incident_id, n->at, n->kind, n->what, n->doing.actor, n->doing.at, NULL, &row, err);

	e->id = row.id;
	return r < 0 ? r : record_happened(db, n->incident_id, n->doing.at, n->doing.actor, "entered", n->what, err);
}

int course_enter(struct db *db, const struct course_new *n, int64_t *ret_number, struct error *err)
{
	struct entering e = { .n = n };
	int r;

	if (!is_kind(n->kind))
		return error_set(err, -EINVAL, "'%.40s' is not a kind of moment", n->kind);
	if (!n->what[0])
		return error_set(err, -EINVAL, "a moment needs words");
	r = db_transaction(db, enter, &e, err);
	*ret_number = e.id;
	return r;
}

struct removing {
	int64_t incident_id, number;
	const struct doing *doing;
};

static int take_away(struct db *db, void *context, struct error *err)
{
	const struct removing *x = context;
	int r = course_end(db, x->number, x->incident_id, x->doing->at, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no moment %lld", (long long)x->number);
	return r < 0 ? r : record_happened(db, x->incident_id, x->doing->at, x->doing->actor, "moment removed", NULL, err);
}

int course_remove(struct db *db, int64_t incident_id, int64_t number, const struct doing *doing, struct error *err)
{
	return db_transaction(db, take_away, &(struct removing){ incident_id, number, doing }, err);
}

/* --- reading --- */

struct reading {
	struct course_moment *list;
	size_t count, room;
	struct arena *arena;
};

static void add(struct reading *g, int64_t at, int64_t number, const char *kind, const char *what)
{
	if (at == 0)
		return;
	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct course_moment){ at, number, arena_text(g->arena, kind), arena_text(g->arena, what) };
}

static int take_entered(void *context, const struct course_entered_row *row)
{
	add(context, row->at, row->id, row->kind, row->what);
	return 0;
}

static int add_reports(struct db *db, int64_t viewer, int64_t id, struct reading *g, struct error *err)
{
	struct report *list = NULL;
	size_t count = 0;
	int r = report_of_incident(db, viewer, id, g->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++)
		add(g, list[i].received_at, 0, "received", list[i].ref);
	return r;
}

static int add_requests(struct db *db, int64_t viewer, int64_t id, struct reading *g, struct error *err)
{
	struct request *list = NULL;
	size_t count = 0;
	int r = request_list(db, viewer, id, g->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++) {
		const char *who = arena_printf(g->arena, "%s (%s)", list[i].contact, list[i].ref);
		add(g, list[i].asked_at, 0, "notified", who);
		add(g, list[i].answered_at, 0, "answered", who);
	}
	return r;
}

static int add_target(struct db *db, const struct watch_target *t, struct reading *g, struct error *err)
{
	struct watch_interval *list = NULL;
	size_t count = 0;
	int r = watch_intervals(db, t->id, g->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++) {
		add(g, list[i].first_up_at, 0, "seen", arena_printf(g->arena, "%s (%s)", t->text, t->ref));
		if (list[i].confirmed_at)
			add(g, list[i].ended_at, 0, "ended", arena_printf(g->arena, "%s: %s (%s)", t->text, list[i].ended_as, t->ref));
	}
	return r;
}

static int add_targets(struct db *db, int64_t viewer, int64_t id, struct reading *g, struct error *err)
{
	struct watch_target *list = NULL;
	size_t count = 0;
	int r = watch_list(db, viewer, id, "", TARGETS_MAX, g->arena, &list, &count, err);

	for (size_t i = 0; i < count && r == 0; i++)
		r = add_target(db, &list[i], g, err);
	return r;
}

static int by_time(const void *a, const void *b)
{
	const struct course_moment *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void measure(struct course *c, const struct business_calendar *calendar)
{
	for (size_t i = 0; i < c->count; i++) {
		if (!c->notified_at && strcmp(c->list[i].kind, "notified") == 0)
			c->notified_at = c->list[i].at;
		if (strcmp(c->list[i].kind, "ended") == 0)
			c->ended_at = c->list[i].at;
	}
	if (!c->notified_at || c->ended_at < c->notified_at)
		return;
	c->days = business_days_between(calendar, calendar_date(c->notified_at), calendar_date(c->ended_at));
	c->bucket = business_bucket(c->days);
}

int course_load(struct db *db, int64_t viewer, const struct incident *i, const struct business_calendar *calendar, struct arena *arena,
		struct course *ret, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = course_entered(db, i->id, take_entered, &g, err);

	if (r == 0)
		r = add_reports(db, viewer, i->id, &g, err);
	if (r == 0)
		r = add_requests(db, viewer, i->id, &g, err);
	if (r == 0)
		r = add_targets(db, viewer, i->id, &g, err);
	add(&g, i->closed_at, 0, "closed", i->closed_reason);
	if (g.count)
		qsort(g.list, g.count, sizeof *g.list, by_time);
	*ret = (struct course){ .list = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list), .count = g.count };
	free(g.list);
	measure(ret, calendar);
	return r;
}

const char *course_elapsed(int64_t us, struct arena *arena)
{
	int64_t minutes = us / MINUTE_US, hours = minutes / 60, days = hours / 24;

	if (days)
		return arena_printf(arena, "%lldd %02lldh %02lldm", (long long)days, (long long)(hours % 24), (long long)(minutes % 60));
	return hours ? arena_printf(arena, "%lldh %02lldm", (long long)hours, (long long)(minutes % 60)) :
		       arena_printf(arena, "%02lldm", (long long)minutes);
}
