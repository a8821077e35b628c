/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The event: what is kept of one packet that nobody asked for. Every column but the time can be unknown, which is
 * not zero (design decision 7.0); `known` says which are known, and a column that is not known holds zero. */
#ifndef OBSERVE_PACKET_EVENT_H
#define OBSERVE_PACKET_EVENT_H

#include "base/address.h"

/* Bits of `known`. */
enum event_known {
	EVENT_HAS_SOURCE = 1 << 0,
	EVENT_HAS_DESTINATION = 1 << 1,
	EVENT_HAS_SOURCE_PORT = 1 << 2,
	EVENT_HAS_PORT = 1 << 3, /* destination port, or ICMP type and code */
	EVENT_HAS_FLAGS = 1 << 4,
	EVENT_HAS_TTL = 1 << 5,
	EVENT_HAS_LENGTH = 1 << 6,
	EVENT_HAS_PROTOCOL = 1 << 7,
	EVENT_HAS_CODE = 1 << 8, /* ICMP: the code too, not the type alone */
};

/* What a packet is. UNKNOWN where no flags are known (a log line of TCP without its flags). */
enum event_kind {
	EVENT_PROBE = 0,       /* somebody asks: TCP SYN, UDP, ICMP echo request … */
	EVENT_BACKSCATTER = 1, /* an answer to something that was never asked: SYN-ACK, RST, ICMP errors, echo reply */
	EVENT_OTHER = 2,       /* neither: TCP without SYN or RST, fragments past the first, other protocols */
	EVENT_UNKNOWN = 3,
};

/* Marks that known scanners leave; see mark.h for their sources. */
enum event_mark {
	EVENT_MARK_ZMAP = 1 << 0,
	EVENT_MARK_MASSCAN = 1 << 1,
	EVENT_MARK_MIRAI = 1 << 2,
};

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMPV6 58

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

struct event {
	int64_t time_us;         /* UTC */
	uint8_t source[16];      /* as in struct address */
	uint8_t destination[16];
	uint16_t source_port;
	uint16_t port;           /* destination port; for ICMP and ICMPv6 type << 8 | code */
	uint16_t length;         /* of the IP packet as its header says, 65535 at most */
	uint16_t sensor;         /* index given by the reader: its input's sensors in order of appearance */
	uint16_t known;          /* enum event_known */
	uint8_t family;          /* 4, 6, or 0 when neither address is known */
	uint8_t protocol;        /* RFC 5237 number; behind IPv6 extension headers the last one */
	uint8_t flags;           /* TCP flags, the low eight bits of byte 13 (RFC 9293) */
	uint8_t ttl;             /* or IPv6 hop limit */
	uint8_t kind;            /* enum event_kind */
	uint8_t marks;           /* enum event_mark */
};

/* Kind of a TCP packet by its flags alone. Who answers a packet with a forged source sends SYN-ACK or RST to that
 * source: Moore et al., "Inferring Internet Denial-of-Service Activity" (2001), section 3. Two bits for each of
 * ACK, RST, SYN (from the left), so that the fast path need not branch on what the network sends. */
static inline uint8_t event_kind_of_flags(uint8_t flags)
{
	const unsigned kinds = EVENT_OTHER | EVENT_PROBE << 2 | EVENT_BACKSCATTER << 4 | EVENT_BACKSCATTER << 6 |
			       EVENT_OTHER << 8 | EVENT_BACKSCATTER << 10 | EVENT_BACKSCATTER << 12 |
			       EVENT_BACKSCATTER << 14;
	unsigned index = (flags >> 1 & 3u) | (flags >> 2 & 4u);

	return kinds >> index * 2 & 3;
}

/* Kind by the rules in this header's comments; looks at protocol, flags, port (ICMP type) and `known`. */
uint8_t event_kind_of(const struct event *e);

static inline struct address event_source(const struct event *e)
{
	struct address a = { .family = e->known & EVENT_HAS_SOURCE ? e->family : 0 };
	memcpy(a.byte, e->source, sizeof a.byte);
	return a;
}

static inline struct address event_destination(const struct event *e)
{
	struct address a = { .family = e->known & EVENT_HAS_DESTINATION ? e->family : 0 };
	memcpy(a.byte, e->destination, sizeof a.byte);
	return a;
}

static inline bool event_is_icmp(const struct event *e)
{
	return e->protocol == PROTOCOL_ICMP || e->protocol == PROTOCOL_ICMPV6;
}

/* "probe", "backscatter", "other", "unknown". */
const char *event_kind_name(uint8_t kind);

/* "tcp", "udp", "icmp", "icmp6", else the number as text in `into` (4 bytes). */
const char *protocol_name(uint8_t protocol, char into[4]);
/* Also numbers 0..255; false when it is neither. */
bool protocol_parse(struct bytes text, uint8_t *ret);

#endif
