/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One set of rows: chart, table, CSV, JSON. */
#include "publish/render/figure.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/json.h"

#include <math.h>

#define FIRST_RANKS 5
#define DIGITS_UNIT 10000 /* two digits after the point */

/* --- numbers --- */

char *figure_number(int64_t micro, char into[FIGURE_NUMBER_MAX])
{
	int64_t hundredths = floor_div(micro + DIGITS_UNIT / 2, DIGITS_UNIT);
	char whole[WORDS_NUMBER_MAX];

	if (micro == SERIES_NO_DATA)
		snprintf(into, FIGURE_NUMBER_MAX, "–");
	else
		snprintf(into, FIGURE_NUMBER_MAX, "%s.%02d", words_number(hundredths / 100, whole), (int)(hundredths % 100));
	return into;
}

char *figure_share(int64_t part, int64_t whole, char into[FIGURE_NUMBER_MAX])
{
	__int128 tenths;

	if (whole <= 0 || part == SERIES_NO_DATA) {
		snprintf(into, FIGURE_NUMBER_MAX, "–");
		return into;
	}
	tenths = ((__int128)part * 2000 + whole) / (2 * (__int128)whole);
	snprintf(into, FIGURE_NUMBER_MAX, "%lld.%d", (long long)(tenths / 10), (int)(tenths % 10));
	return into;
}

/* --- rows --- */

static const char *region_name(struct arena *a, uint32_t key)
{
	return key ? arena_printf(a, "%c%c", (char)(key >> 8), (char)key) : "unknown";
}

static const char *region_label(enum lang lang, uint32_t key, const char *code)
{
	const char *name = key ? words_region(lang, code) : words(lang, MSG_OBSERVE_REGION_UNKNOWN);

	return name ? name : code;
}

static struct figure_row row_of(struct figure *f, const struct series_row *row, enum view_by by)
{
	char name[VIEW_KEY_TEXT_MAX];
	struct figure_row r = { .rank = row->rank, .value = row->value, .mean = row->mean, .is_drawn = true };

	if (by == VIEW_BY_REGION) {
		r.name = region_name(f->arena, row->key);
		for (int lang = 0; lang < LANG_COUNT; lang++)
			r.region[lang] = region_label((enum lang)lang, row->key, r.name);
		r.label = r.region[f->lang];
	} else {
		r.name = arena_text(f->arena, view_key_format(row->key, name));
		r.label = row->key == VIEW_KEY_ICMP ? "ICMP" : r.name;
	}
	return r;
}

static void add_row(struct figure *f, struct figure_row row)
{
	if (f->row_count < FIGURE_ROWS_MAX)
		f->rows[f->row_count++] = row;
}

/* Sum of series in each point; where one has no data none has. */
static int64_t *add_up(struct figure *f, const struct series_row *rows, size_t count, int64_t *ret_mean)
{
	int64_t *sum = ARENA_ARRAY(f->arena, f->point_count + 1, int64_t);

	*ret_mean = 0;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].mean != SERIES_NO_DATA)
			*ret_mean += rows[i].mean;
		for (size_t p = 0; p < f->point_count; p++)
			if (rows[i].value[p] == SERIES_NO_DATA || sum[p] == SERIES_NO_DATA)
				sum[p] = SERIES_NO_DATA;
			else
				sum[p] += rows[i].value[p];
	}
	return sum;
}

/* "Other" of the first figure holds the ranks that stand in the second. */
static void add_other(struct figure *f, const struct series *s, size_t shown)
{
	struct figure_row other = { .name = "other", .label = words(f->lang, MSG_CHART_REST), .value = s->other.value,
				    .mean = s->other.mean, .is_drawn = true };
	int64_t *value, mean;

	if (shown < s->row_count && other.mean != SERIES_NO_DATA) {
		value = add_up(f, s->rows + shown, s->row_count - shown, &mean);
		for (size_t p = 0; p < f->point_count; p++)
			if (value[p] != SERIES_NO_DATA)
				value[p] += s->other.value[p];
		other.value = value;
		other.mean += mean;
	}
	add_row(f, other);
}

static void add_first_ranks(struct figure *f, const struct series *s, size_t count)
{
	struct figure_row first = { .name = "ranks 1-5", .label = words(f->lang, MSG_OBSERVE_FIRST_RANKS) };

	first.value = add_up(f, s->rows, count, &first.mean);
	add_row(f, first);
}

