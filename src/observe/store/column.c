/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A column of 16-bit numbers most of which can be predicted. */
#include "observe/store/column.h"

#include "base/memory.h"

struct column_facts {
	size_t exceptions, distinct;
	unsigned exception_width;
};

/* How many rows differ from what is predicted and how wide those are; and, where a dictionary may be smaller, how many
 * values there are. */
static struct column_facts column_look(const uint16_t *values, const uint16_t *predicted, size_t count,
				       uint64_t seen[1024])
{
	struct column_facts f = { 0 };
	uint32_t exceptions = 0;
	uint16_t all = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t differs = (uint16_t)-(values[i] != predicted[i]);
		exceptions += differs & 1;
		all |= values[i] & differs;
	}
	f.exceptions = exceptions;
	f.exception_width = bits_width(all);
	f.distinct = 65536;
	if (f.exceptions * 32 <= count)
		return f;
	memset(seen, 0, 1024 * sizeof *seen);
	for (size_t i = 0; i < count; i++)
		seen[values[i] / 64] |= UINT64_C(1) << values[i] % 64;
	f.distinct = 0;
	for (size_t i = 0; i < 1024; i++)
		f.distinct += (size_t)__builtin_popcountll(seen[i]);
	return f;
}

/* Sixteen values that are all as predicted. */
static inline bool are_predicted(const uint16_t *values, const uint16_t *predicted)
{
	uint64_t a[4], b[4];

	memcpy(a, values, sizeof a);
	memcpy(b, predicted, sizeof b);
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
}

static void write_exceptions(struct buf *out, const uint16_t *values, const uint16_t *predicted, size_t count,
			     size_t exceptions)
{
	uint8_t *rows, *at;

	buf_add_u32le(out, (uint32_t)exceptions);
	rows = buf_extend(out, exceptions * 4);
	if (!rows || exceptions == 0)
		return;
	at = rows + exceptions * 2;
	for (size_t i = 0; i < count; i++) {
		if (i % 16 == 0 && i + 16 <= count && are_predicted(values + i, predicted + i)) {
			i += 15;
			continue;
		}
		if (values[i] != predicted[i]) {
			put_u16le(rows, (uint16_t)i);
			put_u16le(at, values[i]);
			rows += 2;
			at += 2;
		}
	}
}

static void write_flagged(struct buf *out, const uint16_t *values, const uint16_t *predicted, size_t count,
			  const struct column_facts *f)
{
	size_t flag_bytes = (count + 7) / 8, value_bytes = bits_bytes(f->exceptions, f->exception_width);
	struct bits_writer w;
	uint8_t *flags;

	buf_add_u32le(out, f->exception_width);
	buf_add_u32le(out, (uint32_t)f->exceptions);
	flags = buf_extend(out, flag_bytes + value_bytes + BITS_SLACK);
	if (!flags)
		return;
	memset(flags, 0, flag_bytes + value_bytes + BITS_SLACK);
	w = (struct bits_writer){ .p = flags + flag_bytes };
	for (size_t i = 0; i < count; i++)
		if (values[i] != predicted[i]) {
			flags[i / 8] |= (uint8_t)(1u << i % 8);
			bits_put(&w, f->exception_width, values[i]);
		}
	bits_flush(&w);
	out->n -= BITS_SLACK;
}

static void write_dictionary(struct buf *out, const uint16_t *values, size_t count, size_t distinct,
			     const uint64_t seen[1024])
{
	uint16_t *code_of = memory_new(65536, sizeof *code_of);
	uint16_t *codes = memory_new(count, sizeof *codes);
	uint16_t next = 0;

	buf_add_u32le(out, (uint32_t)distinct);
	for (uint32_t v = 0; v < 65536; v++)
		if (seen[v / 64] >> v % 64 & 1) {
			buf_add_u16le(out, (uint16_t)v);
			code_of[v] = next++;
		}
	for (size_t i = 0; i < count; i++)
		codes[i] = code_of[values[i]];
	bits_pack_u16(out, codes, count, bits_width(distinct - 1));
	free(code_of);
	free(codes);
}

