/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Query and form fields: declared, limited, parsed. */
#include "engine/http/http_int.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "format/form/form.h"

#include <assert.h>
#include <errno.h>
#include <strings.h>

#define FILE_NAME_MAX 200
#define FILE_TYPE_MAX 100
#define PARTS_MAX 200

static size_t field_count(const struct http_field *f)
{
	size_t n = 0;

	while (f && f[n].name)
		n++;
	return n;
}

void http_fields_begin(struct http_request *rq)
{
	const struct http_field *f = rq->route->fields;
	size_t count = field_count(f);

	rq->values = ARENA_ARRAY(rq->arena, count + 1, struct http_value);
	for (size_t i = 0; i < count; i++) {
		rq->values[i].text = "";
		rq->values[i].number = f[i].otherwise;
	}
}

const struct http_value *http_value(const struct http_request *rq, const char *name)
{
	const struct http_field *f = rq->route->fields;

	for (size_t i = 0; f && f[i].name; i++)
		if (strcmp(f[i].name, name) == 0)
			return &rq->values[i];
	assert(!"a field that the route does not declare");
	return NULL;
}

static bool has_control(struct bytes text, bool may_break)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < 0x20 && !(may_break && text.p[i] == '\n')) || text.p[i] == 0x7f)
			return true;
	return false;
}

/* Forms send lines with CR LF. */
static struct bytes lines(struct arena *a, struct bytes text)
{
	uint8_t *into = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
			into[n++] = text.p[i];
	return BYTES(into, n);
}

static struct bytes cleaned(struct arena *a, struct bytes text)
{
	uint8_t *into = arena_alloc(a, 3 * text.n + 1);
	size_t n = 0;
	char sign[4];

	while (text.n) {
		size_t length = text_utf8_length(text);
		bool is_good = length && (text.p[0] >= 0x20 || text.p[0] == '\n' || text.p[0] == '\t') && text.p[0] != 0x7f;
		size_t put = is_good ? length : text_put_character(TEXT_NO_CHARACTER, sign);
		memcpy(into + n, is_good ? (const void *)text.p : sign, put);
		n += put;
		take_skip(&text, length ? length : 1);
	}
	return BYTES(into, n);
}

static void wrong(struct http_value *v, enum message fault)
{
	v->is_wrong = true;
	v->fault = fault;
}

static void parse_number(const struct http_field *f, struct http_value *v, struct bytes text)
{
	bool is_negative = text.n && text.p[0] == '-';
	struct bytes digits = text;
	uint64_t n;

	if (is_negative)
		take_skip(&digits, 1);
	if (!bytes_number(digits, INT64_MAX, &n)) {
		wrong(v, MSG_FIELD_NOT_A_NUMBER);
		return;
	}
	v->number = is_negative ? -(int64_t)n : (int64_t)n;
	if (v->number < f->least || v->number > f->most) {
		wrong(v, MSG_FIELD_OUT_OF_RANGE);
		v->number = f->otherwise;
	}
}

static void parse_choice(const struct http_field *f, struct http_value *v, struct bytes text)
{
	for (size_t i = 0; f->choices[i]; i++)
		if (bytes_is(text, f->choices[i])) {
			v->number = (int64_t)i;
			return;
		}
	wrong(v, MSG_FIELD_NOT_A_CHOICE);
}

static void take(struct arena *a, const struct http_field *f, struct http_value *v, struct bytes text)
{
	bool is_text = f->type == HTTP_TEXT || f->type == HTTP_LINES || f->type == HTTP_PASTED || f->type == HTTP_SECRET;
	size_t most = is_text ? (size_t)f->most : 200;

	if (f->type == HTTP_LINES || f->type == HTTP_PASTED)
		text = lines(a, text);
	if (f->type == HTTP_PASTED)
		text = cleaned(a, text);
	if (f->type != HTTP_SECRET)
		text = bytes_trim(text);
	*v = (struct http_value){ .text = "", .number = f->otherwise, .is_given = true };
	if (f->type != HTTP_PASTED && (!text_is_utf8(text) || has_control(text, f->type == HTTP_LINES))) {
		wrong(v, MSG_FIELD_NOT_TEXT);
		return;
	}
	v->text = arena_bytes(a, text.p, text.n);
	if (text.n > most) {
		wrong(v, MSG_FIELD_TOO_LONG);
		return;
	}
	if (f->type == HTTP_FLAG)
		v->number = 1;
	else if (text.n == 0)
		v->is_given = false;
	else if (f->type == HTTP_NUMBER)
		parse_number(f, v, text);
	else if (f->type == HTTP_CHOICE)
		parse_choice(f, v, text);
}

