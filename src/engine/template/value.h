/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a template is given: a small tree, built in an arena and read only by the render.
 *
 *	struct value *page = value_object(arena);
 *	value_put_text(page, "title", title);
 *	struct value *rows = value_put_list(page, "rows");
 *	struct value *row = value_add_object(rows);
 *	value_put_text(row, "port", "445/tcp");
 *	value_put_number(row, "rank", 1);
 *
 * Texts are not copied: they live at least as long as the render (a constant, or in the same arena). Every value
 * is text, a number, html, url, a list, an object, true, false or nothing. Only html passes unescaped, and only
 * url may begin an href or src; both are made by the functions here and nowhere else. */
#ifndef ENGINE_VALUE_H
#define ENGINE_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum value_kind {
	VALUE_NONE,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_HTML,
	VALUE_URL,
	VALUE_LIST,
	VALUE_OBJECT,
};

struct value;

enum value_kind value_kind(const struct value *v);
/* "text", "html" … for messages. */
const char *value_kind_name(enum value_kind kind);

struct value *value_object(struct arena *a);
struct value *value_list(struct arena *a);
/* NULL is nothing, as for the functions below. */
struct value *value_text(struct arena *a, const char *text);
/* Prints as plain digits (a port, an id); a figure for people is text made by words_number(). */
struct value *value_number(struct arena *a, int64_t number);
struct value *value_bool(struct arena *a, bool is_true);
/* Only for what this program made as markup: Markdown's output, a chart. Never for text from outside. */
struct value *value_html(struct arena *a, const char *html);
/* Nothing (VALUE_NONE) unless url_is_safe(). */
struct value *value_url(struct arena *a, const char *url);

/* http, https or mailto, or a reference into the same site; no blanks, control signs or backslashes, no `//host`. */
bool url_is_safe(const char *url);

/* Sets a member; a later one of the same name wins. */
void value_put(struct value *object, const char *name, struct value *v);
void value_put_text(struct value *object, const char *name, const char *text);
void value_put_number(struct value *object, const char *name, int64_t number);
void value_put_bool(struct value *object, const char *name, bool is_true);
void value_put_html(struct value *object, const char *name, const char *html);
void value_put_url(struct value *object, const char *name, const char *url);
struct value *value_put_object(struct value *object, const char *name);
struct value *value_put_list(struct value *object, const char *name);

void value_add(struct value *list, struct value *v);
void value_add_text(struct value *list, const char *text);
struct value *value_add_object(struct value *list);

/* Reading, for the render and for tests. A member that is not there is NULL. */
const struct value *value_member(const struct value *object, const char *name, size_t length);
const struct value *value_first(const struct value *list);
const struct value *value_next(const struct value *item);
/* What a section asks: not nothing, not false, not an empty list, not "" and not 0. */
bool value_is_true(const struct value *v);
/* The text of text, html, url or a number (written into `number`); "" for nothing and false, NULL for the rest. */
const char *value_as_text(const struct value *v, char number[24]);

#endif
