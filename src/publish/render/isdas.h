/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The public pages of the observatory, Japanese (/isdas/) and English (/en/isdas/), from one store at one moment:
 *
 *	isdas/index.html      the latest quarter with at least seven days of data
 *	isdas/2013q2.html     each quarter, under a name that stays
 *	isdas/year.html       the four quarters that end with the latest
 *	isdas/readme.html     how to read them
 *	isdas/data/…          CSV and JSON, the same for both languages
 *	isdas/2013q2-….svg    pictures, each language its own
 *
 * What is shown obeys observe/series/publish.h. The pages know no clock but `now_us`, so that the same store gives the
 * same bytes within an hour. */
#ifndef PUBLISH_RENDER_ISDAS_H
#define PUBLISH_RENDER_ISDAS_H

#include "base/calendar.h"
#include "engine/chart/chart.h"
#include "observe/series/publish.h"
#include "observe/view/view.h"

/* An analyst's note. Texts belong to the caller. */
struct isdas_note {
	int64_t time_us;                /* the moment it speaks of; a flag in the charts */
	const char *text[LANG_COUNT];   /* plain text */
	const char *alert_number;       /* NULL: none */
	const char *alert_url;
};

/* Where the pages go. */
struct isdas_sink {
	void *context;
	int (*file)(void *context, const char *path, struct bytes content, struct error *err);
	/* A PNG of a layout whose SVG was given before under `svg_path`; NULL: no pictures. */
	int (*picture)(void *context, const char *path, const char *svg_path, const struct chart_layout *l,
		       struct error *err);
};

struct isdas_options {
	const struct store *store;
	int64_t now_us;
	struct publish_rules rules;
	/* NULL: there is no table of countries, and the pages say so. */
	struct place (*place)(void *context, const struct address *source);
	void *place_context;
	struct date place_date;         /* of that table */
	const struct isdas_note *notes; /* in the order of time */
	size_t note_count;
	bool skips[LANG_COUNT];         /* languages that are not wanted */
};

/* -ENODATA: the store holds nothing that may be shown. */
int isdas_render(const struct isdas_options *o, const struct isdas_sink *sink, struct error *err);

#endif
