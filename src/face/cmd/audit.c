/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi audit list, verify, seal. */
#include "ground/access/audit.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"

#include <errno.h>
#include <inttypes.h>

#define ROWS 50
#define ROWS_MOST 1000000

static const struct column columns[] = {
	{ "time", "Time (UTC)", COLUMN_TEXT }, { "actor", "Who", COLUMN_TEXT },	  { "what", "What", COLUMN_TEXT },
	{ "about", "About", COLUMN_TEXT },     { "ref", "Record", COLUMN_TEXT }, { "position", "Sealed as", COLUMN_NUMBER },
};

static int print_row(void *context, const struct audit_row *row)
{
	struct table *t = context;

	table_time(t, row->at);
	table_text(t, row->actor);
	table_text(t, row->what);
	table_text(t, row->about);
	table_text(t, row->ref);
	if (row->position)
		table_number(t, row->position);
	else
		table_nothing(t);
	return 0;
}

/* A day alone ends with it. */
static int parse_bound(const struct invocation *in, enum command_option option, bool is_end, int64_t *ret, struct error *err)
{
	const char *text = in->value[option];

	if (!text)
		return 0;
	if (!time_parse(BYTES_TEXT(text), false, ret))
		return error_set(err, -EINVAL, "'%s' is not a time", text);
	if (is_end && strlen(text) == strlen("2026-11-01"))
		*ret += DAY_US;
	return 0;
}

static int parse_question(const struct invocation *in, struct audit_question *ret, struct error *err)
{
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, ROWS_MOST, ROWS, &most, err);

	*ret = (struct audit_question){ .since = 0, .until = INT64_MAX, .most = (int64_t)most,
					.actor = in->value[OPTION_ACTOR] ? in->value[OPTION_ACTOR] : "",
					.ref = in->value[OPTION_REF] ? in->value[OPTION_REF] : "" };
	if (r == 0)
		r = parse_bound(in, OPTION_FROM, false, &ret->since, err);
	return r < 0 ? r : parse_bound(in, OPTION_TO, true, &ret->until, err);
}

int cmd_audit_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct audit_question q;
	struct table t;
	struct db *db;
	int r = common_cases_read(in, &db, &err); /* sets the zone too */

	if (r < 0)
		return command_fail(&err);
	r = parse_question(in, &q, &err);
	if (r < 0) {
		db_close(db);
		return common_failed(r, &err);
	}
	t = table_begin(in, columns, COUNT(columns));
	r = db ? audit_list(db, &q, print_row, &t, &err) : 0;
	if (r == 0)
		table_end(&t);
	else
		table_drop(&t);
	db_close(db);
	return r < 0 ? command_fail(&err) : EXIT_YES;
}

static int say_verdict(const struct invocation *in, const struct audit_verdict *v)
{
	char since[CALENDAR_TEXT_MAX];

	if (v->bad_position) {
		printf("row %" PRId64 ": %s\n", v->bad_position, v->why);
		return EXIT_NO;
	}
	if (in->value[OPTION_QUIET])
		return EXIT_YES;
	printf("%" PRId64 " rows are as they were sealed\n", v->rows);
	if (v->unsealed)
		printf("%" PRId64 " rows since %s are not sealed yet\n", v->unsealed,
		       time_format_utc(v->unsealed_since / SECOND_US * SECOND_US, since));
	return EXIT_YES;
}

int cmd_audit_verify(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct audit_seal seal;
	struct audit_verdict verdict = { 0 };
	struct db *db;
	int r;

	if (in->argument_count && !audit_seal_parse(in->arguments[0], &seal)) {
		error_hint(&err, "`hinomi audit seal` prints it: a number, a colon, 64 hexadecimal digits");
		error_set(&err, -EINVAL, "'%s' is not a seal", in->arguments[0]);
		return command_usage(&err);
	}
	r = common_cases_read(in, &db, &err);
	if (r == 0 && !db)
		r = error_set(&err, -ENOENT, "there is no case database");
	if (r == 0)
		r = audit_verify(db, in->argument_count ? &seal : NULL, &verdict, &err);
	db_close(db);
	return r < 0 ? command_fail(&err) : say_verdict(in, &verdict);
}

int cmd_audit_seal(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct audit_seal end;
	struct db *db;
	int r = common_cases(in, &db, &err);

	if (r < 0)
		return command_fail(&err);
	r = audit_seal(db, clock_now(), &err);
	if (r >= 0)
		r = audit_end(db, &end, &err);
	db_close(db);
	if (r < 0)
		return command_fail(&err);
	printf("%" PRId64 ":%s\n", end.position, end.hash);
	return EXIT_YES;
}
