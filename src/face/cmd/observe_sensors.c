/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe sensors: how the sensors are. */
#include "base/cleanup.h"
#include "engine/conf/conf.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/delivery/health.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

static const struct column columns[] = {
	{ "sensor", "Sensor", COLUMN_TEXT },
	{ "state", "State", COLUMN_LIST },
	{ "place_ja", NULL, COLUMN_TEXT },
	{ "place_en", "Place", COLUMN_TEXT },
	{ "addresses", "Addresses", COLUMN_NUMBER },
	{ "last_batch", "Last batch (UTC)", COLUMN_TEXT },
	{ "last_heartbeat", "Heartbeat (UTC)", COLUMN_TEXT },
	{ "up_seconds_24h", "Up 24 h (s)", COLUMN_NUMBER },
	{ "backlog_batches", "Backlog", COLUMN_NUMBER },
	{ "oldest_waiting", NULL, COLUMN_TEXT },
	{ "clock_error_us", "Clock (µs)", COLUMN_NUMBER },
	{ "clock_jumps", NULL, COLUMN_NUMBER },
	{ "events", "Events", COLUMN_NUMBER },
	{ "left_out", "Left out", COLUMN_NUMBER },
	{ "lost", "Lost", COLUMN_NUMBER }, /* the sum of the three that follow */
	{ "kernel_dropped", NULL, COLUMN_NUMBER },
	{ "queue_dropped", NULL, COLUMN_NUMBER },
	{ "spool_dropped_events", NULL, COLUMN_NUMBER },
	{ "repeated", NULL, COLUMN_NUMBER },
	{ "refused", "Refused", COLUMN_NUMBER },
};

struct look {
	struct roster roster;
	struct status status;
	struct store *store; /* NULL: there is none yet */
	int64_t now_us, silence_us;
	bool is_all_well;
};

static void print_row(struct look *l, struct table *t, const struct roster_sensor *r)
{
	static const struct sensor_status nothing = { .clock_error_us = WIRE_UNKNOWN };
	const struct sensor_status *found = status_find(&l->status, r->name), *s = found ? found : &nothing;
	_cleanup_(buf_clear) struct buf state;
	uint64_t addresses;
	unsigned health = health_of(r, found, l->now_us, l->silence_us);

	buf_init(&state, 128);
	health_format(health, &state);
	if (health & HEALTH_WRONG)
		l->is_all_well = false;
	table_text(t, r->name);
	table_text(t, state.p);
	table_text(t, r->place_ja);
	table_text(t, roster_place(r));
	if (roster_addresses(r, &addresses))
		table_number(t, (int64_t)MIN(addresses, (uint64_t)INT64_MAX));
	else
		table_nothing(t);
	table_time(t, s->batch_us);
	table_time(t, s->heartbeat_us);
	table_number(t, l->store ? health_up_seconds(l->store, r->name, l->now_us) : 0);
	table_number(t, (int64_t)s->backlog_batches);
	table_time(t, s->oldest_us);
	if (s->clock_error_us == WIRE_UNKNOWN)
		table_nothing(t);
	else
		table_number(t, s->clock_error_us);
	table_number(t, (int64_t)s->clock_jumps);
	table_number(t, (int64_t)s->events);
	table_number(t, (int64_t)s->left_out);
	table_number(t, (int64_t)(s->kernel_dropped + s->queue_dropped + s->dropped_events));
	table_number(t, (int64_t)s->kernel_dropped);
	table_number(t, (int64_t)s->queue_dropped);
	table_number(t, (int64_t)s->dropped_events);
	table_number(t, (int64_t)s->repeated);
	table_number(t, (int64_t)s->refused);
}

static int load(const struct invocation *in, struct look *l, struct error *err)
{
	_cleanup_close_ int folder = -1;
	struct conf *conf = NULL;
	const char *path, *collect = in->value[OPTION_FOLDER];
	int r = common_begin(in, &path, err);

	if (r == 0)
		r = conf_load(in->value[OPTION_CONFIG], &conf, err);
	if (r < 0)
		return r;
	l->silence_us = conf_number(conf, SETTING_OBSERVE_SILENCE) * 60 * SECOND_US;
	if (!collect)
		collect = conf_text(conf, SETTING_COLLECT_FOLDER);
	folder = open(collect, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		error_hint(err, "hinomi-collect makes it at its first start");
		r = error_errno(err, -errno, "cannot open the collector's folder '%s'", collect);
	}
	conf_free(conf);
	if (r == 0)
		r = roster_load(folder, &l->roster, err);
	if (r == 0)
		r = status_load(folder, &l->status, err);
	if (r == 0)
		r = store_open(path, &l->store, err);
	return r == -ENOENT && folder >= 0 ? 0 : r; /* no store yet */
}

int cmd_observe_sensors(const struct invocation *in)
{
	struct look l = { .now_us = clock_now(), .is_all_well = true };
	struct error err = ERROR_NONE;
	struct table t;
	int r = load(in, &l, &err);

	if (r < 0)
		return command_fail(&err);
	t = table_begin(in, columns, COUNT(columns));
	for (size_t i = 0; i < l.roster.count; i++)
		print_row(&l, &t, &l.roster.sensors[i]);
	table_end(&t);
	if (l.status.refused && !in->value[OPTION_QUIET])
		fprintf(stderr, "%" PRIu64 " requests of nobody known were refused\n", l.status.refused);
	roster_clear(&l.roster);
	status_clear(&l.status);
	store_close(l.store);
	return in->value[OPTION_CHECK] && !l.is_all_well ? EXIT_NO : EXIT_YES;
}
