/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The audit log: rows, the chain, its check. */
#include "ground/access/audit.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "ground/access/audit.sql.gen.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#define AT_ONCE 5000
/* Timelines' rows behind the last one copied that may still have been on their way then. */
#define LATE_IDS 10000
#define LINE_MAX_BYTES 8192

static const char first_hash[SECRET_TEXT] = "0000000000000000000000000000000000000000000000000000000000000000";

int audit_add(struct db *db, const struct doing *doing, const char *what, const char *about, struct error *err)
{
	int r = audit_insert(db, doing->at, doing->actor, what, about, err);

	return r < 0 ? r : 0;
}

/* --- the hash of a row --- */

struct link {
	int64_t id, at, record, event; /* 0: none */
	const char *actor, *what, *about;
};

static void add_text(struct buf *b, const char *text)
{
	buf_addf(b, "%zu:%s\n", strlen(text), text);
}

static void add_number(struct buf *b, int64_t number)
{
	if (number)
		buf_addf(b, "%" PRId64, number);
	buf_add_char(b, '\n');
}

static void hash_link(const char *before, int64_t position, const struct link *l, char into[SECRET_TEXT])
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	buf_addf(&b, "%s\n%" PRId64 "\n%" PRId64 "\n", before, position, l->at);
	add_text(&b, l->actor);
	add_text(&b, l->what);
	add_text(&b, l->about);
	add_number(&b, l->record);
	add_number(&b, l->event);
	assert(!b.is_full);
	secret_hash(b.p, into);
}

/* --- sealing --- */

static int copy(struct db *db, void *context, struct error *err)
{
	struct audit_copied_row row = { 0 };
	int r = audit_copied(db, NULL, &row, err);

	(void)context;
	return r < 0 ? r : audit_copy(db, MAX(row.last - LATE_IDS, INT64_C(0)), AT_ONCE, err);
}

struct links {
	struct link *list;
	size_t count, room;
	struct arena *arena;
};

static int take_link(void *context, const struct audit_unsealed_row *row)
{
	struct links *l = context;

	l->list = memory_grow(l->list, &l->room, l->count + 1, sizeof *l->list);
	l->list[l->count++] = (struct link){
		.id = row->id,
		.at = row->at,
		.record = row->has_record_id ? row->record_id : 0,
		.event = row->has_event_id ? row->event_id : 0,
		.actor = arena_text(l->arena, row->actor),
		.what = arena_text(l->arena, row->what),
		.about = arena_text(l->arena, row->about),
	};
	return 0;
}

int audit_end(struct db *db, struct audit_seal *ret, struct error *err)
{
	struct arena *arena = arena_new();
	struct audit_last_row row = { 0 };
	int r = audit_last(db, arena, &row, err);

	*ret = (struct audit_seal){ .position = r == 1 ? row.position : 0 };
	text_copy(ret->hash, sizeof ret->hash, BYTES_TEXT(r == 1 ? row.hash : first_hash));
	arena_free(arena);
	return r < 0 ? r : 0;
}

static int chain(struct db *db, const struct links *l, int64_t at, struct error *err)
{
	struct audit_seal end;
	int r = audit_end(db, &end, err);

	for (size_t i = 0; i < l->count && r >= 0; i++) {
		char hash[SECRET_TEXT];
		hash_link(end.hash, ++end.position, &l->list[i], hash);
		memcpy(end.hash, hash, sizeof hash);
		r = audit_chain(db, l->list[i].id, end.position, end.hash, err);
	}
	if (r >= 0 && l->count)
		r = audit_seal_insert(db, end.position, end.hash, at, err);
	return r < 0 ? r : (int)l->count;
}

static int seal(struct db *db, void *context, struct error *err)
{
	struct links l = { .arena = arena_new() };
	int r = audit_unsealed(db, AT_ONCE, take_link, &l, err);

	if (r == 0)
		r = chain(db, &l, *(const int64_t *)context, err);
	arena_free(l.arena);
	free(l.list);
	return r;
}

int audit_seal(struct db *db, int64_t at, struct error *err)
{
	int total = 0, r;

	do
		r = db_transaction(db, copy, NULL, err);
	while (r > 0);
	while (r >= 0) {
		r = db_transaction(db, seal, &at, err);
		if (r <= 0)
			break;
		total += r;
	}
	return r < 0 ? r : total;
}

bool audit_seal_parse(const char *text, struct audit_seal *ret)
{
	struct bytes rest = BYTES_TEXT(text), number;
	uint64_t position;

	if (!take_until(&rest, ':', &number) || !bytes_number(number, INT64_MAX, &position) || rest.n != SECRET_TEXT - 1)
		return false;
	ret->position = (int64_t)position;
	return text_copy(ret->hash, sizeof ret->hash, rest) && strspn(ret->hash, "0123456789abcdef") == rest.n;
}

/* --- verifying --- */

