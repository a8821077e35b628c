/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a report is about, out of its text: a scanner over lines made plain. At each place where a word begins the
 * recognisers are asked in turn; each looks at a bounded number of bytes, or takes what it looked at. */
#include "format/text/extract.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/text/refang.h"
#include "format/text/url.h"

#include <ctype.h>

#define LINE_MAX_BYTES (1u << 20) /* a longer line is cut into several */
#define NAME_MAX_BYTES 253        /* RFC 1035 §2.3.4 */
#define LOCAL_MAX 64              /* RFC 5321 §4.5.3.1.1 */
#define ADDRESS_MAX 45

const char *const extract_kind_names[EXTRACT_KINDS] = {
	[EXTRACT_URL] = "url",   [EXTRACT_HOST] = "host",     [EXTRACT_ADDRESS] = "address", [EXTRACT_PREFIX] = "prefix",
	[EXTRACT_MAIL] = "mail", [EXTRACT_MD5] = "md5",       [EXTRACT_SHA1] = "sha1",       [EXTRACT_SHA256] = "sha256",
	[EXTRACT_PORT] = "port", [EXTRACT_INSTANT] = "instant",
};

static const struct {
	const char *written, *scheme;
} schemes[] = {
	{ "http", "http" },   { "https", "https" }, { "hxxp", "http" },	  { "hxxps", "https" }, { "h**p", "http" },
	{ "h**ps", "https" }, { "htxp", "http" },   { "htxps", "https" }, { "ttp", "http" },	{ "ttps", "https" },
	{ "ftp", "ftp" },     { "ftps", "ftps" },   { "fxp", "ftp" },	  { "sftp", "sftp" },	{ "ssh", "ssh" },
	{ "ldap", "ldap" },   { "ldaps", "ldaps" }, { "rmi", "rmi" },	  { "smb", "smb" },	{ "tcp", "tcp" },
	{ "udp", "udp" },     { "ws", "ws" },	    { "wss", "wss" },	  { "irc", "irc" },	{ "ircs", "ircs" },
	{ "telnet", "telnet" }, { "rtsp", "rtsp" },
};

static const struct top_level {
	const char *label;
	bool is_suffix;
} top_levels[] = {
#define TOP(label, is_suffix) { label, is_suffix },
#include "format/text/top_level.tbl.h"
#undef TOP
};

struct scan {
	struct arena *arena;
	struct bytes whole, line; /* the text, the line that is read */
	struct refanged plain;
	size_t at;                /* in the plain line */
	size_t fresh;             /* behind the last item: a word may begin here whatever stands before */
	struct extract_item *items;
	size_t count, room;
	bool is_cut;
};

/* --- the plain line --- */

static uint8_t char_at(const struct scan *s, size_t at)
{
	return at < s->plain.text.n ? (uint8_t)s->plain.text.p[at] : 0;
}

static struct bytes rest_at(const struct scan *s, size_t at)
{
	return BYTES(s->plain.text.p + at, s->plain.text.n - at);
}

static bool is_name_char(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '_';
}

/* Adds the item that stands from `s->at` to `end`, and goes on there. */
static struct extract_item *give(struct scan *s, enum extract_kind kind, size_t end, const char *text)
{
	size_t line_at = (size_t)(s->line.p - s->whole.p), from = s->plain.at[s->at];
	struct extract_item *item;

	s->items = memory_grow(s->items, &s->room, s->count + 1, sizeof *s->items);
	item = &s->items[s->count++];
	*item = (struct extract_item){
		.kind = kind,
		.text = text,
		.offset = line_at + from,
		.found = BYTES(s->line.p + from, s->plain.at[end] - from),
	};
	s->at = s->fresh = end;
	return item;
}

static const char *keep(struct scan *s, const struct buf *b)
{
	return arena_bytes(s->arena, b->p, b->n);
}

/* --- URLs --- */

/* A scheme and `://` at `at`, as it should be written, and where the rest begins. */
static const char *scheme_at(const struct scan *s, size_t at, size_t *ret_end)
{
	struct bytes rest = rest_at(s, at);

	for (size_t i = 0; i < COUNT(schemes); i++) {
		size_t n = strlen(schemes[i].written);
		if (rest.n > n + 3 && rest.p[n] == ':' && strncasecmp((const char *)rest.p, schemes[i].written, n) == 0 &&
		    memcmp(rest.p + n, "://", 3) == 0) {
			*ret_end = at + n + 3;
			return schemes[i].scheme;
		}
	}
	return NULL;
}

