/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Inside the public pages: periods, and one page. */
#ifndef PUBLISH_RENDER_ISDAS_INT_H
#define PUBLISH_RENDER_ISDAS_INT_H

#include "publish/render/figure.h"
#include "publish/render/isdas.h"

#define PERIOD_SLUG_MAX 24

/* A quarter, or the four quarters that end with one. */
struct isdas_period {
	char slug[PERIOD_SLUG_MAX]; /* "2013q2", "2012q3-2013q2" */
	int year, quarter;          /* the last quarter */
	bool is_year;
	int64_t first_hour, end_hour; /* what is shown: cut to the data */
};

/* All that the pages of one period need; series are made once for both languages. */
struct isdas_part {
	const struct isdas_period *period;
	struct point *points;
	size_t point_count;
	struct series *ports, *regions; /* in points, fit for everybody; regions NULL without a table of places */
	uint32_t sensors;               /* most that were up in an hour */
};

struct isdas_site {
	const struct isdas_options *options;
	const struct isdas_sink *sink;
	const struct isdas_period *quarters; /* the latest last */
	size_t quarter_count;
	const struct isdas_period *year;
};

/* The quarters that have something to show, the latest last; in the arena. */
struct isdas_period *isdas_quarters(struct arena *a, int64_t first_hour, int64_t end_hour, size_t *ret_count);
struct isdas_period isdas_year_of(const struct isdas_period *last, int64_t end_hour);
const char *isdas_period_words(struct arena *a, enum lang lang, const struct isdas_period *p);

/* "/isdas/x" or "/en/isdas/x". */
const char *isdas_path(struct arena *a, enum lang lang, const char *name);

/* One period in one language: its page under `names` (up to NULL), pictures and, with `with_data`, CSV and JSON. */
int isdas_page(const struct isdas_site *site, const struct isdas_part *part, enum lang lang, const char *const *names,
	       bool with_data, struct error *err);
int isdas_readme(const struct isdas_site *site, enum lang lang, struct error *err);

#endif
