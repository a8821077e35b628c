/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An operator's own table of places, CSV with a header line; the last column may be missing:
 *
 *	prefix,country,as
 *	192.0.2.0/24,JP,64500
 *	2001:db8::/32,,AS64501
 *
 * Lines that begin with '#' and empty lines are left out. A field may stand in double quotes. */
#ifndef FORMAT_REGISTRY_PLACES_H
#define FORMAT_REGISTRY_PLACES_H

#include "format/registry/registry.h"

/* Whether a text begins as one. */
bool places_is(struct bytes text);

/* -EBADMSG with the line that is wrong. A table says no date. */
int places_parse(struct bytes text, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
		 struct error *err);

#endif
