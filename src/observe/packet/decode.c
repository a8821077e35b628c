/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* IP headers and what follows them: RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 792, RFC 4443. */
#include "observe/packet/decode.h"

#include "base/cleanup.h"
#include "observe/packet/link_int.h"
#include "observe/packet/mark.h"

static const struct {
	const char *name, *help;
} skips[SKIP_COUNT] = {
	[PACKET_OK] = { "", "" },
	[SKIP_UNSUPPORTED_LINK] = { "unsupported-link", "the link type of the capture is none that is read here" },
	[SKIP_NOT_IP] = { "not-ip", "the frame carries no IP packet (ARP, spanning tree, routing, management, …)" },
	[SKIP_UNREADABLE] = { "unreadable", "the link layer encrypts, compresses or splits the IP packet" },
	[SKIP_TRUNCATED] = { "truncated", "the captured bytes end before the IP header does" },
	[SKIP_MALFORMED] = { "malformed", "the headers contradict themselves" },
	[SKIP_NO_TIME] = { "no-time", "the record has no time, or an impossible one" },
	[SKIP_NO_INTERFACE] = { "no-interface", "the packet names an interface that the capture does not describe" },
	[SKIP_OUTGOING] = { "outgoing", "the log line is of a packet that the sensor itself sent" },
	[SKIP_REPEAT_LIMIT] = { "repeat-limit", "a row stands for more packets than a row may stand for" },
};

const char *packet_skip_name(enum packet_skip skip)
{
	return skips[skip].name;
}

const char *packet_skip_help(enum packet_skip skip)
{
	return skips[skip].help;
}

/* An IP packet being decoded: the bytes behind its header (without link-layer padding) and what marks need. */
struct payload {
	struct bytes bytes;
	uint16_t identification;
	bool has_identification;
};

#define TCP_HEADER 20
#define IP4_HEADER 20
#define IP6_HEADER 40

static inline void take_ports(struct event *e, const uint8_t *p)
{
	e->source_port = get_u16be(p);
	e->port = get_u16be(p + 2);
	e->known |= EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT;
}

static inline void decode_tcp(struct event *e, const struct payload *in)
{
	const uint8_t *p = in->bytes.p;
	uint32_t sequence;

	if (in->bytes.n >= 4)
		take_ports(e, p);
	e->kind = EVENT_UNKNOWN;
	if (in->bytes.n < 14)
		return;
	e->flags = p[13];
	e->known |= EVENT_HAS_FLAGS;
	e->kind = event_kind_of_flags(e->flags);
	sequence = get_u32be(p + 4);
	e->marks = marks_of(e, in->has_identification ? &in->identification : NULL, &sequence);
}

static inline void decode_icmp(struct event *e, const struct payload *in)
{
	if (in->bytes.n >= 1) {
		e->port = (uint16_t)(in->bytes.p[0] << 8);
		e->known |= EVENT_HAS_PORT;
	}
	if (in->bytes.n >= 2) {
		e->port |= in->bytes.p[1];
		e->known |= EVENT_HAS_CODE;
	}
}

/* The transport layer of a packet that is whole or the first fragment. */
static inline void decode_transport(struct event *e, const struct payload *in)
{
	if (e->protocol == PROTOCOL_TCP) {
		decode_tcp(e, in);
		return;
	}
	if (e->protocol == PROTOCOL_UDP && in->bytes.n >= 4)
		take_ports(e, in->bytes.p);
	else if (event_is_icmp(e))
		decode_icmp(e, in);
	e->kind = event_kind_of(e);
	if (e->kind == EVENT_PROBE)
		e->marks = marks_of(e, in->has_identification ? &in->identification : NULL, NULL);
}

#define KNOWN_ADDRESSES (EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_TTL)

/* TCP with its whole header or UDP, over IPv4 without options: nearly all that arrives. The same columns as decode_ip4
 * gives. Chosen by selection, as a branch on what the network sends is often foretold wrongly. All is read before anything is
 * written, so that the compiler need not fear that the event lies in the packet, and written once where it belongs: a struct
 * built aside and copied costs twice as much. */
