/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Surges that an analyst looked at. */
#include "desk/observatory/review.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "desk/observatory/review.sql.gen.h"

#include <errno.h>

static const char *const states[] = { "open", "confirmed", "rejected" };

const char *review_state_name(enum review_state s)
{
	return states[s];
}

static enum review_state state_of(const char *name)
{
	enum review_state s = REVIEW_OPEN;

	while (s < REVIEW_REJECTED && strcmp(states[s], name) != 0)
		s++;
	return s;
}

/* --- reading --- */

struct reading {
	struct review *list;
	size_t count, room;
	struct arena *arena;
};

static const char *kept(struct reading *g, const char *text)
{
	return arena_text(g->arena, text ? text : "");
}

static int take(void *context, const struct review_select_row *row)
{
	struct reading *g = context;
	struct review v = {
		.id = row->id,
		.ref = kept(g, row->ref),
		.state = state_of(row->state),
		.decided_at = row->has_decided_at ? row->decided_at : 0,
		.decided_by = kept(g, row->decided_by),
		.version = row->version,
	};

	v.found = (struct review_found){
		.port = kept(g, row->port),
		.method = row->method,
		.span = { row->start_hour, row->has_end_hour ? row->end_hour : RULES_OPEN, row->seen_hour },
		.peak_hour = row->peak_hour,
		.packets = row->packets,
		.sensors = row->sensors,
		.sources = row->has_sources ? row->sources : -1,
		.evidence = kept(g, row->evidence),
		.baseline = row->baseline,
		.peak = row->peak,
	};
	v.words = (struct review_words){
		.cause_ja = kept(g, row->cause_ja),
		.cause_en = kept(g, row->cause_en),
		.reference = kept(g, row->reference),
		.reference_date = kept(g, row->reference_date),
		.alert = kept(g, row->alert),
		.alert_date = kept(g, row->alert_date),
		.note_ja = kept(g, row->note_ja),
		.note_en = kept(g, row->note_en),
	};
	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = v;
	return 0;
}

int review_list(struct db *db, int64_t viewer, const char *port, struct arena *arena, struct review **ret, size_t *ret_count,
		struct error *err)
{
	struct reading g = { .arena = arena };
	int r = review_select(db, viewer, port, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

static bool is_comparable(const struct review *v, const struct review_found *found)
{
	return v->found.method == found->method && strcmp(v->found.port, found->port) == 0;
}

const struct review *review_of(const struct review *list, size_t count, const struct review_found *found)
{
	for (size_t i = 0; i < count; i++)
		if (is_comparable(&list[i], found) && list[i].found.span.start_hour == found->span.start_hour)
			return &list[i];
	for (size_t i = 0; i < count; i++)
		if (is_comparable(&list[i], found) && rules_is_same_rise(&list[i].found.span, &found->span))
			return &list[i];
	return NULL;
}

const struct review *review_by_ref(const struct review *list, size_t count, const char *ref)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].ref, ref) == 0)
			return &list[i];
	return NULL;
}

/* --- writing --- */

/* Optional numbers, as the generated functions take them. */
static const int64_t *end_of(const struct review_found *f)
{
	return f->span.end_hour == RULES_OPEN ? NULL : &f->span.end_hour;
}

