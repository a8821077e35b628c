/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Text as it is compared and searched. */
#include "format/text/fold.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <glib.h>

/* Text is folded in pieces, so that what GLib needs besides stays small. A piece ends before a character that never
 * joins the one before it, or at the latest at PIECE_MAX. */
#define PIECE_SOFT 4096
#define PIECE_MAX 8192
#define MARKS_MAX 30

struct folding {
	struct buf *into;
	char piece[PIECE_MAX + 4];
	size_t n;
	unsigned marks;   /* on the last letter */
	uint32_t last;    /* character */
	bool is_ascii;    /* the piece */
};

bool fold_is_japanese(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3031 && c <= 0x3035) ||
	       (c >= 0x303b && c <= 0x303c) || (c >= 0x3041 && c <= 0x318f && c != 0x30fb) ||
	       (c >= 0x31a0 && c <= 0x31ff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff66 && c <= 0xffdc) ||
	       (c >= 0x1b000 && c <= 0x1b16f) || (c >= 0x20000 && c <= 0x3fffd);
}

/* Signs that stand for one key on a Japanese keyboard, whatever table converted them. */
static uint32_t plain_sign(uint32_t c)
{
	switch (c) {
	case 0x301c: /* wave dash; NFKC makes ～ of CP932 a tilde */
	case 0x223c:
		return '~';
	case 0x2010: /* hyphens and dashes */
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
	case 0x2212: /* minus */
		return '-';
	case 0:
		return ' ';
	default:
		return c;
	}
}

static void end_piece(struct folding *f)
{
	_cleanup_free_ char *normal = NULL, *folded = NULL, *again = NULL;

	if (f->n == 0)
		return;
	f->piece[f->n] = '\0';
	if (f->is_ascii) {
		for (size_t i = 0; i < f->n; i++)
			f->piece[i] = g_ascii_tolower(f->piece[i]);
		buf_add(f->into, f->piece, f->n);
	} else {
		/* As NFKC_Casefold (Unicode §3.13), less what it drops: folding can leave text that is not normal. */
		normal = g_utf8_normalize(f->piece, (gssize)f->n, G_NORMALIZE_NFKC);
		folded = g_utf8_casefold(normal, -1);
		again = g_utf8_normalize(folded, -1, G_NORMALIZE_NFKC);
		buf_add_text(f->into, again);
	}
	f->n = 0;
	f->is_ascii = true;
}

/* A character with which a piece may begin: it joins none before it. */
static bool starts_anew(uint32_t c)
{
	return c < 0x80 || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x4e00 && c <= 0x9fff);
}

static void add_character(struct folding *f, uint32_t c)
{
	bool is_mark = c >= 0x300 && (g_unichar_combining_class(c) != 0 || g_unichar_ismark(c));

	f->marks = is_mark ? f->marks + 1 : 0;
	if (f->marks > MARKS_MAX)
		return;
	if (f->n + 4 > PIECE_MAX || (f->n >= PIECE_SOFT && starts_anew(c)))
		end_piece(f);
	f->n += text_put_character(c, f->piece + f->n);
	f->is_ascii &= c < 0x80;
	f->last = c;
}

/* Whether the text behind line ends goes on in Japanese; `*rest` is then moved to it. Only one line end is taken: an
 * empty line ends a paragraph. */
static bool goes_on(struct bytes *rest, uint32_t c)
{
	struct bytes at = *rest;
	uint32_t next;

	if (c == '\r' && (!text_take_character(&at, &c) || c != '\n'))
		return false;
	*rest = c == '\n' ? at : *rest;
	return text_take_character(&at, &next) && fold_is_japanese(next);
}

void fold_text(struct bytes text, struct buf *into)
{
	struct folding f = { .into = into, .is_ascii = true };
	uint32_t c;

	while (text_take_character(&text, &c)) {
		struct bytes rest = text;
		if ((c == '\r' || c == '\n') && fold_is_japanese(f.last) && goes_on(&rest, c))
			text = rest;
		else
			add_character(&f, plain_sign(c));
	}
	end_piece(&f);
}
