/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Letters in the case database. */
#include "ground/letter/letter.h"

#include "base/memory.h"
#include "ground/letter/letter.sql.gen.h"

#include <errno.h>
#include <sys/random.h>

/* --- writing --- */

int letter_draft(struct db *db, const struct letter_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
		 char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct record_new record = { .kind = "letter", .series = "L", .marking = "AMBER", .at = n->doing.at,
				     .actor = n->doing.actor };
	int64_t id;
	int r;

	memcpy(record.uuid, uuid, sizeof record.uuid);
	r = record_add(db, &record, &id, ret_ref, err);
	if (r == 0)
		r = letter_insert(db, id, n->about_id, n->kind, n->contact_id ? &n->contact_id : NULL, n->to_name, n->to_address,
				  n->language, n->subject, n->text, n->in_reply_to, n->protection, n->doing.at, err);
	for (size_t i = 0; i < n->attachment_count && r >= 0; i++)
		r = letter_attachment_insert(db, id, (int64_t)i, n->attachments[i].name, n->attachments[i].type,
					     n->attachments[i].blob, err);
	if (r >= 0)
		r = record_happened(db, n->about_id, n->doing.at, n->doing.actor, "letter", ret_ref, err);
	if (r == 0)
		*ret_id = id;
	return r;
}

/* 1 is a row that changed; none means that it was in another state. */
static int changed(struct db *db, int r, int64_t id, const struct doing *doing, const char *what, const char *detail,
		   struct error *err)
{
	if (r == 0)
		return error_set(err, -EALREADY, "the letter is not where that can be done with it");
	return r < 0 ? r : record_happened(db, id, doing->at, doing->actor, what, detail, err);
}

int letter_queue(struct db *db, int64_t id, const struct letter_queueing *q, struct error *err)
{
	char message_id[LETTER_MESSAGE_ID_MAX];

	snprintf(message_id, sizeof message_id, "%s.%lld@%s", q->nonce, (long long)id, q->domain);
	return changed(db, letter_approve(db, id, message_id, q->send_after, q->doing.actor, q->doing.at, err), id, &q->doing,
		       "queued", NULL, err);
}

struct sending {
	int64_t id;
	struct letter_queueing queueing;
};

static int queue(struct db *db, void *context, struct error *err)
{
	const struct sending *s = context;

	return letter_queue(db, s->id, &s->queueing, err);
}

int letter_send(struct db *db, int64_t id, const char *address, int64_t send_after, const struct doing *doing, struct error *err)
{
	const char *at = strrchr(address, '@');
	uint64_t random;
	char nonce[17];

	if (!at) {
		error_hint(err, "the setting mail.address says where letters come from");
		return error_set(err, -EINVAL, "no mail is sent here");
	}
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return error_set(err, -EIO, "there is no chance to be had");
	snprintf(nonce, sizeof nonce, "%016llx", (unsigned long long)random);
	return db_transaction(db, queue, &(struct sending){ id, { at + 1, nonce, send_after, *doing } }, err);
}

struct stepping {
	int64_t id, again_at;
	const char *state, *text;
	const struct doing *doing;
};

static int withdraw(struct db *db, void *context, struct error *err)
{
	struct stepping *s = context;

	return changed(db, letter_take_back(db, s->id, s->doing->at, err), s->id, s->doing, "withdrawn", NULL, err);
}

int letter_withdraw(struct db *db, int64_t id, const struct doing *doing, struct error *err)
{
	return db_transaction(db, withdraw, &(struct stepping){ .id = id, .doing = doing }, err);
}

static int resend(struct db *db, void *context, struct error *err)
{
	struct stepping *s = context;

	return changed(db, letter_again(db, s->id, s->again_at, s->doing->at, err), s->id, s->doing, "resent", NULL, err);
}

int letter_resend(struct db *db, int64_t id, int64_t send_after, const struct doing *doing, struct error *err)
{
	return db_transaction(db, resend, &(struct stepping){ .id = id, .again_at = send_after, .doing = doing }, err);
}

static int settle(struct db *db, void *context, struct error *err)
{
	struct stepping *s = context;

	return changed(db, letter_counts_as_sent(db, s->id, s->doing->at, err), s->id, s->doing, "sent",
		       "a person found that it arrived", err);
}

int letter_settle(struct db *db, int64_t id, const struct doing *doing, struct error *err)
{
	return db_transaction(db, settle, &(struct stepping){ .id = id, .doing = doing }, err);
}

/* --- reading --- */

struct reading {
	struct letter *list;
	size_t count, room;
	struct arena *arena;
};

static const char *or_none(struct arena *arena, const char *text)
{
	return arena_text(arena, text ? text : "");
}

static int take(void *context, const struct letter_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct letter){
		.id = row->id,
		.about_id = row->about_id,
		.contact_id = row->has_contact_id ? row->contact_id : 0,
		.ref = arena_text(a, row->ref),
		.about = arena_text(a, row->about),
		.kind = arena_text(a, row->kind),
		.to_name = arena_text(a, row->to_name),
		.to_address = arena_text(a, row->to_address),
		.language = arena_text(a, row->language),
		.subject = arena_text(a, row->subject),
		.text = arena_text(a, row->text),
		.state = arena_text(a, row->state),
		.message_id = or_none(a, row->message_id),
		.in_reply_to = arena_text(a, row->in_reply_to),
		.protection = arena_text(a, row->protection),
		.failure = arena_text(a, row->failure),
		.returned = arena_text(a, row->returned),
		.approved_by = arena_text(a, row->approved_by),
		.blob = or_none(a, row->blob),
		.send_after = row->has_send_after ? row->send_after : 0,
		.sent_at = row->has_sent_at ? row->sent_at : 0,
		.attempts = row->attempts,
	};
	return 0;
}

