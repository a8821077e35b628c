/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Marks that known scanners leave in the packets they send. */
#ifndef OBSERVE_PACKET_MARK_H
#define OBSERVE_PACKET_MARK_H

#include "observe/packet/event.h"

/* "zmap", "masscan", "mirai"; NULL past the last one. `bit` counts from 0. */
const char *mark_name(unsigned bit);

/* The marks of an event of kind probe over IPv4, whose IP identification and, for TCP, sequence number were seen;
 * NULL where they were not. None for other events: what answers echoes fields of what it answers. */
uint8_t marks_of(const struct event *e, const uint16_t *identification, const uint32_t *sequence);

#endif
