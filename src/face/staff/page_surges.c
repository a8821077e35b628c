/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Sudden rises with their evidence; bursts of one sensor stand apart. */
#include "base/cleanup.h"
#include "face/staff/page.h"
#include "observe/series/weigh.h"
#include "publish/render/figure.h"

#define BURSTS_MAX 100

/* --- cells --- */

static void evidence_cell(struct page *p, struct sheet *sheet, uint32_t evidence)
{
	char raw[WEIGH_TEXT_MAX];

	sheet_both(sheet, page_evidence(p, evidence), arena_text(p->arena, surge_evidence_format(evidence, raw)));
}

static void hour_cell(struct page *p, struct sheet *sheet, int64_t hour)
{
	sheet_both(sheet, page_hour(p, hour), page_time_utc(p, hour * HOUR_US));
}

/* Half a week around what is looked at. */
static const char *around(struct page *p, const char *path, uint32_t key, int64_t first, int64_t end)
{
	bool is_series = !(key & VIEW_KEY_NO_PORT) && strcmp(path, "/observe/series") == 0;

	return page_url(p, path, "period", NULL, "from", page_time_utc(p, (first - (is_series ? 84 : 0)) * HOUR_US), "to",
			page_time_utc(p, (end + (is_series ? 84 : 0)) * HOUR_US), "port",
			is_series ? key == VIEW_KEY_ICMP ? "icmp" : page_key(p, key) : NULL, "filter",
			is_series ? http_value(p->rq, "filter")->text : page_filter_of(p, key), NULL);
}

/* --- surges --- */

struct reviews {
	struct review *list;
	size_t count;
};

static const struct sheet_column surge_columns[] = {
	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },	  { "state", MSG_STAFF_STATE, SHEET_TEXT },
	{ "review", MSG_STAFF_REVIEW, SHEET_TEXT },	  { "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY },
	{ "start", MSG_STAFF_BEGIN, SHEET_TEXT },	  { "peak", MSG_STAFF_PEAK, SHEET_TEXT },
	{ "end", MSG_STAFF_END, SHEET_TEXT },	  { "baseline", MSG_STAFF_USUAL, SHEET_NUMBER },
	{ "peak_average", MSG_STAFF_AT_PEAK, SHEET_NUMBER }, { "packets", MSG_STAFF_PACKETS, SHEET_NUMBER },
	{ "sensors", MSG_STAFF_SENSORS_SEEN, SHEET_NUMBER }, { "sources", MSG_STAFF_SOURCES, SHEET_NUMBER },
	{ "evidence", MSG_STAFF_EVIDENCE, SHEET_LONG }, { 0 },
};

/* What was decided, and the way to the rise's page, which asks the same question. */
static void review_cell(struct page *p, struct sheet *sheet, const struct reviews *reviews, const struct surge *s)
{
	char *port = arena_alloc(p->arena, VIEW_KEY_TEXT_MAX);
	struct review_found f = { .port = view_key_format(s->key, port), .method = SERIES_METHOD };
	const struct review *v;

	f.span = (struct rules_span){ s->first_hour, s->is_open ? RULES_OPEN : s->last_hour, p->data_end };
	v = review_of(reviews->list, reviews->count, &f);
	sheet_link(sheet, page_state(p, v), v ? review_state_name(v->state) : "new",
		   page_surge_here(p, f.port, s->first_hour));
}

static void surge_row(struct page *p, struct sheet *sheet, const struct reviews *reviews, const struct surge *s)
{
	sheet_text(sheet, page_key(p, s->key), around(p, "/observe/series", s->key, s->first_hour, s->last_hour));
	if (s->is_proposed)
		sheet_state(sheet, SHEET_WARN, words(p->lang, MSG_STAFF_PROPOSED), "proposed");
	else
		sheet_state(sheet, SHEET_PLAIN, words(p->lang, MSG_STAFF_NOT_PROPOSED), "not proposed");
	review_cell(p, sheet, reviews, s);
	sheet_way(sheet, words(p->lang, MSG_STAFF_EVENTS), around(p, "/observe/events", s->key, s->first_hour, s->last_hour));
	hour_cell(p, sheet, s->first_hour);
	hour_cell(p, sheet, s->peak_hour);
	if (s->is_open)
		sheet_both(sheet, words(p->lang, MSG_STAFF_GOES_ON), NULL);
	else
		hour_cell(p, sheet, s->last_hour);
	sheet_micro(sheet, s->baseline);
	sheet_micro(sheet, s->peak);
	sheet_number(sheet, (int64_t)s->packets);
	sheet_number(sheet, s->sensors_seen);
	if (s->sources >= 0)
		sheet_number(sheet, s->sources);
	else
		sheet_nothing(sheet);
	evidence_cell(p, sheet, s->evidence);
}

