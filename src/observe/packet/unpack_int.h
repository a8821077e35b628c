/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Unpacks gzip (RFC 1952) and zstd (RFC 8878), also several members or frames behind each other. Pure: packed bytes
 * in, plain bytes out. */
#ifndef OBSERVE_PACKET_UNPACK_INT_H
#define OBSERVE_PACKET_UNPACK_INT_H

#include "base/bytes.h"

struct unpacker;

/* An unpacker for bytes that begin like these, or NULL when they are not packed. */
struct unpacker *unpacker_for(struct bytes head);
struct unpacker *unpacker_free(struct unpacker *u);
const char *unpacker_name(const struct unpacker *u);

/* Takes from `packed` and writes up to `room` bytes; returns how many, which may be 0 when more is needed. `damage` is
 * set to a few words when the bytes are wrong; then nothing more comes. */
size_t unpacker_step(struct unpacker *u, struct bytes *packed, uint8_t *into, size_t room, const char **damage);

/* True between members: the input may end here. */
bool unpacker_may_end(const struct unpacker *u);

#endif
