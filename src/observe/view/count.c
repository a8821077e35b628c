/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Exact counts from events. */
#include "observe/view/count.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/store/sort.h"
#include "observe/view/view_int.h"

#include <errno.h>

#define HOURS_IN_BLOCK 25

/* --- a walk over the groups of all blocks in the hours of a question --- */

struct walk {
	const struct store *store;
	const struct view_question *question;
	int64_t from_us, to_us;
	/* of the group at hand */
	const struct store_segment *segment;
	uint32_t segment_index, block_index;
	struct block block;
	struct block_group group;
};

static uint8_t group_protocol(const struct block_group *g)
{
	return g->class.known & EVENT_HAS_PROTOCOL ? g->class.protocol : ROLLUP_PROTOCOL_UNKNOWN;
}

static uint32_t group_key(const struct block_group *g, uint16_t port)
{
	return view_key_of(group_protocol(g), g->class.known & EVENT_HAS_PORT, port);
}

static int damaged(struct error *err)
{
	return error_set(err, -EBADMSG, "block is damaged: a column ends early");
}

static int walk_block(struct walk *w, int (*each)(void *context, struct walk *w, struct error *err), void *context,
		      struct error *err)
{
	int r = segment_block(&w->segment->segment, w->block_index, &w->block, err);

	if (r < 0)
		return r;
	for (block_groups_begin(&w->group); r == 0 && block_groups_next(&w->block, &w->group);)
		if (view_takes_kind(w->question->kind, w->group.class.kind))
			r = each(context, w, err);
	return r;
}

static int walk(const struct store *s, const struct view_question *q,
		int (*each)(void *context, struct walk *w, struct error *err), void *context, struct error *err)
{
	struct walk w = { .store = s, .question = q, .from_us = q->first_hour * HOUR_US, .to_us = q->end_hour * HOUR_US };
	int r = 0;

	for (w.segment_index = 0; w.segment_index < s->segment_count && r == 0; w.segment_index++) {
		w.segment = &s->segments[w.segment_index];
		for (w.block_index = 0; w.block_index < w.segment->segment.block_count && r == 0; w.block_index++) {
			const struct segment_block *b = &w.segment->segment.blocks[w.block_index];
			if (b->last_us >= w.from_us && b->first_us < w.to_us)
				r = walk_block(&w, each, context, err);
		}
	}
	return r;
}

/* The rows of the group in the question's hours. */
static bool rows_in_time(const struct walk *w, uint32_t *ret_first, uint32_t *ret_end)
{
	int64_t bounds[2] = { w->from_us, w->to_us };
	uint32_t ranks[2] = { 0, w->group.count };

	if ((w->block.first_us < w->from_us || w->block.last_us >= w->to_us) &&
	    !block_ranks(&w->block, &w->group, bounds, 2, ranks))
		return false;
	*ret_first = ranks[0];
	*ret_end = ranks[1];
	return true;
}

/* --- ports --- */

/* One table of 65,536 counts a protocol that was met. */
struct port_tables {
	uint32_t *by_port[256]; /* a store holds fewer than 2^32 events of one port */
	uint64_t without_port[256];
	uint16_t ports[BLOCK_EVENTS_MAX];
};

static int ports_of_group(void *context, struct walk *w, struct error *err)
{
	struct port_tables *t = context;
	uint8_t protocol = group_protocol(&w->group);
	uint32_t first, end;

	if (!rows_in_time(w, &first, &end))
		return damaged(err);
	if (group_key(&w->group, 0) & VIEW_KEY_NO_PORT || group_key(&w->group, 0) == VIEW_KEY_ICMP) {
		t->without_port[protocol] += end - first;
		return 0;
	}
	if (!t->by_port[protocol])
		t->by_port[protocol] = memory_new(65536, sizeof *t->by_port[protocol]);
	if (!w->group.is_tail) {
		t->by_port[protocol][w->group.port] += end - first;
		return 0;
	}
	if (!block_tail_ports(&w->block, &w->group, t->ports))
		return damaged(err);
	for (uint32_t i = first; i < end; i++)
		t->by_port[protocol][t->ports[i]]++;
	return 0;
}

