/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a report is about, out of its text: URLs, hosts, addresses, mail addresses, hashes, ports and instants, also where
 * they were written harmlessly (refang.h), in full-width letters, or with Japanese text around them.
 *
 *	struct extract_items items;
 *	extract(body, arena, &items);
 *	for (size_t i = 0; i < items.count; i++)
 *		show(extract_kind_names[items.item[i].kind], items.item[i].text);
 *
 * An item stands for the longest thing at its place: a URL gives no host besides (`host` has it), a mail address
 * neither. 192.0.2.1:80 is an address and a port. Items do not overlap and come in the order of the text; the same thing
 * twice is two items. Time grows with the text's length alone. */
#ifndef FORMAT_TEXT_EXTRACT_H
#define FORMAT_TEXT_EXTRACT_H

#include "base/address.h"
#include "base/arena.h"
#include "format/text/instant.h"

#define EXTRACT_ITEMS_MAX 100000
#define EXTRACT_TEXT_MAX (64u << 20) /* bytes that are looked at */

enum extract_kind {
	EXTRACT_URL,
	EXTRACT_HOST,    /* a name whose last label is a top-level domain */
	EXTRACT_ADDRESS,
	EXTRACT_PREFIX,  /* 192.0.2.0/24 */
	EXTRACT_MAIL,
	EXTRACT_MD5,
	EXTRACT_SHA1,
	EXTRACT_SHA256,
	EXTRACT_PORT,
	EXTRACT_INSTANT,
	EXTRACT_KINDS
};

extern const char *const extract_kind_names[EXTRACT_KINDS];

struct extract_item {
	enum extract_kind kind;
	const char *text;   /* canonical form, in the arena: url_canonical, 22/tcp, 22 (no protocol said), … */
	struct bytes found; /* as it stands in the text */
	size_t offset;      /* of `found`, in bytes */
	const char *host;   /* of URLs and mail addresses, canonical; else NULL */
	bool has_scheme;    /* URLs; false for www.example.jp/login, which becomes http:// */
	struct address address; /* EXTRACT_ADDRESS and _PREFIX; of a URL whose host is an address */
	uint16_t port;          /* EXTRACT_PORT */
	struct instant instant; /* EXTRACT_INSTANT; `has_zone` tells one without a zone */
};

struct extract_items {
	struct extract_item *item;
	size_t count;
	bool is_cut; /* by one of the limits above */
};

void extract(struct bytes utf8, struct arena *arena, struct extract_items *ret);

/* Whether a name's last label is a top-level domain that hosts have; labels that are also file suffixes (sh, py, zip)
 * count from three labels on. */
bool extract_is_host(struct bytes name);

#endif
