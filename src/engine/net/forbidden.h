/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Addresses that the fetcher does not reach, whoever names them: private, loopback, link-local, documentation, multicast and
 * metadata services, in either family, also inside an IPv6 address. Pure. */
#ifndef ENGINE_NET_FORBIDDEN_H
#define ENGINE_NET_FORBIDDEN_H

#include "base/address.h"
#include "base/error.h"

#define FORBIDDEN_ALLOWED_MAX 64

/* What is allowed all the same: the setting fetch.allow. */
struct forbidden_allowed {
	struct prefix list[FORBIDDEN_ALLOWED_MAX];
	size_t count;
};

/* Prefixes and addresses with commas or blanks. -EINVAL: one is neither; -E2BIG. */
int forbidden_allow(const char *text, struct forbidden_allowed *ret, struct error *err);

/* Why it is not reached ("a private address"); NULL: it is. What is not an address is not reached. */
const char *forbidden_why(const struct address *a, const struct forbidden_allowed *allowed);

#endif