/* Most packets first, ties by key. */
static bool stands_before(const struct count_port *x, const struct count_port *y)
{
	return x->packets != y->packets ? x->packets > y->packets : x->key < y->key;
}

static int compare_ports(const void *a, const void *b)
{
	return stands_before(a, b) ? -1 : stands_before(b, a);
}

/* The leading ports: a list that is cut to `most` when it is twice as long. */
struct leaders {
	struct count_port *list;
	size_t count, room, most;
	struct count_port last; /* of the list when it was cut: what stands behind it is not looked at */
	bool is_cut;
};

static void leaders_cut(struct leaders *l)
{
	if (l->count)
		qsort(l->list, l->count, sizeof *l->list, compare_ports);
	if (l->count >= l->most && l->most) {
		l->count = l->most;
		l->last = l->list[l->count - 1];
		l->is_cut = true;
	}
}

static void leaders_add(struct leaders *l, uint32_t key, uint64_t packets)
{
	struct count_port port = { key, packets };

	if (!packets || (l->is_cut && !stands_before(&port, &l->last)))
		return;
	l->list = memory_grow(l->list, &l->room, l->count + 1, sizeof *l->list);
	l->list[l->count++] = port;
	if (l->count >= 2 * l->most + 64)
		leaders_cut(l);
}

static void lead(const struct port_tables *t, struct leaders *l)
{
	for (unsigned p = 0; p < 256; p++) {
		for (unsigned port = 0; t->by_port[p] && port < 65536; port++)
			leaders_add(l, view_key((uint8_t)p, (uint16_t)port), t->by_port[p][port]);
		if (p != PROTOCOL_ICMP && p != PROTOCOL_ICMPV6)
			leaders_add(l, VIEW_KEY_NO_PORT | p << 16, t->without_port[p]);
	}
	leaders_add(l, VIEW_KEY_ICMP, t->without_port[PROTOCOL_ICMP] + t->without_port[PROTOCOL_ICMPV6]);
	leaders_cut(l);
}

int count_ports(const struct store *s, const struct view_question *q, struct count_port **ret, size_t *ret_count,
		struct error *err)
{
	struct port_tables *t = memory_new(1, sizeof *t);
	struct leaders l = { .most = q->rank_count };
	int r = walk(s, q, ports_of_group, t, err);

	if (r == 0)
		lead(t, &l);
	for (unsigned p = 0; p < 256; p++)
		free(t->by_port[p]);
	free(t);
	if (r < 0)
		return r;
	*ret = l.list;
	*ret_count = MIN(l.count, l.most);
	return 0;
}

/* --- hours --- */

struct hour_tables {
	const uint32_t *keys;
	size_t key_count, hours;
	uint64_t *packets; /* [key][hour] */
	uint64_t ports_asked[1024]; /* a bit for each port that is one of the keys', whatever its protocol */
	int64_t times[BLOCK_EVENTS_MAX];
	uint16_t ports[BLOCK_EVENTS_MAX];
};

static bool is_asked(const struct hour_tables *t, uint16_t port)
{
	return t->ports_asked[port / 64] >> port % 64 & 1;
}

static uint64_t *hours_of_key(const struct hour_tables *t, uint32_t key)
{
	for (size_t i = 0; i < t->key_count; i++)
		if (t->keys[i] == key)
			return t->packets + i * t->hours;
	return NULL;
}

/* The hours that the block and the question share, as bounds for ranks: bounds[i] begins hour `first` + i. */
static size_t hour_bounds(const struct walk *w, int64_t *ret_first, int64_t bounds[HOURS_IN_BLOCK + 1])
{
	int64_t first = MAX(floor_div(w->block.first_us, HOUR_US), w->question->first_hour);
	int64_t last = MIN(floor_div(w->block.last_us, HOUR_US), w->question->end_hour - 1);
	size_t n = (size_t)(last - first) + 2;

	for (size_t i = 0; i < n; i++)
		bounds[i] = (first + (int64_t)i) * HOUR_US;
	*ret_first = first;
	return n;
}

