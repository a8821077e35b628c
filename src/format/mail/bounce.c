/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Delivery reports: RFC 3464, and the prose of mail systems that do not write it. */
#include "format/mail/kind_int.h"

#include "format/mail/header_int.h"
#include "format/mail/mail_int.h"

#include "base/cleanup.h"

#include <strings.h>

#define PROSE_BYTES_MAX 65536
#define DIAGNOSTIC_MAX 2000
#define ADDRESS_MAX 320

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of `5.1.1` at `p`; not a piece of an address or of a version. */
static size_t status_length(const char *p, char before)
{
	size_t n = 0;

	if ((*p != '2' && *p != '4' && *p != '5') || is_digit(before) || before == '.')
		return 0;
	for (int i = 0; i < 3; i++) {
		size_t digits = 0;
		if (i && p[n++] != '.')
			return 0;
		while (is_digit(p[n]) && digits < 4)
			n++, digits++;
		if (digits == 0 || digits > 3 || (i == 0 && digits != 1))
			return 0;
	}
	return p[n] == '.' && is_digit(p[n + 1]) ? 0 : n;
}

static bool says_nothing(const char *status)
{
	return !*status || strcmp(status + 1, ".0.0") == 0;
}

/* The last code in the words; one that says nothing only where there is no other. */
static const char *find_status(const char *words, struct arena *arena)
{
	const char *found = "", *p;
	char before = ' ';

	for (p = words; *p; before = *p++) {
		size_t n = status_length(p, before);
		const char *status = n ? arena_bytes(arena, p, n) : "";
		if (n && (says_nothing(found) || !says_nothing(status)))
			found = status;
	}
	return found;
}

static const char *better_status(const char *status, const char *words, struct arena *arena)
{
	const char *other;

	if (!says_nothing(status))
		return status;
	other = find_status(words, arena);
	return *status && says_nothing(other) ? status : other;
}

static bool is_address_sign(uint8_t c)
{
	return c > ' ' && c != '<' && c != '>' && c != '"' && c != '(' && c != ')' && c != ',' && c != ';' && c != ':' && c != 0x7f;
}

/* The address at the start of the text, in brackets or not; *ret_n is what it takes. */
static bool address_at(struct bytes text, struct bytes *ret, size_t *ret_n)
{
	size_t n = 0, start = 0;
	const uint8_t *at;

	if (text.n && text.p[0] == '<')
		start = 1;
	if (bytes_starts(BYTES(text.p + start, text.n - start), "mailto:"))
		start += 7;
	while (start + n < text.n && n < ADDRESS_MAX && is_address_sign(text.p[start + n]))
		n++;
	at = memchr(text.p + start, '@', n);
	if (!at || at == text.p + start || at + 1 >= text.p + start + n)
		return false;
	*ret = BYTES(text.p + start, n);
	n += start;
	if (text.p[0] == '<' && (n >= text.n || text.p[n] != '>'))
		return false;
	*ret_n = n + (text.p[0] == '<');
	while (ret->n && ret->p[ret->n - 1] == '.')
		ret->n--;
	return true;
}

/* Phrases before a recipient. */
static const char *const recipient_phrases[] = {
	"could not be delivered to:", "addressed to:", "recipient:",       ">>> rcpt to:",
	"following message to ",      "your message to ", "以下のメールアドレスへ", "宛先：", "送信先：",
};

static bool phrase_recipient(struct bytes line, struct bytes *ret)
{
	size_t n;

	for (size_t i = 0; i < COUNT(recipient_phrases); i++) {
		size_t length = strlen(recipient_phrases[i]);
		if (line.n <= length || strncasecmp((const char *)line.p, recipient_phrases[i], length) != 0)
			continue;
		line = bytes_trim(BYTES(line.p + length, line.n - length));
		return address_at(line, ret, &n);
	}
	/* Exchange: `Name<mailto:user@example.org>` */
	const uint8_t *mark = line.n ? memmem(line.p, line.n, "<mailto:", 8) : NULL;
	if (!mark || line.p[line.n - 1] != '>')
		return false;
	line = BYTES(mark, line.p + line.n - mark);
	return address_at(line, ret, &n) && n == line.n;
}

/* A line that names a recipient: the address alone, before a colon, `on` a date or what it was expanded from, or behind
 * a phrase. */
