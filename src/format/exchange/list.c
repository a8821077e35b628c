/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bulk lists: lines out of pieces, then tables (here) or text (list_line.c). */
#include "format/exchange/list_int.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/text/csv.h"

#include <ctype.h>
#include <errno.h>

#define QUOTED_LINES_MAX 8
#define PIECE_MAX (64u << 10)

const char *const list_zone_names[] = {
	[LIST_ZONE_UNKNOWN] = "unknown", [LIST_ZONE_FIELD] = "field", [LIST_ZONE_COLUMN] = "column",
	[LIST_ZONE_HEADER] = "header",   [LIST_ZONE_GIVEN] = "given",
};

static const struct {
	const char *name;
	enum list_meaning meaning;
} known_columns[] = {
#define LIST_COLUMN(name, meaning) { name, meaning },
#include "format/exchange/list_columns.tbl.h"
#undef LIST_COLUMN
};

struct column {
	struct bytes name;
	enum list_meaning meaning;
};

struct list_reader {
	struct list_options options;
	struct list_state state;
	struct arena *kept;     /* the header */
	struct arena *arena;    /* of the row that is read */
	struct buf held;        /* lines that are not read yet */
	bool is_skipping;       /* within a line that is too long */
	bool has_begun;         /* the first line that is no comment was seen */
	bool is_ended;
	char separator;
	struct column columns[LIST_COLUMNS_MAX];
	struct list_field fields[LIST_COLUMNS_MAX];
	size_t column_count;
	bool has_header_zone;
	int header_offset_s;
};

struct list_reader *list_reader_new(const struct list_options *options)
{
	struct list_reader *r = memory_new(1, sizeof *r);

	r->options = *options;
	r->kept = arena_new();
	r->arena = arena_new();
	buf_init(&r->held, (QUOTED_LINES_MAX + 2) * LIST_LINE_MAX + PIECE_MAX);
	return r;
}

struct list_reader *list_reader_free(struct list_reader *r)
{
	if (!r)
		return NULL;
	arena_free(r->arena);
	buf_clear(&r->held);
	arena_free(r->kept);
	free(r);
	return NULL;
}

struct list_state list_reader_state(const struct list_reader *r)
{
	return r->state;
}

static int fault(struct list_reader *r, uint64_t line, struct bytes raw, const char *why)
{
	r->state.faults++;
	return r->options.fault(r->options.context, line, raw, why);
}

/* --- times --- */

/* Seconds or milliseconds since 1970. */
static bool epoch(struct bytes text, struct instant *ret)
{
	uint64_t n;
	int64_t seconds;

	if ((text.n != 10 && text.n != 13) || !bytes_number(text, UINT64_C(9999999999999), &n))
		return false;
	seconds = (int64_t)(text.n == 13 ? n / 1000 : n);
	*ret = (struct instant){ .date = date_from_days(seconds / 86400),
				 .hour = (int)(seconds / 3600 % 24),
				 .minute = (int)(seconds / 60 % 60),
				 .second = (int)(seconds % 60),
				 .fraction_us = text.n == 13 ? (int)(n % 1000) * 1000 : 0,
				 .has_zone = true };
	return true;
}

bool list_time(struct bytes text, struct instant *ret)
{
	return epoch(text, ret) || instant_parse(text, ret);
}

/* The offset of a zone's name, found by reading an instant with it. */
static bool zone_offset(struct bytes name, int *ret)
{
	char text[64];
	struct instant i;

	if (name.n == 0 || name.n > 16)
		return false;
	snprintf(text, sizeof text, "2000-01-01 00:00:00 %.*s", (int)name.n, (const char *)name.p);
	if (!instant_parse(BYTES_TEXT(text), &i) || !i.has_zone)
		return false;
	*ret = i.offset_s;
	return true;
}

void list_place_time(struct list_row *row, enum list_zone zone, int offset_s, int64_t received_us)
{
	row->zone = row->instant.has_zone ? LIST_ZONE_FIELD : zone;
	row->has_time = row->zone != LIST_ZONE_UNKNOWN;
	if (row->has_time)
		row->time_us = instant_time(&row->instant, offset_s, received_us);
}

/* --- the header --- */

/* A header's name in lower case, with a '_' for each run of other signs. */
static struct bytes plain_name(struct bytes name, char into[64])
{
	size_t n = 0;

