/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Marks that known scanners leave, each with its source. */
#include "observe/packet/mark.h"

#include "base/cleanup.h"

static const char *const names[] = { "zmap", "masscan", "mirai" };

const char *mark_name(unsigned bit)
{
	return bit < COUNT(names) ? names[bit] : NULL;
}

/* ZMap sends a fixed IP identification: Durumeric, Wustrow, Halderman, "ZMap: Fast Internet-Wide Scanning and its
 * Security Applications" (USENIX Security 2013); 54321 in its source, and in Durumeric, Bailey, Halderman, "An
 * Internet-Wide View of Internet-Wide Scanning" (2014), section 3. */
#define ZMAP_IDENTIFICATION 54321

/* masscan (Graham 2013, https://github.com/robertdavidgraham/masscan) makes the identification out of what it
 * sends: destination address ^ destination port ^ TCP sequence number, the low 16 bits. By chance one SYN in 65,536
 * has it too. */
static inline bool is_masscan(const struct event *e, uint16_t identification, uint32_t sequence)
{
	return identification == (uint16_t)(get_u32be(e->destination) ^ e->port ^ sequence);
}

/* Mirai sets the TCP sequence number to the destination address: Antonakakis et al., "Understanding the Mirai
 * Botnet" (USENIX Security 2017), section 4.2. */
static inline bool is_mirai(const struct event *e, uint32_t sequence)
{
	return sequence == get_u32be(e->destination);
}

uint8_t marks_of(const struct event *e, const uint16_t *identification, const uint32_t *sequence)
{
	uint8_t marks = 0;

	if (e->kind != EVENT_PROBE || e->family != 4)
		return 0;
	if (identification && *identification == ZMAP_IDENTIFICATION)
		marks |= EVENT_MARK_ZMAP;
	if (e->protocol != PROTOCOL_TCP || !sequence || !(e->known & EVENT_HAS_DESTINATION))
		return marks;
	if (identification && e->known & EVENT_HAS_PORT && is_masscan(e, *identification, *sequence))
		marks |= EVENT_MARK_MASSCAN;
	if (is_mirai(e, *sequence))
		marks |= EVENT_MARK_MIRAI;
	return marks;
}
