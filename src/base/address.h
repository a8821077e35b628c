/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Internet addresses and prefixes (RFC 791, RFC 4291; text after RFC 5952). */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/bytes.h"

struct sockaddr;

#define ADDRESS_TEXT_MAX 46

/* An address. `family` is 4 or 6, or 0 for "unknown"; an IPv4 address stands in the first four bytes, network
 * order, and the rest is zero. An IPv4-mapped IPv6 address stays IPv6: it was one on the wire. */
struct address {
	uint8_t byte[16];
	uint8_t family;
};

/* A prefix: the first `bits` bits of `address`; the others are zero. */
struct prefix {
	struct address address;
	uint8_t bits;
};

/* The whole span is one address, in the usual text form; no port, no zone index. */
bool address_parse(struct bytes text, struct address *ret);

/* Writes the canonical text (RFC 5952), "unknown" for family 0, and returns `into`. */
char *address_format(const struct address *a, char into[ADDRESS_TEXT_MAX]);

/* The address of an IPv4 or IPv6 socket address; false for NULL and other families. */
bool address_of_socket(const struct sockaddr *from, struct address *ret);

/* Orders by family, then bytes. */
int address_compare(const struct address *a, const struct address *b);

/* `a/len`, or an address alone (its full length). Host bits that are set are an error. */
bool prefix_parse(struct bytes text, struct prefix *ret);
bool prefix_holds(const struct prefix *p, const struct address *a);

static inline struct address address_v4(uint32_t host_order)
{
	struct address a = { .family = 4 };
	a.byte[0] = (uint8_t)(host_order >> 24);
	a.byte[1] = (uint8_t)(host_order >> 16);
	a.byte[2] = (uint8_t)(host_order >> 8);
	a.byte[3] = (uint8_t)host_order;
	return a;
}

static inline uint32_t address_v4_number(const struct address *a)
{
	return get_u32be(a->byte);
}

#endif
