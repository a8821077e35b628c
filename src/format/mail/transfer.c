/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* base64, quoted-printable, uuencode. */
#include "format/mail/transfer_int.h"

#include "base/cleanup.h"

#include <strings.h>

#define LINE_MAX_SIGNS 76

static const struct {
	const char *name;
	enum transfer transfer;
} transfers[] = {
	{ "7bit", TRANSFER_IDENTITY },
	{ "8bit", TRANSFER_IDENTITY },
	{ "binary", TRANSFER_IDENTITY },
	{ "7-bit", TRANSFER_IDENTITY },
	{ "8-bit", TRANSFER_IDENTITY },
	{ "8bits", TRANSFER_IDENTITY },
	{ "base64", TRANSFER_BASE64 },
	{ "base-64", TRANSFER_BASE64 },
	{ "quoted-printable", TRANSFER_QUOTED },
	{ "quoted printable", TRANSFER_QUOTED },
	{ "quotedprintable", TRANSFER_QUOTED },
	{ "x-uuencode", TRANSFER_UU },
	{ "x-uue", TRANSFER_UU },
	{ "uuencode", TRANSFER_UU },
};

bool transfer_find(struct bytes label, enum transfer *ret)
{
	struct bytes word = { 0 };

	*ret = TRANSFER_IDENTITY;
	(void)take_until(&label, ';', &word);
	word = bytes_trim(word);
	if (word.n >= 2 && word.p[0] == '"' && word.p[word.n - 1] == '"')
		word = BYTES(word.p + 1, word.n - 2);
	if (word.n == 0)
		return true;
	for (size_t i = 0; i < COUNT(transfers); i++) {
		if (strlen(transfers[i].name) != word.n || strncasecmp(transfers[i].name, (const char *)word.p, word.n) != 0)
			continue;
		*ret = transfers[i].transfer;
		return true;
	}
	return false;
}

static const char base64_signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The whole bytes of `held` signs that were collected in `group`. */
static void add_group(struct buf *out, uint32_t group, unsigned held)
{
	group <<= 6 * (4 - held);
	for (unsigned i = 0; i + 1 < held; i++)
		buf_add_char(out, (char)(group >> (16 - 8 * i)));
}

