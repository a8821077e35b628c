/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Pages of figures: top, series, two periods compared, ports never seen before. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "face/staff/page.h"
#include "publish/render/figure.h"

#include <assert.h>

#define RANKS_DRAWN 5
#define EVERY_RANK 200000

/* --- cells that several pages have --- */

static const char *row_label(const struct page *p, const struct series *s, const struct series_row *row)
{
	if (row == &s->other)
		return words(p->lang, MSG_CHART_REST);
	if (row == &s->total)
		return words(p->lang, MSG_OBSERVE_TOTAL);
	return page_key(p, row->key);
}

static bool is_sum(const struct series *s, const struct series_row *row)
{
	return row == &s->other || row == &s->total;
}

static void port_cell(struct page *p, struct sheet *sheet, const struct series *s, const struct series_row *row)
{
	const char *url = NULL;

	if (!is_sum(s, row))
		url = page_url(p, "/observe/series", "port",
			       row->key & VIEW_KEY_NO_PORT ? NULL : row->key == VIEW_KEY_ICMP ? "icmp" : page_key(p, row->key), NULL);
	sheet_text(sheet, row_label(p, s, row), url);
}

static void drill_cell(struct page *p, struct sheet *sheet, const char *path, enum message label, uint32_t key)
{
	sheet_way(sheet, words(p->lang, label), page_url(p, path, "filter", page_filter_of(p, key), NULL));
}

static void say_unknown(struct page *p, const struct series *s, struct sheet *sheet)
{
	char unknown[WORDS_NUMBER_MAX], packets[WORDS_NUMBER_MAX];

	if (s->total.unknown)
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_UNKNOWN_KINDS, "unknown",
					     words_number((int64_t)s->total.unknown, unknown), "packets",
					     words_number((int64_t)s->total.packets, packets), NULL));
}

/* --- top --- */

static const struct sheet_column top_columns[] = {
	{ "rank", MSG_OBSERVE_RANK, SHEET_NUMBER },	      { "port", MSG_OBSERVE_PORT, SHEET_TEXT },
	{ "average", MSG_STAFF_AVERAGE, SHEET_NUMBER },	      { "share", MSG_OBSERVE_SHARE, SHEET_NUMBER },
	{ "average_raw", MSG_STAFF_AVERAGE_RAW, SHEET_NUMBER }, { "packets", MSG_STAFF_PACKETS, SHEET_NUMBER },
	{ "damped_cells", MSG_STAFF_DAMPED, SHEET_NUMBER },   { "sources", MSG_STAFF_BEHIND, SHEET_WAY },
	{ "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY },    { 0 },
};

static void top_row(struct page *p, struct sheet *sheet, const struct series *s, const struct series_row *row)
{
	if (row == &s->total)
		sheet_sum(sheet);
	else if (row == &s->other)
		sheet_stay(sheet);
	if (row->rank)
		sheet_number(sheet, row->rank);
	else
		sheet_nothing(sheet);
	port_cell(p, sheet, s, row);
	sheet_micro(sheet, row->mean);
	sheet_share(sheet, row->mean, s->total.mean);
	sheet_micro(sheet, row->raw_mean);
	sheet_number(sheet, (int64_t)row->packets);
	sheet_number(sheet, row->damped_cells);
	if (is_sum(s, row)) {
		sheet_nothing(sheet);
		sheet_nothing(sheet);
	} else {
		drill_cell(p, sheet, "/observe/sources", MSG_STAFF_SOURCES, row->key);
		drill_cell(p, sheet, "/observe/events", MSG_STAFF_EVENTS, row->key);
	}
}

int page_top(struct page *p, struct error *err)
{
	const struct series_row **rows = ARENA_ARRAY(p->arena, p->count + 4, const struct series_row *);
	struct series *s;
	struct sheet *sheet;
	size_t count;
	int r;

	p->q.rank_count = (uint32_t)p->count;
	r = view_series(p->store, &p->q, &s, err);
	if (r < 0)
		return r;
	page_chart(p, s);
	sheet = page_sheet(p, "top", MSG_STAFF_TOP_TABLE, top_columns);
	say_unknown(p, s, sheet);
	count = series_rows(s, rows, p->count + 4);
	for (size_t i = 0; i < count; i++)
		top_row(p, sheet, s, rows[i]);
	series_free(s);
	return 0;
}

/* --- series --- */

static const struct sheet_column series_columns[] = {
	{ "start", MSG_STAFF_START_OF, SHEET_TEXT },	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },
	{ "average", MSG_STAFF_AVERAGE, SHEET_NUMBER }, { "average_raw", MSG_STAFF_AVERAGE_RAW, SHEET_NUMBER },
	{ "sensors", MSG_STAFF_SENSORS_UP, SHEET_NUMBER }, { 0 },
};

#define SERIES_ROWS_MAX 2000