static int hours_of_ranks(const struct hour_tables *t, struct walk *w, uint64_t *packets, struct error *err)
{
	int64_t first, bounds[HOURS_IN_BLOCK + 1];
	uint32_t ranks[HOURS_IN_BLOCK + 1];
	size_t n = hour_bounds(w, &first, bounds);

	(void)t;
	if (!block_ranks(&w->block, &w->group, bounds, n, ranks))
		return damaged(err);
	for (size_t i = 0; i + 1 < n; i++)
		packets[first - w->question->first_hour + (int64_t)i] += ranks[i + 1] - ranks[i];
	return 0;
}

static int hours_of_tail(struct hour_tables *t, struct walk *w, struct error *err)
{
	bool is_any = false;

	if (!block_tail_ports(&w->block, &w->group, t->ports))
		return damaged(err);
	for (uint32_t i = 0; i < w->group.count && !is_any; i++)
		is_any = is_asked(t, t->ports[i]) && hours_of_key(t, group_key(&w->group, t->ports[i]));
	if (!is_any)
		return 0;
	if (!block_times(&w->block, &w->group, t->times))
		return damaged(err);
	for (uint32_t i = 0; i < w->group.count; i++) {
		uint64_t *packets = is_asked(t, t->ports[i]) ? hours_of_key(t, group_key(&w->group, t->ports[i])) : NULL;
		if (packets && t->times[i] >= w->from_us && t->times[i] < w->to_us)
			packets[floor_div(t->times[i], HOUR_US) - w->question->first_hour]++;
	}
	return 0;
}

static int hours_of_group(void *context, struct walk *w, struct error *err)
{
	struct hour_tables *t = context;
	bool has_one_key = !w->group.is_tail || group_key(&w->group, 0) == group_key(&w->group, 1);
	uint64_t *packets;

	if (!has_one_key)
		return hours_of_tail(t, w, err);
	packets = hours_of_key(t, group_key(&w->group, w->group.port));
	return packets ? hours_of_ranks(t, w, packets, err) : 0;
}

int count_hours(const struct store *s, const struct view_question *q, const uint32_t *keys, size_t key_count,
		uint64_t **ret, struct error *err)
{
	struct hour_tables *t = memory_new(1, sizeof *t);
	int r;

	t->keys = keys;
	t->key_count = key_count;
	t->hours = (size_t)(q->end_hour - q->first_hour);
	t->packets = memory_new(key_count * t->hours, sizeof *t->packets);
	for (size_t i = 0; i < key_count; i++)
		t->ports_asked[(keys[i] & 0xffff) / 64] |= UINT64_C(1) << (keys[i] & 63);
	r = walk(s, q, hours_of_group, t, err);
	if (r == 0)
		*ret = t->packets;
	else
		free(t->packets);
	free(t);
	return r;
}

/* --- sensors and hours of one key --- */

struct sensor_table {
	uint32_t key;
	size_t hours;
	uint64_t *packets; /* [sensor][hour] */
	struct block_pair *pairs;
	size_t pair_room;
	int64_t times[BLOCK_EVENTS_MAX];
	uint16_t ports[BLOCK_EVENTS_MAX], codes[BLOCK_EVENTS_MAX];
};

static bool load_pairs(struct sensor_table *t, const struct walk *w)
{
	t->pairs = memory_grow(t->pairs, &t->pair_room, w->block.pair_count, sizeof *t->pairs);
	if (!block_pairs(&w->block, t->pairs) || !block_pair_codes(&w->block, w->group.first, w->group.count, t->codes))
		return false;
	for (uint32_t i = 0; i < w->block.pair_count; i++)
		if (t->pairs[i].sensor >= w->segment->segment.sensor_count)
			return false;
	return true;
}

