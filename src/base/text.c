/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Small text helpers. */
#include "base/text.h"

#include "base/cleanup.h"

static bool is_continuation(uint8_t b)
{
	return (b & 0xc0) == 0x80;
}

size_t text_utf8_length(struct bytes t)
{
	if (t.n == 0)
		return 0;
	if (t.p[0] < 0x80)
		return 1;
	if (t.p[0] >= 0xc2 && t.p[0] <= 0xdf)
		return t.n >= 2 && is_continuation(t.p[1]) ? 2 : 0;
	if ((t.p[0] & 0xf0) == 0xe0) {
		if (t.n < 3 || !is_continuation(t.p[1]) || !is_continuation(t.p[2]))
			return 0;
		if ((t.p[0] == 0xe0 && t.p[1] < 0xa0) || (t.p[0] == 0xed && t.p[1] > 0x9f))
			return 0;
		return 3;
	}
	if (t.p[0] >= 0xf0 && t.p[0] <= 0xf4) {
		if (t.n < 4 || !is_continuation(t.p[1]) || !is_continuation(t.p[2]) || !is_continuation(t.p[3]))
			return 0;
		if ((t.p[0] == 0xf0 && t.p[1] < 0x90) || (t.p[0] == 0xf4 && t.p[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

bool text_is_utf8(struct bytes text)
{
	while (text.n) {
		size_t length = text_utf8_length(text);
		if (length == 0)
			return false;
		take_skip(&text, length);
	}
	return true;
}

static uint32_t code_point(const uint8_t *p, size_t length)
{
	switch (length) {
	case 2:
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	case 3:
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	case 4:
		return (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
		       (p[3] & 0x3f);
	default:
		return p[0];
	}
}

bool text_take_character(struct bytes *c, uint32_t *ret)
{
	size_t length = text_utf8_length(*c);

	if (c->n == 0)
		return false;
	*ret = length ? code_point(c->p, length) : TEXT_NO_CHARACTER;
	return take_skip(c, length ? length : 1);
}

size_t text_put_character(uint32_t c, char into[4])
{
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length - 1; i; i--, c >>= 6)
		into[i] = (char)(0x80 | (c & 0x3f));
	into[0] = (char)(first[length] | c);
	return length;
}

static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t text_width(const char *text)
{
	struct bytes rest = BYTES_TEXT(text);
	size_t width = 0;

	while (rest.n) {
		size_t length = text_utf8_length(rest);
		width += length && is_wide(code_point(rest.p, length)) ? 2 : 1;
		take_skip(&rest, length ? length : 1);
	}
	return width;
}

bool text_copy(char *into, size_t room, struct bytes text)
{
	size_t n = text.n < room ? text.n : room - 1;

	memcpy(into, text.p, n);
	into[n] = '\0';
	return n == text.n;
}

bool text_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *back = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			back = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

#define WORD_MAX 40

static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(b), row[WORD_MAX + 1];

	if (strlen(a) > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);
			size_t gap = MIN(row[j], row[j - 1]) + 1;
			corner = row[j];
			row[j] = MIN(change, gap);
		}
	}
	return row[n];
}

const char *text_nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 2;

	for (; *words; words++) {
		size_t d = distance(word, *words);
		if (d < least) {
			least = d;
			best = *words;
		}
	}
	return best;
}

char *text_thousands(uint64_t n, char into[28])
{
	char plain[24];
	int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)n), at = 0;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			into[at++] = ',';
		into[at++] = plain[i];
	}
	into[at] = '\0';
	return into;
}