static bool recipient_line(struct bytes line, struct bytes *ret)
{
	struct bytes rest;
	size_t n;

	line = bytes_trim(line);
	if (!address_at(line, ret, &n))
		return phrase_recipient(line, ret);
	rest = bytes_trim(BYTES(line.p + n, line.n - n));
	return rest.n == 0 || rest.p[0] == ':' || bytes_starts(rest, "on ") || bytes_starts(rest, "(expanded from") ||
	       bytes_starts(rest, "<mailto:");
}

static struct mail_recipient *recipient_add(struct mail_verdict *v, struct arena *arena, const char *address)
{
	static const size_t step = 16;

	for (size_t i = 0; i < v->recipient_count && i < 64; i++)
		if (mail_text_is(v->recipients[i].address, address))
			return &v->recipients[i];
	if (v->recipient_count >= MAIL_RECIPIENTS_MAX)
		return NULL;
	if (v->recipient_count % step == 0) {
		struct mail_recipient *grown = ARENA_ARRAY(arena, v->recipient_count + step, struct mail_recipient);
		if (v->recipient_count)
			memcpy(grown, v->recipients, v->recipient_count * sizeof *grown);
		v->recipients = grown;
	}
	v->recipients[v->recipient_count] =
		(struct mail_recipient){ .address = address, .final_address = "", .status = "", .diagnostic = "" };
	return &v->recipients[v->recipient_count++];
}

/* `rfc822; user@example.org`, perhaps in brackets. */
static const char *typed_address(const char *value, struct arena *arena)
{
	const char *semicolon = strchr(value, ';');
	struct bytes text = bytes_trim(BYTES_TEXT(semicolon ? semicolon + 1 : value));

	if (text.n >= 2 && text.p[0] == '<' && text.p[text.n - 1] == '>')
		text = BYTES(text.p + 1, text.n - 2);
	return header_clean(text, arena);
}

static enum bounce_action action_of(const char *value)
{
	if (mail_text_starts(value, "delayed"))
		return BOUNCE_DELAYED;
	if (mail_text_starts(value, "relayed"))
		return BOUNCE_RELAYED;
	if (mail_text_starts(value, "delivered") || mail_text_starts(value, "expanded"))
		return BOUNCE_DELIVERED;
	return BOUNCE_FAILED;
}

/* One group of fields of a delivery report (RFC 3464 §2.3). */
static void add_group(struct bytes group, struct arena *arena, struct mail_verdict *v)
{
	struct mail_headers h;
	struct mail_recipient *r;
	unsigned notes = 0;
	size_t body, length;
	const char *final, *original, *status, *action, *diagnostic;

	header_read(group, 0, NULL, arena, &h, &body, &notes);
	final = header_find(&h, "Final-Recipient");
	original = header_find(&h, "Original-Recipient");
	if (!final && !original)
		return;
	final = typed_address(final ? final : "", arena);
	original = typed_address(original ? original : "", arena);
	r = recipient_add(v, arena, *original ? original : final);
	if (!r)
		return;
	r->final_address = mail_text_is(r->address, final) ? "" : final;
	status = header_find(&h, "Status");
	length = status ? status_length(status, ' ') : 0;
	diagnostic = header_find(&h, "Diagnostic-Code");
	action = header_find(&h, "Action");
	r->diagnostic = diagnostic ? diagnostic : "";
	r->status = better_status(arena_bytes(arena, status ? status : "", length), r->diagnostic, arena);
	r->action = action_of(action ? action : "");
}

/* Groups stand between blank lines. */
static void read_groups(struct bytes text, struct arena *arena, struct mail_verdict *v)
{
	struct bytes line, rest = text, group = BYTES(text.p, 0);

	while (v->recipient_count < MAIL_RECIPIENTS_MAX) {
		bool has_line = mail_take_line(&rest, &line);
		if (has_line && bytes_trim(line).n) {
			group.n = (size_t)(line.p + line.n - group.p);
			continue;
		}
		if (group.n)
			add_group(group, arena, v);
		if (!has_line)
			return;
		group = BYTES(rest.p, 0);
	}
}

