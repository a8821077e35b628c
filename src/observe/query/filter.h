/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The filter language, in the manner of tcpdump and nfdump:
 *
 *	proto tcp and dport 1433 and src net 203.0.113.0/24 and country JP and sensor tokyo*
 *	(dport 5900-5910 or dport 22,23) and not mark zmap
 *	proto icmp and icmptype 8 and ttl < 64
 *
 * Words: proto, ip (IPv4), ip6, dport (or port), sport, src, src net, dst, dst net, country, as, sensor, kind, flags,
 * ttl, length, icmptype, icmpcode, mark, known (a column that must be known), any. Joined by and (also by standing
 * side by side), or, not, parentheses; "and" binds closer than "or". Numbers are N, N-M, lists with commas, or
 * compared: < N, <= N, > N, >= N.
 *
 * A column that is unknown makes its word neither true nor false, and "not" leaves it so: what is unknown is never
 * shown as if it were known (Kleene's three values). */
#ifndef OBSERVE_QUERY_FILTER_H
#define OBSERVE_QUERY_FILTER_H

#include "base/error.h"
#include "engine/place/place.h"
#include "observe/packet/event.h"

#define FILTER_TEXT_MAX 4096

struct filter;

/* What a filter looks at. */
enum filter_need {
	FILTER_NEEDS_SOURCE = 1 << 0,
	FILTER_NEEDS_DESTINATION = 1 << 1,
	FILTER_NEEDS_SOURCE_PORT = 1 << 2,
	FILTER_NEEDS_FLAGS = 1 << 3,
	FILTER_NEEDS_TTL = 1 << 4,
	FILTER_NEEDS_LENGTH = 1 << 5,
	FILTER_NEEDS_MARKS = 1 << 6,
	FILTER_NEEDS_PLACE = 1 << 7,  /* country or AS of the source */
	FILTER_NEEDS_FAMILY = 1 << 8,
	FILTER_NEEDS_CODE = 1 << 9,   /* whether the ICMP code is known */
};

struct filter_context {
	void *context;
	/* The sensor's name. */
	const char *(*sensor)(void *context, uint16_t sensor);
	/* Where the source belongs; NULL: unknown. */
	struct place (*place)(void *context, const struct address *source);
};

/* -EINVAL with a line that quotes the place where it went wrong. An empty text is "any". */
int filter_parse(struct bytes text, struct filter **ret, struct error *err);
struct filter *filter_free(struct filter *f);

/* enum filter_need. A filter without needs can be answered from roll-ups: protocol, kind, port and sensor alone. */
unsigned filter_needs(const struct filter *f);

/* Whether every event that matches has one and the same source, and which. */
bool filter_one_source(const struct filter *f, struct address *ret);

bool filter_matches(const struct filter *f, const struct event *e, const struct filter_context *context);

/* Whether an event with these values may match, whatever the rest is: for skipping groups. `has_port` false: the port
 * is not looked at. */
bool filter_may_match(const struct filter *f, const struct event *class, bool has_port);

#endif
