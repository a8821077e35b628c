/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi store stats, verify, compact. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/store/maintain.h"

#include <errno.h>
#include <inttypes.h>

static const struct column stats_columns[] = {
	{ "segment", "Segment", COLUMN_TEXT },	{ "events", "Events", COLUMN_NUMBER },
	{ "sources", "Sources", COLUMN_NUMBER }, { "sensors", "Sensors", COLUMN_NUMBER },
	{ "blocks", "Blocks", COLUMN_NUMBER },	{ "bytes", "Bytes", COLUMN_NUMBER },
	{ "rollup_bytes", "Roll-ups", COLUMN_NUMBER }, { "bytes_per_event", "Bytes/event", COLUMN_MICRO },
	{ "first", "First (UTC)", COLUMN_TEXT }, { "last", "Last (UTC)", COLUMN_TEXT },
};

static uint64_t rollup_bytes(const struct segment *g)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < g->chunk_count; i++)
		sum += g->chunks[i].bytes;
	return sum;
}

static void segment_row(struct table *t, const struct store_segment *s)
{
	const struct segment *g = &s->segment;
	char name[32], time[CALENDAR_TEXT_MAX];

	store_file_name(name, "segment", s->number);
	table_text(t, s->number ? name : "journal");
	table_number(t, (int64_t)g->events);
	table_number(t, g->sources);
	table_number(t, g->sensor_count);
	table_number(t, g->block_count);
	table_number(t, (int64_t)g->file.n);
	table_number(t, (int64_t)rollup_bytes(g));
	if (g->events == 0) {
		table_nothing(t);
		table_nothing(t);
		table_nothing(t);
		return;
	}
	table_micro(t, (int64_t)(g->file.n * 1000000 / g->events));
	table_text(t, time_format_utc(g->first_us, time));
	table_text(t, time_format_utc(g->last_us, time));
}

int cmd_store_stats(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct store *s;
	struct table t;
	uint64_t bytes = 0;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	t = table_begin(in, stats_columns, COUNT(stats_columns));
	for (size_t i = 0; i < s->segment_count; i++) {
		segment_row(&t, &s->segments[i]);
		bytes += s->segments[i].segment.file.n;
	}
	table_end(&t);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "%" PRIu64 " events of %zu sensors in %zu segments, %" PRIu64 " bytes; %zu imports%s\n", s->events,
			s->sensor_count, s->segment_count, bytes, s->manifest.import_count,
			s->manifest.is_simulated ? "; SIMULATED" : "");
	store_close(s);
	return EXIT_YES;
}

static void verify_progress(void *context, uint64_t done, uint64_t all)
{
	(void)context;
	fprintf(stderr, "\r\033[Kverify: %" PRIu64 " of %" PRIu64 " blocks", done, all);
}

int cmd_store_verify(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct store_faults faults;
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return r == -EBADMSG ? (error_print(&err), EXIT_NO) : command_fail(&err);
	r = store_verify(s, in->is_terminal ? verify_progress : NULL, NULL, &faults, &err);
	if (in->is_terminal)
		common_progress_end();
	store_close(s);
	if (r == -EBADMSG) {
		error_print(&err);
		return EXIT_NO;
	}
	if (r < 0)
		return command_fail(&err);
	if (!in->value[OPTION_QUIET])
		printf("%" PRIu64 " blocks, %" PRIu64 " roll-ups and %" PRIu64 " events are as they were written\n",
		       faults.blocks, faults.chunks, faults.events);
	return EXIT_YES;
}

int cmd_store_compact(const struct invocation *in)
{
	struct compact_options options = { .is_dry_run = in->value[OPTION_DRY_RUN], .drop_before_us = INT64_MIN };
	struct error err = ERROR_NONE;
	struct compact_report report;
	const char *path;
	uint64_t days;
	int r = command_number(in, OPTION_AGE, 100000, 0, &days, &err);

	if (r < 0)
		return command_usage(&err);
	if (days)
		options.drop_before_us = clock_now() - (int64_t)days * DAY_US;
	r = common_begin(in, &path, &err);
	if (r == 0)
		r = store_compact(path, &options, &report, &err);
	if (r < 0)
		return command_fail(&err);
	if (!in->value[OPTION_QUIET])
		printf("%s%" PRIu64 " segments of %" PRIu64 " bytes became %" PRIu64 " of %" PRIu64 " bytes; %" PRIu64
		       " events dropped\n",
		       options.is_dry_run ? "dry run: " : "", report.segments_before, report.bytes_before,
		       report.segments_after, report.bytes_after, report.events_dropped);
	return EXIT_YES;
}
