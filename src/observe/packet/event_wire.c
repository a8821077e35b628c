/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Events as bytes. */
#include "observe/packet/event_wire.h"

void event_write(uint8_t p[EVENT_WIRE_BYTES], const struct event *e)
{
	memset(p, 0, EVENT_WIRE_BYTES);
	put_u64le(p, (uint64_t)e->time_us);
	memcpy(p + 8, e->source, 16);
	memcpy(p + 24, e->destination, 16);
	put_u16le(p + 40, e->source_port);
	put_u16le(p + 42, e->port);
	put_u16le(p + 44, e->length);
	put_u16le(p + 46, e->known);
	p[48] = e->family;
	p[49] = e->protocol;
	p[50] = e->flags;
	p[51] = e->ttl;
	p[52] = e->kind;
	p[53] = e->marks;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static bool unknown_is_zero(const struct event *e)
{
	uint16_t known = e->known;

	return ((known & EVENT_HAS_SOURCE) || is_zero(e->source, 16)) &&
	       ((known & EVENT_HAS_DESTINATION) || is_zero(e->destination, 16)) &&
	       ((known & EVENT_HAS_SOURCE_PORT) || !e->source_port) && ((known & EVENT_HAS_PORT) || !e->port) &&
	       ((known & EVENT_HAS_FLAGS) || !e->flags) && ((known & EVENT_HAS_TTL) || !e->ttl) &&
	       ((known & EVENT_HAS_LENGTH) || !e->length) && ((known & EVENT_HAS_PROTOCOL) || !e->protocol);
}

bool event_read(const uint8_t p[EVENT_WIRE_BYTES], struct event *ret)
{
	struct event e = {
		.time_us = (int64_t)get_u64le(p),
		.source_port = get_u16le(p + 40),
		.port = get_u16le(p + 42),
		.length = get_u16le(p + 44),
		.known = get_u16le(p + 46),
		.family = p[48],
		.protocol = p[49],
		.flags = p[50],
		.ttl = p[51],
		.kind = p[52],
		.marks = p[53],
	};
	bool has_address = e.known & (EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION);

	memcpy(e.source, p + 8, 16);
	memcpy(e.destination, p + 24, 16);
	if (e.kind > EVENT_UNKNOWN || !is_zero(p + 54, EVENT_WIRE_BYTES - 54) || !unknown_is_zero(&e))
		return false;
	if (has_address ? e.family != 4 && e.family != 6 : e.family != 0)
		return false;
	if (e.family == 4 && (!is_zero(e.source + 4, 12) || !is_zero(e.destination + 4, 12)))
		return false;
	*ret = e;
	return true;
}
