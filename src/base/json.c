/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A JSON writer. */
#include "base/json.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>

struct json json_to(struct buf *out)
{
	return (struct json){ .out = out };
}

static void before_value(struct json *j)
{
	if (j->is_after_key) {
		j->is_after_key = false;
		return;
	}
	if (j->depth == 0)
		return;
	if (j->has_member[j->depth - 1])
		buf_add_char(j->out, ',');
	j->has_member[j->depth - 1] = true;
}

static void open_one(struct json *j, bool is_array)
{
	assert(j->depth < JSON_DEPTH_MAX);
	before_value(j);
	j->is_array[j->depth] = is_array;
	j->has_member[j->depth++] = false;
	buf_add_char(j->out, is_array ? '[' : '{');
}

void json_object(struct json *j)
{
	open_one(j, false);
}

void json_array(struct json *j)
{
	open_one(j, true);
}

void json_end(struct json *j)
{
	assert(j->depth > 0);
	buf_add_char(j->out, j->is_array[--j->depth] ? ']' : '}');
}

static void add_escaped(struct buf *out, struct bytes text)
{
	buf_add_char(out, '"');
	while (text.n) {
		size_t length = text_utf8_length(text);
		uint8_t c = text.p[0];
		if (length == 0) {
			buf_add_text(out, "\xef\xbf\xbd");
			length = 1;
		} else if (c == '"' || c == '\\') {
			buf_add_char(out, '\\');
			buf_add_char(out, (char)c);
		} else if (c == '\n') {
			buf_add_text(out, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			buf_addf(out, "\\u%04x", c);
		} else {
			buf_add(out, text.p, length);
		}
		take_skip(&text, length);
	}
	buf_add_char(out, '"');
}

void json_key(struct json *j, const char *name)
{
	before_value(j);
	add_escaped(j->out, BYTES_TEXT(name));
	buf_add_char(j->out, ':');
	j->is_after_key = true;
}

void json_bytes(struct json *j, struct bytes text)
{
	before_value(j);
	add_escaped(j->out, text);
}

void json_text(struct json *j, const char *text)
{
	json_bytes(j, BYTES_TEXT(text));
}

void json_list(struct json *j, const char *text)
{
	struct bytes rest = BYTES_TEXT(text), word;

	json_array(j);
	while (take_until(&rest, ',', &word))
		json_bytes(j, bytes_trim(word));
	json_end(j);
}

void json_number(struct json *j, int64_t value)
{
	before_value(j);
	buf_addf(j->out, "%lld", (long long)value);
}

void json_real(struct json *j, double value)
{
	before_value(j);
	if (isfinite(value))
		buf_addf(j->out, "%.6g", value);
	else
		buf_add_text(j->out, "null");
}

void json_bool(struct json *j, bool value)
{
	before_value(j);
	buf_add_text(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
	before_value(j);
	buf_add_text(j->out, "null");
}

void json_raw(struct json *j, const char *value)
{
	before_value(j);
	buf_add_text(j->out, value);
}
