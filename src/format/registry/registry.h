/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Files that say where addresses belong: what the readers of delegated.h (the registries' statistics), places.h
 * (CSV) and mmdb.h have in common. All are pure: bytes in, prefixes out, in the order of the file.
 *
 *	static int add(void *context, const struct registry_prefix *p) { … return 0; }
 *	r = delegated_parse(text, add, &table, &about, &err); */
#ifndef FORMAT_REGISTRY_REGISTRY_H
#define FORMAT_REGISTRY_REGISTRY_H

#include "base/address.h"
#include "base/calendar.h"
#include "base/error.h"

/* A prefix and where it belongs. */
struct registry_prefix {
	struct prefix prefix;
	char country[3]; /* two capital letters, "" unknown */
	uint32_t as;     /* 0 unknown */
};

/* Takes a prefix, which is the caller's only during the call; other than 0 ends the reading with that value. */
typedef int registry_prefix_fn(void *context, const struct registry_prefix *p);

/* What a file says of itself. */
struct registry_about {
	struct date date;  /* of its contents; year 0 where the file does not say */
	uint64_t rows;     /* with addresses and a place */
	uint64_t left_out; /* of other kinds, or of no country */
};

/* Two letters, in capitals; an empty text and "ZZ" (ISO 3166-1: unknown) are "". False for anything else. */
bool registry_country(struct bytes text, char ret[3]);

/* The next line of `text` without its line end, and its number; false at the end. */
bool registry_line(struct bytes *text, struct bytes *ret, uint64_t *number);

#endif
