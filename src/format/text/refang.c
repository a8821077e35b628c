/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Harmless addresses made plain, and plain ones harmless. */
#include "format/text/refang.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>

/* What stands in brackets, and what it means. */
static const struct {
	const char *word, *meaning;
} fangs[] = {
	{ ".", "." }, { "dot", "." }, { ":", ":" }, { "://", "://" }, { "@", "@" }, { "at", "@" }, { "/", "/" }, { "//", "//" },
};

#define FANG_MAX 8 /* bytes between the brackets, blanks too */

void refanged_init(struct refanged *r)
{
	*r = (struct refanged){ .at = NULL };
	buf_init(&r->text, SIZE_MAX / 2);
}

void refanged_clear(struct refanged *r)
{
	buf_clear(&r->text);
	free(r->at);
	r->at = NULL;
}

static void add(struct refanged *r, const void *p, size_t n, size_t from)
{
	r->at = memory_grow(r->at, &r->room, r->text.n + n + 1, sizeof *r->at);
	for (size_t i = 0; i < n; i++)
		r->at[r->text.n + i] = (uint32_t)from;
	buf_add(&r->text, p, n);
}

/* Full-width ASCII as ASCII, the ideographic blank as a blank. */
static uint32_t narrow(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	return c == 0x3000 || c == 0xa0 ? ' ' : c;
}

static uint8_t last_of(const struct refanged *r)
{
	return r->text.n ? (uint8_t)r->text.p[r->text.n - 1] : 0;
}

/* The next character as ASCII; 0 where it is none, or the end. */
static uint8_t next_ascii(struct bytes rest)
{
	uint32_t c = 0;

	return text_take_character(&rest, &c) && narrow(c) < 0x80 ? (uint8_t)narrow(c) : 0;
}

/* The fang that begins at an opening bracket, blanks aside: its meaning, and `*rest` moved past it. */
static const char *take_fang(struct bytes *rest, uint8_t open)
{
	uint8_t close = open == '[' ? ']' : open == '(' ? ')' : '}';
	char word[FANG_MAX + 1];
	struct bytes at = *rest;
	size_t n = 0;
	uint32_t c = 0;

	while (n < FANG_MAX && text_take_character(&at, &c) && narrow(c) < 0x80 && narrow(c) != close)
		if (narrow(c) != ' ')
			word[n++] = (char)tolower((int)narrow(c));
	word[n] = '\0';
	if (narrow(c) != close)
		return NULL;
	for (size_t i = 0; i < COUNT(fangs); i++)
		if (strcmp(word, fangs[i].word) == 0) {
			*rest = at;
			return fangs[i].meaning;
		}
	return NULL;
}

/* `user [at] example`: one blank on both sides goes, where a name stands beyond it. */
static void close_gap(struct refanged *r, struct bytes *rest)
{
	struct bytes beyond = *rest;
	uint32_t c;

	if (r->text.n < 2 || last_of(r) != ' ' || !isalnum((uint8_t)r->text.p[r->text.n - 2]))
		return;
	if (!text_take_character(&beyond, &c) || narrow(c) != ' ' || !isalnum(next_ascii(beyond)))
		return;
	r->text.p[--r->text.n] = '\0';
	*rest = beyond;
}

/* Whether the text before is a name that a dot may go on: a run without a slash, but for those of ://. */
struct run {
	bool has_path;
	unsigned slashes;
};

static void follow(struct run *run, uint32_t c)
{
	if (c <= ' ' || c >= 0x80 || strchr("<>\"'", (int)c)) {
		*run = (struct run){ .has_path = false };
		return;
	}
	if (c == '/')
		run->has_path |= ++run->slashes > 2;
	else if (run->slashes == 1)
		run->has_path = true;
}

static bool starts_url(struct bytes rest)
{
	static const char *const starts[] = { "http", "hxxp", "ttp", "ftp", "www." };

	for (size_t i = 0; i < COUNT(starts); i++)
		if (rest.n >= strlen(starts[i]) && strncasecmp((const char *)rest.p, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* 。 or ｡ as the dot of a name. */
static bool is_dot(const struct refanged *r, const struct run *run, struct bytes rest)
{
	return isalnum(last_of(r)) && !run->has_path && isalnum(next_ascii(rest)) && !starts_url(rest);
}

void refang(struct bytes line, struct refanged *r)
{
	struct bytes rest = line;
	struct run run = { .has_path = false };
	uint32_t c;

	buf_reset(&r->text);
	for (size_t from = 0; text_take_character(&rest, &c); from = line.n - rest.n) {
		const char *meaning = NULL;
		uint8_t narrowed;
		if ((c == 0x3002 || c == 0xff61) && is_dot(r, &run, rest))
			c = '.';
		narrowed = (uint8_t)narrow(c);
		if (narrow(c) < 0x80 && narrowed && strchr("[({", narrowed))
			meaning = take_fang(&rest, narrowed);
		if (meaning) {
			close_gap(r, &rest);
			add(r, meaning, strlen(meaning), from);
		} else if (narrow(c) < 0x80) {
			add(r, &narrowed, 1, from);
		} else {
			char utf8[4];
			add(r, utf8, text_put_character(c, utf8), from);
		}
		follow(&run, narrow(c));
	}
	r->at = memory_grow(r->at, &r->room, r->text.n + 1, sizeof *r->at);
	r->at[r->text.n] = (uint32_t)line.n;
}

/* --- for showing --- */

static void add_dotted(struct bytes part, bool is_address, struct buf *into)
{
	for (size_t i = 0; i < part.n; i++) {
		char c = (char)part.p[i];
		if (c == '.' || c == '@' || (is_address && c == ':'))
			buf_addf(into, "[%c]", c);
		else
			buf_add_char(into, c);
	}
}

/* The scheme with xx for its tt, or as it is for others: ftp[:]//. */
static void add_scheme(struct bytes scheme, struct buf *into)
{
	bool is_http = scheme.n >= 4 && strncasecmp((const char *)scheme.p, "http", 4) == 0;

	if (is_http) {
		buf_add_text(into, "hxxp");
		take_skip(&scheme, 4);
	}
	buf_add_bytes(into, scheme);
	buf_add_text(into, is_http ? "://" : "[:]//");
}

void defang(struct bytes one, struct buf *into)
{
	const uint8_t *mark = one.n ? memmem(one.p, one.n, "://", 3) : NULL;
	struct address a;
	struct bytes host;
	size_t n = 0;

	if (!mark) {
		add_dotted(one, address_parse(one, &a) && a.family == 6, into);
		return;
	}
	host = BYTES(one.p, mark - one.p);
	add_scheme(host, into);
	take_skip(&one, host.n + 3);
	while (n < one.n && !memchr("/\\?#", one.p[n], 4))
		n++;
	add_dotted(BYTES(one.p, n), one.n && one.p[0] == '[', into);
	take_skip(&one, n);
	buf_add_bytes(into, one);
}
