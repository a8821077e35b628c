/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Indicators. */
#include "ground/indicator/indicator.h"

#include "base/memory.h"
#include "format/text/extract.h"
#include "ground/indicator/indicator.sql.gen.h"

#include <errno.h>

const char *const indicator_roles[] = { "lure", "site", "exploit", "download", "command", "drop", "source", "target", "other", NULL };

static bool is_role(const char *word)
{
	for (const char *const *role = indicator_roles; *role; role++)
		if (strcmp(*role, word) == 0)
			return true;
	return false;
}

/* --- what a text names --- */

static bool is_thing(enum extract_kind kind)
{
	return kind != EXTRACT_PORT && kind != EXTRACT_INSTANT;
}

static struct indicator_thing thing_of(const struct extract_item *item)
{
	bool is_host = item->kind == EXTRACT_HOST || item->kind == EXTRACT_ADDRESS;

	return (struct indicator_thing){ extract_kind_names[item->kind], item->text, is_host ? item->text : item->host ? item->host : "" };
}

static int by_thing(const void *a, const void *b)
{
	const struct extract_item *const *x = a, *const *y = b;
	int r = (int)(*x)->kind - (int)(*y)->kind;

	r = r ? r : strcmp((*x)->text, (*y)->text);
	return r ? r : ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

static int by_place(const void *a, const void *b)
{
	const struct extract_item *const *x = a, *const *y = b;

	return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

static bool is_same(const struct extract_item *a, const struct extract_item *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}

void indicator_find(const char *text, struct arena *arena, struct indicator_thing **ret, size_t *ret_count)
{
	const struct extract_item **list;
	struct extract_items items;
	size_t count = 0, kept = 0;

	extract(BYTES_TEXT(text), arena, &items);
	list = ARENA_ARRAY(arena, items.count + 1, const struct extract_item *);
	for (size_t i = 0; i < items.count; i++)
		if (is_thing(items.item[i].kind))
			list[count++] = &items.item[i];
	/* Each thing once, where it stands first. */
	qsort(list, count, sizeof *list, by_thing);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !is_same(list[kept - 1], list[i]))
			list[kept++] = list[i];
	qsort(list, kept, sizeof *list, by_place);
	*ret_count = kept < INDICATOR_FOUND_MAX ? kept : INDICATOR_FOUND_MAX;
	*ret = ARENA_ARRAY(arena, *ret_count + 1, struct indicator_thing);
	for (size_t i = 0; i < *ret_count; i++)
		(*ret)[i] = thing_of(list[i]);
}

int indicator_keep(struct db *db, int64_t message_id, int64_t about_id, const struct indicator_thing *list, size_t count,
		   struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < count && r >= 0; i++)
		r = indicator_found_insert(db, message_id, about_id, list[i].kind, list[i].text, list[i].host, err);
	return r < 0 ? r : 0;
}

struct found {
	struct indicator_thing *list;
	size_t count, room;
	struct arena *arena;
};

static int take_found(void *context, const struct indicator_found_select_row *row)
{
	struct found *f = context;

	f->list = memory_grow(f->list, &f->room, f->count + 1, sizeof *f->list);
	f->list[f->count++] = (struct indicator_thing){ arena_text(f->arena, row->kind), arena_text(f->arena, row->text),
							arena_text(f->arena, row->host) };
	return 0;
}

int indicator_found(struct db *db, int64_t about_id, int64_t most, struct arena *arena, struct indicator_thing **ret,
		    size_t *ret_count, struct error *err)
{
	struct found f = { .arena = arena };
	int r = indicator_found_select(db, about_id, most, take_found, &f, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, f.list, f.count * sizeof *f.list);
		*ret_count = f.count;
	}
	free(f.list);
	return r;
}

int indicator_read(const char *text, struct arena *arena, struct indicator_thing *ret, struct error *err)
{
	struct indicator_thing *list;
	size_t count;

	indicator_find(text, arena, &list, &count);
	if (count == 1) {
		*ret = list[0];
		return 0;
	}
	error_hint(err, "a URL, a name, an address, a prefix, a mail address, or an MD5, SHA-1 or SHA-256; hxxp and [.] are understood");
	return error_set(err, -EINVAL, count ? "'%.100s' is more than one indicator" : "'%.100s' is no indicator", text);
}

/* --- what people say --- */

struct adding {
	const struct indicator_new *n;
	char uuid[RECORD_UUID_TEXT], *ref;
	int64_t id;
	struct arena *arena;
};