struct verifying {
	struct audit_verdict *verdict;
	struct audit_seal *seals;
	size_t seal_count, seal_room, seal_at;
	const struct audit_seal *kept;
	bool is_kept_seen;
	char before[SECRET_TEXT];
};

static int take_seal(void *context, const struct audit_seals_row *row)
{
	struct verifying *v = context;
	struct audit_seal *s;

	v->seals = memory_grow(v->seals, &v->seal_room, v->seal_count + 1, sizeof *v->seals);
	s = &v->seals[v->seal_count++];
	s->position = row->position;
	text_copy(s->hash, sizeof s->hash, BYTES_TEXT(row->hash));
	return 0;
}

static int bad(struct verifying *v, int64_t position, const char *why)
{
	v->verdict->bad_position = position;
	text_copy(v->verdict->why, sizeof v->verdict->why, BYTES_TEXT(why));
	return 1;
}

/* A timeline's row is its copy's twin, but for the words, which may be erased. */
static bool differs(const struct audit_rows_row *row)
{
	if (!row->has_event_id)
		return false;
	return !row->has_event_at || row->event_at != row->at || strcmp(row->event_actor, row->actor) != 0 ||
	       strcmp(row->event_what, row->what) != 0 || !row->has_record_id || row->event_record_id != row->record_id;
}

static int check_row(void *context, const struct audit_rows_row *row)
{
	struct verifying *v = context;
	int64_t next = v->verdict->rows + 1;
	struct link l = { row->id, row->at, row->has_record_id ? row->record_id : 0, row->has_event_id ? row->event_id : 0,
			  row->actor, row->what, row->about };
	char hash[SECRET_TEXT];

	if (row->position != next)
		return bad(v, next, row->position > next ? "it is missing" : "there are two of it");
	hash_link(v->before, next, &l, hash);
	if (strcmp(hash, row->hash) != 0)
		return bad(v, next, "it is not what was sealed");
	if (differs(row))
		return bad(v, next, "the record's timeline says something else");
	if (v->seal_at < v->seal_count && v->seals[v->seal_at].position == next &&
	    strcmp(v->seals[v->seal_at++].hash, hash) != 0)
		return bad(v, next, "it is not what its seal says");
	if (v->kept && v->kept->position == next) {
		v->is_kept_seen = true;
		if (strcmp(v->kept->hash, hash) != 0)
			return bad(v, next, "it is not what the seal says that was kept");
	}
	memcpy(v->before, hash, sizeof hash);
	v->verdict->rows = next;
	return 0;
}

static void check_end(struct verifying *v)
{
	int64_t next = v->verdict->rows + 1;

	if (v->verdict->bad_position)
		return;
	if (v->seal_at < v->seal_count)
		bad(v, next, "it and what followed are missing: a seal stands behind them");
	else if (v->kept && !v->is_kept_seen)
		bad(v, next, "it and what followed are missing: the seal that was kept stands behind them");
	else if (v->seal_count ? v->seals[v->seal_count - 1].position != v->verdict->rows : v->verdict->rows > 0)
		bad(v, v->seal_count ? v->seals[v->seal_count - 1].position + 1 : 1, "it has no seal");
}

static int verify(struct db *db, void *context, struct error *err)
{
	struct verifying *v = context;
	struct audit_unsealed_count_row count = { 0 };
	int r;

	*v->verdict = (struct audit_verdict){ .rows = 0 };
	v->seal_count = v->seal_at = 0;
	memcpy(v->before, first_hash, sizeof first_hash);
	r = audit_seals(db, take_seal, v, err);
	if (r == 0)
		r = audit_rows(db, check_row, v, err);
	if (r >= 0)
		r = audit_unsealed_count(db, NULL, &count, err);
	if (r < 0)
		return r;
	v->verdict->unsealed = count.count;
	v->verdict->unsealed_since = count.oldest;
	check_end(v);
	return 0;
}

int audit_verify(struct db *db, const struct audit_seal *kept, struct audit_verdict *ret, struct error *err)
{
	struct verifying v = { .verdict = ret, .kept = kept && kept->position ? kept : NULL };
	int r = db_snapshot(db, verify, &v, err);

	free(v.seals);
	return r;
}

/* --- listing --- */

struct listing {
	int (*each)(void *context, const struct audit_row *row);
	void *context;
};

static int show(void *context, const struct audit_select_row *row)
{
	const struct listing *l = context;

	return l->each(l->context, &(struct audit_row){ row->id, row->at, row->has_position ? row->position : 0, row->actor, row->what,
							row->about, row->ref ? row->ref : "" });
}

int audit_list(struct db *db, const struct audit_question *q, int (*each)(void *context, const struct audit_row *row),
	       void *context, struct error *err)
{
	struct listing l = { each, context };

	return audit_select(db, q->since, q->until, q->actor, q->ref, q->most, show, &l, err);
}
