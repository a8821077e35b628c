/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A table of a staff page: cells given row by row, shown as HTML, CSV or JSON lines. Lives in the request's arena. */
#ifndef FACE_STAFF_SHEET_H
#define FACE_STAFF_SHEET_H

#include "engine/template/value.h"
#include "engine/words/words.h"

struct sheet_column {
	const char *key; /* in CSV and JSON */
	enum message title;
	bool is_number;
	bool is_long; /* may wrap */
};

enum sheet_state { SHEET_PLAIN, SHEET_GOOD, SHEET_WARN, SHEET_BAD };

struct sheet;

/* `id` is unique in the page; `columns` ends with a row without key. */
struct sheet *sheet_new(struct arena *a, enum lang lang, const char *id, const char *title,
			const struct sheet_column *columns);
/* A line under the title, and what stands there instead of an empty table. */
void sheet_note(struct sheet *s, const char *note);
void sheet_empty(struct sheet *s, const char *text);

/* The next cell. `url` may be NULL. */
void sheet_text(struct sheet *s, const char *text, const char *url);
/* Words that people wrote, or a filter: marked as English or Japanese, whatever the page's language is. */
void sheet_said(struct sheet *s, const char *text);
void sheet_link(struct sheet *s, const char *text, const char *raw, const char *url);
/* `raw` is for programs, where it differs from what people read. */
void sheet_both(struct sheet *s, const char *text, const char *raw);
void sheet_number(struct sheet *s, int64_t number);
/* Micro-units with two digits; "–" for SERIES_NO_DATA. */
void sheet_micro(struct sheet *s, int64_t micro);
void sheet_nothing(struct sheet *s);
/* A button that posts act=remove and one field to a page. */
void sheet_remove(struct sheet *s, const char *action, const char *label, const char *field, const char *value);
void sheet_state(struct sheet *s, enum sheet_state state, const char *text, const char *raw);

/* The row begun next is a sum: other, total. */
void sheet_sum(struct sheet *s);

size_t sheet_rows(const struct sheet *s);

/* Appends to a list as templates/staff_view.html says. */
void sheet_put(const struct sheet *s, struct value *list);
void sheet_csv(const struct sheet *s, struct buf *out);
void sheet_json(const struct sheet *s, struct buf *out);

#endif
