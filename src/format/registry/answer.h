/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What a registry answers when it is asked whose an address, a name or an AS number is: RDAP (rdap.h) and WHOIS text
 * (whois.h) become the same struct.
 *
 *	struct registry_answer a;
 *	r = whois_parse(text, arena, &a, &err);
 *	const struct registry_contact *c = registry_contact_of(&a, REGISTRY_ABUSE); */
#ifndef FORMAT_REGISTRY_ANSWER_H
#define FORMAT_REGISTRY_ANSWER_H

#include "base/address.h"
#include "base/arena.h"
#include "base/error.h"

#define REGISTRY_ANSWER_MAX (1u << 20) /* bytes */
#define REGISTRY_CONTACTS_MAX 32
#define REGISTRY_PREFIXES_MAX 64
#define REGISTRY_SERVERS_MAX 32
#define REGISTRY_PARENTS_MAX 16

enum registry_object { REGISTRY_NOTHING, REGISTRY_NETWORK, REGISTRY_DOMAIN, REGISTRY_AS, REGISTRY_ENTITY };

/* How a network is held. 割り振り is to a provider who passes it on; 割り当て to whom uses it. */
enum registry_holding { REGISTRY_HOLDING_UNKNOWN, REGISTRY_ALLOCATED, REGISTRY_SUBALLOCATED, REGISTRY_ASSIGNED };

/* In the order in which one would write to them; of a contact with several roles the first. */
enum registry_role {
	REGISTRY_ABUSE,
	REGISTRY_PUBLIC, /* 公開連絡窓口 of general-use .jp names */
	REGISTRY_TECHNICAL,
	REGISTRY_ADMINISTRATIVE,
	REGISTRY_REGISTRANT,
	REGISTRY_REGISTRAR_ABUSE,
	REGISTRY_REGISTRAR,
	REGISTRY_OTHER,
	REGISTRY_ROLES
};

extern const char *const registry_role_names[REGISTRY_ROLES];

/* All texts are UTF-8 in the arena; NULL: not said, which for an e-mail address often means hidden: then the handle is
 * what can be asked for. */
struct registry_contact {
	enum registry_role role;
	const char *handle, *name, *organization, *email, *phone;
};

/* A network that holds this one, as JPNIC lists it. */
struct registry_parent {
	const char *organization, *range;
	enum registry_holding holding;
};

struct registry_answer {
	enum registry_object object;
	const char *handle, *name; /* name: of the network, or the domain in lower case */
	const char *organization, *organization_ja;
	char country[3]; /* "" not said */
	const char *status, *registered, *updated, *expires; /* dates as they stand */
	enum registry_holding holding;
	struct address first, last; /* of a network; family 0 otherwise */
	struct prefix *prefixes;    /* that cover it */
	size_t prefix_count;
	uint32_t as_first, as_last;
	struct registry_contact *contacts;
	size_t contact_count;
	const char **servers;
	size_t server_count;
	struct registry_parent *parents;
	size_t parent_count;
	const char *registrar;
	const char *referral; /* a WHOIS server or an RDAP URL that knows more */
};

/* The first contact of a role, one with an e-mail address before one without; NULL when there is none. */
const struct registry_contact *registry_contact_of(const struct registry_answer *a, enum registry_role role);

/* --- for the readers --- */

/* An empty answer with room for its lists. */
void registry_answer_init(struct registry_answer *a, struct arena *arena);

/* A new contact, or NULL when there are enough. */
struct registry_contact *registry_contact_add(struct registry_answer *a, enum registry_role role);
void registry_server_add(struct registry_answer *a, const char *name);

/* Sets first, last and prefixes. False when it is no range, or first comes after last. */
bool registry_range_set(struct registry_answer *a, const struct address *first, const struct address *last);

/* `192.0.2.0/24`, `192.0.2.0 - 192.0.2.255`, `192.0.2.0-192.0.2.255` or one address. */
bool registry_range_parse(struct bytes text, struct address *ret_first, struct address *ret_last);

/* `AS64500`, `64500`, `AS64500 - AS64510` */
bool registry_as_parse(struct bytes text, uint32_t *ret_first, uint32_t *ret_last);

/* What a word of a status says of the holding. */
enum registry_holding registry_holding_of(const char *status);

#endif
