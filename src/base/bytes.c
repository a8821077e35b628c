/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes from outside: takes that are too long to stand in the header. */
#include "base/bytes.h"

bool take_varint(struct bytes *c, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;
		if (!take_u8(c, &byte))
			return false;
		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

bool take_until(struct bytes *c, char end, struct bytes *ret)
{
	const uint8_t *found;

	if (c->n == 0)
		return false;
	found = memchr(c->p, end, c->n);
	if (!found) {
		*ret = *c;
		return take_skip(c, c->n);
	}
	*ret = BYTES(c->p, (size_t)(found - c->p));
	return take_skip(c, ret->n + 1);
}

static bool is_blank(uint8_t b)
{
	return b == ' ' || b == '\t' || b == '\r' || b == '\n';
}

struct bytes bytes_trim(struct bytes a)
{
	while (a.n && is_blank(a.p[0]))
		take_skip(&a, 1);
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

bool bytes_number(struct bytes a, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (a.n == 0 || a.n > 20)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		uint64_t digit = (uint64_t)a.p[i] - '0';
		if (a.p[i] < '0' || digit > 9)
			return false;
		if (value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}
