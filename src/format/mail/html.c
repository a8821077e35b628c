/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* HTML -> text, for mails that have nothing else. Not a browser: tags are boundaries, a few of them say where lines
 * end, and the rest goes. */
#include "format/mail/charset_int.h"
#include "format/mail/mail.h"
#include "format/mail/mail_int.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <strings.h>

#define LINK_MAX 2000
#define QUOTES_MAX 8

enum effect {
	EFFECT_NONE,
	EFFECT_LINE,      /* ends the line */
	EFFECT_PARAGRAPH, /* and leaves one blank */
	EFFECT_ITEM,
	EFFECT_CELL,
	EFFECT_SKIP, /* all up to its end tag is no text */
	EFFECT_LINK,
	EFFECT_QUOTE,
	EFFECT_PRE,
};

static const struct {
	const char *name;
	enum effect effect;
} tags[] = {
	{ "a", EFFECT_LINK },      { "address", EFFECT_LINE }, { "article", EFFECT_LINE },   { "blockquote", EFFECT_QUOTE },
	{ "br", EFFECT_LINE },     { "center", EFFECT_LINE },  { "dd", EFFECT_LINE },        { "div", EFFECT_LINE },
	{ "dt", EFFECT_LINE },     { "footer", EFFECT_LINE },  { "h1", EFFECT_PARAGRAPH },   { "h2", EFFECT_PARAGRAPH },
	{ "h3", EFFECT_PARAGRAPH }, { "h4", EFFECT_PARAGRAPH }, { "h5", EFFECT_PARAGRAPH },  { "h6", EFFECT_PARAGRAPH },
	{ "header", EFFECT_LINE }, { "hr", EFFECT_LINE },      { "li", EFFECT_ITEM },        { "ol", EFFECT_PARAGRAPH },
	{ "p", EFFECT_PARAGRAPH }, { "pre", EFFECT_PRE },      { "script", EFFECT_SKIP },    { "section", EFFECT_LINE },
	{ "style", EFFECT_SKIP },  { "table", EFFECT_LINE },   { "td", EFFECT_CELL },        { "th", EFFECT_CELL },
	{ "title", EFFECT_SKIP },  { "tr", EFFECT_LINE },      { "ul", EFFECT_PARAGRAPH },
};

static const struct {
	const char *name;
	uint32_t code;
} entities[] = {
	{ "amp", '&' },      { "lt", '<' },        { "gt", '>' },        { "quot", '"' },      { "apos", '\'' },
	{ "nbsp", ' ' },     { "copy", 0xa9 },     { "reg", 0xae },      { "trade", 0x2122 },  { "yen", 0xa5 },
	{ "ndash", 0x2013 }, { "mdash", 0x2014 },  { "lsquo", 0x2018 },  { "rsquo", 0x2019 },  { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bull", 0x2022 },   { "hellip", 0x2026 }, { "middot", 0xb7 },   { "times", 0xd7 },
	{ "laquo", 0xab },   { "raquo", 0xbb },    { "euro", 0x20ac },   { "pound", 0xa3 },    { "sect", 0xa7 },
	{ "rarr", 0x2192 },  { "larr", 0x2190 },   { "auml", 0xe4 },     { "ouml", 0xf6 },     { "uuml", 0xfc },
	{ "Auml", 0xc4 },    { "Ouml", 0xd6 },     { "Uuml", 0xdc },     { "szlig", 0xdf },    { "eacute", 0xe9 },
	{ "egrave", 0xe8 },  { "agrave", 0xe0 },   { "ccedil", 0xe7 },   { "ensp", ' ' },      { "emsp", ' ' },
};

struct page {
	struct buf *out;
	struct buf link;     /* where the open link leads */
	size_t link_start;   /* of its words, in out */
	bool is_in_link, is_in_pre;
	unsigned breaks;     /* line ends that wait for the next word */
	bool has_blank;      /* a blank that waits */
	unsigned quotes;
};

/* Before a word: the line ends and blanks that wait. */
static void start_word(struct page *p)
{
	if (p->out->n && p->breaks) {
		for (unsigned i = 0; i < p->breaks; i++)
			buf_add_char(p->out, '\n');
	} else if (p->has_blank && p->out->n) {
		buf_add_char(p->out, ' ');
	}
	if (p->breaks || p->out->n == 0)
		for (unsigned i = 0; i < p->quotes; i++)
			buf_add_text(p->out, "> ");
	p->breaks = 0;
	p->has_blank = false;
}

static void end_line(struct page *p, unsigned breaks)
{
	p->breaks = MAX(p->breaks, breaks);
	p->has_blank = false;
}

static void add_code(struct buf *out, uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		buf_add_char(out, c < ' ' && c != '\n' && c != '\t' ? ' ' : (char)c);
	} else if (c < 0x800) {
		buf_add_char(out, (char)(0xc0 | c >> 6));
		buf_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c >= 0x10000) {
			buf_add_char(out, (char)(0xf0 | c >> 18));
			buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		} else {
			buf_add_char(out, (char)(0xe0 | c >> 12));
		}
		buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* &#123; and &#x7b; */
static bool number_entity(struct bytes name, uint32_t *ret)
{
	unsigned base = name.n > 1 && (name.p[1] | 0x20) == 'x' ? 16 : 10;
	uint32_t value = 0;

	(void)take_skip(&name, base == 16 ? 2 : 1);
	if (name.n == 0 || name.n > 8)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i] | 0x20;
		unsigned digit = c >= '0' && c <= '9' ? c - '0' + 0u : c >= 'a' && c <= 'f' ? c - 'a' + 10u : 99;
		if (digit >= base || value > 0x110000)
			return false;
		value = value * base + digit;
	}
	*ret = value;
	return true;
}