static void series_points(struct page *p, const struct series *hourly)
{
	struct sheet *sheet = page_sheet(p, "points", MSG_STAFF_SERIES_TABLE, series_columns);
	const struct series_row *rows[16];
	size_t points, count;
	struct point *cut = point_cut(p->q.first_hour, p->q.end_hour, p->unit, &points);
	struct series *s = point_series(hourly, cut, points);
	size_t shown;

	count = series_rows(s, rows, COUNT(rows));
	shown = MIN(points, (size_t)SERIES_ROWS_MAX / count);
	if (shown < points)
		page_notice(p, words(p->lang, MSG_STAFF_CUT), false);
	/* The newest first: that is what one looks for. */
	for (size_t at = points; at > points - shown; at--)
		for (size_t i = 0; i < count; i++) {
			sheet_text(sheet, page_hour(p, cut[at - 1].first_hour), NULL);
			sheet_text(sheet, row_label(p, s, rows[i]), NULL);
			sheet_micro(sheet, rows[i]->value[at - 1]);
			sheet_micro(sheet, rows[i]->raw[at - 1]);
			sheet_number(sheet, s->sensors_up[at - 1]);
		}
	say_unknown(p, hourly, sheet);
	series_free(s);
	free(cut);
}

int page_series(struct page *p, struct error *err)
{
	struct series *s;
	int r;

	p->q.rank_count = p->q.key_count ? 0 : RANKS_DRAWN;
	r = view_series(p->store, &p->q, &s, err);
	if (r < 0)
		return r;
	page_chart(p, s);
	series_points(p, s);
	series_free(s);
	return 0;
}

/* --- two periods --- */

static const struct sheet_column compare_columns[] = {
	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },	      { "average", MSG_STAFF_THIS_PERIOD, SHEET_NUMBER },
	{ "average_before", MSG_STAFF_BEFORE_PERIOD, SHEET_NUMBER }, { "change", MSG_STAFF_CHANGE, SHEET_NUMBER },
	{ "rank", MSG_OBSERVE_RANK, SHEET_NUMBER },	      { "rank_before", MSG_STAFF_RANK_BEFORE, SHEET_NUMBER },
	{ 0 },
};

/* Every row by key, sorted, for looking up. */
static int compare_keys(const void *a, const void *b)
{
	const struct series_row *x = *(const struct series_row *const *)a, *y = *(const struct series_row *const *)b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static const struct series_row **by_key(const struct series *s)
{
	const struct series_row **rows = memory_new(s->row_count + 1, sizeof *rows);

	for (size_t i = 0; i < s->row_count; i++)
		rows[i] = &s->rows[i];
	if (s->row_count)
		qsort(rows, s->row_count, sizeof *rows, compare_keys);
	return rows;
}

static const struct series_row *find_key(const struct series_row **rows, size_t count, uint32_t key)
{
	struct series_row want = { .key = key };
	const struct series_row *key_row = &want;
	const struct series_row **found = count ? bsearch(&key_row, rows, count, sizeof *rows, compare_keys) : NULL;

	return found ? *found : NULL;
}

static void change_cell(struct page *p, struct sheet *sheet, int64_t now, int64_t before)
{
	__int128 tenths;
	const char *text;

	if (now == SERIES_NO_DATA || before == SERIES_NO_DATA) {
		sheet_nothing(sheet);
		return;
	}
	if (before == 0) {
		sheet_both(sheet, words(p->lang, now ? MSG_STAFF_CHANGE_NEW : MSG_STAFF_CHANGE_NONE), NULL);
		return;
	}
	tenths = ((__int128)(now - before) * 2000 + (now >= before ? before : -before)) / (2 * (__int128)before);
	text = arena_printf(p->arena, "%s%lld.%lld", tenths < 0 ? "−" : "+", llabs((long long)tenths / 10),
			    llabs((long long)tenths % 10));
	sheet_both(sheet, text, arena_printf(p->arena, "%s%lld.%lld", tenths < 0 ? "-" : "", llabs((long long)tenths / 10),
					     llabs((long long)tenths % 10)));
}

static void rank_cell(struct sheet *sheet, const struct series_row *row)
{
	if (row && row->rank && row->packets)
		sheet_number(sheet, row->rank);
	else
		sheet_nothing(sheet);
}

static void compare_row(struct page *p, struct sheet *sheet, const char *label, const char *url, const struct series_row *now,
			const struct series_row *before)
{
	int64_t a = now ? now->mean : 0, b = before ? before->mean : 0;

	sheet_text(sheet, label, url);
	sheet_micro(sheet, a);
	sheet_micro(sheet, b);
	change_cell(p, sheet, a, b);
	rank_cell(sheet, now);
	rank_cell(sheet, before);
}

/* The first of this period, then those of the other that are not among them. */
static void compare_ports(struct page *p, struct sheet *sheet, const struct series *now, const struct series *before)
{
	const struct series_row **now_rows = by_key(now), **before_rows = by_key(before);

	for (size_t i = 0; i < now->row_count && i < p->count; i++)
		compare_row(p, sheet, page_key(p, now->rows[i].key),
			    page_url(p, "/observe/series", "filter", page_filter_of(p, now->rows[i].key), NULL), &now->rows[i],
			    find_key(before_rows, before->row_count, now->rows[i].key));
	for (size_t i = 0; i < before->row_count && i < p->count; i++) {
		const struct series_row *other = find_key(now_rows, now->row_count, before->rows[i].key);
		if (!other || other->rank > p->count)
			compare_row(p, sheet, page_key(p, before->rows[i].key), NULL, other, &before->rows[i]);
	}
	free(now_rows);
	free(before_rows);
	compare_row(p, sheet, "ICMP", NULL, &now->icmp, &before->icmp);
	sheet_sum(sheet);
	compare_row(p, sheet, words(p->lang, MSG_OBSERVE_TOTAL), NULL, &now->total, &before->total);
}

int page_compare(struct page *p, struct error *err)
{
	struct view_question q = p->q;
	struct series *now, *before;
	struct sheet *sheet;
	int r;

	q.is_without_hours = true;
	q.rank_count = EVERY_RANK;
	r = view_series(p->store, &q, &now, err);
	if (r < 0)
		return r;
	q.first_hour = p->before_first;
	q.end_hour = p->before_end;
	r = view_series(p->store, &q, &before, err);
	if (r == 0) {
		sheet = page_sheet(p, "compare", MSG_STAFF_COMPARE_TABLE, compare_columns);
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_COMPARE_NOTE, "from", page_hour(p, p->before_first), "to",
					     page_hour(p, p->before_end), NULL));
		compare_ports(p, sheet, now, before);
		series_free(before);
	}
	series_free(now);
	return r;
}

