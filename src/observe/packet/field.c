/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Columns as logs and tables write them. */
#include "observe/packet/field_int.h"

#include "base/calendar.h"
#include "base/cleanup.h"

#include <strings.h>

/* The first instant of the year 10000. */
#define TIME_END (INT64_C(253402300800) * SECOND_US)

bool time_is_possible(int64_t time_us)
{
	return time_us >= 0 && time_us < TIME_END;
}

static bool text_is(struct bytes text, const char *word)
{
	return text.n == strlen(word) && strncasecmp((const char *)text.p, word, text.n) == 0;
}

static bool is_utc_name(struct bytes text)
{
	return text_is(text, "UTC") || text_is(text, "GMT") || text_is(text, "Z");
}

static bool offset_parse(struct bytes text, int64_t *ret_us)
{
	struct bytes c = text, hours, minutes = BYTES("0", 1);
	uint64_t hour, minute;
	uint8_t sign;

	if (!take_u8(&c, &sign) || (sign != '+' && sign != '-') || !take_bytes(&c, 2, &hours))
		return false;
	if (c.n == 3 && c.p[0] == ':')
		take_skip(&c, 1);
	if (c.n && !take_bytes(&c, 2, &minutes))
		return false;
	if (c.n || !bytes_number(hours, 18, &hour) || !bytes_number(minutes, 59, &minute))
		return false;
	*ret_us = (int64_t)(hour * 60 + minute) * 60 * SECOND_US * (sign == '-' ? -1 : 1);
	return true;
}

bool zone_parse(struct bytes text, struct zone *ret)
{
	int64_t offset = 0;

	if (text_is(text, "local")) {
		*ret = (struct zone){ .is_local = true };
		return true;
	}
	if (!is_utc_name(text) && !offset_parse(text, &offset))
		return false;
	*ret = (struct zone){ .offset_us = offset };
	return true;
}

int64_t zone_instant(const struct zone *zone, int64_t civil_us)
{
	if (!zone->is_local)
		return civil_us - zone->offset_us;
	return civil_us - calendar_offset_s(civil_us - calendar_offset_s(civil_us) * SECOND_US) * SECOND_US;
}

/* Cuts the zone off the end of a time, where there is one behind the date. */
static bool take_zone(struct bytes *text, struct zone *zone)
{
	for (size_t i = 10; i < text->n; i++) {
		uint8_t c = text->p[i];
		if (c != '+' && c != '-' && c != 'Z' && c != 'U' && c != 'G')
			continue;
		if (!zone_parse(BYTES(text->p + i, text->n - i), zone) || zone->is_local)
			return false;
		*text = bytes_trim(BYTES(text->p, i));
		return true;
	}
	return true;
}

/* Seconds since 1970 with up to six digits of fraction that count. */
static bool epoch_parse(struct bytes text, int64_t *ret_us)
{
	struct bytes whole;
	uint64_t seconds, fraction = 0, unit = 1000000;

	if (!take_until(&text, '.', &whole) || !bytes_number(whole, 253402300799u, &seconds))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		unit /= 10;
		fraction += unit * (uint64_t)(text.p[i] - '0');
	}
	*ret_us = (int64_t)(seconds * 1000000 + fraction);
	return true;
}

bool field_time(struct bytes text, const struct zone *zone, int64_t *ret_us)
{
	struct zone used = *zone;
	int64_t time;

	text = bytes_trim(text);
	if (epoch_parse(text, &time)) {
		*ret_us = time;
		return true;
	}
	if (!take_zone(&text, &used) || !time_parse(text, true, &time))
		return false;
	time = zone_instant(&used, time);
	if (!time_is_possible(time))
		return false;
	*ret_us = time;
	return true;
}

/* "192.000.002.001" is 192.0.2.1: DShield's old clients filled up with zeros, never meaning octal. */
static bool padded_parse(struct bytes text, struct address *ret)
{
	uint32_t number = 0;
	struct bytes part;
	uint64_t value;

	for (int i = 0; i < 4; i++) {
		if (!take_until(&text, '.', &part) || part.n > 3 || !bytes_number(part, 255, &value))
			return false;
		number = number << 8 | (uint32_t)value;
	}
	*ret = address_v4(number);
	return text.n == 0;
}

