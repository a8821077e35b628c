/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Marks that known scanners leave in the packets they send, each with its source. Inline, as the decoder asks for
 * every packet. */
#ifndef OBSERVE_PACKET_MARK_H
#define OBSERVE_PACKET_MARK_H

#include "observe/packet/event.h"

/* "zmap", "masscan", "mirai"; NULL past the last one. `bit` counts from 0. */
const char *mark_name(unsigned bit);

/* ZMap sends a fixed IP identification: Durumeric, Wustrow, Halderman, "ZMap: Fast Internet-Wide Scanning and its
 * Security Applications" (USENIX Security 2013); 54321 in its source, and in Durumeric, Bailey, Halderman, "An
 * Internet-Wide View of Internet-Wide Scanning" (2014), section 3. */
static inline uint8_t mark_of_zmap(uint16_t identification)
{
	return identification == 54321 ? EVENT_MARK_ZMAP : 0;
}

/* masscan (Graham 2013, https://github.com/robertdavidgraham/masscan) makes the identification out of what it
 * sends: destination address ^ destination port ^ TCP sequence number, the low 16 bits. By chance one SYN in 65,536
 * has it too. */
static inline uint8_t mark_of_masscan(uint16_t identification, uint32_t destination, uint16_t port, uint32_t sequence)
{
	return identification == (uint16_t)(destination ^ port ^ sequence) ? EVENT_MARK_MASSCAN : 0;
}

/* Mirai sets the TCP sequence number to the destination address: Antonakakis et al., "Understanding the Mirai
 * Botnet" (USENIX Security 2017), section 4.2. */
static inline uint8_t mark_of_mirai(uint32_t destination, uint32_t sequence)
{
	return sequence == destination ? EVENT_MARK_MIRAI : 0;
}

/* The marks of an event whose columns are filled. Only a probe over IPv4 has marks: what answers echoes fields of
 * what it answers. `identification` and `sequence` (TCP) are NULL where they were not seen. */
static inline uint8_t marks_of(const struct event *e, const uint16_t *identification, const uint32_t *sequence)
{
	uint8_t marks = 0;

	if (e->kind != EVENT_PROBE || e->family != 4)
		return 0;
	if (identification)
		marks |= mark_of_zmap(*identification);
	if (e->protocol != PROTOCOL_TCP || !sequence || !(e->known & EVENT_HAS_DESTINATION))
		return marks;
	if (identification && e->known & EVENT_HAS_PORT)
		marks |= mark_of_masscan(*identification, get_u32be(e->destination), e->port, *sequence);
	return marks | mark_of_mirai(get_u32be(e->destination), *sequence);
}

#endif
