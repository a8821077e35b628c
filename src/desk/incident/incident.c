/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Incidents. */
#include "desk/incident/incident.h"

#include "base/calendar.h"
#include "base/memory.h"
#include "desk/incident/incident.sql.gen.h"

#include <errno.h>

/* --- what contains it --- */

/* It counts when the first of its reports came; without one it keeps what it has. */
static int count_again(struct db *db, int64_t id, int64_t at, struct error *err)
{
	struct incident_first_report_row row = { 0 };
	int r = incident_first_report(db, id, NULL, &row, err);

	if (r > 0 && row.has_first)
		r = incident_write_counts(db, id, row.first, at, err);
	return r < 0 ? r : 0;
}

struct linking {
	int64_t id, other;
	const char *reason;
	const struct doing *doing;
};

static int contain(struct db *db, const struct linking *l, struct error *err)
{
	int r = incident_contain(db, l->other, l->id, l->doing->at, l->doing->actor, l->reason, err);

	if (r == -EEXIST)
		return error_set(err, -EALREADY, "the report contains that incident already");
	if (r == -ENOENT)
		return error_set(err, -ENOENT, "there is no such report");
	if (r >= 0)
		r = record_join(db, l->other, l->id, "contains", l->doing->at, l->doing->actor, err);
	if (r >= 0)
		r = record_happened(db, l->id, l->doing->at, l->doing->actor, "joined", l->reason, err);
	return r < 0 ? r : count_again(db, l->id, l->doing->at, err);
}

static int join(struct db *db, void *context, struct error *err)
{
	return contain(db, context, err);
}

int incident_join(struct db *db, int64_t id, int64_t report_id, const char *reason, const struct doing *doing, struct error *err)
{
	return db_transaction(db, join, &(struct linking){ id, report_id, reason, doing }, err);
}

static int split(struct db *db, void *context, struct error *err)
{
	struct linking *l = context;
	int r = incident_end_contain(db, l->other, l->id, l->doing->at, l->doing->actor, err);

	if (r == 0)
		return error_set(err, -EALREADY, "the report does not contain that incident");
	if (r > 0)
		r = record_happened(db, l->id, l->doing->at, l->doing->actor, "split", l->reason, err);
	return r < 0 ? r : count_again(db, l->id, l->doing->at, err);
}

int incident_split(struct db *db, int64_t id, int64_t report_id, const struct doing *doing, struct error *err)
{
	return db_transaction(db, split, &(struct linking){ id, report_id, NULL, doing }, err);
}

/* --- making --- */

int incident_add(struct db *db, const struct incident_new *n, const char uuid[RECORD_UUID_TEXT], int64_t *ret_id,
		 char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct record_new record = { .kind = "incident", .marking = "AMBER", .at = n->doing.at, .actor = n->doing.actor };
	char series[16];
	int64_t id;
	int r;

	if (!n->title[0])
		return error_set(err, -EINVAL, "an incident needs a title");
	snprintf(series, sizeof series, "I%04d", calendar_date(n->doing.at).year);
	record.series = series;
	memcpy(record.uuid, uuid, sizeof record.uuid);
	r = record_add(db, &record, &id, ret_ref, err);
	if (r == 0)
		r = incident_insert(db, id, n->title, INCIDENT_SET, n->category, n->doing.at, n->brand, n->industry, n->origin,
				    n->hosting, n->country, n->doing.at, err);
	if (r == -ENOENT) {
		error_hint(err, "phishing, defacement, malware_site, scan, dos, ics, targeted, other");
		return error_set(err, -EINVAL, "'%.40s' is not a category", n->category);
	}
	for (size_t i = 0; i < n->report_count && r >= 0; i++)
		r = contain(db, &(struct linking){ id, n->reports[i], "contained", &n->doing }, err);
	if (r >= 0)
		*ret_id = id;
	return r < 0 ? r : 0;
}

struct making {
	const struct incident_new *n;
	char uuid[RECORD_UUID_TEXT], *ref;
	int64_t id;
};

static int make(struct db *db, void *context, struct error *err)
{
	struct making *m = context;

	return incident_add(db, m->n, m->uuid, &m->id, m->ref, err);
}

