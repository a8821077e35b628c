/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Questions that only events can answer: filters on sources, distinct sources, who sent a burst. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/series/weigh.h"
#include "observe/view/view_int.h"

#include <errno.h>

/* --- events --- */

struct event_walk {
	const struct store *store;
	const struct view_question *question;
	const struct store_segment *segment;
	struct address *addresses;
	view_event_fn *each;
	void *context;
	struct filter_context filter;
};

static const char *sensor_name(void *context, uint16_t sensor)
{
	const struct event_walk *w = context;

	return w->store->sensors[sensor];
}

static struct place source_place(void *context, const struct address *source)
{
	const struct event_walk *w = context;

	return w->question->place ? w->question->place(w->question->place_context, source)
				  : (struct place){ .country = "" };
}

static bool wants(void *context, const struct block_class *class, bool has_port, uint16_t port)
{
	const struct event_walk *w = context;
	struct event e = {
		.protocol = class->protocol,
		.flags = class->flags,
		.kind = class->kind,
		.marks = class->marks,
		.known = class->known,
		.family = class->family,
		.port = port,
	};

	if (!view_takes_kind(w->question->kind, class->kind))
		return false;
	return !w->question->filter || filter_may_match(w->question->filter, &e, has_port);
}

static int give_rows(void *context, const struct scan_rows *rows)
{
	struct event_walk *w = context;
	struct event e;
	int r = 0;

	for (uint32_t i = 0; i < rows->count && r == 0; i++) {
		scan_event(rows, w->addresses, i, &e);
		e.sensor = w->segment->sensor_of[e.sensor];
		if (!w->question->filter || filter_matches(w->question->filter, &e, &w->filter))
			r = w->each(w->context, &e, w->segment);
	}
	return r;
}

static int give_event(void *context, const struct event *e)
{
	struct event_walk *w = context;
	struct event mine = *e;

	mine.sensor = w->segment->sensor_of[e->sensor];
	if (!view_takes_kind(w->question->kind, mine.kind) || !filter_matches(w->question->filter, &mine, &w->filter))
		return 0;
	return w->each(w->context, &mine, w->segment);
}

static int walk_segment(struct event_walk *w, struct scan *scan, const struct scan_plan *plan, struct error *err)
{
	const struct segment *g = &w->segment->segment;
	struct address source;
	uint8_t *ttls;
	int r;

	if (w->question->filter && filter_one_source(w->question->filter, &source))
		return scan_source(g, &source, plan->from_us, plan->to_us, give_event, w, err);
	r = segment_sources(g, &w->addresses, &ttls, err);
	if (r < 0)
		return r;
	r = scan_segment(scan, g, plan, err);
	free(w->addresses);
	free(ttls);
	return r;
}

int view_events(const struct store *s, const struct view_question *q, view_event_fn *each, void *context,
		struct error *err)
{
	struct event_walk w = { .store = s, .question = q, .each = each, .context = context };
	struct scan_plan plan = {
		.from_us = q->first_hour * HOUR_US,
		.to_us = q->end_hour * HOUR_US,
		.columns = SCAN_ALL,
		.context = &w,
		.wants = wants,
		.each = give_rows,
	};
	struct scan *scan = scan_new(); /* 2 MiB that are touched only when used */
	int r = 0;

	w.filter = (struct filter_context){ &w, sensor_name, source_place };
	for (size_t i = 0; i < s->segment_count && r == 0; i++) {
		const struct segment *g = &s->segments[i].segment;
		if (g->events == 0 || g->last_us < plan.from_us || g->first_us >= plan.to_us)
			continue;
		w.segment = &s->segments[i];
		r = walk_segment(&w, scan, &plan, err);
	}
	scan_free(scan);
	return r;
}

/* --- sources of one key --- */

/* Addresses and how often each came: sorted when done. */
struct tally {
	struct address *list;
	size_t count, room;
	const struct view_question *question;
	uint32_t key, sensor;
};