static void add_rows(struct sensor_table *t, const struct walk *w, size_t hour, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		t->packets[w->segment->sensor_of[t->pairs[t->codes[i]].sensor] * t->hours + hour]++;
}

static int sensors_of_tail(struct sensor_table *t, struct walk *w, struct error *err)
{
	bool is_any = false;

	if (!block_tail_ports(&w->block, &w->group, t->ports))
		return damaged(err);
	for (uint32_t i = 0; i < w->group.count && !is_any; i++)
		is_any = group_key(&w->group, t->ports[i]) == t->key;
	if (!is_any)
		return 0;
	if (!block_times(&w->block, &w->group, t->times) || !load_pairs(t, w))
		return damaged(err);
	for (uint32_t i = 0; i < w->group.count; i++)
		if (group_key(&w->group, t->ports[i]) == t->key && t->times[i] >= w->from_us && t->times[i] < w->to_us)
			add_rows(t, w, (size_t)(floor_div(t->times[i], HOUR_US) - w->question->first_hour), i, i + 1);
	return 0;
}

static int sensors_of_group(void *context, struct walk *w, struct error *err)
{
	struct sensor_table *t = context;
	int64_t first, bounds[HOURS_IN_BLOCK + 1];
	uint32_t ranks[HOURS_IN_BLOCK + 1];
	size_t n;

	if (w->group.is_tail && group_key(&w->group, 0) != group_key(&w->group, 1))
		return sensors_of_tail(t, w, err);
	if (group_key(&w->group, w->group.port) != t->key)
		return 0;
	n = hour_bounds(w, &first, bounds);
	if (!load_pairs(t, w) || !block_ranks(&w->block, &w->group, bounds, n, ranks))
		return damaged(err);
	for (size_t i = 0; i + 1 < n; i++)
		add_rows(t, w, (size_t)(first - w->question->first_hour) + i, ranks[i], ranks[i + 1]);
	return 0;
}

int count_sensor_hours(const struct store *s, const struct view_question *q, uint32_t key, uint64_t **ret,
		       struct error *err)
{
	struct sensor_table *t = memory_new(1, sizeof *t);
	int r;

	t->key = key;
	t->hours = (size_t)(q->end_hour - q->first_hour);
	t->packets = memory_new(s->sensor_count * t->hours, sizeof *t->packets);
	r = walk(s, q, sensors_of_group, t, err);
	if (r == 0)
		*ret = t->packets;
	else
		free(t->packets);
	free(t->pairs);
	free(t);
	return r;
}

/* --- distinct sources --- */

/* One number for each address over all segments of the store: [segment][id]. */
struct numbering {
	uint32_t **number; /* NULL where one segment alone is asked: ids are numbers */
	size_t segment_count, count;
};

/* Addresses met so far: IPv4 ones in words (address << 32 | number + 1), the others as they are. */
struct slot {
	struct address address;
	uint32_t number_plus1;
};

struct slots {
	uint64_t *v4;
	struct slot *others;
	size_t mask, others_mask, v4_count, others_count;
};

#define SLOT_AHEAD 16

