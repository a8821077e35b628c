/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The header of a message that is written. */
#include "format/mail/compose_int.h"
#include "format/mail/transfer_int.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>

#define LINE_SIGNS 76
#define WORD_BYTES 45 /* of UTF-8: with its wrapping 72 signs, RFC 2047 §2 allows 75 */
#define TOKEN_MAX 900
#define SEGMENT_SIGNS 60

/* Where the line stands that is being written. */
struct line {
	struct buf *out;
	size_t start; /* of the line, in out */
};

static size_t column(const struct line *l)
{
	return l->out->n - l->start;
}

static void fold(struct line *l)
{
	buf_add_text(l->out, "\r\n ");
	l->start = l->out->n - 1;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

int compose_check(const char *what, const char *text, struct error *err)
{
	for (const char *p = text; *p; p++)
		if (((uint8_t)*p < ' ' && *p != '\t') || *p == 0x7f)
			return error_set(err, -EINVAL, "a control character in the %s", what);
	if (!text_is_utf8(BYTES_TEXT(text)))
		return error_set(err, -EINVAL, "the %s is not UTF-8", what);
	return 0;
}

/* The longest whole characters within `most` bytes. */
static size_t whole_characters(struct bytes text, size_t most)
{
	size_t n = 0;

	while (n < text.n) {
		size_t length = text_utf8_length(BYTES(text.p + n, text.n - n));
		if (n + length > most)
			break;
		n += length;
	}
	return n;
}

/* Encoded words in UTF-8 and base64, one a line but for the first. */
static void add_encoded(struct line *l, const char *text)
{
	struct bytes rest = BYTES_TEXT(text), piece;
	bool is_first = true;

	while (rest.n) {
		size_t free = column(l) < LINE_SIGNS - 16 ? (LINE_SIGNS - 12 - column(l)) / 4 * 3 : 0;
		if (!is_first || free < 6) {
			fold(l);
			free = WORD_BYTES;
		}
		(void)take_bytes(&rest, whole_characters(rest, MIN(free, (size_t)WORD_BYTES)), &piece);
		buf_add_text(l->out, "=?UTF-8?B?");
		transfer_add_base64(l->out, piece, false);
		buf_add_text(l->out, "?=");
		is_first = false;
	}
}

/* Plain text can stand as it is: ASCII, nothing like an encoded word, no word that cannot be folded, no blank at an end
 * (folding and trimming would eat it). */
static bool is_plain(const char *text)
{
	size_t word = 0, n = strlen(text);

	if (!is_printable(text) || strstr(text, "=?") || (n && (text[0] == ' ' || text[n - 1] == ' ')))
		return false;
	for (const char *p = text; *p; p++) {
		word = *p == ' ' ? 0 : word + 1;
		if ((uint8_t)*p >= 0x80 || word > LINE_SIGNS - 10 || (*p == ' ' && p[1] == ' '))
			return false;
	}
	return true;
}

static void add_plain(struct line *l, const char *text)
{
	struct bytes rest = BYTES_TEXT(text), word;
	bool is_first = true;

	while (take_until(&rest, ' ', &word)) {
		if (column(l) + !is_first + word.n > LINE_SIGNS)
			fold(l);
		else if (!is_first)
			buf_add_char(l->out, ' ');
		buf_add_bytes(l->out, word);
		is_first = false;
	}
}

static struct line begin_field(struct buf *out, const char *name)
{
	struct line l = { .out = out, .start = out->n };

	buf_addf(out, "%s: ", name);
	return l;
}

static void end_field(struct buf *out)
{
	buf_add_text(out, "\r\n");
}

static int add_text_field(struct buf *out, const char *name, const char *value, struct error *err)
{
	struct line l;
	int r;

	if (!value || !*value)
		return 0;
	r = compose_check(name, value, err);
	if (r < 0)
		return r;
	l = begin_field(out, name);
	if (is_plain(value))
		add_plain(&l, value);
	else
		add_encoded(&l, value);
	end_field(out);
	return 0;
}

/* What may stand in an address, an id or a token: visible ASCII without `refused`. */
static bool is_token(const char *text, const char *refused)
{
	size_t n = strlen(text);

	if (n == 0 || n > TOKEN_MAX)
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr(refused, *text))
			return false;
	return true;
}

static bool is_address(const char *address)
{
	const char *at = strrchr(address, '@');

	return at && at != address && at[1] && is_token(address, "<>(),;:\\\"") && strchr(address, '@') == at;
}

static bool is_atom_text(const char *name)
{
	static const char signs[] = "!#$%&'*+-/=?^_`{|}~ ";

	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || (*name >= '0' && *name <= '9') ||
		      strchr(signs, *name)))
			return false;
	return true;
}

static void add_quoted_name(struct line *l, const char *name)
{
	if (column(l) + strlen(name) + 4 > LINE_SIGNS)
		fold(l);
	buf_add_char(l->out, '"');
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			buf_add_char(l->out, '\\');
		buf_add_char(l->out, *name);
	}
	buf_add_char(l->out, '"');
}

/* A name in quotes must survive them; one that is itself in quotes or longer than a line is encoded. */
static void add_name(struct line *l, const char *name)
{
	size_t n = strlen(name);

	if (!is_plain(name) || n > LINE_SIGNS - 16 || name[0] == '"' || name[0] == '\'')
		add_encoded(l, name);
	else if (is_atom_text(name))
		add_plain(l, name);
	else
		add_quoted_name(l, name);
}

