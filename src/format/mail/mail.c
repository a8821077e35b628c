/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A message: its header, the tree of its parts, its best text. */
#include "format/mail/mail.h"

#include "format/mail/charset_int.h"
#include "format/mail/header_int.h"
#include "format/mail/mail_int.h"
#include "format/mail/transfer_int.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <strings.h>

#define BOUNDARY_MAX 256

int mail_library_init(struct error *err)
{
	return charset_open_all(err);
}

void mail_library_clear(void)
{
	charset_close_all();
}

const char *mail_note_name(enum mail_note note)
{
	static const struct {
		enum mail_note note;
		const char *name;
	} names[] = {
		{ MAIL_NOTE_CUT, "cut" },
		{ MAIL_NOTE_HEADER_BROKEN, "header-broken" },
		{ MAIL_NOTE_HEADER_RAW, "header-raw" },
		{ MAIL_NOTE_HEADER_TWICE, "header-twice" },
		{ MAIL_NOTE_BOUNDARY_MISSING, "boundary-missing" },
		{ MAIL_NOTE_BOUNDARY_OPEN, "boundary-open" },
		{ MAIL_NOTE_ENCODING_UNKNOWN, "encoding-unknown" },
		{ MAIL_NOTE_ENCODING_BROKEN, "encoding-broken" },
		{ MAIL_NOTE_CHARSET_GUESSED, "charset-guessed" },
		{ MAIL_NOTE_CHARSET_WRONG, "charset-wrong" },
		{ MAIL_NOTE_CHARSET_LOSSY, "charset-lossy" },
		{ MAIL_NOTE_DATE_MISSING, "date-missing" },
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].note == note)
			return names[i].name;
	return "";
}