static void put_surges(struct page *p, const struct reviews *reviews, const struct series *s)
{
	struct sheet *sheet = page_sheet(p, "surges", MSG_STAFF_SURGES_TABLE, surge_columns);
	const struct surge_step *step = surge_step_of(p->staff->surge_threshold);
	char rate[FIGURE_NUMBER_MAX];

	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_SURGES));
	if (step)
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_FALSE_ALARMS, "threshold",
					     arena_printf(p->arena, "%.0f", step->threshold), "rate",
					     arena_text(p->arena, figure_number(step->false_per_1000_years * 1000, rate)), NULL));
	for (int proposed = 1; proposed >= 0; proposed--)
		for (size_t i = 0; i < s->surge_count; i++)
			if (s->surges[i].is_proposed == (bool)proposed)
				surge_row(p, sheet, reviews, &s->surges[i]);
}

/* --- bursts --- */

static const struct sheet_column burst_columns[] = {
	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },	{ "sensor", MSG_STAFF_SENSOR, SHEET_TEXT },
	{ "start", MSG_STAFF_BEGIN, SHEET_TEXT },	{ "end", MSG_STAFF_END, SHEET_TEXT },
	{ "packets", MSG_STAFF_PACKETS, SHEET_NUMBER }, { "counted_as", MSG_STAFF_COUNTED_AS, SHEET_NUMBER },
	{ "evidence", MSG_STAFF_EVIDENCE, SHEET_LONG }, { "source", MSG_STAFF_SOURCE, SHEET_TEXT },
	{ "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY }, { 0 },
};

static int burst_row(struct page *p, struct sheet *sheet, const struct odd_burst *b, struct error *err)
{
	char address[ADDRESS_TEXT_MAX];
	struct address source;
	uint64_t most;
	uint32_t evidence;
	int r = view_weigh_burst(p->store, &p->q, b, &evidence, &source, &most, err);

	if (r < 0)
		return r;
	sheet_text(sheet, page_key(p, b->key), around(p, "/observe/series", b->key, b->first_hour, b->last_hour));
	sheet_text(sheet, p->store->sensors[b->sensor], NULL);
	hour_cell(p, sheet, b->first_hour);
	hour_cell(p, sheet, b->last_hour);
	sheet_number(sheet, (int64_t)b->packets);
	sheet_micro(sheet, b->replaced_by);
	evidence_cell(p, sheet, evidence);
	if ((evidence & SURGE_ONE_SOURCE) && source.family)
		sheet_text(sheet, arena_text(p->arena, address_format(&source, address)), NULL);
	else
		sheet_nothing(sheet);
	sheet_way(sheet, words(p->lang, MSG_STAFF_EVENTS), around(p, "/observe/events", b->key, b->first_hour, b->last_hour));
	return 0;
}

static int by_packets(const void *a, const void *b)
{
	const struct odd_burst *x = a, *y = b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return x->first_hour < y->first_hour ? -1 : x->first_hour > y->first_hour;
}

/* Each burst asks the events who sent it: the loudest are enough for a page. */
static int put_bursts(struct page *p, struct series *s, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "bursts", MSG_STAFF_BURSTS_TABLE, burst_columns);
	char shown[WORDS_NUMBER_MAX], all[WORDS_NUMBER_MAX];
	size_t count = MIN(s->burst_count, (size_t)BURSTS_MAX);
	int r = 0;

	if (s->burst_count)
		qsort(s->bursts, s->burst_count, sizeof *s->bursts, by_packets);
	sheet_empty(sheet, words(p->lang, MSG_STAFF_NO_BURSTS));
	sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_BURSTS_NOTE, "shown", words_number((int64_t)count, shown), "all",
				     words_number((int64_t)s->burst_count, all), NULL));
	for (size_t i = 0; i < count && r == 0; i++)
		r = burst_row(p, sheet, &s->bursts[i], err);
	return r;
}

int page_surges(struct page *p, struct error *err)
{
	struct reviews reviews = { NULL, 0 };
	struct series *s;
	int r = page_has_cases(p) ? review_list(p->staff->db, p->viewer.id, "", p->arena, &reviews.list, &reviews.count, err) : 0;

	if (r < 0)
		return r;
	p->q.rank_count = 0;
	p->q.surge_threshold = p->staff->surge_threshold;
	p->q.is_without_hours = true;
	r = view_series(p->store, &p->q, &s, err);
	if (r < 0)
		return r;
	r = view_weigh(p->store, &p->q, s, err);
	if (r == 0) {
		value_put_url(p->value, "confirmed", "/observe/confirmed");
		put_surges(p, &reviews, s);
		r = put_bursts(p, s, err);
	}
	series_free(s);
	return r;
}
