/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rises that a store shows now. */
#include "desk/observatory/found.h"

#include "base/cleanup.h"
#include "observe/series/weigh.h"

#include <errno.h>

static void fill(struct found *f, const struct series *s, int64_t seen_hour)
{
	f->count = s->surge_count;
	f->list = ARENA_ARRAY(f->arena, f->count + 1, struct review_found);
	f->is_proposed = ARENA_ARRAY(f->arena, f->count + 1, bool);
	for (size_t i = 0; i < f->count; i++) {
		const struct surge *g = &s->surges[i];
		char port[VIEW_KEY_TEXT_MAX], evidence[WEIGH_TEXT_MAX];
		f->is_proposed[i] = g->is_proposed;
		f->list[i] = (struct review_found){
			.port = arena_text(f->arena, view_key_format(g->key, port)),
			.method = SERIES_METHOD,
			.span = { g->first_hour, g->is_open ? RULES_OPEN : g->last_hour, seen_hour },
			.peak_hour = g->peak_hour,
			.packets = (int64_t)g->packets,
			.sensors = g->sensors_seen,
			.sources = g->sources,
			.evidence = arena_text(f->arena, surge_evidence_format(g->evidence, evidence)),
			.baseline = g->baseline,
			.peak = g->peak,
		};
	}
}

static int look(const struct store *s, const struct view_question *q, int64_t data_end, struct found *f, struct error *err)
{
	struct series *series;
	int r = view_series(s, q, &series, err);

	if (r < 0)
		return r;
	r = view_weigh(s, q, series, err);
	if (r == 0)
		fill(f, series, data_end);
	series_free(series);
	return r;
}

static struct view_question detector(const struct view_question *q, double threshold)
{
	struct view_question d = *q;

	d.surge_threshold = threshold;
	d.key_count = 0;
	d.rank_count = 0;
	d.is_without_hours = true;
	return d;
}

int found_load(const struct store *s, double threshold, struct found *f, struct error *err)
{
	struct view_question q = detector(&VIEW_QUESTION(0, 0), threshold);
	int r = 0;

	if (!surge_step_of(threshold))
		return error_set(err, -EINVAL, "the threshold is 10, 15, 20 or 30");
	*f = (struct found){ .arena = arena_new() };
	if (view_hours(s, &q.first_hour, &q.end_hour))
		r = look(s, &q, q.end_hour, f, err);
	if (r < 0)
		found_clear(f);
	return r;
}

/* --- around one hour --- */

/* A rise closes after eight weeks at the latest, unless the next one begins within a day. */
#define FIRST_LOOK_HOURS (70 * 24)

static bool is_cut(const struct found *f, int64_t hour)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].span.end_hour == RULES_OPEN && f->list[i].span.start_hour <= hour)
			return true;
	return false;
}

int found_near(const struct store *s, const struct view_question *question, double threshold, int64_t hour, struct found *f,
	       struct error *err)
{
	struct view_question q = detector(question, threshold);
	int64_t first, end;
	int r = 0;

	if (!surge_step_of(threshold))
		return error_set(err, -EINVAL, "the threshold is 10, 15, 20 or 30");
	*f = (struct found){ .arena = arena_new() };
	if (!view_hours(s, &first, &end))
		return 0;
	/* The detector counts days from its first hour: in whole days from the data's. */
	q.first_hour = MAX(first, MIN(hour, end - 1) - FOUND_BEFORE_HOURS);
	q.first_hour -= (q.first_hour - first) % 24;
	for (int64_t hours = FIRST_LOOK_HOURS; r == 0; hours *= 2) {
		q.end_hour = MIN(end, MAX(hour, q.first_hour) + hours);
		r = look(s, &q, end, f, err);
		if (q.end_hour == end || !is_cut(f, hour))
			break;
	}
	if (r < 0)
		found_clear(f);
	return r;
}

void found_clear(struct found *f)
{
	f->arena = arena_free(f->arena);
	f->count = 0;
}
