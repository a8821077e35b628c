/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A form as a file. */
#include "format/form/form.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>

#define MAGIC "hinomi form 1\n"
#define FILE_NAME_MAX 255
#define FILE_TYPE_MAX 127

const struct form_row form_rows[FORM_FIELD_COUNT] = {
#define FORM_FIELD(constant, name, type, most) { name, FORM_TYPE_##type, most },
#include "format/form/fields.tbl.h"
#undef FORM_FIELD
};

const char *const form_kinds[FORM_KIND_COUNT] = { "report", "addition", "withdrawal" };

void form_number(const char *hash, char into[FORM_NUMBER_TEXT + 1])
{
	into[0] = 'W';
	for (size_t i = 1; i < FORM_NUMBER_TEXT; i++)
		into[i] = hash[i - 1] >= 'a' ? (char)(hash[i - 1] - 'a' + 'A') : hash[i - 1];
	into[FORM_NUMBER_TEXT] = '\0';
}

bool form_is_hash(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == FORM_HASH_TEXT;
}

/* --- what may stand where --- */

static bool is_clean(struct bytes text, bool has_lines)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == 0x7f || (text.p[i] < 0x20 && !(has_lines && (text.p[i] == '\n' || text.p[i] == '\t'))))
			return false;
	return text_is_utf8(text);
}

/* One address as it is typed: no blanks, no signs that end it in a header. What it is good for the mail server says. */
static bool is_mail(struct bytes text)
{
	const uint8_t *at = memchr(text.p, '@', text.n);
	const uint8_t *end = text.p + text.n;

	for (const uint8_t *c = text.p; c < end; c++)
		if (*c <= ' ' || *c >= 0x7f || strchr("()<>[]:;,\\\"", *c) || (*c == '@' && c != at))
			return false;
	return at && at > text.p && end - at > 3 && memchr(at, '.', (size_t)(end - at)) && end[-1] != '.' && at[1] != '.';
}

static bool is_clock(struct bytes text)
{
	uint64_t n;

	if (text.p[0] == '-' || text.p[0] == '+')
		take_skip(&text, 1);
	return bytes_number(text, FORM_CLOCK_MAX, &n);
}

bool form_fits(enum form_field field, struct bytes text)
{
	const struct form_row *row = &form_rows[field];

	if (text.n == 0)
		return true;
	if (text.n > row->most || !is_clean(text, row->type == FORM_TYPE_LINES))
		return false;
	switch (row->type) {
	case FORM_TYPE_ANSWER:
		return bytes_is(text, "yes") || bytes_is(text, "no");
	case FORM_TYPE_NUMBER:
		return is_clock(text);
	case FORM_TYPE_MAIL:
		return is_mail(text);
	default:
		return true;
	}
}

static bool files_fit(const struct form *f)
{
	size_t sum = 0;

	for (size_t i = 0; i < f->file_count; i++) {
		const struct form_file *file = &f->files[i];
		if (!file->name || !file->type || strlen(file->name) > FILE_NAME_MAX || strlen(file->type) > FILE_TYPE_MAX ||
		    !is_clean(BYTES_TEXT(file->name), false) || !is_clean(BYTES_TEXT(file->type), false) ||
		    file->bytes.n > FORM_FILE_BYTES_MAX)
			return false;
		sum += file->bytes.n;
	}
	return sum <= FORM_FILES_BYTES_MAX;
}

int form_check(const struct form *f, struct error *err)
{
	if (!form_is_hash(BYTES_TEXT(f->hash)))
		return error_set(err, -EBADMSG, "a form without the hash of its secret");
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		if (!form_fits((enum form_field)i, BYTES_TEXT(f->text[i])))
			return error_set(err, -EBADMSG, "the field '%s' of a form holds what it cannot", form_rows[i].name);
	if (!files_fit(f))
		return error_set(err, -EBADMSG, "a file of a form is larger or named longer than it can be");
	if (f->kind != FORM_WITHDRAWAL && !f->text[FORM_WHAT][0])
		return error_set(err, -EBADMSG, "a form that says nothing");
	return 0;
}

/* --- writing --- */

static void put(struct buf *out, const char *name, struct bytes value)
{
	buf_addf(out, "%s %zu\n", name, value.n);
	buf_add_bytes(out, value);
	buf_add_char(out, '\n');
}

