/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Events as bytes, one after the other, for the journal and for what sensors send. 60 bytes each, little-endian:
 * i64 time, 16 bytes source, 16 bytes destination, u16 source port, port, length, known, then u8 family, protocol,
 * flags, TTL, kind, marks, and six zero bytes. */
#ifndef OBSERVE_PACKET_EVENT_WIRE_H
#define OBSERVE_PACKET_EVENT_WIRE_H

#include "observe/packet/event.h"

#define EVENT_WIRE_BYTES 60

void event_write(uint8_t into[EVENT_WIRE_BYTES], const struct event *e);

/* False when the bytes are not an event: a column that is unknown but not zero, an impossible kind or family. */
bool event_read(const uint8_t from[EVENT_WIRE_BYTES], struct event *ret);

#endif
