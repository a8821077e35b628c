/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One object for people or for programs: a line for each field, or members of a JSON object.
 *
 *	struct sheet s = sheet_begin(in);
 *	sheet_text(&s, "ref", "ref", i->ref);
 *	sheet_list(&s, "reports"); … sheet_item(&s); … sheet_end(&s); … sheet_list_end(&s);
 *	sheet_print(&s); */
#ifndef FACE_CMD_SHEET_H
#define FACE_CMD_SHEET_H

#include "base/buf.h"
#include "base/json.h"
#include "face/cmd/command.h"

struct sheet {
	bool is_json;
	unsigned depth;
	struct json json;
	struct buf out;
};

/* In place: the writer inside points into it. */
void sheet_begin(struct sheet *s, const struct invocation *in);
/* Empty texts are null to programs and not shown to people. */
void sheet_text(struct sheet *s, const char *key, const char *title, const char *text);
void sheet_number(struct sheet *s, const char *key, const char *title, int64_t number);
/* `micro` is a millionth of the unit. */
void sheet_rate(struct sheet *s, const char *key, const char *title, int64_t micro, const char *unit);
void sheet_time(struct sheet *s, const char *key, const char *title, int64_t time_us);
/* A list of objects; to people each is a paragraph below the title. */
void sheet_list(struct sheet *s, const char *key, const char *title);
void sheet_item(struct sheet *s);
void sheet_item_end(struct sheet *s);
void sheet_list_end(struct sheet *s);
/* Text as it is, indented for people. */
void sheet_body(struct sheet *s, const char *key, const char *text);
/* Prints and frees. */
void sheet_print(struct sheet *s);

#endif
