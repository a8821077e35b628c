/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi request make, list: who is asked to act. */
#include "desk/incident/request.h"

#include "base/cleanup.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/table.h"

#include <errno.h>

#define LETTER_TEXT_MAX (1u << 20)

static int make(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	int64_t *incidents = ARENA_ARRAY(c->arena, in->argument_count, int64_t), letter;
	struct incident about;
	struct contact to;
	struct request_new n = {
		.incidents = incidents,
		.incident_count = in->argument_count - 1,
		.contact = &to,
		.subject = cases_option(in, OPTION_SUBJECT, ""),
		.home = conf_text(c->conf, SETTING_CENTRE_COUNTRY),
		.reason = cases_option(in, OPTION_REASON, ""),
		.doing = c->doing,
	};
	int r = find_contact(c, in->arguments[0], &to, err);

	for (size_t i = 1; i < in->argument_count && r == 0; i++) {
		r = find_incident(c, in->arguments[i], &about, err);
		incidents[i - 1] = r == 0 ? about.id : 0;
	}
	if (r == 0 && (!n.subject[0] || !in->value[OPTION_TEXT]))
		r = error_set(err, -EINVAL, "a letter needs a subject and a text: --subject, --text");
	if (r == 0)
		r = cases_text_of(c, in->value[OPTION_TEXT], LETTER_TEXT_MAX, &n.text, err);
	if (r == 0)
		r = request_protection(c->db, to.id, conf_text(c->conf, SETTING_KEYS_SIGN)[0], in->value[OPTION_PLAIN], c->doing.at,
				       &n.protection, err);
	return r < 0 ? r : request_make(c->db, &n, &letter, ref, err);
}

int cmd_request_make(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = make(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },	       { "incident", "Incident", COLUMN_TEXT },
	{ "contact", "Party", COLUMN_TEXT },   { "country", "Country", COLUMN_TEXT },
	{ "domestic", NULL, COLUMN_BOOL },     { "letter", "Letter", COLUMN_TEXT },
	{ "state", "State", COLUMN_TEXT },     { "asked", "Asked (UTC)", COLUMN_TEXT },
	{ "answered", "Answered (UTC)", COLUMN_TEXT }, { "reason", NULL, COLUMN_TEXT },
};

static void print_request(struct table *t, const struct request *q)
{
	table_text(t, q->ref);
	table_text(t, q->incident);
	table_text(t, q->contact);
	table_text(t, q->country);
	table_bool(t, q->is_domestic);
	table_text(t, q->letter);
	table_text(t, q->state);
	table_time(t, q->asked_at);
	table_time(t, q->answered_at);
	table_text(t, q->reason);
}

int cmd_request_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct request *list = NULL;
	struct incident about = { .id = 0 };
	size_t count = 0;
	struct table t;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	if (in->argument_count)
		r = find_incident(&c, in->arguments[0], &about, &err);
	if (r == 0 && c.db)
		r = request_list(c.db, ACCESS_LOCAL, about.id, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_request(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}
