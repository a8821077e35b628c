/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* JSON as a tree. */
#include "format/text/json_tree.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>

struct reading {
	struct bytes rest, whole;
	struct arena *arena;
	size_t values;
	bool is_too_much;
};

static bool take_value(struct reading *r, unsigned depth, struct json_value *ret);

static void skip_blanks(struct reading *r)
{
	while (r->rest.n && (r->rest.p[0] == ' ' || (r->rest.p[0] >= '\t' && r->rest.p[0] <= '\r')))
		take_skip(&r->rest, 1);
}

static bool take_sign(struct reading *r, char sign)
{
	skip_blanks(r);
	return r->rest.n && r->rest.p[0] == (uint8_t)sign && take_skip(&r->rest, 1);
}

static bool take_word(struct reading *r, const char *word)
{
	return bytes_starts(r->rest, word) && take_skip(&r->rest, strlen(word));
}

/* --- texts --- */

static bool take_hex(struct bytes *c, uint32_t *ret)
{
	uint32_t v = 0;
	uint8_t digit;

	for (int i = 0; i < 4; i++) {
		if (!take_u8(c, &digit) || !isxdigit(digit))
			return false;
		v = v << 4 | (uint32_t)(isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	*ret = v;
	return true;
}

static bool take_unicode(struct bytes *c, uint32_t *ret)
{
	struct bytes at;
	uint32_t high, low;

	if (!take_hex(c, &high))
		return false;
	*ret = high;
	if (high < 0xd800 || high > 0xdfff)
		return high != 0;
	*ret = TEXT_NO_CHARACTER;
	at = *c;
	if (high <= 0xdbff && bytes_starts(at, "\\u") && take_skip(&at, 2) && take_hex(&at, &low) && low >= 0xdc00 &&
	    low <= 0xdfff) {
		*ret = 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
		*c = at;
	}
	return true;
}

static bool take_escape(struct bytes *c, uint32_t *ret)
{
	static const char signs[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint8_t sign;

	if (!take_u8(c, &sign))
		return false;
	if (sign == 'u')
		return take_unicode(c, ret);
	at = sign ? strchr(signs, sign) : NULL;
	if (at)
		*ret = (uint8_t)meanings[at - signs];
	return at != NULL;
}

/* Bytes up to the closing quote, which is not taken; false when there is none. */
static bool span_of_text(struct bytes rest, size_t *ret)
{
	for (size_t n = 0; n < rest.n; n++) {
		if (rest.p[n] == '"') {
			*ret = n;
			return true;
		}
		if (rest.p[n] < 0x20)
			return false;
		n += rest.p[n] == '\\';
	}
	return false;
}

static bool take_text(struct reading *r, const char **ret)
{
	struct bytes inside;
	size_t n, at = 0;
	char *into;
	uint32_t c;

	if (!take_sign(r, '"') || !span_of_text(r->rest, &n))
		return false;
	take_bytes(&r->rest, n, &inside);
	take_skip(&r->rest, 1);
	into = arena_alloc(r->arena, n + 1); /* an escape is never shorter than what it means */
	while (text_take_character(&inside, &c)) {
		if (c == '\\' && !take_escape(&inside, &c))
			return false;
		at += text_put_character(c, into + at);
	}
	*ret = into;
	return true;
}

/* --- values --- */

static size_t take_digits(struct bytes *c)
{
	size_t n = 0;

	while (c->n && isdigit(c->p[0])) {
		take_skip(c, 1);
		n++;
	}
	return n;
}

static bool take_one_of(struct bytes *c, const char *signs)
{
	return c->n && c->p[0] && strchr(signs, c->p[0]) && take_skip(c, 1);
}

static bool take_number(struct reading *r)
{
	struct bytes c = r->rest;
	bool is_zero;

	take_one_of(&c, "-");
	is_zero = take_one_of(&c, "0");
	if (!is_zero && take_digits(&c) == 0)
		return false;
	if (take_one_of(&c, ".") && take_digits(&c) == 0)
		return false;
	if (take_one_of(&c, "eE")) {
		take_one_of(&c, "+-");
		if (take_digits(&c) == 0)
			return false;
	}
	r->rest = c;
	return true;
}

static struct json_value *new_value(struct reading *r)
{
	if (++r->values > JSON_TREE_VALUES_MAX) {
		r->is_too_much = true;
		return NULL;
	}
	return ARENA_NEW(r->arena, struct json_value);
}

/* The members of an object or an array, behind its opening sign. */
static bool take_members(struct reading *r, unsigned depth, char end, struct json_value *ret)
{
	struct json_value **last = &ret->first;

	if (depth >= JSON_TREE_DEPTH_MAX)
		return false;
	if (take_sign(r, end))
		return true;
	do {
		struct json_value *member = new_value(r);
		const char *name = NULL;
		if (!member || (end == '}' && (!take_text(r, &name) || !take_sign(r, ':'))) ||
		    !take_value(r, depth + 1, member))
			return false;
		member->name = name;
		*last = member;
		last = &member->next;
		ret->count++;
	} while (take_sign(r, ','));
	return take_sign(r, end);
}

static bool take_kind(struct reading *r, unsigned depth, struct json_value *ret)
{
	switch (r->rest.n ? r->rest.p[0] : 0) {
	case '"':
		ret->kind = JSON_IS_TEXT;
		return take_text(r, &ret->text);
	case '[':
		ret->kind = JSON_IS_ARRAY;
		return take_sign(r, '[') && take_members(r, depth, ']', ret);
	case '{':
		ret->kind = JSON_IS_OBJECT;
		return take_sign(r, '{') && take_members(r, depth, '}', ret);
	case 't':
		ret->kind = JSON_IS_TRUE;
		return take_word(r, "true");
	case 'f':
		ret->kind = JSON_IS_FALSE;
		return take_word(r, "false");
	case 'n':
		ret->kind = JSON_IS_NULL;
		return take_word(r, "null");
	default:
		ret->kind = JSON_IS_NUMBER;
		return take_number(r);
	}
}

static bool take_value(struct reading *r, unsigned depth, struct json_value *ret)
{
	const uint8_t *start;

	skip_blanks(r);
	start = r->rest.p;
	if (!take_kind(r, depth, ret))
		return false;
	ret->raw = BYTES(start, r->rest.p - start);
	return true;
}

int json_tree_parse(struct bytes text, struct arena *arena, const struct json_value **ret, struct error *err)
{
	struct reading r = { .rest = text, .whole = text, .arena = arena };
	struct json_value *root = new_value(&r);

	if (!text_is_utf8(text))
		return error_set(err, -EBADMSG, "the JSON is not UTF-8");
	if (take_value(&r, 0, root)) {
		skip_blanks(&r);
		if (r.rest.n == 0) {
			*ret = root;
			return 0;
		}
	}
	if (r.is_too_much)
		return error_set(err, -E2BIG, "the JSON has more than %d values", JSON_TREE_VALUES_MAX);
	return error_set(err, -EBADMSG, "no JSON from byte %zu on", text.n - r.rest.n);
}

const struct json_value *json_member(const struct json_value *v, const char *name)
{
	if (!v || v->kind != JSON_IS_OBJECT)
		return NULL;
	for (const struct json_value *m = v->first; m; m = m->next)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

const char *json_text_of(const struct json_value *v)
{
	return v && v->kind == JSON_IS_TEXT ? v->text : NULL;
}

bool json_number_of(const struct json_value *v, uint64_t max, uint64_t *ret)
{
	return v && v->kind == JSON_IS_NUMBER && bytes_number(v->raw, max, ret);
}

const struct json_value *json_first(const struct json_value *v)
{
	return v && v->kind == JSON_IS_ARRAY ? v->first : NULL;
}
