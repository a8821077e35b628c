/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Members of one JSON object (RFC 8259), read in place. */
#include "format/text/json_line.h"

#define DEPTH_MAX 32

static void skip_blanks(struct bytes *c)
{
	while (c->n && (c->p[0] == ' ' || c->p[0] == '\t' || c->p[0] == '\n' || c->p[0] == '\r'))
		take_skip(c, 1);
}

static bool take_sign(struct bytes *c, char wanted)
{
	skip_blanks(c);
	return c->n && c->p[0] == (uint8_t)wanted && take_skip(c, 1);
}

/* A text, from its quote to the closing one, which are not part of the result. */
static bool take_text(struct bytes *c, struct bytes *ret)
{
	size_t end = 0;

	if (!take_sign(c, '"'))
		return false;
	while (end < c->n && c->p[end] != '"')
		end += c->p[end] == '\\' ? 2 : 1;
	return end < c->n && take_bytes(c, end, ret) && take_skip(c, 1);
}

/* Skips an array or object by its brackets; what stands between them is checked no further. */
static bool take_nested(struct bytes *c, struct bytes *ret)
{
	const uint8_t *start = c->p;
	unsigned depth = 0;
	struct bytes text;

	do {
		if (c->n == 0)
			return false;
		if (c->p[0] == '"') {
			if (!take_text(c, &text))
				return false;
			continue;
		}
		if (c->p[0] == '[' || c->p[0] == '{')
			depth++;
		else if (c->p[0] == ']' || c->p[0] == '}')
			depth--;
		take_skip(c, 1);
	} while (depth > 0 && depth <= DEPTH_MAX);
	*ret = BYTES(start, (size_t)(c->p - start));
	return depth == 0;
}

static bool take_word(struct bytes *c, struct bytes *ret)
{
	size_t n = 0;

	while (n < c->n && c->p[n] > ' ' && c->p[n] != ',' && c->p[n] != '}' && c->p[n] != ']')
		n++;
	return n > 0 && take_bytes(c, n, ret);
}

static bool take_value(struct bytes *c, struct json_member *ret)
{
	skip_blanks(c);
	if (c->n == 0)
		return false;
	ret->kind = '0';
	if (c->p[0] == '"' || c->p[0] == '[' || c->p[0] == '{')
		ret->kind = (char)c->p[0];
	if (ret->kind == '"')
		return take_text(c, &ret->value);
	return ret->kind == '0' ? take_word(c, &ret->value) : take_nested(c, &ret->value);
}

bool json_line_begin(struct bytes *c)
{
	return take_sign(c, '{');
}

bool json_line_next(struct bytes *c, struct json_member *ret)
{
	struct bytes before;

	skip_blanks(c);
	before = *c;
	if (c->n && c->p[0] == '}')
		return false;
	if (take_text(c, &ret->name) && take_sign(c, ':') && take_value(c, ret)) {
		skip_blanks(c);
		/* A comma before the closing brace is left standing, so that the end is not an end. */
		if (c->n && c->p[0] == ',') {
			struct bytes behind = *c;
			if (!take_skip(&behind, 1) || (skip_blanks(&behind), behind.n == 0) || behind.p[0] == '}')
				return true;
			*c = behind;
			return true;
		}
		if (c->n && c->p[0] == '}')
			return true;
	}
	*c = before;
	return false;
}

bool json_line_ended(struct bytes c)
{
	if (!take_sign(&c, '}'))
		return false;
	skip_blanks(&c);
	return c.n == 0;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits behind \u; surrogates become U+FFFD, which is enough for what is read here. */
static bool take_unicode(struct bytes *c, uint32_t *ret)
{
	uint32_t code = 0;

	if (c->n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(c->p[i]);
		if (digit < 0)
			return false;
		code = code << 4 | (uint32_t)digit;
	}
	*ret = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
	return take_skip(c, 4);
}

static size_t put_utf8(uint32_t code, uint8_t into[3])
{
	if (code < 0x80) {
		into[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		into[0] = (uint8_t)(0xc0 | code >> 6);
		into[1] = (uint8_t)(0x80 | (code & 0x3f));
		return 2;
	}
	into[0] = (uint8_t)(0xe0 | code >> 12);
	into[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
	into[2] = (uint8_t)(0x80 | (code & 0x3f));
	return 3;
}

/* What stands behind a backslash, as bytes. */
static size_t take_escape(struct bytes *c, uint8_t into[3])
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *found;
	uint32_t code;
	uint8_t sign;

	if (!take_u8(c, &sign))
		return 0;
	if (sign == 'u')
		return take_unicode(c, &code) ? put_utf8(code, into) : 0;
	found = sign ? strchr(from, sign) : NULL;
	into[0] = found ? (uint8_t)to[found - from] : sign;
	return 1;
}

static struct bytes unescape(struct bytes c, uint8_t *into, size_t room)
{
	size_t n = 0;
	uint8_t byte;

	while (n + 3 <= room && take_u8(&c, &byte)) {
		if (byte == '\\')
			n += take_escape(&c, into + n);
		else
			into[n++] = byte;
	}
	return BYTES(into, n);
}

static struct bytes bytes_of_array(struct bytes c, uint8_t *into, size_t room)
{
	struct bytes word;
	uint64_t number;
	size_t n = 0;

	take_skip(&c, 1);
	while (n < room && c.n) {
		skip_blanks(&c);
		if (!take_word(&c, &word) || !bytes_number(word, 255, &number))
			break;
		into[n++] = (uint8_t)number;
		if (!take_sign(&c, ','))
			break;
	}
	return BYTES(into, n);
}

struct bytes json_member_text(const struct json_member *m, uint8_t *into, size_t room)
{
	if (m->kind == '"')
		return m->value.n && memchr(m->value.p, '\\', m->value.n) ? unescape(m->value, into, room) : m->value;
	if (m->kind == '[')
		return bytes_of_array(m->value, into, room);
	return BYTES(into, 0);
}
