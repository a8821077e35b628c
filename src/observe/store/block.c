/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a block. */
#include "observe/store/block.h"

#include "base/cleanup.h"
#include "base/clones.h"
#include "base/memory.h"
#include "observe/packet/event.h"
#include "observe/store/bits.h"
#include "observe/store/column.h"

#include <errno.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

static int damaged(struct error *err, const char *what)
{
	return error_set(err, -EBADMSG, "block is damaged: %s", what);
}

static const uint8_t *class_row(const struct block *b, uint32_t i)
{
	return b->all.p + BLOCK_FIXED_BYTES + (size_t)i * CLASS_BYTES;
}

static uint64_t group_at(const struct block *b, uint32_t i)
{
	return get_u64le(b->all.p + BLOCK_FIXED_BYTES + (size_t)b->class_count * CLASS_BYTES + (size_t)i * GROUP_BYTES);
}

static struct bytes section_on(const struct block *b, enum block_section s)
{
	return BYTES(b->all.p + b->section[s], b->all.n - b->section[s]);
}

static struct bytes section_of(const struct block *b, enum block_section s)
{
	return BYTES(b->all.p + b->section[s], b->section[s + 1] - b->section[s]);
}

static bool groups_are_sound(const struct block *b)
{
	uint32_t groups = 0, rows = 0, last = 0;

	for (uint32_t c = 0; c < b->class_count; c++) {
		const uint8_t *row = class_row(b, c);
		uint32_t n = get_u32le(row + CLASS_AT_GROUPS);
		if (n == 0 || n > b->group_count - groups || row[CLASS_AT_HAS_TAIL] > 1)
			return false;
		groups += n;
		if (get_u32le(row + CLASS_AT_ROWS) > b->events - rows)
			return false;
		rows += get_u32le(row + CLASS_AT_ROWS);
	}
	if (groups != b->group_count || rows != b->events || GROUP_FIRST(group_at(b, 0)) != 0)
		return false;
	for (uint32_t g = 1; g < b->group_count; g++) {
		uint32_t first = GROUP_FIRST(group_at(b, g));
		if (first <= last || first >= b->events)
			return false;
		last = first;
	}
	return true;
}

/* Reads the fixed part; everything that later code relies on but the checksum and the groups. */
static int read_fixed(struct bytes bytes, struct block *ret, uint64_t *ret_head, struct error *err)
{
	const uint8_t *p = bytes.p;
	struct block b = { .all = bytes };
	uint64_t head;

	if (bytes.n < BLOCK_FIXED_BYTES || get_u32le(p) != BLOCK_MAGIC || get_u32le(p + BLOCK_AT_BYTES) != bytes.n)
		return damaged(err, "no block begins here");
	b.events = get_u32le(p + BLOCK_AT_EVENTS);
	b.day = (int32_t)get_u32le(p + BLOCK_AT_DAY);
	b.first_us = (int64_t)get_u64le(p + BLOCK_AT_FIRST);
	b.last_us = (int64_t)get_u64le(p + BLOCK_AT_LAST);
	b.unit = get_u32le(p + BLOCK_AT_UNIT);
	b.class_count = get_u32le(p + BLOCK_AT_CLASSES);
	b.group_count = get_u32le(p + BLOCK_AT_GROUPS);
	b.present_count = get_u32le(p + BLOCK_AT_PRESENT);
	b.pair_count = get_u32le(p + BLOCK_AT_PAIRS);
	if (b.events == 0 || b.events > BLOCK_EVENTS_MAX || b.class_count == 0 || b.class_count > b.events ||
	    b.group_count < b.class_count || b.group_count > b.events || b.present_count == 0 ||
	    b.present_count > b.events || b.pair_count == 0 || b.pair_count > b.events || b.unit == 0)
		return damaged(err, "its numbers contradict each other");
	head = BLOCK_FIXED_BYTES + (uint64_t)b.class_count * CLASS_BYTES + (uint64_t)b.group_count * GROUP_BYTES;
	for (int i = 0; i <= SECTION_COUNT; i++) {
		b.section[i] = get_u32le(p + BLOCK_AT_SECTIONS + 4 * i);
		if (b.section[i] < head || b.section[i] > bytes.n || (i && b.section[i] < b.section[i - 1]))
			return damaged(err, "its sections overlap");
	}
	if (b.section[SECTION_COUNT] != bytes.n || bytes.n - b.section[SECTION_LENGTHS] < BITS_SLACK)
		return damaged(err, "its sections overlap");
	*ret = b;
	*ret_head = head;
	return 0;
}

