/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi letter list, show, advice, send, withdraw, resend, settle. */
#include "ground/letter/letter.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "desk/incident/incident.h"
#include "desk/incident/report.h"
#include "desk/incident/telling.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/desk_show.h"
#include "face/cmd/table.h"

#include <errno.h>

static int find(struct cases *c, const char *ref, struct letter *ret, struct error *err)
{
	int r = c->db ? letter_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, ret, err) : 0;

	if (r == 0) {
		error_hint(err, "`hinomi letter list` shows them");
		return error_set(err, -ENOENT, "no letter has the ref '%s'", ref);
	}
	return r < 0 ? r : 0;
}

/* --- list and show --- */

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },	     { "about", "About", COLUMN_TEXT },
	{ "kind", "Kind", COLUMN_TEXT },     { "to", "To", COLUMN_TEXT },
	{ "subject", "Subject", COLUMN_TEXT }, { "state", "State", COLUMN_TEXT },
	{ "returned", "Returned", COLUMN_TEXT }, { "sent", "Sent (UTC)", COLUMN_TEXT },
	{ "failure", "Failure", COLUMN_TEXT }, { "protection", NULL, COLUMN_TEXT },
	{ "message_id", NULL, COLUMN_TEXT },
};

static void print_letter(struct table *t, const struct letter *l)
{
	table_text(t, l->ref);
	table_text(t, l->about);
	table_text(t, l->kind);
	table_text(t, l->to_address);
	table_text(t, l->subject);
	table_text(t, l->state);
	table_text(t, l->returned);
	table_time(t, l->sent_at);
	table_text(t, l->failure);
	table_text(t, l->protection);
	table_text(t, l->message_id);
}

/* A report's or an incident's. */
static int find_about(struct cases *c, const char *ref, int64_t *ret, struct error *err)
{
	struct report p;
	struct incident i;
	int r = report_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, &p, err);

	if (r > 0) {
		*ret = p.id;
		return 0;
	}
	if (r == 0)
		r = incident_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, &i, err);
	if (r > 0)
		*ret = i.id;
	return r == 0 ? error_set(err, -ENOENT, "no report or incident has the ref '%s'", ref) : r < 0 ? r : 0;
}

int cmd_letter_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct letter *list = NULL;
	int64_t about = 0;
	size_t count = 0;
	struct table t;
	struct cases c;
	uint64_t most;
	int r = command_number(in, OPTION_COUNT, 100000, 100, &most, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = cases_open(in, false, &c, &err);
	if (r < 0)
		return common_failed(r, &err);
	if (in->argument_count && c.db)
		r = find_about(&c, in->arguments[0], &about, &err);
	if (r == 0 && c.db)
		r = letter_list(c.db, ACCESS_LOCAL, about, cases_option(in, OPTION_STATE, ""), 0, (int64_t)most, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_letter(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static const struct column advice_columns[] = {
	{ "category", "Category", COLUMN_TEXT },
	{ "audience", "For", COLUMN_TEXT },
	{ "text", "Advice", COLUMN_TEXT },
};

/* Paragraphs are no cells for people. */
static void print_advice(const struct invocation *in, struct table *t, const struct telling_advice *a)
{
	if (!in->value[OPTION_JSON] && !in->value[OPTION_CSV]) {
		printf("%s, for %s:\n%s\n\n", a->category, strcmp(a->audience, "user") == 0 ? "users" : "administrators", a->text);
		return;
	}
	table_text(t, a->category);
	table_text(t, a->audience);
	table_text(t, a->text);
}

int cmd_letter_advice(const struct invocation *in)
{
	struct telling_advice *list = NULL;
	struct error err = ERROR_NONE;
	enum lang lang = LANG_EN;
	size_t count = 0;
	struct table t;
	struct cases c;
	int r;

	if (common_lang(in, &lang, &err) < 0)
		return command_usage(&err);
	r = cases_open(in, false, &c, &err);
	if (r == 0 && c.db)
		r = telling_library(c.db, lang_code(lang), c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, advice_columns, COUNT(advice_columns));
		for (size_t i = 0; i < count; i++)
			print_advice(in, &t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}

static void show_letter(struct sheet *s, const struct letter *l)
{
	sheet_text(s, "ref", "ref", l->ref);
	sheet_text(s, "about", "about", l->about);
	sheet_text(s, "kind", "kind", l->kind);
	sheet_text(s, "state", "state", l->state);
	sheet_text(s, "returned", "returned", l->returned);
	sheet_text(s, "failure", "failure", l->failure);
	sheet_text(s, "to_name", "to", l->to_name);
	sheet_text(s, "to", "", l->to_address);
	sheet_text(s, "language", "language", l->language);
	sheet_text(s, "protection", "protection", l->protection);
	sheet_text(s, "message_id", "Message-ID", l->message_id);
	sheet_time(s, "send_after", "goes out", l->send_after);
	sheet_time(s, "sent", "sent", l->sent_at);
	sheet_text(s, "approved_by", "approved by", l->approved_by);
	sheet_text(s, "subject", "subject", l->subject);
	sheet_body(s, "text", l->text);
}

int cmd_letter_show(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct letter l;
	struct sheet s;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find(&c, in->arguments[0], &l, &err);
	if (r == 0) {
		sheet_begin(&s, in);
		show_letter(&s, &l);
		r = show_timeline(&s, &c, l.id, &err);
		sheet_print(&s);
	}
	return cases_end(&c, r, &err);
}

/* --- changes --- */

static int send_one(struct cases *c, const struct letter *l, int64_t delay_s, struct error *err)
{
	return letter_send(c->db, l->id, conf_text(c->conf, SETTING_MAIL_ADDRESS), c->doing.at + delay_s * SECOND_US, &c->doing, err);
}

static int withdraw_one(struct cases *c, const struct letter *l, int64_t delay_s, struct error *err)
{
	(void)delay_s;
	return letter_withdraw(c->db, l->id, &c->doing, err);
}

static int resend_one(struct cases *c, const struct letter *l, int64_t delay_s, struct error *err)
{
	return letter_resend(c->db, l->id, c->doing.at + delay_s * SECOND_US, &c->doing, err);
}

static int settle_one(struct cases *c, const struct letter *l, int64_t delay_s, struct error *err)
{
	(void)delay_s;
	return letter_settle(c->db, l->id, &c->doing, err);
}

static int change_each(const struct invocation *in, int (*change)(struct cases *, const struct letter *, int64_t, struct error *))
{
	struct error err = ERROR_NONE;
	struct letter l;
	struct cases c;
	uint64_t delay = 0;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = command_number(in, OPTION_DELAY, 7 * 86400, (uint64_t)conf_number(c.conf, SETTING_MAIL_DELAY), &delay, &err);
	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		r = find(&c, in->arguments[i], &l, &err);
		if (r == 0)
			r = change(&c, &l, (int64_t)delay, &err);
		if (r < 0)
			error_prefix(&err, "%s", in->arguments[i]);
	}
	return cases_end(&c, r, &err);
}

int cmd_letter_send(const struct invocation *in)
{
	return change_each(in, send_one);
}

int cmd_letter_withdraw(const struct invocation *in)
{
	return change_each(in, withdraw_one);
}

int cmd_letter_resend(const struct invocation *in)
{
	return change_each(in, resend_one);
}

int cmd_letter_settle(const struct invocation *in)
{
	return change_each(in, settle_one);
}
