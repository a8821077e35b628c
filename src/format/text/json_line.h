/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads one line of JSON lines (RFC 8259), an object whose members are wanted by name, without building a tree and
 * without memory:
 *
 *	struct bytes c = line;
 *	struct json_member m;
 *	if (!json_line_begin(&c))
 *		return false;
 *	while (json_line_next(&c, &m))
 *		if (bytes_is(m.name, "MESSAGE"))
 *			text = json_member_text(&m, into, sizeof into);
 *	return json_line_ended(c);
 */
#ifndef FORMAT_TEXT_JSON_LINE_H
#define FORMAT_TEXT_JSON_LINE_H

#include "base/bytes.h"

/* A name and the span of its value, both as they stand in the line: names are compared as written, without escapes
 * undone. `value` of a text is without its quotes. */
struct json_member {
	struct bytes name, value;
	char kind; /* '"' text, '[' array, '{' object, '0' a number, true, false or null */
};

/* Takes the opening brace. */
bool json_line_begin(struct bytes *c);

/* Takes the next member; false at the closing brace and where the line is not JSON (json_line_ended tells). Nesting
 * deeper than 32 is not JSON here. */
bool json_line_next(struct bytes *c, struct json_member *ret);

/* True when the object was closed and only blanks are left. */
bool json_line_ended(struct bytes c);

/* The text of a member: escapes undone, cut at `room`. An array of numbers 0..255 is taken as bytes, which is how
 * journalctl(1) writes texts that are not UTF-8. Empty for other kinds. */
struct bytes json_member_text(const struct json_member *m, uint8_t *into, size_t room);

#endif