static bool is_url_char(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("<>\"`{}|\\^", c);
}

/* Signs of Japanese text that end a name; other characters above ASCII may be a name's. */
static bool ends_name(uint32_t c)
{
	return (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) || c == 0x30fb || (c >= 0xff61 && c <= 0xff65) ||
	       (c >= 0x2010 && c <= 0x206f) || c == TEXT_NO_CHARACTER;
}

/* The end of a host in another script, which goes up to a slash, colon, blank or Japanese sign; `at` itself where there is
 * none, or no dot in it. */
static size_t end_of_foreign_host(const struct scan *s, size_t at)
{
	struct bytes rest = rest_at(s, at);
	size_t end = at;
	bool has_dot = false;
	uint32_t c;

	while (end - at < NAME_MAX_BYTES && text_take_character(&rest, &c) && !ends_name(c) &&
	       (c >= 0x80 || is_name_char((uint8_t)c) || c == '.' || c == '%')) {
		has_dot |= c == '.';
		end = s->plain.text.n - rest.n;
	}
	return has_dot ? end : at;
}

struct brackets {
	unsigned open, close;
};

/* Signs at the end that belong to the sentence; a closing bracket does where none was opened. */
static size_t trim_url(const struct scan *s, size_t from, size_t end, struct brackets round, struct brackets square)
{
	while (end > from) {
		uint8_t c = char_at(s, end - 1);
		if (c == ')' && round.close > round.open)
			round.close--;
		else if (c == ']' && square.close > square.open)
			square.close--;
		else if (!strchr(".,;:!?'*", c))
			break;
		end--;
	}
	return end;
}

/* Whether a character of the plain line was a full-width one. */
static bool was_wide(const struct scan *s, size_t at)
{
	return s->line.p[s->plain.at[at]] >= 0x80;
}

/* A full-width sign ends a URL that is written in ASCII: it is the sentence's. */
static bool is_wide_sign(const struct scan *s, size_t at, uint8_t c)
{
	return !is_name_char(c) && !strchr("/.:", c) && was_wide(s, at) && !was_wide(s, s->at);
}

/* Where a host is over that is, or goes on, in another script; `from` for one in ASCII, which ends where Japanese text
 * begins. */
static size_t skip_foreign_host(const struct scan *s, size_t from)
{
	size_t at = from;

	while (at - from < NAME_MAX_BYTES && (is_name_char(char_at(s, at)) || char_at(s, at) == '.'))
		at++;
	if (char_at(s, at) < 0x80 || (at > from && char_at(s, at - 1) != '.'))
		return from;
	return end_of_foreign_host(s, from);
}

static size_t end_of_url(const struct scan *s, size_t from)
{
	struct brackets round = { 0, 0 }, square = { 0, 0 };
	size_t end = skip_foreign_host(s, from);

	for (; is_url_char(char_at(s, end)) && !is_wide_sign(s, end, char_at(s, end)); end++) {
		uint8_t c = char_at(s, end);
		round.open += c == '(';
		round.close += c == ')';
		square.open += c == '[';
		square.close += c == ']';
	}
	return trim_url(s, from, end, round, square);
}

static void note_host(struct scan *s, struct extract_item *item, struct bytes url)
{
	_cleanup_(buf_clear) struct buf host;

	buf_init(&host, URL_HOST_MAX + 1);
	if (url_host(url, &host) < 0)
		return;
	item->host = keep(s, &host);
	address_parse(buf_bytes(&host), &item->address);
}

static bool give_url(struct scan *s, const char *scheme, size_t from, size_t end, bool has_scheme)
{
	_cleanup_(buf_clear) struct buf url, canonical;
	struct extract_item *item;

	buf_init(&url, URL_MAX);
	buf_init(&canonical, 4 * URL_MAX);
	buf_addf(&url, "%s://", scheme);
	buf_add(&url, s->plain.text.p + from, end - from);
	if (url.is_full || url_canonical(buf_bytes(&url), &canonical) < 0)
		return false;
	item = give(s, EXTRACT_URL, end, keep(s, &canonical));
	item->has_scheme = has_scheme;
	note_host(s, item, buf_bytes(&canonical));
	return true;
}