int block_open(struct bytes bytes, struct block *ret, struct error *err)
{
	struct block b;
	uint64_t head;
	int r = read_fixed(bytes, &b, &head, err);

	if (r < 0)
		return r;
	if (XXH3_64bits(bytes.p + BLOCK_AT_CHECKED, head - BLOCK_AT_CHECKED) != get_u64le(bytes.p + BLOCK_AT_HEAD_CHECK))
		return damaged(err, "wrong checksum of its head");
	if (!groups_are_sound(&b))
		return damaged(err, "its groups overlap");
	*ret = b;
	return 0;
}

int block_reopen(struct bytes bytes, struct block *ret)
{
	uint64_t head;

	return read_fixed(bytes, ret, &head, NULL);
}

int block_check(const struct block *b, struct error *err)
{
	size_t head = b->section[0];

	if (XXH3_64bits(b->all.p + head, b->all.n - head) != get_u64le(b->all.p + BLOCK_AT_BODY_CHECK))
		return damaged(err, "wrong checksum of its body");
	return 0;
}

void block_groups_begin(struct block_group *g)
{
	*g = (struct block_group){ 0 };
}

static struct block_class class_at(const struct block *b, uint32_t i)
{
	const uint8_t *row = class_row(b, i);

	return (struct block_class){
		.family = row[CLASS_AT_FAMILY],
		.protocol = row[CLASS_AT_PROTOCOL],
		.flags = row[CLASS_AT_FLAGS],
		.kind = row[CLASS_AT_KIND] & 3,
		.marks = row[CLASS_AT_MARKS],
		.has_tail = row[CLASS_AT_HAS_TAIL],
		.known = get_u16le(row + CLASS_AT_KNOWN),
		.groups = get_u32le(row + CLASS_AT_GROUPS),
		.rows = get_u32le(row + CLASS_AT_ROWS),
	};
}

bool block_groups_next(const struct block *b, struct block_group *g)
{
	uint64_t word;

	if (g->is_tail) {
		g->tail_first += g->count;
		g->tails++;
	}
	if (g->next_group == b->group_count)
		return false;
	if (g->groups_left == 0) {
		g->class = class_at(b, g->next_class++);
		g->groups_left = g->class.groups;
	}
	word = group_at(b, g->next_group++);
	g->groups_left--;
	g->port = GROUP_PORT(word);
	g->first = GROUP_FIRST(word);
	g->low = GROUP_LOW(word);
	g->times = GROUP_TIMES(word);
	g->is_tail = g->groups_left == 0 && g->class.has_tail;
	g->count = (g->next_group < b->group_count ? GROUP_FIRST(group_at(b, g->next_group)) : b->events) - g->first;
	return true;
}

static bool times_of(const struct block *b, const struct block_group *g, const uint8_t **ret)
{
	struct bytes times = section_of(b, SECTION_TIMES);

	if (g->times > times.n)
		return false;
	*ret = times.p + g->times;
	return true;
}

bool block_times(const struct block *b, const struct block_group *g, int64_t *ret)
{
	const uint8_t *p;

	if (!times_of(b, g, &p) || !elias_fano_read(p, b->all.p + b->all.n, g->count, g->low, (uint64_t *)ret))
		return false;
	for (uint32_t i = 0; i < g->count; i++)
		ret[i] = b->first_us + (int64_t)((uint64_t)ret[i] * b->unit);
	return true;
}

#define INSTANTS_MAX 64

bool block_ranks(const struct block *b, const struct block_group *g, const int64_t *instants, size_t instant_count,
		 uint32_t *ret)
{
	uint64_t bounds[INSTANTS_MAX];
	const uint8_t *p;

	if (instant_count > INSTANTS_MAX || !times_of(b, g, &p))
		return false;
	for (size_t i = 0; i < instant_count; i++)
		bounds[i] = instants[i] <= b->first_us
				    ? 0
				    : ((uint64_t)(instants[i] - b->first_us) + b->unit - 1) / b->unit;
	return elias_fano_ranks(p, b->all.p + b->all.n, g->count, g->low, bounds, instant_count, ret);
}

