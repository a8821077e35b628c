/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* WHOIS answers. Lines become key and value; a blank line ends an object; contacts that are objects of their own are joined
 * with those named by handle at the end. */
#include "format/registry/whois.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "format/registry/registry.h"

#include <ctype.h>
#include <errno.h>

#define KEY_MAX 64

enum meaning {
	UNKNOWN,
	RANGE,
	CIDR,
	NETWORK_NAME,
	HANDLE,
	AS,
	DOMAIN,
	DESCRIPTION,
	ORGANIZATION,
	ORGANIZATION_JA,
	COUNTRY,
	STATUS,
	REGISTERED,
	ASSIGNED_DATE,
	ALLOCATED_DATE,
	UPDATED,
	EXPIRES,
	SERVER,
	REGISTRAR,
	REFERRAL,
	ADMINISTRATIVE_HANDLE,
	TECHNICAL_HANDLE,
	ABUSE_HANDLE,
	ABUSE_EMAIL,
	TECHNICAL_EMAIL,
	ADMINISTRATIVE_EMAIL,
	REGISTRANT_EMAIL,
	REGISTRAR_ABUSE_EMAIL,
	CONTACT_HANDLE,
	CONTACT_NAME,
	CONTACT_NAME_JA,
	CONTACT_IRT,
	CONTACT_ORGANISATION,
	CONTACT_EMAIL,
	CONTACT_ABUSE_EMAIL,
	CONTACT_PHONE,
};

static const struct {
	const char *key;
	enum meaning meaning;
} keys[] = {
#define WHOIS_KEY(key, meaning) { key, meaning },
#include "format/registry/whois_keys.tbl.h"
#undef WHOIS_KEY
};

/* Objects with addresses of contacts for which a line stands: handle or e-mail, and its role. */
static const struct {
	enum meaning meaning;
	enum registry_role role;
	bool is_handle;
} contact_lines[] = {
	{ ADMINISTRATIVE_HANDLE, REGISTRY_ADMINISTRATIVE, true }, { TECHNICAL_HANDLE, REGISTRY_TECHNICAL, true },
	{ ABUSE_HANDLE, REGISTRY_ABUSE, true },			  { ABUSE_EMAIL, REGISTRY_ABUSE, false },
	{ TECHNICAL_EMAIL, REGISTRY_TECHNICAL, false },		  { ADMINISTRATIVE_EMAIL, REGISTRY_ADMINISTRATIVE, false },
	{ REGISTRANT_EMAIL, REGISTRY_REGISTRANT, false },	  { REGISTRAR_ABUSE_EMAIL, REGISTRY_REGISTRAR_ABUSE, false },
};

static const char *const no_answers[] = { "No match",		 "no entries found", "NOT FOUND", "No data found", "no matching",
					  "該当するデータがありません", "does not exist",   "No Data Found" };
static const char *const refusals[] = { "access denied", "limit exceeded", "too many requests", "query rate", "quota exceeded",
					"アクセス制限" };

enum section { BODY, PARENTS, CHILDREN };

struct reading {
	struct arena *arena;
	struct registry_answer *answer;
	struct registry_contact object; /* a contact that is an object of its own */
	bool has_object, is_public;     /* is_public: 公開連絡窓口 */
	bool object_is_network;         /* this object is the network that counts */
	bool object_is_organisation;
	size_t own_contacts;            /* from here on they are of the narrowest network */
	enum section section;
	const char *parent;             /* organisation of the next network of `parents` */
};

static const char *keep(struct reading *r, struct bytes text)
{
	return arena_bytes(r->arena, text.p, text.n);
}

/* Keeps the first. */
static void set(struct reading *r, const char **field, struct bytes text)
{
	if (!*field)
		*field = keep(r, text);
}

/* --- lines --- */

static enum meaning meaning_of(struct bytes key)
{
	char low[KEY_MAX];

