/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Questions to a store, answered with series. */
#include "observe/view/view.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/view/view_int.h"

#include <errno.h>

/* The surge detector has its baseline with so much before. */
#define SURGE_HISTORY_HOURS (84 * 24)

/* --- keys --- */

char *view_key_format(uint32_t key, char into[VIEW_KEY_TEXT_MAX])
{
	uint8_t protocol = (uint8_t)(key >> 16);
	char number[4];
	const char *name = protocol_name(protocol, number);

	if (key == VIEW_KEY_ICMP)
		snprintf(into, VIEW_KEY_TEXT_MAX, "icmp");
	else if (!(key & VIEW_KEY_NO_PORT))
		snprintf(into, VIEW_KEY_TEXT_MAX, "%u/%s", key & 0xffff, name);
	else if (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP)
		snprintf(into, VIEW_KEY_TEXT_MAX, "?/%s", name);
	else
		snprintf(into, VIEW_KEY_TEXT_MAX, "protocol %s", name);
	return into;
}

bool view_key_parse(struct bytes text, uint32_t *ret)
{
	struct bytes first, second = text;
	uint64_t port;
	uint8_t protocol;

	if (bytes_is(text, "icmp")) {
		*ret = VIEW_KEY_ICMP;
		return true;
	}
	if (bytes_starts(text, "?/") || bytes_starts(text, "protocol ")) {
		take_skip(&second, text.p[0] == '?' ? 2 : strlen("protocol "));
		*ret = VIEW_KEY_NO_PORT;
		return protocol_parse(second, &protocol) && (*ret |= (uint32_t)protocol << 16);
	}
	if (!take_until(&second, '/', &first) || second.n == 0)
		return false;
	if (!bytes_number(first, 65535, &port)) {
		struct bytes swap = first;
		first = second;
		second = swap;
		if (!bytes_number(first, 65535, &port))
			return false;
	}
	if (!protocol_parse(second, &protocol))
		return false;
	*ret = view_key(protocol, (uint16_t)port);
	return true;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

uint32_t view_key_of(uint8_t protocol, bool has_port, uint16_t port)
{
	if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6)
		return VIEW_KEY_ICMP;
	if (!has_port || !has_ports(protocol))
		return VIEW_KEY_NO_PORT | (uint32_t)protocol << 16;
	return view_key(protocol, port);
}

bool view_takes_kind(enum view_kind wanted, uint8_t kind)
{
	switch (wanted) {
	case VIEW_PROBES:
		return kind == EVENT_PROBE || kind == EVENT_UNKNOWN;
	case VIEW_BACKSCATTER:
		return kind == EVENT_BACKSCATTER;
	case VIEW_OTHER:
		return kind == EVENT_OTHER;
	default:
		return true;
	}
}

/* --- cells --- */

static void cells_add(struct view_cells *c, uint32_t key, int64_t hour, uint16_t sensor, uint64_t packets, bool unknown)
{
	while (packets) {
		uint32_t part = (uint32_t)MIN(packets, (uint64_t)UINT32_MAX);
		c->cells = memory_grow(c->cells, &c->room, c->count + 1, sizeof *c->cells);
		c->cells[c->count++] = (struct series_cell){
			.key = key,
			.hour = (int32_t)(hour - c->first_hour),
			.packets = part,
			.sensor = sensor,
			.flags = unknown ? SERIES_CELL_UNKNOWN : 0,
		};
		packets -= part;
	}
}

struct gather {
	struct view_cells *cells;
	const struct store *store;
	const struct view_question *question;
	struct filter_context filter;
};

const char *view_sensor_name(void *store, uint16_t sensor)
{
	return ((const struct store *)store)->sensors[sensor];
}

static int take_cell(void *context, int64_t hour, uint32_t key, uint16_t sensor, uint64_t packets)
{
	struct gather *g = context;
	uint8_t kind = ROLLUP_KIND(key), protocol = ROLLUP_PROTOCOL(key);

	if (!view_takes_kind(g->question->kind, kind))
		return 0;
	if (g->question->filter) {
		struct event e = { .protocol = protocol, .kind = kind, .port = ROLLUP_PORT(key), .sensor = sensor };
		e.known = (uint16_t)((ROLLUP_HAS_PORT(key) ? EVENT_HAS_PORT : 0) |
				     (protocol != ROLLUP_PROTOCOL_UNKNOWN ? EVENT_HAS_PROTOCOL : 0));
		if (!filter_matches(g->question->filter, &e, &g->filter))
			return 0;
	}
	cells_add(g->cells, view_key_of(protocol, ROLLUP_HAS_PORT(key), ROLLUP_PORT(key)), hour, sensor, packets,
		  kind == EVENT_UNKNOWN);
	return 0;
}

static uint32_t region_key(const struct view_question *q, const struct event *e)
{
	struct address source = event_source(e);
	struct place place = { .country = "" };

	if (q->place && source.family)
		place = q->place(q->place_context, &source);
	return place.country[0] ? (uint32_t)(uint8_t)place.country[0] << 8 | (uint8_t)place.country[1] : 0;
}