	for (size_t i = 0; i < name.n && n + 1 < 64; i++) {
		uint8_t c = name.p[i];
		if (isalnum(c) || c >= 0x80)
			into[n++] = (char)tolower(c);
		else if (n && into[n - 1] != '_')
			into[n++] = '_';
	}
	while (n && into[n - 1] == '_')
		n--;
	return BYTES(into, n);
}

/* Takes `_utc` or the like off a name of a time. */
static void take_name_zone(struct bytes *name, bool *ret_has, int *ret_offset_s)
{
	const uint8_t *mark = name->n ? memrchr(name->p, '_', name->n) : NULL;

	if (mark && zone_offset(BYTES(mark + 1, name->p + name->n - mark - 1), ret_offset_s)) {
		*ret_has = true;
		name->n = (size_t)(mark - name->p);
	}
}

/* The row of the table of known columns; their count when there is none. */
static size_t known_column(struct bytes name)
{
	size_t i = 0;

	while (i < COUNT(known_columns) && !bytes_is(name, known_columns[i].name))
		i++;
	return i;
}

/* Splits a record; csv fields are unquoted into the arena. -1 when its quotes are broken. */
static int split(struct bytes record, char separator, struct arena *arena, struct bytes fields[LIST_COLUMNS_MAX])
{
	int count = 0;

	if (separator == ',') {
		struct csv_record csv = csv_begin(record);
		struct csv_field field;
		while (csv_take_field(&csv, &field) && count < LIST_COLUMNS_MAX)
			fields[count++] = bytes_trim(
				csv_field_text(&field, arena_alloc(arena, field.text.n + 1), field.text.n));
		return csv.is_broken ? -1 : count;
	}
	while (count < LIST_COLUMNS_MAX && take_until(&record, separator, &fields[count])) {
		struct bytes f = bytes_trim(fields[count]);
		if (f.n >= 2 && f.p[0] == '"' && f.p[f.n - 1] == '"')
			f = BYTES(f.p + 1, f.n - 2);
		fields[count++] = f;
	}
	return count;
}

