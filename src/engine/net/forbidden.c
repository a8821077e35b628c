/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The table of addresses that are not reached (RFC 6890 and its registries). */
#include "engine/net/forbidden.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

static const struct {
	uint32_t first;
	uint8_t bits;
	const char *why;
} v4[] = {
	{ 0x00000000, 8, "an address of this network" },
	{ 0x0a000000, 8, "a private address" },
	{ 0x64400000, 10, "a shared address" },
	{ 0x7f000000, 8, "a loopback address" },
	{ 0xa83f8110, 32, "a metadata service" }, /* 168.63.129.16 */
	{ 0xa9fe0000, 16, "a link-local address" }, /* most metadata services: 169.254.169.254 */
	{ 0xac100000, 12, "a private address" },
	{ 0xc0000000, 24, "an address of protocols" },
	{ 0xc0000200, 24, "an address of documentation" },
	{ 0xc0586300, 24, "an address of protocols" },
	{ 0xc0a80000, 16, "a private address" },
	{ 0xc6120000, 15, "an address of benchmarks" },
	{ 0xc6336400, 24, "an address of documentation" },
	{ 0xcb007100, 24, "an address of documentation" },
	{ 0xe0000000, 4, "a multicast address" },
	{ 0xf0000000, 4, "a reserved address" },
};

/* Of what is in 2000::/3; the rest is not reached but for the translated ones. */
static const struct {
	uint8_t first[6];
	uint8_t bits;
	const char *why;
} v6[] = {
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "an address of documentation" },
	{ { 0x20, 0x01, 0x00 }, 23, "an address of protocols" }, /* Teredo, benchmarks, ORCHID */
	{ { 0x20, 0x02 }, 16, "an address of a tunnel" },
	{ { 0x3f, 0xff }, 20, "an address of documentation" },
};

static const char *why_v4(uint32_t number)
{
	for (size_t i = 0; i < COUNT(v4); i++)
		if ((number ^ v4[i].first) >> (32 - v4[i].bits) == 0)
			return v4[i].why;
	return NULL;
}

static bool has_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* The IPv4 address that stands in one: ::ffff:0:0/96 (RFC 4291) and 64:ff9b::/96 (RFC 6052). */
static bool take_inner(const struct address *a, struct address *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (a->family != 6 || (memcmp(a->byte, mapped, 12) != 0 && memcmp(a->byte, nat64, 12) != 0))
		return false;
	*ret = address_v4(get_u32be(a->byte + 12));
	return true;
}

static const char *why_v6(const uint8_t *byte)
{
	static const uint8_t none[16] = { 0 }, loopback[16] = { [15] = 1 };

	if (memcmp(byte, loopback, 16) == 0)
		return "a loopback address";
	if (memcmp(byte, none, 12) == 0)
		return "an address of this network";
	if ((byte[0] & 0xfe) == 0xfc)
		return "a private address";
	if (byte[0] == 0xfe && byte[1] >= 0x80)
		return "a link-local address";
	if (byte[0] == 0xff)
		return "a multicast address";
	if (byte[0] >> 5 != 1)
		return "a reserved address";
	for (size_t i = 0; i < COUNT(v6); i++)
		if (has_bits(byte, v6[i].first, v6[i].bits))
			return v6[i].why;
	return NULL;
}

static bool is_allowed(const struct address *a, const struct forbidden_allowed *allowed)
{
	for (size_t i = 0; i < allowed->count; i++)
		if (prefix_holds(&allowed->list[i], a))
			return true;
	return false;
}

const char *forbidden_why(const struct address *a, const struct forbidden_allowed *allowed)
{
	struct address inner = *a;

	take_inner(a, &inner);
	if (is_allowed(a, allowed) || is_allowed(&inner, allowed))
		return NULL;
	if (inner.family == 4)
		return why_v4(address_v4_number(&inner));
	return inner.family == 6 ? why_v6(inner.byte) : "no address";
}

int forbidden_allow(const char *text, struct forbidden_allowed *ret, struct error *err)
{
	struct forbidden_allowed a = { .count = 0 };

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		size_t n = strcspn(text, ", ");
		if (a.count == FORBIDDEN_ALLOWED_MAX)
			return error_set(err, -E2BIG, "more than %d prefixes are allowed", FORBIDDEN_ALLOWED_MAX);
		if (!prefix_parse(BYTES(text, n), &a.list[a.count]))
			return error_set(err, -EINVAL, "'%.*s' is no prefix", (int)n, text);
		a.count++;
		text += n;
	}
	*ret = a;
	return 0;
}
