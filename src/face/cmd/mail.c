/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi mail take, list: what arrives. */
#include "ground/intake/intake.h"

#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"

#include <errno.h>

#define EXIT_LATER 75 /* EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and tries again */

static bool is_channel(const char *name)
{
	static const char *const channels[] = { "mail", "web", "fax", "telephone", "hand", "list", "api" };

	for (size_t i = 0; i < COUNT(channels); i++)
		if (strcmp(name, channels[i]) == 0)
			return true;
	return false;
}

static int take(const struct invocation *in, struct cases *c, const char *channel, struct error *err)
{
	_cleanup_(buf_clear) struct buf mail;
	int64_t id, at;
	int r = cases_time(in, c, &at, err);

	if (r < 0)
		return r;
	r = common_read_file(in->argument_count ? in->arguments[0] : "-", INTAKE_MESSAGE_MAX, &mail, err);

	if (r < 0)
		return r;
	return intake_keep(c->db, c->blobs, &(struct intake_new){ channel, buf_bytes(&mail), at }, &id, err);
}

int cmd_mail_take(const struct invocation *in)
{
	const char *channel = cases_option(in, OPTION_CHANNEL, "mail");
	struct error err = ERROR_NONE;
	struct cases c;
	int r;

	if (!is_channel(channel)) {
		error_hint(&err, "mail, web, fax, telephone, hand, list or api");
		error_set(&err, -EINVAL, "'%s' is not a channel", channel);
		return command_usage(&err);
	}
	r = cases_open(in, true, &c, &err);
	if (r == 0) {
		r = take(in, &c, channel, &err);
		cases_close(&c);
	}
	if (r == 1 && !in->value[OPTION_QUIET])
		fputs("it was taken before\n", stderr);
	if (r >= 0)
		return EXIT_YES;
	common_failed(r, &err);
	return r == -EINVAL || r == -E2BIG ? EXIT_FAILED : EXIT_LATER;
}

static const struct column columns[] = {
	{ "id", "No.", COLUMN_NUMBER },	       { "received", "Received (UTC)", COLUMN_TEXT },
	{ "channel", "Channel", COLUMN_TEXT }, { "state", "State", COLUMN_TEXT },
	{ "kind", "Kind", COLUMN_TEXT },       { "about", "About", COLUMN_TEXT },
	{ "from", "From", COLUMN_TEXT },       { "subject", "Subject", COLUMN_TEXT },
	{ "protection", NULL, COLUMN_TEXT },   { "signature", NULL, COLUMN_TEXT },
	{ "reason", "Why", COLUMN_TEXT },      { "sha256", NULL, COLUMN_TEXT },
};

static void print_line(struct table *t, const struct intake_line *l)
{
	table_number(t, l->id);
	table_time(t, l->received_at);
	table_text(t, l->channel);
	table_text(t, l->state);
	table_text(t, l->kind);
	table_text(t, l->about);
	table_text(t, l->from_address);
	table_text(t, l->subject);
	table_text(t, l->protection);
	table_text(t, l->signature);
	table_text(t, l->reason);
	table_text(t, l->blob);
}

int cmd_mail_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct intake_line *list = NULL;
	struct table t;
	struct cases c;
	size_t count = 0;
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, 100000, 100, &most, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = cases_open(in, false, &c, &err);
	if (r == 0 && c.db)
		r = intake_list(c.db, cases_option(in, OPTION_STATE, ""), (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_line(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}
