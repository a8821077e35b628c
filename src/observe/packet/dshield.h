/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Rows of the DShield client format: date, time and zone; submitter; count; source; source port; target; target port;
 * protocol; and perhaps TCP flags as letters; between tabs. ICMP has its type as source port and its code as target
 * port. `???` and nothing are unknown. The submitter is the sensor (0: none). A row of count n gives n events,
 * REPEAT_MAX at most; a count above 1,000,000,000 is no count. */
#ifndef OBSERVE_PACKET_DSHIELD_H
#define OBSERVE_PACKET_DSHIELD_H

#include "observe/packet/reader_int.h"

/* A parser of the type line_parser; `context` is the struct zone of times that have none. */
enum line_kind dshield_parse(void *context, struct bytes line, struct line_packet *ret);

#endif
