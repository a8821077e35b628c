/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The lines of a reply. */
#include "format/mail/reply.h"

#include "format/mail/mail_int.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <strings.h>

#define ATTRIBUTION_LINES 4
#define ATTRIBUTION_BYTES 500
#define HEADER_LINES 8
#define FOOT_LINES 12
#define SIGNATURE_LINES 15
#define RULE_SIGNS 8

static bool starts(struct bytes line, const char *words)
{
	size_t n = strlen(words);

	return line.n >= n && strncasecmp((const char *)line.p, words, n) == 0;
}

static bool ends(struct bytes line, const char *words)
{
	size_t n = strlen(words);

	return line.n >= n && strncasecmp((const char *)line.p + line.n - n, words, n) == 0;
}

static bool holds(struct bytes line, const char *words)
{
	return memmem(line.p, line.n, words, strlen(words)) != NULL;
}

static bool is_blank(struct bytes line)
{
	return bytes_trim(line).n == 0;
}

static bool is_marked(struct bytes line)
{
	line = bytes_trim(line);
	return starts(line, ">") || starts(line, "＞") || starts(line, "|>");
}

static bool has_digit(struct bytes line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] >= '0' && line.p[i] <= '9')
			return true;
	return false;
}

static void split(const char *text, struct arena *arena, struct reply *ret)
{
	struct bytes rest = BYTES_TEXT(text), line;
	size_t count = 0;

	for (struct bytes c = rest; count < REPLY_LINES_MAX && mail_take_line(&c, &line);)
		count++;
	ret->lines = ARENA_ARRAY(arena, count + 1, struct reply_line);
	while (ret->count < count && mail_take_line(&rest, &line))
		ret->lines[ret->count++] = (struct reply_line){ .text = line,
								.class = is_marked(line) ? REPLY_QUOTED : REPLY_NEW };
	if (rest.n)
		ret->lines[ret->count++] = (struct reply_line){ .text = rest };
}

static void set_class(struct reply *r, size_t from, size_t to, enum reply_class class)
{
	for (size_t i = from; i < to; i++)
		if (r->lines[i].class == REPLY_NEW)
			r->lines[i].class = class;
}

/* How lines end that say who wrote. */
static const char *const attribution_ends[] = {
	"wrote:",       "wrote :",        "writes:",    "は書きました:", "は書きました：", "が書きました:",
	"が書きました：", "のメール:",      "のメール：", "のメッセージ:", "のメッセージ：", "schrieb:",
	"a écrit :",
};

static bool is_attribution_end(struct bytes joined)
{
	for (size_t i = 0; i < COUNT(attribution_ends); i++)
		if (ends(joined, attribution_ends[i]))
			return true;
	/* Gmail: 2024年1月5日(金) 12:34 山田太郎 <taro@example.jp>: */
	return ends(joined, ">:") && holds(joined, "@") && holds(joined, "年");
}

static bool can_start_attribution(struct bytes line)
{
	static const char *const words[] = { "On ", "At ", "Am ", "Le ", "In message ", "(" };
	const uint8_t first = line.n ? line.p[0] : 0;

	for (size_t i = 0; i < COUNT(words); i++)
		if (starts(line, words[i]))
			return true;
	return (first >= '0' && first <= '9') || first >= 0x80;
}

/* The number of lines that say who wrote, 0 where they say something else. */
static size_t attribution_lines(const struct reply *r, size_t at)
{
	char joined[ATTRIBUTION_BYTES];
	size_t n = 0;

	for (size_t i = at; i < r->count && i < at + ATTRIBUTION_LINES; i++) {
		struct bytes line = bytes_trim(r->lines[i].text);
		bool is_first = i == at;
		if (line.n == 0 || r->lines[i].class != REPLY_NEW || n + line.n >= sizeof joined)
			return 0;
		if (is_first && !can_start_attribution(line) && !is_attribution_end(line))
			return 0;
		if (!is_first && starts(line, "On "))
			return 0;
		memcpy(joined + n, line.p, line.n);
		n += line.n;
		if (is_attribution_end(BYTES(joined, n)) &&
		    (has_digit(BYTES(joined, n)) || holds(BYTES(joined, n), "@")))
			return i - at + 1;
	}
	return 0;
}