static inline void fill_plain4(const uint8_t *p, const uint8_t *transport, struct event *ret)
{
	uint32_t destination = get_u32be(p + 16), sequence = get_u32be(transport + 4), addresses[2];
	uint16_t identification = get_u16be(p + 4), port = get_u16be(transport + 2), length = get_u16be(p + 2);
	uint16_t source_port = get_u16be(transport);
	bool is_tcp = p[9] == PROTOCOL_TCP;
	uint8_t flags = is_tcp ? transport[13] : 0, ttl = p[8], kind = is_tcp ? event_kind_of_flags(flags) : EVENT_PROBE;
	uint8_t marks = mark_of_mirai(destination, sequence) | mark_of_masscan(identification, destination, port, sequence);

	marks = (is_tcp ? marks : 0) | mark_of_zmap(identification);
	memcpy(addresses, p + 12, sizeof addresses);
	memset(ret, 0, offsetof(struct event, source_port));
	memcpy(ret->source, &addresses[0], 4);
	memcpy(ret->destination, &addresses[1], 4);
	ret->source_port = source_port;
	ret->port = port;
	ret->length = length;
	ret->sensor = 0;
	ret->known = KNOWN_ADDRESSES | EVENT_HAS_PROTOCOL | EVENT_HAS_LENGTH | EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT |
		     (is_tcp ? EVENT_HAS_FLAGS : 0);
	ret->family = 4;
	ret->protocol = is_tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
	ret->flags = flags;
	ret->ttl = ttl;
	ret->kind = kind;
	ret->marks = kind == EVENT_PROBE ? marks : 0;
}

/* `c` begins at the version nibble, which is 4. A total length of 0 is what a sender's kernel leaves for its card to
 * fill in: the length is then unknown and the payload all that was captured. */
static inline enum packet_skip decode_ip4(struct bytes c, bool is_cut, struct event *ret)
{
	const uint8_t *p = c.p;
	size_t header, total;
	struct payload in;

	if (c.n < IP4_HEADER)
		return is_cut ? SKIP_TRUNCATED : SKIP_MALFORMED;
	header = (size_t)(p[0] & 15) * 4;
	total = get_u16be(p + 2);
	if (header < IP4_HEADER || (total && total < header))
		return SKIP_MALFORMED;
	if (c.n < header)
		return is_cut ? SKIP_TRUNCATED : SKIP_MALFORMED;
	in.bytes = BYTES(p + header, (total && total < c.n ? total : c.n) - header);
	in.identification = get_u16be(p + 4);
	in.has_identification = true;
	*ret = (struct event){ .length = (uint16_t)total, .family = 4, .protocol = p[9], .ttl = p[8] };
	memcpy(ret->source, p + 12, 4);
	memcpy(ret->destination, p + 16, 4);
	ret->known = KNOWN_ADDRESSES | EVENT_HAS_PROTOCOL | (total ? EVENT_HAS_LENGTH : 0);
	if (get_u16be(p + 6) & 0x1fff)
		ret->kind = EVENT_OTHER;
	else
		decode_transport(ret, &in);
	return PACKET_OK;
}

enum { IP6_HOP_BY_HOP = 0, IP6_ROUTING = 43, IP6_FRAGMENT = 44, IP6_AUTHENTICATION = 51, IP6_DESTINATION = 60 };

static bool is_extension(uint8_t protocol)
{
	return protocol == IP6_HOP_BY_HOP || protocol == IP6_ROUTING || protocol == IP6_FRAGMENT ||
	       protocol == IP6_AUTHENTICATION || protocol == IP6_DESTINATION;
}

/* Walks the extension headers (RFC 8200 §4, RFC 4302). True when `*ret_protocol` is what follows them and `c` its
 * bytes; false when the bytes end before, and the protocol stays unknown. A later fragment ends the walk: what its
 * header names is the protocol only if no extension follows in the first one. */
static bool skip_extensions(struct bytes *c, uint8_t *protocol, bool *ret_is_later_fragment)
{
	*ret_is_later_fragment = false;
	while (is_extension(*protocol)) {
		uint8_t kind = *protocol;
		size_t n;
		if (c->n < 8)
			return false;
		n = kind == IP6_FRAGMENT ? 8 : kind == IP6_AUTHENTICATION ? (c->p[1] + 2u) * 4 : (c->p[1] + 1u) * 8;
		*protocol = c->p[0];
		if (kind == IP6_FRAGMENT && get_u16be(c->p + 2) & 0xfff8) {
			*ret_is_later_fragment = true;
			return !is_extension(*protocol);
		}
		/* Cut inside this header: what follows it is still named, but not one byte of it is there. */
		if (!take_skip(c, MIN(n, c->n)) || (c->n == 0 && is_extension(*protocol)))
			return false;
	}
	return true;
}

