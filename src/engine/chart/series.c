/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The lines, their markers, their gaps, and their labels. */
#include "base/cleanup.h"
#include "engine/chart/chart_int.h"

#include <math.h>

#define LABEL_PX 13
#define LABEL_ROW 18
#define LABEL_MOST 210
#define SWATCH 26
#define LEADER 16
#define MARKER_EVERY 130
#define MARKER_PX 4.2
#define BAND_PX 11
#define FLAG_PX 8

static enum chart_role role_of(size_t series)
{
	return (enum chart_role)(CHART_FIRST_SERIES + series);
}

static bool has_data(const struct chart *c, size_t i)
{
	for (size_t s = 0; s < c->series_count; s++)
		if (!isnan(c->series[s].value[i]))
			return true;
	return false;
}

/* Corners of the marker of each series around zero, a unit large; none: a disc. */
static const struct {
	size_t n;
	struct chart_point corner[12];
} markers[CHART_SERIES_MAX] = {
	{ 0, { { 0, 0 } } },
	{ 4, { { -0.9, -0.9 }, { 0.9, -0.9 }, { 0.9, 0.9 }, { -0.9, 0.9 } } },
	{ 3, { { 0, -1.25 }, { 1.15, 0.85 }, { -1.15, 0.85 } } },
	{ 4, { { 0, -1.35 }, { 1.35, 0 }, { 0, 1.35 }, { -1.35, 0 } } },
	{ 3, { { 0, 1.25 }, { 1.15, -0.85 }, { -1.15, -0.85 } } },
	{ 12, { { -.45, -1.3 }, { .45, -1.3 }, { .45, -.45 }, { 1.3, -.45 }, { 1.3, .45 }, { .45, .45 }, { .45, 1.3 },
	        { -.45, 1.3 }, { -.45, .45 }, { -1.3, .45 }, { -1.3, -.45 }, { -.45, -.45 } } },
	{ 12, { { 0, -.6 }, { .7, -1.3 }, { 1.3, -.7 }, { .6, 0 }, { 1.3, .7 }, { .7, 1.3 }, { 0, .6 }, { -.7, 1.3 },
	        { -1.3, .7 }, { -.6, 0 }, { -1.3, -.7 }, { -.7, -1.3 } } },
	{ 6, { { -1.25, 0 }, { -.65, -1.1 }, { .65, -1.1 }, { 1.25, 0 }, { .65, 1.1 }, { -.65, 1.1 } } },
};

static void draw_marker(struct plot *p, size_t series, double x, double y)
{
	size_t n = markers[series].n;
	struct chart_mark *m = mark_add(p, n ? CHART_POLYGON : CHART_DISC, role_of(series));
	struct chart_point *point = ARENA_ARRAY(p->arena, n ? n : 1, struct chart_point);

	for (size_t i = 0; i < n; i++)
		point[i] = (struct chart_point){ x + markers[series].corner[i].x * MARKER_PX,
			                         y + markers[series].corner[i].y * MARKER_PX };
	if (n == 0)
		point[0] = (struct chart_point){ x, y };
	m->size = MARKER_PX;
	m->is_edged = true;
	m->point = point;
	m->points = n ? n : 1;
}

static struct chart_point point_of(const struct plot *p, const double *value, size_t i)
{
	return (struct chart_point){ plot_x_of_point(p, i), plot_y(p, value[i]) };
}

/* How many values share a point of the line's width: where there are more than can be seen, the least and the
 * greatest of each pixel stand for all. */
static size_t crowd(const struct plot *p)
{
	double per_px = (double)p->chart->points / (p->right - p->left);

	return per_px > 2 ? (size_t)ceil(per_px) : 1;
}

/* The points of values [from, end), or the extremes of each crowd in their order; returns how many. */
static size_t points_of_run(const struct plot *p, const double *value, size_t from, size_t end,
                            struct chart_point *point)
{
	size_t step = crowd(p), n = 0;

	for (size_t i = from; i < end; i += step) {
		size_t low = i, high = i;
		for (size_t k = i; k < MIN(i + step, end); k++) {
			low = value[k] < value[low] ? k : low;
			high = value[k] > value[high] ? k : high;
		}
		point[n++] = point_of(p, value, MIN(low, high));
		if (low != high)
			point[n++] = point_of(p, value, MAX(low, high));
	}
	return n;
}

/* Draws the run of data from `from` on and returns where it ends. */
static size_t draw_run(struct plot *p, size_t series, size_t from)
{
	const struct chart *c = p->chart;
	const double *value = c->series[series].value;
	size_t end = from, n;
	struct chart_point *point;
	struct chart_mark *m;

	while (end < c->points && !isnan(value[end]))
		end++;
	point = ARENA_ARRAY(p->arena, end - from, struct chart_point);
	n = points_of_run(p, value, from, end, point);
	m = mark_add(p, n > 1 ? CHART_LINE : CHART_DISC, role_of(series));
	m->point = point;
	m->points = n;
	m->stroke = p->is_narrow ? 1.5 : 1.75;
	m->size = 1.8;
	m->dash = (uint8_t)series;
	return end;
}

