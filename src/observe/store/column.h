/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A column of 16-bit numbers most of which can be predicted (by their source's last port, by its first TTL, by
 * their group's first length). The writer chooses the smallest of three forms; see layout_int.h. */
#ifndef OBSERVE_STORE_COLUMN_H
#define OBSERVE_STORE_COLUMN_H

#include "base/buf.h"

/* Adds the column to `out`. Rows that carry no value are given value = predicted. */
void column_write(struct buf *out, const uint16_t *values, const uint16_t *predicted, size_t count);

/* Reads row after row. */
struct column_reader {
	const uint8_t *flags, *packed, *rows, *values; /* into the block */
	size_t count, row, next, exceptions, dictionary;
	uint32_t form;
	unsigned width;
};

/* `section` is the whole section, slack included; false when it cannot hold `count` rows. */
bool column_reader_init(struct column_reader *ret, struct bytes section, size_t count);

/* The value of the next row, given what is predicted for it. Not past `count`. */
static inline uint16_t column_next(struct column_reader *c, uint16_t predicted);

/* The value of one row, given what is predicted for it. */
uint16_t column_at(const struct column_reader *c, size_t row, uint16_t predicted);
/* The same for a column whose rows are predicted by the row before, the first by 0. */
uint16_t column_at_chained(const struct column_reader *c, size_t row);

#include "observe/store/bits.h"
#include "observe/store/layout_int.h"

static inline uint16_t column_next(struct column_reader *c, uint16_t predicted)
{
	size_t row = c->row++;

	if (c->form == COLUMN_EXCEPTIONS) {
		if (c->next >= c->exceptions || get_u16le(c->rows + 2 * c->next) != (uint16_t)row)
			return predicted;
		return get_u16le(c->values + 2 * c->next++);
	}
	if (c->form == COLUMN_FLAGGED) {
		if (!(c->flags[row / 8] >> row % 8 & 1) || c->next >= c->exceptions)
			return predicted;
		return (uint16_t)bits_get(c->packed, c->width, c->next++);
	}
	row = bits_get(c->packed, c->width, row);
	return get_u16le(c->values + 2 * (row < c->dictionary ? row : 0));
}

#endif
