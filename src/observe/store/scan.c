/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Walking over the rows of a segment. */
#include "observe/store/scan.h"

#include "base/memory.h"

#include <errno.h>

struct scan {
	int64_t times[BLOCK_EVENTS_MAX];
	uint16_t codes[BLOCK_EVENTS_MAX], pair_codes[BLOCK_EVENTS_MAX], ports[BLOCK_EVENTS_MAX];
	uint16_t source_ports[BLOCK_EVENTS_MAX], ttls[BLOCK_EVENTS_MAX], lengths[BLOCK_EVENTS_MAX];
	uint32_t present[BLOCK_EVENTS_MAX], sources[BLOCK_EVENTS_MAX];
	uint8_t ttl_of[BLOCK_EVENTS_MAX];
	struct block_pair *pairs;
	size_t pair_room;
	const struct segment *ttl_segment;
	uint8_t *segment_ttls;
};

struct scan *scan_new(void)
{
	return memory_new(1, sizeof(struct scan));
}

struct scan *scan_free(struct scan *s)
{
	if (!s)
		return NULL;
	free(s->pairs);
	free(s->segment_ttls);
	free(s);
	return NULL;
}

static int damaged(struct error *err)
{
	return error_set(err, -EBADMSG, "block is damaged: a column ends early");
}

static int load_ttls(struct scan *s, const struct segment *segment, struct error *err)
{
	struct address *addresses;
	int r;

	if (s->ttl_segment == segment)
		return 0;
	free(s->segment_ttls);
	s->segment_ttls = NULL;
	s->ttl_segment = NULL;
	r = segment_sources(segment, &addresses, &s->segment_ttls, err);
	if (r < 0)
		return r;
	free(addresses);
	s->ttl_segment = segment;
	return 0;
}

/* Columns that can only be decoded for the whole block, or are shared by its groups. */
static int load_block(struct scan *s, const struct segment *segment, const struct block *b, unsigned columns,
		      struct error *err)
{
	if (columns & SCAN_SOURCES) {
		if (!block_present(b, s->present))
			return damaged(err);
		for (uint32_t i = 0; i < b->present_count; i++)
			if (s->present[i] >= segment->sources)
				return damaged(err);
	}
	if (columns & SCAN_PAIRS) {
		s->pairs = memory_grow(s->pairs, &s->pair_room, b->pair_count, sizeof *s->pairs);
		if (!block_pairs(b, s->pairs))
			return damaged(err);
		for (uint32_t i = 0; i < b->pair_count; i++)
			if (s->pairs[i].sensor >= segment->sensor_count)
				return damaged(err);
	}
	if (columns & (SCAN_SOURCE_PORTS | SCAN_TTLS) && !block_codes(b, 0, b->events, s->codes))
		return damaged(err);
	if (columns & SCAN_SOURCE_PORTS && !block_source_ports(b, s->codes, s->source_ports))
		return damaged(err);
	if (columns & SCAN_LENGTHS && !block_lengths(b, s->lengths))
		return damaged(err);
	if (columns & SCAN_TTLS) {
		int r = load_ttls(s, segment, err);
		if (r < 0)
			return r;
		if (!(columns & SCAN_SOURCES) && !block_present(b, s->present))
			return damaged(err);
		for (uint32_t i = 0; i < b->present_count; i++) {
			if (s->present[i] >= segment->sources)
				return damaged(err);
			s->ttl_of[i] = s->segment_ttls[s->present[i]];
		}
		if (!block_ttls(b, s->codes, s->ttl_of, s->ttls))
			return damaged(err);
	}
	return 0;
}

static int load_group(struct scan *s, const struct block *b, const struct block_group *g, unsigned columns,
		      struct error *err)
{
	if (columns & SCAN_TIMES && !block_times(b, g, s->times))
		return damaged(err);
	if (columns & SCAN_SOURCES) {
		if (!block_codes(b, g->first, g->count, s->codes))
			return damaged(err);
		for (uint32_t i = 0; i < g->count; i++)
			s->sources[i] = s->present[s->codes[i]];
	}
	if (columns & SCAN_PAIRS && !block_pair_codes(b, g->first, g->count, s->pair_codes))
		return damaged(err);
	if (g->is_tail && !block_tail_ports(b, g, s->ports))
		return damaged(err);
	return 0;
}

/* The part of the group that lies in the range. */
static bool trim(const struct block *b, const struct block_group *g, const struct scan_plan *plan, uint32_t *ret_first,
		 uint32_t *ret_end)
{
	int64_t bounds[2] = { plan->from_us, plan->to_us };
	uint32_t ranks[2] = { 0, g->count };

	if ((b->first_us < plan->from_us || b->last_us >= plan->to_us) && !block_ranks(b, g, bounds, 2, ranks))
		return false;
	*ret_first = ranks[0];
	*ret_end = ranks[1];
	return true;
}

