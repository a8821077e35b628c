/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Requests. */
#include "desk/incident/request.h"

#include "base/arena.h"
#include "base/calendar.h"
#include "base/memory.h"
#include "desk/incident/notice.h"
#include "desk/incident/request.sql.gen.h"
#include "ground/letter/rules.h"
#include "ground/people/key.h"

#include <errno.h>

int request_protection(struct db *db, int64_t contact_id, bool can_sign, bool wants_plain, int64_t now, const char **ret,
		       struct error *err)
{
	struct arena *arena = arena_new();
	const char *key;
	int r = key_usable(db, contact_id, KEYS_OPENPGP, now, arena, &key, err);

	if (r >= 0)
		*ret = rules_protection_name(rules_protection(can_sign, r > 0, wants_plain));
	arena_free(arena);
	return r < 0 ? r : 0;
}

/* --- making --- */

struct making {
	const struct request_new *n;
	char (*uuids)[RECORD_UUID_TEXT]; /* the letter's, then one for each request */
	int64_t letter;
	char *ref;
};

static int draft(struct db *db, struct making *m, struct error *err)
{
	const struct request_new *n = m->n;
	const struct letter_new letter = {
		.about_id = n->incidents[0],
		.kind = "request",
		.contact_id = n->contact->id,
		.to_name = n->contact->name,
		.to_address = n->contact->address,
		.language = n->contact->language,
		.subject = n->subject,
		.text = n->text,
		.in_reply_to = "",
		.protection = n->protection,
		.attachments = n->attachments,
		.attachment_count = n->attachment_count,
		.doing = n->doing,
	};

	return letter_draft(db, &letter, m->uuids[0], &m->letter, m->ref, err);
}

static int add_one(struct db *db, struct making *m, size_t i, const char *series, struct error *err)
{
	const struct request_new *n = m->n;
	struct record_new record = { .kind = "request", .series = series, .marking = "AMBER", .at = n->doing.at,
				     .actor = n->doing.actor };
	const char *country = n->contact->country;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	memcpy(record.uuid, m->uuids[i + 1], sizeof record.uuid);
	r = record_add(db, &record, &id, ref, err);
	if (r == 0)
		r = request_insert(db, id, n->incidents[i], n->contact->id, m->letter, country,
				   strcmp(country, n->home) == 0, n->reason, n->doing.at, err);
	if (r == -EEXIST)
		return error_set(err, -EEXIST, "%s was asked about that incident already", n->contact->ref);
	if (r >= 0)
		r = record_happened(db, n->incidents[i], n->doing.at, n->doing.actor, "request", ref, err);
	return r < 0 ? r : 0;
}

/* What was decided to need no notice is not told of. */
static int may_tell(struct db *db, const struct request_new *n, struct error *err)
{
	struct arena *arena = arena_new();
	struct notice notice;
	int r = 0;

	for (size_t i = 0; i < n->incident_count && r == 0; i++) {
		r = notice_load(db, n->incidents[i], arena, &notice, err);
		if (r == 0 && notice.decision == NOTICE_NOT_NEEDED) {
			error_hint(err, "`hinomi incident judge` decides again, also against the rule, with a reason");
			r = error_set(err, -EPERM, "it was decided that nobody needs to be told");
		}
		arena_reset(arena);
	}
	arena_free(arena);
	return r;
}

static int make(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	char series[16];
	int r = may_tell(db, m->n, err);

	if (r == 0)
		r = draft(db, m, err);

	snprintf(series, sizeof series, "Q%04d", calendar_date(m->n->doing.at).year);
	for (size_t i = 0; i < m->n->incident_count && r == 0; i++)
		r = add_one(db, m, i, series, err);
	return r;
}

int request_make(struct db *db, const struct request_new *n, int64_t *ret_letter, char ret_ref[RECORD_REF_MAX],
		 struct error *err)
{
	struct making m = { .n = n, .ref = ret_ref };
	int r;

	if (n->incident_count == 0 || n->incident_count > REQUEST_INCIDENTS_MAX)
		return error_set(err, -EINVAL, "a letter is about 1 to %d incidents", REQUEST_INCIDENTS_MAX);
	if (!n->contact->address[0])
		return error_set(err, -EINVAL, "%s has no mail address", n->contact->ref);
	m.uuids = memory_new(n->incident_count + 1, sizeof *m.uuids);
	for (size_t i = 0; i <= n->incident_count; i++)
		record_uuid(m.uuids[i]);
	r = db_transaction(db, make, &m, err);
	free(m.uuids);
	if (r == 0)
		*ret_letter = m.letter;
	return r;
}