/* What is no URL after all is not looked at again: what is long must not be read twice. */
static bool take_url_from(struct scan *s, const char *scheme, size_t from, bool has_scheme)
{
	size_t end = end_of_url(s, from);

	if (end == from || !give_url(s, scheme, from, end, has_scheme))
		s->at = s->fresh = MAX(end, from);
	return true;
}

static bool take_url(struct scan *s)
{
	size_t from = 0;
	const char *scheme = scheme_at(s, s->at, &from);

	return scheme && take_url_from(s, scheme, from, true);
}

/* --- names --- */

static int compare_top(const void *key, const void *row)
{
	return strcmp(key, ((const struct top_level *)row)->label);
}

bool extract_is_host(struct bytes name)
{
	const uint8_t *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	const struct top_level *top;
	char label[64];
	size_t n;

	if (!dot || dot == name.p)
		return false;
	n = (size_t)(name.p + name.n - dot - 1);
	if (n >= sizeof label || n < 2)
		return false;
	for (size_t i = 0; i <= n; i++)
		label[i] = i < n ? (char)tolower(dot[1 + i]) : '\0';
	if (n > 4 && strncmp(label, "xn--", 4) == 0)
		return true;
	top = bsearch(label, top_levels, COUNT(top_levels), sizeof *top_levels, compare_top);
	return top && (!top->is_suffix || memchr(name.p, '.', (size_t)(dot - name.p)));
}

/* The end of a name of labels and dots; the dot at its end is the sentence's. `at` where there is none. */
static size_t end_of_name(const struct scan *s, size_t at)
{
	size_t end = at, label = 0;

	while (end - at <= NAME_MAX_BYTES && (is_name_char(char_at(s, end)) || (char_at(s, end) == '.' && label))) {
		label = char_at(s, end) == '.' ? 0 : label + 1;
		end++;
	}
	while (end > at && !isalnum(char_at(s, end - 1)))
		end--;
	return end - at > NAME_MAX_BYTES ? at : end;
}

/* --- mail addresses --- */

static bool is_local_char(uint8_t c)
{
	return isalnum(c) || (c && strchr("!&+-_~.", c)); /* RFC 5322 §3.2.3, less what texts put around addresses */
}

static bool take_mail(struct scan *s)
{
	_cleanup_(buf_clear) struct buf mail, host;
	size_t at = s->at, end;

	buf_init(&host, URL_HOST_MAX);
	buf_init(&mail, URL_HOST_MAX + LOCAL_MAX + 2);
	while (at - s->at <= LOCAL_MAX && is_local_char(char_at(s, at)))
		at++;
	if (char_at(s, at) != '@' || at == s->at || char_at(s, at - 1) == '.')
		return false;
	end = end_of_name(s, at + 1);
	if (end == at + 1 || !memchr(s->plain.text.p + at + 1, '.', end - at - 1))
		return false;
	if (url_host_canonical(BYTES(s->plain.text.p + at + 1, end - at - 1), &host) < 0)
		return false;
	buf_add(&mail, s->plain.text.p + s->at, at + 1 - s->at);
	buf_add_bytes(&mail, buf_bytes(&host));
	give(s, EXTRACT_MAIL, end, keep(s, &mail))->host = keep(s, &host);
	return true;
}

/* --- ports --- */

static size_t skip_blanks(const struct scan *s, size_t at, size_t most)
{
	while (most-- && char_at(s, at) == ' ')
		at++;
	return at;
}

static bool number_at(const struct scan *s, size_t at, size_t *ret_end, unsigned *ret)
{
	size_t end = at;
	unsigned n = 0;

	while (end - at < 6 && isdigit(char_at(s, end)))
		n = n * 10 + (char_at(s, end++) - '0');
	if (end == at || end - at > 5 || n > 65535)
		return false;
	*ret_end = end;
	*ret = n;
	return true;
}

static const char *const protocols[] = { "tcp", "udp", "sctp" };

