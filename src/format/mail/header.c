/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The header's lines -> fields. */
#include "format/mail/header_int.h"

#include "base/cleanup.h"

#include <strings.h>

#define NAME_MAX_BYTES 200

/* A line with its end. */
static bool take_line(struct bytes *c, struct bytes *ret)
{
	const uint8_t *end = c->n ? memchr(c->p, '\n', c->n) : NULL;

	return c->n && take_bytes(c, end ? (size_t)(end - c->p) + 1 : c->n, ret);
}

static bool is_blank_line(struct bytes line)
{
	return bytes_trim(line).n == 0;
}

static bool is_continued(struct bytes rest)
{
	return rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/* The length of a field's name, 0 where the line is no field. */
static size_t name_length(struct bytes line)
{
	size_t n = 0;

	while (n < line.n && n < NAME_MAX_BYTES && line.p[n] > ' ' && line.p[n] < 0x7f && line.p[n] != ':')
		n++;
	if (n == 0)
		return 0;
	for (size_t end = n; end < line.n && end < NAME_MAX_BYTES; end++) {
		if (line.p[end] == ':')
			return n;
		if (line.p[end] != ' ' && line.p[end] != '\t')
			return 0;
	}
	return 0;
}

const char *header_clean(struct bytes text, struct arena *arena)
{
	struct buf b;
	char *clean;

	buf_init(&b, text.n * 3 + 1);
	charset_add_clean(&b, text);
	for (size_t i = 0; i < b.n; i++)
		if ((uint8_t)b.p[i] < ' ' || b.p[i] == 0x7f)
			b.p[i] = ' ';
	text = bytes_trim(buf_bytes(&b));
	clean = arena_bytes(arena, text.p, text.n);
	buf_clear(&b);
	return clean;
}

static bool is_raw(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 0x80 || text.p[i] == 0x1b)
			return true;
	return false;
}

/* Line ends go, the blank behind them stays (RFC 5322 §2.2.3). */
static const char *unfold(struct bytes value, const struct charset *hint, struct arena *arena, unsigned *notes)
{
	struct buf flat, text;
	const char *clean;

	buf_init(&flat, value.n + 1);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\r' && value.p[i] != '\n')
			buf_add_char(&flat, (char)value.p[i]);
	if (!is_raw(buf_bytes(&flat))) {
		clean = header_clean(buf_bytes(&flat), arena);
		buf_clear(&flat);
		return clean;
	}
	*notes |= MAIL_NOTE_HEADER_RAW;
	buf_init(&text, value.n * 4 + 16);
	if (charset_decode(buf_bytes(&flat), NULL, hint, &text).is_lossy)
		*notes |= MAIL_NOTE_CHARSET_LOSSY;
	clean = header_clean(buf_bytes(&text), arena);
	buf_clear(&flat);
	buf_clear(&text);
	return clean;
}

/* A line of blanks within a field is its continuation where the header goes on behind it, else its end. */
static bool is_header_over(struct bytes line, struct bytes rest)
{
	return is_blank_line(line) && !is_continued(rest) && name_length(rest) == 0;
}

/* Takes one field with its continuations. */
static bool take_field(struct bytes *c, struct bytes *ret)
{
	struct bytes line, rest = *c, behind;

	if (!take_line(&rest, &line))
		return false;
	if (is_blank_line(line))
		return take_bytes(c, line.n, ret);
	while (is_continued(rest)) {
		behind = rest;
		if (!take_line(&behind, &line) || is_header_over(line, behind))
			break;
		rest = behind;
	}
	return take_bytes(c, c->n - rest.n, ret);
}

/* A line that is no field: part of the header where a field follows it, else the body has begun without a blank line. */
static bool is_stray(struct bytes after)
{
	struct bytes line;

	return take_line(&after, &line) && name_length(line) > 0;
}

static void add_header(struct mail_headers *list, size_t room, struct mail_header header)
{
	if (list->count < room)
		list->item[list->count++] = header;
}

static size_t count_lines(struct bytes raw)
{
	size_t n = 0;
	struct bytes line;

	while (n < MAIL_HEADERS_MAX && take_line(&raw, &line))
		n++;
	return n;
}

static void read_field(struct bytes field, size_t offset, const struct charset *hint, struct arena *arena,
		       struct mail_headers *list, size_t room, unsigned *notes)
{
	size_t n = name_length(field);
	struct bytes value = field;
	struct mail_header h = { .name = "", .offset = offset, .length = field.n };

	if (n) {
		h.name = arena_bytes(arena, field.p, n);
		while (take_skip(&value, 1) && value.p[-1] != ':')
			;
	} else {
		*notes |= MAIL_NOTE_HEADER_BROKEN;
	}
	h.value = unfold(value, hint, arena, notes);
	add_header(list, room, h);
}

/* True when the header goes on with `field`; what follows it is in `rest`. */
static bool is_header(struct bytes field, struct bytes rest, bool is_first)
{
	if (is_blank_line(field))
		return false;
	return name_length(field) > 0 || (!is_first && is_stray(rest));
}

void header_read(struct bytes raw, size_t offset, const struct charset *hint, struct arena *arena,
		 struct mail_headers *ret, size_t *ret_body, unsigned *notes)
{
	struct bytes rest = raw, field, next;
	size_t room = count_lines(raw);

	*ret = (struct mail_headers){ .item = ARENA_ARRAY(arena, room, struct mail_header) };
	if (bytes_starts(rest, "From ") || bytes_starts(rest, ">From "))
		(void)take_line(&rest, &field);
	for (;;) {
		size_t at = raw.n - rest.n;
		next = rest;
		*ret_body = at;
		if (!take_field(&next, &field))
			return;
		if (!is_header(field, next, ret->count == 0))
			break;
		if (at > MAIL_HEADER_BYTES_MAX || ret->count == room) {
			*notes |= MAIL_NOTE_CUT;
			break;
		}
		read_field(field, offset + at, hint, arena, ret, room, notes);
		rest = next;
	}
	/* One blank line parts header and body. */
	next = rest;
	if (take_line(&next, &field) && is_blank_line(field))
		*ret_body = raw.n - next.n;
	else if (ret->count == 0)
		*ret_body = 0;
}

const char *header_find(const struct mail_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++)
		if (strcasecmp(headers->item[i].name, name) == 0)
			return headers->item[i].value;
	return NULL;
}

/* The label at `at`, in quotes or not, up to a sign that ends it. */
static const struct charset *charset_behind(struct bytes at)
{
	size_t n = 0;

	if (at.n && at.p[0] == '"')
		(void)take_skip(&at, 1);
	while (n < at.n && n < 60 && at.p[n] > ' ' && !strchr("?\";*", at.p[n]))
		n++;
	return charset_find(BYTES(at.p, n));
}

const struct charset *header_hint(struct bytes header)
{
	const struct charset *found = NULL;

	header.n = MIN(header.n, (size_t)MAIL_HEADER_BYTES_MAX);
	for (struct bytes c = header; c.n > 2 && !found; (void)take_skip(&c, 1)) {
		const uint8_t *mark = memchr(c.p, '=', c.n);
		if (!mark)
			break;
		(void)take_skip(&c, (size_t)(mark - c.p));
		if (bytes_starts(c, "=?"))
			found = charset_behind(BYTES(c.p + 2, c.n - 2));
		else if (mark - header.p >= 7 && strncasecmp((const char *)mark - 7, "charset", 7) == 0)
			found = charset_behind(BYTES(c.p + 1, c.n - 1));
	}
	return found;
}
