/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Comma-separated values (RFC 4180): records end in LF or CRLF, a field in quotes may hold commas, line ends and
 * doubled quotes.
 *
 *	struct csv_record record = csv_begin(line);
 *	struct csv_field field;
 *	while (csv_take_field(&record, &field))
 *		use(csv_field_text(&field, into, sizeof into));
 */
#ifndef FORMAT_TEXT_CSV_H
#define FORMAT_TEXT_CSV_H

#include "base/bytes.h"

/* A field as it stands in its record: `text` is without the outer quotes, `has_doubled` says that quotes inside
 * it stand doubled. Owns nothing. */
struct csv_field {
	struct bytes text;
	bool has_doubled;
};

/* Where the first record of `text` ends, past its line end; 0 when it does not end there (more is needed, or the
 * text is its last record without a line end). */
size_t csv_record_end(struct bytes text);

/* A record that is being read; `is_broken` once text stood behind a closing quote or a quote did not close. */
struct csv_record {
	struct bytes rest;
	bool is_done, is_broken;
};

/* Begins a record, given with or without its line end. */
struct csv_record csv_begin(struct bytes record);

/* Takes the next field; false after the last one, and when the record is broken. An empty record has one empty
 * field. */
bool csv_take_field(struct csv_record *record, struct csv_field *ret);

/* The text of a field with doubled quotes made single: the field itself where there are none, else `into`, cut at
 * `room`. */
struct bytes csv_field_text(const struct csv_field *field, uint8_t *into, size_t room);

#endif
