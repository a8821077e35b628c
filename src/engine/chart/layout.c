/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Numbers → marks: the frame of a chart, from the title down to the notes. */
#include "base/cleanup.h"
#include "engine/chart/chart_int.h"

#include <assert.h>
#include <math.h>

#define NOTE_PX 12
#define NOTE_ROW 19

/* The two sizes, in px. */
static const struct frame {
	double width, margin, title_px, plot_height;
} frames[] = {
	[CHART_WIDE] = { 1000, 16, 18, 286 },
	[CHART_NARROW] = { 390, 12, 16, 220 },
};

double plot_x_of_point(const struct plot *p, size_t i)
{
	return p->left + (p->right - p->left) * ((double)i + 0.5) / (double)p->chart->points;
}

double plot_x_of_time(const struct plot *p, int64_t time_us)
{
	double part = (double)(time_us - p->chart->start_us) / (double)(p->chart->end_us - p->chart->start_us);

	return p->left + (p->right - p->left) * fmin(fmax(part, 0), 1);
}

double plot_y(const struct plot *p, double value)
{
	return p->bottom - (p->bottom - p->top) * value / p->value_top;
}

struct chart_mark *mark_add(struct plot *p, enum chart_shape shape, enum chart_role role)
{
	struct chart_mark *m = ARENA_NEW(p->arena, struct chart_mark);

	m->shape = shape;
	m->role = role;
	*p->tail = m;
	p->tail = (struct chart_mark **)&m->next;
	return m;
}

static struct chart_mark *add_two(struct plot *p, enum chart_shape shape, enum chart_role role, double x0, double y0,
                                  double x1, double y1)
{
	struct chart_mark *m = mark_add(p, shape, role);
	struct chart_point *point = ARENA_ARRAY(p->arena, 2, struct chart_point);

	point[0] = (struct chart_point){ x0, y0 };
	point[1] = (struct chart_point){ x1, y1 };
	m->point = point;
	m->points = 2;
	return m;
}

struct chart_mark *mark_line(struct plot *p, enum chart_role role, double stroke, double x0, double y0, double x1,
                             double y1)
{
	struct chart_mark *m = add_two(p, CHART_LINE, role, x0, y0, x1, y1);

	m->stroke = stroke;
	return m;
}

void mark_rect(struct plot *p, enum chart_role role, double x0, double y0, double x1, double y1)
{
	add_two(p, CHART_RECT, role, x0, y0, x1, y1);
}

struct chart_mark *mark_text(struct plot *p, enum chart_role role, enum chart_anchor anchor, double size, double x,
                             double y, const char *text)
{
	struct chart_mark *m = mark_add(p, CHART_TEXT, role);
	struct chart_point *point = ARENA_NEW(p->arena, struct chart_point);

	*point = (struct chart_point){ x, y };
	m->anchor = anchor;
	m->size = size;
	m->text = text;
	m->point = point;
	m->points = 1;
	return m;
}

/* Wrapped text from the baseline `y` down; returns the baseline of the line after. */
static double draw_lines(struct plot *p, enum chart_role role, bool is_bold, double size, double x, double y,
                         double width, const char *text)
{
	const char *line;

	while ((line = text_wrap(p->arena, &text, size, width)) != NULL) {
		mark_text(p, role, CHART_START, size, x, y, line)->is_bold = is_bold;
		y += round(size * 1.45);
	}
	return y;
}

static double draw_head(struct plot *p, const struct frame *f)
{
	double width = f->width - 2 * f->margin, y = f->margin + f->title_px;

	if (p->chart->is_bare)
		y = f->margin + 4;
	else
		y = draw_lines(p, CHART_INK, true, f->title_px, f->margin, y, width, p->chart->title) - 2;
	if (p->chart->subtitle && !p->chart->is_bare)
		y = draw_lines(p, CHART_MUTED, false, 13, f->margin, y, width, p->chart->subtitle);
	if (p->is_narrow) {
		series_legend_draw(p, f->margin, y - 8, width);
		y += series_legend_height(p, width);
	}
	return draw_lines(p, CHART_MUTED, false, 12, f->margin, y + 8, width, p->chart->unit);
}

static void place_plot(struct plot *p, const struct frame *f, double top)
{
	axis_values_choose(p);
	p->left = f->margin + ceil(axis_values_width(p)) + 10;
	p->right = f->width - f->margin - (p->is_narrow ? 4 : ceil(series_labels_width(p)));
	p->top = round(top);
	p->bottom = p->top + f->plot_height;
}

/* Returns where the labels of the time axis end. */
static double draw_plot(struct plot *p)
{
	double end;

	series_gaps_draw(p);
	axis_values_draw(p);
	end = axis_time_draw(p);
	series_lines_draw(p);
	series_flags_draw(p);
	if (!p->is_narrow)
		series_labels_draw(p);
	return end;
}

/* The key of hatched times that are too narrow for words. */
static double draw_gap_key(struct plot *p, const struct frame *f, double y)
{
	bool is_unlabelled;

	if (!series_has_gap(p, &is_unlabelled) || !is_unlabelled)
		return y;
	mark_rect(p, CHART_BAND, f->margin, y - 11, f->margin + 26, y + 2);
	series_hatch(p, f->margin, y - 11, f->margin + 26, y + 2);
	mark_text(p, CHART_MUTED, CHART_START, NOTE_PX, f->margin + 33, y, words(p->chart->lang, MSG_CHART_NO_DATA));
	return y + NOTE_ROW;
}

static double draw_notes(struct plot *p, const struct frame *f, double y)
{
	y = draw_gap_key(p, f, y);
	for (size_t i = 0; i < p->chart->note_count; i++)
		y = draw_lines(p, CHART_MUTED, false, NOTE_PX, f->margin, y, f->width - 2 * f->margin,
		               p->chart->notes[i]) + 2;
	return y;
}

static const char *describe(struct arena *a, const struct chart *c)
{
	_cleanup_(buf_clear) struct buf labels;
	char count[24];

	buf_init(&labels, 4096);
	for (size_t s = 0; s < c->series_count; s++)
		buf_addf(&labels, "%s%s", s == 0 ? "" : c->lang == LANG_JA ? "、" : ", ", c->series[s].label);
	snprintf(count, sizeof count, "%zu", c->series_count);
	return words_fill(a, c->lang, MSG_CHART_LINE_DESCRIPTION, "count", count, "period",
	                  c->subtitle ? c->subtitle : c->title, "unit", c->unit, "labels", labels.p, NULL);
}

const struct chart_layout *chart_layout(struct arena *a, const struct chart *c, enum chart_size size)
{
	struct plot p = { .arena = a, .chart = c, .is_narrow = size == CHART_NARROW };
	struct chart_layout *l = ARENA_NEW(a, struct chart_layout);
	const struct frame *f = &frames[size];
	struct chart_point *paper = ARENA_ARRAY(a, 2, struct chart_point);
	struct chart_mark *background;

	assert(c->series_count >= 1 && c->series_count <= CHART_SERIES_MAX);
	assert(c->points >= 1 && c->points <= CHART_POINTS_MAX && c->end_us > c->start_us);
	p.tail = &p.first;
	background = mark_add(&p, CHART_RECT, CHART_PAPER);
	place_plot(&p, f, draw_head(&p, f) - 4);
	l->chart = c;
	l->description = c->description ? c->description : describe(a, c);
	l->width = f->width;
	l->height = ceil(draw_notes(&p, f, draw_plot(&p) + 20)) - 8;
	paper[1] = (struct chart_point){ l->width, l->height };
	background->point = paper;
	background->points = 2;
	l->first = p.first;
	return l;
}