bool mail_text_starts(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

bool mail_text_is(const char *text, const char *other)
{
	return strcasecmp(text, other) == 0;
}

bool mail_text_has(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

bool mail_take_line(struct bytes *c, struct bytes *ret)
{
	if (!take_until(c, '\n', ret))
		return false;
	if (ret->n && ret->p[ret->n - 1] == '\r')
		ret->n--;
	return true;
}

/* What is handed down while the tree is read. */
struct walk {
	struct bytes raw;
	struct arena *arena;
	struct mail *mail;
	size_t room;                 /* of mail->parts */
	size_t text_left;            /* of MAIL_TEXT_MAX, over all parts */
	const struct charset *hint;
};

/* An entity that waits to be read. */
struct entity {
	size_t start, end;
	int parent;
	unsigned depth;
	bool is_in_digest;
};

static bool is_delimiter(struct bytes line, const char *boundary, bool *is_last)
{
	size_t n = strlen(boundary);

	if (line.n < n + 2 || line.p[0] != '-' || line.p[1] != '-' || memcmp(line.p + 2, boundary, n) != 0)
		return false;
	(void)take_skip(&line, n + 2);
	*is_last = bytes_starts(line, "--");
	if (*is_last)
		(void)take_skip(&line, 2);
	return bytes_trim(line).n == 0;
}

bool mail_find_delimiter(struct bytes body, size_t from, const char *boundary, struct mail_delimiter *ret)
{
	struct bytes rest = BYTES(body.p + from, body.n - from), line;

	while (rest.n) {
		size_t start = body.n - rest.n;
		(void)take_until(&rest, '\n', &line);
		if (!is_delimiter(line, boundary, &ret->is_last))
			continue;
		ret->start = start;
		ret->end = body.n - rest.n;
		return true;
	}
	return false;
}

/* The boundary that the body seems to have: a line of `--` before one of `Content-`. */
static const char *guess_boundary(struct bytes body, struct arena *arena)
{
	struct bytes line, next;

	while (mail_take_line(&body, &line)) {
		next = BYTES(body.p, MIN(body.n, (size_t)8));
		if (line.n < 4 || line.n > BOUNDARY_MAX || !bytes_starts(line, "--") || next.n < 8)
			continue;
		if (strncasecmp((const char *)next.p, "content-", 8) == 0 && !memchr(line.p, 0, line.n))
			return arena_bytes(arena, line.p + 2, line.n - 2);
	}
	return NULL;
}

static const char *lower(const char *text, struct arena *arena)
{
	char *copy = arena_text(arena, text);

	for (char *p = copy; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return copy;
}

static const char *header_or_empty(const struct mail_headers *headers, const char *name)
{
	const char *value = header_find(headers, name);

	return value ? value : "";
}

static const char *without_brackets(const char *id, struct arena *arena)
{
	struct mail_ids ids = { 0 };

	ids_add(id, arena, &ids);
	return ids.count ? ids.item[0] : "";
}

/* The last piece of a Content-Location, where nothing else names the part. */
static const char *location_name(const char *location, struct arena *arena)
{
	const char *slash = strrchr(location, '/'), *name = slash ? slash + 1 : location;

	return strchr(name, '?') || strchr(name, '@') ? "" : words_decode(name, arena);
}

static const char *part_name(const struct mail_headers *headers, const struct params *type,
			     const struct params *disposition, struct arena *arena)
{
	const char *name = params_get(disposition, "filename", arena);

	if (!*name)
		name = params_get(type, "name", arena);
	if (!*name && strncmp(type->value, "text/", 5) != 0 && strncmp(type->value, "multipart/", 10) != 0)
		name = location_name(header_or_empty(headers, "Content-Location"), arena);
	return name;
}

/* A type must look like one; what does not is text (RFC 2045 §5.2). */
static const char *part_type(const char *value, bool is_in_digest)
{
	const char *slash = strchr(value, '/');

	if (slash && slash != value && slash[1])
		return value;
	return is_in_digest ? "message/rfc822" : "text/plain";
}

static void decode_body(struct walk *w, struct mail_part *part, const char *encoding)
{
	struct bytes body = BYTES(w->raw.p + part->body_offset, part->body_length);
	enum transfer transfer;
	struct buf out;

	if (!transfer_find(BYTES_TEXT(encoding), &transfer))
		part->notes |= MAIL_NOTE_ENCODING_UNKNOWN;
	buf_init(&out, body.n + 1);
	if (!transfer_decode(transfer, body, &out))
		part->notes |= MAIL_NOTE_ENCODING_BROKEN;
	part->bytes = BYTES(arena_bytes(w->arena, out.p, out.n), out.n);
	buf_clear(&out);
}

/* Text with LF, UTF-8, no NUL. */
static const char *clean_text(struct bytes text, struct arena *arena)
{
	struct buf b;
	const char *copy;
	size_t n = 0;

	buf_init(&b, 3 * text.n + 1);
	charset_add_clean(&b, text);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != '\r' || (i + 1 < b.n && b.p[i + 1] != '\n'))
			b.p[n++] = b.p[i] == '\r' ? '\n' : b.p[i];
	copy = arena_bytes(arena, b.p, n);
	buf_clear(&b);
	return copy;
}

static void decode_text(struct walk *w, struct mail_part *part)
{
	const struct charset *label = charset_find(BYTES_TEXT(part->charset_label));
	struct bytes raw = part->bytes;
	struct charset_result result;
	struct buf out;

	if (raw.n > w->text_left) {
		raw.n = w->text_left;
		part->notes |= MAIL_NOTE_CUT;
	}
	w->text_left -= raw.n;
	buf_init(&out, 4 * raw.n + 16);
	result = charset_decode(raw, label, w->hint, &out);
	part->charset = result.used;
	part->text = clean_text(buf_bytes(&out), w->arena);
	buf_clear(&out);
	part->notes |= (result.is_guessed && !result.is_label_wrong ? MAIL_NOTE_CHARSET_GUESSED : 0u) |
		       (result.is_label_wrong ? MAIL_NOTE_CHARSET_WRONG : 0u) |
		       (result.is_lossy ? MAIL_NOTE_CHARSET_LOSSY : 0u);
}

/* Parts that machines read, which no person takes for a file. */
static bool is_machinery(const char *type)
{
	static const char *const types[] = { "message/delivery-status", "message/feedback-report",
					     "message/disposition-notification", "message/global-delivery-status",
					     "text/rfc822-headers", "application/pgp-encrypted",
					     "application/pgp-signature", "application/pkcs7-signature",
					     "application/x-pkcs7-signature" };

	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static bool is_attachment(const struct mail *mail, const struct mail_part *part)
{
	bool is_in_report = part->parent >= 0 && strcmp(mail->parts[part->parent].type, "multipart/report") == 0;
	bool is_text = strcmp(part->type, "text/plain") == 0 || strcmp(part->type, "text/html") == 0;

	if (part->is_multipart || is_machinery(part->type))
		return false;
	if (strcmp(part->disposition, "attachment") == 0 && !is_in_report)
		return true;
	if (is_in_report && strcmp(part->type, "message/rfc822") == 0)
		return false;
	return *part->name || !is_text;
}

static void fill_part(struct walk *w, struct mail_part *part, const struct mail_headers *headers,
		      const struct params *type, bool is_in_digest)
{
	struct params disposition;

	params_read(header_or_empty(headers, "Content-Disposition"), w->arena, &disposition);
	part->type = part_type(type->value, is_in_digest);
	part->name = part_name(headers, type, &disposition, w->arena);
	part->disposition = strcmp(disposition.value, "attachment") == 0 || strcmp(disposition.value, "inline") == 0 ?
				    disposition.value :
				    "";
	part->content_id = without_brackets(header_or_empty(headers, "Content-ID"), w->arena);
	part->description = words_decode(header_or_empty(headers, "Content-Description"), w->arena);
	part->charset_label = lower(params_get(type, "charset", w->arena), w->arena);
	part->charset = "";
	part->protocol = lower(params_get(type, "protocol", w->arena), w->arena);
	part->micalg = lower(params_get(type, "micalg", w->arena), w->arena);
	part->smime_type = lower(params_get(type, "smime-type", w->arena), w->arena);
	part->report_type = lower(params_get(type, "report-type", w->arena), w->arena);
}

static void read_leaf(struct walk *w, struct mail_part *part, const char *encoding)
{
	decode_body(w, part, encoding);
	if (strncmp(part->type, "text/", 5) == 0)
		decode_text(w, part);
	part->is_attachment = is_attachment(w->mail, part);
}

static void read_entity(struct walk *w, const struct entity *e);

/* The end of a part: the line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1). */
static size_t end_before(struct bytes raw, size_t start, size_t delimiter)
{
	if (delimiter > start && raw.p[delimiter - 1] == '\n')
		delimiter--;
	if (delimiter > start && raw.p[delimiter - 1] == '\r')
		delimiter--;
	return delimiter;
}

/* Reads the children; false when there is no delimiter at all. */
static bool read_children(struct walk *w, int parent, const char *boundary)
{
	struct mail_part part = w->mail->parts[parent];
	struct bytes body = BYTES(w->raw.p, part.body_offset + part.body_length);
	struct entity child = { .parent = parent, .depth = part.depth + 1,
				.is_in_digest = strcmp(part.type, "multipart/digest") == 0 };
	struct mail_delimiter at;
	bool has_next = mail_find_delimiter(body, part.body_offset, boundary, &at);

	if (!has_next)
		return false;
	while (has_next && !at.is_last) {
		child.start = at.end;
		has_next = mail_find_delimiter(body, child.start, boundary, &at);
		child.end = has_next ? end_before(body, child.start, at.start) : body.n;
		if (has_next || child.end > child.start)
			read_entity(w, &child);
	}
	if (!has_next)
		w->mail->parts[parent].notes |= MAIL_NOTE_BOUNDARY_OPEN;
	return true;
}

/* A multipart: its parts, or where it has none its text. */
static void read_multipart(struct walk *w, int index, const struct params *type)
{
	struct mail_part *part = &w->mail->parts[index];
	struct bytes body = BYTES(w->raw.p + part->body_offset, part->body_length);
	const char *boundary = params_get(type, "boundary", w->arena);

	part->is_multipart = true;
	if (*boundary && strlen(boundary) <= BOUNDARY_MAX && read_children(w, index, boundary))
		return;
	w->mail->parts[index].notes |= MAIL_NOTE_BOUNDARY_MISSING;
	boundary = guess_boundary(body, w->arena);
	if (boundary && read_children(w, index, boundary))
		return;
	if (bytes_trim(body).n == 0)
		return;
	/* Without parts it is a text: a child that has no header of its own. */
	part = &w->mail->parts[index];
	w->mail->parts[w->mail->part_count++] = (struct mail_part){
		.type = "text/plain", .name = "", .disposition = "", .content_id = "", .description = "",
		.charset_label = part->charset_label, .charset = "", .protocol = "", .micalg = "", .smime_type = "",
		.report_type = "", .offset = part->body_offset, .length = part->body_length,
		.body_offset = part->body_offset, .body_length = part->body_length, .parent = index,
		.depth = part->depth + 1,
	};
	read_leaf(w, &w->mail->parts[w->mail->part_count - 1], "");
}

/* Makes room for one more part and the text of a multipart without parts. */
static bool reserve_part(struct walk *w)
{
	struct mail_part *grown;

	if (w->mail->part_count + 2 <= w->room)
		return true;
	if (w->room >= MAIL_PARTS_MAX)
		return false;
	w->room = MIN(w->room * 2 + 8, (size_t)MAIL_PARTS_MAX);
	grown = ARENA_ARRAY(w->arena, w->room, struct mail_part);
	if (w->mail->part_count)
		memcpy(grown, w->mail->parts, w->mail->part_count * sizeof *grown);
	w->mail->parts = grown;
	return w->mail->part_count + 2 <= w->room;
}

static void read_body(struct walk *w, const struct entity *e, const struct mail_headers *headers, size_t body,
		      unsigned notes)
{
	struct mail_part *part = &w->mail->parts[w->mail->part_count];
	int index = (int)w->mail->part_count++;
	struct params type;

	params_read(header_or_empty(headers, "Content-Type"), w->arena, &type);
	part->offset = e->start;
	part->length = e->end - e->start;
	part->body_offset = e->start + body;
	part->body_length = e->end - part->body_offset;
	part->parent = e->parent;
	part->depth = e->depth;
	part->notes = notes;
	fill_part(w, part, headers, &type, e->is_in_digest);
	if (strncmp(part->type, "multipart/", 10) != 0) {
		read_leaf(w, part, header_or_empty(headers, "Content-Transfer-Encoding"));
	} else if (e->depth < MAIL_DEPTH_MAX) {
		read_multipart(w, index, &type);
	} else {
		part->notes |= MAIL_NOTE_CUT;
		part->type = "application/octet-stream";
		read_leaf(w, part, "");
	}
}

static void read_entity(struct walk *w, const struct entity *e)
{
	struct mail_headers headers;
	unsigned notes = 0;
	size_t body;

	if (!reserve_part(w)) {
		w->mail->notes |= MAIL_NOTE_CUT;
		return;
	}
	header_read(BYTES(w->raw.p + e->start, e->end - e->start), e->start, w->hint, w->arena, &headers, &body, &notes);
	if (e->parent < 0)
		w->mail->headers = headers;
	read_body(w, e, &headers, body, notes);
}

static void read_ids(const struct mail_headers *headers, const char *name, struct arena *arena, struct mail_ids *ret)
{
	for (size_t i = 0; i < headers->count && ret->count < MAIL_ADDRESSES_MAX; i++)
		if (mail_text_is(headers->item[i].name, name))
			ids_add(headers->item[i].value, arena, ret);
}

static void read_addresses(struct mail *mail, const char *name, struct arena *arena, struct mail_addresses *ret)
{
	for (size_t i = 0; i < mail->headers.count; i++)
		if (mail_text_is(mail->headers.item[i].name, name))
			addresses_add(mail->headers.item[i].value, arena, ret, &mail->notes);
}

/* Fields of RFC 5322 §3.6 that may stand once and decide something. */
static void note_doubles(struct mail *mail)
{
	static const char *const once[] = { "from", "subject", "date", "message-id", "to", "content-type", "reply-to",
					    "sender" };

	for (size_t k = 0; k < COUNT(once); k++) {
		size_t n = 0;
		for (size_t i = 0; i < mail->headers.count; i++)
			n += mail_text_is(mail->headers.item[i].name, once[k]);
		if (n > 1)
			mail->notes |= MAIL_NOTE_HEADER_TWICE;
	}
}

static void read_trace(struct mail *mail, struct arena *arena)
{
	const char *path = header_find(&mail->headers, "Return-Path");

	mail->has_return_path = path != NULL;
	mail->return_path = path ? without_brackets(path, arena) : "";
	read_ids(&mail->headers, "Delivered-To", arena, &mail->delivered_to);
	read_ids(&mail->headers, MAIL_LOOP_HEADER, arena, &mail->loops);
	for (size_t i = 0; i < mail->headers.count; i++)
		mail->received_count += mail_text_is(mail->headers.item[i].name, "Received");
}

static void read_header(struct mail *mail, struct arena *arena)
{
	const struct mail_headers *h = &mail->headers;

	read_addresses(mail, "From", arena, &mail->from);
	read_addresses(mail, "Sender", arena, &mail->sender);
	read_addresses(mail, "Reply-To", arena, &mail->reply_to);
	read_addresses(mail, "To", arena, &mail->to);
	read_addresses(mail, "Cc", arena, &mail->cc);
	mail->subject = words_decode(header_or_empty(h, "Subject"), arena);
	mail->message_id = without_brackets(header_or_empty(h, "Message-ID"), arena);
	read_ids(h, "In-Reply-To", arena, &mail->in_reply_to_all);
	mail->in_reply_to = mail->in_reply_to_all.count ? mail->in_reply_to_all.item[0] : "";
	read_ids(h, "References", arena, &mail->references);
	mail->date_text = header_or_empty(h, "Date");
	mail->has_date = mail_date_parse(mail->date_text, &mail->date_us);
	if (!mail->has_date)
		mail->notes |= MAIL_NOTE_DATE_MISSING;
	mail->auto_submitted = header_or_empty(h, "Auto-Submitted");
	mail->precedence = header_or_empty(h, "Precedence");
	mail->list_id = header_or_empty(h, "List-Id");
	read_trace(mail, arena);
	note_doubles(mail);
}

static bool is_blank_text(const char *text)
{
	return bytes_trim(BYTES_TEXT(text)).n == 0;
}

/* Every multipart/alternative above a plain text that says something. */
static void mark_alternatives(const struct mail *mail, bool *has_plain)
{
	for (size_t i = 0; i < mail->part_count; i++) {
		const struct mail_part *part = &mail->parts[i];
		if (part->is_attachment || strcmp(part->type, "text/plain") != 0 || is_blank_text(part->text))
			continue;
		for (int up = part->parent; up >= 0; up = mail->parts[up].parent)
			has_plain[up] = true;
	}
}

static bool is_hidden_html(const struct mail *mail, const struct mail_part *part, const bool *has_plain)
{
	for (int up = part->parent; up >= 0; up = mail->parts[up].parent)
		if (strcmp(mail->parts[up].type, "multipart/alternative") == 0 && has_plain[up])
			return true;
	return false;
}

static void add_text(struct buf *out, const char *text)
{
	if (out->n && out->p[out->n - 1] != '\n')
		buf_add_char(out, '\n');
	buf_add_text(out, text);
}

/* Texts in order; of an alternative the plain one, unless it is blank. */
static void choose_text(struct mail *mail, struct arena *arena)
{
	bool *has_plain = ARENA_ARRAY(arena, mail->part_count + 1, bool);
	struct buf out;

	mark_alternatives(mail, has_plain);
	buf_init(&out, 2 * MAIL_TEXT_MAX);
	for (size_t i = 0; i < mail->part_count; i++) {
		const struct mail_part *part = &mail->parts[i];
		if (part->is_attachment || !part->text)
			continue;
		if (strcmp(part->type, "text/plain") == 0) {
			add_text(&out, part->text);
		} else if (strcmp(part->type, "text/html") == 0 && !is_hidden_html(mail, part, has_plain)) {
			mail->is_text_from_html = true;
			add_text(&out, mail_html_text(BYTES_TEXT(part->text), arena));
		}
	}
	mail->text = arena_bytes(arena, out.p, out.n);
	buf_clear(&out);
}

int mail_parse(struct bytes raw, struct arena *arena, struct mail **ret, struct error *err)
{
	struct walk w = { .raw = raw, .arena = arena, .mail = ARENA_NEW(arena, struct mail), .text_left = MAIL_TEXT_MAX };
	struct entity all = { .end = MIN(raw.n, (size_t)MAIL_BYTES_MAX), .parent = -1 };

	(void)err;
	w.raw.n = all.end;
	w.hint = header_hint(w.raw);
	if (raw.n > all.end)
		w.mail->notes |= MAIL_NOTE_CUT;
	read_entity(&w, &all);
	read_header(w.mail, arena);
	for (size_t i = 0; i < w.mail->part_count; i++)
		w.mail->notes |= w.mail->parts[i].notes;
	choose_text(w.mail, arena);
	w.mail->is_cut = w.mail->notes & MAIL_NOTE_CUT;
	*ret = w.mail;
	return 0;
}

const char *mail_header_value(const struct mail *mail, const char *name)
{
	return header_find(&mail->headers, name);
}
