/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What each viewer may see, and compartments. */
#include "ground/access/sight.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "ground/access/account.h"
#include "ground/access/account.sql.gen.h"
#include "ground/access/audit.h"
#include "ground/access/audit.sql.gen.h"
#include "ground/access/sight.sql.gen.h"

#include <errno.h>

/* Names or ids on their way out of a walk: nothing is written while one is under way. */
struct names {
	char **list;
	size_t count, room;
};

static int take_name(void *context, const struct sight_compartments_row *row)
{
	struct names *n = context;

	n->list = memory_grow(n->list, &n->room, n->count + 1, sizeof *n->list);
	n->list[n->count++] = memory_copy_text(row->name, strlen(row->name));
	return 0;
}

static void names_clear(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->list[i]);
	free(n->list);
}

/* --- working it out --- */

static int take_role(void *context, const struct account_roles_row *row)
{
	unsigned *roles = context;
	enum role role;

	if (role_parse(row->role, &role))
		*roles |= 1u << role;
	return 0;
}

static int add_compartment(struct db *db, int64_t viewer, unsigned roles, const char *compartment, struct error *err)
{
	int r = 0;

	for (int o = 0; o < OBJECT_COUNT && r >= 0; o++)
		for (int m = 0; m < MARKING_COUNT && r >= 0; m++)
			if (object_is_record((enum object)o) &&
			    (viewer == ACCESS_LOCAL || access_roles_may(roles, (enum object)o, (enum marking)m, MAY_SEE)))
				r = sight_insert(db, viewer, object_name((enum object)o), marking_name((enum marking)m),
						 compartment, err);
	return r < 0 ? r : 0;
}

int access_refresh(struct db *db, int64_t account, struct error *err)
{
	struct names compartments = { NULL, 0, 0 };
	unsigned roles = 0;
	int r = sight_clear(db, account, err);

	if (r >= 0)
		r = account_roles(db, account, take_role, &roles, err);
	if (r >= 0)
		r = sight_compartments(db, account, take_name, &compartments, err);
	if (r >= 0)
		r = add_compartment(db, account, roles, "", err);
	for (size_t i = 0; i < compartments.count && r >= 0; i++)
		r = add_compartment(db, account, roles, compartments.list[i], err);
	names_clear(&compartments);
	return r < 0 ? r : 0;
}

/* --- the rules of this program --- */

static void hash_rules(char into[SECRET_TEXT])
{
	crypto_hash_sha256_state state;
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&state);
	for (int o = 0; o < OBJECT_COUNT; o++)
		for (int m = 0; m < MARKING_COUNT; m++)
			for (int role = 0; role < ROLE_COUNT; role++) {
				char line[100];
				bool may = access_roles_may(1u << role, (enum object)o, (enum marking)m, MAY_SEE);
				int n = snprintf(line, sizeof line, "%s %s %s %d\n", object_name((enum object)o),
						 marking_name((enum marking)m), role_name((enum role)role), may);
				crypto_hash_sha256_update(&state, (const uint8_t *)line, (unsigned long long)n);
			}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(into, SECRET_TEXT, hash, sizeof hash);
}

static int refresh_all(struct db *db, void *context, struct error *err)
{
	struct db_ids ids = { 0 };
	int r = account_ids(db, &ids, err);

	if (r >= 0)
		r = access_refresh(db, ACCESS_LOCAL, err);
	for (size_t i = 0; i < ids.count && r >= 0; i++)
		r = access_refresh(db, ids.list[i], err);
	free(ids.list);
	return r < 0 ? r : sight_rules_set(db, context, err);
}

int access_prepare(struct db *db, struct error *err)
{
	struct arena *arena = arena_new();
	struct sight_rules_row row = { 0 };
	char hash[SECRET_TEXT];
	int r = sight_rules(db, arena, &row, err);

	hash_rules(hash);
	if (r == 1 && strcmp(row.hash, hash) != 0)
		r = db_transaction(db, refresh_all, hash, err);
	arena_free(arena);
	return r < 0 ? r : 0;
}