static const int64_t *sources_of(const struct review_found *f)
{
	return f->sources < 0 ? NULL : &f->sources;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static bool is_as_seen(const struct review_found *a, const struct review_found *b)
{
	return a->span.end_hour == b->span.end_hour && a->span.seen_hour == b->span.seen_hour &&
	       a->peak_hour == b->peak_hour && a->packets == b->packets && a->sensors == b->sensors &&
	       a->sources == b->sources && a->baseline == b->baseline && a->peak == b->peak &&
	       strcmp(a->evidence, b->evidence) == 0;
}

/* Writes what was found; 1 when it was another thing than before. */
static int write_found(struct db *db, const struct review *v, const struct review_found *f, const struct doing *doing,
		       struct error *err)
{
	bool was_open = v->found.span.end_hour == RULES_OPEN, is_open = f->span.end_hour == RULES_OPEN;
	char end[CALENDAR_TEXT_MAX];
	int r;

	if (is_as_seen(&v->found, f))
		return 0;
	r = review_see(db, v->id, f->peak_hour, end_of(f), f->span.seen_hour, f->packets, f->sensors, sources_of(f),
		       f->evidence, f->baseline, f->peak, err);
	if (r >= 0 && was_open != is_open)
		r = record_happened(db, v->id, doing->at, doing->actor, is_open ? "reopened" : "ended",
				    is_open ? NULL : rules_ended_format(&f->span, end), err);
	return r < 0 ? r : 1;
}

static int make(struct db *db, const struct review_change *c, int64_t *ret_id, char ref[RECORD_REF_MAX], struct error *err)
{
	const struct review_found *f = &c->found;
	struct record_new n = { .kind = "review", .marking = "GREEN", .at = c->doing.at, .actor = c->doing.actor };
	char series[16];
	int r;

	snprintf(series, sizeof series, "S%04d", calendar_date(f->span.start_hour * HOUR_US).year);
	n.series = series;
	memcpy(n.uuid, c->uuid, sizeof n.uuid);
	r = record_add(db, &n, ret_id, ref, err);
	if (r == 0)
		r = review_insert(db, *ret_id, f->port, f->span.start_hour, f->method, f->peak_hour, end_of(f), f->span.seen_hour,
				  f->packets, f->sensors, sources_of(f), f->evidence, f->baseline, f->peak, err);
	if (r >= 0 && c->question)
		r = record_happened(db, *ret_id, c->doing.at, c->doing.actor, "asked", c->question, err);
	return r < 0 ? r : 0;
}

static const char *newer(const char *change, const char *old)
{
	return change ? change : old;
}

static struct review_words merged(const struct review_words *old, const struct review_words *change)
{
	return (struct review_words){
		.cause_ja = newer(change->cause_ja, old->cause_ja),
		.cause_en = newer(change->cause_en, old->cause_en),
		.reference = newer(change->reference, old->reference),
		.reference_date = newer(change->reference_date, old->reference_date),
		.alert = newer(change->alert, old->alert),
		.alert_date = newer(change->alert_date, old->alert_date),
		.note_ja = newer(change->note_ja, old->note_ja),
		.note_en = newer(change->note_en, old->note_en),
	};
}

static bool is_equal(const struct review_words *a, const struct review_words *b)
{
	return strcmp(a->cause_ja, b->cause_ja) == 0 && strcmp(a->cause_en, b->cause_en) == 0 &&
	       strcmp(a->reference, b->reference) == 0 && strcmp(a->reference_date, b->reference_date) == 0 &&
	       strcmp(a->alert, b->alert) == 0 && strcmp(a->alert_date, b->alert_date) == 0 &&
	       strcmp(a->note_ja, b->note_ja) == 0 && strcmp(a->note_en, b->note_en) == 0;
}

static int write_words(struct db *db, const struct review *v, const struct review_change *c, struct error *err)
{
	struct review_words w = merged(&v->words, &c->words);
	enum review_state state = c->state == REVIEW_KEEP ? v->state : c->state;
	bool is_decided = state != v->state, has_words = !is_equal(&w, &v->words);
	int64_t at = is_decided ? c->doing.at : v->decided_at;
	const char *by = is_decided ? c->doing.actor : v->decided_by;
	int r = rules_check_alert(&c->found.span, w.alert_date, err);

	if (r == 0)
		r = rules_check_reference(w.reference_date, calendar_date(c->doing.at), err);
	if (r < 0 || (!is_decided && !has_words))
		return r;
	r = review_write(db, v->id, review_state_name(state), state == REVIEW_OPEN ? NULL : &at, state == REVIEW_OPEN ? NULL : by,
			 w.cause_ja, w.cause_en, w.reference, or_null(w.reference_date), w.alert, or_null(w.alert_date),
			 w.note_ja, w.note_en, err);
	if (r >= 0 && is_decided)
		r = record_happened(db, v->id, c->doing.at, c->doing.actor, review_state_name(state), NULL, err);
	if (r >= 0 && has_words)
		r = record_happened(db, v->id, c->doing.at, c->doing.actor, "noted",
				    w.cause_en[0] ? w.cause_en : w.cause_ja, err);
	return r < 0 ? r : 0;
}

struct saving {
	const struct review_change *change;
	struct arena *arena;
	char *ref;
};

static int save(struct db *db, void *context, struct error *err)
{
	struct saving *s = context;
	const struct review_change *c = s->change;
	const struct review *old;
	struct review v, *list;
	size_t count;
	int r = review_list(db, ACCESS_LOCAL, c->found.port, s->arena, &list, &count, err);

	if (r < 0)
		return r;
	old = review_of(list, count, &c->found);
	r = rules_check_version(old ? old->ref : c->found.port, c->version, old ? old->version : 0, err);
	if (r < 0)
		return r;
	if (old) {
		v = *old;
		text_copy(s->ref, RECORD_REF_MAX, BYTES_TEXT(v.ref));
		r = c->question ? 0 : write_found(db, &v, &c->found, &c->doing, err);
	} else {
		v = (struct review){ .found = c->found, .decided_by = "", .words = { "", "", "", "", "", "", "", "" } };
		r = make(db, c, &v.id, s->ref, err);
	}
	return r < 0 ? r : write_words(db, &v, c, err);
}

int review_save(struct db *db, const struct review_change *change, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct saving s = { .change = change, .arena = arena_new(), .ref = ret_ref };
	int r = db_transaction(db, save, &s, err);

	arena_free(s.arena);
	return r;
}

struct refreshing {
	const struct review_found *found;
	size_t count;
	const struct doing *doing;
	struct arena *arena;
};

static int refresh(struct db *db, void *context, struct error *err)
{
	struct refreshing *g = context;
	struct review *list;
	size_t count;
	int changed = 0, r = review_list(db, ACCESS_LOCAL, "", g->arena, &list, &count, err);

	for (size_t i = 0; i < g->count && r >= 0; i++) {
		const struct review *v = review_of(list, count, &g->found[i]);
		r = v ? write_found(db, v, &g->found[i], g->doing, err) : 0;
		changed += r > 0;
	}
	return r < 0 ? r : changed;
}

int review_refresh(struct db *db, const struct review_found *found, size_t count, const struct doing *doing,
		   struct error *err)
{
	struct refreshing g = { found, count, doing, arena_new() };
	int r = db_transaction(db, refresh, &g, err);

	arena_free(g.arena);
	return r;
}