	if (key.n >= sizeof low)
		return UNKNOWN;
	for (size_t i = 0; i < key.n; i++)
		low[i] = (char)tolower(key.p[i]);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (bytes_is(BYTES(low, key.n), keys[i].key))
			return keys[i].meaning;
	return UNKNOWN;
}

/* `a. [label] value` and `[label] value`. */
static bool split_label(struct bytes line, struct bytes *ret_key, struct bytes *ret_value)
{
	const uint8_t *end;

	if (line.n > 3 && islower(line.p[0]) && line.p[1] == '.' && line.p[2] == ' ')
		line = bytes_trim(BYTES(line.p + 2, line.n - 2));
	if (line.n == 0 || line.p[0] != '[')
		return false;
	end = memchr(line.p, ']', line.n);
	if (!end)
		return false;
	*ret_key = bytes_trim(BYTES(line.p + 1, end - line.p - 1));
	*ret_value = bytes_trim(BYTES(end + 1, line.p + line.n - end - 1));
	return true;
}

static bool split_key(struct bytes line, struct bytes *ret_key, struct bytes *ret_value)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);

	if (!colon)
		return false;
	*ret_key = bytes_trim(BYTES(line.p, colon - line.p));
	*ret_value = bytes_trim(BYTES(colon + 1, line.p + line.n - colon - 1));
	return true;
}

/* --- contacts --- */

/* The contact of a role that lacks what comes now: ARIN tells handle and e-mail of one in two lines. */
static struct registry_contact *open_contact(struct reading *r, enum registry_role role, bool is_handle)
{
	struct registry_answer *a = r->answer;

	for (size_t i = r->own_contacts; i < a->contact_count; i++) {
		struct registry_contact *c = &a->contacts[i];
		if (c->role == role && !(is_handle ? c->handle : c->email) && !(is_handle && c->email))
			return c;
	}
	return registry_contact_add(a, role);
}

static bool same_text(const char *a, struct bytes b)
{
	return a && strlen(a) == b.n && strncasecmp(a, (const char *)b.p, b.n) == 0;
}

/* Whether this role has that handle or address already. */
static bool has_contact(const struct reading *r, enum registry_role role, bool is_handle, struct bytes text)
{
	const struct registry_answer *a = r->answer;

	for (size_t i = r->own_contacts; i < a->contact_count; i++)
		if (a->contacts[i].role == role && same_text(is_handle ? a->contacts[i].handle : a->contacts[i].email, text))
			return true;
	return false;
}

static void take_contact_line(struct reading *r, enum meaning meaning, struct bytes value)
{
	for (size_t i = 0; i < COUNT(contact_lines); i++) {
		struct registry_contact *c;
		bool is_handle = contact_lines[i].is_handle;
		if (contact_lines[i].meaning != meaning || has_contact(r, contact_lines[i].role, is_handle, value))
			continue;
		c = open_contact(r, contact_lines[i].role, is_handle);
		if (c)
			*(is_handle ? &c->handle : &c->email) = keep(r, value);
		return;
	}
}

static void take_object_line(struct reading *r, enum meaning meaning, struct bytes value)
{
	struct registry_contact *c = &r->object;

	r->has_object |= meaning != CONTACT_PHONE && meaning != CONTACT_EMAIL;
	switch (meaning) {
	case CONTACT_HANDLE:
	case CONTACT_IRT:
		set(r, &c->handle, value);
		return;
	case CONTACT_ORGANISATION:
		r->object_is_organisation = true;
		set(r, &c->handle, value);
		return;
	case CONTACT_NAME:
	case CONTACT_NAME_JA:
		set(r, &c->name, value);
		return;
	case CONTACT_ABUSE_EMAIL:
		c->role = REGISTRY_ABUSE;
		c->email = keep(r, value);
		return;
	case CONTACT_EMAIL:
		if (c->role != REGISTRY_ABUSE)
			set(r, &c->email, value);
		return;
	default:
		set(r, &c->phone, value);
		return;
	}
}

static void fill(struct registry_contact *c, const struct registry_contact *from)
{
	c->name = c->name ? c->name : from->name;
	c->organization = c->organization ? c->organization : from->organization;
	c->email = c->email ? c->email : from->email;
	c->phone = c->phone ? c->phone : from->phone;
}

