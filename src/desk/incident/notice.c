/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Telling or not. */
#include "desk/incident/notice.h"

#include "base/memory.h"
#include "desk/incident/notice.sql.gen.h"
#include "desk/incident/report.h"
#include "ground/watch/watch.h"

#include <errno.h>

const char *const notice_names[] = { [NOTICE_OPEN] = "open", [NOTICE_NOTIFY] = "notify", [NOTICE_NOT_NEEDED] = "not needed" };

const char *notice_row(const char *category)
{
	return strcmp(category, "ics") == 0 || strcmp(category, "targeted") == 0 ? "other" : category;
}

enum notice_decision notice_decide(const struct notice_reason *reasons, size_t count)
{
	bool wishes = false, is_for = false, is_against = false;

	for (size_t i = 0; i < count; i++)
		wishes |= strcmp(reasons[i].code, "wishes_contact") == 0;
	for (size_t i = 0; i < count; i++) {
		is_for |= !reasons[i].is_against;
		is_against |= reasons[i].is_against && !(wishes && strcmp(reasons[i].code, "threat_low") == 0);
	}
	return is_against ? NOTICE_NOT_NEEDED : is_for ? NOTICE_NOTIFY : NOTICE_OPEN;
}

struct reading {
	struct notice_reason *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct notice_reasons_row *row)
{
	struct reading *g = context;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct notice_reason){
		.code = arena_text(g->arena, row->code),
		.name_ja = arena_text(g->arena, row->name_ja),
		.name_en = arena_text(g->arena, row->name_en),
		.is_against = strcmp(row->side, "not needed") == 0,
		.is_inferred = row->is_inferred,
	};
	return 0;
}

