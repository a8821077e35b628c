/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The case database. */
#include "engine/db/db.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/db/db_int.h"
#include "engine/db/migrations.gen.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 2000
#define ATTEMPTS 3

static int code_of(int sqlite)
{
	switch (sqlite) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return -EEXIST;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return -ENOENT;
	}
	switch (sqlite & 0xff) {
	case SQLITE_CONSTRAINT:
		return -EINVAL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EAGAIN;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_ERROR:
		return -EINVAL;
	}
	return -EIO;
}

int db_failed(struct db *db, int code, const char *what, struct error *err)
{
	int extended = sqlite3_extended_errcode(db->handle);

	if ((extended & 0xff) != (code & 0xff))
		extended = code;
	return error_set(err, code_of(extended), "database: %s: %s", what, sqlite3_errmsg(db->handle));
}

int db_run(struct db *db, const char *sql, struct error *err)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : db_failed(db, code, "cannot run a statement", err);
}

/* --- opening --- */

static int prepare_connection(struct db *db, unsigned flags, struct error *err)
{
	int is_kept = 1, r;

	sqlite3_extended_result_codes(db->handle, 1);
	/* The last to close leaves the log's files: behind its wall a process may not remove them. */
	sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &is_kept);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* WAL loses nothing that was committed when each commit waits for the disk. */
	r = db_run(db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY", err);
	if (r == 0 && !(flags & DB_READS))
		r = db_run(db, "PRAGMA journal_mode = WAL", err);
	if (r == 0 && flags & DB_READS)
		r = db_run(db, "PRAGMA query_only = ON", err);
	return r;
}

/* SQLite makes a path absolute and so asks for each folder above the working one; a process that gave up root may not pass
 * all of these (a tree below /root, say), though its working folder is its own. So relative paths stay what they are:
 * SQLite's own system layer, but for that one call. */
static int keep_path(sqlite3_vfs *vfs, const char *path, int room, char *into)
{
	sqlite3_vfs *usual = sqlite3_vfs_find(NULL);

	(void)vfs;
	if (path[0] == '/')
		return usual->xFullPathname(usual, path, room, into);
	return snprintf(into, (size_t)room, "%s", path) < room ? SQLITE_OK : SQLITE_CANTOPEN;
}

static const char *system_layer(void)
{
	static sqlite3_vfs relative;

	if (!relative.zName) {
		relative = *sqlite3_vfs_find(NULL);
		relative.zName = "hinomi";
		relative.xFullPathname = keep_path;
		sqlite3_vfs_register(&relative, 0);
	}
	return relative.zName;
}

int db_open(const char *path, unsigned flags, struct db **ret, struct error *err)
{
	int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (flags & DB_CREATE ? SQLITE_OPEN_CREATE : 0);
	struct error inner = ERROR_NONE;
	struct db *db;
	mode_t old;
	int code, r;

	if (!(flags & DB_CREATE) && access(path, F_OK) < 0)
		return error_errno(err, -errno, "cannot open the database '%s'", path);
	db = memory_new(1, sizeof *db);
	old = umask(0077);
	code = sqlite3_open_v2(path, &db->handle, open_flags, system_layer());
	r = code == SQLITE_OK ? prepare_connection(db, flags, &inner) : db_failed(db, code, "cannot open", &inner);
	if (r == 0)
		r = db_migrate(db, migrations, COUNT(migrations), !(flags & DB_READS), &inner);
	umask(old);
	if (r < 0) {
		db_close(db);
		error_prefix(&inner, "'%s'", path);
		if (err)
			*err = inner;
		return r;
	}
	*ret = db;
	return 0;
}

struct db *db_close(struct db *db)
{
	if (!db)
		return NULL;
	for (size_t i = 0; i < db->count; i++) {
		sqlite3_finalize(db->statements[i]->stmt);
		free(db->statements[i]);
	}
	free(db->statements);
	sqlite3_close(db->handle);
	free(db);
	return NULL;
}

/* --- transactions --- */

static int attempt(struct db *db, const char *begin, db_work_fn *work, void *context, struct error *err)
{
	struct error ignored = ERROR_NONE;
	int r = db_run(db, begin, err), committed;

	if (r < 0)
		return r;
	db->is_in_transaction = true;
	r = work(db, context, err);
	db->is_in_transaction = false;
	if (r >= 0) {
		committed = db_run(db, "COMMIT", err);
		if (committed == 0)
			return r;
		r = committed;
	}
	/* Some failures have rolled back already. */
	if (!sqlite3_get_autocommit(db->handle))
		db_run(db, "ROLLBACK", &ignored);
	return r;
}