/* A contact object: what it says goes to those who were named by its handle, else it is one more. */
static void end_object(struct reading *r)
{
	struct registry_answer *a = r->answer;
	struct registry_contact object = r->object, *c;
	bool is_named = false;

	if (r->has_object && !r->object_is_organisation) {
		if (r->is_public)
			object.role = REGISTRY_PUBLIC;
		for (size_t i = 0; object.handle && i < a->contact_count; i++)
			if (same_text(a->contacts[i].handle, BYTES_TEXT(object.handle))) {
				fill(&a->contacts[i], &object);
				is_named |= object.role == REGISTRY_OTHER || object.role == a->contacts[i].role;
			}
		c = is_named ? NULL : registry_contact_add(a, object.role);
		if (c)
			*c = object;
		if (a->object == REGISTRY_NOTHING)
			a->object = REGISTRY_ENTITY;
	}
	r->object = (struct registry_contact){ .role = REGISTRY_OTHER };
	r->has_object = r->object_is_network = r->object_is_organisation = false;
}

/* --- objects --- */

static bool is_narrower(const struct registry_answer *a, const struct address *first, const struct address *last)
{
	return a->first.family == 0 || (a->first.family == first->family && address_compare(first, &a->first) >= 0 &&
					address_compare(last, &a->last) <= 0);
}

static void take_range(struct reading *r, struct bytes value)
{
	struct registry_answer *a = r->answer;
	struct address first, last;

	if (!registry_range_parse(value, &first, &last) || !is_narrower(a, &first, &last))
		return;
	if (!registry_range_set(a, &first, &last))
		return;
	/* What was said of a wider network does not hold of this one; a network's name stands behind its range. */
	if (a->object == REGISTRY_NETWORK) {
		a->name = a->handle = a->status = a->organization = a->organization_ja = NULL;
		a->holding = REGISTRY_HOLDING_UNKNOWN;
		a->registered = a->updated = NULL;
		r->own_contacts = a->contact_count;
	}
	a->object = REGISTRY_NETWORK;
	r->object_is_network = true;
}

/* The range stands already; ARIN's CIDR says the same. */
static void take_cidr(struct reading *r, struct bytes value)
{
	if (r->answer->object == REGISTRY_NOTHING)
		take_range(r, value);
}

static void take_domain(struct reading *r, struct bytes value)
{
	struct registry_answer *a = r->answer;
	char *name;

	if (a->object != REGISTRY_NOTHING || value.n == 0)
		return;
	a->object = REGISTRY_DOMAIN;
	name = arena_bytes(r->arena, value.p, value.n);
	for (char *c = name; *c; c++)
		*c = (char)tolower((uint8_t)*c);
	a->name = name;
}

static void take_as(struct reading *r, struct bytes value)
{
	struct registry_answer *a = r->answer;

	if (a->object == REGISTRY_NOTHING && registry_as_parse(value, &a->as_first, &a->as_last))
		a->object = REGISTRY_AS;
}

/* `Connected (2027/03/31)` also says when a name ends. */
static void take_status(struct reading *r, struct bytes value)
{
	struct registry_answer *a = r->answer;
	const uint8_t *open = memchr(value.p, '(', value.n), *close = memchr(value.p, ')', value.n);
	enum registry_holding holding;

	set(r, &a->status, value);
	holding = registry_holding_of(a->status);
	if (a->holding == REGISTRY_HOLDING_UNKNOWN && a->object == REGISTRY_NETWORK)
		a->holding = holding;
	if (a->object == REGISTRY_DOMAIN && open && close == open + 11)
		set(r, &a->expires, BYTES(open + 1, 10));
}

static void take_server(struct reading *r, struct bytes value)
{
	size_t n = 0;

	while (n < value.n && !isspace(value.p[n]))
		n++;
	if (n)
		registry_server_add(r->answer, keep(r, BYTES(value.p, n)));
}

