/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi incident queue, claim, release, snooze: who works on what, and what waits. */
#include "desk/incident/queue.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/table.h"
#include "ground/access/sight.h"

#include <errno.h>

#define DAY_US (24 * HOUR_US)

static const struct column columns[] = {
	{ "queue", "Queue", COLUMN_TEXT }, { "ref", "Ref", COLUMN_TEXT },	{ "category", "Category", COLUMN_TEXT },
	{ "title", "Title", COLUMN_TEXT }, { "claimed_by", "Claimed by", COLUMN_TEXT }, { "requests", "Requests", COLUMN_NUMBER },
	{ "counts", NULL, COLUMN_TEXT },
};

static void print_one(struct table *t, enum queue queue, const struct incident *i)
{
	table_text(t, queue_names[queue]);
	table_text(t, i->ref);
	table_text(t, i->category);
	table_text(t, i->title);
	if (i->claimed_by[0])
		table_text(t, i->claimed_by);
	else
		table_nothing(t);
	table_number(t, i->requests);
	table_time(t, i->counts_at);
}

static int print_queue(struct cases *c, struct table *t, enum queue queue, int64_t most, struct error *err)
{
	const struct queue_question q = { .queue = queue, .viewer = ACCESS_LOCAL, .actor = c->doing.actor, .now = c->doing.at,
					  .patience_us = conf_number(c->conf, SETTING_DESK_PATIENCE) * DAY_US, .most = most };
	struct incident *list = NULL;
	size_t count = 0;
	int r = queue_list(c->db, &q, c->arena, &list, &count, err);

	for (size_t i = 0; i < count && r == 0; i++)
		print_one(t, queue, &list[i]);
	return r;
}

int cmd_incident_queue(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	enum queue only = QUEUES;
	struct table t;
	struct cases c;
	uint64_t most = 0;
	int r = cases_open(in, false, &c, &err);

	if (r == 0)
		r = command_number(in, OPTION_COUNT, 100000, 50, &most, &err);
	if (r == 0 && in->argument_count && !queue_parse(in->arguments[0], &only))
		r = error_set(&err, -EINVAL, "'%.40s' is not mine, overdue, waiting, new or snoozed", in->arguments[0]);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (int q = 0; q < QUEUES && r == 0 && c.db; q++)
			if (only == QUEUES || only == (enum queue)q)
				r = print_queue(&c, &t, (enum queue)q, (int64_t)most, &err);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

/* Each argument is an incident. */
static int change_each(const struct invocation *in, int (*change)(struct cases *, const struct invocation *, int64_t, struct error *))
{
	struct error err = ERROR_NONE;
	struct incident i;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	for (size_t n = 0; n < in->argument_count && r == 0; n++) {
		r = find_incident(&c, in->arguments[n], &i, &err);
		if (r == 0)
			r = change(&c, in, i.id, &err);
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[n]);
	}
	return cases_end(&c, r, &err);
}

static int claim(struct cases *c, const struct invocation *in, int64_t id, struct error *err)
{
	int r = queue_claim(c->db, id, in->value[OPTION_TAKE_OVER], &c->doing, err);

	if (r == -EBUSY)
		error_hint(err, "--take-over makes it yours all the same");
	return r;
}

static int release(struct cases *c, const struct invocation *in, int64_t id, struct error *err)
{
	(void)in;
	return queue_release(c->db, id, &c->doing, err);
}

static int snooze(struct cases *c, const struct invocation *in, int64_t id, struct error *err)
{
	const char *text = in->value[OPTION_UNTIL];
	int64_t until = 0;

	if (text && !time_parse(BYTES_TEXT(text), false, &until)) {
		error_hint(err, "2026-12-01, or 2026-12-01T09:00");
		return error_set(err, -EINVAL, "'%.40s' is not a time", text);
	}
	return queue_snooze(c->db, id, until, &c->doing, err);
}

int cmd_incident_claim(const struct invocation *in)
{
	return change_each(in, claim);
}

int cmd_incident_release(const struct invocation *in)
{
	return change_each(in, release);
}

int cmd_incident_snooze(const struct invocation *in)
{
	return change_each(in, snooze);
}
