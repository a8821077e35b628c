/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* URLs (RFC 3986) as hostile text: taken apart, and written in one form so that equal ones are equal bytes.
 *
 *	HTTP://www.Example.JP:80/a/../%7euser?q#top  →  http://www.example.jp/~user?q */
#ifndef FORMAT_TEXT_URL_H
#define FORMAT_TEXT_URL_H

#include "base/buf.h"

#define URL_MAX 8192   /* bytes of a URL that is taken apart */
#define URL_HOST_MAX 256

/* A URL's parts as they stand in it; none owns anything. `port` is without its colon, `user` without its @. */
struct url {
	struct bytes scheme, user, host, port, path, query;
	bool has_user, has_query;
};

/* False where there is no `scheme://host`, the host is empty, the port is no number, or it is longer than URL_MAX. */
bool url_parse(struct bytes text, struct url *ret);

/* The canonical form (§6.2.2): scheme and host in lower case; the scheme's own port, the fragment and the host's last
 * dot dropped; an empty path is "/"; dot segments resolved; percent-encoding only where it must be, in capitals. As
 * browsers do it, `\` is "/", and hosts like 0x7f000001 or 3221225985 are IPv4 addresses. -EBADMSG: no URL, or a host
 * that IDNA refuses. */
int url_canonical(struct bytes text, struct buf *into);

/* The canonical host alone; an IPv6 address without its brackets. */
int url_host(struct bytes text, struct buf *into);

/* A host's canonical form: an address as address_format has it, a name in lower case, other scripts as punycode after
 * UTS 46 (libidn2). Names in ASCII are not checked beyond their characters: xn-- stays as it was. */
int url_host_canonical(struct bytes host, struct buf *into);

#endif
