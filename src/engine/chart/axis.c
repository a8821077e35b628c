/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The two axes: values from zero in round steps, time in days, months and years of the centre's zone. */
#include "base/cleanup.h"
#include "engine/chart/chart_int.h"

#include <assert.h>
#include <math.h>

#define LABEL_PX 12
#define TICKS_MAX 512

static double largest(const struct chart *c)
{
	double top = 0;

	for (size_t s = 0; s < c->series_count; s++)
		for (size_t i = 0; i < c->points; i++)
			if (c->series[s].value[i] > top)
				top = c->series[s].value[i];
	return top;
}

/* The smallest of 1, 2, 5 × 10^k that needs at most `most` steps. */
static double round_step(double top, int most)
{
	double power = pow(10, floor(log10(top / most)));
	static const double factors[] = { 1, 2, 5, 10 };

	for (size_t i = 0; i < COUNT(factors); i++)
		if (power * factors[i] * most >= top * 0.999999)
			return power * factors[i];
	return power * 10;
}

void axis_values_choose(struct plot *p)
{
	double top = largest(p->chart);

	p->value_step = top > 0 ? round_step(top, p->is_narrow ? 5 : 6) : 0.5;
	p->value_top = top > 0 ? ceil(top / p->value_step - 0.000001) * p->value_step : 1;
}

static const char *value_text(const struct plot *p, double value)
{
	int decimals = p->value_step < 1 ? (int)ceil(-log10(p->value_step) - 0.000001) : 0;
	char n[WORDS_NUMBER_MAX];

	if (decimals == 0 && value < 1e15)
		return arena_text(p->arena, words_number(llround(value), n));
	return value == 0 ? "0" : arena_printf(p->arena, "%.*f", MIN(decimals, 9), value);
}

static size_t value_count(const struct plot *p)
{
	return (size_t)llround(p->value_top / p->value_step);
}

double axis_values_width(const struct plot *p)
{
	double width = 0;

	for (size_t i = 0; i <= value_count(p); i++)
		width = fmax(width, text_px(value_text(p, (double)i * p->value_step), LABEL_PX));
	return width;
}

void axis_values_draw(struct plot *p)
{
	for (size_t i = 0; i <= value_count(p); i++) {
		double value = (double)i * p->value_step, y = round(plot_y(p, value)) + 0.5;
		if (i > 0)
			mark_line(p, CHART_GRID, 1, p->left, y, p->right, y);
		mark_text(p, CHART_MUTED, CHART_END, LABEL_PX, p->left - 8, y + 4, value_text(p, value));
	}
}

enum unit { UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_TEN_DAYS, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR };

/* One row a length of period: what is ticked, what is labelled below it, and how. */
static const struct scale {
	int days_most;
	enum unit fine, coarse;
	bool is_centred; /* the label stands in the middle of its span, not at its start */
} scales[] = {
	{ 3, UNIT_HOUR, UNIT_DAY, false },
	{ 14, UNIT_DAY, UNIT_MONTH, true },
	{ 45, UNIT_WEEK, UNIT_MONTH, false },
	{ 130, UNIT_TEN_DAYS, UNIT_MONTH, false },
	{ 500, UNIT_MONTH, UNIT_YEAR, true },
	{ INT32_MAX, UNIT_YEAR, UNIT_YEAR, true },
};

static int64_t date_time(int year, int month, int day)
{
	return calendar_midnight((struct date){ year, month, day });
}

static int month_length(struct date d)
{
	struct date first = { d.year, d.month, 1 };

	return (int)(date_to_days(date_add_months(first, 1)) - date_to_days(first));
}

/* The first start of a unit after `t`. */
static int64_t unit_next(enum unit unit, int64_t t)
{
	struct date d = calendar_date(t), next;
	int step = unit == UNIT_WEEK ? 7 : 10;

	switch (unit) {
	case UNIT_HOUR:
		t += HOUR_US;
		while (calendar_hour(t) % 6 != 0)
			t += HOUR_US;
		return t;
	case UNIT_WEEK:
	case UNIT_TEN_DAYS:
		d.day = (d.day - 1) / step * step + 1 + step;
		if (d.day <= (unit == UNIT_WEEK ? month_length(d) : 21))
			return date_time(d.year, d.month, d.day);
		d.day = 1;
		next = date_add_months(d, 1);
		return calendar_midnight(next);
	case UNIT_DAY:
		return calendar_midnight(date_from_days(date_to_days(d) + 1));
	case UNIT_MONTH:
	case UNIT_QUARTER:
		d.day = 1;
		next = date_add_months(d, unit == UNIT_MONTH ? 1 : 3 - (d.month - 1) % 3);
		return calendar_midnight(next);
	case UNIT_YEAR:
		return date_time(d.year + 1, 1, 1);
	}
	return t + DAY_US;
}

static bool is_unit_start(enum unit unit, int64_t t)
{
	struct date d = calendar_date(t);

	if (unit == UNIT_HOUR)
		return calendar_hour(t) % 6 == 0;
	if (calendar_midnight(d) != t)
		return false;
	switch (unit) {
	case UNIT_DAY:
		return true;
	case UNIT_WEEK:
		return d.day % 7 == 1;
	case UNIT_TEN_DAYS:
		return d.day <= 21 && d.day % 10 == 1;
	case UNIT_YEAR:
		return d.day == 1 && d.month == 1;
	default:
		return d.day == 1;
	}
}

