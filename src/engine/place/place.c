/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Tables of places: sorted ranges, looked through by halves. */
#include "engine/place/place.h"

#include "base/memory.h"
#include "engine/place/place_int.h"

#include <errno.h>

#define SLOTS 65536u

struct value {
	uint32_t as;
	uint16_t country;
};

/* One family: starts[i] ≤ address < starts[i + 1] has values[i]. */
struct side {
	place_number *starts;
	struct value *values;
	size_t count, start_room, value_room;
};

struct place_table {
	struct side ipv4, ipv6;
	uint32_t *starts4;           /* the first 32 bits of ipv4.starts, which are then freed */
	uint32_t slots[SLOTS + 1];   /* how many start below each /16 */
	struct place_about about;
};

struct place_table *place_table_new(void)
{
	return memory_new(1, sizeof(struct place_table));
}

static void side_free(struct side *s)
{
	free(s->starts);
	free(s->values);
}

struct place_table *place_table_free(struct place_table *t)
{
	if (!t)
		return NULL;
	side_free(&t->ipv4);
	side_free(&t->ipv6);
	free(t->starts4);
	free(t);
	return NULL;
}

const struct place_about *place_table_about(const struct place_table *t)
{
	return &t->about;
}

struct place_about *place_table_about_of(struct place_table *t)
{
	return &t->about;
}

/* --- from the child --- */

void place_range_put(struct buf *out, const struct place_range *range)
{
	buf_add_u64le(out, (uint64_t)(range->start >> 64));
	buf_add_u64le(out, (uint64_t)range->start);
	buf_add_u32le(out, range->as);
	buf_add_u16le(out, range->country);
}

static bool is_country(uint16_t c)
{
	uint8_t first = (uint8_t)(c >> 8), second = (uint8_t)c;

	return c == 0 || (first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z');
}

static bool take_range(struct side *s, bool is_ipv4, struct bytes *frame)
{
	uint64_t high, low;
	struct value value;
	place_number start;

	if (!take_u64le(frame, &high) || !take_u64le(frame, &low) || !take_u32le(frame, &value.as) ||
	    !take_u16le(frame, &value.country))
		return false;
	start = (place_number)high << 64 | low;
	if ((s->count && start <= s->starts[s->count - 1]) || !is_country(value.country))
		return false;
	if (is_ipv4 && (low || (uint32_t)high))
		return false;
	if (s->count > 2 * (size_t)PLACE_PREFIXES_MAX)
		return false;
	s->starts = memory_grow(s->starts, &s->start_room, s->count + 1, sizeof *s->starts);
	s->values = memory_grow(s->values, &s->value_room, s->count + 1, sizeof *s->values);
	s->starts[s->count] = start;
	s->values[s->count++] = value;
	return true;
}

int place_take(struct place_table *t, uint8_t family, struct bytes frame)
{
	while (frame.n)
		if (!take_range(family == 4 ? &t->ipv4 : &t->ipv6, family == 4, &frame))
			return -EBADMSG;
	return 0;
}

void place_table_index(struct place_table *t)
{
	struct side *s = &t->ipv4;
	size_t at = 0;

	t->starts4 = memory_new(s->count + 1, sizeof *t->starts4);
	for (size_t i = 0; i < s->count; i++)
		t->starts4[i] = (uint32_t)(s->starts[i] >> 96);
	free(s->starts);
	s->starts = NULL;
	for (uint32_t slot = 0; slot <= SLOTS; slot++) {
		while (at < s->count && t->starts4[at] >> 16 < slot)
			at++;
		t->slots[slot] = (uint32_t)at;
	}
	t->about.ranges = t->ipv4.count + t->ipv6.count;
}

/* --- looking up --- */

static struct place place_of(const struct value *v)
{
	struct place p = { .country = { (char)(v->country >> 8), (char)v->country, '\0' }, .as = v->as };

	return p;
}

/* How many of the sorted starts are not above `number`. */
static size_t count_ipv4(const struct place_table *t, uint32_t number)
{
	size_t low = t->slots[number >> 16], high = t->slots[(number >> 16) + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->starts4[middle] <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t count_ipv6(const struct side *s, place_number number)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->starts[middle] <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct place place_find(const struct place_table *t, const struct address *a)
{
	struct place unknown = { .country = "" };
	size_t n = 0;

	if (a->family == 4) {
		n = count_ipv4(t, address_v4_number(a));
		return n ? place_of(&t->ipv4.values[n - 1]) : unknown;
	}
	if (a->family == 6)
		n = count_ipv6(&t->ipv6, (place_number)get_u64be(a->byte) << 64 | get_u64be(a->byte + 8));
	return n ? place_of(&t->ipv6.values[n - 1]) : unknown;
}

struct place place_look(void *table, const struct address *a)
{
	return place_find(table, a);
}
