/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* CSV with a header line. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "format/text/csv.h"
#include "observe/packet/csv_row.h"
#include "observe/packet/field_int.h"
#include "observe/packet/mark.h"

#include <errno.h>

#define HONEYPOT_HEADER "datetime,host,src,proto,type,spt,dpt"
#define HONEYPOT_MAP "time=datetime,sensor=host,source=src,protocol=proto,type=type,source_port=spt,port=dpt"

enum column { NONE, TIME, SENSOR, PROTOCOL, TYPE, CODE, PORT, KIND, MARKS, PLAIN };

/* Our columns. Those that need more than their own text have a number and no function. */
static const struct {
	const char *name;
	enum column column;
	bool (*take)(struct bytes text, struct event *e);
} columns[] = {
	{ "", NONE, NULL },
	{ "time", TIME, NULL },
	{ "sensor", SENSOR, NULL },
	{ "source", PLAIN, field_source },
	{ "destination", PLAIN, field_destination },
	{ "protocol", PROTOCOL, NULL },
	{ "type", TYPE, NULL },
	{ "code", CODE, NULL },
	{ "source_port", PLAIN, field_source_port },
	{ "port", PORT, NULL },
	{ "flags", PLAIN, field_flags },
	{ "ttl", PLAIN, field_ttl },
	{ "length", PLAIN, field_length },
	{ "kind", KIND, NULL },
	{ "marks", MARKS, NULL },
};

static uint8_t column_by_name(struct bytes name)
{
	for (size_t i = 1; i < COUNT(columns); i++)
		if (bytes_is(name, columns[i].name))
			return (uint8_t)i;
	return 0;
}

static bool has_column(const struct csv_columns *c, enum column wanted)
{
	for (size_t i = 0; i < c->count; i++)
		if (columns[c->of[i]].column == wanted)
			return true;
	return false;
}

/* The next "ours=theirs" of a mapping. */
static bool take_pair(struct bytes *map, struct bytes *ret_ours, struct bytes *ret_theirs)
{
	struct bytes pair;

	if (!take_until(map, ',', &pair))
		return false;
	*ret_theirs = pair;
	if (!take_until(ret_theirs, '=', ret_ours))
		*ret_ours = pair; /* nothing between two commas */
	*ret_ours = bytes_trim(*ret_ours);
	*ret_theirs = bytes_trim(*ret_theirs);
	return true;
}

/* What the mapping makes of a name of the file; without a mapping a name is its own. */
static uint8_t column_for(struct bytes name, const char *map)
{
	struct bytes rest, ours, theirs;

	if (!map)
		return column_by_name(name);
	rest = BYTES_TEXT(map);
	while (take_pair(&rest, &ours, &theirs))
		if (bytes_equal(theirs, name))
			return column_by_name(ours);
	return 0;
}

static int check_map(const char *map, struct error *err)
{
	struct bytes rest = BYTES_TEXT(map), ours, theirs;

	while (take_pair(&rest, &ours, &theirs))
		if (!column_by_name(ours) || theirs.n == 0) {
			error_hint(err, "columns are time, sensor, source, destination, protocol, type, code, "
					"source_port, port, flags, ttl, length, kind, marks: '%s'", HONEYPOT_MAP);
			return error_set(err, -EINVAL, "the mapping '%.80s' names '%.*s', which is no column", map,
					 (int)MIN(ours.n, (size_t)40), ours.p);
		}
	return 0;
}

/* Every column that the mapping names must be in the file. */
static int check_found(const struct csv_columns *c, const char *map, struct error *err)
{
	struct bytes rest = BYTES_TEXT(map), ours, theirs;

	while (take_pair(&rest, &ours, &theirs)) {
		uint8_t wanted = column_by_name(ours);
		if (!memchr(c->of, wanted, c->count))
			return error_set(err, -EBADMSG, "the header has no column '%.*s'",
					 (int)MIN(theirs.n, (size_t)60), theirs.p);
	}
	return 0;
}

static int read_names(struct bytes header, const char *map, struct csv_columns *c, struct error *err)
{
	struct csv_record record = csv_begin(header);
	struct csv_field field;
	uint8_t name[256];

	while (csv_take_field(&record, &field)) {
		uint8_t column = column_for(bytes_trim(csv_field_text(&field, name, sizeof name)), map);
		if (c->count == CSV_COLUMNS_MAX)
			return error_set(err, -EBADMSG, "the header has more than %d columns", CSV_COLUMNS_MAX);
		if (column && memchr(c->of, column, c->count))
			return error_set(err, -EBADMSG, "the header has the column '%s' twice", columns[column].name);
		c->of[c->count++] = column;
	}
	return record.is_broken ? error_set(err, -EBADMSG, "the header is not CSV") : 0;
}