static size_t v4_slot(const struct slots *t, uint32_t address)
{
	return (size_t)((address * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & t->mask;
}

static size_t other_slot(const struct slots *t, const struct address *a)
{
	uint64_t hash = (get_u64le(a->byte) ^ get_u64le(a->byte + 8) * 31 ^ a->family) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(hash >> 20) & t->others_mask;
}

static uint32_t slots_count(const struct slots *t)
{
	return (uint32_t)(t->v4_count + t->others_count);
}

static void v4_grow(struct slots *t)
{
	uint64_t *old = t->v4;
	size_t old_mask = t->mask;

	t->mask = t->mask * 2 + 1;
	t->v4 = memory_new(t->mask + 1, sizeof *t->v4);
	for (size_t i = 0; i <= old_mask; i++) {
		size_t at = v4_slot(t, (uint32_t)(old[i] >> 32));
		if (!old[i])
			continue;
		while (t->v4[at])
			at = (at + 1) & t->mask;
		t->v4[at] = old[i];
	}
	free(old);
}

static void others_grow(struct slots *t)
{
	struct slot *old = t->others;
	size_t old_mask = t->others_mask;

	t->others_mask = t->others_mask * 2 + 1;
	t->others = memory_new(t->others_mask + 1, sizeof *t->others);
	for (size_t i = 0; i <= old_mask; i++) {
		size_t at = other_slot(t, &old[i].address);
		if (!old[i].number_plus1)
			continue;
		while (t->others[at].number_plus1)
			at = (at + 1) & t->others_mask;
		t->others[at] = old[i];
	}
	free(old);
}

static uint32_t v4_number(struct slots *t, uint32_t address)
{
	size_t at = v4_slot(t, address);
	uint32_t number;

	for (; t->v4[at]; at = (at + 1) & t->mask)
		if ((uint32_t)(t->v4[at] >> 32) == address)
			return (uint32_t)t->v4[at] - 1;
	number = slots_count(t);
	t->v4[at] = (uint64_t)address << 32 | (number + 1);
	if (++t->v4_count * 2 > t->mask)
		v4_grow(t);
	return number;
}

static uint32_t other_number(struct slots *t, const struct address *a)
{
	size_t at = other_slot(t, a);
	uint32_t number;

	for (; t->others[at].number_plus1; at = (at + 1) & t->others_mask)
		if (memcmp(&t->others[at].address, a, sizeof *a) == 0)
			return t->others[at].number_plus1 - 1;
	number = slots_count(t);
	t->others[at].address = *a;
	t->others[at].number_plus1 = number + 1;
	if (++t->others_count * 2 > t->others_mask)
		others_grow(t);
	return number;
}

static void number_segment(struct slots *t, const struct address *addresses, uint32_t count, uint32_t *ret)
{
	for (uint32_t id = 0; id < count; id++) {
		if (id + SLOT_AHEAD < count)
			__builtin_prefetch(&t->v4[v4_slot(t, address_v4_number(&addresses[id + SLOT_AHEAD]))]);
		ret[id] = addresses[id].family == 4 ? v4_number(t, address_v4_number(&addresses[id]))
						    : other_number(t, &addresses[id]);
	}
}

static int number_sources(const struct store *s, struct numbering *n, struct error *err)
{
	struct slots slots = { .mask = 65535, .others_mask = 255 };
	int r = 0;

	*n = (struct numbering){ .number = memory_new(s->segment_count, sizeof(uint32_t *)), .segment_count = s->segment_count };
	slots.v4 = memory_new(slots.mask + 1, sizeof *slots.v4);
	slots.others = memory_new(slots.others_mask + 1, sizeof *slots.others);
	for (size_t i = 0; i < s->segment_count && r == 0; i++) {
		const struct segment *g = &s->segments[i].segment;
		struct address *addresses;
		uint8_t *ttls;
		r = segment_sources(g, &addresses, &ttls, err);
		if (r < 0)
			break;
		n->number[i] = memory_new(g->sources + 1ul, sizeof *n->number[i]);
		number_segment(&slots, addresses, g->sources, n->number[i]);
		free(addresses);
		free(ttls);
	}
	n->count = slots_count(&slots);
	free(slots.v4);
	free(slots.others);
	return r;
}

static void numbering_clear(struct numbering *n)
{
	for (size_t i = 0; i < n->segment_count; i++)
		free(n->number[i]);
	free(n->number);
}

/* A group of one key: where to find its sources again when its day's turn comes. */
struct part {
	uint32_t key;
	uint32_t segment, block;
	uint32_t first, end; /* rows of the block */
};

struct parts {
	struct part *list;
	size_t count, room;
};

struct source_count {
	const struct store *store;
	const struct view_question *question;
	struct numbering numbering;
	uint32_t *stamp; /* by number: the last (day, key) that met it */
	uint32_t turn;
	struct parts day_parts;
	uint64_t *day_tails, *scratch; /* rows of tails: key << 32 | number of the source */
	size_t tail_count, tail_room, scratch_room;
	struct count_day *days;
	size_t day_count, day_room;
	int64_t from_us, to_us; /* of the day at hand */
	/* The block whose sources are expanded. */
	uint32_t *present, *numbers[8];
	uint32_t have_segment[8], have_block[8];
	size_t next_have;
	uint16_t codes[BLOCK_EVENTS_MAX], ports[BLOCK_EVENTS_MAX];
};

/* The numbers of the sources of a block by their place among those present; a few blocks are kept. */
static const uint32_t *numbers_of(struct source_count *c, uint32_t segment, uint32_t index, struct error *err)
{
	const struct segment *g = &c->store->segments[segment].segment;
	struct block b;
	size_t slot;

	for (size_t i = 0; i < COUNT(c->numbers); i++)
		if (c->numbers[i] && c->have_segment[i] == segment && c->have_block[i] == index)
			return c->numbers[i];
	slot = c->next_have++ % COUNT(c->numbers);
	if (segment_block(g, index, &b, err) < 0)
		return NULL;
	if (!c->numbers[slot])
		c->numbers[slot] = memory_new(BLOCK_EVENTS_MAX, sizeof(uint32_t));
	c->have_segment[slot] = UINT32_MAX;
	if (!block_present(&b, c->present)) {
		damaged(err);
		return NULL;
	}
	for (uint32_t i = 0; i < b.present_count; i++) {
		if (c->present[i] >= g->sources) {
			damaged(err);
			return NULL;
		}
		c->numbers[slot][i] = c->numbering.number[segment][c->present[i]];
	}
	c->have_segment[slot] = segment;
	c->have_block[slot] = index;
	return c->numbers[slot];
}

static void add_part(struct source_count *c, const struct walk *w, uint32_t first, uint32_t end)
{
	struct parts *p = &c->day_parts;
	uint32_t key = group_key(&w->group, w->group.port), start = w->group.first;

	p->list = memory_grow(p->list, &p->room, p->count + 1, sizeof *p->list);
	p->list[p->count++] = (struct part){ key, w->segment_index, w->block_index, start + first, start + end };
}

static int add_tail(struct source_count *c, const struct walk *w, uint32_t first, uint32_t end, struct error *err)
{
	const uint32_t *numbers = numbers_of(c, w->segment_index, w->block_index, err);

	if (!numbers)
		return -EBADMSG;
	if (!block_tail_ports(&w->block, &w->group, c->ports) ||
	    !block_codes(&w->block, w->group.first, w->group.count, c->codes))
		return damaged(err);
	c->day_tails = memory_grow(c->day_tails, &c->tail_room, c->tail_count + (end - first), sizeof *c->day_tails);
	for (uint32_t i = first; i < end; i++)
		c->day_tails[c->tail_count++] = (uint64_t)group_key(&w->group, c->ports[i]) << 32 | numbers[c->codes[i]];
	return 0;
}

static int parts_of_group(void *context, struct walk *w, struct error *err)
{
	struct source_count *c = context;
	const struct block_group *g = &w->group;
	uint32_t first, end;

	if (!(g->class.known & EVENT_HAS_SOURCE))
		return 0;
	if (!rows_in_time(w, &first, &end))
		return damaged(err);
	if (first >= end)
		return 0;
	if (g->is_tail && group_key(g, 0) != group_key(g, 1))
		return add_tail(c, w, first, end, err);
	add_part(c, w, first, end);
	return 0;
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static int count_part(struct source_count *c, const struct part *p, uint32_t *sources, struct error *err)
{
	const struct segment *g = &c->store->segments[p->segment].segment;
	const uint32_t *numbers = numbers_of(c, p->segment, p->block, err);
	struct block b;
	int r;

	if (!numbers)
		return -EBADMSG;
	r = segment_block(g, p->block, &b, err);
	if (r < 0 || !block_codes(&b, p->first, p->end - p->first, c->codes))
		return damaged(err);
	for (uint32_t i = 0; i < p->end - p->first; i++) {
		uint32_t number = numbers[c->codes[i]];
		*sources += c->stamp[number] != c->turn;
		c->stamp[number] = c->turn;
	}
	return 0;
}

static void see(struct source_count *c, uint32_t number, uint32_t *sources)
{
	*sources += c->stamp[number] != c->turn;
	c->stamp[number] = c->turn;
}

static int count_one_day(struct source_count *c, int32_t day, struct error *err)
{
	struct parts *p = &c->day_parts;
	size_t i = 0, tail = 0;
	int r = 0;

	if (p->count)
		qsort(p->list, p->count, sizeof *p->list, compare_parts);
	c->scratch = memory_grow(c->scratch, &c->scratch_room, c->tail_count, sizeof *c->scratch);
	sort_words(c->day_tails, c->scratch, c->tail_count, 32, 25);
	while ((i < p->count || tail < c->tail_count) && r == 0) {
		uint32_t of_parts = i < p->count ? p->list[i].key : UINT32_MAX;
		uint32_t of_tails = tail < c->tail_count ? (uint32_t)(c->day_tails[tail] >> 32) : UINT32_MAX;
		struct count_day row = { .day = day, .key = MIN(of_parts, of_tails) };
		c->turn++;
		for (; i < p->count && p->list[i].key == row.key && r == 0; i++) {
			r = count_part(c, &p->list[i], &row.sources, err);
			row.packets += p->list[i].end - p->list[i].first;
		}
		for (; tail < c->tail_count && c->day_tails[tail] >> 32 == row.key; tail++, row.packets++)
			see(c, (uint32_t)c->day_tails[tail], &row.sources);
		c->days = memory_grow(c->days, &c->day_room, c->day_count + 1, sizeof *c->days);
		c->days[c->day_count++] = row;
	}
	p->count = c->tail_count = 0;
	return r;
}

static int count_all_days(struct source_count *c, struct error *err)
{
	const struct view_question *q = c->question;
	struct date date = calendar_date(q->first_hour * HOUR_US);
	int r = 0;

	for (int64_t day = date_to_days(date); r == 0; day++) {
		struct view_question one = *q;
		int64_t from = floor_div(calendar_midnight(date_from_days(day)), HOUR_US);
		int64_t to = floor_div(calendar_midnight(date_from_days(day + 1)), HOUR_US);
		if (from >= q->end_hour)
			break;
		one.first_hour = MAX(from, q->first_hour);
		one.end_hour = MIN(to, q->end_hour);
		r = walk(c->store, &one, parts_of_group, c, err);
		if (r == 0)
			r = count_one_day(c, (int32_t)day, err);
	}
	return r;
}

int count_sources(const struct store *s, const struct view_question *q, struct count_day **ret, size_t *ret_count,
		  struct error *err)
{
	struct source_count *c = memory_new(1, sizeof *c);
	int r;

	c->store = s;
	c->question = q;
	c->present = memory_new(BLOCK_EVENTS_MAX, sizeof *c->present);
	r = number_sources(s, &c->numbering, err);
	c->stamp = memory_new(c->numbering.count + 1, sizeof *c->stamp);
	if (r == 0)
		r = count_all_days(c, err);
	if (r == 0) {
		*ret = c->days;
		*ret_count = c->day_count;
	} else {
		free(c->days);
	}
	for (size_t i = 0; i < COUNT(c->numbers); i++)
		free(c->numbers[i]);
	numbering_clear(&c->numbering);
	free(c->day_parts.list);
	free(c->day_tails);
	free(c->scratch);
	free(c->present);
	free(c->stamp);
	free(c);
	return r;
}
