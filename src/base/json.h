/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A JSON writer (RFC 8259) for output too large to build as a tree. It knows where commas go; names and texts are
 * escaped, and bytes that are not UTF-8 become U+FFFD.
 *
 *	struct json j = json_to(&buf);
 *	json_object(&j);
 *	json_key(&j, "port");
 *	json_number(&j, 1433);
 *	json_end(&j);
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#define JSON_DEPTH_MAX 32

struct json {
	struct buf *out;
	unsigned depth;
	bool is_array[JSON_DEPTH_MAX], has_member[JSON_DEPTH_MAX];
	bool is_after_key;
};

struct json json_to(struct buf *out);
void json_object(struct json *j);
void json_array(struct json *j);
/* Ends the innermost object or array. */
void json_end(struct json *j);
void json_key(struct json *j, const char *name);
void json_text(struct json *j, const char *text);
void json_bytes(struct json *j, struct bytes text);
/* An array of the words of "silent, backlog". */
void json_list(struct json *j, const char *text);
void json_number(struct json *j, int64_t value);
/* Six significant digits after the point at most; not-a-number is null. */
void json_real(struct json *j, double value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);
/* A value that is JSON already. */
void json_raw(struct json *j, const char *value);

#endif
