/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a command lists: a table for people, a JSON object a line or CSV for programs, from one description.
 *
 *	static const struct column columns[] = { { "port", "Port", COLUMN_TEXT }, { "packets", "Packets", COLUMN_NUMBER } };
 *	struct table t = table_begin(in, columns, COUNT(columns));
 *	table_text(&t, "1433/tcp");
 *	table_number(&t, 12345);
 *	table_end(&t);
 */
#ifndef FACE_CMD_TABLE_H
#define FACE_CMD_TABLE_H

#include "base/buf.h"
#include "face/cmd/command.h"

/* NUMBER: an integer, with thousands for people; MICRO: micro-units, shown with three digits after the point; LIST:
 * words with ", " between, an array in JSON. */
enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_MICRO, COLUMN_LIST, COLUMN_BOOL };

struct column {
	const char *key;   /* name of the field in JSON and CSV; listed in the manual */
	const char *title; /* for people, NULL: not shown to them */
	enum column_type type;
};

struct table {
	const struct invocation *in;
	const struct column *columns;
	size_t column_count, at;
	struct buf out;       /* JSON and CSV: the row; for people: all cells, each ended by NUL */
	size_t *cells;        /* offsets into `out` */
	size_t cell_count, cell_room;
	bool has_header;
};

struct table table_begin(const struct invocation *in, const struct column *columns, size_t column_count);
/* The cells of a row, in order; after the last one the row is done. */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, int64_t value);
void table_micro(struct table *t, int64_t micro);
void table_bool(struct table *t, bool value);
/* Unknown: "–" for people, null, an empty field. */
void table_nothing(struct table *t);
/* An instant as UTC to the second; 0: nothing. */
void table_time(struct table *t, int64_t time_us);
/* Prints what is left and frees. */
void table_end(struct table *t);
/* Frees without printing: where the command failed before its first row. */
void table_drop(struct table *t);

#endif