bool block_tail_ports(const struct block *b, const struct block_group *g, uint16_t *ret)
{
	struct bytes ports = section_of(b, SECTION_TAIL_PORTS);

	if (!take_skip(&ports, g->tail_first * 2ul) || ports.n < g->count * 2ul)
		return false;
	memcpy(ret, ports.p, g->count * 2ul);
	return true;
}

static CLONES size_t expand_bitmap(const uint8_t *p, size_t n, uint32_t *ret, size_t room)
{
	size_t count = 0;

	for (size_t at = 0; at < n; at += 8) {
		uint64_t word = 0;
		memcpy(&word, p + at, n - at < 8 ? n - at : 8);
		for (; word; word &= word - 1) {
			if (count == room)
				return 0;
			ret[count++] = (uint32_t)(at * 8) + (uint32_t)__builtin_ctzll(word);
		}
	}
	return count;
}

static bool expand_list(struct bytes list, uint32_t *ret, size_t count)
{
	uint64_t id = 0, step;

	for (size_t i = 0; i < count; i++) {
		if (!take_varint(&list, &step) || step > SEGMENT_SOURCES_MAX)
			return false;
		id += step;
		if (id >= SEGMENT_SOURCES_MAX)
			return false;
		ret[i] = (uint32_t)id;
	}
	return true;
}

bool block_present(const struct block *b, uint32_t *ret)
{
	struct bytes section = section_of(b, SECTION_PRESENT);
	uint32_t form;

	if (!take_u32le(&section, &form))
		return false;
	if (form == PRESENT_LIST)
		return expand_list(section, ret, b->present_count);
	if (form != PRESENT_BITMAP || section.n > SEGMENT_SOURCES_MAX / 8)
		return false;
	return expand_bitmap(section.p, section.n, ret, b->present_count) == b->present_count;
}

static CLONES uint32_t count_bits(const uint8_t *p, size_t bits)
{
	uint32_t sum = 0;
	size_t at = 0;

	for (; at + 64 <= bits; at += 64)
		sum += (uint32_t)__builtin_popcountll(bits_load(p + at / 8));
	for (; at < bits; at++)
		sum += p[at / 8] >> at % 8 & 1;
	return sum;
}

static bool find_in_list(struct bytes list, uint32_t id, uint32_t count, uint32_t *ret_place)
{
	uint64_t at = 0, step;

	for (uint32_t i = 0; i < count && take_varint(&list, &step); i++) {
		at += step;
		if (at == id) {
			*ret_place = i;
			return true;
		}
		if (at > id)
			return false;
	}
	return false;
}

bool block_find_present(const struct block *b, uint32_t id, uint32_t *ret_place)
{
	struct bytes section = section_of(b, SECTION_PRESENT);
	uint32_t form;

	if (!take_u32le(&section, &form))
		return false;
	if (form == PRESENT_LIST)
		return find_in_list(section, id, b->present_count, ret_place);
	if (id / 8 >= section.n || !(section.p[id / 8] >> id % 8 & 1))
		return false;
	*ret_place = count_bits(section.p, id);
	return true;
}

static bool are_below(const uint16_t *values, uint32_t count, uint32_t distinct)
{
	if (UINT64_C(1) << bits_width(distinct - 1) != distinct)
		for (uint32_t i = 0; i < count; i++)
			if (values[i] >= distinct)
				return false;
	return true;
}

bool block_codes(const struct block *b, uint32_t first, uint32_t count, uint16_t *ret)
{
	struct bytes section = section_of(b, SECTION_CODES);
	unsigned width = bits_width(b->present_count - 1);

	if (first > b->events || count > b->events - first || section.n < bits_planes_bytes(b->events, width))
		return false;
	bits_unpack_planes(section.p, b->events, first, count, width, ret);
	return are_below(ret, count, b->present_count);
}

size_t block_rows_of_source(const struct block *b, uint32_t place, uint32_t *ret_rows)
{
	struct bytes section = section_of(b, SECTION_CODES);
	unsigned width = bits_width(b->present_count - 1);

	if (section.n < bits_planes_bytes(b->events, width) || place >= b->present_count)
		return 0;
	return bits_find_in_planes(section.p, b->events, width, place, ret_rows);
}

