/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe events, sources; hinomi store export: what is behind the figures. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/view/list.h"

#include <errno.h>

/* --- one event as a row --- */

static const struct column event_columns[] = {
	{ "time", "Time (UTC)", COLUMN_TEXT },	   { "sensor", "Sensor", COLUMN_TEXT },
	{ "source", "Source", COLUMN_TEXT },	   { "destination", NULL, COLUMN_TEXT },
	{ "protocol", "Protocol", COLUMN_TEXT },   { "source_port", "From", COLUMN_NUMBER },
	{ "port", "Port", COLUMN_NUMBER },	   { "icmp_type", "Type", COLUMN_NUMBER },
	{ "icmp_code", NULL, COLUMN_NUMBER },	   { "flags", "Flags", COLUMN_TEXT },
	{ "ttl", "TTL", COLUMN_NUMBER },	   { "length", "Length", COLUMN_NUMBER },
	{ "kind", "Kind", COLUMN_TEXT },	   { "marks", "Marks", COLUMN_LIST },
};

static void known_number(struct table *t, bool is_known, int64_t value)
{
	if (is_known)
		table_number(t, value);
	else
		table_nothing(t);
}

static void known_address(struct table *t, const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];

	if (a->family)
		table_text(t, address_format(a, text));
	else
		table_nothing(t);
}

static void flags_cell(struct table *t, const struct event *e)
{
	static const char letters[] = "FSRPAUEC";
	char text[9];
	size_t n = 0;

	if (!(e->known & EVENT_HAS_FLAGS)) {
		table_nothing(t);
		return;
	}
	for (int i = 0; i < 8; i++)
		if (e->flags >> i & 1)
			text[n++] = letters[i];
	text[n] = '\0';
	table_text(t, text);
}

static void marks_cell(struct table *t, const struct event *e)
{
	static const char *const names[] = { "zmap", "masscan", "mirai" };
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, 64);
	for (size_t i = 0; i < COUNT(names); i++)
		if (e->marks >> i & 1)
			buf_addf(&text, "%s%s", text.n ? "," : "", names[i]);
	table_text(t, text.p);
}

static void event_row(struct table *t, const struct store *s, const struct event *e)
{
	struct address source = event_source(e), destination = event_destination(e);
	char time[CALENDAR_TEXT_MAX], number[4];
	bool is_icmp = event_is_icmp(e), has_port = e->known & EVENT_HAS_PORT;

	table_text(t, time_format_utc(e->time_us, time));
	table_text(t, s->sensors[e->sensor]);
	known_address(t, &source);
	known_address(t, &destination);
	if (e->known & EVENT_HAS_PROTOCOL)
		table_text(t, protocol_name(e->protocol, number));
	else
		table_nothing(t);
	known_number(t, e->known & EVENT_HAS_SOURCE_PORT, e->source_port);
	known_number(t, has_port && !is_icmp, e->port);
	known_number(t, has_port && is_icmp, e->port >> 8);
	known_number(t, has_port && is_icmp && (e->known & EVENT_HAS_CODE), e->port & 0xff);
	flags_cell(t, e);
	known_number(t, e->known & EVENT_HAS_TTL, e->ttl);
	known_number(t, e->known & EVENT_HAS_LENGTH, e->length);
	table_text(t, event_kind_name(e->kind));
	marks_cell(t, e);
}

/* --- events --- */

int cmd_observe_events(const struct invocation *in)
{
	struct common_question question;
	struct error err = ERROR_NONE;
	struct view_event_list list = { 0 };
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	r = common_question(in, s, &question, &err);
	if (r < 0) {
		store_close(s);
		return r == -EINVAL ? command_usage(&err) : command_fail(&err);
	}
	if (!in->value[OPTION_KIND])
		question.q.kind = VIEW_ALL;
	r = view_first_events(s, &question.q, in->value[OPTION_COUNT] ? question.q.rank_count : 1000, &list, &err);
	if (r == 0) {
		struct table t = table_begin(in, event_columns, COUNT(event_columns));
		for (size_t i = 0; i < list.count; i++)
			event_row(&t, s, &list.events[i]);
		table_end(&t);
		if (list.all > list.count && !in->value[OPTION_QUIET])
			fprintf(stderr, "the first %zu of %llu events; --count N shows more\n", list.count,
				(unsigned long long)list.all);
		common_say_places(in, &question);
	}
	free(list.events);
	common_clear(&question);
	store_close(s);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

/* --- sources --- */

static const struct column source_columns[] = {
	{ "source", "Source", COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
	{ "sensors", "Sensors", COLUMN_NUMBER },
	{ "ports", "Ports", COLUMN_NUMBER },
};

int cmd_observe_sources(const struct invocation *in)
{
	struct common_question question;
	struct error err = ERROR_NONE;
	struct view_source_list list = { 0 };
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	r = common_question(in, s, &question, &err);
	if (r < 0) {
		store_close(s);
		return r == -EINVAL ? command_usage(&err) : command_fail(&err);
	}
	r = view_sources(s, &question.q, &list, &err);
	if (r == 0) {
		struct table t = table_begin(in, source_columns, COUNT(source_columns));
		for (size_t i = 0; i < list.count && i < question.q.rank_count; i++) {
			char text[ADDRESS_TEXT_MAX];
			table_text(&t, address_format(&list.sources[i].source, text));
			table_number(&t, (int64_t)list.sources[i].packets);
			table_number(&t, list.sources[i].sensors);
			table_number(&t, list.sources[i].ports);
		}
		table_end(&t);
		if (!in->value[OPTION_QUIET])
			fprintf(stderr, "%zu sources sent %llu packets\n", list.count,
				(unsigned long long)list.packets);
		common_say_places(in, &question);
	}
	free(list.sources);
	common_clear(&question);
	store_close(s);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

/* --- export --- */

struct exporting {
	struct table table;
	const struct store *store;
};

static int export_row(void *context, const struct event *e, const struct store_segment *segment)
{
	struct exporting *x = context;

	(void)segment;
	event_row(&x->table, x->store, e);
	return 0;
}

int cmd_store_export(const struct invocation *in)
{
	struct invocation as_program = *in;
	struct error err = ERROR_NONE;
	struct exporting x;
	struct view_question q;
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	q = VIEW_QUESTION(0, 0);
	q.kind = VIEW_ALL;
	r = common_period(in, s, &q.first_hour, &q.end_hour, &err);
	if (r == 0 && in->value[OPTION_OUT] && !freopen(in->value[OPTION_OUT], "w", stdout))
		r = error_errno(&err, -errno, "cannot write '%s'", in->value[OPTION_OUT]);
	if (r == 0) {
		if (!in->value[OPTION_JSON])
			as_program.value[OPTION_CSV] = "";
		x.store = s;
		x.table = table_begin(&as_program, event_columns, COUNT(event_columns));
		r = view_events(s, &q, export_row, &x, &err);
		table_end(&x.table);
	}
	store_close(s);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}