int csv_header_parse(struct bytes header, const char *map, struct csv_columns *ret, struct error *err)
{
	struct csv_columns c = { .zone = ret->zone };
	int e;

	if (!map && bytes_is(bytes_trim(header), HONEYPOT_HEADER))
		map = HONEYPOT_MAP;
	e = map ? check_map(map, err) : 0;
	if (e == 0)
		e = read_names(header, map, &c, err);
	if (e == 0 && map)
		e = check_found(&c, map, err);
	if (e < 0)
		return e;
	if (!has_column(&c, TIME)) {
		error_hint(err, "name the columns with a mapping like '%s'", HONEYPOT_MAP);
		return error_set(err, -EBADMSG, "the header has no time column");
	}
	*ret = c;
	return 0;
}

/* A row's fields that others depend on. */
struct row {
	struct bytes type, code, port, kind;
	bool has_time;
};

static bool marks_parse(struct bytes text, struct event *e)
{
	struct bytes word;

	while (take_until(&text, ' ', &word)) {
		unsigned bit = 0;
		while (mark_name(bit) && !bytes_is(word, mark_name(bit)))
			bit++;
		if (!mark_name(bit))
			return false;
		e->marks |= (uint8_t)(1 << bit);
	}
	return true;
}

static bool take_field(const struct csv_columns *c, uint8_t number, struct bytes text, struct row *row,
		       struct line_packet *ret)
{
	switch (columns[number].column) {
	case TIME:
		row->has_time = true;
		return field_time(text, &c->zone, &ret->event.time_us);
	case SENSOR:
		ret->sensor = text;
		return true;
	case PROTOCOL:
		return field_protocol(text, &ret->event);
	case TYPE:
		row->type = text;
		return true;
	case CODE:
		row->code = text;
		return true;
	case PORT:
		row->port = text;
		return true;
	case KIND:
		row->kind = text;
		return true;
	case MARKS:
		return marks_parse(text, &ret->event);
	default:
		return !columns[number].take || columns[number].take(text, &ret->event);
	}
}

/* "8/0", or type * 256 + code. */
static bool icmp_port_parse(struct bytes text, struct event *e)
{
	struct bytes type;

	if (!memchr(text.p, '/', text.n)) {
		e->known |= EVENT_HAS_CODE;
		return field_port(text, e);
	}
	take_until(&text, '/', &type);
	return field_type(type, e) && field_code(text, e);
}

static bool take_port(const struct row *row, struct event *e)
{
	if (!event_is_icmp(e))
		return row->port.n == 0 || field_port(row->port, e);
	if (row->type.n)
		return field_type(row->type, e) && (row->code.n == 0 || field_code(row->code, e));
	return row->port.n == 0 || icmp_port_parse(row->port, e);
}

static bool take_kind(const struct row *row, struct event *e)
{
	e->kind = event_kind_of(e);
	for (uint8_t kind = 0; row->kind.n && kind <= EVENT_UNKNOWN; kind++)
		if (bytes_is(row->kind, event_kind_name(kind))) {
			e->kind = kind;
			return true;
		}
	return row->kind.n == 0;
}

static bool take_fields(const struct csv_columns *c, struct bytes line, struct row *row, struct line_packet *ret)
{
	struct csv_record record = csv_begin(line);
	struct csv_field field;
	size_t used = 0, i = 0;

	for (; csv_take_field(&record, &field); i++) {
		uint8_t *into = ret->scratch + used;
		struct bytes text;
		if (i >= c->count)
			return false;
		text = bytes_trim(csv_field_text(&field, into, sizeof ret->scratch - used));
		if (field.has_doubled)
			used += MIN(field.text.n, sizeof ret->scratch - used);
		if (text.n && c->of[i] && !take_field(c, c->of[i], text, row, ret))
			return false;
	}
	return !record.is_broken && i == c->count;
}

enum line_kind csv_row_parse(void *context, struct bytes line, struct line_packet *ret)
{
	struct row row = { .has_time = false };

	if (bytes_trim(line).n == 0)
		return LINE_OTHER;
	if (!take_fields(context, line, &row, ret) || !row.has_time)
		return LINE_BAD;
	if (!take_port(&row, &ret->event) || !take_kind(&row, &ret->event))
		return LINE_BAD;
	return LINE_PACKET;
}

bool csv_detect(struct bytes head)
{
	struct csv_columns c = { .count = 0 };

	return csv_header_parse(lines_first(head), NULL, &c, NULL) == 0 && c.count > 1;
}

int csv_open(struct reader *r, struct error *err)
{
	struct csv_columns *c = memory_new(1, sizeof *c);
	struct bytes header;
	bool has;
	int e;

	r->state = c;
	c->zone = r->zone;
	if (bytes_starts(r->input.window, "\xef\xbb\xbf"))
		take_skip(&r->input.window, 3);
	r->lines.is_csv = true;
	r->lines.parse = csv_row_parse;
	r->lines.context = c;
	e = lines_take(r, &header, &has, err);
	if (e < 0)
		return e;
	if (!has)
		return error_set(err, -EBADMSG, "the CSV file has no header line");
	r->report.lines_other++;
	return csv_header_parse(header, r->options.map, c, err);
}
