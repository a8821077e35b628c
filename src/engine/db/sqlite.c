/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* SQLite: one file in WAL mode. */
#include "base/memory.h"
#include "engine/db/db_int.h"
#include "engine/db/sqlite.sql.gen.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct lite {
	struct db db;
	sqlite3 *handle;
};

struct lite_statement {
	struct db_statement statement;
	sqlite3_stmt *stmt;
};

static struct lite *lite_of(const struct db *db)
{
	return (struct lite *)(uintptr_t)db;
}

static sqlite3_stmt *stmt_of(const struct db_statement *s)
{
	return ((const struct lite_statement *)s)->stmt;
}

/* --- what failures say --- */

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

static int failed(const struct lite *l, int code, const char *what, struct error *err)
{
	int extended = sqlite3_extended_errcode(l->handle);

	if ((extended & 0xff) != (code & 0xff))
		extended = code;
	return error_set(err, code_of(extended), "database: %s: %s", what, sqlite3_errmsg(l->handle));
}

static int run(struct db *db, const char *sql, struct error *err)
{
	int code = sqlite3_exec(lite_of(db)->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : failed(lite_of(db), code, "cannot run a statement", err);
}

/* --- opening --- */

static int prepare_connection(struct lite *l, unsigned flags, struct error *err)
{
	int is_kept = 1, r;

	sqlite3_extended_result_codes(l->handle, 1);
	/* The last to close leaves the log's files: behind its wall a process may not remove them. */
	sqlite3_file_control(l->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &is_kept);
	sqlite3_busy_timeout(l->handle, DB_BUSY_MS);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* WAL loses nothing that was committed when each commit waits for the disk. */
	r = run(&l->db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000", err);
	if (r == 0 && !(flags & DB_READS))
		r = run(&l->db, "PRAGMA journal_mode = WAL", err);
	if (r == 0 && flags & DB_READS)
		r = run(&l->db, "PRAGMA query_only = ON", err);
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

static int open_file(const char *path, unsigned flags, struct db **ret, struct error *err)
{
	int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (flags & DB_CREATE ? SQLITE_OPEN_CREATE : 0);
	struct lite *l;
	mode_t old;
	int code, r;

	if (!(flags & DB_CREATE) && access(path, F_OK) < 0)
		return error_errno(err, -errno, "cannot open the database");
	l = memory_new(1, sizeof *l);
	l->db.engine = &db_sqlite;
	old = umask(0077);
	code = sqlite3_open_v2(path, &l->handle, open_flags, system_layer());
	r = code == SQLITE_OK ? prepare_connection(l, flags, err) : failed(l, code, "cannot open", err);
	umask(old);
	*ret = &l->db;
	return r;
}

static void close_file(struct db *db)
{
	sqlite3_close(lite_of(db)->handle);
	free(db);
}

static bool is_lost(const struct db *db)
{
	(void)db;
	return false;
}

static bool is_open(const struct db *db)
{
	return !sqlite3_get_autocommit(lite_of(db)->handle);
}

static int begin(struct db *db, bool writes, struct error *err)
{
	return run(db, writes ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

static int commit(struct db *db, struct error *err)
{
	return run(db, "COMMIT", err);
}

/* --- statements --- */

static int prepare(struct db *db, const struct db_query *q, struct db_statement **ret, struct error *err)
{
	struct lite_statement *s;
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v3(lite_of(db)->handle, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	if (code != SQLITE_OK)
		return failed(lite_of(db), code, q->name, err);
	s = memory_new(1, sizeof *s);
	s->stmt = stmt;
	*ret = &s->statement;
	return 0;
}

static void finish(struct db_statement *s)
{
	sqlite3_finalize(stmt_of(s));
	free(s);
}

static void bind_number(struct db_statement *s, int at, int64_t value)
{
	int code = sqlite3_bind_int64(stmt_of(s), at, value);

	assert(code == SQLITE_OK);
}

static void bind_text(struct db_statement *s, int at, const char *text)
{
	int code = sqlite3_bind_text(stmt_of(s), at, text, -1, SQLITE_STATIC);

	assert(code == SQLITE_OK);
}

static void bind_bytes(struct db_statement *s, int at, struct bytes bytes)
{
	int code = sqlite3_bind_blob64(stmt_of(s), at, bytes.n ? (const void *)bytes.p : "", bytes.n, SQLITE_STATIC);

	assert(code == SQLITE_OK);
}

static void bind_null(struct db_statement *s, int at)
{
	int code = sqlite3_bind_null(stmt_of(s), at);

	assert(code == SQLITE_OK);
}

static int step(struct db_statement *s, struct error *err)
{
	int code = sqlite3_step(stmt_of(s));

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : failed(lite_of(s->db), code, s->query->name, err);
}

static bool is_null(struct db_statement *s, int at)
{
	return sqlite3_column_type(stmt_of(s), at) == SQLITE_NULL;
}

static int64_t number(struct db_statement *s, int at)
{
	return sqlite3_column_int64(stmt_of(s), at);
}

static const char *text(struct db_statement *s, int at)
{
	return (const char *)sqlite3_column_text(stmt_of(s), at);
}

static struct bytes bytes(struct db_statement *s, int at)
{
	const void *p = sqlite3_column_blob(stmt_of(s), at);

	return BYTES(p, (size_t)sqlite3_column_bytes(stmt_of(s), at));
}

static int reset(struct db_statement *s)
{
	int changed = sqlite3_changes(lite_of(s->db)->handle);

	sqlite3_reset(stmt_of(s));
	sqlite3_clear_bindings(stmt_of(s));
	return changed;
}

const struct db_engine db_sqlite = {
	.open = open_file,
	.close = close_file,
	.is_lost = is_lost,
	.run = run,
	.migrate = run,
	.begin = begin,
	.is_open = is_open,
	.commit = commit,
	.has_migrations = &sqlite_made_query,
	.prepare = prepare,
	.finish = finish,
	.bind_number = bind_number,
	.bind_text = bind_text,
	.bind_bytes = bind_bytes,
	.bind_null = bind_null,
	.step = step,
	.is_null = is_null,
	.number = number,
	.text = text,
	.bytes = bytes,
	.reset = reset,
};