int incident_make(struct db *db, const struct incident_new *n, int64_t *ret_id, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct making m = { .n = n, .ref = ret_ref };
	int r;

	record_uuid(m.uuid);
	r = db_transaction(db, make, &m, err);
	if (r == 0)
		*ret_id = m.id;
	return r;
}

/* --- reading --- */

struct reading {
	struct incident *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct incident_select_row *row)
{
	struct reading *g = context;
	struct arena *a = g->arena;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct incident){
		.id = row->id,
		.counts_at = row->counts_at,
		.closed_at = row->has_closed_at ? row->closed_at : 0,
		.ref = arena_text(a, row->ref),
		.title = arena_text(a, row->title),
		.category = arena_text(a, row->category),
		.category_ja = arena_text(a, row->category_ja),
		.category_en = arena_text(a, row->category_en),
		.state = arena_text(a, row->state),
		.closed_reason = arena_text(a, row->closed_reason),
		.claimed_by = arena_text(a, row->claimed_by),
		.brand = arena_text(a, row->brand),
		.industry = arena_text(a, row->industry),
		.origin = arena_text(a, row->origin),
		.country = arena_text(a, row->country),
		.hosting = arena_text(a, row->hosting),
		.carrier = arena_text(a, row->carrier),
		.lead_in = arena_text(a, row->lead_in),
		.campaign = arena_text(a, row->campaign),
		.first_seen = row->has_first_seen ? row->first_seen : 0,
		.merged_into = arena_text(a, row->merged_into ? row->merged_into : ""),
		.reports = row->reports,
		.requests = row->requests,
	};
	return 0;
}

int incident_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct incident *ret, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = incident_select(db, viewer, id, id, "", 1, "", 1, 1, take, &g, err);

	if (r == 0 && g.count) {
		*ret = g.list[0];
		r = 1;
	}
	free(g.list);
	return r;
}

int incident_by_ref(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct incident *ret, struct error *err)
{
	struct incident_id_by_ref_row row = { 0 };
	int r = incident_id_by_ref(db, viewer, ref, NULL, &row, err);

	return r > 0 ? incident_load(db, viewer, row.id, arena, ret, err) : r;
}

static int give(int r, struct reading *g, struct incident **ret, size_t *ret_count)
{
	if (r == 0) {
		*ret = (void *)arena_bytes(g->arena, g->list, g->count * sizeof *g->list);
		*ret_count = g->count;
	}
	free(g->list);
	return r;
}

int incident_list(struct db *db, int64_t viewer, const char *state, const char *campaign, int64_t through, int64_t most, struct arena *arena, struct incident **ret, size_t *ret_count,
		  struct error *err)
{
	struct reading g = { .arena = arena };
	int r = incident_select(db, viewer, 0, through ? through : INT64_MAX, state, state[0] == '\0', campaign, campaign[0] == '\0', most, take, &g, err);

	return give(r, &g, ret, ret_count);
}

int incident_of_report(struct db *db, int64_t viewer, int64_t report_id, struct arena *arena, struct incident **ret, size_t *ret_count,
		       struct error *err)
{
	struct reading g = { .arena = arena };
	struct db_ids ids = { 0 };
	int r = incident_ids_of_report(db, report_id, &ids, err);

	for (size_t i = 0; i < ids.count && r == 0; i++)
		r = incident_select(db, viewer, ids.list[i], ids.list[i], "", 1, "", 1, 1, take, &g, err);
	free(ids.list);
	return give(r, &g, ret, ret_count);
}

/* --- merging --- */

static int merge(struct db *db, void *context, struct error *err)
{
	struct linking *l = context;
	struct incident_merge_now_row row = { 0 };
	int r = incident_merge_now(db, l->id, NULL, &row, err);

	if (r > 0)
		return error_set(err, -EINVAL, "the incident to merge into is merged into another itself");
	if (r == 0)
		r = incident_merge_insert(db, l->id, l->other, l->doing->at, l->doing->actor, l->reason, err);
	if (r == -EEXIST)
		return error_set(err, -EALREADY, "it is merged already");
	if (r >= 0)
		r = record_join(db, l->other, l->id, "same as", l->doing->at, l->doing->actor, err);
	if (r >= 0)
		r = record_happened(db, l->other, l->doing->at, l->doing->actor, "merged", l->reason, err);
	return r < 0 ? r : 0;
}

