/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The case database, whichever engine holds it. */
#include "engine/db/db.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/db/db_int.h"
#include "engine/db/migrations.gen.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define ATTEMPTS 3

/* --- opening --- */

bool db_is_server(const char *name)
{
	return strncmp(name, "postgresql://", 13) == 0 || strncmp(name, "postgres://", 11) == 0;
}

int db_open(const char *name, unsigned flags, struct db **ret, struct error *err)
{
	const struct db_engine *engine = db_is_server(name) ? &db_postgres : &db_sqlite;
	struct error inner = ERROR_NONE;
	struct db *db = NULL;
	int r = engine->open(name, flags, &db, &inner);

	if (r == 0)
		r = db_migrate(db, migrations, COUNT(migrations), !(flags & DB_READS), &inner);
	if (r < 0) {
		db_close(db);
		/* A server's name may hold a password. */
		if (engine == &db_sqlite)
			error_prefix(&inner, "'%s'", name);
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
	for (size_t i = 0; i < db->count; i++)
		db->engine->finish(db->statements[i]);
	free(db->statements);
	db->engine->close(db);
	return NULL;
}

bool db_is_lost(const struct db *db)
{
	return db->engine->is_lost(db);
}

int db_run(struct db *db, const char *sql, struct error *err)
{
	return db->engine->run(db, sql, err);
}

/* --- transactions --- */

static int attempt(struct db *db, bool writes, db_work_fn *work, void *context, struct error *err)
{
	struct error ignored = ERROR_NONE;
	int r = db->engine->begin(db, writes, err), committed;

	if (r >= 0) {
		db->is_in_transaction = true;
		r = work(db, context, err);
		db->is_in_transaction = false;
	}
	if (r >= 0) {
		committed = db->engine->commit(db, err);
		if (committed == 0)
			return r;
		r = committed;
	}
	/* Some failures have rolled back already. */
	if (db->engine->is_open(db))
		db_run(db, "ROLLBACK", &ignored);
	return r;
}

static int transact(struct db *db, bool writes, db_work_fn *work, void *context, struct error *err)
{
	struct error inner = ERROR_NONE;
	int r = -EAGAIN;

	assert(!db->is_in_transaction);
	for (int i = 0; i < ATTEMPTS && r == -EAGAIN; i++) {
		inner = ERROR_NONE;
		r = attempt(db, writes, work, context, &inner);
	}
	if (r < 0 && err)
		*err = inner;
	return r;
}

int db_transaction(struct db *db, db_work_fn *work, void *context, struct error *err)
{
	return transact(db, true, work, context, err);
}

int db_snapshot(struct db *db, db_work_fn *work, void *context, struct error *err)
{
	return transact(db, false, work, context, err);
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
	int r;

	if (!s) {
		r = db->engine->prepare(db, q, &s, err);
		if (r < 0)
			return r;
		s->db = db;
		s->query = q;
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
	s->db->engine->bind_number(s, at, value);
}

void db_bind_text(struct db_statement *s, int at, const char *text)
{
	s->db->engine->bind_text(s, at, text);
}

void db_bind_bytes(struct db_statement *s, int at, struct bytes bytes)
{
	s->db->engine->bind_bytes(s, at, bytes);
}

void db_bind_null(struct db_statement *s, int at)
{
	s->db->engine->bind_null(s, at);
}

int db_step(struct db_statement *s, struct error *err)
{
	return s->db->engine->step(s, err);
}

bool db_is_null(struct db_statement *s, int at)
{
	return s->db->engine->is_null(s, at);
}

int64_t db_number(struct db_statement *s, int at)
{
	return s->db->engine->number(s, at);
}

const char *db_text(struct db_statement *s, int at)
{
	return s->db->engine->text(s, at);
}

struct bytes db_bytes(struct db_statement *s, int at)
{
	return s->db->engine->bytes(s, at);
}

int db_end(struct db_statement *s)
{
	s->is_used = false;
	return s->db->engine->reset(s);
}

int db_check(struct db *db, const struct db_query *q, struct error *err)
{
	struct db_statement *s = NULL;
	int r = db->engine->prepare(db, q, &s, err);

	if (r == 0)
		db->engine->finish(s);
	return r;
}

/* --- lists of ids --- */

void db_ids_add(struct db_ids *ids, int64_t id)
{
	ids->list = memory_grow(ids->list, &ids->room, ids->count + 1, sizeof *ids->list);
	ids->list[ids->count++] = id;
}