static int tally_add(void *context, const struct event *e, const struct store_segment *segment)
{
	struct tally *t = context;
	uint8_t protocol = e->known & EVENT_HAS_PROTOCOL ? e->protocol : ROLLUP_PROTOCOL_UNKNOWN;

	(void)segment;
	if (view_key_of(protocol, e->known & EVENT_HAS_PORT, e->port) != t->key)
		return 0;
	if ((t->sensor != WEIGH_ALL_SENSORS && e->sensor != t->sensor) || !(e->known & EVENT_HAS_SOURCE))
		return 0;
	t->list = memory_grow(t->list, &t->room, t->count + 1, sizeof *t->list);
	t->list[t->count++] = event_source(e);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return address_compare(a, b);
}

struct source_question {
	const struct store *store;
	const struct view_question *question;
};

static int tally_sources(const struct source_question *s, uint32_t key, uint32_t sensor, int64_t first, int64_t last,
			 struct tally *ret, struct error *err)
{
	struct view_question q = *s->question;
	char text[64];
	struct filter *by_key = NULL;
	int r = 0;

	*ret = (struct tally){ .question = &q, .key = key, .sensor = sensor };
	q.first_hour = first;
	q.end_hour = last;
	/* Where the question has no filter of its own, one by port lets whole groups be skipped. */
	if (!q.filter && !(key & VIEW_KEY_NO_PORT) && key != VIEW_KEY_ICMP) {
		snprintf(text, sizeof text, "proto %u and dport %u", key >> 16 & 0xff, key & 0xffff);
		r = filter_parse(BYTES_TEXT(text), &by_key, err);
		q.filter = by_key;
	}
	if (r == 0)
		r = view_events(s->store, &q, tally_add, ret, err);
	filter_free(by_key);
	ret->question = NULL;
	if (r == 0 && ret->count)
		qsort(ret->list, ret->count, sizeof *ret->list, compare);
	return r;
}

static int64_t distinct_sources(void *context, uint32_t key, uint32_t sensor, int64_t first, int64_t last)
{
	struct error ignored = ERROR_NONE;
	int64_t distinct = 0;
	struct tally t;
	int r = tally_sources(context, key, sensor, first, last, &t, &ignored);

	for (size_t i = 0; i < t.count; i++)
		distinct += i == 0 || address_compare(&t.list[i - 1], &t.list[i]) != 0;
	free(t.list);
	return r < 0 ? -1 : distinct;
}

static uint64_t busiest(const struct tally *t, struct address *ret)
{
	uint64_t best = 0;

	for (size_t i = 0; i < t->count;) {
		size_t end = i;
		while (end < t->count && address_compare(&t->list[i], &t->list[end]) == 0)
			end++;
		if (end - i > best) {
			best = end - i;
			*ret = t->list[i];
		}
		i = end;
	}
	return best;
}

static int64_t busiest_packets(void *context, uint32_t key, uint32_t sensor, int64_t first, int64_t last)
{
	struct error ignored = ERROR_NONE;
	struct address who;
	struct tally t;
	int r = tally_sources(context, key, sensor, first, last, &t, &ignored);
	int64_t most = (int64_t)busiest(&t, &who);

	free(t.list);
	return r < 0 ? -1 : most;
}

int view_weigh(const struct store *s, const struct view_question *q, struct series *series, struct error *err)
{
	struct source_question sq = { s, q };
	struct weigh_sources sources = { &sq, distinct_sources, busiest_packets };
	int64_t first, end;

	if (!view_hours(s, &first, &end))
		return error_set(err, -ENODATA, "the store holds no events");
	for (size_t i = 0; i < series->surge_count; i++)
		weigh_surge(&series->surges[i], first, &sources);
	return 0;
}

int view_weigh_burst(const struct store *s, const struct view_question *q, const struct odd_burst *burst,
		     uint32_t *ret_evidence, struct address *ret_source, uint64_t *ret_source_packets, struct error *err)
{
	struct source_question sq = { s, q };
	struct weigh_sources sources = { &sq, distinct_sources, busiest_packets };
	struct tally t;
	int r = tally_sources(&sq, burst->key, burst->sensor, burst->first_hour, burst->last_hour, &t, err);

	if (r == 0) {
		*ret_source = (struct address){ .family = 0 };
		*ret_source_packets = busiest(&t, ret_source);
		*ret_evidence = weigh_burst(burst, &sources);
	}
	free(t.list);
	return r;
}
