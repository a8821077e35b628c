/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Internet addresses and prefixes. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

bool address_parse(struct bytes text, struct address *ret)
{
	char copy[ADDRESS_TEXT_MAX];
	struct address a = { .family = 0 };

	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (strlen(copy) != text.n)
		return false;
	if (inet_pton(AF_INET, copy, a.byte) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, copy, a.byte) == 1)
		a.family = 6;
	else
		return false;
	*ret = a;
	return true;
}

char *address_format(const struct address *a, char into[ADDRESS_TEXT_MAX])
{
	if (a->family == 0)
		snprintf(into, ADDRESS_TEXT_MAX, "unknown");
	else
		inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->byte, into, ADDRESS_TEXT_MAX);
	return into;
}

bool address_of_socket(const struct sockaddr *from, struct address *ret)
{
	*ret = (struct address){ .family = 0 };
	if (from && from->sa_family == AF_INET) {
		ret->family = 4;
		memcpy(ret->byte, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	} else if (from && from->sa_family == AF_INET6) {
		ret->family = 6;
		memcpy(ret->byte, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	}
	return ret->family != 0;
}

int address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->byte, b->byte, sizeof a->byte);
}

static bool bits_after_are_zero(const struct address *a, unsigned bits)
{
	unsigned all = a->family == 4 ? 32 : 128;

	for (unsigned i = bits; i < all; i++)
		if (a->byte[i / 8] & (0x80 >> i % 8))
			return false;
	return true;
}

bool prefix_parse(struct bytes text, struct prefix *ret)
{
	struct bytes address, rest = text;
	struct prefix p;
	uint64_t bits;

	if (!take_until(&rest, '/', &address) || !address_parse(address, &p.address))
		return false;
	bits = p.address.family == 4 ? 32 : 128;
	if (address.n != text.n && !bytes_number(rest, bits, &bits))
		return false;
	p.bits = (uint8_t)bits;
	if (!bits_after_are_zero(&p.address, p.bits))
		return false;
	*ret = p;
	return true;
}

bool prefix_holds(const struct prefix *p, const struct address *a)
{
	unsigned whole = p->bits / 8, rest = p->bits % 8;

	if (p->address.family != a->family || memcmp(p->address.byte, a->byte, whole) != 0)
		return false;
	return rest == 0 || ((p->address.byte[whole] ^ a->byte[whole]) & (uint8_t)(0xff00 >> rest)) == 0;
}
