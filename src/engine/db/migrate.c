/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bringing a schema up to date: forward only, each step in one transaction, known by its hash. */
#include "base/clock.h"
#include "engine/db/db_int.h"
#include "engine/db/migrate.sql.gen.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>

#define HASH_TEXT (2 * crypto_hash_sha256_BYTES + 1)
#define SEEN_MAX 10000
#define WAIT_MS 50
#define WAITS 40

static const char make_table[] = "CREATE TABLE IF NOT EXISTS db_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
				 "hash TEXT NOT NULL, run_at INTEGER NOT NULL) STRICT";

static void hash_of(const struct db_migration *m, char into[HASH_TEXT])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)m->sql, strlen(m->sql));
	sodium_bin2hex(into, HASH_TEXT, hash, sizeof hash);
}

struct seeing {
	const struct db_migration *list;
	size_t count, seen;
	struct error *err;
};

static int see(void *context, const struct migrate_seen_row *row)
{
	struct seeing *s = context;
	char hash[HASH_TEXT];

	if (s->seen >= s->count || row->number != s->list[s->seen].number) {
		error_hint(s->err, "it was written by a newer hinomi");
		return error_set(s->err, -EBADMSG, "migration %lld of the database is unknown", (long long)row->number);
	}
	hash_of(&s->list[s->seen], hash);
	if (strcmp(hash, row->hash) != 0)
		return error_set(s->err, -EBADMSG, "migration %s is not the one that the database has seen",
				 s->list[s->seen].name);
	s->seen++;
	return 0;
}

static int run_one(struct db *db, void *context, struct error *err)
{
	const struct db_migration *m = context;
	char hash[HASH_TEXT];
	int r = db->engine->migrate(db, m->sql, err);

	hash_of(m, hash);
	if (r == 0)
		r = migrate_note(db, m->number, m->name, hash, clock_now(), err);
	if (r < 0)
		error_prefix(err, "migration %s", m->name);
	return r;
}

/* Several processes may start at once: what is missing is looked for again inside the transaction. */
static int run_missing(struct db *db, void *context, struct error *err)
{
	struct seeing *s = context;
	int r;

	s->seen = 0;
	s->err = err;
	r = db->engine->migrate(db, make_table, err);
	if (r == 0)
		r = migrate_seen(db, see, s, err);
	for (size_t i = s->seen; i < s->count && r >= 0; i++)
		r = run_one(db, (void *)&s->list[i], err);
	return r < 0 ? r : 0;
}

static int has_table(struct db *db, bool *ret, struct error *err)
{
	struct db_statement *s;
	int r = db_begin(db, db->engine->has_migrations, &s, err);

	if (r < 0)
		return r;
	r = db_step(s, err);
	db_end(s);
	*ret = r == 1;
	return r < 0 ? r : 0;
}

static int look(struct db *db, struct seeing *s, struct error *err)
{
	bool is_there;
	int r = has_table(db, &is_there, err);

	s->seen = 0;
	return r == 0 && is_there ? migrate_seen(db, see, s, err) : r;
}

int db_migrate(struct db *db, const struct db_migration *list, size_t count, bool may_write, struct error *err)
{
	struct seeing s = { .list = list, .count = count, .err = err };
	int r = look(db, &s, err);

	/* Another process may be at it: when a centre starts for the first time, say. */
	for (int i = 0; i < WAITS && !may_write && r >= 0 && s.seen < count; i++) {
		poll(NULL, 0, WAIT_MS);
		r = look(db, &s, err);
	}
	if (r < 0 || s.seen == count)
		return r;
	if (!may_write) {
		error_hint(err, "a command that writes brings it up to date");
		return error_set(err, -EBADMSG, "the schema is older than this program");
	}
	return db_transaction(db, run_missing, &s, err);
}
