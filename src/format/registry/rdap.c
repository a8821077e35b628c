/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* RDAP answers. */
#include "format/registry/rdap.h"

#include "base/cleanup.h"
#include "format/registry/registry.h"
#include "format/text/json_tree.h"

#include <ctype.h>
#include <errno.h>

#define NEST_MAX 4

static const struct {
	const char *word;
	enum registry_role role;
} roles[] = {
	{ "abuse", REGISTRY_ABUSE },	       { "technical", REGISTRY_TECHNICAL },
	{ "noc", REGISTRY_TECHNICAL },	       { "administrative", REGISTRY_ADMINISTRATIVE },
	{ "registrant", REGISTRY_REGISTRANT }, { "registrar", REGISTRY_REGISTRAR },
};

static const char *text_at(const struct json_value *object, const char *name)
{
	return json_text_of(json_member(object, name));
}

/* --- contacts --- */

/* The value of a jCard property: [name, parameters, type, value…]; an array's first text. */
static const char *property_text(const struct json_value *property)
{
	const struct json_value *value = json_first(property);

	for (int i = 0; value && i < 3; i++)
		value = value->next;
	if (value && value->kind == JSON_IS_ARRAY)
		value = value->first;
	return json_text_of(value);
}

static const char *without_scheme(const char *text, const char *scheme)
{
	return text && strncasecmp(text, scheme, strlen(scheme)) == 0 ? text + strlen(scheme) : text;
}

static void take_property(const struct json_value *property, struct registry_contact *c)
{
	const char *name = json_text_of(json_first(property)), *text = property_text(property);

	if (!name || !text || !text[0])
		return;
	if (strcmp(name, "fn") == 0 && !c->name)
		c->name = text;
	else if (strcmp(name, "org") == 0 && !c->organization)
		c->organization = text;
	else if (strcmp(name, "email") == 0 && !c->email)
		c->email = without_scheme(text, "mailto:");
	else if (strcmp(name, "tel") == 0 && !c->phone)
		c->phone = without_scheme(text, "tel:");
}

static void take_card(const struct json_value *entity, struct registry_contact *c)
{
	const struct json_value *card = json_first(json_member(entity, "vcardArray"));

	for (const struct json_value *p = card ? json_first(card->next) : NULL; p; p = p->next)
		take_property(p, c);
}

/* The role that matters most; abuse of a registrar is not abuse of the name's holder. */
static enum registry_role role_of(const struct json_value *entity, enum registry_role parent)
{
	enum registry_role best = REGISTRY_OTHER;

	for (const struct json_value *r = json_first(json_member(entity, "roles")); r; r = r->next)
		for (size_t i = 0; i < COUNT(roles); i++)
			if (json_text_of(r) && strcasecmp(r->text, roles[i].word) == 0 && roles[i].role < best)
				best = roles[i].role;
	return best == REGISTRY_ABUSE && parent == REGISTRY_REGISTRAR ? REGISTRY_REGISTRAR_ABUSE : best;
}

static void take_entities(const struct json_value *object, enum registry_role parent, unsigned depth, struct registry_answer *a)
{
	for (const struct json_value *e = json_first(json_member(object, "entities")); e && depth < NEST_MAX; e = e->next) {
		enum registry_role role = role_of(e, parent);
		struct registry_contact *c = registry_contact_add(a, role);
		if (!c)
			return;
		c->handle = text_at(e, "handle");
		take_card(e, c);
		if (role == REGISTRY_REGISTRANT && !a->organization)
			a->organization = c->organization ? c->organization : c->name;
		if (role == REGISTRY_REGISTRAR && !a->registrar)
			a->registrar = c->organization ? c->organization : c->name;
		take_entities(e, role, depth + 1, a);
	}
}

/* --- objects --- */

static const char *event_date(const struct json_value *root, const char *action)
{
	for (const struct json_value *e = json_first(json_member(root, "events")); e; e = e->next) {
		const char *word = text_at(e, "eventAction");
		if (word && strcmp(word, action) == 0)
			return text_at(e, "eventDate");
	}
	return NULL;
}

/* Where to ask next: a related RDAP URL, else the WHOIS server. */
static const char *referral_of(const struct json_value *root)
{
	for (const struct json_value *link = json_first(json_member(root, "links")); link; link = link->next) {
		const char *relation = text_at(link, "rel"), *type = text_at(link, "type");
		if (relation && strcmp(relation, "related") == 0 && (!type || strstr(type, "rdap")))
			return text_at(link, "href");
	}
	return text_at(root, "port43");
}

