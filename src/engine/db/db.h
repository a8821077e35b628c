/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The case database: SQLite in WAL mode, foreign keys on, STRICT tables; or PostgreSQL, for centres that want its replication.
 * SQL stands in .sql files beside the C that runs it, in what both understand (tools/check-sql), always with bound values;
 * tools/sql2c makes a typed function of each query, and those call what is below. Writers go one after the other on both.
 *
 *	-- name: record_by_ref
 *	-- One record by the name that people see.
 *	-- in: ref text      one: id id, kind text
 *	SELECT id, kind FROM record WHERE ref = :ref;
 *
 * becomes
 *
 *	struct record_by_ref_row { int64_t id; const char *kind; };
 *	int record_by_ref(struct db *db, const char *ref, struct arena *arena, struct record_by_ref_row *ret,
 *			  struct error *err);
 *
 * A query with `one:` gives 1 and the row (texts copied into the arena), or 0 when there is none. One with `out:` calls a
 * function for each row, whose texts last for that call; other than 0 ends the walk with that value; where its rows are
 * one id alone, it adds them to a `struct db_ids` instead. One without either changes rows and gives how many. All give
 * -errno on failure:
 *
 *	-EEXIST  the same is there already (unique, primary key)
 *	-ENOENT  a foreign key points nowhere
 *	-EINVAL  a check or NOT NULL
 *	-EAGAIN  the database is locked by another writer
 *	-EBADMSG not a database, damaged, or of a newer program
 *	-EACCES  a server does not let us in
 *	-ENOSPC, -EROFS, -EIO
 *
 * A write is a function given to db_transaction(), which may run it twice and in which nothing but SQL happens.
 *
 * One thread at a time uses a `struct db`. A relative path counts from the folder that the process works in, which must not
 * change while the database is open. */
#ifndef ENGINE_DB_DB_H
#define ENGINE_DB_DB_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

struct db;

enum db_flags {
	DB_CREATE = 1 << 0, /* make the file where there is none */
	DB_READS = 1 << 1,  /* never writes: no migration either, but waits two seconds for another's */
};

/* Opens the database, a path or "postgresql://…" (then it must have been made), and brings its schema up to date (sql/, forward only, each in one transaction, its hash kept).
 * -ENOENT: no such file, or nothing was written to the server's yet; -EBADMSG: a migration differs from the one that was run, or is unknown to this program. */
int db_open(const char *path, unsigned flags, struct db **ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct db *db_close(struct db *db);

/* Whether a name is a server's, no path. */
bool db_is_server(const char *name);

/* Whether the connection was lost: everything fails from now on, until the database is opened again. */
bool db_is_lost(const struct db *db);

/* Runs `work` in a transaction that is committed when it gives 0 or more, which is then the result; else nothing has
 * happened. A transaction is not begun inside another (asserted). */
typedef int db_work_fn(struct db *db, void *context, struct error *err);
int db_transaction(struct db *db, db_work_fn *work, void *context, struct error *err);

/* The same for reading several things that belong together: one snapshot. */
int db_snapshot(struct db *db, db_work_fn *work, void *context, struct error *err);

/* --- what generated functions call --- */

/* A query: a constant of the generated header. Prepared at its first use and kept. */
struct db_query {
	const char *name, *sql;
	const char *types; /* of the parameters, a letter for each: n number, t text, b bytes */
};

struct db_statement;

/* -EINVAL with the engine's words when the query is wrong. A statement is used by one walk at a time (asserted). */
int db_begin(struct db *db, const struct db_query *q, struct db_statement **ret, struct error *err);
/* Parameters count from 1. Texts and bytes must last until db_end. NULL text is NULL. */
void db_bind_number(struct db_statement *s, int at, int64_t value);
void db_bind_text(struct db_statement *s, int at, const char *text);
void db_bind_bytes(struct db_statement *s, int at, struct bytes bytes);
void db_bind_null(struct db_statement *s, int at);
/* 1 a row, 0 the end, or -errno. */
int db_step(struct db_statement *s, struct error *err);
/* Columns count from 0. Texts last until the next step. */
bool db_is_null(struct db_statement *s, int at);
int64_t db_number(struct db_statement *s, int at);
const char *db_text(struct db_statement *s, int at);
struct bytes db_bytes(struct db_statement *s, int at);
/* Makes the statement ready for its next use; gives rows changed by a statement that has ended. */
int db_end(struct db_statement *s);

/* Ids that a query gave. Begins as { 0 }; free() takes the list. */
struct db_ids {
	int64_t *list;
	size_t count, room;
};
void db_ids_add(struct db_ids *ids, int64_t id);

/* Prepares and forgets: for the test of all queries. */
int db_check(struct db *db, const struct db_query *q, struct error *err);

#endif