static bool address_of(struct bytes text, struct address *ret)
{
	uint64_t number;

	text = bytes_trim(text);
	if (bytes_number(text, UINT32_MAX, &number)) {
		*ret = address_v4((uint32_t)number);
		return true;
	}
	return address_parse(text, ret) || padded_parse(text, ret);
}

static bool put_address(struct bytes text, struct event *e, uint8_t into[16], uint16_t known)
{
	struct address a;

	if (!address_of(text, &a) || (e->family && e->family != a.family))
		return false;
	memcpy(into, a.byte, sizeof a.byte);
	e->family = a.family;
	e->known |= known;
	return true;
}

bool field_source(struct bytes text, struct event *e)
{
	return put_address(text, e, e->source, EVENT_HAS_SOURCE);
}

bool field_destination(struct bytes text, struct event *e)
{
	return put_address(text, e, e->destination, EVENT_HAS_DESTINATION);
}

bool field_protocol(struct bytes text, struct event *e)
{
	static const struct {
		const char *name;
		uint8_t number;
	} names[] = { { "udplite", 136 }, { "sctp", 132 }, { "esp", 50 }, { "ah", 51 }, { "gre", 47 }, { "igmp", 2 } };

	e->known |= EVENT_HAS_PROTOCOL;
	if (protocol_parse(text, &e->protocol))
		return true;
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_is(text, names[i].name)) {
			e->protocol = names[i].number;
			return true;
		}
	return false;
}

static bool put_u16(struct bytes text, uint16_t *into, struct event *e, uint16_t known)
{
	uint64_t value;

	if (!bytes_number(text, 65535, &value))
		return false;
	*into = (uint16_t)value;
	e->known |= known;
	return true;
}

bool field_port(struct bytes text, struct event *e)
{
	return put_u16(text, &e->port, e, EVENT_HAS_PORT);
}

bool field_source_port(struct bytes text, struct event *e)
{
	return put_u16(text, &e->source_port, e, EVENT_HAS_SOURCE_PORT);
}

bool field_length(struct bytes text, struct event *e)
{
	return put_u16(text, &e->length, e, EVENT_HAS_LENGTH);
}

bool field_ttl(struct bytes text, struct event *e)
{
	uint64_t value;

	if (!bytes_number(text, 255, &value))
		return false;
	e->ttl = (uint8_t)value;
	e->known |= EVENT_HAS_TTL;
	return true;
}

static bool hex_parse(struct bytes text, uint8_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	unsigned value = 0;

	if (text.n < 3 || text.n > 4 || text.p[0] != '0' || (text.p[1] | 0x20) != 'x')
		return false;
	for (size_t i = 2; i < text.n; i++) {
		const char *digit = text.p[i] ? strchr(digits, text.p[i] <= '9' ? text.p[i] : text.p[i] | 0x20) : NULL;
		if (!digit)
			return false;
		value = value << 4 | (unsigned)(digit - digits);
	}
	*ret = (uint8_t)value;
	return true;
}

static bool letters_parse(struct bytes text, uint8_t *ret)
{
	static const char letters[] = "FSRPAUEC";
	uint8_t flags = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i] == '1' ? 'E' : text.p[i] == '2' ? 'C' : text.p[i];
		const char *found = c ? strchr(letters, c & ~0x20) : NULL;
		if (!found)
			return false;
		flags |= (uint8_t)(1 << (found - letters));
	}
	*ret = flags;
	return text.n > 0;
}

bool field_flags(struct bytes text, struct event *e)
{
	uint64_t number;

	/* "12" is a number: both bits alone stand on no packet that clients report. */
	if (bytes_number(text, 255, &number))
		e->flags = (uint8_t)number;
	else if (!hex_parse(text, &e->flags) && !letters_parse(text, &e->flags))
		return false;
	e->known |= EVENT_HAS_FLAGS;
	return true;
}

bool field_type(struct bytes text, struct event *e)
{
	uint64_t value;

	if (!bytes_number(text, 255, &value))
		return false;
	e->port = (uint16_t)(value << 8 | (e->port & 0xff));
	e->known |= EVENT_HAS_PORT;
	return true;
}

bool field_code(struct bytes text, struct event *e)
{
	uint64_t value;

	if (!(e->known & EVENT_HAS_PORT) || !bytes_number(text, 255, &value))
		return false;
	e->port = (uint16_t)((e->port & 0xff00) | value);
	e->known |= EVENT_HAS_CODE;
	return true;
}