/* English months of three letters where there is little room. */
static const char *short_month(struct arena *a, enum lang lang, int month)
{
	return lang == LANG_JA ? words_month(lang, month) : arena_printf(a, "%.3s", words_month(lang, month));
}

static const char *fine_text(const struct plot *p, enum unit unit, int64_t t)
{
	struct date d = calendar_date(t);

	switch (unit) {
	case UNIT_HOUR:
		return arena_printf(p->arena, "%d:00", calendar_hour(t));
	case UNIT_MONTH:
		return short_month(p->arena, p->chart->lang, d.month);
	case UNIT_YEAR:
		return arena_printf(p->arena, p->chart->lang == LANG_JA ? "%d年" : "%d", d.year);
	default:
		return arena_printf(p->arena, "%d", d.day);
	}
}

/* The coarse row names the year at the first label and wherever a year begins. */
static const char *coarse_text(const struct plot *p, enum unit unit, int64_t t, bool is_first)
{
	struct date d = calendar_date(t);
	enum lang lang = p->chart->lang;

	if (unit == UNIT_YEAR)
		return arena_printf(p->arena, lang == LANG_JA ? "%d年" : "%d", d.year);
	if (unit == UNIT_DAY)
		return words_date(p->arena, lang, d);
	if (is_first || d.month == 1)
		return words_month_of(p->arena, lang, d.year, d.month);
	return words_month(lang, d.month);
}

static const struct scale *choose_scale(const struct chart *c)
{
	int64_t days = (c->end_us - c->start_us) / DAY_US;
	const struct scale *s = scales;

	while (days > s->days_most)
		s++;
	return s;
}

static void tick(struct plot *p, double x, double length, bool is_coarse)
{
	x = round(x) + 0.5;
	if (is_coarse && x > p->left + 2 && x < p->right - 2)
		mark_line(p, CHART_GRID, 1, x, p->top, x, p->bottom);
	mark_line(p, CHART_AXIS, 1, x, p->bottom, x, p->bottom + length);
}

/* Every how many units a centred label stands, so that all that stand are evenly apart. */
static int label_stride(const struct plot *p, const struct scale *s)
{
	int64_t start = p->chart->start_us, next = unit_next(s->fine, unit_next(s->fine, start));
	double span = plot_x_of_time(p, next) - plot_x_of_time(p, unit_next(s->fine, start));
	double widest = text_px(fine_text(p, s->fine, start), LABEL_PX);

	if (s->fine == UNIT_MONTH)
		widest = text_px(p->chart->lang == LANG_JA ? "12月" : "May", LABEL_PX);
	if (!s->is_centred || span <= 0)
		return 1;
	return MAX((int)ceil((widest + 3) / span), 1);
}

/* The row of fine units: ticks, and labels that keep off each other. */
static void draw_fine(struct plot *p, const struct scale *s)
{
	int64_t t = p->chart->start_us, end = p->chart->end_us;
	bool is_grid = s->fine == UNIT_MONTH || s->fine == UNIT_DAY;
	int stride = label_stride(p, s);
	double taken = -INFINITY;

	if (!is_unit_start(s->fine, t) && !s->is_centred)
		t = unit_next(s->fine, t);
	for (int count = 0; t < end && count < TICKS_MAX; count++) {
		int64_t next = unit_next(s->fine, t);
		double x0 = plot_x_of_time(p, t), x1 = plot_x_of_time(p, MIN(next, end));
		double x = s->is_centred ? (x0 + x1) / 2 : x0;
		const char *text = fine_text(p, s->fine, t);
		double half = text_px(text, LABEL_PX) / 2;
		tick(p, x0, 5, is_grid);
		if (count % stride == 0 && x - half >= taken + (s->is_centred ? 2 : 5) &&
		    (x1 - x0 >= half || !s->is_centred) && x + half <= p->right + 12) {
			mark_text(p, CHART_MUTED, CHART_MIDDLE, LABEL_PX, x, p->bottom + 19, text);
			taken = x + half;
		}
		t = next;
	}
	tick(p, p->right, 5, false);
}

/* The row of coarse units, each label at the start of its span if it fits there. */
static void draw_coarse(struct plot *p, const struct scale *s)
{
	int64_t t = p->chart->start_us, end = p->chart->end_us;
	bool is_first = true;

	for (int count = 0; t < end && count < TICKS_MAX; count++) {
		int64_t next = unit_next(s->coarse, t);
		double x0 = plot_x_of_time(p, t), x1 = plot_x_of_time(p, MIN(next, end));
		double shift = !s->is_centred ? -3 : is_first ? 0 : 6;
		const char *text = coarse_text(p, s->coarse, t, is_first);
		tick(p, x0, s->is_centred && is_unit_start(s->coarse, t) ? 40 : 5, true);
		if (text_px(text, LABEL_PX) + 6 <= x1 - x0) {
			mark_text(p, CHART_INK, CHART_START, LABEL_PX, x0 + shift, p->bottom + 37, text);
			is_first = false;
		}
		t = next;
	}
}

double axis_time_draw(struct plot *p)
{
	const struct scale *s = choose_scale(p->chart);

	assert(p->chart->end_us > p->chart->start_us);
	draw_fine(p, s);
	if (s->coarse != s->fine)
		draw_coarse(p, s);
	mark_line(p, CHART_AXIS, 1, p->left, round(p->bottom) + 0.5, p->right, round(p->bottom) + 0.5);
	return p->bottom + (s->coarse != s->fine ? 42 : 24);
}
