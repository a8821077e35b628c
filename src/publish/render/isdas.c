/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Which periods the public pages show, and their figures. */
#include "publish/render/isdas.h"

#include "base/cleanup.h"
#include "engine/template/embedded.h"
#include "publish/render/isdas_int.h"

#include <errno.h>

#define LATEST_LEAST_HOURS (7 * 24)
#define PORT_RANKS 10
#define REGION_RANKS 5

/* --- periods --- */

static int64_t hour_of(struct date d)
{
	return floor_div(calendar_midnight(d), HOUR_US);
}

/* Quarters are numbered year * 4 + quarter - 1. */
static struct isdas_period quarter(int number, int64_t end_hour)
{
	struct isdas_period p = { .year = number / 4, .quarter = number % 4 + 1 };
	struct date start = date_quarter_start(p.year, p.quarter);

	p.first_hour = hour_of(start);
	p.end_hour = MIN(end_hour, hour_of(date_add_months(start, 3)));
	snprintf(p.slug, sizeof p.slug, "%dq%d", p.year, p.quarter);
	return p;
}

static int quarter_number(int64_t hour)
{
	struct date d = calendar_date(hour * HOUR_US);

	return d.year * 4 + date_quarter(d) - 1;
}

/* A quarter that has just begun is not the latest yet: a graph of a few hours tells nothing. */
struct isdas_period *isdas_quarters(struct arena *a, int64_t first_hour, int64_t end_hour, size_t *ret_count)
{
	int first = quarter_number(first_hour), last = quarter_number(end_hour - 1);
	struct isdas_period *list = ARENA_ARRAY(a, (size_t)(last - first + 1), struct isdas_period);
	size_t count = 0;

	for (int n = first; n <= last; n++)
		list[count++] = quarter(n, end_hour);
	if (count > 1 && list[count - 1].end_hour - list[count - 1].first_hour < LATEST_LEAST_HOURS)
		count--;
	*ret_count = count;
	return list;
}

struct isdas_period isdas_year_of(const struct isdas_period *last, int64_t end_hour)
{
	int number = last->year * 4 + last->quarter - 1;
	struct isdas_period first = quarter(number - 3, end_hour), p = *last;

	p.is_year = true;
	p.first_hour = first.first_hour;
	snprintf(p.slug, sizeof p.slug, "%.10s-%.10s", first.slug, last->slug);
	return p;
}

const char *isdas_period_words(struct arena *a, enum lang lang, const struct isdas_period *p)
{
	struct date last = date_add_months(date_quarter_start(p->year, p->quarter), 2), first = date_add_months(last, -11);

	if (!p->is_year)
		return words_quarter(a, lang, p->year, p->quarter);
	return words_fill(a, lang, MSG_OBSERVE_YEAR_PERIOD, "from", words_month_of(a, lang, first.year, first.month), "to",
			  words_month_of(a, lang, last.year, last.month), NULL);
}

/* --- series --- */

static int make_series(const struct isdas_options *o, struct isdas_part *part, enum view_by by, struct series **ret,
		       struct error *err)
{
	struct view_question q = VIEW_QUESTION(part->period->first_hour, part->period->end_hour);
	struct series *hourly;
	int r;

	q.by = by;
	q.place = o->place;
	q.place_context = o->place_context;
	q.rank_count = by == VIEW_BY_PORT ? PORT_RANKS : REGION_RANKS;
	q.min_sensors = o->rules.min_sensors;
	q.is_without_raw = true;
	r = view_series(o->store, &q, &hourly, err);
	if (r < 0)
		return r;
	for (int32_t i = 0; i < hourly->hours; i++)
		part->sensors = MAX(part->sensors, (uint32_t)hourly->sensors_up[i]);
	*ret = point_series(hourly, part->points, part->point_count);
	(*ret)->min_sensors = o->rules.min_sensors;
	publish_series(&o->rules, *ret);
	series_free(hourly);
	return 0;
}

static int make_part(const struct isdas_options *o, const struct isdas_period *period, struct isdas_part *ret,
		     struct error *err)
{
	int r;

	*ret = (struct isdas_part){ .period = period };
	ret->points = point_cut(period->first_hour, period->end_hour, POINT_DAY, &ret->point_count);
	r = make_series(o, ret, VIEW_BY_PORT, &ret->ports, err);
	if (r == 0 && o->place)
		r = make_series(o, ret, VIEW_BY_REGION, &ret->regions, err);
	return r;
}

static void part_clear(struct isdas_part *part)
{
	series_free(part->ports);
	series_free(part->regions);
	free(part->points);
}

/* --- the tree --- */

static int render_period(const struct isdas_site *site, const struct isdas_period *period, struct error *err)
{
	const char *names[3] = { NULL };
	char permanent[PERIOD_SLUG_MAX + 8];
	struct isdas_part part;
	bool with_data = true;
	int r = make_part(site->options, period, &part, err);

	snprintf(permanent, sizeof permanent, "%s.html", period->slug);
	names[0] = period->is_year ? "year.html" : permanent;
	if (period == &site->quarters[site->quarter_count - 1])
		names[1] = "index.html";
	for (int lang = 0; lang < LANG_COUNT && r == 0; lang++) {
		if (site->options->skips[lang])
			continue;
		r = isdas_page(site, &part, (enum lang)lang, names, with_data, err);
		with_data = false;
	}
	part_clear(&part);
	return r;
}

static int render_rest(const struct isdas_site *site, struct error *err)
{
	int r = 0;

	for (const struct embedded *e = embedded_static; e->name && r == 0; e++)
		r = site->sink->file(site->sink->context, e->name, BYTES(e->text, e->size), err);
	for (int lang = 0; lang < LANG_COUNT && r == 0; lang++)
		if (!site->options->skips[lang])
			r = isdas_readme(site, (enum lang)lang, err);
	return r;
}

int isdas_render(const struct isdas_options *o, const struct isdas_sink *sink, struct error *err)
{
	struct isdas_site site = { .options = o, .sink = sink };
	struct arena *a = arena_new();
	struct isdas_period year;
	int64_t first, end;
	int r = 0;

	if (!view_hours(o->store, &first, &end) || first >= MIN(end, publish_last_hour(&o->rules, o->now_us))) {
		arena_free(a);
		return error_set(err, -ENODATA, "the store holds nothing that may be shown yet");
	}
	end = MIN(end, publish_last_hour(&o->rules, o->now_us));
	site.quarters = isdas_quarters(a, first, end, &site.quarter_count);
	year = isdas_year_of(&site.quarters[site.quarter_count - 1], end);
	site.year = &year;
	for (size_t i = 0; i < site.quarter_count && r == 0; i++)
		r = render_period(&site, &site.quarters[i], err);
	if (r == 0)
		r = render_period(&site, &year, err);
	if (r == 0)
		r = render_rest(&site, err);
	arena_free(a);
	return r;
}
