/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What RDAP and WHOIS answers have in common. */
#include "format/registry/answer.h"

#include "base/cleanup.h"

__extension__ typedef unsigned __int128 number;

const char *const registry_role_names[REGISTRY_ROLES] = {
	[REGISTRY_ABUSE] = "abuse",
	[REGISTRY_PUBLIC] = "public",
	[REGISTRY_TECHNICAL] = "technical",
	[REGISTRY_ADMINISTRATIVE] = "administrative",
	[REGISTRY_REGISTRANT] = "registrant",
	[REGISTRY_REGISTRAR_ABUSE] = "registrar-abuse",
	[REGISTRY_REGISTRAR] = "registrar",
	[REGISTRY_OTHER] = "other",
};

const struct registry_contact *registry_contact_of(const struct registry_answer *a, enum registry_role role)
{
	const struct registry_contact *found = NULL;

	for (size_t i = 0; i < a->contact_count; i++)
		if (a->contacts[i].role == role && (!found || (!found->email && a->contacts[i].email)))
			found = &a->contacts[i];
	return found;
}

void registry_answer_init(struct registry_answer *a, struct arena *arena)
{
	*a = (struct registry_answer){ .object = REGISTRY_NOTHING };
	a->contacts = ARENA_ARRAY(arena, REGISTRY_CONTACTS_MAX, struct registry_contact);
	a->prefixes = ARENA_ARRAY(arena, REGISTRY_PREFIXES_MAX, struct prefix);
	a->servers = ARENA_ARRAY(arena, REGISTRY_SERVERS_MAX, const char *);
	a->parents = ARENA_ARRAY(arena, REGISTRY_PARENTS_MAX, struct registry_parent);
}

struct registry_contact *registry_contact_add(struct registry_answer *a, enum registry_role role)
{
	struct registry_contact *c;

	if (a->contact_count == REGISTRY_CONTACTS_MAX)
		return NULL;
	c = &a->contacts[a->contact_count++];
	*c = (struct registry_contact){ .role = role };
	return c;
}

void registry_server_add(struct registry_answer *a, const char *name)
{
	if (a->server_count < REGISTRY_SERVERS_MAX)
		a->servers[a->server_count++] = name;
}

/* --- ranges --- */

static number number_of(const struct address *a)
{
	number n = 0;

	for (size_t i = 0; i < (a->family == 4 ? 4 : 16); i++)
		n = n << 8 | a->byte[i];
	return n;
}

static struct address address_of(number n, uint8_t family)
{
	struct address a = { .family = family };

	for (size_t i = family == 4 ? 4 : 16; i--; n >>= 8)
		a.byte[i] = (uint8_t)n;
	return a;
}

bool registry_range_set(struct registry_answer *a, const struct address *first, const struct address *last)
{
	unsigned width = first->family == 4 ? 32 : 128;
	number at = number_of(first), end = number_of(last);

	if (first->family == 0 || first->family != last->family || at > end)
		return false;
	a->first = *first;
	a->last = *last;
	a->prefix_count = 0;
	while (a->prefix_count < REGISTRY_PREFIXES_MAX) {
		unsigned free_bits = 0;
		number size = 0; /* of the prefix, less one */
		while (free_bits < width && !(at >> free_bits & 1) && end - at >= (size << 1 | 1)) {
			size = size << 1 | 1;
			free_bits++;
		}
		a->prefixes[a->prefix_count++] =
			(struct prefix){ address_of(at, first->family), (uint8_t)(width - free_bits) };
		if (end - at == size)
			break;
		at += size + 1;
	}
	return true;
}

/* The last address of a prefix. */
static struct address last_of(const struct prefix *p)
{
	unsigned width = p->address.family == 4 ? 32 : 128, free_bits = width - p->bits;
	number mask = free_bits == 128 ? ~(number)0 : ((number)1 << free_bits) - 1;

	return address_of(number_of(&p->address) | mask, p->address.family);
}

bool registry_range_parse(struct bytes text, struct address *ret_first, struct address *ret_last)
{
	const uint8_t *dash;
	struct prefix p;

	text = bytes_trim(text);
	dash = text.n ? memchr(text.p, '-', text.n) : NULL;
	if (!dash) {
		if (!prefix_parse(text, &p))
			return false;
		*ret_first = p.address;
		*ret_last = last_of(&p);
		return true;
	}
	return address_parse(bytes_trim(BYTES(text.p, dash - text.p)), ret_first) &&
	       address_parse(bytes_trim(BYTES(dash + 1, text.p + text.n - dash - 1)), ret_last);
}

static bool take_as(struct bytes text, uint32_t *ret)
{
	uint64_t n;

	text = bytes_trim(text);
	if (text.n > 2 && strncasecmp((const char *)text.p, "as", 2) == 0)
		take_skip(&text, 2);
	if (!bytes_number(text, UINT32_MAX, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

bool registry_as_parse(struct bytes text, uint32_t *ret_first, uint32_t *ret_last)
{
	struct bytes first = text, rest = text;

	if (!take_until(&rest, '-', &first) || !take_as(first, ret_first))
		return false;
	*ret_last = *ret_first;
	return rest.n == 0 || (take_as(rest, ret_last) && *ret_last >= *ret_first);
}

enum registry_holding registry_holding_of(const char *status)
{
	static const struct {
		const char *word;
		enum registry_holding holding;
	} words[] = {
		{ "sub-alloc", REGISTRY_SUBALLOCATED }, { "suba", REGISTRY_SUBALLOCATED },
		{ "realloc", REGISTRY_SUBALLOCATED }, { "reassign", REGISTRY_ASSIGNED },
		{ "assign", REGISTRY_ASSIGNED },	{ "割り当て", REGISTRY_ASSIGNED },
		{ "割当", REGISTRY_ASSIGNED },		{ "alloc", REGISTRY_ALLOCATED },
		{ "割り振り", REGISTRY_ALLOCATED },	{ "割振", REGISTRY_ALLOCATED },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcasestr(status, words[i].word))
			return words[i].holding;
	return REGISTRY_HOLDING_UNKNOWN;
}
