/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Prefixes, which may lie in one another, become ranges that do not. Runs in the locked child: no qsort, which asks
 * the system how much memory there is. */
#include "base/memory.h"
#include "engine/place/place_int.h"

#include <errno.h>

int place_builder_add(void *builder, const struct registry_prefix *p)
{
	struct place_builder *b = builder;
	const uint8_t *byte = p->prefix.address.byte;
	unsigned bits = p->prefix.bits;
	struct place_item *item;

	if (b->count == PLACE_PREFIXES_MAX)
		return -E2BIG;
	b->items = memory_grow(b->items, &b->room, b->count + 1, sizeof *b->items);
	item = &b->items[b->count];
	*item = (struct place_item){
		.high = get_u64be(byte),
		.low = get_u64be(byte + 8),
		.order = (uint32_t)b->count++,
		.as = p->as,
		.country = (uint16_t)((uint8_t)p->country[0] << 8 | (uint8_t)p->country[1]),
		.bits = (uint8_t)bits,
		.family = p->prefix.address.family,
	};
	/* The registries' IPv6 rows need not begin where their length says. */
	item->high &= bits >= 64 ? UINT64_MAX : bits ? UINT64_MAX << (64 - bits) : 0;
	item->low &= bits >= 128 ? UINT64_MAX : bits > 64 ? UINT64_MAX << (128 - bits) : 0;
	return 0;
}

void place_builder_clear(struct place_builder *b)
{
	free(b->items);
	*b = (struct place_builder){ 0 };
}

/* Outer prefixes before inner ones, equal ones as they came. */
static bool stands_before(const struct place_item *a, const struct place_item *b)
{
	if (a->family != b->family)
		return a->family < b->family;
	if (a->high != b->high)
		return a->high < b->high;
	if (a->low != b->low)
		return a->low < b->low;
	return a->bits != b->bits ? a->bits < b->bits : a->order < b->order;
}

static void merge(const struct place_item *from, struct place_item *to, size_t left, size_t middle, size_t right)
{
	size_t a = left, b = middle;

	for (size_t i = left; i < right; i++)
		to[i] = a < middle && (b >= right || !stands_before(&from[b], &from[a])) ? from[a++] : from[b++];
}

static bool is_sorted(const struct place_builder *b)
{
	for (size_t i = 1; i < b->count; i++)
		if (stands_before(&b->items[i], &b->items[i - 1]))
			return false;
	return true;
}

static void sort(struct place_builder *b)
{
	struct place_item *spare;

	if (is_sorted(b))
		return;
	spare = memory_resize(NULL, b->count * sizeof *spare);
	for (size_t width = 1; width < b->count; width *= 2) {
		struct place_item *swap = b->items;
		for (size_t at = 0; at < b->count; at += 2 * width) {
			size_t middle = at + width < b->count ? at + width : b->count;
			size_t end = at + 2 * width < b->count ? at + 2 * width : b->count;
			merge(b->items, spare, at, middle, end);
		}
		b->items = spare;
		spare = swap;
	}
	b->room = b->count;
	free(spare);
}

static place_number first_of(const struct place_item *item)
{
	return (place_number)item->high << 64 | item->low;
}

static place_number last_of(const struct place_item *item)
{
	place_number rest = item->bits ? ((place_number)1 << (128 - item->bits)) - 1 : ~(place_number)0;

	return first_of(item) | rest;
}

/* What is given is held back by one, since the next may begin at the same place and stand for it. */
struct sweep {
	place_range_fn *each;
	void *context;
	struct place_range held;
	bool is_holding;
	uint32_t given_as;
	uint16_t given_country;
	uint8_t family;
	const struct place_item *open[130]; /* prefixes around here, outermost first */
	size_t depth;
};

static void give_held(struct sweep *s)
{
	if (s->is_holding && (s->held.as != s->given_as || s->held.country != s->given_country)) {
		s->each(s->context, s->family, &s->held);
		s->given_as = s->held.as;
		s->given_country = s->held.country;
	}
	s->is_holding = false;
}

static void begin(struct sweep *s, place_number start)
{
	const struct place_item *inner = s->depth ? s->open[s->depth - 1] : NULL;

	if (s->is_holding && s->held.start != start)
		give_held(s);
	s->held = (struct place_range){ start, inner ? inner->as : 0, inner ? inner->country : 0 };
	s->is_holding = true;
}

/* Closes the prefixes that end before `item`, or all. */
static void close_before(struct sweep *s, const struct place_item *item)
{
	while (s->depth) {
		place_number last = last_of(s->open[s->depth - 1]);
		if (item && last >= first_of(item))
			break;
		s->depth--;
		if (last != ~(place_number)0)
			begin(s, last + 1);
	}
}

static void sweep(struct place_builder *b, size_t from, size_t to, place_range_fn *each, void *context)
{
	struct sweep s = { .each = each, .context = context };

	s.family = from < to ? b->items[from].family : 0;
	for (size_t i = from; i < to; i++) {
		const struct place_item *item = &b->items[i];
		close_before(&s, item);
		if (s.depth && s.open[s.depth - 1]->bits == item->bits)
			s.depth--; /* the same prefix again: the later one counts */
		s.open[s.depth++] = item;
		begin(&s, first_of(item));
	}
	close_before(&s, NULL);
	give_held(&s);
}

void place_builder_finish(struct place_builder *b, place_range_fn *each, void *context)
{
	size_t ipv6 = 0;

	sort(b);
	while (ipv6 < b->count && b->items[ipv6].family == 4)
		ipv6++;
	sweep(b, 0, ipv6, each, context);
	sweep(b, ipv6, b->count, each, context);
}
