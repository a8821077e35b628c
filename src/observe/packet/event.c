/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The event: names and the rule that tells what a packet is. */
#include "observe/packet/event.h"

#include "base/cleanup.h"

#include <strings.h>

static const char kind_names[][12] = { "probe", "backscatter", "other", "unknown" };

const char *event_kind_name(uint8_t kind)
{
	return kind_names[kind < COUNT(kind_names) ? kind : EVENT_UNKNOWN];
}

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", PROTOCOL_TCP },
	{ "udp", PROTOCOL_UDP },
	{ "icmp", PROTOCOL_ICMP },
	{ "icmp6", PROTOCOL_ICMPV6 },
	{ "icmpv6", PROTOCOL_ICMPV6 },
	{ "ipv6-icmp", PROTOCOL_ICMPV6 },
};

const char *protocol_name(uint8_t protocol, char into[4])
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	snprintf(into, 4, "%u", protocol);
	return into;
}

bool protocol_parse(struct bytes text, uint8_t *ret)
{
	uint64_t number;

	for (size_t i = 0; i < COUNT(protocols); i++)
		if (text.n == strlen(protocols[i].name) &&
		    strncasecmp((const char *)text.p, protocols[i].name, text.n) == 0) {
			*ret = protocols[i].number;
			return true;
		}
	if (!bytes_number(text, 255, &number))
		return false;
	*ret = (uint8_t)number;
	return true;
}

/* The ICMP replies and errors that Moore et al. (event.h) count as answers to forged packets. */
static uint8_t kind_of_icmp(uint8_t type)
{
	switch (type) {
	case 8:  /* echo */
	case 13: /* timestamp */
	case 15: /* information */
	case 17: /* address mask */
		return EVENT_PROBE;
	case 0:
	case 3:
	case 4:
	case 5:
	case 11:
	case 12:
	case 14:
	case 16:
	case 18:
		return EVENT_BACKSCATTER;
	default:
		return EVENT_OTHER;
	}
}

static uint8_t kind_of_icmp6(uint8_t type)
{
	if (type == 128) /* echo request, RFC 4443 §4.1 */
		return EVENT_PROBE;
	if (type == 129 || (type >= 1 && type <= 4)) /* echo reply and the errors */
		return EVENT_BACKSCATTER;
	return EVENT_OTHER;
}

uint8_t event_kind_of(const struct event *e)
{
	if (!(e->known & EVENT_HAS_PROTOCOL))
		return EVENT_UNKNOWN;
	switch (e->protocol) {
	case PROTOCOL_TCP:
		return e->known & EVENT_HAS_FLAGS ? event_kind_of_flags(e->flags) : EVENT_UNKNOWN;
	case PROTOCOL_UDP:
		return e->known & EVENT_HAS_PORT ? EVENT_PROBE : EVENT_OTHER;
	case PROTOCOL_ICMP:
		return e->known & EVENT_HAS_PORT ? kind_of_icmp((uint8_t)(e->port >> 8)) : EVENT_UNKNOWN;
	case PROTOCOL_ICMPV6:
		return e->known & EVENT_HAS_PORT ? kind_of_icmp6((uint8_t)(e->port >> 8)) : EVENT_UNKNOWN;
	default:
		return EVENT_OTHER;
	}
}