/* Takes `&name;`; the semicolon may lack behind a known name. */
static bool take_entity(struct bytes *c, uint32_t *ret)
{
	size_t n = 1;
	struct bytes name;

	while (n < c->n && n < 12 && ((c->p[n] | 0x20) >= 'a' || c->p[n] == '#' || (c->p[n] >= '0' && c->p[n] <= '9')) &&
	       c->p[n] < 0x7f)
		n++;
	name = BYTES(c->p + 1, n - 1);
	if (n < c->n && c->p[n] == ';')
		n++;
	if (name.n && name.p[0] == '#')
		return number_entity(name, ret) && take_skip(c, n);
	for (size_t i = 0; i < COUNT(entities); i++) {
		if (!bytes_is(name, entities[i].name))
			continue;
		*ret = entities[i].code;
		return take_skip(c, n);
	}
	return false;
}

static void add_decoded(struct buf *out, struct bytes value)
{
	uint32_t code;

	while (value.n) {
		if (value.p[0] == '&' && take_entity(&value, &code)) {
			add_code(out, code);
			continue;
		}
		buf_add_char(out, (char)value.p[0]);
		(void)take_skip(&value, 1);
	}
}

/* The length of the tag at `c` with its brackets, 0 where it is none: `<` of a sum, or without an end. */
static size_t tag_length(struct bytes c)
{
	uint8_t quote = 0;

	if (c.n < 3 || !((c.p[1] | 0x20) >= 'a' || c.p[1] == '/' || c.p[1] == '!' || c.p[1] == '?'))
		return 0;
	for (size_t i = 1; i < c.n; i++) {
		if (quote) {
			const uint8_t *end = memchr(c.p + i, quote, c.n - i);
			if (end)
				i = (size_t)(end - c.p);
			quote = 0;
			if (!end)
				i--;
		} else if ((c.p[i] == '"' || c.p[i] == '\'') && c.p[i - 1] == '=') {
			quote = c.p[i];
		} else if (c.p[i] == '>') {
			return i + 1;
		} else if (c.p[i] == '<') {
			return 0;
		}
	}
	return 0;
}