bool block_pairs(const struct block *b, struct block_pair *ret)
{
	struct bytes c = section_of(b, SECTION_PAIRS);

	for (uint32_t i = 0; i < b->pair_count; i++) {
		struct bytes address;
		ret[i].destination = (struct address){ .family = 0 };
		if (!take_u16le(&c, &ret[i].sensor) || !take_u8(&c, &ret[i].destination.family) ||
		    ret[i].destination.family > 6)
			return false;
		if (!take_bytes(&c, ret[i].destination.family == 4 ? 4 : ret[i].destination.family == 6 ? 16 : 0,
				&address))
			return false;
		if (address.n)
			memcpy(ret[i].destination.byte, address.p, address.n);
	}
	return true;
}

bool block_pair_codes(const struct block *b, uint32_t first, uint32_t count, uint16_t *ret)
{
	struct bytes section = section_of(b, SECTION_PAIR_CODES);
	unsigned width = bits_width(b->pair_count - 1);

	if (first > b->events || count > b->events - first || section.n < bits_bytes(b->events, width))
		return false;
	bits_unpack_u16_from(section.p, first, count, width, ret);
	return are_below(ret, count, b->pair_count);
}

bool block_source_ports(const struct block *b, const uint16_t *codes, uint16_t *ret)
{
	_cleanup_free_ uint16_t *last = memory_new(b->present_count, sizeof *last);
	struct column_reader c;
	struct block_group g;

	if (!column_reader_init(&c, section_on(b, SECTION_SOURCE_PORTS), b->events))
		return false;
	for (block_groups_begin(&g); block_groups_next(b, &g);)
		for (uint32_t i = g.first; i < g.first + g.count; i++) {
			if (!(g.class.known & EVENT_HAS_SOURCE_PORT)) {
				column_next(&c, 0);
				ret[i] = 0;
				continue;
			}
			ret[i] = column_next(&c, last[codes[i]]);
			last[codes[i]] = ret[i];
		}
	return true;
}

bool block_ttls(const struct block *b, const uint16_t *codes, const uint8_t *ttl_of, uint16_t *ret)
{
	struct column_reader c;
	struct block_group g;

	if (!column_reader_init(&c, section_on(b, SECTION_TTLS), b->events))
		return false;
	for (block_groups_begin(&g); block_groups_next(b, &g);)
		for (uint32_t i = g.first; i < g.first + g.count; i++) {
			ret[i] = column_next(&c, ttl_of[codes[i]]);
			if (!(g.class.known & EVENT_HAS_TTL))
				ret[i] = 0;
		}
	return true;
}

bool block_lengths(const struct block *b, uint16_t *ret)
{
	struct column_reader c;
	struct block_group g;
	uint16_t length = 0;

	if (!column_reader_init(&c, section_on(b, SECTION_LENGTHS), b->events))
		return false;
	for (block_groups_begin(&g); block_groups_next(b, &g);)
		for (uint32_t i = g.first; i < g.first + g.count; i++) {
			length = column_next(&c, length);
			ret[i] = g.class.known & EVENT_HAS_LENGTH ? length : 0;
		}
	return true;
}

bool block_new_sources(const struct block *b, struct block_new *ret)
{
	struct bytes c = section_of(b, SECTION_NEW), v6, ttl;
	uint32_t bytes;
	struct block_new n;

	if (!take_u32le(&c, &n.first_id) || !take_u32le(&c, &n.v4_count) || !take_u32le(&c, &n.v6_count) ||
	    !take_u32le(&c, &n.none_count) || !take_u32le(&c, &n.v4_low) || !take_u32le(&c, &bytes))
		return false;
	if (n.v4_count > b->events || n.v6_count > b->events || n.none_count > 1 || n.v4_low > 32 ||
	    !take_bytes(&c, bytes, &n.v4) || !take_bytes(&c, n.v6_count * 16ul, &v6) ||
	    !take_bytes(&c, (size_t)n.v4_count + n.v6_count + n.none_count, &ttl))
		return false;
	n.end = b->all.p + b->all.n;
	n.v6 = v6.p;
	n.ttl = ttl.p;
	*ret = n;
	return true;
}

bool block_new_v4(const struct block_new *n, uint64_t *ret)
{
	return elias_fano_read(n->v4.p, n->end, n->v4_count, n->v4_low, ret);
}

