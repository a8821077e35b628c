/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Address lists (RFC 5322 §3.4, and as they are written) and Message-IDs. */
#include "format/mail/header_int.h"

#include "base/cleanup.h"

/* One address in the making. */
struct entry {
	struct buf phrase, comment, angle;
	bool has_angle, has_phrase;
};

static void entry_reset(struct entry *e)
{
	buf_reset(&e->phrase);
	buf_reset(&e->comment);
	buf_reset(&e->angle);
	e->has_angle = e->has_phrase = false;
}

static void take_quoted(struct bytes *c, struct buf *out)
{
	(void)take_skip(c, 1);
	while (c->n && c->p[0] != '"') {
		if (c->p[0] == '\\' && c->n > 1)
			(void)take_skip(c, 1);
		buf_add_char(out, (char)c->p[0]);
		(void)take_skip(c, 1);
	}
	(void)take_skip(c, 1);
}

/* Comments nest (RFC 5322 §3.2.2); counted, not recursed. */
static void take_comment(struct bytes *c, struct buf *out)
{
	int depth = 0;

	do {
		if (c->p[0] == '\\' && c->n > 1) {
			(void)take_skip(c, 1);
			buf_add_char(out, (char)c->p[0]);
		} else {
			int inner = depth;
			depth += (c->p[0] == '(') - (c->p[0] == ')');
			if (inner > 0 && depth > 0)
				buf_add_char(out, (char)c->p[0]);
		}
		(void)take_skip(c, 1);
	} while (c->n && depth > 0);
}

static void take_angle(struct bytes *c, struct buf *out)
{
	(void)take_skip(c, 1);
	while (c->n && c->p[0] != '>') {
		if (c->p[0] == '"') {
			buf_add_char(out, '"');
			take_quoted(c, out);
			buf_add_char(out, '"');
			continue;
		}
		if (c->p[0] == ',' && c->n > 1 && !memchr(c->p, '>', c->n))
			return;
		if (c->p[0] != ' ' && c->p[0] != '\t')
			buf_add_char(out, (char)c->p[0]);
		(void)take_skip(c, 1);
	}
	(void)take_skip(c, 1);
}

/* A word that looks like an address within others. */
static bool take_address_word(struct bytes phrase, struct bytes *ret_address, struct bytes *ret_name)
{
	struct bytes rest = phrase, word;

	while (take_until(&rest, ' ', &word)) {
		if (!memchr(word.p, '@', word.n))
			continue;
		*ret_address = word;
		*ret_name = word.p == phrase.p ? bytes_trim(rest) : bytes_trim(BYTES(phrase.p, word.p - phrase.p));
		return true;
	}
	return false;
}

/* Without a source route (RFC 5322 §4.4). */
static struct bytes without_route(struct bytes address)
{
	const uint8_t *colon = address.n && address.p[0] == '@' ? memchr(address.p, ':', address.n) : NULL;

	if (colon)
		(void)take_skip(&address, (size_t)(colon - address.p) + 1);
	return address;
}

static struct bytes without_quotes(struct bytes text)
{
	text = bytes_trim(text);
	while (text.n >= 2 && text.p[0] == text.p[text.n - 1] && (text.p[0] == '"' || text.p[0] == '\''))
		text = bytes_trim(BYTES(text.p + 1, text.n - 2));
	return text;
}

/* Room doubles at each power of two from four. */
static void list_grow(struct mail_addresses *list, struct arena *arena)
{
	struct mail_address *grown;

	if (list->count && (list->count < 4 || (list->count & (list->count - 1)) != 0))
		return;
	grown = ARENA_ARRAY(arena, list->count ? list->count * 2 : 4, struct mail_address);
	if (list->count)
		memcpy(grown, list->item, list->count * sizeof *grown);
	list->item = grown;
}

static void list_add(struct mail_addresses *list, struct arena *arena, struct bytes name, struct bytes address)
{
	list_grow(list, arena);
	list->item[list->count++] = (struct mail_address){
		.name = words_decode(header_clean(without_quotes(name), arena), arena),
		.address = header_clean(address, arena),
	};
}

