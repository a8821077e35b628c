/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The tree a template is given. */
#include "engine/template/value.h"

#include <inttypes.h>

/* Items of a list and members of an object are chained in their order; `name` is set for members alone. */
struct value {
	enum value_kind kind;
	const char *name, *text;
	int64_t number;
	struct arena *arena;
	struct value *first, *last, *next;
};

static const char *const kind_names[] = {
	[VALUE_NONE] = "nothing", [VALUE_FALSE] = "false", [VALUE_TRUE] = "true",
	[VALUE_TEXT] = "text",    [VALUE_NUMBER] = "number", [VALUE_HTML] = "html",
	[VALUE_URL] = "url",      [VALUE_LIST] = "list",   [VALUE_OBJECT] = "object",
};

enum value_kind value_kind(const struct value *v)
{
	return v ? v->kind : VALUE_NONE;
}

const char *value_kind_name(enum value_kind kind)
{
	return kind_names[kind];
}

static struct value *new_value(struct arena *a, enum value_kind kind)
{
	struct value *v = ARENA_NEW(a, struct value);

	v->kind = kind;
	v->arena = a;
	return v;
}

static struct value *new_words(struct arena *a, enum value_kind kind, const char *text)
{
	struct value *v = new_value(a, text ? kind : VALUE_NONE);

	v->text = text;
	return v;
}

struct value *value_object(struct arena *a)
{
	return new_value(a, VALUE_OBJECT);
}

struct value *value_list(struct arena *a)
{
	return new_value(a, VALUE_LIST);
}

struct value *value_text(struct arena *a, const char *text)
{
	return new_words(a, VALUE_TEXT, text);
}

struct value *value_html(struct arena *a, const char *html)
{
	return new_words(a, VALUE_HTML, html);
}

struct value *value_url(struct arena *a, const char *url)
{
	return new_words(a, VALUE_URL, url && url_is_safe(url) ? url : NULL);
}

struct value *value_number(struct arena *a, int64_t number)
{
	struct value *v = new_value(a, VALUE_NUMBER);

	v->number = number;
	return v;
}

struct value *value_bool(struct arena *a, bool is_true)
{
	return new_value(a, is_true ? VALUE_TRUE : VALUE_FALSE);
}

bool url_is_safe(const char *url)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:" };
	size_t scheme = strcspn(url, ":/?#");

	for (const unsigned char *c = (const unsigned char *)url; *c; c++)
		if (*c <= ' ' || *c == 0x7f || *c == '\\')
			return false;
	if (url[scheme] != ':')
		return strncmp(url, "//", 2) != 0;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

static void append(struct value *parent, struct value *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

/* A member is a shallow copy, so that one value may stand in several places. */
void value_put(struct value *object, const char *name, struct value *v)
{
	struct value *member = new_value(object->arena, v->kind);

	*member = *v;
	member->name = name;
	member->next = NULL;
	append(object, member);
}

void value_put_text(struct value *object, const char *name, const char *text)
{
	value_put(object, name, value_text(object->arena, text));
}

void value_put_number(struct value *object, const char *name, int64_t number)
{
	value_put(object, name, value_number(object->arena, number));
}

void value_put_bool(struct value *object, const char *name, bool is_true)
{
	value_put(object, name, value_bool(object->arena, is_true));
}

void value_put_html(struct value *object, const char *name, const char *html)
{
	value_put(object, name, value_html(object->arena, html));
}

void value_put_url(struct value *object, const char *name, const char *url)
{
	value_put(object, name, value_url(object->arena, url));
}

static struct value *put_new(struct value *object, const char *name, enum value_kind kind)
{
	value_put(object, name, new_value(object->arena, kind));
	return object->last;
}

struct value *value_put_object(struct value *object, const char *name)
{
	return put_new(object, name, VALUE_OBJECT);
}

struct value *value_put_list(struct value *object, const char *name)
{
	return put_new(object, name, VALUE_LIST);
}

void value_add(struct value *list, struct value *v)
{
	value_put(list, NULL, v);
}

void value_add_text(struct value *list, const char *text)
{
	value_add(list, value_text(list->arena, text));
}

struct value *value_add_object(struct value *list)
{
	return put_new(list, NULL, VALUE_OBJECT);
}

const struct value *value_member(const struct value *object, const char *name, size_t length)
{
	const struct value *found = NULL;

	if (value_kind(object) != VALUE_OBJECT)
		return NULL;
	for (const struct value *m = object->first; m; m = m->next)
		if (strncmp(m->name, name, length) == 0 && m->name[length] == '\0')
			found = m;
	return found;
}

const struct value *value_first(const struct value *list)
{
	return value_kind(list) == VALUE_LIST ? list->first : NULL;
}

const struct value *value_next(const struct value *item)
{
	return item->next;
}

bool value_is_true(const struct value *v)
{
	switch (value_kind(v)) {
	case VALUE_NONE:
	case VALUE_FALSE:
		return false;
	case VALUE_TRUE:
	case VALUE_OBJECT:
		return true;
	case VALUE_NUMBER:
		return v->number != 0;
	case VALUE_LIST:
		return v->first != NULL;
	default:
		return v->text[0] != '\0';
	}
}

const char *value_as_text(const struct value *v, char number[24])
{
	switch (value_kind(v)) {
	case VALUE_NONE:
	case VALUE_FALSE:
		return "";
	case VALUE_NUMBER:
		snprintf(number, 24, "%" PRId64, v->number);
		return number;
	case VALUE_TEXT:
	case VALUE_HTML:
	case VALUE_URL:
		return v->text;
	default:
		return NULL;
	}
}
