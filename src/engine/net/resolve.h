/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Names → addresses by DNS alone: the machine's own table of hosts is not the world's. "localhost" is loopback (RFC 6761). */
#ifndef ENGINE_NET_RESOLVE_H
#define ENGINE_NET_RESOLVE_H

#include "base/address.h"
#include "base/error.h"
#include "engine/net/fetch.h"

#define RESOLVE_MAX 16

struct resolved {
	struct address list[RESOLVE_MAX];
	size_t count;
};

/* Reads /etc/resolv.conf, or asks `server` ("127.0.0.1:5353") alone; no question waits longer than `seconds`. Before the walls. */
int resolve_init(const char *server, unsigned seconds, struct error *err);

/* Of a name, or an address as text; in order, each once. FETCH_ANSWERED, FETCH_NO_NAME, FETCH_NO_ADDRESS or FETCH_NO_RESOLVER. */
enum fetch_outcome resolve_name(const char *name, struct resolved *ret);

#endif
