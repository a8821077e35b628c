/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* URLs taken apart and made one. */
#include "format/text/url.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <idn2.h>

static const struct {
	const char *scheme, *port;
} default_ports[] = {
	{ "http", "80" }, { "https", "443" }, { "ftp", "21" }, { "ftps", "990" }, { "ws", "80" }, { "wss", "443" },
};

/* --- apart --- */

static struct bytes take_while(struct bytes *c, bool (*is_in)(uint8_t))
{
	struct bytes span = { c->p, 0 };

	while (c->n && is_in(c->p[0])) {
		take_skip(c, 1);
		span.n++;
	}
	return span;
}

static bool is_scheme(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '-' || c == '.';
}

static bool is_authority(uint8_t c)
{
	return c != '/' && c != '\\' && c != '?' && c != '#';
}

static bool is_path(uint8_t c)
{
	return c != '?' && c != '#';
}

static bool is_query(uint8_t c)
{
	return c != '#';
}

static bool port_is_number(struct bytes port)
{
	uint64_t n;

	return port.n == 0 || bytes_number(port, 65535, &n);
}

/* user@host:port, where the last @ counts and the host may be in brackets. */
static bool split_authority(struct bytes a, struct url *u)
{
	const uint8_t *at = memrchr(a.p, '@', a.n), *end;

	if (at) {
		u->has_user = true;
		u->user = BYTES(a.p, at - a.p);
		take_skip(&a, u->user.n + 1);
	}
	end = a.n && a.p[0] == '[' ? memchr(a.p, ']', a.n) : NULL;
	if (end) {
		u->host = BYTES(a.p, end - a.p + 1);
		take_skip(&a, u->host.n);
		if (a.n && a.p[0] != ':')
			return false;
	} else {
		end = memchr(a.p, ':', a.n);
		u->host = BYTES(a.p, end ? (size_t)(end - a.p) : a.n);
		take_skip(&a, u->host.n);
	}
	if (a.n)
		u->port = BYTES(a.p + 1, a.n - 1);
	return u->host.n && port_is_number(u->port);
}

bool url_parse(struct bytes text, struct url *ret)
{
	struct url u = { .has_user = false };
	struct bytes c = bytes_trim(text), authority;

	if (c.n > URL_MAX)
		return false;
	u.scheme = take_while(&c, is_scheme);
	if (u.scheme.n == 0 || !isalpha(u.scheme.p[0]) || !bytes_starts(c, "://"))
		return false;
	take_skip(&c, 3);
	authority = take_while(&c, is_authority);
	if (authority.n == 0 || !split_authority(authority, &u))
		return false;
	u.path = take_while(&c, is_path);
	if (c.n && c.p[0] == '?') {
		take_skip(&c, 1);
		u.has_query = true;
		u.query = take_while(&c, is_query);
	}
	*ret = u;
	return true;
}

/* --- percent-encoding, §2 --- */

static int hex_value(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 0x20) - 'a' + 10 : -1;
}

static bool take_percent(struct bytes *c, uint8_t *ret)
{
	if (c->n < 3 || c->p[0] != '%' || hex_value(c->p[1]) < 0 || hex_value(c->p[2]) < 0)
		return false;
	*ret = (uint8_t)(hex_value(c->p[1]) << 4 | hex_value(c->p[2]));
	return take_skip(c, 3);
}

static bool is_unreserved(uint8_t c)
{
	return isalnum(c) || (c && strchr("-._~", c));
}

/* Reserved signs stand for themselves: encoded or not, they mean something else. */
static bool may_stand(uint8_t c)
{
	return is_unreserved(c) || (c && strchr("!$&'()*+,;=:@/?[]", c));
}

static void add_normal(struct bytes part, struct buf *into)
{
	uint8_t c;

	while (part.n) {
		bool was_encoded = take_percent(&part, &c);
		if (!was_encoded)
			take_u8(&part, &c);
		if (was_encoded ? is_unreserved(c) : may_stand(c))
			buf_add_char(into, (char)c);
		else
			buf_addf(into, "%%%02X", c);
	}
}

/* --- hosts --- */

static bool has_empty_label(struct bytes host)
{
	return host.n == 0 || host.p[0] == '.' || host.p[host.n - 1] == '.' || memmem(host.p, host.n, "..", 2);
}

static bool host_is_plain(struct bytes host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!isalnum(host.p[i]) && !(host.p[i] && strchr("-._", host.p[i])))
			return false;
	return host.n > 0;
}

/* A number of an IPv4 address as inet_aton(3) reads it: decimal, 0octal or 0xhex. */
static bool address_number(struct bytes text, uint64_t max, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (text.n >= 2 && text.p[0] == '0') {
		base = (text.p[1] | 0x20) == 'x' ? 16 : 8;
		take_skip(&text, base == 16 ? 2 : 1);
	}
	if (text.n == 0 && base != 16)
		return false;
	for (; text.n; take_skip(&text, 1)) {
		int digit = hex_value(text.p[0]);
		if (digit < 0 || digit >= (int)base)
			return false;
		n = n * base + (unsigned)digit;
		if (n > max)
			return false;
	}
	*ret = n;
	return true;
}

/* One to four numbers, the last of which fills what is left. */
static bool odd_ipv4(struct bytes host, struct address *ret)
{
	struct bytes part;
	uint64_t numbers[4], all = 0;
	size_t count = 0;

	while (take_until(&host, '.', &part)) {
		if (count == 4 || !address_number(part, UINT32_MAX, &numbers[count]))
			return false;
		count++;
	}
	if (count == 0 || numbers[count - 1] >= UINT64_C(1) << 8 * (5 - count))
		return false;
	for (size_t i = 0; i + 1 < count; i++) {
		if (numbers[i] > 255)
			return false;
		all |= numbers[i] << (24 - 8 * i);
	}
	*ret = address_v4((uint32_t)(all | numbers[count - 1]));
	return true;
}

