/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reports. */
#include "desk/incident/report.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "desk/incident/report.sql.gen.h"

#include <errno.h>

/* An answer as a column: NULL for none. */
static const int64_t *column(enum answer a, int64_t *into)
{
	*into = a == ANSWER_YES;
	return a == ANSWER_NONE ? NULL : into;
}

static enum answer answer_of(bool has, int64_t value)
{
	return !has ? ANSWER_NONE : value ? ANSWER_YES : ANSWER_NO;
}

int report_add(struct db *db, const struct report_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
	       char ret_ref[RECORD_REF_MAX], struct error *err)
{
	const struct report_wishes *w = &n->wishes;
	struct record_new record = { .kind = "report", .marking = "AMBER", .at = n->doing.at, .actor = n->doing.actor };
	char series[16];
	int64_t id, said[6];
	int r;

	snprintf(series, sizeof series, "R%04d", calendar_date(n->received_at).year);
	record.series = series;
	memcpy(record.uuid, uuid, sizeof record.uuid);
	r = record_add(db, &record, &id, ret_ref, err);
	if (r == 0)
		r = report_insert(db, id, n->message_id, n->channel, n->received_at, n->form, n->subject, n->reporter_name,
				  n->reporter_address, n->language, column(w->wishes_contact, &said[0]),
				  column(w->is_information, &said[1]), column(w->is_party_told, &said[2]),
				  column(w->has_detailed_log, &said[3]), column(w->may_share, &said[4]),
				  column(w->is_anonymous, &said[5]), w->zone, w->knows_clock_error ? &w->clock_error_s : NULL,
				  n->token_hash, n->doing.at, err);
	if (r >= 0)
		*ret_id = id;
	return r < 0 ? r : 0;
}

struct reading {
	struct report *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct report_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct report){
		.id = row->id,
		.message_id = row->message_id,
		.received_at = row->received_at,
		.ref = arena_text(a, row->ref),
		.channel = arena_text(a, row->channel),
		.form = arena_text(a, row->form),
		.subject = arena_text(a, row->subject),
		.reporter_name = arena_text(a, row->reporter_name),
		.reporter_address = arena_text(a, row->reporter_address),
		.language = arena_text(a, row->language),
		.state = arena_text(a, row->state),
		.claimed_by = arena_text(a, row->claimed_by),
		.incidents = row->incidents,
		.wishes = {
			.wishes_contact = answer_of(row->has_wishes_contact, row->wishes_contact),
			.is_information = answer_of(row->has_is_information, row->is_information),
			.is_party_told = answer_of(row->has_is_party_told, row->is_party_told),
			.has_detailed_log = answer_of(row->has_has_detailed_log, row->has_detailed_log),
			.may_share = answer_of(row->has_may_share, row->may_share),
			.is_anonymous = answer_of(row->has_is_anonymous, row->is_anonymous),
			.zone = arena_text(a, row->zone),
			.clock_error_s = row->clock_error_s,
			.knows_clock_error = row->has_clock_error_s,
		},
	};
	return 0;
}

int report_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct report *ret, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = report_select(db, viewer, id, id, "", 1, 1, take, &g, err);

	if (r == 0 && g.count) {
		*ret = g.list[0];
		r = 1;
	}
	free(g.list);
	return r;
}

int report_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct report *ret, struct error *err)
{
	struct report_id_by_ref_row row = { 0 };
	int r = report_id_by_ref(db, viewer, ref, NULL, &row, err);

	return r > 0 ? report_load(db, viewer, row.id, arena, ret, err) : r;
}

static int give(int r, struct reading *g, struct report **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = (void *)arena_bytes(g->arena, g->list, g->count * sizeof *g->list);
		*ret_count = g->count;
	}
	free(g->list);
	return r;
}

int report_list(struct db *db, int64_t viewer, const char *state, int64_t through, int64_t most, struct arena *arena, struct report **ret, size_t *ret_count,
		struct error *err)
{
	struct reading g = { .arena = arena };
	int r = report_select(db, viewer, 0, through ? through : INT64_MAX, state, state[0] == '\0', most, take, &g, err);

	return give(r, &g, ret, ret_count);
}

int report_of_incident(struct db *db, int64_t viewer, int64_t incident_id, struct arena *arena, struct report **ret, size_t *ret_count,
		       struct error *err)
{
	struct reading g = { .arena = arena };
	struct db_ids ids = { 0 };
	int r = report_ids_of_incident(db, incident_id, &ids, err);

	for (size_t i = 0; i < ids.count && r == 0; i++)
		r = report_select(db, viewer, ids.list[i], ids.list[i], "", 1, 1, take, &g, err);
	free(ids.list);
	return give(r, &g, ret, ret_count);
}

int report_by_token(struct db *db, const char *token_hash, int64_t *ret_id, struct error *err)
{
	struct report_id_by_token_row row = { 0 };
	int r = report_id_by_token(db, token_hash, NULL, &row, err);

	if (r > 0)
		*ret_id = row.id;
	return r;
}

struct telling {
	int (*told)(void *context, const struct report_secret *s);
	void *context;
};

static int tell(void *context, const struct report_of_secrets_row *row)
{
	const struct telling *t = context;
	const struct report_secret s = { row->token, row->ref, row->state, row->received_at, row->changed_at };

	return t->told(t->context, &s);
}

int report_secrets(struct db *db, int64_t since, int64_t most, int (*told)(void *context, const struct report_secret *s),
		   void *context, struct error *err)
{
	struct telling t = { told, context };

	return report_of_secrets(db, since, most, tell, &t, err);
}

struct stating {
	int64_t id;
	const char *state;
	const struct doing *doing;
};

static int set_state(struct db *db, void *context, struct error *err)
{
	struct stating *s = context;
	int r = report_write_state(db, s->id, s->state, s->doing->at, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such report");
	return r < 0 ? r : record_happened(db, s->id, s->doing->at, s->doing->actor, s->state, NULL, err);
}

int report_set_state(struct db *db, int64_t id, const char *state, const struct doing *doing, struct error *err)
{
	return db_transaction(db, set_state, &(struct stating){ id, state, doing }, err);
}

int report_withdraw(struct db *db, int64_t id, const struct doing *doing, struct error *err)
{
	return set_state(db, &(struct stating){ id, "withdrawn", doing }, err);
}