/* `tcp` at a place, with no letter after it. */
static const char *protocol_at(const struct scan *s, size_t at, size_t *ret_end)
{
	struct bytes rest = rest_at(s, MIN(at, s->plain.text.n));

	for (size_t i = 0; i < COUNT(protocols); i++) {
		size_t n = strlen(protocols[i]);
		if (rest.n >= n && strncasecmp((const char *)rest.p, protocols[i], n) == 0 && !isalpha(char_at(s, at + n))) {
			*ret_end = at + n;
			return protocols[i];
		}
	}
	return NULL;
}

/* A number that goes on as a name, an address, a version or a time is no port. */
static bool number_ends(const struct scan *s, size_t end)
{
	uint8_t c = char_at(s, end), next = char_at(s, end + 1);

	return !isalnum(c) && c != '_' && c != '%' && !((c == '.' || c == ':' || c == '/') && isdigit(next)) &&
	       !(c == '-' && isalpha(next));
}

static void give_port(struct scan *s, size_t end, unsigned port, const char *protocol)
{
	const char *text = protocol ? arena_printf(s->arena, "%u/%s", port, protocol) : arena_printf(s->arena, "%u", port);

	give(s, EXTRACT_PORT, end, text)->port = (uint16_t)port;
}

/* 80/tcp, 1433/TCP, 53 (udp) */
static bool take_port_first(struct scan *s)
{
	size_t end, at;
	unsigned port;
	const char *protocol;
	bool is_in_brackets;

	if (!number_at(s, s->at, &end, &port))
		return false;
	if (bytes_starts(rest_at(s, end), "番ポート")) {
		give_port(s, end + strlen("番ポート"), port, NULL);
		return true;
	}
	at = char_at(s, end) == '/' ? end : skip_blanks(s, end, 1);
	is_in_brackets = char_at(s, at) == '(';
	if (char_at(s, at) != '/' && !is_in_brackets)
		return false;
	protocol = protocol_at(s, at + 1, &end);
	if (!protocol || isdigit(char_at(s, end)))
		return false;
	give_port(s, end + (is_in_brackets && char_at(s, end) == ')'), port, protocol);
	return true;
}

static const char *const port_words[] = { "ports", "port", "dport", "dpt", "ポート番号", "ポート" };

/* `port`, `ポート` at a place, and where it ends. */
static bool port_word_at(const struct scan *s, size_t at, size_t *ret_end)
{
	struct bytes rest = rest_at(s, MIN(at, s->plain.text.n));

	for (size_t i = 0; i < COUNT(port_words); i++) {
		size_t n = strlen(port_words[i]);
		if (rest.n >= n && strncasecmp((const char *)rest.p, port_words[i], n) == 0 && !isalpha(char_at(s, at + n))) {
			*ret_end = at + n;
			return true;
		}
	}
	return false;
}

/* Up to three of the signs that stand between `port` and its number. */
static size_t skip_between(const struct scan *s, size_t at)
{
	for (int i = 0; i < 3 && char_at(s, at) && strchr(" /:=#-_", char_at(s, at)); i++)
		at++;
	return at;
}

/* TCP1433, tcp/80, TCP port 22, port 22/tcp, ポート22, ports 22, 23 and 80 */
static bool take_port_word(struct scan *s)
{
	size_t at = s->at, end;
	const char *protocol = protocol_at(s, at, &end), *after;
	unsigned port;
	bool has_word;

	if (protocol)
		at = skip_between(s, end);
	has_word = port_word_at(s, at, &end);
	if (has_word)
		at = skip_between(s, end);
	if ((!protocol && !has_word) || !number_at(s, at, &end, &port))
		return false;
	after = char_at(s, end) == '/' ? protocol_at(s, end + 1, &end) : NULL;
	if (!after && !number_ends(s, end))
		return false;
	protocol = after ? after : protocol;
	give_port(s, end, port, protocol);
	/* A list of them. */
	for (;;) {
		size_t next = s->at;
		if (char_at(s, next) == ',')
			next = skip_blanks(s, next + 1, 2);
		else if (bytes_starts(rest_at(s, next), "、"))
			next += strlen("、");
		if (next == s->at || !number_at(s, next, &end, &port) || !number_ends(s, end))
			return true;
		s->at = next;
		give_port(s, end, port, protocol);
	}
}

/* --- addresses --- */