void form_format(const struct form *f, struct buf *out)
{
	char received[24];

	snprintf(received, sizeof received, "%" PRId64, f->received_at);
	buf_add_text(out, MAGIC);
	put(out, "kind", BYTES_TEXT(form_kinds[f->kind]));
	put(out, "form", BYTES_TEXT(f->is_ics ? "ics" : "general"));
	put(out, "language", BYTES_TEXT(f->is_english ? "en" : "ja"));
	put(out, "secret-sha256", BYTES_TEXT(f->hash));
	put(out, "received", BYTES_TEXT(received));
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		if (f->text[i] && f->text[i][0])
			put(out, form_rows[i].name, BYTES_TEXT(f->text[i]));
	for (size_t i = 0; i < f->file_count; i++) {
		put(out, "file-name", BYTES_TEXT(f->files[i].name));
		put(out, "file-type", BYTES_TEXT(f->files[i].type));
		put(out, "file-bytes", f->files[i].bytes);
	}
	put(out, "end", BYTES("", 0));
}

/* --- reading --- */

struct item {
	struct bytes name, value;
};

static bool take_item(struct bytes *c, struct item *ret)
{
	struct bytes line, end;
	uint64_t n;

	return take_until(c, '\n', &line) && take_until(&line, ' ', &ret->name) && bytes_number(line, FORM_BYTES_MAX, &n) &&
	       take_bytes(c, n, &ret->value) && take_bytes(c, 1, &end) && end.p[0] == '\n';
}

static bool take_named(struct bytes *c, const char *name, struct bytes *ret)
{
	struct item item;

	if (!take_item(c, &item) || !bytes_is(item.name, name))
		return false;
	*ret = item.value;
	return true;
}

/* One of two words. */
static bool take_either(struct bytes *c, const char *name, const char *no, const char *yes, bool *ret)
{
	struct bytes value;

	if (!take_named(c, name, &value))
		return false;
	*ret = bytes_is(value, yes);
	return *ret || bytes_is(value, no);
}

static bool take_kind(struct bytes *c, enum form_kind *ret)
{
	struct bytes value;

	if (!take_named(c, "kind", &value))
		return false;
	for (int i = 0; i < FORM_KIND_COUNT; i++)
		if (bytes_is(value, form_kinds[i])) {
			*ret = (enum form_kind)i;
			return true;
		}
	return false;
}

static bool take_head(struct bytes *c, struct arena *arena, struct form *f)
{
	struct bytes hash, received;
	uint64_t at;

	if (!take_kind(c, &f->kind) || !take_either(c, "form", "general", "ics", &f->is_ics) ||
	    !take_either(c, "language", "ja", "en", &f->is_english) || !take_named(c, "secret-sha256", &hash) ||
	    !form_is_hash(hash) || !take_named(c, "received", &received) || !bytes_number(received, INT64_MAX, &at))
		return false;
	f->hash = arena_bytes(arena, hash.p, hash.n);
	f->received_at = (int64_t)at;
	return true;
}

/* A text has no NUL inside: form_fits refuses it. */
static bool take_field(const struct item *item, struct arena *arena, struct form *f)
{
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		if (bytes_is(item->name, form_rows[i].name)) {
			if (f->text[i][0] || !form_fits((enum form_field)i, item->value))
				return false;
			f->text[i] = arena_bytes(arena, item->value.p, item->value.n);
			return true;
		}
	return false;
}

static bool take_file(struct bytes *c, struct bytes name, struct arena *arena, struct form *f)
{
	struct form_file *file = &f->files[f->file_count];
	struct bytes type, bytes;

	if (f->file_count == FORM_FILES_MAX || name.n > FILE_NAME_MAX || !is_clean(name, false) ||
	    !take_named(c, "file-type", &type) || !is_clean(type, false) || !take_named(c, "file-bytes", &bytes))
		return false;
	*file = (struct form_file){ arena_bytes(arena, name.p, name.n), arena_bytes(arena, type.p, type.n), bytes };
	f->file_count++;
	return true;
}

static bool take_rest(struct bytes *c, struct arena *arena, struct form *f)
{
	struct item item;

	while (take_item(c, &item)) {
		if (bytes_is(item.name, "end"))
			return item.value.n == 0 && c->n == 0;
		if (bytes_is(item.name, "file-name") ? !take_file(c, item.value, arena, f) : !take_field(&item, arena, f))
			return false;
	}
	return false;
}

int form_parse(struct bytes input, struct arena *arena, struct form *ret, struct error *err)
{
	struct form f = { .file_count = 0 };

	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		f.text[i] = "";
	if (input.n > FORM_BYTES_MAX || !bytes_starts(input, MAGIC))
		return error_set(err, -EBADMSG, "this is no form");
	take_skip(&input, strlen(MAGIC));
	if (!take_head(&input, arena, &f) || !take_rest(&input, arena, &f))
		return error_set(err, -EBADMSG, "a form is damaged");
	if (form_check(&f, err) < 0)
		return -EBADMSG;
	*ret = f;
	return 0;
}
