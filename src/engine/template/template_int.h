/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A parsed template: a tree of nodes in the arena of its set. */
#ifndef ENGINE_TEMPLATE_INT_H
#define ENGINE_TEMPLATE_INT_H

#include "engine/template/template.h"

#define TAG_NAME_MAX 16

enum node_kind {
	NODE_TEXT,
	NODE_INDENT, /* a line of the source starts: here a partial's indentation goes */
	NODE_VALUE,
	NODE_RAW,
	NODE_WORDS,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
};

/* Where in markup a tag stands. */
enum markup_kind {
	PLACE_PLAIN, /* not markup */
	PLACE_TEXT,
	PLACE_ATTRIBUTE,
	PLACE_URL_START,
	PLACE_URL_PART,
	PLACE_FORBIDDEN,
};

struct node {
	enum node_kind kind;
	enum markup_kind place;
	unsigned line;
	int message; /* of NODE_WORDS */
	const char *text; /* the text, or the name */
	size_t n;
	const char *indent; /* of a NODE_PARTIAL alone on its line, else NULL */
	struct node *child, *next;
};

struct template {
	const char *name, *suffix;
	struct node *first;
	struct template *next;
};

struct templates {
	unsigned flags;
	struct arena *arena;
	struct template *first;
};

/* Follows markup sign by sign as far as escaping needs it. */
struct markup {
	enum { IN_TEXT, IN_NAME, IN_TAG, IN_BEFORE, IN_ATTRIBUTE, IN_UNQUOTED, IN_COMMENT, IN_SCRIPT } state;
	bool is_markup, is_at_start, is_attribute_done;
	char quote, last[2];
	char tag[TAG_NAME_MAX], attribute[TAG_NAME_MAX];
};

void markup_follow(struct markup *p, const char *text, size_t n);
/* The kind of place a tag has here; the attribute, if it is one, is begun by it. */
enum markup_kind markup_take(struct markup *p);

const struct template *templates_find(const struct templates *t, const char *name);

#endif
