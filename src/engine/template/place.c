/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where in markup a tag stands (WHATWG HTML §13.2.5, the states that matter for escaping). */
#include "base/cleanup.h"
#include "engine/template/template_int.h"

#include <ctype.h>

static void name_add(char name[TAG_NAME_MAX], char c)
{
	size_t n = strlen(name);

	if (n + 1 < TAG_NAME_MAX)
		name[n] = (char)tolower((unsigned char)c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void end_tag(struct markup *p)
{
	bool is_script = strcmp(p->tag, "script") == 0 || strcmp(p->tag, "style") == 0;

	p->state = is_script ? IN_SCRIPT : IN_TEXT;
}

static void begin_name(struct markup *p)
{
	p->state = IN_NAME;
	memset(p->tag, 0, sizeof p->tag);
	memset(p->attribute, 0, sizeof p->attribute);
}

static void follow_name(struct markup *p, char c)
{
	if (c == '>') {
		end_tag(p);
	} else if (is_blank(c)) {
		p->state = IN_TAG;
		p->is_attribute_done = true;
	} else {
		name_add(p->tag, c);
		if (strcmp(p->tag, "!--") == 0)
			p->state = IN_COMMENT;
	}
}

static void follow_tag(struct markup *p, char c)
{
	if (c == '>') {
		end_tag(p);
	} else if (c == '=') {
		p->state = IN_BEFORE;
	} else if (is_blank(c)) {
		p->is_attribute_done = true;
	} else {
		if (p->is_attribute_done)
			memset(p->attribute, 0, sizeof p->attribute);
		p->is_attribute_done = false;
		name_add(p->attribute, c);
	}
}

static void follow_before(struct markup *p, char c)
{
	if (is_blank(c))
		return;
	p->quote = c;
	p->is_at_start = true;
	p->state = c == '"' || c == '\'' ? IN_ATTRIBUTE : IN_UNQUOTED;
	if (c == '>')
		end_tag(p);
}

static void follow_value(struct markup *p, char c)
{
	bool is_end = p->state == IN_ATTRIBUTE ? c == p->quote : is_blank(c);

	p->is_at_start = false;
	if (is_end) {
		p->state = IN_TAG;
		p->is_attribute_done = true;
	} else if (p->state == IN_UNQUOTED && c == '>') {
		end_tag(p);
	}
}

static void follow(struct markup *p, char c)
{
	switch (p->state) {
	case IN_TEXT:
		if (c == '<')
			begin_name(p);
		break;
	case IN_NAME:
		follow_name(p, c);
		break;
	case IN_TAG:
		follow_tag(p, c);
		break;
	case IN_BEFORE:
		follow_before(p, c);
		break;
	case IN_ATTRIBUTE:
	case IN_UNQUOTED:
		follow_value(p, c);
		break;
	case IN_COMMENT:
		if (c == '>' && p->last[0] == '-' && p->last[1] == '-')
			p->state = IN_TEXT;
		break;
	case IN_SCRIPT:
		if (c == '/' && p->last[0] == '<')
			begin_name(p);
		break;
	}
	p->last[1] = p->last[0];
	p->last[0] = c;
}

void markup_follow(struct markup *p, const char *text, size_t n)
{
	for (size_t i = 0; p->is_markup && i < n; i++)
		follow(p, text[i]);
}

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static enum markup_kind attribute_kind(struct markup *p)
{
	static const char *const urls[] = { "href", "src", "action", "formaction", "cite", "poster", "data", "ping",
		                            "xlink:href", "background", "manifest" };
	static const char *const never[] = { "style", "srcdoc", "srcset", "http-equiv" };
	bool was_at_start = p->is_at_start;

	p->is_at_start = false;
	if (strncmp(p->attribute, "on", 2) == 0 || is_one_of(p->attribute, never, COUNT(never)))
		return PLACE_FORBIDDEN;
	if (!is_one_of(p->attribute, urls, COUNT(urls)))
		return PLACE_ATTRIBUTE;
	return was_at_start ? PLACE_URL_START : PLACE_URL_PART;
}

enum markup_kind markup_take(struct markup *p)
{
	if (!p->is_markup)
		return PLACE_PLAIN;
	if (p->state == IN_TEXT)
		return PLACE_TEXT;
	return p->state == IN_ATTRIBUTE ? attribute_kind(p) : PLACE_FORBIDDEN;
}
