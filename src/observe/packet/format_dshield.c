/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* DShield rows. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/packet/dshield.h"
#include "observe/packet/field_int.h"

#define COUNT_MAX 1000000000u

enum column { TIME, SUBMITTER, REPEAT, SOURCE, SOURCE_PORT, TARGET, TARGET_PORT, PROTOCOL, FLAGS, COLUMNS };

/* Splits a row; true when it has all but perhaps the flags. What stands behind them is not looked at. */
static bool split(struct bytes line, struct bytes column[COLUMNS])
{
	size_t n = 0;

	column[FLAGS] = BYTES("", 0);
	while (n < COLUMNS && take_until(&line, '\t', &column[n])) {
		column[n] = bytes_trim(column[n]);
		n++;
	}
	return n >= FLAGS;
}

static bool is_unknown(struct bytes text)
{
	return text.n == 0 || bytes_is(text, "???") || bytes_is(text, "-");
}

/* A column that may be unknown: true then, too. */
static bool take(struct bytes text, bool (*field)(struct bytes text, struct event *e), struct event *e)
{
	return is_unknown(text) || field(text, e);
}

static bool take_ports(const struct bytes column[COLUMNS], struct event *e)
{
	if (event_is_icmp(e)) {
		if (is_unknown(column[SOURCE_PORT]))
			return true;
		return field_type(column[SOURCE_PORT], e) && take(column[TARGET_PORT], field_code, e);
	}
	return take(column[SOURCE_PORT], field_source_port, e) && take(column[TARGET_PORT], field_port, e);
}

static bool take_columns(const struct bytes column[COLUMNS], struct event *e)
{
	if (!take(column[SOURCE], field_source, e) || !take(column[TARGET], field_destination, e) ||
	    !take(column[PROTOCOL], field_protocol, e) || !take_ports(column, e))
		return false;
	return e->protocol != PROTOCOL_TCP || take(column[FLAGS], field_flags, e);
}

enum line_kind dshield_parse(void *context, struct bytes line, struct line_packet *ret)
{
	const struct zone *zone = context;
	struct bytes column[COLUMNS];
	struct event *e = &ret->event;

	if (bytes_trim(line).n == 0 || line.p[0] == '#')
		return LINE_OTHER;
	if (!split(line, column) || !field_time(column[TIME], zone, &e->time_us) || !take_columns(column, e))
		return LINE_BAD;
	if (!bytes_number(column[REPEAT], COUNT_MAX, &ret->repeat) || ret->repeat == 0)
		return LINE_BAD;
	if (!is_unknown(column[SUBMITTER]) && !bytes_is(column[SUBMITTER], "0"))
		ret->sensor = column[SUBMITTER];
	e->kind = event_kind_of(e);
	return LINE_PACKET;
}

bool dshield_detect(struct bytes head)
{
	struct zone utc = { .is_local = false };
	struct bytes line, column[COLUMNS];
	int64_t time;

	while (take_until(&head, '\n', &line))
		if (line.n && line.p[0] != '#')
			return split(line, column) && field_time(column[TIME], &utc, &time);
	return false;
}

int dshield_open(struct reader *r, struct error *err)
{
	(void)err;
	r->lines.parse = dshield_parse;
	r->lines.context = &r->zone;
	return 0;
}
