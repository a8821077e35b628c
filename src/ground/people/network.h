/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Networks: which contact answers for an address. The table is held in memory, so that lists are looked up in bulk.
 *
 *	struct network_table *t;
 *	network_table_load(db, &t, &err);
 *	const struct network *n = network_find(t, &address);     (NULL: nobody is known) */
#ifndef GROUND_PEOPLE_NETWORK_H
#define GROUND_PEOPLE_NETWORK_H

#include "base/address.h"
#include "ground/people/people.h"

struct network {
	struct prefix prefix;
	int64_t contact_id;
	const char *source, *as_of; /* who says so, and of which day */
	bool has_bounced;           /* the last letter to that contact came back */
};

struct network_table;

/* Keeps a prefix of a contact; the same again renews its source and day. -EINVAL: not a prefix. */
int network_add(struct db *db, int64_t contact_id, const char *prefix, const char *source, const char *as_of,
		const struct doing *doing, struct error *err);

int network_table_load(struct db *db, struct network_table **ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct network_table *network_table_free(struct network_table *t);
/* Of the longest prefix that holds the address; of two equal ones the contact that letters reach, then the newer entry. */
const struct network *network_find(const struct network_table *t, const struct address *a);

#endif
