/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Which packets are the sensor's own conversations. A sensor often has one address, and delivery runs over the watched
 * interface: what others send because we asked is left out, by rule, and counted. Pure. */
#ifndef OBSERVE_SENSOR_RULES_H
#define OBSERVE_SENSOR_RULES_H

#include "base/error.h"
#include "observe/packet/event.h"

/* RULE(constant, name of its counter, what it leaves out). The first that fits counts. */
#define SENSOR_RULES(RULE)                                                                                    \
	RULE(OUTGOING, "rule-outgoing", "packets from the interface's own addresses")                         \
	RULE(CENTRE, "rule-centre", "TCP from the centre's address and port")                                 \
	RULE(DNS, "rule-dns", "TCP and UDP from port 53 of the name servers")                                 \
	RULE(NTP, "rule-ntp", "UDP from port 123 of the time servers")                                        \
	RULE(OPERATOR, "rule-operator", "anything from the operator's prefixes")                              \
	RULE(NOT_WATCHED, "rule-not-watched", "packets to addresses that are not watched")

enum rule_kind {
#define RULE(constant, name, help) RULE_##constant,
	SENSOR_RULES(RULE)
#undef RULE
	RULE_KIND_COUNT,
};

const char *rule_name(enum rule_kind kind);
const char *rule_help(enum rule_kind kind);

/* One row. Packets whose source is in `from` (NOT_WATCHED: whose destination is in no such row) … */
struct rule {
	enum rule_kind kind;
	struct prefix prefix;
	uint16_t port; /* … and whose source port is this; 0: any */
};

#define RULES_MAX 512

/* No pointers: a capture reads them in memory that it shares with its parent, which may add some. */
struct rules {
	struct rule rows[RULES_MAX];
	size_t count;
};

/* Adds a row for each of "a,b,c" (prefixes or addresses). -EINVAL: one is neither; -E2BIG. */
int rules_add(struct rules *r, enum rule_kind kind, const char *prefixes, uint16_t port, struct error *err);
int rules_add_address(struct rules *r, enum rule_kind kind, const struct address *a, uint16_t port, struct error *err);

bool rules_have_address(const struct rules *r, enum rule_kind kind, const struct address *a, uint16_t port);

/* The kind that leaves the event out, or -1: it is kept. Without NOT_WATCHED rows every destination is watched. */
int rules_match(const struct rules *r, const struct event *e);

#endif
