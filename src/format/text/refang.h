/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Text in which addresses were made harmless for showing, made plain again, and the other way round. Every byte of the
 * plain text knows where it stood.
 *
 *	hXXps://www[.]example(.)jp   ｈｔｔｐ：／／example．jp   user [at] example[dot]jp   192.0.2[.]1[:]80
 *
 * Full-width letters and signs become ASCII; 。 between a name's letters becomes a dot, but not where a sentence ends
 * after a URL. `hxxp` stays as it is: who reads URLs knows it. */
#ifndef FORMAT_TEXT_REFANG_H
#define FORMAT_TEXT_REFANG_H

#include "base/buf.h"

/* Plain text and, for each of its bytes and one past its end, the offset in the text that it came from. */
struct refanged {
	struct buf text;
	uint32_t *at;
	size_t room;
};

void refanged_init(struct refanged *r);
void refanged_clear(struct refanged *r);

/* Replaces what `r` holds by the plain form of `line`, which is at most 1 GiB. */
void refang(struct bytes line, struct refanged *r);

/* How a URL, host, address or mail address is shown so that no program takes it for a link: hxxp, the dots of the host
 * and of addresses as [.], @ as [@], the colons of IPv6 addresses as [:]. What refang undoes. */
void defang(struct bytes one, struct buf *into);

#endif
