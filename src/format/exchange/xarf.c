/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* X-ARF version 4. */
#include "format/exchange/xarf.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "format/text/json_tree.h"

#include <errno.h>

static const struct {
	const char *category, *type, *required;
} types[] = {
#define XARF_TYPE(category, type, required) { category, type, required },
#include "format/exchange/xarf_types.tbl.h"
#undef XARF_TYPE
};

/* Texts that stand in the struct, in the order in which they are written. */
static const struct {
	const char *name;
	size_t at;
	bool is_required;
} texts[] = {
	{ "xarf_version", offsetof(struct xarf, version), true },
	{ "report_id", offsetof(struct xarf, report_id), true },
	{ "timestamp", offsetof(struct xarf, timestamp), true },
	{ "source_identifier", offsetof(struct xarf, source_identifier), true },
	{ "category", offsetof(struct xarf, category), true },
	{ "type", offsetof(struct xarf, type), true },
	{ "evidence_source", offsetof(struct xarf, evidence_source), false },
	{ "description", offsetof(struct xarf, description), false },
};

static const char *const parts[] = { "reporter", "sender", "source_port", "evidence", "tags" };

static const char **text_at(struct xarf *x, size_t i)
{
	return (const char **)(void *)((char *)x + texts[i].at);
}

/* --- base64, RFC 4648 §4 --- */

static int base64_value(uint8_t c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Line ends within are skipped. */
static bool base64_decode(const char *text, struct arena *arena, struct bytes *ret)
{
	size_t n = 0;
	uint8_t *into = arena_alloc(arena, strlen(text) / 4 * 3 + 4);
	uint32_t group = 0;
	unsigned bits = 0;

	for (; *text && *text != '='; text++) {
		int value = base64_value((uint8_t)*text);
		if (*text == '\n' || *text == '\r')
			continue;
		if (value < 0)
			return false;
		group = group << 6 | (unsigned)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			into[n++] = (uint8_t)(group >> bits);
		}
	}
	if (strspn(text, "=\r\n") != strlen(text))
		return false;
	*ret = BYTES(into, n);
	return true;
}

static void add_base64(struct json *j, struct bytes payload, struct arena *arena)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = arena_alloc(arena, payload.n / 3 * 4 + 8), *to = text;

	for (size_t i = 0; i < payload.n; i += 3) {
		size_t left = MIN(payload.n - i, (size_t)3);
		uint32_t group = (uint32_t)payload.p[i] << 16 | (left > 1 ? (uint32_t)payload.p[i + 1] << 8 : 0) |
				 (left > 2 ? payload.p[i + 2] : 0u);
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[group & 63] : '=';
	}
	json_text(j, text);
}

/* --- reading --- */

static int load(struct bytes json, struct arena *arena, const struct json_value **ret, struct error *err)
{
	if (json.n > EXCHANGE_DOCUMENT_MAX)
		return error_set(err, -E2BIG, "the report is longer than %u bytes", EXCHANGE_DOCUMENT_MAX);
	return json_tree_parse(json, arena, ret, err);
}

static int read_party(const struct json_value *root, const char *name, struct xarf_party *ret, struct error *err)
{
	const struct json_value *party = json_member(root, name);
	struct xarf_party p = { json_text_of(json_member(party, "org")), json_text_of(json_member(party, "contact")),
				json_text_of(json_member(party, "domain")) };

	if (!p.org || !p.contact || !p.domain)
		return error_set(err, -EBADMSG, "'%s' lacks org, contact or domain", name);
	*ret = p;
	return 0;
}

static int read_evidence(const struct json_value *root, struct arena *arena, struct xarf *x, struct error *err)
{
	const struct json_value *list = json_member(root, "evidence");

	if (!list)
		return 0;
	if (list->kind != JSON_IS_ARRAY || list->count > XARF_EVIDENCE_MAX)
		return error_set(err, -EBADMSG, "'evidence' is no list of at most %d", XARF_EVIDENCE_MAX);
	x->evidence = ARENA_ARRAY(arena, list->count + 1, struct xarf_evidence);
	for (const struct json_value *item = list->first; item; item = item->next) {
		struct xarf_evidence *e = &x->evidence[x->evidence_count++];
		const char *payload = json_text_of(json_member(item, "payload"));
		*e = (struct xarf_evidence){ .content_type = json_text_of(json_member(item, "content_type")),
					     .description = json_text_of(json_member(item, "description")),
					     .hash = json_text_of(json_member(item, "hash")) };
		if (!e->content_type || !payload || !base64_decode(payload, arena, &e->payload))
			return error_set(err, -EBADMSG, "evidence %zu has no content type or base64 payload",
					 x->evidence_count);
	}
	return 0;
}