int notice_list(struct db *db, const char *category, struct arena *arena, struct notice_reason **ret, size_t *ret_count,
		struct error *err)
{
	struct reading g = { .arena = arena };
	int r = notice_reasons(db, notice_row(category), take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

/* --- deciding --- */

struct deciding {
	const struct notice_new *n;
	enum notice_decision decision;
};

static int keep(struct db *db, void *context, struct error *err)
{
	const struct deciding *d = context;
	const struct notice_new *n = d->n;
	struct notice_insert_row row = { 0 };
	int r = notice_insert(db, n->incident_id, notice_names[d->decision], n->overruled, n->doing.at, n->doing.actor, NULL, &row, err);

	for (const char *const *code = n->codes; *code && r >= 0; code++)
		r = notice_because_insert(db, row.id, *code, err);
	return r < 0 ? r : record_happened(db, n->incident_id, n->doing.at, n->doing.actor,
					   d->decision == NOTICE_NOTIFY ? "to be told" : "not to be told", n->overruled, err);
}

/* Those of the row that were named; -EINVAL for one that it does not have. */
static int pick(const struct notice_new *n, const struct notice_reason *all, size_t count, struct notice_reason *into, size_t *ret,
		struct error *err)
{
	*ret = 0;
	for (const char *const *code = n->codes; *code; code++) {
		size_t i = 0, twice = 0;
		while (i < count && strcmp(all[i].code, *code) != 0)
			i++;
		while (twice < *ret && strcmp(into[twice].code, *code) != 0)
			twice++;
		if (i == count || twice < *ret) {
			error_hint(err, "`hinomi incident judge` without reasons shows them");
			return error_set(err, -EINVAL, "'%.40s' is no reason for this category, or stands there twice", *code);
		}
		into[(*ret)++] = all[i];
	}
	return 0;
}

static int choose(const struct notice_new *n, enum notice_decision ruled, enum notice_decision *ret, struct error *err)
{
	*ret = n->otherwise != NOTICE_OPEN ? n->otherwise : ruled;
	if (*ret == NOTICE_OPEN)
		return error_set(err, -EINVAL, "no reason was given");
	if (*ret != ruled && !n->overruled[0])
		return error_set(err, -EINVAL, "by its reasons it is %s; to decide otherwise needs a reason", notice_names[ruled]);
	if (*ret == ruled && n->overruled[0])
		return error_set(err, -EINVAL, "by its reasons it is %s already", notice_names[ruled]);
	return 0;
}

int notice_make(struct db *db, const struct notice_new *n, enum notice_decision *ret, struct error *err)
{
	struct arena *arena = arena_new();
	struct deciding d = { .n = n };
	struct notice_reason *all = NULL, *held;
	size_t count = 0, held_count;
	int r = notice_list(db, n->category, arena, &all, &count, err);

	if (r == 0) {
		held = ARENA_ARRAY(arena, count + 1, struct notice_reason);
		r = pick(n, all, count, held, &held_count, err);
		if (r == 0)
			r = choose(n, notice_decide(held, held_count), &d.decision, err);
	}
	if (r == 0)
		r = db_transaction(db, keep, &d, err);
	*ret = d.decision;
	arena_free(arena);
	return r;
}

/* --- what reports and the watcher say --- */

static void say(const char **codes, const char *code)
{
	size_t n = 0;

	while (codes[n] && strcmp(codes[n], code) != 0)
		n++;
	if (!codes[n]) {
		codes[n] = code;
		codes[n + 1] = NULL;
	}
}

static void say_wishes(const char **codes, const struct report_wishes *w)
{
	if (w->wishes_contact == ANSWER_YES)
		say(codes, "wishes_contact");
	if (w->is_information == ANSWER_YES)
		say(codes, "information");
	if (w->is_party_told == ANSWER_YES)
		say(codes, "party_told");
	if (w->has_detailed_log != ANSWER_NONE)
		say(codes, w->has_detailed_log == ANSWER_YES ? "detailed_log" : "log_lacks");
}

int notice_said(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, const char *ret[NOTICE_SAID_MAX + 1],
		struct error *err)
{
	struct report *reports = NULL;
	struct watch_target *targets = NULL;
	size_t count = 0;
	int r = report_of_incident(db, viewer, incident_id, arena, &reports, &count, err);

	ret[0] = NULL;
	for (size_t i = 0; i < count; i++)
		say_wishes(ret, &reports[i].wishes);
	count = 0;
	if (r == 0)
		r = watch_list(db, viewer, incident_id, "", NOTICE_SAID_MAX, arena, &targets, &count, err);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(targets[i].state, "up") == 0)
			say(ret, "site_live");
		else if (strcmp(targets[i].state, "new") != 0 && strcmp(targets[i].state, "unconfirmed") != 0)
			say(ret, "not_confirmed");
	}
	return r;
}

/* --- reading --- */

struct codes {
	const char **list;
	size_t count, room;
	struct arena *arena;
};

static int take_code(void *context, const struct notice_because_row *row)
{
	struct codes *c = context;

	c->list = memory_grow(c->list, &c->room, c->count + 2, sizeof *c->list);
	c->list[c->count++] = arena_text(c->arena, row->code);
	return 0;
}

int notice_load(struct db *db, int64_t incident_id, struct arena *arena, struct notice *ret, struct error *err)
{
	static const char *none[] = { NULL };
	struct notice_newest_row row = { 0 };
	struct codes codes = { .arena = arena };
	int r = notice_newest(db, incident_id, arena, &row, err);

	*ret = (struct notice){ .decision = NOTICE_OPEN, .overruled = "", .actor = "", .codes = none };
	if (r <= 0)
		return r;
	r = notice_because(db, row.id, take_code, &codes, err);
	if (r == 0 && codes.count) {
		codes.list[codes.count] = NULL;
		ret->codes = (void *)arena_bytes(arena, codes.list, (codes.count + 1) * sizeof *codes.list);
	}
	free(codes.list);
	ret->decision = strcmp(row.decision, "notify") == 0 ? NOTICE_NOTIFY : NOTICE_NOT_NEEDED;
	ret->overruled = row.overruled;
	ret->actor = row.actor;
	ret->at = row.at;
	return r;
}
