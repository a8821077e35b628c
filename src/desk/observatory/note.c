/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What public pages say about a period. */
#include "desk/observatory/note.h"

#include "base/memory.h"
#include "desk/observatory/note.sql.gen.h"

#include <errno.h>

struct reading {
	struct note *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct note_select_row *row)
{
	struct reading *g = context;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct note){
		.id = row->id,
		.ref = arena_text(g->arena, row->ref),
		.period = arena_text(g->arena, row->period),
		.text_ja = arena_text(g->arena, row->text_ja),
		.text_en = arena_text(g->arena, row->text_en),
		.changed_at = row->changed_at,
		.version = row->version,
	};
	return 0;
}

int note_list(struct db *db, int64_t viewer, const char *period, struct arena *arena, struct note **ret, size_t *ret_count,
	      struct error *err)
{
	struct reading g = { .arena = arena };
	int r = note_select(db, viewer, period, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

struct saving {
	const struct note_change *change;
	struct arena *arena;
};

static int make(struct db *db, const struct note_change *c, struct error *err)
{
	struct record_new n = { .kind = "note", .series = "N", .marking = "CLEAR", .at = c->doing.at, .actor = c->doing.actor };
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	memcpy(n.uuid, c->uuid, sizeof n.uuid);
	r = record_add(db, &n, &id, ref, err);
	if (r == 0)
		r = note_insert(db, id, c->period, c->text_ja ? c->text_ja : "", c->text_en ? c->text_en : "", c->doing.at, err);
	return r < 0 ? r : 0;
}

static int save(struct db *db, void *context, struct error *err)
{
	struct saving *s = context;
	const struct note_change *c = s->change;
	struct note *list;
	size_t count;
	int r = note_list(db, ACCESS_LOCAL, c->period, s->arena, &list, &count, err);

	if (r < 0 || count == 0)
		return r < 0 ? r : make(db, c, err);
	if (c->version || list->text_ja[0] || list->text_en[0])
		r = rules_check_version(c->period, c->version, list->version, err);
	if (r < 0)
		return r;
	r = note_update(db, list->id, c->text_ja ? c->text_ja : list->text_ja, c->text_en ? c->text_en : list->text_en,
			c->doing.at, err);
	return r < 0 ? r : record_happened(db, list->id, c->doing.at, c->doing.actor, "noted", NULL, err);
}

int note_save(struct db *db, const struct note_change *change, struct error *err)
{
	struct saving s = { .change = change };
	int64_t first, end;
	int r;

	if (!rules_period(change->period, &first, &end)) {
		error_hint(err, "periods are written 2013, 2013Q2, 2013-05 or 2013-05-18");
		return error_set(err, -EINVAL, "'%s' is not a period", change->period);
	}
	s.arena = arena_new();
	r = db_transaction(db, save, &s, err);
	arena_free(s.arena);
	return r;
}
