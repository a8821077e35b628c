/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What arrives. */
#include "ground/intake/intake.h"

#include "base/memory.h"
#include "ground/intake/intake.sql.gen.h"

#include <errno.h>

struct keeping {
	const char *channel, *blob;
	int64_t at, bytes;
	char delivery[BLOB_NAME_MAX + 16];
	int64_t id;
};

static int keep(struct db *db, void *context, struct error *err)
{
	struct keeping *k = context;
	struct intake_by_delivery_row row = { 0 };
	int made = intake_insert(db, k->channel, k->at, k->blob, k->bytes, k->delivery, err);
	int r = made < 0 ? made : intake_by_delivery(db, k->delivery, NULL, &row, err);

	if (r == 0)
		return error_set(err, -EIO, "a message was not kept");
	k->id = row.id;
	return r < 0 ? r : made == 0;
}

/* A mail's trace headers differ with each delivery, so the same bytes are the same delivery. */
static int keep_blob(struct db *db, struct keeping *k, int64_t *ret_id, struct error *err)
{
	int r;

	if (k->bytes == 0)
		return error_set(err, -EINVAL, "there is nothing in it");
	snprintf(k->delivery, sizeof k->delivery, "%s:%s", k->channel, k->blob);
	r = db_transaction(db, keep, k, err);
	if (r >= 0)
		*ret_id = k->id;
	return r;
}

int intake_keep(struct db *db, struct blobs *blobs, const struct intake_new *n, int64_t *ret_id, struct error *err)
{
	char blob[BLOB_NAME_MAX];
	struct keeping k = { .channel = n->channel, .blob = blob, .at = n->at, .bytes = (int64_t)n->bytes.n };
	int r;

	if (n->bytes.n > INTAKE_MESSAGE_MAX)
		return error_set(err, -E2BIG, "it is larger than %u MiB", INTAKE_MESSAGE_MAX >> 20);
	r = blob_put(blobs, n->bytes, blob, err);
	return r < 0 ? r : keep_blob(db, &k, ret_id, err);
}

int intake_keep_file(struct db *db, struct blobs *blobs, const char *channel, int fd, int64_t at, int64_t *ret_id, struct error *err)
{
	char blob[BLOB_NAME_MAX];
	struct keeping k = { .channel = channel, .blob = blob, .at = at };
	uint64_t bytes = 0;
	int r = blob_put_file(blobs, fd, INT64_MAX, blob, &bytes, err);

	k.bytes = (int64_t)bytes;
	return r < 0 ? r : keep_blob(db, &k, ret_id, err);
}

struct reading {
	struct arena *arena;
	struct intake_message *list;
	struct intake_line *lines;
	size_t count, room;
};

static int take(void *context, const struct intake_new_row *row)
{
	struct reading *g = context;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct intake_message){
		.id = row->id,
		.received_at = row->received_at,
		.bytes = row->bytes,
		.attempts = row->attempts,
		.channel = arena_text(g->arena, row->channel),
		.blob = arena_text(g->arena, row->blob),
	};
	return 0;
}

int intake_waiting(struct db *db, int64_t most, struct arena *arena, struct intake_message **ret, size_t *ret_count,
		   struct error *err)
{
	struct reading g = { .arena = arena };
	int r = intake_new(db, most, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

int intake_is_waiting(struct db *db, struct error *err)
{
	struct intake_count_new_row row = { 0 };
	int r = intake_count_new(db, NULL, &row, err);

	return r < 0 ? r : row.count > 0;
}

static int attempt(struct db *db, void *context, struct error *err)
{
	struct intake_count_attempt_row row = { 0 };
	int r = intake_count_attempt(db, *(int64_t *)context, NULL, &row, err);

	return r < 0 ? r : (int)row.attempts;
}

int intake_attempt(struct db *db, int64_t id, struct error *err)
{
	return db_transaction(db, attempt, &id, err);
}

int intake_file(struct db *db, int64_t id, const struct intake_filing *f, struct error *err)
{
	int r = intake_settle(db, id, f->state, f->kind, f->reason, f->message_id, f->from_name, f->from_address, f->subject,
			      f->protection, f->signature, f->about_id ? &f->about_id : NULL, err);

	if (r >= 0)
		r = intake_text_put(db, id, f->text, err);
	for (size_t i = 0; i < f->attachment_count && r >= 0; i++)
		r = intake_attachment_put(db, id, (int64_t)i, f->attachments[i].name, f->attachments[i].type,
					  f->attachments[i].blob, f->attachments[i].bytes, err);
	return r < 0 ? r : 0;
}

static int take_line(void *context, const struct intake_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	g->lines = memory_grow(g->lines, &g->room, g->count + 1, sizeof *g->lines);
	g->lines[g->count++] = (struct intake_line){
		.id = row->id,
		.received_at = row->received_at,
		.channel = arena_text(a, row->channel),
		.state = arena_text(a, row->state),
		.kind = arena_text(a, row->kind),
		.reason = arena_text(a, row->reason),
		.from_name = arena_text(a, row->from_name),
		.from_address = arena_text(a, row->from_address),
		.subject = arena_text(a, row->subject),
		.protection = arena_text(a, row->protection),
		.signature = arena_text(a, row->signature),
		.text = arena_text(a, row->text ? row->text : ""),
		.blob = arena_text(a, row->blob),
		.about = arena_text(a, row->about ? row->about : ""),
	};
	return 0;
}

static int give_lines(int r, struct reading *g, struct intake_line **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = (void *)arena_bytes(g->arena, g->lines, g->count * sizeof *g->lines);
		*ret_count = g->count;
	}
	free(g->lines);
	return r;
}

int intake_about(struct db *db, int64_t record_id, struct arena *arena, struct intake_line **ret, size_t *ret_count,
		 struct error *err)
{
	struct reading g = { .arena = arena };
	struct db_ids ids = { 0 };
	int r = intake_ids_about(db, record_id, &ids, err);

	for (size_t i = 0; i < ids.count && r == 0; i++)
		r = intake_select(db, ids.list[i], ids.list[i], "", 1, 1, take_line, &g, err);
	free(ids.list);
	return give_lines(r, &g, ret, ret_count);
}

int intake_list(struct db *db, const char *state, int64_t most, struct arena *arena, struct intake_line **ret, size_t *ret_count,
		struct error *err)
{
	struct reading g = { .arena = arena };
	int r = intake_select(db, 0, INT64_MAX, state, state[0] == '\0', most, take_line, &g, err);

	return give_lines(r, &g, ret, ret_count);
}
