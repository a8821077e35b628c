/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A JSON text (RFC 8259) as a tree in an arena, for documents from outside. Each value also keeps the bytes it was read
 * from, so that what is not understood can be passed on as it stood.
 *
 *	const struct json_value *root;
 *	r = json_tree_parse(body, arena, &root, &err);
 *	const char *name = json_text_of(json_member(root, "name"));
 *
 * Why not jansson: it draws a seed from the system, and its json_object() is another than base/json.h's. */
#ifndef FORMAT_TEXT_JSON_TREE_H
#define FORMAT_TEXT_JSON_TREE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#define JSON_TREE_DEPTH_MAX 64
#define JSON_TREE_VALUES_MAX 1000000

enum json_kind { JSON_IS_NULL, JSON_IS_TRUE, JSON_IS_FALSE, JSON_IS_NUMBER, JSON_IS_TEXT, JSON_IS_ARRAY, JSON_IS_OBJECT };

struct json_value {
	enum json_kind kind;
	struct bytes raw;
	const char *name; /* of a member */
	const char *text; /* of a text, escapes undone; a lone surrogate is U+FFFD */
	struct json_value *first, *next; /* members of an object or an array, in their order */
	size_t count;                    /* of members */
};

/* -EBADMSG: no JSON, not UTF-8, a zero character in a text, or nested too deep; -E2BIG: too many values. */
int json_tree_parse(struct bytes text, struct arena *arena, const struct json_value **ret, struct error *err);

/* The first member of that name; NULL where there is none, or `v` is no object or NULL. */
const struct json_value *json_member(const struct json_value *v, const char *name);

/* NULL where `v` is NULL or no text. */
const char *json_text_of(const struct json_value *v);

/* False where `v` is NULL, or no whole number of 0 to `max`. */
bool json_number_of(const struct json_value *v, uint64_t max, uint64_t *ret);

/* The first member of an array; NULL where `v` is NULL or none. */
const struct json_value *json_first(const struct json_value *v);

#endif