static void draw_line(struct plot *p, size_t series)
{
	const double *value = p->chart->series[series].value;

	for (size_t i = 0; i < p->chart->points;)
		i = isnan(value[i]) ? i + 1 : draw_run(p, series, i);
}

/* Markers stand apart, each series a little further along, so that lines that lie together show all of theirs. */
static void draw_markers(struct plot *p, size_t series)
{
	const struct chart *c = p->chart;
	double per_point = (p->right - p->left) / (double)c->points;
	double every = per_point > 30 ? per_point : MARKER_EVERY;
	double at = per_point > 30 ? 0 : every * ((double)series + 0.5) / (double)c->series_count;

	/* NOLINTNEXTLINE(cert-flp30-c): pixels; one marker more or less is none's harm */
	for (; at < p->right - p->left; at += every) {
		size_t i = (size_t)(at / per_point + 0.5);
		if (i < c->points && !isnan(c->series[series].value[i]))
			draw_marker(p, series, plot_x_of_point(p, i), plot_y(p, c->series[series].value[i]));
	}
}

void series_lines_draw(struct plot *p)
{
	for (size_t s = p->chart->series_count; s-- > 0;)
		draw_line(p, s);
	for (size_t s = p->chart->series_count; s-- > 0;)
		draw_markers(p, s);
}

/* Lines at 45° inside a rectangle. */
void series_hatch(struct plot *p, double x0, double y0, double x1, double y1)
{
	double height = y1 - y0;

	/* NOLINTNEXTLINE(cert-flp30-c): pixels; whole steps of 8 */
	for (double c = x0 - height + 4; c < x1; c += 8) {
		double from = fmax(c, x0), to = fmin(c + height, x1);
		mark_line(p, CHART_HATCH, 1, from, y1 - (from - c), to, y1 - (to - c));
	}
}

static bool next_gap(const struct plot *p, size_t *from, size_t *to)
{
	size_t i = *to;

	while (i < p->chart->points && has_data(p->chart, i))
		i++;
	*from = i;
	while (i < p->chart->points && !has_data(p->chart, i))
		i++;
	*to = i;
	return *from < *to;
}

static double gap_edge(const struct plot *p, size_t i)
{
	return p->left + (p->right - p->left) * (double)i / (double)p->chart->points;
}

static bool is_labelled(const struct plot *p, size_t from, size_t to)
{
	return gap_edge(p, to) - gap_edge(p, from) > text_px(words(p->chart->lang, MSG_CHART_NO_DATA), BAND_PX) + 10;
}

bool series_has_gap(const struct plot *p, bool *ret_is_unlabelled)
{
	size_t from = 0, to = 0;
	bool has_gap = false, is_unlabelled = false;

	while (next_gap(p, &from, &to)) {
		has_gap = true;
		is_unlabelled |= !is_labelled(p, from, to);
	}
	*ret_is_unlabelled = is_unlabelled;
	return has_gap;
}

static void draw_gap_label(struct plot *p, double x0, double x1)
{
	const char *text = words(p->chart->lang, MSG_CHART_NO_DATA);
	double x = (x0 + x1) / 2, half = text_px(text, BAND_PX) / 2 + 4;

	mark_rect(p, CHART_BAND, x - half, p->top + 6, x + half, p->top + 24);
	mark_text(p, CHART_MUTED, CHART_MIDDLE, BAND_PX, x, p->top + 19, text);
}

void series_gaps_draw(struct plot *p)
{
	size_t from = 0, to = 0;

	while (next_gap(p, &from, &to)) {
		double x0 = gap_edge(p, from), x1 = gap_edge(p, to);
		mark_rect(p, CHART_BAND, x0, p->top, x1, p->bottom);
		series_hatch(p, x0, p->top, x1, p->bottom);
		if (is_labelled(p, from, to))
			draw_gap_label(p, x0, x1);
	}
}

static void draw_flag(struct plot *p, double x, double y, const char *sign)
{
	struct chart_point *point = ARENA_NEW(p->arena, struct chart_point);
	struct chart_mark *m = mark_add(p, CHART_DISC, CHART_INK);

	*point = (struct chart_point){ x, y };
	m->point = point;
	m->points = 1;
	m->size = FLAG_PX;
	m->is_edged = true;
	mark_text(p, CHART_PAPER, CHART_MIDDLE, FLAG_PX + 3, x, y + 4, sign)->is_bold = true;
}

