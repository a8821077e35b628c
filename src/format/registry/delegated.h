/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The statistics that the five address registries publish every day ("RIR statistics exchange format", version 2,
 * plain and extended). One file may hold those of several registries, one after the other:
 *
 *	2|apnic|20130518|3|19830613|20130517|+1000
 *	apnic|*|ipv4|*|1|summary
 *	apnic|JP|ipv4|1.0.16.0|4096|20110412|allocated|A92D9378
 *	apnic|JP|ipv6|2001:200::|35|19990813|allocated|A91A560A
 *	apnic|JP|asn|173|1|20020801|allocated|A91A7381
 *
 * The value of an ipv4 row is a count of addresses, not always a power of two; such a range becomes several prefixes.
 * asn rows say which country a number belongs to, not which addresses; they are left out, and so is what is available
 * or reserved. Fields past the seventh are not looked at. */
#ifndef FORMAT_REGISTRY_DELEGATED_H
#define FORMAT_REGISTRY_DELEGATED_H

#include "format/registry/registry.h"

/* Whether a text begins as one: comments, then a version line. */
bool delegated_is(struct bytes text);

/* -EBADMSG with the line that is wrong. `ret_about` has the end of the period that the file covers; of several files
 * in one, the oldest. */
int delegated_parse(struct bytes text, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
		    struct error *err);

#endif
