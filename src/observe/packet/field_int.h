/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Columns as logs and tables write them. Pure; each takes the whole span and says whether it is one. */
#ifndef OBSERVE_PACKET_FIELD_INT_H
#define OBSERVE_PACKET_FIELD_INT_H

#include "observe/packet/reader_int.h"

/* "UTC", "local", or ±HH[:]MM. */
bool zone_parse(struct bytes text, struct zone *ret);

/* An instant for a civil time in microseconds since 1970 as that zone has it. */
int64_t zone_instant(const struct zone *zone, int64_t civil_us);

/* ISO 8601 as time_parse, also with the offset behind a blank, without its colon, or as UTC or GMT; or seconds since
 * 1970, with a fraction or not. Times without an offset are in `zone`. Years 1970 to 9999. */
bool field_time(struct bytes text, const struct zone *zone, int64_t *ret_us);

/* Is this instant one that a packet may have? */
bool time_is_possible(int64_t time_us);

/* Addresses as text, also IPv4 with leading zeros (as DShield has them) and as one decimal number. They set `family`
 * and `known`; false too when source and destination are of two families. */
bool field_source(struct bytes text, struct event *e);
bool field_destination(struct bytes text, struct event *e);

/* Names as protocol_parse, and those that the kernel's log writes. */
bool field_protocol(struct bytes text, struct event *e);

bool field_port(struct bytes text, struct event *e);
bool field_source_port(struct bytes text, struct event *e);

/* Letters (F S R P A U E C, and 1 and 2 for the last two), or a number, also 0x… */
bool field_flags(struct bytes text, struct event *e);
bool field_ttl(struct bytes text, struct event *e);
bool field_length(struct bytes text, struct event *e);

/* The type of an ICMP event, and then its code: put at their places in `port`. A code without a type is none. */
bool field_type(struct bytes text, struct event *e);
bool field_code(struct bytes text, struct event *e);

bool sensor_name_is_good(struct bytes name);
void sensors_clear(struct sensors *s);

#endif