static int give_group(struct scan *s, const struct segment *segment, const struct block *b, const struct block_group *g,
		      const struct scan_plan *plan, struct error *err)
{
	uint32_t first, end;
	struct scan_rows rows;
	int r;

	if (!trim(b, g, plan, &first, &end))
		return damaged(err);
	if (first >= end)
		return 0;
	r = load_group(s, b, g, plan->columns, err);
	if (r < 0)
		return r;
	rows = (struct scan_rows){ .segment = segment, .block = b, .class = g->class, .port = g->port };
	rows.count = end - first;
	rows.ports = g->is_tail ? s->ports + first : NULL;
	rows.times = plan->columns & SCAN_TIMES ? s->times + first : NULL;
	rows.sources = plan->columns & SCAN_SOURCES ? s->sources + first : NULL;
	rows.pairs = plan->columns & SCAN_PAIRS ? s->pairs : NULL;
	rows.pair_codes = plan->columns & SCAN_PAIRS ? s->pair_codes + first : NULL;
	rows.source_ports = plan->columns & SCAN_SOURCE_PORTS ? s->source_ports + g->first + first : NULL;
	rows.ttls = plan->columns & SCAN_TTLS ? s->ttls + g->first + first : NULL;
	rows.lengths = plan->columns & SCAN_LENGTHS ? s->lengths + g->first + first : NULL;
	return plan->each(plan->context, &rows);
}

int scan_block(struct scan *s, const struct segment *segment, uint32_t index, const struct scan_plan *plan,
	       struct error *err)
{
	bool is_loaded = false;
	struct block_group g;
	struct block b;
	int r;

	if (segment->blocks[index].last_us < plan->from_us || segment->blocks[index].first_us >= plan->to_us)
		return 0;
	r = segment_block(segment, index, &b, err);
	if (r < 0)
		return r;
	for (block_groups_begin(&g); block_groups_next(&b, &g);) {
		if (plan->wants && !plan->wants(plan->context, &g.class, !g.is_tail, g.port))
			continue;
		if (!is_loaded) {
			r = load_block(s, segment, &b, plan->columns, err);
			if (r < 0)
				return r;
			is_loaded = true;
		}
		r = give_group(s, segment, &b, &g, plan, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int scan_segment(struct scan *s, const struct segment *segment, const struct scan_plan *plan, struct error *err)
{
	int r = 0;

	s->ttl_segment = NULL;
	for (uint32_t i = 0; i < segment->block_count && r == 0; i++)
		r = scan_block(s, segment, i, plan, err);
	return r;
}

void scan_event(const struct scan_rows *rows, const struct address *addresses, uint32_t i, struct event *ret)
{
	const struct address *source = &addresses[rows->sources[i]];
	const struct block_pair *pair = &rows->pairs[rows->pair_codes[i]];

	*ret = (struct event){
		.time_us = rows->times[i],
		.source_port = rows->source_ports[i],
		.port = rows->ports ? rows->ports[i] : rows->port,
		.length = rows->lengths[i],
		.sensor = pair->sensor,
		.known = rows->class.known,
		.family = rows->class.family,
		.protocol = rows->class.protocol,
		.flags = rows->class.flags,
		.ttl = (uint8_t)rows->ttls[i],
		.kind = rows->class.kind,
		.marks = rows->class.marks,
	};
	memcpy(ret->source, source->byte, sizeof ret->source);
	memcpy(ret->destination, pair->destination.byte, sizeof ret->destination);
}

struct source_scan {
	const struct address *source;
	uint32_t id;
	uint8_t ttl;
	int64_t from_us, to_us;
	int (*each)(void *context, const struct event *e);
	void *context;
	uint32_t *rows;
};

static int give_source_rows(const struct source_scan *s, const struct segment *g, const struct block *b, uint32_t place,
			    struct error *err)
{
	size_t count = block_rows_of_source(b, place, s->rows);
	uint16_t last_port = 0;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		struct event e;
		if (!block_row(b, s->rows[i], s->ttl, &last_port, &e) || e.sensor >= g->sensor_count)
			return damaged(err);
		memcpy(e.source, s->source->byte, sizeof e.source);
		if (e.known & EVENT_HAS_SOURCE && e.time_us >= s->from_us && e.time_us < s->to_us)
			r = s->each(s->context, &e);
	}
	return r;
}

int scan_source(const struct segment *segment, const struct address *source, int64_t from_us, int64_t to_us,
		int (*each)(void *context, const struct event *e), void *context, struct error *err)
{
	struct source_scan s = { .source = source, .from_us = from_us, .to_us = to_us, .each = each, .context = context };
	int r = 0;

	if (!segment_find_source(segment, source, &s.id, &s.ttl))
		return 0;
	s.rows = memory_new(BLOCK_EVENTS_MAX, sizeof *s.rows);
	for (uint32_t i = 0; i < segment->block_count && r == 0; i++) {
		struct block b;
		uint32_t place;
		if (segment->blocks[i].last_us < from_us || segment->blocks[i].first_us >= to_us ||
		    segment->blocks[i].first_id + segment->blocks[i].new_sources <= s.id)
			continue;
		r = segment_block(segment, i, &b, err);
		if (r == 0 && block_find_present(&b, s.id, &place))
			r = give_source_rows(&s, segment, &b, place, err);
	}
	free(s.rows);
	return r;
}
