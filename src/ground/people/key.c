/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Public keys of contacts. */
#include "ground/people/key.h"

#include "base/memory.h"
#include "ground/people/key.sql.gen.h"

#include <errno.h>

static const char *const kinds[] = { [KEYS_OPENPGP] = "openpgp", [KEYS_SMIME] = "smime" };

struct adding {
	int64_t contact_id;
	const char *kind, *text;
	const struct keys_described *described;
	const struct doing *doing;
};

static int add(struct db *db, void *context, struct error *err)
{
	struct adding *a = context;
	const struct keys_described *d = a->described;
	int r = people_key_insert(db, a->contact_id, a->kind, d->fingerprint, d->expires_at ? &d->expires_at : NULL, a->text,
				  a->doing->at, err);

	return r > 0 ? record_happened(db, a->contact_id, a->doing->at, a->doing->actor, "key", d->fingerprint, err) : r;
}

int key_add(struct db *db, int64_t contact_id, enum keys_kind kind, const struct keys_described *described, const char *text,
	    const struct doing *doing, struct error *err)
{
	struct adding a = { contact_id, kinds[kind], text, described, doing };

	return db_transaction(db, add, &a, err);
}

int key_usable(struct db *db, int64_t contact_id, enum keys_kind kind, int64_t now, struct arena *arena, const char **ret_text,
	       struct error *err)
{
	struct people_key_newest_row row = { 0 };
	int r = people_key_newest(db, contact_id, kinds[kind], now, arena, &row, err);

	if (r > 0)
		*ret_text = row.text;
	return r;
}

struct texts {
	const char **list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct people_keys_of_address_row *row)
{
	struct texts *t = context;

	if (t->count == KEYS_RECIPIENTS_MAX)
		return 0;
	t->list = memory_grow(t->list, &t->room, t->count + 1, sizeof *t->list);
	t->list[t->count++] = arena_text(t->arena, row->text);
	return 0;
}

int key_texts_of(struct db *db, const char *address, enum keys_kind kind, struct arena *arena, const char *const **ret,
		 struct error *err)
{
	struct texts t = { .arena = arena };
	int r = people_keys_of_address(db, address, kinds[kind], take, &t, err);
	const char **list = ARENA_ARRAY(arena, t.count + 1, const char *);

	if (t.count)
		memcpy(list, t.list, t.count * sizeof *list);
	*ret = list;
	free(t.list);
	return r;
}
