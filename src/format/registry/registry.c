/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the readers of address tables have in common. */
#include "format/registry/registry.h"

static bool letter(uint8_t c, char *ret)
{
	uint8_t upper = c & 0xdf;

	*ret = (char)upper;
	return upper >= 'A' && upper <= 'Z';
}

bool registry_country(struct bytes text, char ret[3])
{
	char c[3] = "";

	if (text.n != 0 && (text.n != 2 || !letter(text.p[0], &c[0]) || !letter(text.p[1], &c[1])))
		return false;
	if (c[0] == 'Z' && c[1] == 'Z')
		c[0] = c[1] = '\0';
	memcpy(ret, c, sizeof c);
	return true;
}

bool registry_line(struct bytes *text, struct bytes *ret, uint64_t *number)
{
	if (!take_until(text, '\n', ret))
		return false;
	if (ret->n && ret->p[ret->n - 1] == '\r')
		ret->n--;
	(*number)++;
	return true;
}
