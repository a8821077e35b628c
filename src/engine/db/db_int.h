/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The room's own: the connection, and migrations. */
#ifndef ENGINE_DB_DB_INT_H
#define ENGINE_DB_DB_INT_H

#include "engine/db/db.h"

#include <sqlite3.h>

struct db_statement {
	struct db *db;
	const struct db_query *query;
	sqlite3_stmt *stmt;
	bool is_used;
};

struct db {
	sqlite3 *handle;
	struct db_statement **statements; /* as many as were used; the key is the query's address */
	size_t count, room;
	bool is_in_transaction;
};

/* -errno for the connection's last failure, with SQLite's words. */
int db_failed(struct db *db, int code, const char *what, struct error *err);

/* Runs SQL without parameters. */
int db_run(struct db *db, const char *sql, struct error *err);

/* What sql/ holds, in order. */
struct db_migration {
	int number;
	const char *name, *sql;
};

int db_migrate(struct db *db, const struct db_migration *list, size_t count, bool may_write, struct error *err);

#endif