bool block_new_find_v4(const struct block_new *n, uint32_t address, uint32_t *ret_place)
{
	uint64_t bounds[2] = { address, address + UINT64_C(1) };
	uint32_t ranks[2];

	if (n->v4_count == 0 || !elias_fano_ranks(n->v4.p, n->end, n->v4_count, n->v4_low, bounds, 2, ranks))
		return false;
	*ret_place = ranks[0];
	return ranks[1] > ranks[0];
}

/* The group of a row: a binary search by first rows, then its class by the classes' numbers of groups. */
static void group_of_row(const struct block *b, uint32_t row, struct block_group *ret)
{
	uint32_t low = 0, high = b->group_count, groups = 0;
	struct block_group g = { 0 };

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (GROUP_FIRST(group_at(b, middle)) <= row)
			low = middle;
		else
			high = middle;
	}
	for (uint32_t c = 0; c < b->class_count; c++) {
		g.class = class_at(b, c);
		groups += g.class.groups;
		if (low < groups)
			break;
		if (g.class.has_tail) {
			uint32_t tail = GROUP_FIRST(group_at(b, groups - 1));
			g.tail_first += (groups < b->group_count ? GROUP_FIRST(group_at(b, groups)) : b->events) - tail;
		}
	}
	g.port = GROUP_PORT(group_at(b, low));
	g.first = GROUP_FIRST(group_at(b, low));
	g.low = GROUP_LOW(group_at(b, low));
	g.times = GROUP_TIMES(group_at(b, low));
	g.is_tail = g.class.has_tail && low + 1 == groups;
	g.count = (low + 1 < b->group_count ? GROUP_FIRST(group_at(b, low + 1)) : b->events) - g.first;
	*ret = g;
}

static bool pair_of_row(const struct block *b, uint32_t row, struct event *e)
{
	struct bytes codes = section_of(b, SECTION_PAIR_CODES), c = section_of(b, SECTION_PAIRS), address;
	unsigned width = bits_width(b->pair_count - 1);
	uint64_t code;
	uint8_t family = 0;

	if (codes.n < bits_bytes(b->events, width))
		return false;
	code = bits_get(codes.p, width, row);
	for (uint64_t i = 0; i <= code; i++)
		if (!take_u16le(&c, &e->sensor) || !take_u8(&c, &family) ||
		    !take_bytes(&c, family == 4 ? 4 : family == 6 ? 16 : 0, &address))
			return false;
	if (address.n)
		memcpy(e->destination, address.p, address.n);
	return true;
}

static bool time_and_port(const struct block *b, const struct block_group *g, uint32_t row, struct event *e)
{
	struct bytes ports = section_of(b, SECTION_TAIL_PORTS);
	const uint8_t *p;
	uint64_t time;

	if (!times_of(b, g, &p) || !elias_fano_get(p, b->all.p + b->all.n, g->count, g->low, row - g->first, &time))
		return false;
	e->time_us = b->first_us + (int64_t)(time * b->unit);
	e->port = g->port;
	if (!g->is_tail)
		return true;
	if (!take_skip(&ports, (g->tail_first + (row - g->first)) * 2ul))
		return false;
	return take_u16le(&ports, &e->port);
}

bool block_row(const struct block *b, uint32_t row, uint8_t first_ttl, uint16_t *last_port, struct event *ret)
{
	struct column_reader source_ports, ttls, lengths;
	struct event e = { 0 };
	struct block_group g;

	if (row >= b->events || !column_reader_init(&source_ports, section_on(b, SECTION_SOURCE_PORTS), b->events) ||
	    !column_reader_init(&ttls, section_on(b, SECTION_TTLS), b->events) ||
	    !column_reader_init(&lengths, section_on(b, SECTION_LENGTHS), b->events))
		return false;
	group_of_row(b, row, &g);
	e.known = g.class.known;
	e.family = g.class.family;
	e.protocol = g.class.protocol;
	e.flags = g.class.flags;
	e.kind = g.class.kind;
	e.marks = g.class.marks;
	if (!time_and_port(b, &g, row, &e) || !pair_of_row(b, row, &e))
		return false;
	if (e.known & EVENT_HAS_SOURCE_PORT)
		e.source_port = *last_port = column_at(&source_ports, row, *last_port);
	if (e.known & EVENT_HAS_TTL)
		e.ttl = (uint8_t)column_at(&ttls, row, first_ttl);
	if (e.known & EVENT_HAS_LENGTH)
		e.length = column_at_chained(&lengths, row);
	*ret = e;
	return true;
}
