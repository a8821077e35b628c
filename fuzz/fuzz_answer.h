/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What holds of every answer of a registry. */
#ifndef FUZZ_FUZZ_ANSWER_H
#define FUZZ_FUZZ_ANSWER_H

#include "format/registry/answer.h"

#include <assert.h>

static inline void check_answer(const struct registry_answer *a)
{
	assert(a->object != REGISTRY_NOTHING);
	assert((a->object == REGISTRY_NETWORK) == (a->prefix_count > 0));
	assert(a->contact_count <= REGISTRY_CONTACTS_MAX && a->server_count <= REGISTRY_SERVERS_MAX);
	if (a->prefix_count) {
		assert(prefix_holds(&a->prefixes[0], &a->first));
		assert(a->prefix_count == REGISTRY_PREFIXES_MAX || prefix_holds(&a->prefixes[a->prefix_count - 1], &a->last));
	}
	for (int role = 0; role < REGISTRY_ROLES; role++)
		registry_contact_of(a, (enum registry_role)role);
}

#endif