static int take_event(void *context, const struct event *e, const struct store_segment *segment)
{
	struct gather *g = context;
	uint32_t key = g->question->by == VIEW_BY_REGION
			       ? region_key(g->question, e)
			       : view_key_of(e->known & EVENT_HAS_PROTOCOL ? e->protocol : ROLLUP_PROTOCOL_UNKNOWN,
					     e->known & EVENT_HAS_PORT, e->port);

	(void)segment;
	cells_add(g->cells, key, floor_div(e->time_us, HOUR_US), e->sensor, 1, e->kind == EVENT_UNKNOWN);
	return 0;
}

int view_gather(const struct store *s, const struct view_question *q, int64_t first_hour, int64_t end_hour,
		struct view_cells *ret, struct error *err)
{
	struct gather g = { .cells = ret, .store = s, .question = q };
	int r;

	g.filter = (struct filter_context){ (void *)s, view_sensor_name, NULL };
	*ret = (struct view_cells){ .first_hour = first_hour };
	if (q->by == VIEW_BY_PORT && (!q->filter || filter_needs(q->filter) == 0)) {
		r = store_cells(s, first_hour, end_hour, take_cell, &g, err);
	} else {
		struct view_question wide = *q;
		wide.first_hour = first_hour;
		wide.end_hour = end_hour;
		r = view_events(s, &wide, take_event, &g, err);
	}
	if (r == 0)
		view_cells_sort(ret);
	return r;
}

/* --- series --- */

bool view_hours(const struct store *s, int64_t *ret_first, int64_t *ret_end)
{
	if (s->events == 0)
		return false;
	*ret_first = floor_div(s->first_us, HOUR_US);
	*ret_end = floor_div(s->last_us, HOUR_US) + 1;
	return true;
}

#define YEAR_HOURS (366 * 24)

int view_keep_months(const char *path, struct error *err)
{
	struct view_question q = VIEW_QUESTION(0, 0);
	struct series *series = NULL;
	int64_t first;
	struct store *s;
	int r = store_open(path, &s, err);

	if (r < 0)
		return r;
	if (view_hours(s, &first, &q.end_hour)) {
		q.first_hour = MAX(first, q.end_hour - YEAR_HOURS);
		q.rank_count = 0;
		q.is_without_hours = true;
		r = view_series(s, &q, &series, err);
		series_free(series);
	}
	store_close(s);
	return r;
}

static struct series_scope scope_of(const struct view_question *q)
{
	struct series_scope scope = SERIES_SCOPE(q->first_hour, q->end_hour);

	scope.rank_count = q->rank_count;
	scope.keys = q->keys;
	scope.key_count = q->key_count;
	scope.min_sensors = q->min_sensors;
	scope.is_without_hours = q->is_without_hours;
	scope.is_without_raw = q->is_without_raw;
	scope.odd.is_off = q->is_undamped;
	scope.surge.threshold = q->surge_threshold;
	if (q->by == VIEW_BY_PORT) {
		scope.has_icmp = true;
		scope.icmp_key = VIEW_KEY_ICMP;
	}
	return scope;
}

int view_series_of_cells(const struct store *s, const struct view_question *q, view_key_fn *each_key, void *context,
			 int64_t *ret_first_hour, struct series **ret, struct error *err)
{
	int64_t history = q->surge_threshold > 0 ? SURGE_HISTORY_HOURS : VIEW_HISTORY_HOURS;
	struct series_input in = { .last_hour = q->end_hour, .sensor_count = (uint32_t)s->sensor_count };
	struct series_scope scope = scope_of(q);
	struct view_cells cells = { 0 };
	uint16_t *up;
	int r;

	scope.each_key = each_key;
	scope.each_context = context;
	*ret_first_hour = in.first_hour = q->first_hour - history;
	r = view_gather(s, q, in.first_hour, in.last_hour, &cells, err);
	if (r == 0) {
		up = store_uptime(s, in.first_hour, (size_t)(in.last_hour - in.first_hour));
		in.up_s = up;
		*ret = series_make(&in, cells.cells, cells.count, &scope);
		free(up);
	}
	free(cells.cells);
	return r;
}

static bool is_kept(const struct view_question *q)
{
	return q->by == VIEW_BY_PORT && !q->filter && q->surge_threshold <= 0;
}

int view_series(const struct store *s, const struct view_question *q, struct series **ret, struct error *err)
{
	struct series_scope scope = scope_of(q);
	int64_t first, end;

	if (!view_hours(s, &first, &end))
		return error_set(err, -ENODATA, "the store holds no events");
	if (q->first_hour >= q->end_hour)
		return error_set(err, -EINVAL, "the period ends before it begins");
	if (is_kept(q))
		return view_series_of_months(s, q, &scope, ret, err);
	return view_series_of_cells(s, q, NULL, NULL, &first, ret, err);
}
