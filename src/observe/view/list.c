/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The first events of a question, and who sent them. */
#include "observe/view/list.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <errno.h>

/* --- events --- */

struct keeping {
	struct view_event_list *list;
	size_t room, most;
};

static int compare_times(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return memcmp(x, y, sizeof *x);
}

/* Keeps the first `most` by time: twice as many are held, then the later half goes. */
static int keep_event(void *context, const struct event *e, const struct store_segment *segment)
{
	struct keeping *k = context;
	struct view_event_list *l = k->list;

	(void)segment;
	l->all++;
	l->events = memory_grow(l->events, &k->room, l->count + 1, sizeof *l->events);
	l->events[l->count++] = *e;
	if (l->count >= 2 * k->most + 1024) {
		qsort(l->events, l->count, sizeof *l->events, compare_times);
		l->count = k->most;
	}
	return 0;
}

int view_first_events(const struct store *s, const struct view_question *q, size_t most, struct view_event_list *ret,
		      struct error *err)
{
	struct keeping k = { .list = ret, .most = most };
	int r;

	*ret = (struct view_event_list){ 0 };
	r = view_events(s, q, keep_event, &k, err);
	if (ret->count)
		qsort(ret->events, ret->count, sizeof *ret->events, compare_times);
	ret->count = MIN(ret->count, most);
	return r;
}

/* --- sources --- */

struct sighting {
	struct address source;
	uint32_t port;
	uint16_t sensor;
};

struct sightings {
	struct sighting *list;
	size_t count, room;
};

static int see(void *context, const struct event *e, const struct store_segment *segment)
{
	struct sightings *s = context;

	(void)segment;
	if (!(e->known & EVENT_HAS_SOURCE))
		return 0;
	s->list = memory_grow(s->list, &s->room, s->count + 1, sizeof *s->list);
	s->list[s->count++] = (struct sighting){ event_source(e), (uint32_t)e->protocol << 16 | e->port, e->sensor };
	return 0;
}

static int compare_by_port(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;
	int order = address_compare(&x->source, &y->source);

	return order ? order : x->port < y->port ? -1 : x->port > y->port;
}

static int compare_by_sensor(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;
	int order = address_compare(&x->source, &y->source);

	return order ? order : x->sensor < y->sensor ? -1 : x->sensor > y->sensor;
}

static int compare_sums(const void *a, const void *b)
{
	const struct view_source *x = a, *y = b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return address_compare(&x->source, &y->source);
}

static struct view_source *sum_sources(struct sightings *s, size_t *ret_count)
{
	struct view_source *sums = NULL;
	size_t count = 0, room = 0, at = 0;

	if (s->count)
		qsort(s->list, s->count, sizeof *s->list, compare_by_port);
	for (size_t i = 0; i < s->count; i++) {
		bool is_new = i == 0 || address_compare(&s->list[i - 1].source, &s->list[i].source) != 0;
		if (is_new) {
			sums = memory_grow(sums, &room, count + 1, sizeof *sums);
			sums[count++] = (struct view_source){ .source = s->list[i].source };
		}
		sums[count - 1].packets++;
		sums[count - 1].ports += is_new || s->list[i - 1].port != s->list[i].port;
	}
	if (s->count)
		qsort(s->list, s->count, sizeof *s->list, compare_by_sensor);
	for (size_t i = 0; i < s->count; i++) {
		bool is_new = i == 0 || address_compare(&s->list[i - 1].source, &s->list[i].source) != 0;
		at += is_new && i > 0;
		sums[at].sensors += is_new || s->list[i - 1].sensor != s->list[i].sensor;
	}
	if (count)
		qsort(sums, count, sizeof *sums, compare_sums);
	*ret_count = count;
	return sums;
}

int view_sources(const struct store *s, const struct view_question *q, struct view_source_list *ret, struct error *err)
{
	struct sightings seen = { 0 };
	int r;

	*ret = (struct view_source_list){ 0 };
	r = view_events(s, q, see, &seen, err);
	if (r == 0) {
		ret->packets = seen.count;
		ret->sources = sum_sources(&seen, &ret->count);
	}
	free(seen.list);
	return r;
}