static int give(int r, struct reading *g, struct letter **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = (void *)arena_bytes(g->arena, g->list, g->count * sizeof *g->list);
		*ret_count = g->count;
	}
	free(g->list);
	return r;
}

int letter_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct letter *ret, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = letter_select(db, viewer, id, id, "", 1, 1, take, &g, err);

	if (r == 0 && g.count) {
		*ret = g.list[0];
		r = 1;
	}
	free(g.list);
	return r;
}

int letter_by_message_id(struct db *db, const char *message_id, struct arena *arena, struct letter *ret, struct error *err)
{
	struct letter_id_by_message_id_row row = { 0 };
	int r = letter_id_by_message_id(db, message_id, NULL, &row, err);

	return r > 0 ? letter_load(db, ACCESS_LOCAL, row.id, arena, ret, err) : r;
}

int letter_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct letter *ret, struct error *err)
{
	struct letter_id_by_ref_row row = { 0 };
	int r = letter_id_by_ref(db, viewer, ref, NULL, &row, err);

	return r > 0 ? letter_load(db, viewer, row.id, arena, ret, err) : r;
}

int letter_list(struct db *db, int64_t viewer, int64_t about_id, const char *state, int64_t through, int64_t most, struct arena *arena, struct letter **ret,
		size_t *ret_count, struct error *err)
{
	struct reading g = { .arena = arena };
	struct db_ids ids = { 0 };
	int r;

	if (about_id == 0)
		r = letter_select(db, viewer, 0, through ? through : INT64_MAX, state, !state[0], most, take, &g, err);
	else
		r = letter_ids_about(db, about_id, state, !state[0], &ids, err);
	for (size_t i = 0; i < ids.count && (int64_t)g.count < most && r == 0; i++)
		r = letter_select(db, viewer, ids.list[i], ids.list[i], "", 1, 1, take, &g, err);
	free(ids.list);
	return give(r, &g, ret, ret_count);
}

struct files {
	struct letter_attachment *list;
	size_t count, room;
	struct arena *arena;
};

static int take_file(void *context, const struct letter_attachments_of_row *row)
{
	struct files *f = context;

	f->list = memory_grow(f->list, &f->room, f->count + 1, sizeof *f->list);
	f->list[f->count++] = (struct letter_attachment){ arena_text(f->arena, row->name), arena_text(f->arena, row->type),
							  arena_text(f->arena, row->blob) };
	return 0;
}

int letter_attachments(struct db *db, int64_t id, struct arena *arena, struct letter_attachment **ret, size_t *ret_count,
		       struct error *err)
{
	struct files f = { .arena = arena };
	int r = letter_attachments_of(db, id, take_file, &f, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, f.list, f.count * sizeof *f.list);
		*ret_count = f.count;
	}
	free(f.list);
	return r;
}

/* --- the job --- */

static int end(struct db *db, int64_t id, const struct stepping *s, struct error *err)
{
	bool is_sent = strcmp(s->state, "sent") == 0, waits = strcmp(s->state, "queued") == 0;
	int r = letter_end(db, id, s->state, s->text, waits ? &s->again_at : NULL, is_sent ? &s->doing->at : NULL, s->doing->at,
			   err);

	return changed(db, r, id, s->doing, waits ? "put off" : s->state, s->text, err);
}

static int mark_stranded(struct db *db, void *context, struct error *err)
{
	struct stepping s = { .state = "uncertain", .text = "a process ended while it was on its way", .doing = context };
	struct db_ids found = { 0 };
	int r = letter_stranded(db, &found, err);

	for (size_t i = 0; i < found.count && r == 0; i++)
		r = end(db, found.list[i], &s, err);
	free(found.list);
	return r < 0 ? r : (int)found.count;
}

int letter_find_uncertain(struct db *db, const struct doing *doing, struct error *err)
{
	return db_transaction(db, mark_stranded, (void *)(uintptr_t)doing, err);
}

int letter_is_due(struct db *db, int64_t now, struct error *err)
{
	struct letter_count_due_row row = { 0 };
	int r = letter_count_due(db, now, NULL, &row, err);

	return r < 0 ? r : row.count > 0;
}

int letter_due(struct db *db, int64_t now, struct arena *arena, struct letter *ret, struct error *err)
{
	struct letter_next_row row = { 0 };
	int r = letter_next(db, now, NULL, &row, err);

	return r > 0 ? letter_load(db, ACCESS_LOCAL, row.id, arena, ret, err) : r;
}

static int mark_sending(struct db *db, void *context, struct error *err)
{
	struct stepping *s = context;

	return changed(db, letter_start(db, s->id, s->text, s->doing->at, err), s->id, s->doing, "sending", NULL, err);
}

int letter_sending(struct db *db, int64_t id, const char *blob, const struct doing *doing, struct error *err)
{
	return db_transaction(db, mark_sending, &(struct stepping){ .id = id, .text = blob, .doing = doing }, err);
}

static int mark_ended(struct db *db, void *context, struct error *err)
{
	struct stepping *s = context;

	return end(db, s->id, s, err);
}

int letter_ended(struct db *db, int64_t id, const char *state, const char *failure, int64_t again_at, const struct doing *doing,
		 struct error *err)
{
	struct stepping s = { .id = id, .again_at = again_at, .state = state, .text = failure, .doing = doing };

	return db_transaction(db, mark_ended, &s, err);
}

int letter_returned(struct db *db, int64_t id, const char *returned, const char *detail, const struct doing *doing,
		    struct error *err)
{
	return changed(db, letter_came_back(db, id, returned, doing->at, err), id, doing, returned, detail, err);
}
