/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Comma-separated values after RFC 4180. */
#include "format/text/csv.h"

size_t csv_record_end(struct bytes text)
{
	bool is_quoted = false;

	/* A doubled quote closes and opens again, which changes nothing. */
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			is_quoted = !is_quoted;
		else if (text.p[i] == '\n' && !is_quoted)
			return i + 1;
	}
	return 0;
}

struct csv_record csv_begin(struct bytes record)
{
	struct csv_record begun = { .rest = record };

	if (begun.rest.n && begun.rest.p[begun.rest.n - 1] == '\n')
		begun.rest.n--;
	if (begun.rest.n && begun.rest.p[begun.rest.n - 1] == '\r')
		begun.rest.n--;
	return begun;
}

/* The end of a field is a comma, which is skipped, or the end of the record. */
static bool end_field(struct csv_record *record)
{
	if (record->rest.n == 0)
		record->is_done = true;
	else if (record->rest.p[0] == ',')
		take_skip(&record->rest, 1);
	else
		record->is_broken = true;
	return !record->is_broken;
}

static bool take_quoted(struct csv_record *record, struct csv_field *ret)
{
	struct bytes *c = &record->rest;
	size_t end = 0;

	take_skip(c, 1);
	ret->has_doubled = false;
	for (; end < c->n; end++) {
		if (c->p[end] != '"')
			continue;
		if (end + 1 == c->n || c->p[end + 1] != '"')
			break;
		ret->has_doubled = true;
		end++;
	}
	if (end >= c->n) {
		record->is_broken = true;
		return false;
	}
	take_bytes(c, end, &ret->text);
	take_skip(c, 1);
	return end_field(record);
}

bool csv_take_field(struct csv_record *record, struct csv_field *ret)
{
	const uint8_t *comma;
	size_t n;

	if (record->is_done || record->is_broken)
		return false;
	if (record->rest.n && record->rest.p[0] == '"')
		return take_quoted(record, ret);
	comma = record->rest.n ? memchr(record->rest.p, ',', record->rest.n) : NULL;
	n = comma ? (size_t)(comma - record->rest.p) : record->rest.n;
	ret->has_doubled = false;
	take_bytes(&record->rest, n, &ret->text);
	return end_field(record);
}

struct bytes csv_field_text(const struct csv_field *field, uint8_t *into, size_t room)
{
	size_t n = 0;

	if (!field->has_doubled)
		return field->text;
	for (size_t i = 0; i < field->text.n && n < room; i++) {
		into[n++] = field->text.p[i];
		if (field->text.p[i] == '"')
			i++;
	}
	return BYTES(into, n);
}