/* The recipients that the prose names, each with the words up to the next. */
static void read_prose(const char *text, struct arena *arena, struct mail_verdict *v, const char **ret_copy)
{
	struct bytes rest = BYTES(text, strnlen(text, PROSE_BYTES_MAX)), line, address;
	struct mail_recipient *current = NULL;
	struct buf words;

	*ret_copy = NULL;
	buf_init(&words, DIAGNOSTIC_MAX);
	while (mail_take_line(&rest, &line) && !*ret_copy) {
		if (bounce_is_copy_mark(line)) {
			*ret_copy = (const char *)line.p;
		} else if (recipient_line(line, &address)) {
			if (current)
				current->diagnostic = arena_bytes(arena, words.p, words.n);
			current = recipient_add(v, arena, header_clean(address, arena));
			buf_reset(&words);
			if (current)
				buf_add_text(&words, current->diagnostic);
		}
		line = bytes_trim(line);
		if (current && line.n && !*ret_copy) {
			buf_add_char(&words, ' ');
			buf_add(&words, line.p, MIN(line.n, words.max - words.n));
		}
	}
	if (current)
		current->diagnostic = arena_bytes(arena, words.p, words.n);
	buf_clear(&words);
}

/* The prose without what the returned mail says. */
static const char *prose_of(const struct mail *mail, const char *copy, struct arena *arena)
{
	size_t n = copy ? (size_t)(copy - mail->text) : strnlen(mail->text, PROSE_BYTES_MAX);

	return arena_bytes(arena, mail->text, n);
}

static void parse_original(struct bytes bytes, struct arena *arena, struct mail_verdict *v)
{
	if (bytes.n)
		(void)mail_parse(bytes, arena, &v->original, NULL);
}

/* The returned mail as a part, or behind its mark in the prose. */
static void find_original(const struct mail *mail, const char *copy, struct arena *arena, struct mail_verdict *v)
{
	static const char *const types[] = { "message/rfc822", "text/rfc822-headers", "message/rfc822-headers",
					     "message/global", "message/partial" };
	struct bytes rest, line, behind;

	for (size_t i = 0; i < COUNT(types) && !v->original; i++) {
		const struct mail_part *part = kind_part(mail, types[i]);
		if (part)
			parse_original(part->bytes, arena, v);
	}
	if (v->original || !copy)
		return;
	rest = BYTES_TEXT(copy);
	while (behind = rest, mail_take_line(&rest, &line)) {
		const uint8_t *colon = memchr(line.p, ':', line.n);
		if (!colon || colon + 1 >= line.p + line.n || memchr(line.p, ' ', (size_t)(colon - line.p)))
			continue;
		parse_original(behind, arena, v);
		return;
	}
}

/* Reasons and what is missing, from the recipient's own words, else from the whole prose. */
static void complete(struct mail_verdict *v, const char *prose, struct arena *arena)
{
	bool is_delay = bounce_is_delay(prose);

	v->is_delayed = v->recipient_count ? true : is_delay;
	for (size_t i = 0; i < v->recipient_count; i++) {
		struct mail_recipient *r = &v->recipients[i];
		const char *words = *r->diagnostic ? r->diagnostic : prose;
		r->reason = bounce_reason_of(words, r->status);
		/* Some give the reason before the one address they name. */
		if (r->reason == BOUNCE_OTHER && v->recipient_count == 1)
			r->reason = bounce_reason_of(prose, "");
		words = *r->diagnostic ? r->diagnostic : prose;
		r->diagnostic = header_clean(BYTES(words, strnlen(words, DIAGNOSTIC_MAX)), arena);
		v->is_delayed = v->is_delayed && r->action == BOUNCE_DELAYED;
	}
}

/* What the prose says of status and action, where no report does. */
static void complete_from_prose(struct mail_verdict *v, const char *prose, struct arena *arena)
{
	bool is_delay = bounce_is_delay(prose);

	for (size_t i = 0; i < v->recipient_count; i++) {
		struct mail_recipient *r = &v->recipients[i];
		r->status = better_status(r->status, *r->diagnostic ? r->diagnostic : prose, arena);
		if (is_delay)
			r->action = BOUNCE_DELAYED;
	}
}

static void read_failed_header(const char *value, struct arena *arena, struct mail_verdict *v)
{
	struct mail_addresses list = { 0 };
	unsigned notes = 0;

	addresses_add(value, arena, &list, &notes);
	for (size_t i = 0; i < list.count; i++)
		(void)recipient_add(v, arena, list.item[i].address);
}