static const char *lower_case(const char *text, struct arena *arena)
{
	char *copy = text ? arena_text(arena, text) : NULL;

	for (char *c = copy; c && *c; c++)
		*c = (char)tolower((uint8_t)*c);
	return copy;
}

static int take_network(const struct json_value *root, struct registry_answer *a, struct error *err)
{
	const char *first = text_at(root, "startAddress"), *last = text_at(root, "endAddress");
	struct address from, to;

	a->object = REGISTRY_NETWORK;
	a->name = text_at(root, "name");
	if (!first || !last || !address_parse(BYTES_TEXT(first), &from) || !address_parse(BYTES_TEXT(last), &to) ||
	    !registry_range_set(a, &from, &to))
		return error_set(err, -EBADMSG, "the network has no range of addresses");
	if (text_at(root, "type"))
		a->holding = registry_holding_of(text_at(root, "type"));
	return 0;
}

static int take_domain(const struct json_value *root, struct arena *arena, struct registry_answer *a, struct error *err)
{
	a->object = REGISTRY_DOMAIN;
	a->name = lower_case(text_at(root, "ldhName"), arena);
	for (const struct json_value *s = json_first(json_member(root, "nameservers")); s; s = s->next)
		if (text_at(s, "ldhName"))
			registry_server_add(a, lower_case(text_at(s, "ldhName"), arena));
	return a->name ? 0 : error_set(err, -EBADMSG, "the domain has no name");
}

static int take_as(const struct json_value *root, struct registry_answer *a, struct error *err)
{
	uint64_t first, last;

	a->object = REGISTRY_AS;
	a->name = text_at(root, "name");
	if (!json_number_of(json_member(root, "startAutnum"), UINT32_MAX, &first) ||
	    !json_number_of(json_member(root, "endAutnum"), UINT32_MAX, &last))
		return error_set(err, -EBADMSG, "the AS has no number");
	a->as_first = (uint32_t)first;
	a->as_last = (uint32_t)last;
	return 0;
}

static int take_entity(const struct json_value *root, struct registry_answer *a)
{
	struct registry_contact *c = registry_contact_add(a, role_of(root, REGISTRY_OTHER));

	a->object = REGISTRY_ENTITY;
	c->handle = text_at(root, "handle");
	take_card(root, c);
	a->name = c->name;
	return 0;
}

static int take_object(const struct json_value *root, struct arena *arena, struct registry_answer *a, struct error *err)
{
	const char *class_name = text_at(root, "objectClassName");

	if (!class_name)
		return error_set(err, -EBADMSG, "the answer is no RDAP");
	if (strcmp(class_name, "ip network") == 0)
		return take_network(root, a, err);
	if (strcmp(class_name, "domain") == 0)
		return take_domain(root, arena, a, err);
	if (strcmp(class_name, "autnum") == 0)
		return take_as(root, a, err);
	if (strcmp(class_name, "entity") == 0)
		return take_entity(root, a);
	return error_set(err, -EBADMSG, "RDAP has no object '%.40s' here", class_name);
}

/* An error answer (§6); 0 when it is none. */
static int refusal(const struct json_value *root, struct error *err)
{
	const char *title = text_at(root, "title");
	uint64_t code;

	if (!json_number_of(json_member(root, "errorCode"), 999, &code))
		return 0;
	return error_set(err, code == 404 ? -ENOENT : code == 429 || code == 503 ? -EAGAIN : -EBADMSG,
			 "the registry answers %d: %.100s", (int)code, title ? title : "no reason");
}

int rdap_parse(struct bytes json, struct arena *arena, struct registry_answer *ret, struct error *err)
{
	const struct json_value *root, *status;
	struct registry_answer a;
	const char *country;
	int r;

	if (json.n > REGISTRY_ANSWER_MAX)
		return error_set(err, -EBADMSG, "the answer is longer than %u bytes", REGISTRY_ANSWER_MAX);
	r = json_tree_parse(json, arena, &root, err);
	r = r ? r : refusal(root, err);
	if (r < 0)
		return r;
	registry_answer_init(&a, arena);
	r = take_object(root, arena, &a, err);
	if (r < 0)
		return r;
	country = text_at(root, "country");
	if (country && !registry_country(BYTES_TEXT(country), a.country))
		a.country[0] = '\0';
	a.handle = text_at(root, "handle");
	status = json_first(json_member(root, "status"));
	a.status = json_text_of(status);
	a.registered = event_date(root, "registration");
	a.updated = event_date(root, "last changed");
	a.expires = event_date(root, "expiration");
	a.referral = referral_of(root);
	take_entities(root, REGISTRY_OTHER, 0, &a);
	*ret = a;
	return 0;
}
