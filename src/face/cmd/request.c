/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi request make, remind, consent, findings, list: who is asked to act. */
#include "desk/incident/request.h"

#include "base/cleanup.h"
#include "desk/incident/telling.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/table.h"
#include "ground/access/sight.h"

#include <errno.h>

#define LETTER_TEXT_MAX (1u << 20)

/* What was typed; else the template for the first incident. */
static int choose_text(const struct invocation *in, struct cases *c, const struct incident *first, const struct contact *to,
		       struct request_new *n, struct error *err)
{
	struct telling_centre centre = cases_centre(in, c);
	struct letter_rendered text;
	int r;

	if (in->value[OPTION_TEXT] && !n->subject[0])
		return error_set(err, -EINVAL, "a letter needs a subject: --subject");
	if (in->value[OPTION_TEXT])
		return cases_text_of(c, in->value[OPTION_TEXT], LETTER_TEXT_MAX, &n->text, err);
	r = telling_text(c->db, first, to, &centre, c->arena, &text, err);
	if (r == 0) {
		n->subject = n->subject[0] ? n->subject : text.subject;
		n->text = text.text;
	}
	return r;
}

static int make(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	int64_t *incidents = ARENA_ARRAY(c->arena, in->argument_count, int64_t), letter;
	struct incident about, first = { .id = 0 };
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
		if (r == 0 && i == 1)
			first = about;
	}
	if (r == 0)
		r = choose_text(in, c, &first, &to, &n, err);
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

/* --- afterwards --- */

static int find(struct cases *c, const char *ref, struct request *ret, struct error *err)
{
	int r = telling_find(c->db, ACCESS_LOCAL, ref, c->arena, ret, err);

	if (r == 0) {
		error_hint(err, "`hinomi request list` shows them");
		return error_set(err, -ENOENT, "no request has the ref '%s'", ref);
	}
	return r < 0 ? r : 0;
}

int cmd_request_remind(const struct invocation *in)
{
	struct telling_centre centre;
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct request q;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	for (size_t i = 0; i < in->argument_count && r == 0; i++) {
		centre = cases_centre(in, &c);
		r = find(&c, in->arguments[i], &q, &err);
		if (r == 0)
			r = telling_remind(c.db, &q, &centre, ref, &err);
		if (r == 0)
			puts(ref);
		else
			error_prefix(&err, "%s", in->arguments[i]);
	}
	return cases_end(&c, r, &err);
}

int cmd_request_consent(const struct invocation *in)
{
	bool is_given = strcmp(in->arguments[1], "yes") == 0;
	struct error err = ERROR_NONE;
	struct request q;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r == 0 && !is_given && strcmp(in->arguments[1], "no") != 0)
		r = error_set(&err, -EINVAL, "'%.40s' is neither yes nor no", in->arguments[1]);
	if (r == 0)
		r = find(&c, in->arguments[0], &q, &err);
	if (r == 0)
		r = telling_consents(c.db, &q, is_given, cases_option(in, OPTION_REASON, ""), &c.doing, &err);
	return cases_end(&c, r, &err);
}

static int pass_on(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	struct request *requests = ARENA_ARRAY(c->arena, in->argument_count, struct request);
	struct contact to;
	struct telling_findings f = { .requests = requests, .count = in->argument_count - 1, .to = &to,
				      .subject = cases_option(in, OPTION_SUBJECT, "") };
	struct telling_centre centre = cases_centre(in, c);
	int r = find_contact(c, in->arguments[0], &to, err);

	for (size_t i = 1; i < in->argument_count && r == 0; i++)
		r = find(c, in->arguments[i], &requests[i - 1], err);
	if (r == 0 && (!f.subject[0] || !in->value[OPTION_TEXT]))
		r = error_set(err, -EINVAL, "a letter needs a subject and a text: --subject, --text");
	if (r == 0)
		r = cases_text_of(c, in->value[OPTION_TEXT], LETTER_TEXT_MAX, &f.text, err);
	return r < 0 ? r : telling_pass_on(c->db, &f, &centre, ref, err);
}

int cmd_request_findings(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r == 0)
		r = pass_on(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}
