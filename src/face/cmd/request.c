/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi request make, list: who is asked to act. */
#include "desk/incident/request.h"

#include "base/cleanup.h"
#include "desk/incident/incident.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/table.h"
#include "ground/people/key.h"

#include <errno.h>

#define LETTER_TEXT_MAX (1u << 20)

static int find_incident(struct cases *c, const char *ref, int64_t *ret, struct error *err)
{
	struct incident i;
	int r = c->db ? incident_by_ref(c->db, ACCESS_LOCAL, ref, c->arena, &i, err) : 0;

	if (r == 0) {
		error_hint(err, "`hinomi incident list` shows them");
		return error_set(err, -ENOENT, "no incident has the ref '%s'", ref);
	}
	if (r > 0)
		*ret = i.id;
	return r < 0 ? r : 0;
}

static int find_contact(struct cases *c, const char *who, struct contact *ret, struct error *err)
{
	int r = contact_find(c->db, ACCESS_LOCAL, who, c->arena, ret, err);

	if (r == 0) {
		error_hint(err, "`hinomi contact list` shows them");
		return error_set(err, -ENOENT, "no contact has the ref or address '%s'", who);
	}
	return r < 0 ? r : 0;
}

/* As the recipient can, unless plain is asked for. */
static int choose_protection(const struct invocation *in, struct cases *c, const struct contact *to, const char **ret,
			     struct error *err)
{
	const char *key;
	int r = key_usable(c->db, to->id, KEYS_OPENPGP, c->doing.at, c->arena, &key, err);

	if (r >= 0)
		*ret = rules_protection_name(rules_protection(conf_text(c->conf, SETTING_KEYS_SIGN)[0], r > 0,
							      in->value[OPTION_PLAIN]));
	return r < 0 ? r : 0;
}

static int make(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	int64_t *incidents = ARENA_ARRAY(c->arena, in->argument_count, int64_t), letter;
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

	for (size_t i = 1; i < in->argument_count && r == 0; i++)
		r = find_incident(c, in->arguments[i], &incidents[i - 1], err);
	if (r == 0 && (!n.subject[0] || !in->value[OPTION_TEXT]))
		r = error_set(err, -EINVAL, "a letter needs a subject and a text: --subject, --text");
	if (r == 0)
		r = cases_text_of(c, in->value[OPTION_TEXT], LETTER_TEXT_MAX, &n.text, err);
	if (r == 0)
		r = choose_protection(in, c, &to, &n.protection, err);
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
	cases_close(&c);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
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
	int64_t incident = 0;
	size_t count = 0;
	struct table t;
	struct cases c;
	int r = cases_open(in, false, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	if (in->argument_count)
		r = find_incident(&c, in->arguments[0], &incident, &err);
	if (r == 0 && c.db)
		r = request_list(c.db, ACCESS_LOCAL, incident, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_request(&t, &list[i]);
		table_end(&t);
	}
	cases_close(&c);
	return r < 0 ? common_failed(r, &err) : EXIT_YES;
}
