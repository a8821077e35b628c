/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Line charts over time: one geometry, two outputs. `chart_layout` turns numbers into a short list of marks (lines,
 * polygons, texts in pixels); `chart_svg` writes them as text, and engine/draw paints the same marks as PNG.
 *
 *	struct chart_series series[] = { { .label = "445/tcp", .value = a }, { .label = "ICMP", .value = b } };
 *	struct chart c = { .lang = LANG_JA, .title = "…", .unit = "…", .start_us = from, .end_us = to,
 *	                   .points = 91, .series = series, .series_count = 2 };
 *	const struct chart_layout *l = chart_layout(arena, &c, CHART_WIDE);
 *	chart_svg(l, CHART_STANDALONE, &out);
 *
 * The axis begins at zero. Point i covers the i-th of `points` equal parts of the period; NaN is "no data": the
 * line is broken, and where no series has data the time is hatched. Colours are those of Okabe and Ito (2008);
 * every series has a dash and a marker of its own, so that colour is not needed. Labels stand at the ends of the
 * lines (CHART_WIDE) or above the plot (CHART_NARROW). Ticks are days, months and years of the centre's zone. */
#ifndef ENGINE_CHART_H
#define ENGINE_CHART_H

#include "base/buf.h"
#include "engine/words/words.h"

#define CHART_SERIES_MAX 8
#define CHART_POINTS_MAX 100000
#define CHART_FONT "Noto Sans CJK JP"

struct chart_series {
	const char *label;
	const double *value; /* `points` of them */
};

/* A moment the notes speak of: a thin line with a short sign ("1") at its top. */
struct chart_flag {
	int64_t time_us;
	const char *sign;
};

struct chart {
	enum lang lang;
	const char *id;          /* prefix of the ids inside the SVG, unique in a page; NULL: "chart" */
	const char *title;
	const char *subtitle;    /* the period and the like; NULL: none */
	const char *unit;        /* over the value axis */
	const char *description; /* what a listener is told; NULL: made from the rest */
	bool is_bare;            /* title and subtitle are not drawn, because the page around has them */
	int64_t start_us, end_us;
	size_t points;
	const struct chart_series *series;
	size_t series_count; /* 1..CHART_SERIES_MAX, the most important first */
	const char *const *notes; /* lines under the chart; `note_count` may be 0 */
	size_t note_count;
	const struct chart_flag *flags; /* in the order of time; those outside of the period are left out */
	size_t flag_count;
};

enum chart_size {
	CHART_WIDE,   /* a desk: 1000 wide, labels at the ends of the lines */
	CHART_NARROW, /* a phone: 390 wide, labels above */
};

/* What a mark is for; it decides the colour (light and dark). */
enum chart_role {
	CHART_PAPER,
	CHART_INK,
	CHART_MUTED,
	CHART_GRID,
	CHART_AXIS,
	CHART_BAND,
	CHART_HATCH,
	CHART_FIRST_SERIES,
	CHART_ROLE_COUNT = CHART_FIRST_SERIES + CHART_SERIES_MAX,
};

enum chart_shape {
	CHART_LINE,    /* an open line through the points */
	CHART_POLYGON, /* filled, with a thin edge of paper */
	CHART_DISC,    /* filled, around the first point, radius `size` */
	CHART_RECT,    /* filled, between two corners */
	CHART_TEXT,    /* its baseline at the first point, `size` px high */
};

enum chart_anchor { CHART_START, CHART_MIDDLE, CHART_END };

struct chart_point {
	double x, y;
};

struct chart_mark {
	enum chart_shape shape;
	enum chart_role role;
	enum chart_anchor anchor;
	bool is_bold, is_edged;
	uint8_t dash; /* index for chart_dash(); 0 is solid */
	double size, stroke;
	const char *text;
	const struct chart_point *point;
	size_t points;
	const struct chart_mark *next;
};

struct chart_layout {
	const struct chart *chart;
	const char *description;
	double width, height;
	const struct chart_mark *first; /* painted in this order */
};

enum {
	CHART_STANDALONE = 1, /* a file of its own: brings its colours for dark; else the page's stylesheet does */
};

/* Lives in the arena, and needs `c` and its texts as long. Never fails: sizes are asserted, text is cut with an
 * ellipsis where it does not fit. */
const struct chart_layout *chart_layout(struct arena *a, const struct chart *c, enum chart_size size);

/* Appends the chart as an <svg> element; ask out->is_full at the end. */
void chart_svg(const struct chart_layout *l, unsigned flags, struct buf *out);

/* "#rrggbb" of a role on light and dark paper. */
const char *chart_color(enum chart_role role, bool is_dark);

/* Lengths of strokes and gaps in px, ended by 0; NULL for solid. */
const double *chart_dash(uint8_t dash);

#endif
