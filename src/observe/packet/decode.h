/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* From the bytes of a frame to the event. Pure: bytes in, an event or the reason why not out.
 *
 *	struct event e;
 *	enum packet_skip skip = packet_decode(LINK_ETHERNET, frame, wire_length, &e);
 *	if (skip)
 *		counts[skip]++;
 *
 * The event is that of the outermost IP header: of a tunnel (6in4, GRE, VXLAN, IP in IP) the outer packet is what
 * arrived unasked. A packet becomes an event as soon as its IP header is whole; what the captured bytes do not
 * reach any more (ports, flags) is unknown. Later fragments have no ports and are of kind OTHER. */
#ifndef OBSERVE_PACKET_DECODE_H
#define OBSERVE_PACKET_DECODE_H

#include "observe/packet/event.h"

/* Why a packet became no event. Names and explanations stand in packet_skip_name() and packet_skip_help(). */
enum packet_skip {
	PACKET_OK = 0,
	SKIP_UNSUPPORTED_LINK,
	SKIP_NOT_IP,
	SKIP_UNREADABLE,
	SKIP_TRUNCATED,
	SKIP_MALFORMED,
	SKIP_NO_TIME,
	SKIP_NO_INTERFACE,
	SKIP_OUTGOING,
	SKIP_REPEAT_LIMIT,
	SKIP_COUNT,
};

/* "not-ip", and one line that explains it. For PACKET_OK both are "". */
const char *packet_skip_name(enum packet_skip skip);
const char *packet_skip_help(enum packet_skip skip);

/* The link types that callers name themselves; link.c has all that are read (https://www.tcpdump.org/linktypes). */
#define LINK_ETHERNET 1
#define LINK_RAW 101

/* What a link type is called, or NULL when it is not read. */
const char *packet_link_name(uint32_t link_type);

/* Decodes one frame. `wire_length` is its length before the capture cut it. Fills all of `ret` but the sensor (0)
 * and the time (0), which the caller knows; on a skip `ret` is not written. */
enum packet_skip packet_decode(uint32_t link_type, struct bytes captured, uint32_t wire_length, struct event *ret);

#endif