static size_t next_filled(const struct reply *r, size_t at)
{
	while (at < r->count && is_blank(r->lines[at].text))
		at++;
	return at;
}

static void mark_attributions(struct reply *r)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t n = r->lines[i].class == REPLY_NEW ? attribution_lines(r, i) : 0, below;
		if (n == 0)
			continue;
		set_class(r, i, i + n, REPLY_QUOTED);
		below = next_filled(r, i + n);
		if (below < r->count && !is_marked(r->lines[below].text)) {
			set_class(r, below, r->count, REPLY_QUOTED);
			return;
		}
		i += n - 1;
	}
}

static struct bytes without_stars(struct bytes line)
{
	line = bytes_trim(line);
	while (line.n && (line.p[0] == '*' || line.p[0] == ' '))
		(void)take_skip(&line, 1);
	return line;
}

static bool is_one_of(struct bytes line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (starts(line, words[i]))
			return true;
	return false;
}

/* A sender and at least two other fields close below. */
static bool is_header_block(const struct reply *r, size_t at)
{
	static const char *const senders[] = { "From:", "差出人:", "差出人：", "送信者:", "送信者：", "送信元:", "Von:", "De :" };
	static const char *const others[] = { "Sent:",  "Date:",     "To:",        "Cc:",   "Subject:", "送信日時:",
					      "送信日時：", "日時:", "日時：",     "日付:", "宛先:",    "宛先：",
					      "件名:",  "件名：",    "Reply-To:",  "Gesendet:", "An:",  "Betreff:" };
	size_t found = 0, filled = 0;

	if (!is_one_of(without_stars(r->lines[at].text), senders, COUNT(senders)))
		return false;
	for (size_t i = at + 1; i < r->count && filled < HEADER_LINES; i++) {
		struct bytes line = without_stars(r->lines[i].text);
		filled += line.n > 0;
		found += is_one_of(line, others, COUNT(others));
	}
	return found >= 2;
}

static bool is_original_mark(struct bytes line)
{
	static const char *const words[] = { "Original Message", "Original Appointment", "Forwarded message", "元のメッセージ",
					     "オリジナルメッセージ", "転送メッセージ", "Ursprüngliche Nachricht", "Message d'origine" };

	line = bytes_trim(line);
	if (!starts(line, "---"))
		return false;
	for (size_t i = 0; i < COUNT(words); i++)
		if (holds(line, words[i]))
			return true;
	return false;
}

/* A line of one sign, eight times or more. */
static bool is_rule(struct bytes line)
{
	static const char *const signs[] = { "-", "_", "=", "*", "#", "~", "━", "─", "＝", "－", "＿", "＊", "☆", "◆", "■" };

	line = bytes_trim(line);
	for (size_t i = 0; i < COUNT(signs); i++) {
		size_t n = strlen(signs[i]), count = 0;
		struct bytes c = line;
		while (bytes_starts(c, signs[i]) && take_skip(&c, n))
			count++;
		if (count >= RULE_SIGNS && c.n == 0)
			return true;
	}
	return false;
}

/* A ruled line right above belongs to what it rules off. */
static size_t with_rule(const struct reply *r, size_t at)
{
	size_t above = at;

	while (above > 0 && is_blank(r->lines[above - 1].text))
		above--;
	return above > 0 && is_rule(r->lines[above - 1].text) ? above - 1 : at;
}

static void mark_headers(struct reply *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->lines[i].class != REPLY_NEW)
			continue;
		if (is_original_mark(r->lines[i].text) || is_header_block(r, i)) {
			set_class(r, with_rule(r, i), r->count, REPLY_QUOTED);
			return;
		}
	}
}

/* Where the block of unquoted lines from `at` ends; *ret_filled counts those that are not blank. */
static size_t block_end(const struct reply *r, size_t at, size_t *ret_filled)
{
	*ret_filled = 0;
	while (at < r->count && r->lines[at].class != REPLY_QUOTED && *ret_filled <= SIGNATURE_LINES + 1) {
		*ret_filled += !is_blank(r->lines[at].text);
		at++;
	}
	return at;
}