/* --- reading --- */

struct reading {
	struct request *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct request_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct request){
		.id = row->id,
		.incident_id = row->incident_id,
		.contact_id = row->contact_id,
		.letter_id = row->letter_id,
		.asked_at = row->has_asked_at ? row->asked_at : 0,
		.answered_at = row->has_answered_at ? row->answered_at : 0,
		.ref = arena_text(a, row->ref),
		.incident = arena_text(a, row->incident),
		.letter = arena_text(a, row->letter),
		.contact = arena_text(a, row->contact),
		.country = arena_text(a, row->country),
		.reason = arena_text(a, row->reason),
		.state = arena_text(a, row->state),
		.is_domestic = row->is_domestic,
	};
	return 0;
}

int request_list(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, struct request **ret, size_t *ret_count,
		 struct error *err)
{
	struct reading g = { .arena = arena };
	int r = request_select(db, viewer, incident_id, incident_id ? incident_id : INT64_MAX, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

/* --- following its letter --- */

struct step {
	int64_t id, incident_id, asked_at;
	const char *state;
};

struct steps {
	struct step *list;
	size_t count, room;
	const struct doing *doing;
};

static int take_behind(void *context, const struct request_behind_row *row)
{
	struct steps *s = context;
	bool is_sent = strcmp(row->letter_state, "sent") == 0;

	s->list = memory_grow(s->list, &s->room, s->count + 1, sizeof *s->list);
	s->list[s->count++] = (struct step){
		.id = row->id,
		.incident_id = row->incident_id,
		.asked_at = is_sent && row->has_sent_at ? row->sent_at : 0,
		.state = strcmp(row->returned, "bounced") == 0 ? "returned" : is_sent ? "asked" : "withdrawn",
	};
	return 0;
}

int request_is_behind(struct db *db, struct error *err)
{
	struct steps s = { 0 };
	int r = request_behind(db, take_behind, &s, err);

	free(s.list);
	return r < 0 ? r : s.count > 0;
}

static int follow_one(struct db *db, const struct step *s, const struct doing *doing, struct error *err)
{
	int r = request_write(db, s->id, s->state, s->asked_at ? &s->asked_at : NULL, doing->at, err);

	if (r > 0)
		r = record_happened(db, s->id, doing->at, doing->actor, s->state, NULL, err);
	return r < 0 ? r : record_happened(db, s->incident_id, doing->at, doing->actor, s->state, NULL, err);
}

static int follow(struct db *db, void *context, struct error *err)
{
	struct steps *s = context;
	int r;

	s->count = 0;
	r = request_behind(db, take_behind, s, err);
	for (size_t i = 0; i < s->count && r == 0; i++)
		r = follow_one(db, &s->list[i], s->doing, err);
	return r < 0 ? r : (int)s->count;
}

int request_follow(struct db *db, const struct doing *doing, struct error *err)
{
	struct steps s = { .doing = doing };
	int r = db_transaction(db, follow, &s, err);

	free(s.list);
	return r;
}

static int take_waiting(void *context, const struct request_of_letter_row *row)
{
	struct steps *s = context;

	s->list = memory_grow(s->list, &s->room, s->count + 1, sizeof *s->list);
	s->list[s->count++] = (struct step){ .id = row->id, .incident_id = row->incident_id };
	return 0;
}

int request_answered(struct db *db, int64_t letter_id, const struct doing *doing, struct error *err)
{
	struct steps s = { 0 };
	int r = request_of_letter(db, letter_id, take_waiting, &s, err);

	for (size_t i = 0; i < s.count && r >= 0; i++) {
		r = request_write_answered(db, s.list[i].id, doing->at, err);
		if (r >= 0)
			r = record_happened(db, s.list[i].id, doing->at, doing->actor, "answered", NULL, err);
		if (r >= 0)
			r = record_happened(db, s.list[i].incident_id, doing->at, doing->actor, "answered", NULL, err);
	}
	free(s.list);
	return r < 0 ? r : 0;
}