static void entry_end(struct entry *e, struct arena *arena, struct mail_addresses *list, unsigned *notes)
{
	struct bytes phrase = bytes_trim(buf_bytes(&e->phrase)), name = phrase, address;

	if (list->count >= MAIL_ADDRESSES_MAX) {
		*notes |= MAIL_NOTE_CUT;
	} else if (e->has_angle) {
		address = without_route(buf_bytes(&e->angle));
		if (address.n || phrase.n || e->comment.n == 0)
			list_add(list, arena, phrase.n ? phrase : buf_bytes(&e->comment), address);
	} else if (take_address_word(phrase, &address, &name) || phrase.n) {
		if (name.p == phrase.p && name.n == phrase.n) {
			address = phrase;
			name = BYTES(e->comment.p, 0);
		}
		list_add(list, arena, name.n ? name : buf_bytes(&e->comment), address);
	}
	entry_reset(e);
}

/* A group's name ends at a colon that no address contains. */
static bool is_group(const struct entry *e)
{
	return !e->has_angle && e->phrase.n > 0 && !memchr(e->phrase.p, '@', e->phrase.n);
}

static void take_piece(struct bytes *c, struct entry *e, struct arena *arena, struct mail_addresses *list,
		       unsigned *notes)
{
	switch (c->p[0]) {
	case '"':
		take_quoted(c, &e->phrase);
		return;
	case '(':
		take_comment(c, &e->comment);
		return;
	case '<':
		buf_reset(&e->angle);
		take_angle(c, &e->angle);
		e->has_angle = true;
		return;
	case ':':
		if (is_group(e)) {
			entry_reset(e);
			break;
		}
		buf_add_char(&e->phrase, ':');
		break;
	case ',':
	case ';':
		entry_end(e, arena, list, notes);
		break;
	default:
		buf_add_char(&e->phrase, c->p[0] == '\t' ? ' ' : (char)c->p[0]);
	}
	(void)take_skip(c, 1);
}

void addresses_add(const char *value, struct arena *arena, struct mail_addresses *list, unsigned *notes)
{
	struct bytes c = BYTES_TEXT(value);
	struct entry e;

	buf_init(&e.phrase, c.n + 1);
	buf_init(&e.comment, c.n + 1);
	buf_init(&e.angle, 2 * c.n + 2);
	entry_reset(&e);
	while (c.n && list->count < MAIL_ADDRESSES_MAX)
		take_piece(&c, &e, arena, list, notes);
	entry_end(&e, arena, list, notes);
	buf_clear(&e.phrase);
	buf_clear(&e.comment);
	buf_clear(&e.angle);
}

static void id_add(struct mail_ids *list, struct arena *arena, struct bytes text)
{
	char *id = arena_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ' && text.p[i] != '\t')
			id[n++] = (char)text.p[i];
	if (n)
		list->item[list->count++] = id;
}

/* Room for `more` ids behind those that are there. */
static void ids_reserve(struct mail_ids *list, struct arena *arena, size_t more)
{
	const char **grown = ARENA_ARRAY(arena, list->count + more, const char *);

	if (list->count)
		memcpy(grown, list->item, list->count * sizeof *grown);
	list->item = grown;
}

void ids_add(const char *value, struct arena *arena, struct mail_ids *list)
{
	struct bytes c = BYTES_TEXT(value), word;
	size_t brackets = 0;

	for (const char *p = value; *p; p++)
		brackets += *p == '<';
	ids_reserve(list, arena, MIN(brackets, (size_t)MAIL_ADDRESSES_MAX) + 1);
	if (brackets == 0) {
		if (take_until(&c, ' ', &word))
			id_add(list, arena, word);
		return;
	}
	for (size_t n = 0; n < MAIL_ADDRESSES_MAX && take_until(&c, '<', &word) && c.n; n++)
		if (take_until(&c, '>', &word))
			id_add(list, arena, word);
}