static int read_tags(const struct json_value *root, struct arena *arena, struct xarf *x, struct error *err)
{
	const struct json_value *list = json_member(root, "tags");

	if (!list)
		return 0;
	if (list->kind != JSON_IS_ARRAY || list->count > XARF_TAGS_MAX)
		return error_set(err, -EBADMSG, "'tags' is no list of at most %d", XARF_TAGS_MAX);
	x->tags = ARENA_ARRAY(arena, list->count + 1, const char *);
	for (const struct json_value *item = list->first; item; item = item->next)
		if (item->kind == JSON_IS_TEXT)
			x->tags[x->tag_count++] = item->text;
	return 0;
}

static bool is_in_struct(const char *name)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		if (strcmp(name, texts[i].name) == 0)
			return true;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (strcmp(name, parts[i]) == 0)
			return true;
	return strcmp(name, "_internal") == 0; /* never leaves the centre that made it */
}

static void read_more(const struct json_value *root, struct arena *arena, struct xarf *x)
{
	x->more = ARENA_ARRAY(arena, root->count + 1, struct xarf_member);
	for (const struct json_value *m = root->first; m; m = m->next)
		if (!is_in_struct(m->name))
			x->more[x->more_count++] = (struct xarf_member){ m->name, arena_bytes(arena, m->raw.p, m->raw.n) };
}

static int read_texts(const struct json_value *root, struct xarf *x, struct error *err)
{
	const struct json_value *port = json_member(root, "source_port");
	uint64_t n = 0;

	for (size_t i = 0; i < COUNT(texts); i++) {
		*text_at(x, i) = json_text_of(json_member(root, texts[i].name));
		if (texts[i].is_required && !*text_at(x, i))
			return error_set(err, -EBADMSG, "the report has no '%s'", texts[i].name);
	}
	if (strncmp(x->version, "4.", 2) != 0)
		return error_set(err, -EBADMSG, "X-ARF version '%.20s' is not 4", x->version);
	if (port && !json_number_of(port, 65535, &n))
		return error_set(err, -EBADMSG, "'source_port' is no port");
	x->source_port = (uint16_t)n;
	x->has_instant = instant_parse(BYTES_TEXT(x->timestamp), &x->instant);
	address_parse(BYTES_TEXT(x->source_identifier), &x->source);
	return 0;
}

bool xarf_is(struct bytes json)
{
	struct arena *arena = arena_new();
	const struct json_value *root = NULL;
	const char *version = NULL;
	bool is_one;

	if (load(json, arena, &root, NULL) == 0)
		version = json_text_of(json_member(root, "xarf_version"));
	is_one = version && strncmp(version, "4.", 2) == 0;
	arena_free(arena);
	return is_one;
}

int xarf_parse(struct bytes json, struct arena *arena, struct xarf *ret, struct error *err)
{
	const struct json_value *root;
	struct xarf x = { .version = NULL };
	int r = load(json, arena, &root, err);

	if (r == 0 && root->kind != JSON_IS_OBJECT)
		r = error_set(err, -EBADMSG, "the report is no JSON object");
	r = r ? r : read_texts(root, &x, err);
	r = r ? r : read_party(root, "reporter", &x.reporter, err);
	r = r ? r : read_party(root, "sender", &x.sender, err);
	r = r ? r : read_evidence(root, arena, &x, err);
	r = r ? r : read_tags(root, arena, &x, err);
	if (r < 0)
		return r;
	read_more(root, arena, &x);
	*ret = x;
	return 0;
}

const char *xarf_text(const struct xarf *x, const char *name, struct arena *arena)
{
	const struct json_value *value;

	for (size_t i = 0; i < x->more_count; i++)
		if (strcmp(x->more[i].name, name) == 0)
			return json_tree_parse(BYTES_TEXT(x->more[i].json), arena, &value, NULL) == 0 ? json_text_of(value) : NULL;
	return NULL;
}

/* --- writing --- */

static bool has_member(const struct xarf *x, struct bytes name)
{
	if (bytes_is(name, "source_port"))
		return x->source_port != 0;
	for (size_t i = 0; i < x->more_count; i++)
		if (bytes_is(name, x->more[i].name))
			return true;
	return false;
}

/* What the schemas ask for only under conditions: a source port of an address; SMTP's members of SMTP. */
static bool is_asked(const struct xarf *x, struct bytes name)
{
	bool is_mail = strcmp(x->category, "messaging") == 0;

	for (size_t i = 0; is_mail && i < x->more_count; i++)
		if (strcmp(x->more[i].name, "protocol") == 0 && strcmp(x->more[i].json, "\"smtp\"") != 0)
			return !bytes_is(name, "source_port") && !bytes_is(name, "smtp_from");
	return true;
}

