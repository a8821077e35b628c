/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Contacts: a desk or a person with a mail address, in an organisation.
 *
 * `viewer` is the id of who asks (ground/access/sight.h): what it may not see is as if it were not there. */
#ifndef GROUND_PEOPLE_CONTACT_H
#define GROUND_PEOPLE_CONTACT_H

#include "ground/people/people.h"

struct contact {
	int64_t id;
	const char *ref;     /* 'C-0001' */
	const char *organisation, *name;
	const char *address; /* as people_address gives it; "" where mail does not reach it */
	const char *language, *country;
	const char *reach;   /* 'untried', 'worked', 'bounced' */
	int64_t reach_at;    /* 0: untried */
	const char *note;
};

struct contact_new {
	const char *organisation_ja, *organisation_en; /* "" both: none */
	const char *name, *address, *phone, *language, *country, *note;
	const char *const *roles; /* ends with NULL: 'reporter', 'administrator', 'isp', 'vendor', 'csirt', 'recipient', 'other' */
	struct doing doing;
	char uuid[RECORD_UUID_TEXT], organisation_uuid[RECORD_UUID_TEXT];
};

/* Adds a contact, and its organisation where none of that name is there. -EINVAL: an address, a role, a language or a country
 * that is none; -EEXIST: the address has a contact already. */
int contact_add(struct db *db, const struct contact_new *n, char ret_ref[RECORD_REF_MAX], struct error *err);

/* All, by ref; of the arena. */
int contact_list(struct db *db, int64_t viewer, struct arena *arena, struct contact **ret, size_t *ret_count, struct error *err);

/* 1 and the contact of a ref or of an address, of the arena; 0: there is none. */
int contact_find(struct db *db, int64_t viewer, const char *ref_or_address, struct arena *arena, struct contact *ret, struct error *err);
int contact_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct contact *ret, struct error *err);

/* A letter arrived, as far as anybody knows, or came back. Inside a transaction. */
int contact_reached(struct db *db, int64_t id, bool has_worked, const struct doing *doing, struct error *err);

#endif