/* A comment, up to its end or that of the text. */
static bool take_comment(struct bytes *c)
{
	const uint8_t *end;

	if (!bytes_starts(*c, "<!--"))
		return false;
	end = memmem(c->p + 4, c->n - 4, "-->", 3);
	return take_skip(c, end ? (size_t)(end - c->p) + 3 : c->n);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static enum effect effect_of(struct bytes name)
{
	for (size_t i = 0; i < COUNT(tags); i++)
		if (strlen(tags[i].name) == name.n && strncasecmp(tags[i].name, (const char *)name.p, name.n) == 0)
			return tags[i].effect;
	return EFFECT_NONE;
}

/* The value of `href` within a tag. */
static void read_link(struct bytes tag, struct buf *link)
{
	struct bytes value;
	uint8_t quote;

	buf_reset(link);
	for (; tag.n > 5; (void)take_skip(&tag, 1))
		if (is_blank(tag.p[0]) && strncasecmp((const char *)tag.p + 1, "href", 4) == 0)
			break;
	if (!take_skip(&tag, 5))
		return;
	tag = bytes_trim(tag);
	if (tag.n < 2 || tag.p[0] != '=')
		return;
	(void)take_skip(&tag, 1);
	tag = bytes_trim(tag);
	if (tag.n == 0)
		return;
	quote = tag.p[0];
	if (quote == '"' || quote == '\'')
		(void)take_skip(&tag, 1);
	else
		quote = ' ';
	if (take_until(&tag, (char)quote, &value) && value.n <= LINK_MAX)
		add_decoded(link, bytes_trim(value));
}

/* Links that lead somewhere and are not shown already. */
static bool is_worth_showing(const struct page *p)
{
	struct bytes words = BYTES(p->out->p + MIN(p->link_start, p->out->n), p->out->n - MIN(p->link_start, p->out->n));
	struct bytes target = buf_bytes(&p->link);

	if (bytes_starts(target, "mailto:"))
		(void)take_skip(&target, 7);
	return target.n && target.p[0] != '#' && !memmem(words.p, words.n, target.p, target.n);
}

static void end_link(struct page *p)
{
	if (p->is_in_link && is_worth_showing(p)) {
		p->has_blank = p->out->n > 0 && !p->breaks;
		start_word(p);
		buf_add_char(p->out, '<');
		for (size_t i = 0; i < p->link.n; i++)
			if (!is_blank((uint8_t)p->link.p[i]))
				buf_add_char(p->out, p->link.p[i]);
		buf_add_char(p->out, '>');
	}
	p->is_in_link = false;
}

static void start_link(struct page *p, struct bytes tag)
{
	end_link(p);
	read_link(tag, &p->link);
	p->is_in_link = true;
	p->link_start = p->out->n;
}

/* Leaves out all up to the end tag of that name. */
static void skip_element(struct bytes *c, struct bytes name)
{
	while (c->n) {
		const uint8_t *next = memmem(c->p, c->n, "</", 2);
		(void)take_skip(c, next ? (size_t)(next - c->p) : c->n);
		if (c->n >= name.n + 2 && strncasecmp((const char *)c->p + 2, (const char *)name.p, name.n) == 0)
			return;
		(void)take_skip(c, MIN(c->n, (size_t)2));
	}
}

static void apply_quote(struct page *p, bool is_end)
{
	end_line(p, 1);
	if (is_end)
		p->quotes -= p->quotes > 0;
	else
		p->quotes += p->quotes < QUOTES_MAX;
}

static void apply_tag(struct page *p, struct bytes *c, struct bytes tag, struct bytes name, bool is_end)
{
	switch (effect_of(name)) {
	case EFFECT_LINE:
		/* <br><br> is two lines; a div in a div is one. */
		end_line(p, name.n == 2 && (name.p[0] | 0x20) == 'b' ? MIN(p->breaks + 1, 2u) : 1);
		break;
	case EFFECT_PARAGRAPH:
		end_line(p, 2);
		break;
	case EFFECT_ITEM:
		end_line(p, 1);
		if (!is_end) {
			start_word(p);
			buf_add_text(p->out, "- ");
		}
		break;
	case EFFECT_CELL:
		p->has_blank = true;
		break;
	case EFFECT_SKIP:
		if (!is_end)
			skip_element(c, name);
		break;
	case EFFECT_LINK:
		if (is_end)
			end_link(p);
		else
			start_link(p, tag);
		break;
	case EFFECT_QUOTE:
		apply_quote(p, is_end);
		break;
	case EFFECT_PRE:
		end_line(p, 1);
		p->is_in_pre = !is_end;
		break;
	case EFFECT_NONE:
		break;
	}
}

static bool take_tag(struct page *p, struct bytes *c)
{
	size_t length = tag_length(*c), n = 1;
	struct bytes tag, name;
	bool is_end;

	if (length == 0 || !take_bytes(c, length, &tag))
		return false;
	is_end = tag.p[1] == '/';
	n += is_end;
	name = BYTES(tag.p + n, 0);
	while (n + name.n < tag.n && !is_blank(name.p[name.n]) && name.p[name.n] != '>' && name.p[name.n] != '/')
		name.n++;
	apply_tag(p, c, BYTES(tag.p, tag.n - 1), name, is_end);
	return true;
}

static void take_sign(struct page *p, struct bytes *c)
{
	uint32_t code = c->p[0];
	bool is_entity = code == '&' && take_entity(c, &code);

	if (code < 0x80 && is_blank((uint8_t)code) && !(p->is_in_pre && code == ' ')) {
		if (p->is_in_pre && code == '\n')
			end_line(p, MIN(p->breaks + 1, 2u));
		else
			p->has_blank = true;
	} else {
		start_word(p);
		if (is_entity)
			add_code(p->out, code);
		else
			buf_add_char(p->out, (char)code);
	}
	if (!is_entity)
		(void)take_skip(c, 1);
}

const char *mail_html_text(struct bytes html, struct arena *arena)
{
	struct buf out, clean;
	struct page p = { .out = &out };
	const char *text;

	buf_init(&out, MAIL_TEXT_MAX);
	buf_init(&p.link, 2 * LINK_MAX);
	while (html.n && !out.is_full) {
		if (html.p[0] == '<' && (take_comment(&html) || take_tag(&p, &html)))
			continue;
		take_sign(&p, &html);
	}
	end_link(&p);
	if (out.n)
		buf_add_char(&out, '\n');
	buf_init(&clean, 3 * (size_t)MAIL_TEXT_MAX);
	charset_add_clean(&clean, buf_bytes(&out));
	text = arena_bytes(arena, clean.p, clean.n);
	buf_clear(&clean);
	buf_clear(&p.link);
	buf_clear(&out);
	return text;
}
