/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rises that the store shows now. */
#include "face/cmd/surge_found.h"

#include "face/cmd/common.h"
#include "observe/series/weigh.h"

#include <errno.h>

static void fill(struct surge_found *f, const struct series *s, int64_t seen_hour)
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

static int threshold_of(const struct invocation *in, double *ret, struct error *err)
{
	const struct conf *conf;
	uint64_t threshold;
	int r = common_conf(in, &conf, err);

	if (r == 0)
		r = command_number(in, OPTION_ALARM, 1000, (uint64_t)conf_number(conf, SETTING_OBSERVE_THRESHOLD), &threshold, err);
	if (r < 0)
		return r;
	*ret = (double)threshold;
	return surge_step_of(*ret) ? 0 : error_set(err, -EINVAL, "--threshold is 10, 15, 20 or 30");
}

static int look(const struct store *s, double threshold, struct surge_found *f, struct error *err)
{
	struct view_question q = VIEW_QUESTION(0, 0);
	struct series *series;
	int r;

	if (!view_hours(s, &q.first_hour, &q.end_hour))
		return 0;
	q.surge_threshold = threshold;
	q.rank_count = 0;
	q.is_without_hours = true;
	r = view_series(s, &q, &series, err);
	if (r < 0)
		return r;
	r = view_weigh(s, &q, series, err);
	if (r == 0)
		fill(f, series, q.end_hour);
	series_free(series);
	return r;
}

int surge_found_load(const struct invocation *in, struct surge_found *f, struct error *err)
{
	struct store *s;
	double threshold;
	int r = threshold_of(in, &threshold, err);

	if (r == 0)
		r = common_store(in, &s, err);
	if (r < 0)
		return r;
	*f = (struct surge_found){ .arena = arena_new() };
	r = look(s, threshold, f, err);
	store_close(s);
	if (r < 0)
		surge_found_clear(f);
	return r;
}

void surge_found_clear(struct surge_found *f)
{
	f->arena = arena_free(f->arena);
	f->count = 0;
}