static int check_required(const struct xarf *x, const char *required, struct error *err)
{
	struct bytes rest = BYTES_TEXT(required), name;

	while (take_until(&rest, ' ', &name))
		if (is_asked(x, name) && !has_member(x, name))
			return error_set(err, -EINVAL, "X-ARF %s/%s needs '%.*s'", x->category, x->type, (int)name.n,
					 (const char *)name.p);
	return 0;
}

static int check_party(const struct xarf_party *p, const char *name, struct error *err)
{
	if (!p->org || !p->contact || !p->domain || strlen(p->org) > 200)
		return error_set(err, -EINVAL, "X-ARF needs org, contact and domain of the %s", name);
	return 0;
}

int xarf_check(const struct xarf *x, struct error *err)
{
	int r;

	for (size_t i = 1; i < COUNT(texts); i++)
		if (texts[i].is_required && !*(const char *const *)(const void *)((const char *)x + texts[i].at))
			return error_set(err, -EINVAL, "X-ARF needs '%s'", texts[i].name);
	r = check_party(&x->reporter, "reporter", err);
	r = r ? r : check_party(&x->sender, "sender", err);
	if (r < 0)
		return r;
	if (x->evidence_count > XARF_EVIDENCE_MAX || x->tag_count > XARF_TAGS_MAX)
		return error_set(err, -EINVAL, "X-ARF holds %d pieces of evidence and %d tags at most", XARF_EVIDENCE_MAX,
				 XARF_TAGS_MAX);
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].category, x->category) == 0 && strcmp(types[i].type, x->type) == 0)
			return check_required(x, types[i].required, err);
	return error_set(err, -EINVAL, "X-ARF knows no '%.40s' of '%.40s'", x->type, x->category);
}

static void add_member(struct json *j, const char *name, const char *text)
{
	if (!text)
		return;
	json_key(j, name);
	json_text(j, text);
}

static void add_party(struct json *j, const char *name, const struct xarf_party *p)
{
	json_key(j, name);
	json_object(j);
	add_member(j, "org", p->org);
	add_member(j, "contact", p->contact);
	add_member(j, "domain", p->domain);
	json_end(j);
}

static void add_evidence(struct json *j, const struct xarf *x)
{
	struct arena *a = arena_new();

	json_key(j, "evidence");
	json_array(j);
	for (size_t i = 0; i < x->evidence_count; i++) {
		json_object(j);
		add_member(j, "content_type", x->evidence[i].content_type);
		add_member(j, "description", x->evidence[i].description);
		json_key(j, "payload");
		add_base64(j, x->evidence[i].payload, a);
		add_member(j, "hash", x->evidence[i].hash);
		json_end(j);
	}
	json_end(j);
	arena_free(a);
}

static void add_tags(struct json *j, const struct xarf *x)
{
	json_key(j, "tags");
	json_array(j);
	for (size_t i = 0; i < x->tag_count; i++)
		json_text(j, x->tags[i]);
	json_end(j);
}

int xarf_format(const struct xarf *x, struct buf *into, struct error *err)
{
	struct json j = json_to(into);
	int r = xarf_check(x, err);

	if (r < 0)
		return r;
	json_object(&j);
	add_member(&j, "xarf_version", XARF_VERSION);
	add_member(&j, "report_id", x->report_id);
	add_member(&j, "timestamp", x->timestamp);
	add_party(&j, "reporter", &x->reporter);
	add_party(&j, "sender", &x->sender);
	add_member(&j, "source_identifier", x->source_identifier);
	if (x->source_port) {
		json_key(&j, "source_port");
		json_number(&j, x->source_port);
	}
	add_member(&j, "category", x->category);
	add_member(&j, "type", x->type);
	add_member(&j, "evidence_source", x->evidence_source);
	add_member(&j, "description", x->description);
	for (size_t i = 0; i < x->more_count; i++) {
		json_key(&j, x->more[i].name);
		json_raw(&j, x->more[i].json);
	}
	if (x->evidence_count)
		add_evidence(&j, x);
	if (x->tag_count)
		add_tags(&j, x);
	json_end(&j);
	return into->is_full ? error_set(err, -E2BIG, "the X-ARF report is too long") : 0;
}

struct xarf_member xarf_member_text(const char *name, const char *text, struct arena *arena)
{
	_cleanup_(buf_clear) struct buf b;
	struct json j = json_to(&b);

	buf_init(&b, EXCHANGE_DOCUMENT_MAX);
	json_text(&j, text);
	return (struct xarf_member){ name, arena_bytes(arena, b.p, b.n) };
}
