/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The room's own: what an engine gives, the connection, and migrations. */
#ifndef ENGINE_DB_DB_INT_H
#define ENGINE_DB_DB_INT_H

#include "engine/db/db.h"

/* How long a writer waits for another. */
#define DB_BUSY_MS 2000

/* An engine puts its own behind these two. */
struct db_statement {
	struct db *db;
	const struct db_query *query;
	bool is_used;
};

struct db {
	const struct db_engine *engine;
	struct db_statement **statements; /* as many as were used; the key is the query's address */
	size_t count, room;
	bool is_in_transaction;
};

/* What both know how to do. Texts and bytes that are bound stay the caller's until reset(). */
struct db_engine {
	/* Without the schema. */
	int (*open)(const char *name, unsigned flags, struct db **ret, struct error *err);
	void (*close)(struct db *db);
	/* Whether nothing can be asked any more: a connection that was lost. */
	bool (*is_lost)(const struct db *db);
	/* SQL without parameters. */
	int (*run)(struct db *db, const char *sql, struct error *err);
	/* The same for sql/, whose types are SQLite's. */
	int (*migrate)(struct db *db, const char *sql, struct error *err);
	/* A transaction that writes, with all other writers waiting; or one that reads a snapshot. */
	int (*begin)(struct db *db, bool writes, struct error *err);
	bool (*is_open)(const struct db *db); /* a transaction is, or what is left of it */
	int (*commit)(struct db *db, struct error *err);
	/* A row where there is a table of migrations. */
	const struct db_query *has_migrations;
	int (*prepare)(struct db *db, const struct db_query *q, struct db_statement **ret, struct error *err);
	void (*finish)(struct db_statement *s);
	/* From 1; a text of NULL is NULL. */
	void (*bind_number)(struct db_statement *s, int at, int64_t value);
	void (*bind_text)(struct db_statement *s, int at, const char *text);
	void (*bind_bytes)(struct db_statement *s, int at, struct bytes bytes);
	void (*bind_null)(struct db_statement *s, int at);
	int (*step)(struct db_statement *s, struct error *err); /* 1: a row */
	/* From 0. */
	bool (*is_null)(struct db_statement *s, int at);
	int64_t (*number)(struct db_statement *s, int at);
	const char *(*text)(struct db_statement *s, int at);
	struct bytes (*bytes)(struct db_statement *s, int at);
	int (*reset)(struct db_statement *s); /* gives rows changed */
};

extern const struct db_engine db_sqlite, db_postgres;

/* Runs SQL without parameters. */
int db_run(struct db *db, const char *sql, struct error *err);

/* What sql/ holds, in order. */
struct db_migration {
	int number;
	const char *name, *sql;
};

int db_migrate(struct db *db, const struct db_migration *list, size_t count, bool may_write, struct error *err);

#endif