/* --- reading --- */

struct reading {
	const struct viewer *viewer;
	int64_t record, at;
};

static int note_read(struct db *db, void *context, struct error *err)
{
	const struct reading *g = context;

	return audit_insert_read(db, g->at, g->viewer->actor, g->record, err);
}

static int note_if_restricted(struct db *db, const struct reading *g, const char *marking, const char *compartment,
			      struct error *err)
{
	enum marking m = MARKING_RED;
	int r;

	marking_parse(marking, &m);
	if (!access_is_restricted(m, compartment))
		return 0;
	r = db_transaction(db, note_read, (void *)(uintptr_t)g, err);
	return r < 0 ? r : 0;
}

int access_was_read(struct db *db, const struct viewer *v, int64_t record, int64_t at, struct error *err)
{
	const struct reading g = { v, record, at };
	struct arena *arena = arena_new();
	struct sight_is_restricted_row row = { 0 };
	int r = sight_is_restricted(db, record, arena, &row, err);

	if (r == 1)
		r = note_if_restricted(db, &g, row.marking, row.compartment, err);
	else if (r == 0)
		r = error_set(err, -ENOENT, "no such record");
	arena_free(arena);
	return r;
}

int access_open(struct db *db, const struct viewer *v, const char *ref, int64_t at, struct arena *arena,
		struct access_head *ret, struct error *err)
{
	struct sight_record_row row = { 0 };
	enum marking marking;
	int r = sight_record(db, v->id, ref, arena, &row, err);

	if (r == 0 || (r == 1 && !marking_parse(row.marking, &marking)))
		return error_set(err, -ENOENT, "there is no '%s'", ref);
	if (r < 0)
		return r;
	*ret = (struct access_head){ row.id, row.ref, row.kind, row.compartment, marking };
	return note_if_restricted(db, &(struct reading){ v, row.id, at }, row.marking, row.compartment, err);
}

/* --- compartments --- */

struct compartment {
	const char *name, *login;
	bool is_member;
	const struct doing *doing;
};

static int add(struct db *db, void *context, struct error *err)
{
	const struct compartment *c = context;
	int r = compartment_insert(db, c->name, c->doing->at, err);

	if (r == 1)
		r = audit_add(db, c->doing, "made compartment", c->name, err);
	if (r >= 0)
		r = add_compartment(db, ACCESS_LOCAL, 0, c->name, err);
	return r < 0 ? r : 0;
}

int compartment_add(struct db *db, const char *name, const struct doing *doing, struct error *err)
{
	struct compartment c = { name, NULL, false, doing };

	if (!login_is_name(name)) {
		error_hint(err, "names have small letters, digits, '-', '_' and '.', %d at most, a letter first", LOGIN_MAX);
		return error_set(err, -EINVAL, "'%s' is not a name for a compartment", name);
	}
	return db_transaction(db, add, &c, err);
}

static int join(struct db *db, void *context, struct error *err)
{
	const struct compartment *c = context;
	struct arena *arena = arena_new();
	struct account account;
	char about[3 * LOGIN_MAX];
	int r = account_load(db, c->login, arena, &account, err);

	if (r == 0)
		r = c->is_member ? compartment_member_insert(db, c->name, account.id, err) :
				   compartment_member_delete(db, c->name, account.id, err);
	if (r == -ENOENT && c->is_member)
		r = error_set(err, -ENOENT, "no compartment '%s', or no account '%s'", c->name, c->login);
	snprintf(about, sizeof about, "%s %s", c->login, c->name);
	if (r == 1)
		r = audit_add(db, c->doing, c->is_member ? "joined compartment" : "left compartment", about, err);
	if (r >= 0)
		r = access_refresh(db, account.id, err);
	arena_free(arena);
	return r;
}

int compartment_join(struct db *db, const char *name, const char *login, bool is_member, const struct doing *doing,
		     struct error *err)
{
	struct compartment c = { name, login, is_member, doing };

	return db_transaction(db, join, &c, err);
}
