/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Queues. */
#include "desk/incident/queue.h"

#include "base/calendar.h"
#include "desk/incident/queue.sql.gen.h"

#include <errno.h>
#include <stdlib.h>

const char *const queue_names[QUEUES] = {
	[QUEUE_MINE] = "mine", [QUEUE_OVERDUE] = "overdue", [QUEUE_WAITING] = "waiting", [QUEUE_NEW] = "new", [QUEUE_SNOOZED] = "snoozed",
};

bool queue_parse(const char *word, enum queue *ret)
{
	for (int q = 0; q < QUEUES; q++)
		if (strcmp(word, queue_names[q]) == 0) {
			*ret = (enum queue)q;
			return true;
		}
	return false;
}

static int find(struct db *db, const struct queue_question *q, struct db_ids *ids, struct error *err)
{
	int64_t since = q->now - q->patience_us;

	switch (q->queue) {
	case QUEUE_MINE:
		return queue_mine(db, q->actor, q->now, q->most, ids, err);
	case QUEUE_OVERDUE:
		return queue_waiting(db, 0, since, q->now, q->most, ids, err);
	case QUEUE_WAITING:
		return queue_waiting(db, since + 1, INT64_MAX, q->now, q->most, ids, err);
	case QUEUE_NEW:
		return queue_new(db, q->now, q->most, ids, err);
	default:
		return queue_snoozed(db, q->now, q->most, ids, err);
	}
}

int queue_list(struct db *db, const struct queue_question *q, struct arena *arena, struct incident **ret, size_t *ret_count,
	       struct error *err)
{
	struct db_ids ids = { 0 };
	size_t count = 0;
	int r = find(db, q, &ids, err);
	struct incident *list = ARENA_ARRAY(arena, ids.count + 1, struct incident);

	for (size_t i = 0; i < ids.count && r >= 0; i++) {
		r = incident_load(db, q->viewer, ids.list[i], arena, &list[count], err);
		count += r > 0;
	}
	free(ids.list);
	*ret = list;
	*ret_count = count;
	return r < 0 ? r : 0;
}

/* --- changes --- */

struct changing {
	int64_t id, until;
	bool takes_over;
	const struct doing *doing;
	struct arena *arena;
};

static int state_of(struct db *db, const struct changing *c, struct queue_state_row *row, struct error *err)
{
	int r = queue_state(db, c->id, c->arena, row, err);

	return r == 0 ? error_set(err, -ENOENT, "there is no such incident") : r < 0 ? r : 0;
}

static int claim(struct db *db, void *context, struct error *err)
{
	const struct changing *c = context;
	struct queue_state_row row = { 0 };
	int r = state_of(db, c, &row, err);

	if (r < 0)
		return r;
	if (strcmp(row.claimed_by, c->doing->actor) == 0)
		return error_set(err, -EALREADY, "it is yours already");
	if (row.claimed_by[0] && !c->takes_over)
		return error_set(err, -EBUSY, "%s works on it", row.claimed_by);
	r = queue_claim_write(db, c->id, c->doing->actor, c->doing->at, err);
	return r < 0 ? r : record_happened(db, c->id, c->doing->at, c->doing->actor, "claimed", row.claimed_by, err);
}

static int release(struct db *db, void *context, struct error *err)
{
	const struct changing *c = context;
	struct queue_state_row row = { 0 };
	int r = state_of(db, c, &row, err);

	if (r < 0)
		return r;
	if (!row.claimed_by[0])
		return error_set(err, -EALREADY, "nobody works on it");
	r = queue_claim_write(db, c->id, "", c->doing->at, err);
	return r < 0 ? r : record_happened(db, c->id, c->doing->at, c->doing->actor, "released", row.claimed_by, err);
}

static int snooze(struct db *db, void *context, struct error *err)
{
	const struct changing *c = context;
	char time[CALENDAR_TEXT_MAX] = "";
	int r = queue_snooze_write(db, c->id, c->until ? &c->until : NULL, c->doing->at, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such incident");
	if (c->until)
		time_format_utc(c->until, time);
	return r < 0 ? r : record_happened(db, c->id, c->doing->at, c->doing->actor, c->until ? "snoozed" : "woken", time, err);
}

static int change(struct db *db, struct changing *c, db_work_fn *work, struct error *err)
{
	int r;

	c->arena = arena_new();
	r = db_transaction(db, work, c, err);
	arena_free(c->arena);
	return r;
}

int queue_claim(struct db *db, int64_t id, bool takes_over, const struct doing *doing, struct error *err)
{
	return change(db, &(struct changing){ .id = id, .takes_over = takes_over, .doing = doing }, claim, err);
}

int queue_release(struct db *db, int64_t id, const struct doing *doing, struct error *err)
{
	return change(db, &(struct changing){ .id = id, .doing = doing }, release, err);
}

int queue_snooze(struct db *db, int64_t id, int64_t until, const struct doing *doing, struct error *err)
{
	if (until && until <= doing->at)
		return error_set(err, -EINVAL, "that time is over");
	return change(db, &(struct changing){ .id = id, .until = until, .doing = doing }, snooze, err);
}
