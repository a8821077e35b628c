/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The registries' delegated statistics. */
#include "format/registry/delegated.h"

#include "base/cleanup.h"

#include <errno.h>

enum { REGISTRY, COUNTRY, TYPE, START, VALUE, DATE, STATUS, FIELDS };

static size_t split(struct bytes line, struct bytes fields[FIELDS])
{
	size_t count = 0;

	while (count < FIELDS && take_until(&line, '|', &fields[count]))
		count++;
	return count;
}

static bool is_comment(struct bytes line)
{
	return bytes_trim(line).n == 0 || line.p[0] == '#';
}

/* 2|apnic|20130518|…, or 2.3|arin|…: the one line that begins with a digit. */
static bool is_version(struct bytes line)
{
	struct bytes fields[FIELDS];

	return split(line, fields) >= 6 && (bytes_is(fields[0], "2") || bytes_starts(fields[0], "2."));
}

bool delegated_is(struct bytes text)
{
	struct bytes line;
	uint64_t number = 0;

	while (number < 1000 && registry_line(&text, &line, &number))
		if (!is_comment(line))
			return is_version(line);
	return false;
}

static bool date_of(struct bytes text, struct date *ret)
{
	uint64_t n;
	struct date d;

	if (text.n != 8 || !bytes_number(text, 99991231, &n))
		return false;
	d = (struct date){ (int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100) };
	if (!date_is_valid(d))
		return false;
	*ret = d;
	return true;
}

/* The end of the period, else the serial number where that is a day. */
static void take_version(struct bytes line, struct registry_about *about)
{
	struct bytes fields[FIELDS];
	struct date d;

	split(line, fields);
	if (!date_of(fields[DATE], &d) && !date_of(fields[TYPE], &d))
		return;
	if (about->date.year == 0 || date_to_days(d) < date_to_days(about->date))
		about->date = d;
}

static int give_ipv4(const struct bytes fields[FIELDS], struct registry_prefix *p, registry_prefix_fn *each, void *context)
{
	struct address start;
	uint64_t count, at;
	int r = 0;

	if (!address_parse(fields[START], &start) || start.family != 4 ||
	    !bytes_number(fields[VALUE], UINT64_C(1) << 32, &count) || count == 0)
		return -EBADMSG;
	at = address_v4_number(&start);
	if (at + count > UINT64_C(1) << 32)
		return -EBADMSG;
	while (count && r == 0) {
		unsigned free_bits = at ? MIN((unsigned)__builtin_ctzll(at), 32u) : 32u;
		while (UINT64_C(1) << free_bits > count)
			free_bits--;
		p->prefix = (struct prefix){ address_v4((uint32_t)at), (uint8_t)(32 - free_bits) };
		r = each(context, p);
		at += UINT64_C(1) << free_bits;
		count -= UINT64_C(1) << free_bits;
	}
	return r;
}

static int give_ipv6(const struct bytes fields[FIELDS], struct registry_prefix *p, registry_prefix_fn *each, void *context)
{
	uint64_t bits;

	if (!address_parse(fields[START], &p->prefix.address) || p->prefix.address.family != 6 ||
	    !bytes_number(fields[VALUE], 128, &bits))
		return -EBADMSG;
	p->prefix.bits = (uint8_t)bits;
	return each(context, p);
}

static int take_row(struct bytes line, registry_prefix_fn *each, void *context, struct registry_about *about)
{
	struct registry_prefix p = { .as = 0 };
	struct bytes fields[FIELDS];
	size_t count = split(line, fields);
	bool is_ipv4, is_ipv6;

	if (count < 6)
		return -EBADMSG;
	if (bytes_is(fields[DATE], "summary"))
		return 0;
	is_ipv4 = bytes_is(fields[TYPE], "ipv4");
	is_ipv6 = bytes_is(fields[TYPE], "ipv6");
	if (count < FIELDS || (!is_ipv4 && !is_ipv6 && !bytes_is(fields[TYPE], "asn")) ||
	    !registry_country(fields[COUNTRY], p.country))
		return -EBADMSG;
	if (p.country[0] == '\0' || (!is_ipv4 && !is_ipv6) || bytes_is(fields[STATUS], "available") ||
	    bytes_is(fields[STATUS], "reserved")) {
		about->left_out++;
		return 0;
	}
	about->rows++;
	return is_ipv4 ? give_ipv4(fields, &p, each, context) : give_ipv6(fields, &p, each, context);
}

int delegated_parse(struct bytes text, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
		    struct error *err)
{
	struct registry_about about = { .rows = 0 };
	struct bytes line;
	uint64_t number = 0;
	int r = 0;

	if (!delegated_is(text))
		return error_set(err, -EBADMSG, "delegated statistics begin with a version line");
	while (r == 0 && registry_line(&text, &line, &number)) {
		if (is_comment(line))
			continue;
		if (is_version(line))
			take_version(line, &about);
		else
			r = take_row(line, each, context, &about);
	}
	if (r == -EBADMSG)
		return error_set(err, r, "line %llu is no row of delegated statistics", (unsigned long long)number);
	if (r == 0)
		*ret_about = about;
	return r;
}
