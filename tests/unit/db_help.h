/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Databases for tests: files of a folder, or of the server whose socket HINOMI_TEST_POSTGRES names (tests/db/postgres.py). */
#ifndef TESTS_UNIT_DB_HELP_H
#define TESTS_UNIT_DB_HELP_H

#include "engine/db/db_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char *help_server(void)
{
	return getenv("HINOMI_TEST_POSTGRES");
}

/* Makes it where it is missing. */
static inline void help_make(const char *name)
{
	struct error err = ERROR_NONE;
	char uri[200], sql[100];
	struct db *db = NULL;

	snprintf(uri, sizeof uri, "postgresql://hinomi@/postgres?host=%s", help_server());
	snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
	if (db_postgres.open(uri, DB_CREATE, &db, &err) < 0) {
		printf("Bail out! %s\n", err.line);
		abort();
	}
	db_run(db, sql, &err);
	db_close(db);
}

/* What db_open takes; lasts until the next call. */
static inline const char *help_name(const char *folder, const char *name)
{
	static char path[200];

	if (!help_server()) {
		snprintf(path, sizeof path, "%s/%s", folder, name);
		return path;
	}
	help_make(name);
	snprintf(path, sizeof path, "postgresql://hinomi@/%s?host=%s", name, help_server());
	return path;
}

/* A number from a query without parameters. */
static inline int64_t help_ask(struct db *db, const char *sql)
{
	const struct db_query q = { "test", sql, "" };
	struct error err = ERROR_NONE;
	struct db_statement *s = NULL;
	int64_t got = -1;

	if (db->engine->prepare(db, &q, &s, &err) < 0) {
		printf("Bail out! %s\n", err.line);
		abort();
	}
	s->db = db;
	s->query = &q;
	if (db_step(s, &err) == 1)
		got = db_number(s, 0);
	db->engine->finish(s);
	return got;
}

#endif