static bool is_sent_from(struct bytes line)
{
	static const char *const starts_with[] = { "Sent from ", "Sent via ", "Get Outlook for " };
	static const char *const ends_with[] = { "から送信", "より送信", "から送信されました" };

	line = bytes_trim(line);
	if (line.n > 80 || holds(line, ",") || ends(line, "."))
		return false;
	for (size_t i = 0; i < COUNT(ends_with); i++)
		if (ends(line, ends_with[i]))
			return true;
	return is_one_of(line, starts_with, COUNT(starts_with));
}

/* `-Name`: between blank lines, short. */
static bool is_hyphened_name(const struct reply *r, size_t at)
{
	struct bytes line = r->lines[at].text;
	bool is_below_blank = at == 0 || is_blank(r->lines[at - 1].text);
	bool is_above_blank = at + 1 == r->count || is_blank(r->lines[at + 1].text);

	return line.n > 2 && line.n < 40 && line.p[0] == '-' && ((line.p[1] | 0x20) >= 'a' && (line.p[1] | 0x20) <= 'z') &&
	       is_below_blank && is_above_blank && !ends(line, ".") && !holds(line, ":");
}

static bool has_contact(const struct reply *r, size_t from, size_t to)
{
	static const char *const words[] = { "TEL", "Tel", "tel:", "電話", "FAX", "Fax", "〒", "E-mail", "E-Mail", "Mail:", "mail:",
					     "MAIL", "Phone", "phone:" };

	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < COUNT(words); k++)
			if (holds(r->lines[i].text, words[k]))
				return true;
	return false;
}

static bool is_dashes(struct bytes line)
{
	return bytes_is(line, "-- ") || bytes_is(bytes_trim(line), "--") || bytes_is(bytes_trim(line), "—");
}

/* Where a signature that begins at `at` ends; `at` itself where none does. */
static size_t signature_end(const struct reply *r, size_t at)
{
	struct bytes line = r->lines[at].text;
	size_t filled, end = block_end(r, at, &filled);

	if (is_sent_from(line) || is_hyphened_name(r, at))
		return at + 1;
	if (is_dashes(line) && (bytes_is(line, "-- ") || filled <= SIGNATURE_LINES)) {
		while (end < r->count && r->lines[end].class != REPLY_QUOTED)
			end++;
		return end;
	}
	if (!is_rule(line) || filled > FOOT_LINES || filled < 2)
		return at;
	if (starts(bytes_trim(line), "______") || has_contact(r, at, end))
		return end;
	return at;
}

static void mark_signatures(struct reply *r)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t end = r->lines[i].class == REPLY_NEW && !is_blank(r->lines[i].text) ? signature_end(r, i) : i;
		if (end == i)
			continue;
		set_class(r, i, end, REPLY_SIGNATURE);
		i = end - 1;
	}
}

static const char *join(const struct reply *r, enum reply_class class, struct arena *arena)
{
	struct buf b;
	struct bytes text;
	size_t most = 1;
	const char *copy;

	for (size_t i = 0; i < r->count; i++)
		most += r->lines[i].text.n + 1;
	buf_init(&b, most);
	for (size_t i = 0; i < r->count; i++) {
		if (r->lines[i].class != class)
			continue;
		buf_add_bytes(&b, r->lines[i].text);
		buf_add_char(&b, '\n');
	}
	text = buf_bytes(&b);
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' '))
		text.n--;
	while (text.n && text.p[0] == '\n')
		(void)take_skip(&text, 1);
	copy = arena_bytes(arena, text.p, text.n);
	buf_clear(&b);
	return copy;
}

void reply_read(const char *text, struct arena *arena, struct reply *ret)
{
	*ret = (struct reply){ 0 };
	split(text, arena, ret);
	mark_headers(ret);
	mark_attributions(ret);
	mark_signatures(ret);
	ret->text = join(ret, REPLY_NEW, arena);
	ret->quoted = join(ret, REPLY_QUOTED, arena);
	for (size_t i = 0; i < ret->count; i++) {
		ret->has_quote = ret->has_quote || ret->lines[i].class == REPLY_QUOTED;
		ret->has_signature = ret->has_signature || ret->lines[i].class == REPLY_SIGNATURE;
	}
}
