/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Closed quarters, frozen. */
#include "desk/observatory/quarter.h"

#include "base/memory.h"
#include "desk/observatory/quarter.sql.gen.h"

#include <errno.h>

struct freezing {
	const struct quarter *quarter;
	const struct doing *doing;
	const char *uuid;
	struct arena *arena;
};

static int insert_rows(struct db *db, int64_t id, const struct quarter *q, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < q->row_count && r >= 0; i++) {
		const struct quarter_row *row = &q->rows[i];
		r = quarter_row_insert(db, id, row->is_day ? "day" : "quarter", row->start_hour, (int64_t)i, row->port,
				       row->rank ? &row->rank : NULL, row->average == QUARTER_NO_DATA ? NULL : &row->average,
				       err);
	}
	return r < 0 ? r : 0;
}

static int freeze(struct db *db, void *context, struct error *err)
{
	struct freezing *f = context;
	const struct quarter *q = f->quarter;
	struct record_new n = { .kind = "quarter", .series = "Q", .marking = "CLEAR", .at = f->doing->at, .actor = f->doing->actor };
	struct quarter_by_period_row old;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r = quarter_by_period(db, q->period, f->arena, &old, err);

	if (r < 0)
		return r;
	if (r == 1)
		return error_set(err, -EEXIST, "%s is frozen already", q->period);
	memcpy(n.uuid, f->uuid, sizeof n.uuid);
	r = record_add(db, &n, &id, ref, err);
	if (r == 0)
		r = quarter_insert(db, id, q->period, q->method, q->min_sensors, q->unit, q->zone, q->first_hour, q->end_hour,
				   f->doing->at, f->doing->actor, err);
	if (r >= 0)
		r = insert_rows(db, id, q, err);
	return r < 0 ? r : record_happened(db, id, f->doing->at, f->doing->actor, "frozen", q->period, err);
}

int quarter_freeze(struct db *db, const struct quarter *q, const struct doing *doing, const char uuid[RECORD_UUID_TEXT],
		   struct error *err)
{
	struct freezing f = { q, doing, uuid, arena_new() };
	int r = db_transaction(db, freeze, &f, err);

	arena_free(f.arena);
	return r;
}

struct loading {
	const char *period;
	struct arena *arena;
	struct quarter *quarter;
	struct quarter_row *rows;
	size_t count, room;
};

static int take(void *context, const struct quarter_rows_row *row)
{
	struct loading *l = context;

	l->rows = memory_grow(l->rows, &l->room, l->count + 1, sizeof *l->rows);
	l->rows[l->count++] = (struct quarter_row){
		.is_day = strcmp(row->unit, "day") == 0,
		.start_hour = row->start_hour,
		.port = arena_text(l->arena, row->port),
		.rank = row->has_rank ? row->rank : 0,
		.average = row->has_average ? row->average : QUARTER_NO_DATA,
	};
	return 0;
}

static int load(struct db *db, void *context, struct error *err)
{
	struct loading *l = context;
	struct quarter_by_period_row head;
	int r = quarter_by_period(db, l->period, l->arena, &head, err);

	if (r != 1)
		return r;
	*l->quarter = (struct quarter){
		.id = head.id,
		.ref = head.ref,
		.period = arena_text(l->arena, l->period),
		.method = head.method,
		.min_sensors = head.min_sensors,
		.unit = head.unit,
		.zone = head.zone,
		.first_hour = head.first_hour,
		.end_hour = head.end_hour,
		.frozen_at = head.frozen_at,
		.frozen_by = head.frozen_by,
	};
	l->count = 0;
	r = quarter_rows(db, head.id, take, l, err);
	return r < 0 ? r : 1;
}

int quarter_load(struct db *db, const char *period, struct arena *arena, struct quarter *ret, struct error *err)
{
	struct loading l = { .period = period, .arena = arena, .quarter = ret };
	int r = db_snapshot(db, load, &l, err);

	if (r == 1) {
		ret->rows = (void *)arena_bytes(arena, l.rows, l.count * sizeof *l.rows);
		ret->row_count = l.count;
	}
	free(l.rows);
	return r;
}
