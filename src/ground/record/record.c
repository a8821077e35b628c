/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Records. */
#include "ground/record/record.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "ground/record/record.sql.gen.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>

void record_uuid(char into[RECORD_UUID_TEXT])
{
	uint8_t b[16];
	size_t at = 0;

	if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
		abort();
	b[6] = (uint8_t)(0x40 | (b[6] & 0x0f)); /* §4.4 */
	b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
	for (size_t i = 0; i < sizeof b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			into[at++] = '-';
		at += (size_t)snprintf(into + at, RECORD_UUID_TEXT - at, "%02x", b[i]);
	}
}

int record_add(struct db *db, const struct record_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct record_number_next_row number = { 0 };
	struct record_insert_row made = { 0 };
	const char *compartment = n->compartment ? n->compartment : "";
	int r = record_number_next(db, n->series, NULL, &number, err);

	if (r < 0)
		return r;
	snprintf(ret_ref, RECORD_REF_MAX, "%s-%04lld", n->series, (long long)number.last);
	r = record_insert(db, n->kind, n->uuid, ret_ref, n->marking, compartment, n->at, NULL, &made, err);
	if (r < 0)
		return r;
	*ret_id = made.id;
	return record_happened(db, made.id, n->at, n->actor, "made", NULL, err);
}

int record_happened(struct db *db, int64_t id, int64_t at, const char *actor, const char *what, const char *detail,
		    struct error *err)
{
	int r = record_event_insert(db, id, at, actor, what, detail ? detail : "", err);

	return r < 0 ? r : 0;
}

int record_join(struct db *db, int64_t from, int64_t to, const char *reason, int64_t at, const char *actor,
		struct error *err)
{
	int r = record_link_insert(db, from, to, reason, at, actor, err);

	if (r == 1)
		r = record_happened(db, from, at, actor, "linked", reason, err);
	return r < 0 ? r : 0;
}

int record_part(struct db *db, int64_t from, int64_t to, int64_t at, const char *actor, struct error *err)
{
	int r = record_link_delete(db, from, to, err), told;

	if (r <= 0)
		return r;
	told = record_happened(db, from, at, actor, "unlinked", NULL, err);
	if (told == 0)
		told = record_happened(db, to, at, actor, "unlinked", NULL, err);
	return told < 0 ? told : r;
}

bool record_is_of_desk(const char *reason)
{
	return strcmp(reason, "contains") == 0 || strcmp(reason, "same as") == 0;
}

int record_find(struct db *db, int64_t viewer, const char *ref, int64_t *ret_id, struct error *err)
{
	struct record_id_by_ref_row row = { 0 };
	int r = record_id_by_ref(db, viewer, ref, NULL, &row, err);

	*ret_id = row.id;
	return r;
}

/* Rows on their way into the arena. */
struct moments {
	struct record_moment *list;
	size_t count, room;
	struct arena *arena;
};

static int take_moment(void *context, const struct record_timeline_row *row)
{
	struct moments *m = context;

	m->list = memory_grow(m->list, &m->room, m->count + 1, sizeof *m->list);
	m->list[m->count++] = (struct record_moment){
		.at = row->at,
		.actor = arena_text(m->arena, row->actor),
		.what = arena_text(m->arena, row->what),
		.detail = arena_text(m->arena, row->detail),
	};
	return 0;
}

int record_moments(struct db *db, int64_t id, struct arena *arena, struct record_moment **ret, size_t *ret_count,
		   struct error *err)
{
	struct moments m = { .arena = arena };
	int r = record_timeline(db, id, take_moment, &m, err);

	if (r == 0) {
		*ret = (struct record_moment *)(void *)arena_bytes(arena, m.list, m.count * sizeof *m.list);
		*ret_count = m.count;
	}
	free(m.list);
	return r;
}

struct ties {
	struct record_tie *list;
	size_t count, room;
	struct arena *arena;
};

static int take_tie(void *context, const struct record_links_row *row)
{
	struct ties *t = context;

	t->list = memory_grow(t->list, &t->room, t->count + 1, sizeof *t->list);
	t->list[t->count++] = (struct record_tie){
		.ref = arena_text(t->arena, row->ref),
		.kind = arena_text(t->arena, row->kind),
		.reason = arena_text(t->arena, row->reason),
		.is_from = row->is_from,
	};
	return 0;
}

int record_ties(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct record_tie **ret, size_t *ret_count,
		struct error *err)
{
	struct ties t = { .arena = arena };
	int r = record_links(db, viewer, id, take_tie, &t, err);

	if (r == 0) {
		*ret = (struct record_tie *)(void *)arena_bytes(arena, t.list, t.count * sizeof *t.list);
		*ret_count = t.count;
	}
	free(t.list);
	return r;
}
