/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Where an address belongs: country and autonomous system, from a table that the operator gives. Three kinds of file
 * are known by their contents: the registries' delegated statistics, CSV `prefix,country,as`, and MaxMind's .mmdb.
 *
 *	struct place_table *t;
 *	if (place_table_load("delegated-apnic-extended", &t, &err) < 0)
 *		return error_print(&err);
 *	printf("%s\n", place_find(t, &address).country);
 *	t = place_table_free(t);
 *
 * The longest prefix that holds the address decides; of two equal ones, the later in the file. Places change hands, so
 * every figure made from a table shows the table's date.
 *
 * The file is hostile input: one locked child reads it and sends back sorted ranges, which are checked. */
#ifndef ENGINE_PLACE_PLACE_H
#define ENGINE_PLACE_PLACE_H

#include "base/address.h"
#include "base/calendar.h"
#include "base/error.h"

struct place {
	char country[3]; /* ISO 3166-1 as the table has it; "" unknown */
	uint32_t as;     /* 0 unknown */
};

struct place_about {
	const char *format;   /* "delegated statistics", "CSV", "mmdb" */
	struct date date;     /* of its contents: what the file says, else when it was last changed */
	bool is_file_date;    /* the latter */
	uint64_t prefixes;    /* read */
	uint64_t ranges;      /* that are looked through */
};

struct place_table;

/* Reads a table; only single-threaded processes may (it forks). -EBADMSG: not a table, with the line that is wrong;
 * -E2BIG: more than the child may hold (192 MiB, 3 million prefixes). */
int place_table_load(const char *path, struct place_table **ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct place_table *place_table_free(struct place_table *t);

const struct place_about *place_table_about(const struct place_table *t);

/* Some ten million a second. Family 0, or an address in no prefix: unknown. */
struct place place_find(const struct place_table *t, const struct address *a);

/* place_find for whoever asks through a pointer: `table` is a struct place_table. */
struct place place_look(void *table, const struct address *a);

#endif