/* Adds a plain name in lower case, or the address that it is. */
static int add_plain_host(struct bytes host, struct buf *into)
{
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	if (host.n && host.p[host.n - 1] == '.')
		host.n--;
	if (!host_is_plain(host) || has_empty_label(host) || host.n >= URL_HOST_MAX)
		return -EBADMSG;
	if (odd_ipv4(host, &a)) {
		buf_add_text(into, address_format(&a, text));
		return 0;
	}
	for (size_t i = 0; i < host.n; i++)
		buf_add_char(into, (char)tolower(host.p[i]));
	return 0;
}

/* Percent-decoded, since some hide a name so. False when it becomes too long. */
static bool decode_host(struct bytes host, char into[URL_HOST_MAX * 4])
{
	size_t n = 0;
	uint8_t c;

	while (host.n) {
		if (n + 1 >= URL_HOST_MAX * 4)
			return false;
		if (!take_percent(&host, &c))
			take_u8(&host, &c);
		if (c == '\0')
			return false;
		into[n++] = (char)c;
	}
	into[n] = '\0';
	return true;
}

static int add_name(struct bytes host, struct buf *into)
{
	char decoded[URL_HOST_MAX * 4];
	char *ascii = NULL;
	int r;

	if (!decode_host(host, decoded))
		return -EBADMSG;
	host = BYTES_TEXT(decoded);
	if (host_is_plain(host))
		return add_plain_host(host, into);
	if (!text_is_utf8(host) ||
	    idn2_lookup_u8((const uint8_t *)decoded, (uint8_t **)&ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -EBADMSG;
	r = add_plain_host(BYTES_TEXT(ascii), into);
	idn2_free(ascii);
	return r;
}

int url_host_canonical(struct bytes host, struct buf *into)
{
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = BYTES(host.p + 1, host.n - 2);
	if (!address_parse(host, &a))
		return add_name(host, into);
	buf_add_text(into, address_format(&a, text));
	return 0;
}

int url_host(struct bytes text, struct buf *into)
{
	struct url u;

	return url_parse(text, &u) ? url_host_canonical(u.host, into) : -EBADMSG;
}

/* --- one form --- */

static void drop_last_segment(struct buf *b, size_t start)
{
	while (b->n > start && b->p[b->n - 1] != '/')
		b->n--;
	if (b->n > start)
		b->n--;
	b->p[b->n] = '\0';
}

/* RFC 3986 §5.2.4 over a path that is encoded normally: each segment brings the slash before it; one of dots that stands
 * last leaves its slash. */
static void add_without_dots(struct bytes path, struct buf *into)
{
	size_t start = into->n;
	bool is_last = false;

	if (path.n && path.p[0] == '/')
		take_skip(&path, 1);
	while (!is_last) {
		const uint8_t *end = path.n ? memchr(path.p, '/', path.n) : NULL;
		struct bytes segment = BYTES(path.p, end ? (size_t)(end - path.p) : path.n);
		bool is_up = bytes_is(segment, "..");
		is_last = !end;
		take_skip(&path, segment.n + !is_last);
		if (is_up)
			drop_last_segment(into, start);
		if (!is_up && !bytes_is(segment, ".")) {
			buf_add_char(into, '/');
			buf_add_bytes(into, segment);
		} else if (is_last) {
			buf_add_char(into, '/');
		}
	}
}

static void add_path(struct bytes path, struct buf *into)
{
	_cleanup_(buf_clear) struct buf slashes, normal;

	buf_init(&slashes, path.n + 1);
	buf_init(&normal, 3 * path.n + 1);
	for (size_t i = 0; i < path.n; i++)
		buf_add_char(&slashes, path.p[i] == '\\' ? '/' : (char)path.p[i]);
	add_normal(buf_bytes(&slashes), &normal);
	add_without_dots(buf_bytes(&normal), into);
}

static bool is_default_port(struct bytes scheme, struct bytes port)
{
	for (size_t i = 0; i < COUNT(default_ports); i++)
		if (scheme.n == strlen(default_ports[i].scheme) &&
		    strncasecmp((const char *)scheme.p, default_ports[i].scheme, scheme.n) == 0)
			return bytes_is(port, default_ports[i].port);
	return false;
}

static void add_port(const struct url *u, struct buf *into)
{
	struct bytes port = u->port;

	while (port.n > 1 && port.p[0] == '0')
		take_skip(&port, 1);
	if (port.n == 0 || is_default_port(u->scheme, port))
		return;
	buf_add_char(into, ':');
	buf_add_bytes(into, port);
}

int url_canonical(struct bytes text, struct buf *into)
{
	_cleanup_(buf_clear) struct buf host;
	struct url u;

	buf_init(&host, URL_HOST_MAX + 1);
	if (!url_parse(text, &u) || url_host_canonical(u.host, &host) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < u.scheme.n; i++)
		buf_add_char(into, (char)tolower(u.scheme.p[i]));
	buf_add_text(into, "://");
	if (u.has_user) {
		add_normal(u.user, into);
		buf_add_char(into, '@');
	}
	buf_addf(into, memchr(host.p, ':', host.n) ? "[%s]" : "%s", host.p);
	add_port(&u, into);
	add_path(u.path, into);
	if (u.has_query) {
		buf_add_char(into, '?');
		add_normal(u.query, into);
	}
	return into->is_full ? -E2BIG : 0;
}
