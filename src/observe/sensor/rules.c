/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Which packets are the sensor's own conversations. */
#include "observe/sensor/rules.h"

#include "base/cleanup.h"

#include <errno.h>

static const struct {
	const char *name, *help;
} names[RULE_KIND_COUNT] = {
#define RULE(constant, name, help) [RULE_##constant] = { name, help },
	SENSOR_RULES(RULE)
#undef RULE
};

const char *rule_name(enum rule_kind kind)
{
	return names[kind].name;
}

const char *rule_help(enum rule_kind kind)
{
	return names[kind].help;
}

static int add(struct rules *r, const struct rule *row, struct error *err)
{
	if (r->count == RULES_MAX)
		return error_set(err, -E2BIG, "more than %d addresses and prefixes", RULES_MAX);
	r->rows[r->count] = *row;
	__atomic_store_n(&r->count, r->count + 1, __ATOMIC_RELEASE); /* a capture may be reading them */
	return 0;
}

int rules_add(struct rules *r, enum rule_kind kind, const char *prefixes, uint16_t port, struct error *err)
{
	struct bytes rest = BYTES_TEXT(prefixes), word;
	int result = 0;

	while (result == 0 && take_until(&rest, ',', &word)) {
		struct rule row = { .kind = kind, .port = port };
		word = bytes_trim(word);
		if (word.n == 0)
			continue;
		if (!prefix_parse(word, &row.prefix)) {
			error_hint(err, "prefixes are written 192.0.2.0/28,2001:db8::/64");
			return error_set(err, -EINVAL, "'%.*s' is not a prefix", (int)MIN(word.n, (size_t)60),
					 (const char *)word.p);
		}
		result = add(r, &row, err);
	}
	return result;
}

int rules_add_address(struct rules *r, enum rule_kind kind, const struct address *a, uint16_t port, struct error *err)
{
	struct rule row = { .kind = kind, .prefix = { *a, a->family == 4 ? 32 : 128 }, .port = port };

	return add(r, &row, err);
}

bool rules_have_address(const struct rules *r, enum rule_kind kind, const struct address *a, uint16_t port)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *row = &r->rows[i];
		if (row->kind == kind && row->port == port && row->prefix.bits == (a->family == 4 ? 32 : 128) &&
		    address_compare(&row->prefix.address, a) == 0)
			return true;
	}
	return false;
}

static bool has_protocol(enum rule_kind kind, const struct event *e)
{
	switch (kind) {
	case RULE_CENTRE:
		return e->protocol == PROTOCOL_TCP;
	case RULE_DNS:
		return e->protocol == PROTOCOL_TCP || e->protocol == PROTOCOL_UDP;
	case RULE_NTP:
		return e->protocol == PROTOCOL_UDP;
	default:
		return true;
	}
}

static bool fits(const struct rule *row, const struct event *e, const struct address *source)
{
	return has_protocol(row->kind, e) && prefix_holds(&row->prefix, source) &&
	       (!row->port || (e->known & EVENT_HAS_SOURCE_PORT && e->source_port == row->port));
}

int rules_match(const struct rules *r, const struct event *e)
{
	struct address source = event_source(e), destination = event_destination(e);
	bool has_watched = false, is_watched = false;
	size_t count = __atomic_load_n(&r->count, __ATOMIC_ACQUIRE);
	int found = -1;

	for (size_t i = 0; i < count; i++) {
		const struct rule *row = &r->rows[i];
		if (row->kind == RULE_NOT_WATCHED) {
			has_watched = true;
			is_watched = is_watched || prefix_holds(&row->prefix, &destination);
		} else if ((found < 0 || (int)row->kind < found) && fits(row, e, &source)) {
			found = (int)row->kind;
		}
	}
	if (found >= 0)
		return found;
	return has_watched && !is_watched ? RULE_NOT_WATCHED : -1;
}
