/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A table of a staff page: cells given row by row, shown as HTML, CSV or JSON lines. Lives in the request's arena. */
#ifndef FACE_STAFF_SHEET_H
#define FACE_STAFF_SHEET_H

#include "engine/template/value.h"
#include "engine/words/words.h"

enum sheet_kind {
	SHEET_TEXT,
	SHEET_NUMBER,
	SHEET_LONG, /* text that may wrap */
	SHEET_LIST, /* words with commas between: an array for programs */
	SHEET_WAY,  /* links and buttons: nothing to sort by */
	SHEET_FILE_TEXT, /* for CSV and JSON alone */
	SHEET_FILE_NUMBER,
};

struct sheet_column {
	const char *key; /* in CSV and JSON */
	enum message title;
	enum sheet_kind kind;
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
/* As what such words are marked: "en" or "ja". */
const char *sheet_lang_of(const char *text);
void sheet_link(struct sheet *s, const char *text, const char *raw, const char *url);
/* `raw` is for programs, where it differs from what people read. */
void sheet_both(struct sheet *s, const char *text, const char *raw);
void sheet_number(struct sheet *s, int64_t number);
/* Micro-units with two digits; "–" for SERIES_NO_DATA. */
void sheet_micro(struct sheet *s, int64_t micro);
void sheet_nothing(struct sheet *s);
/* A button that posts an act, one field and the version of what is seen to a page. */
struct sheet_button {
	const char *action, *act, *label, *field, *value;
	int64_t version;
};
void sheet_button(struct sheet *s, const struct sheet_button *b);
void sheet_state(struct sheet *s, enum sheet_state state, const char *text, const char *raw);

/* Percent with one digit; "–" where there is no whole. */
void sheet_share(struct sheet *s, int64_t part, int64_t whole);
/* A way on: `label` for people, the address for programs. */
void sheet_way(struct sheet *s, const char *label, const char *url);

/* The row begun next stays at the end, in whatever order the others stand: other. */
void sheet_stay(struct sheet *s);
/* The same, and it is a sum: total. */
void sheet_sum(struct sheet *s);

const char *sheet_id(const struct sheet *s);

/* Orders the rows by a column: numbers by size, texts as people count (80/tcp before 443/tcp), what has no value last. False:
 * it has no such column. */
bool sheet_sort(struct sheet *s, const char *key, bool is_down);

/* Where a head leads: this page with the rows ordered by that column. */
typedef const char *sheet_sort_url(void *context, const struct sheet *s, const char *key, bool is_down);

/* Appends to a list as templates/staff_view.html says, and gives the new value. `url` may be NULL: heads lead nowhere. */
struct value *sheet_put(const struct sheet *s, struct value *list, sheet_sort_url *url, void *context);
void sheet_csv(const struct sheet *s, struct buf *out);
void sheet_json(const struct sheet *s, struct buf *out);

#endif