struct figure *figure_new(struct arena *a, enum lang lang, const struct series *s, const struct point *points,
			  size_t point_count, enum point_unit unit, enum view_by by, enum figure_part part)
{
	struct figure *f = ARENA_NEW(a, struct figure);
	size_t from = part == FIGURE_SECOND ? MIN((size_t)FIRST_RANKS, s->row_count) : 0;
	size_t to = part == FIGURE_FIRST ? MIN((size_t)FIRST_RANKS, s->row_count) : s->row_count;

	*f = (struct figure){ .arena = a, .lang = lang, .points = points, .point_count = point_count, .point_unit = unit };
	f->unit = words(lang, MSG_OBSERVE_UNIT);
	for (size_t i = from; i < to; i++)
		add_row(f, row_of(f, &s->rows[i], by));
	if (s->has_icmp)
		add_row(f, row_of(f, &s->icmp, by));
	if (from)
		add_first_ranks(f, s, from);
	add_other(f, s, to);
	/* The rest is far larger than ranks 6–10 and would flatten them: it stands in the table. */
	f->rows[f->row_count - 1].is_drawn = part != FIGURE_SECOND;
	f->total = (struct figure_row){ .name = "total", .label = words(lang, MSG_OBSERVE_TOTAL), .value = s->total.value,
					.mean = s->total.mean };
	return f;
}

bool figure_has_data(const struct figure *f)
{
	return f->total.mean != SERIES_NO_DATA && f->row_count > 0;
}

/* --- charts --- */

/* Chart points are equal parts of the period. Units longer than a day are drawn day by day, each at its unit's value. */
static size_t chart_points(const struct figure *f)
{
	int64_t hours = f->points[f->point_count - 1].last_hour - f->points[0].first_hour;

	return f->point_unit <= POINT_DAY ? f->point_count : (size_t)((hours + 23) / 24);
}

static const double *drawn_values(const struct figure *f, const struct figure_row *row, size_t count)
{
	double *v = ARENA_ARRAY(f->arena, count, double);
	size_t p = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t hour = f->points[0].first_hour + (int64_t)i * 24;
		if (f->point_unit <= POINT_DAY)
			p = i;
		while (f->point_unit > POINT_DAY && p + 1 < f->point_count && hour >= f->points[p].last_hour)
			p++;
		v[i] = row->value[p] == SERIES_NO_DATA ? NAN : (double)row->value[p] / SERIES_MICRO;
	}
	return v;
}

const struct chart_layout *figure_layout(const struct figure *f, enum chart_size size, bool is_bare)
{
	struct chart_series *series = ARENA_ARRAY(f->arena, CHART_SERIES_MAX, struct chart_series);
	struct chart *c = ARENA_NEW(f->arena, struct chart);
	size_t count = 0, points = chart_points(f);

	for (size_t i = 0; i < f->row_count && count < CHART_SERIES_MAX; i++)
		if (f->rows[i].is_drawn)
			series[count++] = (struct chart_series){ f->rows[i].label, drawn_values(f, &f->rows[i], points) };
	*c = (struct chart){
		.lang = f->lang,
		.id = f->id ? arena_printf(f->arena, "%s-%s", f->id, size == CHART_WIDE ? "desk" : "phone") : NULL,
		.title = f->title,
		.subtitle = f->subtitle,
		.unit = f->unit,
		.is_bare = is_bare,
		.start_us = f->points[0].first_hour * HOUR_US,
		.end_us = f->points[f->point_count - 1].last_hour * HOUR_US,
		.points = points,
		.series = series,
		.series_count = count,
		.notes = f->notes,
		.note_count = f->note_count,
		.flags = f->flags,
		.flag_count = f->flag_count,
	};
	return chart_layout(f->arena, c, size);
}

const char *figure_inline(const struct figure *f, enum chart_size size)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, 8u << 20);
	chart_svg(figure_layout(f, size, true), 0, &b);
	return arena_bytes(f->arena, b.p, b.n);
}

/* --- table --- */

static void put_peak(const struct figure *f, const struct figure_row *row, struct value *v)
{
	char *peak = arena_alloc(f->arena, FIGURE_NUMBER_MAX), *day = arena_alloc(f->arena, CALENDAR_TEXT_MAX);
	int64_t most = SERIES_NO_DATA;
	size_t at = 0;

	for (size_t p = 0; p < f->point_count; p++)
		if (row->value[p] != SERIES_NO_DATA && row->value[p] > most) {
			most = row->value[p];
			at = p;
		}
	value_put_text(v, "peak", figure_number(most, peak));
	if (most != SERIES_NO_DATA && most > 0)
		value_put_text(v, "peak_day", date_format(calendar_date(f->points[at].first_hour * HOUR_US), day));
}