static void take_country(struct reading *r, struct bytes value)
{
	if (r->answer->country[0] == '\0' && value.n >= 2)
		registry_country(BYTES(value.p, 2), r->answer->country);
}

static void take_organization(struct reading *r, enum meaning meaning, struct bytes value)
{
	struct registry_answer *a = r->answer;

	if (r->has_object && !r->object_is_organisation)
		set(r, &r->object.organization, value);
	else if (meaning == ORGANIZATION_JA)
		set(r, &a->organization_ja, value);
	else
		set(r, &a->organization, value);
}

static void take_holding(struct reading *r, enum registry_holding holding, struct bytes value)
{
	r->answer->holding = holding;
	set(r, &r->answer->registered, value);
}

static void take(struct reading *r, enum meaning meaning, struct bytes value)
{
	struct registry_answer *a = r->answer;

	if (meaning == UNKNOWN || value.n == 0)
		return;
	if (meaning >= CONTACT_HANDLE) {
		take_object_line(r, meaning, value);
		return;
	}
	if (meaning >= ADMINISTRATIVE_HANDLE) {
		take_contact_line(r, meaning, value);
		return;
	}
	/* A contact's own dates and country say nothing of the network. */
	if (r->has_object && meaning != ORGANIZATION && meaning != ORGANIZATION_JA)
		return;
	switch (meaning) {
	case RANGE:
		take_range(r, value);
		return;
	case CIDR:
		take_cidr(r, value);
		return;
	case AS:
		take_as(r, value);
		return;
	case DOMAIN:
		take_domain(r, value);
		return;
	case NETWORK_NAME:
		set(r, &a->name, value);
		return;
	case HANDLE:
		set(r, &a->handle, value);
		return;
	case DESCRIPTION:
		if (r->object_is_network)
			set(r, &a->organization, value);
		return;
	case ORGANIZATION:
	case ORGANIZATION_JA:
		take_organization(r, meaning, value);
		return;
	case COUNTRY:
		take_country(r, value);
		return;
	case STATUS:
		take_status(r, value);
		return;
	case ASSIGNED_DATE:
		take_holding(r, REGISTRY_ASSIGNED, value);
		return;
	case ALLOCATED_DATE:
		take_holding(r, REGISTRY_ALLOCATED, value);
		return;
	case REGISTERED:
		set(r, &a->registered, value);
		return;
	case UPDATED:
		set(r, &a->updated, value);
		return;
	case EXPIRES:
		set(r, &a->expires, value);
		return;
	case SERVER:
		take_server(r, value);
		return;
	case REGISTRAR:
		set(r, &a->registrar, value);
		return;
	case REFERRAL:
		set(r, &a->referral, value);
		return;
	default:
		return;
	}
}

/* --- JPNIC's and JPRS's sections --- */

/* Lines below 上位情報: the organisation, then `  name [割り振り] range`. */
static void take_parent_line(struct reading *r, struct bytes line)
{
	struct registry_answer *a = r->answer;
	const uint8_t *open = memchr(line.p, '[', line.n), *close = memchr(line.p, ']', line.n);
	struct bytes text = bytes_trim(line);

	if (text.n == 0 || text.p[0] == '-')
		return;
	if (!open || !close || close < open) {
		r->parent = keep(r, text);
		return;
	}
	if (a->parent_count == REGISTRY_PARENTS_MAX)
		return;
	a->parents[a->parent_count++] = (struct registry_parent){
		.organization = r->parent,
		.range = keep(r, bytes_trim(BYTES(close + 1, line.p + line.n - close - 1))),
		.holding = registry_holding_of(keep(r, BYTES(open + 1, close - open - 1))),
	};
}

static const struct {
	const char *start;
	enum section section;
} sections[] = {
	{ "上位情報", PARENTS },
	{ "Less Specific Info", PARENTS },
	{ "下位情報", CHILDREN },
	{ "More Specific Info", CHILDREN },
};

