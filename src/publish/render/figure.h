/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A figure of the observatory: the same rows as a chart, a table, CSV and JSON, so that they cannot differ. The public
 * pages, the analyst's pages and `hinomi observe graph` all make theirs here.
 *
 *	struct figure *f = figure_new(arena, LANG_JA, series, points, count, FIGURE_FIRST);
 *	f->title = "…";
 *	figure_svg(f, CHART_WIDE, CHART_STANDALONE, &out);
 */
#ifndef PUBLISH_RENDER_FIGURE_H
#define PUBLISH_RENDER_FIGURE_H

#include "base/buf.h"
#include "engine/chart/chart.h"
#include "engine/template/value.h"
#include "observe/series/point.h"
#include "observe/view/view.h"

#define FIGURE_ROWS_MAX 64
#define FIGURE_NUMBER_MAX 40

enum figure_part {
	FIGURE_ALL,    /* every row */
	FIGURE_FIRST,  /* ranks 1–5; the others are in "other" */
	FIGURE_SECOND, /* ranks 6–10; ranks 1–5 together are one row, so that the table adds up; they and "other" are not drawn */
};

struct figure_row {
	const char *name;  /* for programs: "445/tcp", "icmp", "other", "JP" */
	const char *label; /* for people, in the figure's language */
	const char *region[LANG_COUNT]; /* its name, for programs too; NULL: it is none */
	uint32_t rank;     /* 0: none */
	const int64_t *value; /* [point] micro-packets per sensor and hour, or SERIES_NO_DATA */
	int64_t mean;
	bool is_drawn;
};

struct figure {
	struct arena *arena;
	enum lang lang;
	const char *title, *subtitle, *unit;
	const char *id;  /* of the SVG inside a page */
	const struct point *points;
	size_t point_count;
	enum point_unit point_unit;
	struct figure_row rows[FIGURE_ROWS_MAX]; /* ranked, ICMP, the other part's ranks together, other */
	size_t row_count;
	struct figure_row total;
	const struct chart_flag *flags;
	size_t flag_count;
	const char *const *notes;
	size_t note_count;
	bool is_simulated;
};

/* From a series made of points (point_series); everything lives in the arena but what `s` and `points` hold, which
 * must stay. The caller adds title, subtitle and the like. */
struct figure *figure_new(struct arena *a, enum lang lang, const struct series *s, const struct point *points,
			  size_t point_count, enum point_unit unit, enum view_by by, enum figure_part part);

/* False: no row has data; there is nothing to draw. */
bool figure_has_data(const struct figure *f);

const struct chart_layout *figure_layout(const struct figure *f, enum chart_size size, bool is_bare);
/* Markup for a page: bare, coloured by its stylesheet; ids begin with f->id and the size. */
const char *figure_inline(const struct figure *f, enum chart_size size);

void figure_csv(const struct figure *f, struct buf *out);
void figure_json(const struct figure *f, struct buf *out);

/* Puts "rows" and "total" as templates/observe_page.html says; numbers have two digits. */
void figure_put_table(const struct figure *f, struct value *page);

/* 1,234.57 of micro-units, half up; "–" for SERIES_NO_DATA. */
char *figure_number(int64_t micro, char into[FIGURE_NUMBER_MAX]);
/* Percent of two integers with one digit, half up; "–" where there is no whole. */
char *figure_share(int64_t part, int64_t whole, char into[FIGURE_NUMBER_MAX]);

#endif