/* The text of delivery-status parts that hold no field: some systems put their prose there. */
static const char *status_prose(const struct mail *mail, const char *prose, struct arena *arena)
{
	for (size_t i = 0; i < mail->part_count; i++) {
		const struct mail_part *part = &mail->parts[i];
		if (strcmp(part->type, "message/delivery-status") == 0 &&
		    !memmem(part->bytes.p, part->bytes.n, "Final-Recipient:", 16))
			return arena_printf(arena, "%s\n%s", prose,
					    header_clean(BYTES(part->bytes.p, MIN(part->bytes.n, (size_t)PROSE_BYTES_MAX)), arena));
	}
	return prose;
}

static bool is_report(const struct mail *mail)
{
	const struct mail_part *top = &mail->parts[0];
	bool has_status = kind_part(mail, "message/delivery-status") || kind_part(mail, "message/global-delivery-status");

	if (strcmp(top->type, "multipart/report") == 0)
		return has_status || strcmp(top->report_type, "delivery-status") == 0;
	return has_status && kind_is_from_system(mail);
}

static void read_report(const struct mail *mail, struct arena *arena, struct mail_verdict *v)
{
	for (size_t i = 0; i < mail->part_count; i++)
		if (strcmp(mail->parts[i].type, "message/delivery-status") == 0 ||
		    strcmp(mail->parts[i].type, "message/global-delivery-status") == 0)
			read_groups(mail->parts[i].bytes, arena, v);
	if (v->recipient_count == 0)
		read_groups(BYTES(mail->text, strnlen(mail->text, PROSE_BYTES_MAX)), arena, v);
}

/* Where nothing names the recipient, it is to whom the returned mail went, if that was one. */
static void add_original_recipient(struct mail_verdict *v, struct arena *arena)
{
	if (v->recipient_count == 0 && v->original && v->original->to.count == 1)
		(void)recipient_add(v, arena, v->original->to.item[0].address);
}

static void judge_report(const struct mail *mail, struct arena *arena, struct mail_verdict *v)
{
	struct mail_verdict named = { 0 };
	const char *copy, *prose;
	bool has_fields;

	v->rule = "delivery-status";
	v->evidence = mail->parts[0].report_type;
	read_report(mail, arena, v);
	has_fields = v->recipient_count > 0;
	read_prose(mail->text, arena, &named, &copy);
	prose = status_prose(mail, prose_of(mail, copy, arena), arena);
	find_original(mail, copy, arena, v);
	if (!has_fields) {
		v->recipients = named.recipients;
		v->recipient_count = named.recipient_count;
		add_original_recipient(v, arena);
		complete_from_prose(v, prose, arena);
	}
	complete(v, prose, arena);
}

/* Which of the rules of prose fits; NULL where none does. */
static const char *prose_rule(const struct mail *mail, const char *prose, struct mail_verdict *v)
{
	const char *words = bounce_words_in(prose);
	const char *subject = kind_is_from_system(mail) ? bounce_subject_of(mail->subject) : NULL;

	v->evidence = mail_header_value(mail, "X-Failed-Recipients");
	if (v->evidence)
		return "failed-recipients";
	v->evidence = words && v->recipient_count ? words : subject;
	if (!v->evidence)
		return NULL;
	return v->evidence == words ? "bounce-text" : "bounce-subject";
}

/* A mail system's prose. */
static bool judge_prose(const struct mail *mail, struct arena *arena, struct mail_verdict *v)
{
	const char *failed = mail_header_value(mail, "X-Failed-Recipients"), *copy, *prose;

	if (!kind_is_from_system(mail) && !(kind_is_from_machine(mail) && kind_part(mail, "message/rfc822")))
		return false;
	read_prose(mail->text, arena, v, &copy);
	prose = prose_of(mail, copy, arena);
	if (v->recipient_count == 0 && failed)
		read_failed_header(failed, arena, v);
	v->rule = prose_rule(mail, prose, v);
	if (!v->rule)
		return false;
	find_original(mail, copy, arena, v);
	add_original_recipient(v, arena);
	complete_from_prose(v, prose, arena);
	complete(v, prose, arena);
	return true;
}

bool bounce_judge(const struct mail *mail, struct arena *arena, struct mail_verdict *verdict)
{
	struct mail_verdict v = { .kind = MAIL_BOUNCE, .evidence = "" };

	if (mail->part_count == 0)
		return false;
	if (is_report(mail))
		judge_report(mail, arena, &v);
	else if (!judge_prose(mail, arena, &v))
		return false;
	*verdict = v;
	return true;
}