void http_field_take(struct http_request *rq, struct bytes name, struct bytes text)
{
	const struct http_field *f = rq->route->fields;

	for (size_t i = 0; f && f[i].name; i++)
		if (bytes_is(name, f[i].name))
			take(rq->arena, &f[i], &rq->values[i], text);
}

/* --- forms --- */

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct bytes decode(struct arena *a, struct bytes text)
{
	uint8_t *into = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%' && i + 2 < text.n && hex(text.p[i + 1]) >= 0 && hex(text.p[i + 2]) >= 0) {
			c = (uint8_t)(hex(text.p[i + 1]) << 4 | hex(text.p[i + 2]));
			i += 2;
		}
		into[n++] = c;
	}
	return BYTES(into, n);
}

void http_form_parse(struct http_request *rq, struct bytes form)
{
	struct bytes pair, name;

	while (take_until(&form, '&', &pair)) {
		if (!take_until(&pair, '=', &name))
			continue;
		http_field_take(rq, decode(rq->arena, name), decode(rq->arena, pair));
	}
}

/* The last part of a path of whatever system; what is no text is '_'. */
static const char *file_name(struct arena *a, struct bytes text)
{
	char *into = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = text.n; i-- > 0;)
		if (text.p[i] == '/' || text.p[i] == '\\') {
			take_skip(&text, i + 1);
			break;
		}
	while (text.n) {
		size_t length = text_utf8_length(text);
		bool is_good = length && text.p[0] >= 0x20 && text.p[0] != 0x7f;
		if (n + length > FILE_NAME_MAX)
			break;
		memcpy(into + n, is_good ? (const char *)text.p : "_", is_good ? length : 1);
		n += is_good ? length : 1;
		take_skip(&text, length ? length : 1);
	}
	into[n] = '\0';
	return into;
}

static const char *file_type(struct arena *a, struct bytes type)
{
	bool is_plain = type.n > 0 && type.n <= FILE_TYPE_MAX;

	for (size_t i = 0; i < type.n; i++)
		is_plain &= type.p[i] > ' ' && type.p[i] < 0x7f;
	return is_plain ? arena_bytes(a, type.p, type.n) : "application/octet-stream";
}

static int take_parts(struct http_request *rq, struct bytes boundary, struct http_file *files, size_t room, size_t *ret_count)
{
	struct bytes rest = rq->body;
	struct form_part part;
	size_t parts = 0;
	int r;

	while ((r = multipart_take(&rest, boundary, &part)) > 0 && parts++ < PARTS_MAX) {
		if (!part.is_file) {
			http_field_take(rq, part.name, part.bytes);
		} else if (part.filename.n || part.bytes.n) {
			if (*ret_count < room)
				files[*ret_count] = (struct http_file){ file_name(rq->arena, part.filename),
									file_type(rq->arena, part.type), part.bytes };
			++*ret_count;
		}
	}
	return r != 0 ? -EINVAL : 0;
}

int http_form_take(struct http_request *rq, struct http_file *files, size_t room, size_t *ret_count, struct error *err)
{
	const char *type = http_header(rq, "Content-Type");
	struct bytes boundary;

	*ret_count = 0;
	if (type && strncasecmp(type, HTTP_FORM_TYPE, sizeof HTTP_FORM_TYPE - 1) == 0)
		http_form_parse(rq, rq->body);
	else if (!type || !multipart_boundary(type, &boundary) || take_parts(rq, boundary, files, room, ret_count) < 0)
		return error_set(err, -EINVAL, "this is no form");
	return 0;
}

char *http_encode(struct arena *a, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *into = arena_alloc(a, 3 * strlen(text) + 1);
	size_t n = 0;

	for (const uint8_t *p = (const uint8_t *)text; *p; p++) {
		bool is_plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
				strchr("-._~", *p);
		if (is_plain) {
			into[n++] = (char)*p;
			continue;
		}
		into[n++] = '%';
		into[n++] = digits[*p >> 4];
		into[n++] = digits[*p & 15];
	}
	return into;
}