/* A group that is cut short gives what it holds; padding within the text ends a group, not the text. */
static bool decode_base64(struct bytes raw, struct buf *out)
{
	uint32_t group = 0;
	unsigned held = 0;
	bool is_clean = true;

	for (size_t i = 0; i < raw.n; i++) {
		int value = base64_value(raw.p[i]);
		if (value >= 0) {
			group = group << 6 | (uint32_t)value;
			held++;
		} else if (raw.p[i] != '=') {
			is_clean = is_clean && is_blank(raw.p[i]);
			continue;
		}
		if (held == 4 || value < 0) {
			add_group(out, group, held);
			group = held = 0;
		}
	}
	add_group(out, group, held);
	return is_clean;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(struct bytes *c, struct buf *out)
{
	int high = c->n >= 3 ? hex_value(c->p[1]) : -1, low = c->n >= 3 ? hex_value(c->p[2]) : -1;

	if (high < 0 || low < 0)
		return false;
	buf_add_char(out, (char)(high << 4 | low));
	return take_skip(c, 3);
}

/* `=`, blanks, line end: the line goes on. */
static bool take_soft_break(struct bytes *c)
{
	size_t n = 1;

	while (n < c->n && (c->p[n] == ' ' || c->p[n] == '\t' || c->p[n] == '\r') && n < LINE_MAX_SIGNS)
		n++;
	if (n < c->n && c->p[n] != '\n')
		return false;
	return take_skip(c, n < c->n ? n + 1 : n);
}

static bool decode_quoted(struct bytes raw, struct buf *out)
{
	bool is_clean = true;

	while (raw.n) {
		const uint8_t *mark = memchr(raw.p, '=', raw.n);
		struct bytes plain;
		(void)take_bytes(&raw, mark ? (size_t)(mark - raw.p) : raw.n, &plain);
		buf_add_bytes(out, plain);
		if (!mark || take_hex(&raw, out) || take_soft_break(&raw))
			continue;
		is_clean = false;
		buf_add_char(out, '=');
		(void)take_skip(&raw, 1);
	}
	return is_clean;
}

bool transfer_decode_q(struct bytes raw, struct buf *out)
{
	bool is_clean = true;

	while (raw.n) {
		if (raw.p[0] == '=' && take_hex(&raw, out))
			continue;
		is_clean = is_clean && raw.p[0] != '=';
		buf_add_char(out, raw.p[0] == '_' ? ' ' : (char)raw.p[0]);
		(void)take_skip(&raw, 1);
	}
	return is_clean;
}

static void add_uu_line(struct bytes line, struct buf *out)
{
	size_t want = (line.p[0] - 0x20u) & 0x3f;

	(void)take_skip(&line, 1);
	while (want) {
		uint32_t group = 0;
		for (size_t i = 0; i < 4; i++)
			group = group << 6 | ((i < line.n ? line.p[i] - 0x20u : 0) & 0x3f);
		for (unsigned i = 0; i < 3 && want; i++, want--)
			buf_add_char(out, (char)(group >> (16 - 8 * i)));
		(void)take_skip(&line, MIN(line.n, (size_t)4));
	}
}

static bool decode_uu(struct bytes raw, struct buf *out)
{
	struct bytes line;
	bool is_inside = false;

	while (take_until(&raw, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!is_inside)
			is_inside = bytes_starts(line, "begin ");
		else if (bytes_is(line, "end"))
			return true;
		else if (line.n)
			add_uu_line(line, out);
	}
	return !is_inside;
}

bool transfer_decode(enum transfer transfer, struct bytes raw, struct buf *out)
{
	switch (transfer) {
	case TRANSFER_BASE64:
		return decode_base64(raw, out);
	case TRANSFER_QUOTED:
		return decode_quoted(raw, out);
	case TRANSFER_UU:
		return decode_uu(raw, out);
	case TRANSFER_IDENTITY:
		break;
	}
	buf_add_bytes(out, raw);
	return true;
}

void transfer_add_base64(struct buf *out, struct bytes raw, bool is_wrapped)
{
	for (size_t i = 0, column = 0; i < raw.n; i += 3) {
		size_t n = MIN(raw.n - i, (size_t)3);
		uint32_t group = (uint32_t)raw.p[i] << 16;
		group |= n > 1 ? (uint32_t)raw.p[i + 1] << 8 : 0;
		group |= n > 2 ? (uint32_t)raw.p[i + 2] : 0;
		for (unsigned k = 0; k < 4; k++)
			buf_add_char(out, k <= n ? base64_signs[group >> (18 - 6 * k) & 0x3f] : '=');
		column += 4;
		if (is_wrapped && (column == LINE_MAX_SIGNS || i + 3 >= raw.n)) {
			buf_add_text(out, "\r\n");
			column = 0;
		}
	}
}

/* A sign that may stand as it is; blanks at a line's end and dots at its start may not (RFC 5321 §4.5.2), nor the
 * `From ` that some stores change. */
static bool is_quoted_plain(struct bytes text, size_t i, size_t column)
{
	uint8_t c = text.p[i];
	bool is_last = i + 1 == text.n || text.p[i + 1] == '\n' || text.p[i + 1] == '\r';

	if (c == ' ' || c == '\t')
		return !is_last;
	if (column == 0 && (c == '.' || c == 'F' || c == '-'))
		return false;
	return c > ' ' && c < 0x7f && c != '=';
}

void transfer_add_quoted(struct buf *out, struct bytes text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.n; i++) {
		bool is_plain = is_quoted_plain(text, i, column);
		if (text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (text.p[i] == '\n') {
			buf_add_text(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + (is_plain ? 1 : 3) >= LINE_MAX_SIGNS) {
			buf_add_text(out, "=\r\n");
			column = 0;
			is_plain = is_quoted_plain(text, i, column);
		}
		if (is_plain)
			buf_add_char(out, (char)text.p[i]);
		else
			buf_addf(out, "=%02X", text.p[i]);
		column += is_plain ? 1 : 3;
	}
}