static int add_address(struct line *l, const struct mail_address *a, struct error *err)
{
	const char *name = a->name ? a->name : "";
	int r = compose_check("name", name, err);

	if (r < 0)
		return r;
	if (!a->address || !is_address(a->address))
		return error_set(err, -EINVAL, "'%s' is no address", a->address ? a->address : "");
	if (*name)
		add_name(l, name);
	if (column(l) + strlen(a->address) + 3 > LINE_SIGNS)
		fold(l);
	else if (*name)
		buf_add_char(l->out, ' ');
	buf_addf(l->out, *name ? "<%s>" : "%s", a->address);
	return 0;
}

static int add_addresses(struct buf *out, const char *name, const struct mail_addresses *list, struct error *err)
{
	struct line l;

	if (list->count == 0)
		return 0;
	l = begin_field(out, name);
	for (size_t i = 0; i < list->count; i++) {
		int r;
		if (i) {
			buf_add_char(out, ',');
			fold(&l);
		}
		r = add_address(&l, &list->item[i], err);
		if (r < 0)
			return r;
	}
	end_field(out);
	return 0;
}

static int add_ids(struct buf *out, const char *name, const char *const *ids, size_t count, struct error *err)
{
	struct line l = begin_field(out, name);

	for (size_t i = 0; i < count; i++) {
		if (!is_token(ids[i], "<>"))
			return error_set(err, -EINVAL, "'%s' is no message id", ids[i]);
		if (i)
			fold(&l);
		buf_addf(out, "<%s>", ids[i]);
	}
	end_field(out);
	return 0;
}

static int add_id(struct buf *out, const char *name, const char *id, struct error *err)
{
	return id && *id ? add_ids(out, name, &id, 1, err) : 0;
}

static int add_date(const struct compose *c, struct buf *out, struct error *err)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t local = floor_div(c->date_us, SECOND_US) + c->offset_minutes * INT64_C(60);
	int64_t day = floor_div(local, 86400), second = local - day * 86400;
	struct date d = date_from_days(day);
	int offset = c->offset_minutes < 0 ? -c->offset_minutes : c->offset_minutes;

	if (!date_is_valid(d) || offset > 14 * 60)
		return error_set(err, -EINVAL, "the date cannot be written");
	buf_addf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d %c%02d%02d\r\n", days[(day % 7 + 7) % 7], d.day,
		 months[d.month - 1], d.year, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
		 c->offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
	return 0;
}

static bool is_field_name(const char *name)
{
	return is_token(name, ":") && strlen(name) < LINE_SIGNS;
}

static int add_more(const struct compose *c, struct buf *out, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < c->more_count && r == 0; i++) {
		if (!is_field_name(c->more[i].name))
			return error_set(err, -EINVAL, "'%s' is no name of a field", c->more[i].name);
		r = add_text_field(out, c->more[i].name, c->more[i].value, err);
	}
	return r;
}

static int add_people(const struct compose *c, struct buf *out, struct error *err)
{
	const struct {
		const char *name;
		const struct mail_addresses *list;
	} fields[] = {
		{ "From", &c->from }, { "Sender", &c->sender }, { "Reply-To", &c->reply_to }, { "To", &c->to }, { "Cc", &c->cc },
	};
	int r = 0;

	if (c->from.count == 0)
		return error_set(err, -EINVAL, "a mail needs a sender");
	for (size_t i = 0; i < COUNT(fields) && r == 0; i++)
		r = add_addresses(out, fields[i].name, fields[i].list, err);
	return r;
}

static int add_threads(const struct compose *c, struct buf *out, struct error *err)
{
	int r = c->message_id ? add_id(out, "Message-ID", c->message_id, err) :
				error_set(err, -EINVAL, "a mail needs an id");

	if (r == 0)
		r = add_id(out, "In-Reply-To", c->in_reply_to, err);
	if (r == 0 && c->references.count)
		r = add_ids(out, "References", c->references.item, c->references.count, err);
	return r;
}

int compose_header(const struct compose *c, struct buf *out, struct error *err)
{
	int r = add_date(c, out, err);

	if (r == 0)
		r = add_people(c, out, err);
	if (r == 0)
		r = add_text_field(out, "Subject", c->subject, err);
	if (r == 0)
		r = add_threads(c, out, err);
	if (r == 0)
		r = add_text_field(out, "Auto-Submitted", c->auto_submitted, err);
	if (r == 0)
		r = add_text_field(out, MAIL_LOOP_HEADER, c->loop_name, err);
	if (r == 0)
		r = add_more(c, out, err);
	if (r == 0)
		buf_add_text(out, "MIME-Version: 1.0\r\n");
	return r;
}

/* Signs that stand for themselves in RFC 2231 (attribute-char). */
static bool is_attribute_sign(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$&+-.^_`{|}~", c));
}

static void add_segments(struct buf *out, const char *name, const char *value)
{
	struct bytes rest = BYTES_TEXT(value);

	for (int i = 0; rest.n; i++) {
		size_t end = out->n + SEGMENT_SIGNS;
		buf_addf(out, ";\r\n %s*%d*=%s", name, i, i ? "" : "utf-8''");
		while (rest.n && out->n < end && !out->is_full) {
			if (is_attribute_sign((char)rest.p[0]))
				buf_add_char(out, (char)rest.p[0]);
			else
				buf_addf(out, "%%%02X", rest.p[0]);
			(void)take_skip(&rest, 1);
		}
		if (out->is_full)
			return;
	}
}

void compose_add_param(struct buf *out, const char *name, const char *value)
{
	if (!is_plain(value) || strlen(value) > SEGMENT_SIGNS || strpbrk(value, "\"\\")) {
		add_segments(out, name, value);
		return;
	}
	buf_addf(out, ";\r\n %s=\"%s\"", name, value);
}