/* --- ports never seen before --- */

static const struct sheet_column new_columns[] = {
	{ "port", MSG_OBSERVE_PORT, SHEET_TEXT },   { "packets", MSG_STAFF_PACKETS, SHEET_NUMBER },
	{ "average", MSG_STAFF_AVERAGE, SHEET_NUMBER }, { "sources", MSG_STAFF_BEHIND, SHEET_WAY },
	{ "events", MSG_STAFF_BEHIND_TOO, SHEET_WAY }, { 0 },
};

static int compare_packets(const void *a, const void *b)
{
	const struct series_row *x = *(const struct series_row *const *)a, *y = *(const struct series_row *const *)b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static size_t unseen(const struct series *now, const struct series *before, const struct series_row **into)
{
	const struct series_row **known = by_key(before);
	size_t count = 0;

	for (size_t i = 0; i < now->row_count; i++) {
		const struct series_row *old = find_key(known, before->row_count, now->rows[i].key);
		if (now->rows[i].packets && !(old && old->packets))
			into[count++] = &now->rows[i];
	}
	free(known);
	if (count)
		qsort(into, count, sizeof *into, compare_packets);
	return count;
}

static void new_rows(struct page *p, const struct series *now, const struct series *before)
{
	const struct series_row **rows = memory_new(now->row_count + 1, sizeof *rows);
	struct sheet *sheet = page_sheet(p, "new", MSG_STAFF_NEW_TABLE, new_columns);
	size_t count = unseen(now, before, rows);
	char number[WORDS_NUMBER_MAX];

	sheet_note(sheet, words_fill(p->arena, p->lang, MSG_STAFF_NEW_NOTE, "count", words_number((int64_t)count, number), "from",
				     page_hour(p, p->data_first), NULL));
	for (size_t i = 0; i < count && i < p->count; i++) {
		sheet_text(sheet, page_key(p, rows[i]->key), NULL);
		sheet_number(sheet, (int64_t)rows[i]->packets);
		sheet_micro(sheet, rows[i]->mean);
		drill_cell(p, sheet, "/observe/sources", MSG_STAFF_SOURCES, rows[i]->key);
		drill_cell(p, sheet, "/observe/events", MSG_STAFF_EVENTS, rows[i]->key);
	}
	free(rows);
}

int page_new(struct page *p, struct error *err)
{
	struct view_question q = p->q;
	struct series *now, *before;
	int r;

	if (p->q.first_hour <= p->data_first) {
		page_notice(p, words(p->lang, MSG_STAFF_NEW_NO_BEFORE), true);
		return 0;
	}
	q.is_without_hours = true;
	q.is_undamped = true;
	q.rank_count = EVERY_RANK;
	r = view_series(p->store, &q, &now, err);
	if (r < 0)
		return r;
	q.end_hour = q.first_hour;
	q.first_hour = p->data_first;
	r = view_series(p->store, &q, &before, err);
	if (r == 0) {
		new_rows(p, now, before);
		series_free(before);
	}
	series_free(now);
	return r;
}