/* A payload length of 0 is a jumbogram (RFC 2675) or one that the sender's card fills in: unknown. */
static enum packet_skip decode_ip6(struct bytes c, bool is_cut, struct event *ret)
{
	const uint8_t *p = c.p;
	struct payload in = { .has_identification = false };
	bool is_later_fragment;
	size_t payload;
	uint8_t protocol;

	if (c.n < IP6_HEADER)
		return is_cut ? SKIP_TRUNCATED : SKIP_MALFORMED;
	payload = get_u16be(p + 4);
	protocol = p[6];
	in.bytes = BYTES(p + IP6_HEADER, payload ? MIN(payload, c.n - IP6_HEADER) : c.n - IP6_HEADER);
	*ret = (struct event){ .length = (uint16_t)MIN(payload + IP6_HEADER, 65535u), .family = 6, .ttl = p[7] };
	memcpy(ret->source, p + 8, 16);
	memcpy(ret->destination, p + 24, 16);
	ret->known = KNOWN_ADDRESSES | EVENT_HAS_LENGTH;
	if (payload == 0 && protocol != 59) {
		ret->length = 0;
		ret->known &= (uint16_t)~EVENT_HAS_LENGTH;
	}
	if (!skip_extensions(&in.bytes, &protocol, &is_later_fragment)) {
		ret->kind = is_later_fragment ? EVENT_OTHER : EVENT_UNKNOWN;
		return PACKET_OK;
	}
	ret->protocol = protocol;
	ret->known |= EVENT_HAS_PROTOCOL;
	if (is_later_fragment)
		ret->kind = EVENT_OTHER;
	else
		decode_transport(ret, &in);
	return PACKET_OK;
}

/* `family` is what the link layer said, 0 for nothing; the version nibble must agree. */
static enum packet_skip decode_ip(struct bytes c, uint8_t family, bool is_cut, struct event *ret)
{
	uint8_t version;

	if (c.n == 0)
		return is_cut ? SKIP_TRUNCATED : SKIP_MALFORMED;
	version = c.p[0] >> 4;
	if ((version != 4 && version != 6) || (family && family != version))
		return SKIP_MALFORMED;
	return version == 4 ? decode_ip4(c, is_cut, ret) : decode_ip6(c, is_cut, ret);
}

#define ETHERNET_HEADER 14

#define UDP_HEADER 8

/* Type IPv4, version 4 and a header of five words, not a later fragment, TCP or UDP, and both whole headers there. */
static inline bool is_plain4(struct bytes frame)
{
	const uint8_t *p = frame.p + ETHERNET_HEADER;

	return frame.n >= ETHERNET_HEADER + IP4_HEADER + TCP_HEADER && get_u16be(p - 2) == ETHERTYPE_IP4 && p[0] == 0x45 &&
	       (p[9] == PROTOCOL_TCP) | (p[9] == PROTOCOL_UDP) && (get_u16be(p + 6) & 0x1fff) == 0 &&
	       get_u16be(p + 2) >= IP4_HEADER + (p[9] == PROTOCOL_TCP ? TCP_HEADER : UDP_HEADER);
}

/* Apart, so that the common case pays for none of its stack. */
static __attribute__((noinline)) enum packet_skip decode_any(uint32_t link_type, struct bytes captured,
							      uint32_t wire_length, struct event *ret)
{
	bool is_cut = captured.n < wire_length;
	uint8_t family;
	enum packet_skip skip = link_find_ip(link_type, &captured, &family);

	if (skip == SKIP_TRUNCATED && !is_cut)
		skip = SKIP_MALFORMED;
	return skip ? skip : decode_ip(captured, family, is_cut, ret);
}

enum packet_skip packet_decode(uint32_t link_type, struct bytes captured, uint32_t wire_length, struct event *ret)
{
	if (link_type != LINK_ETHERNET || !is_plain4(captured))
		return decode_any(link_type, captured, wire_length, ret);
	fill_plain4(captured.p + ETHERNET_HEADER, captured.p + ETHERNET_HEADER + IP4_HEADER, ret);
	return PACKET_OK;
}