static int add(struct db *db, void *context, struct error *err)
{
	struct adding *a = context;
	const struct indicator_new *n = a->n;
	struct record_new record = { .kind = "indicator", .series = "X", .at = n->doing.at, .actor = n->doing.actor };
	struct indicator_marking_of_row like = { 0 };
	int r = indicator_marking_of(db, n->about_id, a->arena, &like, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such case");
	if (r < 0)
		return r;
	record.marking = like.marking;
	record.compartment = like.compartment;
	memcpy(record.uuid, a->uuid, sizeof record.uuid);
	r = record_add(db, &record, &a->id, a->ref, err);
	if (r == 0)
		r = indicator_insert(db, a->id, n->about_id, n->thing.kind, n->thing.text, n->thing.host, n->role, n->source, n->note,
				     n->doing.at, err);
	if (r == -EEXIST)
		return error_set(err, r, "'%.200s' is there as %s already", n->thing.text, n->role);
	return r < 0 ? r : record_happened(db, n->about_id, n->doing.at, n->doing.actor, "indicator", a->ref, err);
}

int indicator_add(struct db *db, const struct indicator_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct adding a = { .n = n, .ref = ret_ref, .arena = arena_new() };
	int r;

	record_uuid(a.uuid);
	if (is_role(n->role))
		r = db_transaction(db, add, &a, err);
	else
		r = error_set(err, -EINVAL, "'%.40s' is not a role", n->role);
	*ret_id = a.id;
	arena_free(a.arena);
	return r;
}

struct removing {
	int64_t id, about_id;
	const char *text;
	const struct doing *doing;
};

static int take_away(struct db *db, void *context, struct error *err)
{
	const struct removing *x = context;
	int r = indicator_end(db, x->id, x->doing->at, err);

	if (r == 0)
		return error_set(err, -EALREADY, "it was taken away already");
	if (r > 0)
		r = record_happened(db, x->id, x->doing->at, x->doing->actor, "removed", NULL, err);
	return r < 0 ? r : record_happened(db, x->about_id, x->doing->at, x->doing->actor, "indicator removed", x->text, err);
}

int indicator_remove(struct db *db, int64_t id, int64_t about_id, const char *text, const struct doing *doing, struct error *err)
{
	return db_transaction(db, take_away, &(struct removing){ id, about_id, text, doing }, err);
}

/* --- reading --- */

struct reading {
	struct indicator *list;
	size_t count, room;
	struct arena *arena;
};

static struct indicator *next(struct reading *g)
{
	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	return &g->list[g->count++];
}

static int take(void *context, const struct indicator_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	*next(g) = (struct indicator){
		.id = row->id,
		.about_id = row->about_id,
		.made_at = row->made_at,
		.thing = { arena_text(a, row->kind), arena_text(a, row->text), arena_text(a, row->host) },
		.ref = arena_text(a, row->ref),
		.about = arena_text(a, row->about),
		.role = arena_text(a, row->role),
		.source = arena_text(a, row->source),
		.note = arena_text(a, row->note),
	};
	return 0;
}

static int take_place(void *context, const struct indicator_where_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	*next(g) = (struct indicator){
		.about_id = row->about_id,
		.thing = { arena_text(a, row->kind), arena_text(a, row->text), "" },
		.ref = "",
		.about = arena_text(a, row->about),
		.role = arena_text(a, row->role),
		.source = "",
		.note = "",
	};
	return 0;
}

static int give(int r, struct reading *g, struct indicator **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = (void *)arena_bytes(g->arena, g->list, g->count * sizeof *g->list);
		*ret_count = g->count;
	}
	free(g->list);
	return r;
}

int indicator_list(struct db *db, int64_t viewer, int64_t about_id, int64_t most, struct arena *arena, struct indicator **ret,
		   size_t *ret_count, struct error *err)
{
	struct reading g = { .arena = arena };

	return give(indicator_select(db, viewer, about_id, about_id ? about_id : INT64_MAX, most, take, &g, err), &g, ret, ret_count);
}

int indicator_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct indicator *ret, struct error *err)
{
	struct indicator_by_ref_select_row row = { 0 };
	int r = indicator_by_ref_select(db, viewer, ref, arena, &row, err);

	if (r > 0)
		*ret = (struct indicator){ .id = row.id, .about_id = row.about_id, .thing = { "", row.text, "" }, .ref = arena_text(arena, ref),
					   .about = "", .role = "", .source = "", .note = "" };
	return r;
}

int indicator_search(struct db *db, int64_t viewer, const char *text, int64_t most, struct arena *arena, struct indicator **ret,
		     size_t *ret_count, struct error *err)
{
	struct reading g = { .arena = arena };

	return give(indicator_where(db, viewer, text, most, take_place, &g, err), &g, ret, ret_count);
}
