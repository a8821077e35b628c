/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi filter save, list, remove: filters kept by name. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "desk/observatory/saved.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"
#include "observe/query/filter.h"

#include <errno.h>

static int change(const struct invocation *in, const char *text)
{
	struct saved_change c = { .name = in->arguments[0], .text = text, .version = RULES_ANY_VERSION, .doing = common_doing() };
	struct error err = ERROR_NONE;
	struct db *db;
	int r = common_cases(in, &db, &err);

	if (r < 0)
		return command_fail(&err);
	record_uuid(c.uuid);
	r = saved_save(db, &c, &err);
	db_close(db);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}

int cmd_filter_save(const struct invocation *in)
{
	_cleanup_(buf_clear) struct buf text;
	struct error err = ERROR_NONE;

	buf_init(&text, FILTER_TEXT_MAX + 1);
	for (size_t i = 1; i < in->argument_count; i++)
		buf_addf(&text, "%s%s", i > 1 ? " " : "", in->arguments[i]);
	if (text.is_full) {
		error_set(&err, -EINVAL, "filter: longer than %d bytes", FILTER_TEXT_MAX);
		return command_usage(&err);
	}
	return change(in, text.p);
}

int cmd_filter_remove(const struct invocation *in)
{
	return change(in, NULL);
}

static const struct column columns[] = {
	{ "name", "Name", COLUMN_TEXT },
	{ "filter", "Filter", COLUMN_TEXT },
	{ "saved", "Saved (UTC)", COLUMN_TEXT },
};

static int print_filters(const struct invocation *in, struct db *db, size_t *ret_count, struct error *err)
{
	struct arena *arena = arena_new();
	struct saved *list = NULL;
	char time[CALENDAR_TEXT_MAX];
	struct table t;
	int r = db ? saved_list(db, ACCESS_LOCAL, in->argument_count ? in->arguments[0] : "", arena, &list, ret_count, err) : 0;

	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < *ret_count; i++) {
			table_text(&t, list[i].name);
			table_text(&t, list[i].text);
			table_text(&t, time_format_utc(list[i].saved_at / SECOND_US * SECOND_US, time));
		}
		table_end(&t);
	}
	arena_free(arena);
	return r;
}

int cmd_filter_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct db *db;
	size_t count = 0;
	int r = common_cases_read(in, &db, &err);

	if (r < 0)
		return command_fail(&err);
	r = print_filters(in, db, &count, &err);
	db_close(db);
	if (r < 0)
		return command_fail(&err);
	return in->argument_count && count == 0 ? EXIT_NO : EXIT_YES;
}