static int transact(struct db *db, const char *begin, db_work_fn *work, void *context, struct error *err)
{
	struct error inner = ERROR_NONE;
	int r = -EAGAIN;

	assert(!db->is_in_transaction);
	for (int i = 0; i < ATTEMPTS && r == -EAGAIN; i++) {
		inner = ERROR_NONE;
		r = attempt(db, begin, work, context, &inner);
	}
	if (r < 0 && err)
		*err = inner;
	return r;
}

int db_transaction(struct db *db, db_work_fn *work, void *context, struct error *err)
{
	return transact(db, "BEGIN IMMEDIATE", work, context, err);
}

int db_snapshot(struct db *db, db_work_fn *work, void *context, struct error *err)
{
	return transact(db, "BEGIN", work, context, err);
}

/* --- statements --- */

static struct db_statement *find(struct db *db, const struct db_query *q)
{
	for (size_t i = 0; i < db->count; i++)
		if (db->statements[i]->query == q)
			return db->statements[i];
	return NULL;
}

int db_begin(struct db *db, const struct db_query *q, struct db_statement **ret, struct error *err)
{
	struct db_statement *s = find(db, q);
	sqlite3_stmt *stmt;

	if (!s) {
		int code = sqlite3_prepare_v3(db->handle, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
		if (code != SQLITE_OK)
			return db_failed(db, code, q->name, err);
		s = memory_new(1, sizeof *s);
		*s = (struct db_statement){ .db = db, .query = q, .stmt = stmt };
		db->statements = memory_grow(db->statements, &db->room, db->count + 1, sizeof *db->statements);
		db->statements[db->count++] = s;
	}
	assert(!s->is_used);
	s->is_used = true;
	*ret = s;
	return 0;
}

void db_bind_number(struct db_statement *s, int at, int64_t value)
{
	int code = sqlite3_bind_int64(s->stmt, at, value);

	assert(code == SQLITE_OK);
}

void db_bind_text(struct db_statement *s, int at, const char *text)
{
	int code = sqlite3_bind_text(s->stmt, at, text, -1, SQLITE_STATIC);

	assert(code == SQLITE_OK);
}

void db_bind_bytes(struct db_statement *s, int at, struct bytes bytes)
{
	int code = sqlite3_bind_blob64(s->stmt, at, bytes.n ? (const void *)bytes.p : "", bytes.n, SQLITE_STATIC);

	assert(code == SQLITE_OK);
}

void db_bind_null(struct db_statement *s, int at)
{
	int code = sqlite3_bind_null(s->stmt, at);

	assert(code == SQLITE_OK);
}

int db_step(struct db_statement *s, struct error *err)
{
	int code = sqlite3_step(s->stmt);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : db_failed(s->db, code, s->query->name, err);
}

bool db_is_null(struct db_statement *s, int at)
{
	return sqlite3_column_type(s->stmt, at) == SQLITE_NULL;
}

int64_t db_number(struct db_statement *s, int at)
{
	return sqlite3_column_int64(s->stmt, at);
}

const char *db_text(struct db_statement *s, int at)
{
	return (const char *)sqlite3_column_text(s->stmt, at);
}

struct bytes db_bytes(struct db_statement *s, int at)
{
	const void *p = sqlite3_column_blob(s->stmt, at);

	return BYTES(p, (size_t)sqlite3_column_bytes(s->stmt, at));
}

void db_ids_add(struct db_ids *ids, int64_t id)
{
	ids->list = memory_grow(ids->list, &ids->room, ids->count + 1, sizeof *ids->list);
	ids->list[ids->count++] = id;
}

int db_end(struct db_statement *s)
{
	int changed = sqlite3_changes(s->db->handle);

	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
	s->is_used = false;
	return changed;
}

int db_check(struct db *db, const struct db_query *q, struct error *err)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db->handle, q->sql, -1, &stmt, NULL);

	sqlite3_finalize(stmt);
	return code == SQLITE_OK ? 0 : db_failed(db, code, q->name, err);
}
