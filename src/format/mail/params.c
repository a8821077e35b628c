/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Parameters of Content-Type and Content-Disposition. */
#include "format/mail/header_int.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <strings.h>

#define PARAMS_MAX 64
#define SEGMENTS_MAX 64
#define PARAMS_BYTES_MAX 65536

static char *lower(struct bytes text, struct arena *arena)
{
	char *copy = arena_bytes(arena, text.p, text.n);

	for (char *p = copy; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return copy;
}

static void skip_blanks(struct bytes *c)
{
	while (c->n && (c->p[0] == ' ' || c->p[0] == '\t' || c->p[0] == ';'))
		(void)take_skip(c, 1);
}

/* A quoted string without its quotes; a backslash guards only a quote or itself, because Windows paths stand here. */
static const char *take_quoted(struct bytes *c, struct arena *arena)
{
	const uint8_t *start = c->p + 1;
	char *text;
	size_t n = 0;

	(void)take_skip(c, 1);
	while (c->n && c->p[0] != '"')
		(void)take_skip(c, c->p[0] == '\\' && c->n > 1 ? 2 : 1);
	text = arena_alloc(arena, (size_t)(c->p - start) + 1);
	for (const uint8_t *p = start; p < c->p; p++) {
		if (*p == '\\' && p + 1 < c->p && (p[1] == '"' || p[1] == '\\'))
			p++;
		text[n++] = (char)*p;
	}
	(void)take_skip(c, 1);
	return text;
}

/* A bare value ends at a semicolon; blanks within it are kept, as careless senders of file names expect. */
static const char *take_bare(struct bytes *c, struct arena *arena)
{
	struct bytes value = { 0 };

	(void)take_until(c, ';', &value);
	value = bytes_trim(value);
	return arena_bytes(arena, value.p, value.n);
}

static bool take_param(struct bytes *c, struct arena *arena, struct param *ret)
{
	size_t n = 0;
	struct bytes name;

	skip_blanks(c);
	while (n < c->n && c->p[n] != '=' && c->p[n] != ';')
		n++;
	if (n == c->n)
		return false;
	(void)take_bytes(c, n, &name);
	ret->name = lower(bytes_trim(name), arena);
	ret->value = "";
	if (c->p[0] == ';')
		return true;
	(void)take_skip(c, 1);
	while (c->n && (c->p[0] == ' ' || c->p[0] == '\t'))
		(void)take_skip(c, 1);
	if (c->n)
		ret->value = c->p[0] == '"' ? take_quoted(c, arena) : take_bare(c, arena);
	return true;
}

void params_read(const char *text, struct arena *arena, struct params *ret)
{
	struct bytes c = BYTES_TEXT(text), value = { 0 };
	size_t n = 0;

	c.n = MIN(c.n, (size_t)PARAMS_BYTES_MAX);
	*ret = (struct params){ .item = ARENA_ARRAY(arena, PARAMS_MAX, struct param) };
	while (n < c.n && c.p[n] != ';' && c.p[n] != ' ' && c.p[n] != '\t')
		n++;
	(void)take_bytes(&c, n, &value);
	ret->value = lower(value, arena);
	while (ret->count < PARAMS_MAX && take_param(&c, arena, &ret->item[ret->count]))
		ret->count++;
}

static const char *find(const struct params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->item[i].name, name) == 0)
			return params->item[i].value;
	return NULL;
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void add_percent(struct buf *b, const char *text)
{
	for (; *text; text++) {
		int high = *text == '%' ? hex_value(text[1]) : -1, low = high >= 0 ? hex_value(text[2]) : -1;
		if (low >= 0) {
			buf_add_char(b, (char)(high << 4 | low));
			text += 2;
		} else {
			buf_add_char(b, *text);
		}
	}
}

/* `charset'language'text` (RFC 2231 §4); without both quotes it is text alone. */
static const struct charset *take_charset(const char **text)
{
	const char *first = strchr(*text, '\''), *second = first ? strchr(first + 1, '\'') : NULL;
	const struct charset *charset;

	if (!second)
		return NULL;
	charset = charset_find(BYTES(*text, first - *text));
	*text = second + 1;
	return charset;
}

/* Adds segment `number` of a continued parameter (RFC 2231 §3); -1 is the one that stands alone, `name*`. */
static bool add_segment(const struct params *params, const char *name, int number, struct buf *b,
			const struct charset **charset)
{
	char key[64];
	const char *value;

	(void)snprintf(key, sizeof key, number < 0 ? "%.32s*" : "%.32s*%d*", name, number);
	value = find(params, key);
	if (value) {
		if (number <= 0)
			*charset = take_charset(&value);
		add_percent(b, value);
		return true;
	}
	(void)snprintf(key, sizeof key, "%.32s*%d", name, number);
	value = number >= 0 ? find(params, key) : NULL;
	if (value)
		buf_add_text(b, value);
	return value != NULL;
}

static bool join_segments(const struct params *params, const char *name, struct buf *b, const struct charset **charset)
{
	int number = 0;

	if (add_segment(params, name, -1, b, charset))
		return true;
	while (number < SEGMENTS_MAX && add_segment(params, name, number, b, charset))
		number++;
	return number > 0;
}

const char *params_get(const struct params *params, const char *name, struct arena *arena)
{
	const struct charset *charset = NULL;
	const char *plain = find(params, name), *value = plain ? words_decode(plain, arena) : "";
	struct buf joined, text;

	buf_init(&joined, MAIL_HEADER_BYTES_MAX);
	buf_init(&text, 4 * MAIL_HEADER_BYTES_MAX);
	if (join_segments(params, name, &joined, &charset)) {
		charset_decode(buf_bytes(&joined), charset, NULL, &text);
		value = words_decode(header_clean(buf_bytes(&text), arena), arena);
	}
	buf_clear(&joined);
	buf_clear(&text);
	return value;
}
