/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Filters that are kept by name. */
#include "desk/observatory/saved.h"

#include "base/memory.h"
#include "base/text.h"
#include "desk/observatory/saved.sql.gen.h"
#include "observe/query/filter.h"

#include <errno.h>

struct reading {
	struct saved *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct saved_select_row *row)
{
	struct reading *g = context;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct saved){
		.id = row->id,
		.name = arena_text(g->arena, row->name),
		.text = arena_text(g->arena, row->text),
		.saved_at = row->saved_at,
		.version = row->version,
	};
	return 0;
}

int saved_list(struct db *db, int64_t viewer, const char *name, struct arena *arena, struct saved **ret, size_t *ret_count,
	       struct error *err)
{
	struct reading g = { .arena = arena };
	int r = saved_select(db, viewer, name, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++) {
		bool is_letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'), is_digit = *p >= '0' && *p <= '9';
		if (!is_letter && !is_digit && *p != '-' && *p != '_' && (uint8_t)*p < 0x80)
			return false;
	}
	return n > 0 && n <= SAVED_NAME_MAX && text_is_utf8(BYTES_TEXT(name));
}

static int check(const struct saved_change *c, struct error *err)
{
	struct filter *filter = NULL;
	int r = 0;

	if (!is_name(c->name)) {
		error_hint(err, "names have letters, digits, '-' and '_', %d bytes at most", SAVED_NAME_MAX);
		return error_set(err, -EINVAL, "'%s' is not a name for a filter", c->name);
	}
	if (c->text)
		r = filter_parse(BYTES_TEXT(c->text), &filter, err);
	filter_free(filter);
	return r;
}

static int make(struct db *db, const struct saved_change *c, struct error *err)
{
	struct record_new n = { .kind = "filter", .series = "F", .marking = "GREEN", .at = c->doing.at, .actor = c->doing.actor };
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	memcpy(n.uuid, c->uuid, sizeof n.uuid);
	r = record_add(db, &n, &id, ref, err);
	if (r == 0)
		r = saved_insert(db, id, c->name, c->text, c->doing.at, err);
	return r < 0 ? r : 0;
}

static int change_old(struct db *db, const struct saved *old, const struct saved_change *c, struct error *err)
{
	char gone[32]; /* no name: it has a blank */
	int r;

	snprintf(gone, sizeof gone, "removed %lld", (long long)old->id);
	r = c->text ? saved_update(db, old->id, c->text, c->doing.at, err) : saved_remove(db, old->id, gone, err);
	return r < 0 ? r : record_happened(db, old->id, c->doing.at, c->doing.actor, c->text ? "changed" : "removed", c->text, err);
}

struct saving {
	const struct saved_change *change;
	struct arena *arena;
};

static int save(struct db *db, void *context, struct error *err)
{
	struct saving *s = context;
	struct saved *list;
	size_t count;
	int r = saved_list(db, ACCESS_LOCAL, s->change->name, s->arena, &list, &count, err);

	if (r < 0)
		return r;
	if (count)
		r = rules_check_version(list->name, s->change->version, list->version, err);
	if (r < 0)
		return r;
	if (count)
		return change_old(db, list, s->change, err);
	if (s->change->text)
		return make(db, s->change, err);
	return error_set(err, -ENOENT, "no filter has the name '%s'", s->change->name);
}

int saved_save(struct db *db, const struct saved_change *change, struct error *err)
{
	struct saving s = { .change = change };
	int r = check(change, err);

	if (r < 0)
		return r;
	s.arena = arena_new();
	r = db_transaction(db, save, &s, err);
	arena_free(s.arena);
	return r;
}
