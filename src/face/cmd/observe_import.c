/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe import: captures and logs into the store. */
#include "base/buf.h"
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/table.h"
#include "observe/import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TABLE_FILE_MAX (64u << 20)

static const struct column columns[] = {
	{ "file", "File", COLUMN_TEXT },
	{ "format", "Format", COLUMN_TEXT },
	{ "compression", NULL, COLUMN_TEXT },
	{ "packets", "Packets", COLUMN_NUMBER },
	{ "events", "Events", COLUMN_NUMBER },
	{ "skipped", "Skipped", COLUMN_NUMBER },
	{ "skipped_why", NULL, COLUMN_TEXT },
	{ "lines_bad", NULL, COLUMN_NUMBER },
	{ "sensors", "Sensors", COLUMN_NUMBER },
	{ "first", "First (UTC)", COLUMN_TEXT },
	{ "last", "Last (UTC)", COLUMN_TEXT },
	{ "truncated", NULL, COLUMN_BOOL },
	{ "imported", "Imported", COLUMN_TEXT },
};

static void format_skips(const struct import_report *r, struct buf *out)
{
	for (int i = 1; i < SKIP_COUNT; i++)
		if (r->skipped[i])
			buf_addf(out, "%s%s %llu", out->n ? ", " : "", packet_skip_name((enum packet_skip)i),
				 (unsigned long long)r->skipped[i]);
}

static uint64_t skipped(const struct import_report *r)
{
	uint64_t sum = 0;

	for (int i = 1; i < SKIP_COUNT; i++)
		sum += r->skipped[i];
	return sum;
}

static void print_row(struct table *t, const char *name, const struct import_report *r, bool is_dry_run)
{
	_cleanup_(buf_clear) struct buf why;
	char text[CALENDAR_TEXT_MAX];

	buf_init(&why, 1024);
	format_skips(r, &why);
	table_text(t, name);
	table_text(t, r->format);
	table_text(t, r->compression);
	table_number(t, (int64_t)r->packets);
	table_number(t, (int64_t)r->events);
	table_number(t, (int64_t)skipped(r));
	table_text(t, why.p);
	table_number(t, (int64_t)r->lines_bad);
	table_number(t, r->sensors);
	if (r->has_time) {
		table_text(t, time_format_utc(r->first_us, text));
		table_text(t, time_format_utc(r->last_us, text));
	} else {
		table_nothing(t);
		table_nothing(t);
	}
	table_bool(t, r->is_truncated);
	table_text(t, is_dry_run ? "dry run" : r->is_known ? "known already" : "yes");
}

/* What a person should know besides the row. */
static void say_more(const char *name, const struct import_report *r)
{
	_cleanup_(buf_clear) struct buf why;

	buf_init(&why, 1024);
	format_skips(r, &why);
	if (why.n)
		fprintf(stderr, "%s: skipped %s\n", name, why.p);
	if (r->lines_bad)
		fprintf(stderr, "%s: %llu lines not understood, the first is line %llu\n", name,
			(unsigned long long)r->lines_bad, (unsigned long long)r->first_bad_line);
	if (r->is_truncated)
		fprintf(stderr, "%s: the end is cut: %s\n", name, r->tail[0] ? r->tail : "in the middle of a record");
	if (r->is_known)
		fprintf(stderr, "%s: imported before, nothing was changed\n", name);
}

static void progress(void *context, uint64_t packets)
{
	common_progress(context, packets, "packets");
}

static int fill_options(const struct invocation *in, struct import_options *o, struct error *err)
{
	uint64_t year;
	int r = command_number(in, OPTION_YEAR_OF_LOG, 9999, 0, &year, err);

	if (r < 0)
		return r;
	*o = (struct import_options){ .is_dry_run = in->value[OPTION_DRY_RUN] };
	o->reader.format = in->value[OPTION_FORMAT];
	o->reader.map = in->value[OPTION_MAP];
	o->reader.sensor = in->value[OPTION_SENSOR];
	o->reader.zone = in->value[OPTION_INPUT_ZONE];
	o->reader.year = (int)year;
	o->reader.now_us = clock_now();
	return 0;
}

/* The tables that go with the import; both arrays are the caller's. */
struct tables {
	struct deployment *deployments;
	struct watched *watched;
};

static int load_tables(const struct invocation *in, struct import_options *o, struct tables *t, struct error *err)
{
	_cleanup_(buf_clear) struct buf up, watched;
	int r = 0;

	buf_init(&up, TABLE_FILE_MAX);
	buf_init(&watched, TABLE_FILE_MAX);
	if (in->value[OPTION_DEPLOYMENT]) {
		r = common_read_file(in->value[OPTION_DEPLOYMENT], TABLE_FILE_MAX, &up, err);
		if (r == 0)
			r = deployment_parse(buf_bytes(&up), &t->deployments, &o->deployment_count, err);
		if (r < 0)
			error_prefix(err, "%s", in->value[OPTION_DEPLOYMENT]);
	}
	if (r == 0 && in->value[OPTION_WATCHED]) {
		r = common_read_file(in->value[OPTION_WATCHED], TABLE_FILE_MAX, &watched, err);
		if (r == 0)
			r = watched_parse(buf_bytes(&watched), &t->watched, &o->watched_count, err);
		if (r < 0)
			error_prefix(err, "%s", in->value[OPTION_WATCHED]);
	}
	o->deployments = t->deployments;
	o->watched = t->watched;
	return r;
}

static int import_one(struct writer *w, const char *name, struct import_options *o, struct table *t,
		      const struct invocation *in, struct error *err)
{
	bool is_stdin = strcmp(name, "-") == 0;
	_cleanup_close_ int fd = is_stdin ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
	struct import_report report;
	int r;

	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", name);
	if (in->is_terminal) {
		o->progress = progress;
		o->progress_context = (void *)name;
	}
	r = import_file(w, fd, name, o, &report, err);
	if (in->is_terminal)
		common_progress_end();
	if (r < 0)
		return r;
	print_row(t, name, &report, o->is_dry_run);
	if (!in->value[OPTION_QUIET])
		say_more(name, &report);
	return 0;
}

int cmd_observe_import(const struct invocation *in)
{
	struct tables tables = { 0 };
	struct error err = ERROR_NONE;
	struct import_options options;
	struct writer *w = NULL;
	struct table t;
	const char *path;
	int r = fill_options(in, &options, &err);

	if (r < 0)
		return command_usage(&err);
	r = common_begin(in, &path, &err);
	if (r == 0)
		r = load_tables(in, &options, &tables, &err);
	if (r == 0)
		r = writer_open(path, WRITER_CREATE | WRITER_AGENT, 0, &w, &err);
	if (r < 0) {
		free(tables.deployments);
		free(tables.watched);
		return command_fail(&err);
	}
	t = table_begin(in, columns, COUNT(columns));
	for (size_t i = 0; i < in->argument_count && r == 0; i++)
		r = import_one(w, in->arguments[i], &options, &t, in, &err);
	if (r < 0 && t.cell_count == 0)
		table_drop(&t);
	else
		table_end(&t);
	writer_close(w);
	free(tables.deployments);
	free(tables.watched);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}