int incident_merge(struct db *db, int64_t into, int64_t from, const char *reason, const struct doing *doing, struct error *err)
{
	if (into == from)
		return error_set(err, -EINVAL, "an incident cannot be merged into itself");
	return db_transaction(db, merge, &(struct linking){ into, from, reason, doing }, err);
}

static int unmerge(struct db *db, void *context, struct error *err)
{
	struct linking *l = context;
	int r = incident_merge_end(db, l->id, l->doing->at, l->doing->actor, err);

	if (r == 0)
		return error_set(err, -EALREADY, "it is not merged into another");
	return r < 0 ? r : record_happened(db, l->id, l->doing->at, l->doing->actor, "unmerged", NULL, err);
}

int incident_unmerge(struct db *db, int64_t from, const struct doing *doing, struct error *err)
{
	return db_transaction(db, unmerge, &(struct linking){ .id = from, .doing = doing }, err);
}

/* --- the end --- */

static int close_it(struct db *db, void *context, struct error *err)
{
	struct linking *l = context;
	int r = incident_write_closed(db, l->id, l->doing->at, l->reason, err);

	if (r == 0)
		return error_set(err, -EALREADY, "it is closed already");
	return r < 0 ? r : record_happened(db, l->id, l->doing->at, l->doing->actor, "closed", l->reason, err);
}

int incident_close(struct db *db, int64_t id, const char *reason, const struct doing *doing, struct error *err)
{
	return db_transaction(db, close_it, &(struct linking){ .id = id, .reason = reason, .doing = doing }, err);
}

static int reopen(struct db *db, void *context, struct error *err)
{
	struct linking *l = context;
	int r = incident_write_open(db, l->id, l->doing->at, err);

	if (r == 0)
		return error_set(err, -EALREADY, "it is open");
	return r < 0 ? r : record_happened(db, l->id, l->doing->at, l->doing->actor, "reopened", NULL, err);
}

int incident_reopen(struct db *db, int64_t id, const struct doing *doing, struct error *err)
{
	return db_transaction(db, reopen, &(struct linking){ .id = id, .doing = doing }, err);
}

/* --- links --- */

struct tying {
	int64_t id, viewer, other;
	const char *ref, *reason;
	const struct doing *doing;
};

static int find_other(struct db *db, struct tying *t, struct error *err)
{
	int r = record_find(db, t->viewer, t->ref, &t->other, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no '%.40s'", t->ref);
	return r < 0 ? r : t->other == t->id ? error_set(err, -EINVAL, "a link leads to another record") : 0;
}

static int tie(struct db *db, void *context, struct error *err)
{
	struct tying *t = context;
	int r = find_other(db, t, err);

	return r < 0 ? r : record_join(db, t->id, t->other, t->reason, t->doing->at, t->doing->actor, err);
}

static int untie(struct db *db, void *context, struct error *err)
{
	struct tying *t = context;
	int r = find_other(db, t, err);

	if (r == 0)
		r = record_part(db, t->id, t->other, t->doing->at, t->doing->actor, err);
	return r == 0 ? error_set(err, -ENOENT, "they are not linked") : r < 0 ? r : 0;
}

int incident_link(struct db *db, int64_t viewer, int64_t id, const char *ref, const char *reason, const struct doing *doing,
		  struct error *err)
{
	struct tying t = { .id = id, .viewer = viewer, .ref = ref, .reason = reason, .doing = doing };

	if (!reason[0] || record_is_of_desk(reason))
		return error_set(err, -EINVAL, "a link needs a reason of its own, which is not '%s'", reason);
	return db_transaction(db, tie, &t, err);
}

int incident_unlink(struct db *db, int64_t viewer, int64_t id, const char *ref, const struct doing *doing, struct error *err)
{
	struct tying t = { .id = id, .viewer = viewer, .ref = ref, .doing = doing };

	return db_transaction(db, untie, &t, err);
}
