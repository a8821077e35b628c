/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Networks of contacts. */
#include "ground/people/network.h"

#include "base/memory.h"
#include "ground/people/network.sql.gen.h"

#include <errno.h>

#define PREFIX_TEXT_MAX (ADDRESS_TEXT_MAX + 4)
#define KEY_TEXT_MAX 33

struct network_table {
	struct network *list; /* by family, length, address, what is preferred last */
	size_t count, room;
	struct arena *arena;
	/* Of each family (4, 6) and length: where it begins in the list, and how many. */
	size_t first[2][129], of_length[2][129];
};

/* --- keeping --- */

/* The bytes of an address as 32 hexadecimal digits, IPv4 in ::ffff:0:0/96, with the bits after `bits` set to `fill`. */
static void key_format(const struct prefix *p, bool fill, char into[KEY_TEXT_MAX])
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };
	unsigned bits = p->bits + (p->address.family == 4 ? 96u : 0u);

	if (p->address.family == 4)
		memcpy(bytes + 12, p->address.byte, 4);
	else
		memcpy(bytes, p->address.byte, 16);
	for (unsigned i = bits; fill && i < 128; i++)
		bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	for (size_t i = 0; i < 16; i++)
		snprintf(into + 2 * i, KEY_TEXT_MAX - 2 * i, "%02x", bytes[i]);
}

struct adding {
	int64_t contact_id;
	const char *source, *as_of;
	const struct doing *doing;
	char text[PREFIX_TEXT_MAX], first[KEY_TEXT_MAX], last[KEY_TEXT_MAX];
};

static int add(struct db *db, void *context, struct error *err)
{
	const struct adding *a = context;
	int r = people_network_put(db, a->contact_id, a->text, a->first, a->last, a->source, a->as_of, err);

	return r < 0 ? r : record_happened(db, a->contact_id, a->doing->at, a->doing->actor, "network", a->text, err);
}

int network_add(struct db *db, int64_t contact_id, const char *prefix, const char *source, const char *as_of,
		const struct doing *doing, struct error *err)
{
	struct adding a = { .contact_id = contact_id, .source = source, .as_of = as_of, .doing = doing };
	char address[ADDRESS_TEXT_MAX];
	struct prefix p;

	if (!prefix_parse(BYTES_TEXT(prefix), &p)) {
		error_hint(err, "192.0.2.0/24 or 2001:db8::/32, without bits set behind the length");
		return error_set(err, -EINVAL, "'%.60s' is not a prefix", prefix);
	}
	snprintf(a.text, sizeof a.text, "%s/%u", address_format(&p.address, address), p.bits);
	key_format(&p, false, a.first);
	key_format(&p, true, a.last);
	return db_transaction(db, add, &a, err);
}

/* --- the table --- */

static int take(void *context, const struct people_networks_row *row)
{
	struct network_table *t = context;
	struct network n = { .contact_id = row->contact_id, .has_bounced = strcmp(row->reach, "bounced") == 0 };

	if (!prefix_parse(BYTES_TEXT(row->text), &n.prefix))
		return 0;
	n.source = arena_text(t->arena, row->source);
	n.as_of = arena_text(t->arena, row->as_of);
	t->list = memory_grow(t->list, &t->room, t->count + 1, sizeof *t->list);
	t->list[t->count++] = n;
	return 0;
}

static int compare_prefix(const struct network *a, const struct network *b)
{
	if (a->prefix.address.family != b->prefix.address.family)
		return a->prefix.address.family < b->prefix.address.family ? -1 : 1;
	if (a->prefix.bits != b->prefix.bits)
		return a->prefix.bits < b->prefix.bits ? -1 : 1;
	return address_compare(&a->prefix.address, &b->prefix.address);
}

static int compare(const void *x, const void *y)
{
	const struct network *a = x, *b = y;
	int order = compare_prefix(a, b);

	if (order)
		return order;
	if (a->has_bounced != b->has_bounced)
		return a->has_bounced ? -1 : 1;
	order = strcmp(a->as_of, b->as_of);
	return order ? order : a->contact_id < b->contact_id ? -1 : a->contact_id > b->contact_id;
}

static size_t family_index(const struct address *a)
{
	return a->family == 6;
}

int network_table_load(struct db *db, struct network_table **ret, struct error *err)
{
	struct network_table *t = memory_new(1, sizeof *t);
	int r;

	t->arena = arena_new();
	r = people_networks(db, take, t, err);
	if (r < 0) {
		network_table_free(t);
		return r;
	}
	if (t->count)
		qsort(t->list, t->count, sizeof *t->list, compare);
	for (size_t i = t->count; i-- > 0;) {
		const struct prefix *p = &t->list[i].prefix;
		t->first[family_index(&p->address)][p->bits] = i;
		t->of_length[family_index(&p->address)][p->bits]++;
	}
	*ret = t;
	return 0;
}

struct network_table *network_table_free(struct network_table *t)
{
	if (!t)
		return NULL;
	free(t->list);
	arena_free(t->arena);
	free(t);
	return NULL;
}

static struct address masked(const struct address *a, unsigned bits)
{
	struct address m = *a;

	for (unsigned i = bits; i < (a->family == 4 ? 32u : 128u); i++)
		m.byte[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return m;
}

/* The last of those of that length that are equal to the key. */
static const struct network *find_in(const struct network *list, size_t count, const struct address *key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (address_compare(&list[middle].prefix.address, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address_compare(&list[low - 1].prefix.address, key) == 0 ? &list[low - 1] : NULL;
}

const struct network *network_find(const struct network_table *t, const struct address *a)
{
	size_t family = family_index(a);

	if (a->family == 0)
		return NULL;
	for (unsigned bits = a->family == 4 ? 33 : 129; bits-- > 0;) {
		const struct network *found = NULL;
		if (t->of_length[family][bits]) {
			struct address key = masked(a, bits);
			found = find_in(t->list + t->first[family][bits], t->of_length[family][bits], &key);
		}
		if (found)
			return found;
	}
	return NULL;
}

