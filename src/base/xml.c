/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An XML writer. */
#include "base/xml.h"

#include "base/text.h"

#include <assert.h>

struct xml xml_to(struct buf *out)
{
	buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	return (struct xml){ .out = out };
}

/* Char of XML 1.0 §2.2. */
static bool is_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static void add_escaped(struct buf *out, const char *text)
{
	struct bytes rest = BYTES_TEXT(text);
	uint32_t c;

	while (text_take_character(&rest, &c)) {
		char utf8[4];
		if (c == '<')
			buf_add_text(out, "&lt;");
		else if (c == '>')
			buf_add_text(out, "&gt;");
		else if (c == '&')
			buf_add_text(out, "&amp;");
		else if (c == '"')
			buf_add_text(out, "&quot;");
		else if (c == '\r' || c == '\n' || c == '\t')
			buf_addf(out, "&#%u;", (unsigned)c);
		else
			buf_add(out, utf8, text_put_character(is_character(c) ? c : TEXT_NO_CHARACTER, utf8));
	}
}

static void end_tag(struct xml *x)
{
	if (x->is_in_tag)
		buf_add_char(x->out, '>');
	x->is_in_tag = false;
}

static void new_line(struct xml *x)
{
	buf_add_char(x->out, '\n');
	for (unsigned i = 0; i < x->depth; i++)
		buf_add_char(x->out, ' ');
}

void xml_open(struct xml *x, const char *name)
{
	assert(x->depth < XML_DEPTH_MAX);
	end_tag(x);
	new_line(x);
	buf_addf(x->out, "<%s", name);
	x->open[x->depth++] = name;
	x->is_in_tag = true;
	x->has_child = false;
}

void xml_attribute(struct xml *x, const char *name, const char *value)
{
	assert(x->is_in_tag);
	if (!value)
		return;
	buf_addf(x->out, " %s=\"", name);
	add_escaped(x->out, value);
	buf_add_char(x->out, '"');
}

void xml_text(struct xml *x, const char *text)
{
	end_tag(x);
	add_escaped(x->out, text);
}

void xml_element(struct xml *x, const char *name, const char *text)
{
	if (!text)
		return;
	xml_open(x, name);
	xml_text(x, text);
	xml_close(x);
}

void xml_close(struct xml *x)
{
	assert(x->depth > 0);
	x->depth--;
	if (x->is_in_tag) {
		buf_add_text(x->out, "/>");
	} else {
		if (x->has_child)
			new_line(x);
		buf_addf(x->out, "</%s>", x->open[x->depth]);
	}
	x->is_in_tag = false;
	x->has_child = true;
	if (x->depth == 0)
		buf_add_char(x->out, '\n');
}
