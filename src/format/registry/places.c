/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An operator's table of places. */
#include "format/registry/places.h"

#include <errno.h>

#define FIELDS 3

/* Fields of a line without quotes and blanks around them; FIELDS + 1 when there are too many. */
static size_t split(struct bytes line, struct bytes fields[FIELDS + 1])
{
	struct bytes field;
	size_t count = 0;

	while (count <= FIELDS && take_until(&line, ',', &field)) {
		field = bytes_trim(field);
		if (field.n >= 2 && field.p[0] == '"' && field.p[field.n - 1] == '"')
			field = BYTES(field.p + 1, field.n - 2);
		fields[count++] = field;
	}
	return count;
}

static bool is_comment(struct bytes line)
{
	return bytes_trim(line).n == 0 || line.p[0] == '#';
}

static bool is_header(struct bytes line)
{
	struct bytes fields[FIELDS + 1];
	size_t count = split(line, fields);

	return count >= 2 && count <= FIELDS && bytes_is(fields[0], "prefix") && bytes_is(fields[1], "country") &&
	       (count == 2 || bytes_is(fields[2], "as"));
}

/* Takes lines up to the header, which it takes too. */
static bool take_header(struct bytes *text, uint64_t *number)
{
	struct bytes line;

	if (bytes_starts(*text, "\xef\xbb\xbf")) /* a byte order mark, as spreadsheets write it */
		take_skip(text, 3);
	while (registry_line(text, &line, number))
		if (!is_comment(line))
			return is_header(line);
	return false;
}

bool places_is(struct bytes text)
{
	uint64_t number = 0;

	return take_header(&text, &number);
}

static bool as_parse(struct bytes text, uint32_t *ret)
{
	uint64_t n = 0;

	if (bytes_starts(text, "AS"))
		take_skip(&text, 2);
	if (text.n && !bytes_number(text, UINT32_MAX, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static bool row_parse(struct bytes line, struct registry_prefix *ret)
{
	struct bytes fields[FIELDS + 1] = { 0 };
	size_t count = split(line, fields);

	*ret = (struct registry_prefix){ .as = 0 };
	return count >= 1 && count <= FIELDS && prefix_parse(fields[0], &ret->prefix) &&
	       registry_country(fields[1], ret->country) && as_parse(fields[2], &ret->as);
}

int places_parse(struct bytes text, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
		 struct error *err)
{
	struct registry_about about = { .rows = 0 };
	struct registry_prefix row;
	struct bytes line;
	uint64_t number = 0;
	int r = 0;

	if (!take_header(&text, &number))
		return error_set(err, -EBADMSG, "a table of places begins with the line prefix,country,as");
	while (r == 0 && registry_line(&text, &line, &number)) {
		if (is_comment(line))
			continue;
		if (!row_parse(line, &row))
			return error_set(err, -EBADMSG, "line %llu is not prefix,country,as", (unsigned long long)number);
		about.rows++;
		r = each(context, &row);
	}
	if (r == 0)
		*ret_about = about;
	return r;
}