static void put_row(const struct figure *f, const struct figure_row *row, struct value *v)
{
	char *average = arena_alloc(f->arena, FIGURE_NUMBER_MAX), *share = arena_alloc(f->arena, FIGURE_NUMBER_MAX);

	if (row->rank)
		value_put_number(v, "rank", row->rank);
	value_put_text(v, "label", row->label);
	value_put_text(v, "average", figure_number(row->mean, average));
	value_put_text(v, "share", figure_share(row->mean, f->total.mean, share));
	put_peak(f, row, v);
}

void figure_put_table(const struct figure *f, struct value *page)
{
	struct value *rows = value_put_list(page, "rows");

	for (size_t i = 0; i < f->row_count; i++)
		put_row(f, &f->rows[i], value_add_object(rows));
	put_row(f, &f->total, value_put_object(page, "total"));
}

/* --- files --- */

static void start_of(const struct figure *f, size_t p, char into[CALENDAR_TEXT_MAX])
{
	int64_t us = f->points[p].first_hour * HOUR_US;

	if (f->point_unit == POINT_HOUR)
		time_format_utc(us, into);
	else
		date_format(calendar_date(us), into);
}

static void csv_value(struct buf *out, int64_t micro)
{
	int64_t thousandths = floor_div(micro + 500, 1000);

	if (micro == SERIES_NO_DATA)
		buf_add_char(out, ',');
	else
		buf_addf(out, ",%lld.%03d", (long long)(thousandths / 1000), (int)(thousandths % 1000));
}

void figure_csv(const struct figure *f, struct buf *out)
{
	char start[CALENDAR_TEXT_MAX];

	buf_add_text(out, f->point_unit == POINT_HOUR ? "start_utc" : "start");
	for (size_t i = 0; i < f->row_count; i++)
		buf_addf(out, ",%s", f->rows[i].name);
	buf_addf(out, ",total%s\n", f->is_simulated ? ",simulated" : "");
	for (size_t p = 0; p < f->point_count; p++) {
		start_of(f, p, start);
		buf_add_text(out, start);
		for (size_t i = 0; i < f->row_count; i++)
			csv_value(out, f->rows[i].value[p]);
		csv_value(out, f->total.value[p]);
		buf_add_text(out, f->is_simulated ? ",yes\n" : "\n");
	}
}

static void json_micro(struct json *j, int64_t micro)
{
	if (micro == SERIES_NO_DATA)
		json_null(j);
	else
		json_real(j, (double)micro / SERIES_MICRO);
}

static void json_row(struct json *j, const struct figure *f, const struct figure_row *row)
{
	json_object(j);
	json_key(j, "name");
	json_text(j, row->name);
	for (int lang = 0; lang < LANG_COUNT && row->region[lang]; lang++) {
		json_key(j, lang == LANG_JA ? "region_ja" : "region_en");
		json_text(j, row->region[lang]);
	}
	json_key(j, "rank");
	if (row->rank)
		json_number(j, row->rank);
	else
		json_null(j);
	json_key(j, "average");
	json_micro(j, row->mean);
	json_key(j, "values");
	json_array(j);
	for (size_t p = 0; p < f->point_count; p++)
		json_micro(j, row->value[p]);
	json_end(j);
	json_end(j);
}

void figure_json(const struct figure *f, struct buf *out)
{
	struct json j = json_to(out);
	char text[CALENDAR_TEXT_MAX];

	json_object(&j);
	json_key(&j, "unit");
	json_text(&j, words(LANG_EN, MSG_OBSERVE_UNIT));
	json_key(&j, "zone");
	json_text(&j, calendar_zone());
	json_key(&j, "simulated");
	json_bool(&j, f->is_simulated);
	json_key(&j, "end");
	json_text(&j, time_format_utc(f->points[f->point_count - 1].last_hour * HOUR_US, text));
	json_key(&j, "starts");
	json_array(&j);
	for (size_t p = 0; p < f->point_count; p++) {
		start_of(f, p, text);
		json_text(&j, text);
	}
	json_end(&j);
	json_key(&j, "series");
	json_array(&j);
	for (size_t i = 0; i < f->row_count; i++)
		json_row(&j, f, &f->rows[i]);
	json_row(&j, f, &f->total);
	json_end(&j);
	json_end(&j);
	buf_add_char(out, '\n');
}
