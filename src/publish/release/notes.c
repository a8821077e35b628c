/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Analysts' notes for the public pages. */
#include "base/memory.h"
#include "desk/observatory/note.h"
#include "desk/observatory/review.h"
#include "desk/observatory/rules.h"
#include "publish/release/graphs.h"

struct gathering {
	struct isdas_note *list;
	size_t count, room;
	struct arena *arena;
};

static void add(struct gathering *g, int64_t hour, const char *ja, const char *en)
{
	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct isdas_note){ .time_us = hour * HOUR_US, .text = { [LANG_JA] = ja, [LANG_EN] = en } };
}

/* The note, and in parentheses the alert that followed. */
static const char *with_alert(struct arena *arena, const char *note, const struct review_words *w)
{
	if (!w->alert[0])
		return note;
	return arena_printf(arena, "%s (%s%s%s)", note, w->alert, w->alert_date[0] ? ", " : "", w->alert_date);
}

static int add_reviews(struct gathering *g, struct db *db, struct error *err)
{
	struct review *list;
	size_t count;
	int r = review_list(db, ACCESS_LOCAL, "", g->arena, &list, &count, err);

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct review_words *w = &list[i].words;
		if (list[i].state == REVIEW_CONFIRMED && rules_may_publish(w->note_ja, w->note_en))
			add(g, list[i].found.span.start_hour, with_alert(g->arena, w->note_ja, w), with_alert(g->arena, w->note_en, w));
	}
	return r;
}

static int add_notes(struct gathering *g, struct db *db, struct error *err)
{
	int64_t first, end;
	struct note *list;
	size_t count;
	int r = note_list(db, ACCESS_LOCAL, "", g->arena, &list, &count, err);

	for (size_t i = 0; r == 0 && i < count; i++)
		if (rules_may_publish(list[i].text_ja, list[i].text_en) && rules_period(list[i].period, &first, &end))
			add(g, first, list[i].text_ja, list[i].text_en);
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct isdas_note *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return strcmp(x->text[LANG_EN], y->text[LANG_EN]);
}

int graphs_use_notes(struct isdas_options *o, struct db *db, struct arena *arena, struct error *err)
{
	struct gathering g = { .arena = arena };
	struct isdas_note *kept;
	int r = db ? add_reviews(&g, db, err) : 0;

	if (r == 0 && db)
		r = add_notes(&g, db, err);
	if (r == 0 && g.count) {
		qsort(g.list, g.count, sizeof *g.list, compare);
		kept = ARENA_ARRAY(arena, g.count, struct isdas_note);
		memcpy(kept, g.list, g.count * sizeof *g.list);
		o->notes = kept;
		o->note_count = g.count;
	}
	free(g.list);
	return r;
}