/* `:80` or `:80/tcp` behind an address; a second colon would make it a time. */
static void take_port_behind(struct scan *s)
{
	size_t end;
	unsigned port;
	const char *protocol = NULL;

	if (char_at(s, s->at) != ':' || !number_at(s, s->at + 1, &end, &port))
		return;
	if (char_at(s, end) == '/')
		protocol = protocol_at(s, end + 1, &end);
	if (!protocol && (isalnum(char_at(s, end)) || char_at(s, end) == ':'))
		return;
	s->at++;
	give_port(s, end, port, protocol);
}

/* An address from `s->at` to `end`, or the prefix that it begins. */
static void give_address(struct scan *s, size_t end, const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];
	size_t after = end + 1;
	struct prefix p;

	address_format(a, text);
	while (char_at(s, end) == '/' && after - end < 4 && isdigit(char_at(s, after)))
		after++;
	if (after > end + 1 && !isalnum(char_at(s, after)) &&
	    prefix_parse(BYTES(s->plain.text.p + s->at, after - s->at), &p)) {
		struct extract_item *item = give(s, EXTRACT_PREFIX, after, arena_printf(s->arena, "%s/%u", text, p.bits));
		item->address = *a;
		return;
	}
	give(s, EXTRACT_ADDRESS, end, arena_text(s->arena, text))->address = *a;
}

static bool take_ipv4(struct scan *s)
{
	size_t end = s->at;
	struct address a;

	while (end - s->at < 16 && (isdigit(char_at(s, end)) || (char_at(s, end) == '.' && isdigit(char_at(s, end + 1)))))
		end++;
	if (isalpha(char_at(s, end)) || char_at(s, end) == '_' || (char_at(s, end) == '-' && isalpha(char_at(s, end + 1))) ||
	    (char_at(s, end) == '.' && isalnum(char_at(s, end + 1))) ||
	    !address_parse(BYTES(s->plain.text.p + s->at, end - s->at), &a) || a.family != 4)
		return false;
	give_address(s, end, &a);
	take_port_behind(s);
	return true;
}

/* `::` stands for no host; `a::b` without a digit is rather a name of some program. */
static bool is_likely_ipv6(const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];

	return strpbrk(address_format(a, text), "0123456789") != NULL;
}

static bool take_ipv6(struct scan *s)
{
	size_t end = s->at, colons = 0;
	struct address a;

	for (; end - s->at <= ADDRESS_MAX; end++) {
		uint8_t c = char_at(s, end);
		if (!isxdigit(c) && c != ':' && c != '.')
			break;
		colons += c == ':';
	}
	while (end > s->at && (char_at(s, end - 1) == '.' || (char_at(s, end - 1) == ':' && char_at(s, end - 2) != ':')))
		end--;
	if (colons < 2 || isalnum(char_at(s, end)) || char_at(s, end) == '_' || end - s->at > ADDRESS_MAX ||
	    !address_parse(BYTES(s->plain.text.p + s->at, end - s->at), &a) || a.family != 6 || !is_likely_ipv6(&a))
		return false;
	give_address(s, end, &a);
	if (char_at(s, s->at) == ']' && char_at(s, s->at + 1) == ':') {
		s->at++;
		take_port_behind(s);
	}
	return true;
}

/* --- hosts in running text --- */

static bool take_host(struct scan *s)
{
	_cleanup_(buf_clear) struct buf name;
	size_t end = end_of_name(s, s->at);

	buf_init(&name, URL_HOST_MAX);
	if (end == s->at || !extract_is_host(BYTES(s->plain.text.p + s->at, end - s->at)) || char_at(s, end) == '@')
		return false;
	if (char_at(s, end) == '/' && is_url_char(char_at(s, end + 1)))
		return take_url_from(s, "http", s->at, false);
	if (url_host_canonical(BYTES(s->plain.text.p + s->at, end - s->at), &name) < 0)
		return false;
	give(s, EXTRACT_HOST, end, keep(s, &name));
	take_port_behind(s);
	return true;
}

/* --- hashes --- */

