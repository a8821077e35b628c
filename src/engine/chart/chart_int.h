/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The steps of the layout: measure text, place ticks, place series. */
#ifndef ENGINE_CHART_INT_H
#define ENGINE_CHART_INT_H

#include "engine/chart/chart.h"

struct plot {
	struct arena *arena;
	const struct chart *chart;
	bool is_narrow;
	double left, right, top, bottom; /* of the field the lines stand in */
	double value_top, value_step;
	struct chart_mark *first, **tail;
};

double plot_x_of_point(const struct plot *p, size_t i);
double plot_x_of_time(const struct plot *p, int64_t time_us);
double plot_y(const struct plot *p, double value);

struct chart_mark *mark_add(struct plot *p, enum chart_shape shape, enum chart_role role);
struct chart_mark *mark_line(struct plot *p, enum chart_role role, double stroke, double x0, double y0, double x1,
                             double y1);
void mark_rect(struct plot *p, enum chart_role role, double x0, double y0, double x1, double y1);
struct chart_mark *mark_text(struct plot *p, enum chart_role role, enum chart_anchor anchor, double size, double x,
                             double y, const char *text);

/* Width in px at `size` px, a little generous. */
double text_px(const char *text, double size);
/* The text, or its start with an ellipsis that fits. */
const char *text_fit(struct arena *a, const char *text, double size, double width);
/* Takes the next line that fits `width` from *text and moves *text behind it; NULL at the end. */
const char *text_wrap(struct arena *a, const char **text, double size, double width);

/* axis.c */
void axis_values_choose(struct plot *p);
double axis_values_width(const struct plot *p);
void axis_values_draw(struct plot *p);
/* Returns where the labels end. */
double axis_time_draw(struct plot *p);

/* series.c */
bool series_has_gap(const struct plot *p, bool *ret_is_unlabelled);
double series_labels_width(const struct plot *p);
double series_legend_height(const struct plot *p, double width);
void series_legend_draw(struct plot *p, double left, double top, double width);
void series_gaps_draw(struct plot *p);
void series_flags_draw(struct plot *p);
void series_lines_draw(struct plot *p);
void series_labels_draw(struct plot *p);
void series_hatch(struct plot *p, double x0, double y0, double x1, double y1);

#endif
