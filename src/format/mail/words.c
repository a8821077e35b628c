/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Encoded words of headers (RFC 2047), and as they are misused. */
#include "format/mail/header_int.h"
#include "format/mail/transfer_int.h"

#include "base/text.h"

#define CHARSET_MAX 60
#define WORD_MAX 65536

struct word {
	const struct charset *charset; /* NULL: unknown */
	bool is_base64;
	struct bytes text;
};

/* Words of one charset are joined as bytes before they become text: senders cut within a character. */
struct joined {
	const struct charset *charset;
	struct buf bytes;
	bool is_open;
};

/* Where the next `?=` stands at or behind `from`; remembered, so that a text is searched once. */
struct ending {
	struct bytes all;
	size_t at;
	bool is_known, is_none;
};

static bool find_ending(struct ending *e, size_t from, size_t *ret)
{
	const uint8_t *found;

	if (e->is_none)
		return false;
	if (!e->is_known || e->at < from) {
		found = memmem(e->all.p + from, e->all.n - from, "?=", 2);
		e->is_none = !found;
		e->is_known = true;
		e->at = found ? (size_t)(found - e->all.p) : 0;
	}
	*ret = e->at;
	return !e->is_none;
}

/* Parses the word at `at`; *ret_end is behind it. A language behind `*` (RFC 2231 §5) is left out. */
static bool word_parse(struct ending *e, size_t at, struct word *ret, size_t *ret_end)
{
	struct bytes c = BYTES(e->all.p + at, e->all.n - at), charset, encoding, label;
	size_t end, start;

	if (!bytes_starts(c, "=?") || !take_skip(&c, 2))
		return false;
	charset = BYTES(c.p, c.n < CHARSET_MAX ? c.n : CHARSET_MAX);
	if (!memchr(charset.p, '?', charset.n) || !take_until(&c, '?', &charset) || charset.n == 0)
		return false;
	if (c.n < 2 || c.p[1] != '?' || !take_until(&c, '?', &encoding) || !strchr("bBqQ", encoding.p[0]))
		return false;
	start = (size_t)(c.p - e->all.p);
	if (!find_ending(e, start, &end) || end - start > WORD_MAX)
		return false;
	(void)take_until(&charset, '*', &label);
	*ret = (struct word){ .charset = charset_find(label),
			      .is_base64 = encoding.p[0] == 'b' || encoding.p[0] == 'B',
			      .text = BYTES(e->all.p + start, end - start) };
	*ret_end = end + 2;
	return true;
}

static void joined_flush(struct joined *j, struct buf *out)
{
	if (j->is_open)
		charset_decode(buf_bytes(&j->bytes), j->charset, NULL, out);
	buf_reset(&j->bytes);
	j->is_open = false;
}

static void joined_add(struct joined *j, const struct word *word, struct buf *out)
{
	if (j->is_open && j->charset != word->charset)
		joined_flush(j, out);
	j->charset = word->charset;
	j->is_open = true;
	if (word->is_base64)
		transfer_decode(TRANSFER_BASE64, word->text, &j->bytes);
	else
		transfer_decode_q(word->text, &j->bytes);
}

static size_t blanks_at(struct bytes all, size_t at)
{
	size_t n = 0;

	while (at + n < all.n && (all.p[at + n] == ' ' || all.p[at + n] == '\t'))
		n++;
	return n;
}

/* Blanks between two encoded words are not part of the text (RFC 2047 §6.2). */
static void decode_all(struct bytes all, struct buf *out)
{
	struct ending ending = { .all = all };
	struct joined joined = { 0 };
	struct word word;
	size_t at = 0, end, blanks;

	buf_init(&joined.bytes, all.n + 1);
	while (at < all.n) {
		blanks = joined.is_open ? blanks_at(all, at) : 0;
		if (all.p[at + blanks < all.n ? at + blanks : at] == '=' &&
		    word_parse(&ending, at + blanks, &word, &end)) {
			joined_add(&joined, &word, out);
			at = end;
			continue;
		}
		joined_flush(&joined, out);
		buf_add_char(out, (char)all.p[at++]);
	}
	joined_flush(&joined, out);
	buf_clear(&joined.bytes);
}

const char *words_decode(const char *value, struct arena *arena)
{
	struct bytes all = BYTES_TEXT(value);
	struct buf text;
	const char *clean;

	if (!strstr(value, "=?"))
		return value;
	buf_init(&text, all.n * 4 + 16);
	decode_all(all, &text);
	clean = header_clean(buf_bytes(&text), arena);
	buf_clear(&text);
	return clean;
}