/* Gives each meaning to the column whose name stands first in the table of names. */
static void give_meanings(struct list_reader *r, const struct bytes *fields, size_t count)
{
	size_t best[LIST_MEANINGS], row_of[LIST_COLUMNS_MAX];

	for (size_t m = 0; m < LIST_MEANINGS; m++)
		best[m] = COUNT(known_columns);
	r->has_header_zone = false;
	for (size_t i = 0; i < count; i++) {
		char name[64];
		struct bytes plain = plain_name(fields[i], name);
		bool has_zone = false;
		int offset_s = 0;
		row_of[i] = known_column(plain);
		if (row_of[i] == COUNT(known_columns)) {
			take_name_zone(&plain, &has_zone, &offset_s);
			row_of[i] = known_column(plain);
		}
		r->columns[i] = (struct column){ .name = fields[i] };
		if (row_of[i] == COUNT(known_columns) || row_of[i] >= best[known_columns[row_of[i]].meaning])
			continue;
		best[known_columns[row_of[i]].meaning] = row_of[i];
		if (known_columns[row_of[i]].meaning == LIST_TIME) {
			r->has_header_zone = has_zone;
			r->header_offset_s = offset_s;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (row_of[i] < COUNT(known_columns) && best[known_columns[row_of[i]].meaning] == row_of[i]) {
			r->columns[i].meaning = known_columns[row_of[i]].meaning;
			best[known_columns[row_of[i]].meaning] = COUNT(known_columns); /* the first of two alike */
		}
	r->column_count = count;
}

static bool has_meaning(const struct list_reader *r, enum list_meaning meaning)
{
	for (size_t i = 0; i < r->column_count; i++)
		if (r->columns[i].meaning == meaning)
			return true;
	return false;
}

/* Whether a line is the header of a table, which it then becomes. */
static bool take_header(struct list_reader *r, struct bytes line)
{
	static const char separators[] = { ',', ';', '\t', '|' };

	if (line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
		take_skip(&line, 3);
	line = BYTES(arena_bytes(r->kept, line.p, line.n), line.n);
	for (size_t i = 0; i < COUNT(separators); i++) {
		struct bytes fields[LIST_COLUMNS_MAX];
		int count = split(line, separators[i], r->kept, fields);
		if (count < 1 || (count == 1 && i > 0))
			continue;
		give_meanings(r, fields, (size_t)count);
		if (has_meaning(r, LIST_ADDRESS) || has_meaning(r, LIST_URL) || has_meaning(r, LIST_HOST)) {
			r->separator = separators[i];
			return true;
		}
	}
	r->column_count = 0;
	return false;
}

/* --- rows of tables --- */

/* Texts that say that there is nothing. */
static bool is_nothing(struct bytes text)
{
	static const char *const nothing[] = { "", "-", "n/a", "na", "null", "none", "unknown", "nan", "\\n" };

	for (size_t i = 0; i < COUNT(nothing); i++)
		if (text.n == strlen(nothing[i]) && strncasecmp((const char *)text.p, nothing[i], text.n) == 0)
			return true;
	return false;
}

static bool take_number(struct bytes text, uint64_t max, uint64_t *ret)
{
	if (text.n > 2 && strncasecmp((const char *)text.p, "as", 2) == 0)
		take_skip(&text, 2);
	return bytes_number(bytes_trim(text), max, ret);
}

/* What a field means for its row; a text that says what is wrong with it, or NULL. */
static const char *take_field(struct list_reader *r, enum list_meaning meaning, struct bytes text, struct list_row *row)
{
	uint64_t n;

	if (meaning == LIST_OTHER || is_nothing(text))
		return NULL;
	switch (meaning) {
	case LIST_TIME:
		row->has_instant = list_time(text, &row->instant);
		return row->has_instant ? NULL : "the time is none";
	case LIST_ADDRESS:
		return list_address(text, r->arena, &row->address) ? NULL : "the address is none";
	case LIST_PORT:
		row->has_port = take_number(text, 65535, &n);
		row->port = row->has_port ? (uint16_t)n : 0;
		return row->has_port ? NULL : "the port is none";
	case LIST_ASN:
		if (!take_number(text, UINT32_MAX, &n))
			return "the AS number is none";
		row->asn = (uint32_t)n;
		return NULL;
	case LIST_COUNTRY:
		if (text.n == 2 && isalpha(text.p[0]) && isalpha(text.p[1]))
			snprintf(row->country, sizeof row->country, "%c%c", toupper(text.p[0]), toupper(text.p[1]));
		return NULL; /* names of countries are kept as fields */
	case LIST_PROTOCOL:
		row->protocol = text;
		return NULL;
	case LIST_URL:
		row->url = text;
		return NULL;
	case LIST_HOST:
		row->host = text;
		return NULL;
	case LIST_KIND:
		row->kind = text;
		return NULL;
	default:
		return NULL;
	}
}

static void place_table_time(struct list_reader *r, const struct list_row *fields, struct list_row *row)
{
	int offset_s = 0;

	for (size_t i = 0; i < fields->field_count; i++)
		if (fields->fields[i].meaning == LIST_ZONE && zone_offset(fields->fields[i].value, &offset_s)) {
			list_place_time(row, LIST_ZONE_COLUMN, offset_s, r->options.received_us);
			return;
		}
	if (r->has_header_zone)
		list_place_time(row, LIST_ZONE_HEADER, r->header_offset_s, r->options.received_us);
	else
		list_place_time(row, r->options.has_offset ? LIST_ZONE_GIVEN : LIST_ZONE_UNKNOWN, r->options.offset_s,
				r->options.received_us);
}

static const char *read_table_row(struct list_reader *r, struct list_row *row)
{
	struct bytes texts[LIST_COLUMNS_MAX];
	int count = split(row->raw, r->separator, r->arena, texts);
	const char *why = NULL;

	if (count < 0)
		return "its quotes are broken";
	if ((size_t)count > r->column_count)
		return "it has more fields than the header";
	for (size_t i = 0; i < (size_t)count && !why; i++) {
		r->fields[i] = (struct list_field){ r->columns[i].name, texts[i], r->columns[i].meaning };
		why = take_field(r, r->columns[i].meaning, texts[i], row);
	}
	if (why)
		return why;
	row->fields = r->fields;
	row->field_count = (size_t)count;
	if (row->has_instant)
		place_table_time(r, row, row);
	return row->address.family || row->url.n || row->host.n ? NULL : "it has no address, URL or host";
}

/* --- lines --- */

static int give(struct list_reader *r, uint64_t number, struct bytes line)
{
	struct list_row row = { .line = number, .raw = line };
	const char *why;

	arena_reset(r->arena);
	why = r->state.is_table ? read_table_row(r, &row) : list_read_line(&row, &r->options, r->arena);
	if (why)
		return fault(r, number, line, why);
	r->state.rows++;
	return r->options.row(r->options.context, &row);
}

static int take_line(struct list_reader *r, uint64_t number, struct bytes line)
{
	struct bytes text = bytes_trim(line);

	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (!r->has_begun && text.n >= 2 && bytes_starts(text, "##"))
		return 0;
	/* A header may stand behind one '#'. */
	if (!r->has_begun && text.n && text.p[0] == '#') {
		struct bytes name = bytes_trim(BYTES(text.p + 1, text.n - 1));
		r->state.is_table = r->has_begun = memchr(name.p, ',', name.n) && take_header(r, name);
		return 0;
	}
	if (text.n == 0 || text.p[0] == '#')
		return 0;
	if (!r->has_begun) {
		r->has_begun = true;
		r->state.is_table = take_header(r, line);
		if (r->state.is_table)
			return 0;
	}
	return give(r, number, line);
}

/* Past the first line end; 0 where there is none, unless the text ends there for good. */
static size_t line_end(const struct list_reader *r, struct bytes text)
{
	const uint8_t *end = text.n ? memchr(text.p, '\n', text.n) : NULL;

	if (end)
		return (size_t)(end - text.p) + 1;
	return r->is_ended ? text.n : 0;
}

static bool has_odd_quotes(struct bytes line)
{
	bool is_odd = false;

	for (size_t i = 0; i < line.n; i++)
		is_odd ^= line.p[i] == '"';
	return is_odd;
}

/* Where the record at the start ends, and how many lines it has; 0 where more must be read first. A quote that is not
 * closed within some lines is its first line's fault, and the next line is a record again. */
static size_t record_end(const struct list_reader *r, struct bytes text, unsigned *ret_lines)
{
	size_t first = line_end(r, text), end = first;
	bool is_open = r->state.is_table && r->separator == ',' && has_odd_quotes(BYTES(text.p, first));
	unsigned lines = 1;

	*ret_lines = 1;
	while (is_open && lines < QUOTED_LINES_MAX && (end < text.n || !r->is_ended)) {
		struct bytes rest = BYTES(text.p + end, text.n - end);
		size_t next = line_end(r, rest);
		if (next == 0 && rest.n <= LIST_LINE_MAX)
			return 0;
		if (next == 0 || next > LIST_LINE_MAX)
			return first;
		is_open ^= has_odd_quotes(BYTES(rest.p, next));
		end += next;
		lines++;
	}
	if (is_open)
		return first;
	*ret_lines = lines;
	return end;
}

static int too_long(struct list_reader *r, struct bytes text)
{
	r->is_skipping = true;
	r->state.lines++;
	return fault(r, r->state.lines, BYTES(text.p, MIN(text.n, 256u)), "it is too long");
}

/* Drops what belongs to a line that is too long. */
static void skip_line(struct list_reader *r, struct bytes *rest)
{
	size_t end = line_end(r, *rest);

	r->is_skipping = end == 0;
	take_skip(rest, end ? end : rest->n);
}

static int take_lines(struct list_reader *r)
{
	struct bytes rest = buf_bytes(&r->held);
	size_t left;
	int ret = 0;

	while (ret == 0 && rest.n) {
		unsigned lines;
		size_t end;
		if (r->is_skipping) {
			skip_line(r, &rest);
			continue;
		}
		end = line_end(r, rest);
		if (end > LIST_LINE_MAX || (end == 0 && rest.n > LIST_LINE_MAX)) {
			ret = too_long(r, rest);
			continue;
		}
		end = end ? record_end(r, rest, &lines) : 0;
		if (end == 0)
			break;
		ret = take_line(r, r->state.lines + 1, BYTES(rest.p, end));
		r->state.lines += lines;
		take_skip(&rest, end);
	}
	left = rest.n;
	if (left)
		memmove(r->held.p, rest.p, left);
	r->held.n = left;
	return ret;
}

int list_reader_feed(struct list_reader *r, struct bytes piece)
{
	struct bytes part;
	int ret = 0;

	while (ret == 0 && piece.n) {
		take_bytes(&piece, MIN(piece.n, PIECE_MAX), &part);
		buf_add_bytes(&r->held, part);
		ret = r->held.is_full ? -E2BIG : take_lines(r);
	}
	return ret;
}

int list_reader_end(struct list_reader *r)
{
	r->is_ended = true;
	return take_lines(r);
}