/* Whether the line begins a section of JPNIC or JPRS. */
static bool take_section(struct reading *r, struct bytes line)
{
	for (size_t i = 0; i < COUNT(sections); i++)
		if (bytes_starts(line, sections[i].start)) {
			r->section = sections[i].section;
			return true;
		}
	if (memmem(line.p, line.n, "Contact Information:", 20)) {
		end_object(r);
		r->section = BODY;
		/* A window is one only beside a name: asked by handle, the same head stands over a person. */
		r->is_public = r->answer->object == REGISTRY_DOMAIN;
		r->has_object = true;
		return true;
	}
	if (bytes_starts(line, "Domain Information:") || bytes_starts(line, "Network Information:") ||
	    bytes_starts(line, "Autonomous System Information:")) {
		end_object(r);
		r->section = BODY;
		r->is_public = false;
		return true;
	}
	return false;
}

/* `% Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@example.jp'` */
static void take_comment(struct reading *r, struct bytes line)
{
	const uint8_t *is = memmem(line.p, line.n, "' is '", 6);

	if (!is || !memmem(line.p, line.n, "Abuse contact for", 17))
		return;
	take_skip(&line, (size_t)(is - line.p) + 6);
	if (line.n && line.p[line.n - 1] == '\'')
		take_contact_line(r, ABUSE_EMAIL, BYTES(line.p, line.n - 1));
}

static void take_line(struct reading *r, struct bytes whole)
{
	struct bytes line = bytes_trim(whole), key, value;

	if (line.n == 0) {
		/* Blank lines also part the fields of JPRS; its objects end where the next begins. */
		if (!r->is_public)
			end_object(r);
		return;
	}
	if (take_section(r, line) || r->section == CHILDREN)
		return;
	if (r->section == PARENTS)
		take_parent_line(r, whole);
	else if (line.p[0] == '%' || line.p[0] == '#')
		take_comment(r, line);
	else if (split_label(line, &key, &value) || split_key(line, &key, &value))
		take(r, meaning_of(key), value);
}

/* The contacts of wider networks come last. */
static void put_own_contacts_first(const struct reading *r, struct registry_answer *a)
{
	struct registry_contact wide[REGISTRY_CONTACTS_MAX];
	size_t own = a->contact_count - r->own_contacts;

	memcpy(wide, a->contacts, r->own_contacts * sizeof *wide);
	memmove(a->contacts, a->contacts + r->own_contacts, own * sizeof *wide);
	memcpy(a->contacts + own, wide, r->own_contacts * sizeof *wide);
}

static bool says_one_of(struct bytes text, const char *const *words, size_t count)
{
	_cleanup_free_ char *copy = NULL;

	/* Registries say it at the start; what comes behind may be anybody's remarks. */
	copy = strndup(text.n ? (const char *)text.p : "", MIN(text.n, (size_t)4096));
	for (size_t i = 0; copy && i < count; i++)
		if (strcasestr(copy, words[i]))
			return true;
	return false;
}

int whois_parse(struct bytes text, struct arena *arena, struct registry_answer *ret, struct error *err)
{
	struct registry_answer a;
	struct reading r = { .arena = arena, .answer = &a, .object.role = REGISTRY_OTHER };
	struct bytes rest = text, line;
	uint64_t number = 0;

	if (text.n > REGISTRY_ANSWER_MAX || !text_is_utf8(text))
		return error_set(err, -EBADMSG, "the answer is too long, or not UTF-8");
	registry_answer_init(&a, arena);
	while (registry_line(&rest, &line, &number))
		take_line(&r, line);
	end_object(&r);
	if (a.object != REGISTRY_NOTHING) {
		put_own_contacts_first(&r, &a);
		*ret = a;
		return 0;
	}
	if (says_one_of(text, refusals, COUNT(refusals)))
		return error_set(err, -EAGAIN, "the registry refuses to answer for now");
	if (says_one_of(text, no_answers, COUNT(no_answers)))
		return error_set(err, -ENOENT, "the registry knows nothing of it");
	return error_set(err, -EBADMSG, "the registry's answer is none that is known");
}
