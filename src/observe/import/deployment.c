/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Tables that go with an import: when sensors were up, and what they watched. */
#include "base/calendar.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/text/csv.h"
#include "observe/import/import.h"

#include <errno.h>

#define ROWS_MAX 1000000u

static bool take_field(struct csv_record *record, uint8_t room[128], struct bytes *ret)
{
	struct csv_field field;

	if (!csv_take_field(record, &field))
		return false;
	*ret = bytes_trim(csv_field_text(&field, room, 128));
	return true;
}

/* A day alone begins at its midnight; as an end it is included whole. */
static bool parse_end(struct bytes text, int64_t *ret)
{
	struct date d;

	if (!date_parse(text, &d))
		return time_parse(text, false, ret);
	*ret = calendar_midnight(date_from_days(date_to_days(d) + 1));
	return true;
}

static bool parse_start(struct bytes text, int64_t *ret)
{
	struct date d;

	if (!date_parse(text, &d))
		return time_parse(text, false, ret);
	*ret = calendar_midnight(d);
	return true;
}

static bool parse_row(struct bytes line, struct deployment *ret)
{
	struct csv_record record = csv_begin(line);
	struct bytes sensor, from, to;
	uint8_t a[128], b[128], c[128];

	if (!take_field(&record, a, &sensor) || !take_field(&record, b, &from) || !take_field(&record, c, &to))
		return false;
	text_copy(ret->sensor, sizeof ret->sensor, sensor);
	return sensor_name_is_valid(sensor) && parse_start(from, &ret->from_us) && parse_end(to, &ret->to_us) &&
	       ret->from_us < ret->to_us;
}

static bool parse_watched(struct bytes line, struct watched *ret)
{
	struct csv_record record = csv_begin(line);
	struct bytes prefix, sensor;
	uint8_t a[128], b[128];

	if (!take_field(&record, a, &prefix) || !take_field(&record, b, &sensor))
		return false;
	text_copy(ret->sensor, sizeof ret->sensor, sensor);
	return prefix_parse(prefix, &ret->prefix) && sensor_name_is_valid(sensor);
}

/* The next line that is a row; `number` counts all. The first may be a header that begins so. */
static bool next_row(struct bytes *text, const char *header, unsigned *number, struct bytes *ret)
{
	while (text->n) {
		size_t end = csv_record_end(*text);
		struct bytes line = BYTES(text->p, end ? end : text->n);
		take_skip(text, line.n);
		line = bytes_trim(line);
		++*number;
		if (line.n == 0 || line.p[0] == '#' || (*number == 1 && bytes_starts(line, header)))
			continue;
		*ret = line;
		return true;
	}
	return false;
}

static int compare_watched(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return (int)y->prefix.bits - (int)x->prefix.bits;
}

int watched_parse(struct bytes text, struct watched **ret, size_t *ret_count, struct error *err)
{
	struct watched *rows = NULL;
	size_t count = 0, room = 0;
	unsigned number = 0;
	struct bytes line;

	while (next_row(&text, "prefix,", &number, &line)) {
		rows = memory_grow(rows, &room, count + 1, sizeof *rows);
		if (count == ROWS_MAX || !parse_watched(line, &rows[count])) {
			free(rows);
			error_hint(err, "each line is prefix,sensor: 198.18.0.0/24,tokyo-1");
			return error_set(err, -EBADMSG, "line %u is not a row of a table of watched prefixes", number);
		}
		count++;
	}
	/* The longest first: the first that holds an address is its own. */
	if (count)
		qsort(rows, count, sizeof *rows, compare_watched);
	*ret = rows;
	*ret_count = count;
	return 0;
}

int deployment_parse(struct bytes text, struct deployment **ret, size_t *ret_count, struct error *err)
{
	struct deployment *rows = NULL;
	size_t count = 0, room = 0;
	unsigned number = 0;
	struct bytes line;

	while (next_row(&text, "sensor,", &number, &line)) {
		rows = memory_grow(rows, &room, count + 1, sizeof *rows);
		if (count == ROWS_MAX || !parse_row(line, &rows[count])) {
			free(rows);
			error_hint(err, "each line is sensor,from,to: tokyo-1,2013-03-03,2013-06-08");
			return error_set(err, -EBADMSG, "line %u is not a row of a deployment table", number);
		}
		count++;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}