void column_write(struct buf *out, const uint16_t *values, const uint16_t *predicted, size_t count)
{
	uint64_t seen[1024];
	struct column_facts f = column_look(values, predicted, count, seen);
	size_t exceptions_bits = 32 * f.exceptions;
	size_t flagged_bits = count + f.exceptions * f.exception_width;
	size_t dictionary_bits = 16 * f.distinct + count * (f.distinct ? bits_width(f.distinct - 1) : 0);

	if (exceptions_bits <= flagged_bits && exceptions_bits <= dictionary_bits) {
		buf_add_u32le(out, COLUMN_EXCEPTIONS);
		write_exceptions(out, values, predicted, count, f.exceptions);
	} else if (flagged_bits <= dictionary_bits) {
		buf_add_u32le(out, COLUMN_FLAGGED);
		write_flagged(out, values, predicted, count, &f);
	} else {
		buf_add_u32le(out, COLUMN_DICTIONARY);
		write_dictionary(out, values, count, f.distinct, seen);
	}
}

bool column_reader_init(struct column_reader *ret, struct bytes section, size_t count)
{
	struct column_reader c = { .count = count };
	struct bytes rows, values, flags;
	uint32_t number, exceptions;

	if (!take_u32le(&section, &c.form) || !take_u32le(&section, &number))
		return false;
	switch (c.form) {
	case COLUMN_EXCEPTIONS:
		c.exceptions = number;
		if (number > count || !take_bytes(&section, number * 2ul, &rows) ||
		    !take_bytes(&section, number * 2ul, &values))
			return false;
		c.rows = rows.p;
		c.values = values.p;
		break;
	case COLUMN_FLAGGED:
		c.width = number;
		if (number > 16 || !take_u32le(&section, &exceptions) || exceptions > count ||
		    !take_bytes(&section, (count + 7) / 8, &flags) ||
		    section.n < bits_bytes(exceptions, number) + BITS_SLACK)
			return false;
		c.exceptions = exceptions;
		c.flags = flags.p;
		c.packed = section.p;
		break;
	case COLUMN_DICTIONARY:
		if (number == 0 || number > 65536 || !take_bytes(&section, number * 2ul, &values))
			return false;
		c.dictionary = number;
		c.width = bits_width(number - 1);
		if (section.n < bits_bytes(count, c.width) + BITS_SLACK)
			return false;
		c.values = values.p;
		c.packed = section.p;
		break;
	default:
		return false;
	}
	*ret = c;
	return true;
}

/* How many exceptions stand before `row`. */
static size_t exceptions_before(const struct column_reader *c, size_t row)
{
	size_t low = 0, high = c->exceptions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (get_u16le(c->rows + 2 * middle) < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t flags_before(const struct column_reader *c, size_t row)
{
	size_t sum = 0, at = 0;

	for (; at + 64 <= row; at += 64) {
		uint64_t word;
		memcpy(&word, c->flags + at / 8, sizeof word);
		sum += (size_t)__builtin_popcountll(word);
	}
	for (; at < row; at++)
		sum += c->flags[at / 8] >> at % 8 & 1;
	return sum;
}

static uint16_t dictionary_at(const struct column_reader *c, size_t row)
{
	size_t code = (size_t)bits_get(c->packed, c->width, row);

	return get_u16le(c->values + 2 * (code < c->dictionary ? code : 0));
}

uint16_t column_at(const struct column_reader *c, size_t row, uint16_t predicted)
{
	size_t i;

	if (c->form == COLUMN_DICTIONARY)
		return dictionary_at(c, row);
	if (c->form == COLUMN_FLAGGED) {
		if (!(c->flags[row / 8] >> row % 8 & 1))
			return predicted;
		i = flags_before(c, row);
		return i < c->exceptions ? (uint16_t)bits_get(c->packed, c->width, i) : predicted;
	}
	i = exceptions_before(c, row);
	return i < c->exceptions && get_u16le(c->rows + 2 * i) == row ? get_u16le(c->values + 2 * i) : predicted;
}

uint16_t column_at_chained(const struct column_reader *c, size_t row)
{
	size_t n;

	if (c->form == COLUMN_DICTIONARY)
		return dictionary_at(c, row);
	if (c->form == COLUMN_FLAGGED) {
		n = flags_before(c, row + 1);
		n = n < c->exceptions ? n : c->exceptions;
		return n ? (uint16_t)bits_get(c->packed, c->width, n - 1) : 0;
	}
	n = exceptions_before(c, row + 1);
	return n ? get_u16le(c->values + 2 * (n - 1)) : 0;
}