static bool take_hash(struct scan *s)
{
	static const struct {
		size_t digits;
		enum extract_kind kind;
	} hashes[] = { { 32, EXTRACT_MD5 }, { 40, EXTRACT_SHA1 }, { 64, EXTRACT_SHA256 } };
	size_t n = 0;
	char *text;

	while (n <= 64 && isxdigit(char_at(s, s->at + n)))
		n++;
	if (isalnum(char_at(s, s->at + n)) || char_at(s, s->at + n) == '_')
		return false;
	for (size_t i = 0; i < COUNT(hashes); i++) {
		if (n != hashes[i].digits)
			continue;
		text = arena_bytes(s->arena, s->plain.text.p + s->at, n);
		for (size_t k = 0; k < n; k++)
			text[k] = (char)tolower((uint8_t)text[k]);
		give(s, hashes[i].kind, s->at + n, text);
		return true;
	}
	return false;
}

/* --- instants --- */

static bool take_instant(struct scan *s)
{
	struct bytes rest = rest_at(s, s->at), after;
	char text[CALENDAR_TEXT_MAX];
	struct instant i;
	size_t end;

	rest.n = MIN(rest.n, 160u);
	after = rest;
	if (!instant_take(&after, &i))
		return false;
	end = s->at + (rest.n - after.n);
	give(s, EXTRACT_INSTANT, end, arena_text(s->arena, instant_format(&i, text)))->instant = i;
	return true;
}

/* --- the scanner --- */

typedef bool recogniser_fn(struct scan *);

static recogniser_fn *const recognisers[] = { take_url,  take_instant,	  take_mail,	  take_hash, take_ipv6,
					      take_ipv4, take_port_first, take_port_word, take_host };

/* What may begin with a Japanese character. */
static recogniser_fn *const japanese_recognisers[] = { take_instant, take_port_word };

/* Whether a word may begin here: behind an item, or where no letter, digit or sign of a name stands before. */
static bool begins(const struct scan *s)
{
	uint8_t c = char_at(s, s->at), before = s->at ? char_at(s, s->at - 1) : 0;

	if (!isalnum(c) && c != '_' && !(c == ':' && char_at(s, s->at + 1) == ':'))
		return false;
	if (s->at == s->fresh)
		return true;
	if (before == '-' || before == '_' || before == '.')
		return s->at < 2 || !isalnum(char_at(s, s->at - 2)) || (before == '-' && isdigit(c));
	return !isalnum(before) && before != '@' && before != '%' && !(before == ':' && c == ':');
}

static bool ask(struct scan *s, recogniser_fn *const *fn, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fn[i](s))
			return true;
	return false;
}

static bool recognise(struct scan *s)
{
	if (char_at(s, s->at) >= 0xc2)
		return ask(s, japanese_recognisers, COUNT(japanese_recognisers));
	return begins(s) && ask(s, recognisers, COUNT(recognisers));
}

static void scan_line(struct scan *s)
{
	refang(s->line, &s->plain);
	s->at = s->fresh = 0;
	while (s->at < s->plain.text.n) {
		if (s->count >= EXTRACT_ITEMS_MAX) {
			s->is_cut = true;
			return;
		}
		if (!recognise(s))
			s->at++;
	}
}

/* The next line, or the next piece of one that is too long, cut where no character is cut. */
static bool next_line(struct bytes *rest, struct bytes *ret)
{
	struct bytes line;
	size_t n;

	if (rest->n == 0)
		return false;
	n = MIN(rest->n, LINE_MAX_BYTES);
	line = BYTES(rest->p, n);
	if (memchr(line.p, '\n', n))
		return take_until(rest, '\n', ret);
	while (n < rest->n && n > 1 && (rest->p[n] & 0xc0) == 0x80)
		n--;
	return take_bytes(rest, n, ret);
}

void extract(struct bytes text, struct arena *arena, struct extract_items *ret)
{
	struct scan s = { .arena = arena, .whole = text };
	struct bytes rest = BYTES(text.p, MIN(text.n, EXTRACT_TEXT_MAX));

	s.is_cut = text.n > EXTRACT_TEXT_MAX;
	refanged_init(&s.plain);
	while (!s.is_cut && next_line(&rest, &s.line))
		scan_line(&s);
	*ret = (struct extract_items){ .count = s.count, .is_cut = s.is_cut };
	ret->item = ARENA_ARRAY(arena, s.count + 1, struct extract_item);
	if (s.count)
		memcpy(ret->item, s.items, s.count * sizeof *s.items);
	free(s.items);
	refanged_clear(&s.plain);
}