/* Flags that would touch stand one below the other. */
void series_flags_draw(struct plot *p)
{
	const struct chart *c = p->chart;
	double last = -INFINITY, y = p->top + FLAG_PX + 2;

	for (size_t i = 0; i < c->flag_count; i++) {
		double x = round(plot_x_of_time(p, c->flags[i].time_us)) + 0.5;
		if (c->flags[i].time_us < c->start_us || c->flags[i].time_us >= c->end_us)
			continue;
		y += 2 * FLAG_PX + 2;
		if (x - last >= 2 * FLAG_PX + 2 || y > p->bottom - FLAG_PX)
			y = p->top + FLAG_PX + 2;
		mark_line(p, CHART_MUTED, 1, x, p->top, x, p->bottom)->dash = 2;
		draw_flag(p, x, y, c->flags[i].sign);
		last = x;
	}
}

static void draw_swatch(struct plot *p, size_t series, double x, double y)
{
	mark_line(p, role_of(series), 2, x, y, x + SWATCH, y)->dash = (uint8_t)series;
	draw_marker(p, series, x + SWATCH / 2.0, y);
}

static const char *label_of(const struct plot *p, size_t series)
{
	return text_fit(p->arena, p->chart->series[series].label, LABEL_PX, LABEL_MOST);
}

double series_labels_width(const struct plot *p)
{
	double width = 0;

	for (size_t s = 0; s < p->chart->series_count; s++)
		width = fmax(width, text_px(label_of(p, s), LABEL_PX));
	return LEADER + SWATCH + 8 + width;
}

/* Where the line of a series ends; the bottom and false when it has no data. */
static bool find_end(const struct plot *p, size_t series, double *ret_y)
{
	*ret_y = p->bottom;
	for (size_t i = p->chart->points; i-- > 0;) {
		if (!isnan(p->chart->series[series].value[i])) {
			*ret_y = plot_y(p, p->chart->series[series].value[i]);
			return true;
		}
	}
	return false;
}

/* Moves labels, in the order of their lines' ends, until none overlaps and none leaves the plot. */
static void spread(double *y, const size_t *order, size_t n, double top, double bottom)
{
	double limit = top;

	for (size_t i = 0; i < n; i++) {
		y[order[i]] = fmax(y[order[i]], limit);
		limit = y[order[i]] + LABEL_ROW;
	}
	limit = bottom;
	for (size_t i = n; i-- > 0;) {
		y[order[i]] = fmin(y[order[i]], limit);
		limit = y[order[i]] - LABEL_ROW;
	}
}

static void sort_by_y(const double *y, size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && y[order[at - 1]] > y[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

void series_labels_draw(struct plot *p)
{
	size_t n = p->chart->series_count, order[CHART_SERIES_MAX] = { 0 };
	double y[CHART_SERIES_MAX], end[CHART_SERIES_MAX], x = p->right + LEADER;

	bool has_end[CHART_SERIES_MAX];

	for (size_t s = 0; s < n; s++) {
		has_end[s] = find_end(p, s, &end[s]);
		y[s] = end[s];
	}
	sort_by_y(y, order, n);
	spread(y, order, n, p->top + 2, p->bottom - 4);
	for (size_t s = 0; s < n; s++) {
		if (has_end[s])
			mark_line(p, role_of(s), 0.75, p->right + 2, end[s], x - 2, y[s]);
		draw_swatch(p, s, x, y[s]);
		mark_text(p, CHART_INK, CHART_START, LABEL_PX, x + SWATCH + 7, y[s] + 4.5, label_of(p, s));
	}
}

/* Where entry `s` of the legend stands, and below which line the legend ends. */
static double legend_entry(const struct plot *p, size_t s, double width, double *x, double *row)
{
	double needs = SWATCH + 7 + text_px(label_of(p, s), LABEL_PX) + 16;
	double at = *x;

	if (at > 0 && at + needs - 16 > width) {
		*row += LABEL_ROW + 4;
		at = 0;
	}
	*x = at + needs;
	return at;
}

double series_legend_height(const struct plot *p, double width)
{
	double x = 0, row = 0;

	for (size_t s = 0; s < p->chart->series_count; s++)
		legend_entry(p, s, width, &x, &row);
	return row + LABEL_ROW + 4;
}

void series_legend_draw(struct plot *p, double left, double top, double width)
{
	double x = 0, row = 0;

	for (size_t s = 0; s < p->chart->series_count; s++) {
		double at = left + legend_entry(p, s, width, &x, &row), y = top + row + LABEL_ROW / 2.0;
		draw_swatch(p, s, at, y);
		mark_text(p, CHART_INK, CHART_START, LABEL_PX, at + SWATCH + 7, y + 4.5, label_of(p, s));
	}
}
