/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a server's certificate says. A site with a wrong one is up all the same: it is looked at, never demanded. */
#ifndef ENGINE_NET_CERTIFICATE_H
#define ENGINE_NET_CERTIFICATE_H

#include "base/bytes.h"
#include "base/error.h"

#define CERTIFICATE_NAMES_MAX 1024
#define CERTIFICATE_CHAIN_MAX 8

struct certificate {
	char sha256[65];
	char names[CERTIFICATE_NAMES_MAX]; /* with blanks; what is not printable is '?' */
	const char *state; /* 'right', 'expired', 'other name', 'not trusted' */
};

/* Loads the certificates that the system trusts; none is no failure. Before the walls. */
int certificate_init(struct error *err);

/* A chain as PEM texts, the server's own first; false where it is none. */
bool certificate_read(const char *const *pems, size_t count, const char *host, struct certificate *ret);

#endif
