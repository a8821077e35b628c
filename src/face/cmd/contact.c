/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi contact add, list, key: whom the centre writes to. */
#include "ground/people/contact.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "face/cmd/desk_find.h"
#include "face/cmd/table.h"
#include "ground/people/key.h"
#include "ground/people/network.h"

#include <errno.h>

#define ROLES_MAX 8
#define KEY_TEXT_MAX (1u << 20)

/* Words between commas. */
static int split_roles(struct arena *arena, const char *text, const char *ret[ROLES_MAX + 1], struct error *err)
{
	size_t count = 0;

	for (char *word = arena_text(arena, text), *next; word && *word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		if (count == ROLES_MAX)
			return error_set(err, -EINVAL, "more than %d roles", ROLES_MAX);
		ret[count++] = word;
	}
	ret[count] = NULL;
	return 0;
}

/* What a key is is told by the process that may look at hostile keys. */
static int add_key(struct cases *c, int64_t contact, const char *path, struct error *err)
{
	const char *folder = conf_text(c->conf, SETTING_KEYS_OPEN), *text;
	struct keys_described described;
	struct keys *keys;
	int r = cases_text_of(c, path, KEY_TEXT_MAX, &text, err);

	if (r == 0 && !folder[0]) {
		error_hint(err, "the setting keys.open names the folder of hinomi-open, which reads keys");
		r = error_set(err, -ENOENT, "there is no process to read a key");
	}
	if (r == 0)
		r = keys_open(KEYS_UNSEAL, folder, &keys, err);
	if (r < 0)
		return r;
	r = keys_describe(keys, KEYS_OPENPGP, text, &described, err);
	keys_close(keys);
	if (r == 0 && !described.can_encrypt)
		r = error_set(err, -EINVAL, "the key in '%s' cannot be used for encryption, or not any more", path);
	return r == 0 ? key_add(c->db, contact, KEYS_OPENPGP, &described, text, &c->doing, err) : r;
}

static int add(const struct invocation *in, struct cases *c, char ref[RECORD_REF_MAX], struct error *err)
{
	const char *organisation = cases_option(in, OPTION_ORGANISATION, "");
	const char *roles[ROLES_MAX + 1];
	struct contact_new n = {
		.organisation_ja = organisation,
		.organisation_en = organisation,
		.name = in->arguments[0],
		.address = in->arguments[1],
		.phone = "",
		.language = cases_option(in, OPTION_LANG, "ja"),
		.country = cases_option(in, OPTION_COUNTRY, ""),
		.note = "",
		.roles = roles,
		.doing = c->doing,
	};
	struct contact made;
	int r = split_roles(c->arena, cases_option(in, OPTION_ROLE, "other"), roles, err);

	record_uuid(n.uuid);
	record_uuid(n.organisation_uuid);
	if (r == 0)
		r = contact_add(c->db, &n, ref, err);
	if (r == 0 && in->value[OPTION_PUBLIC_KEY]) {
		r = find_contact(c, ref, &made, err);
		if (r == 0)
			r = add_key(c, made.id, in->value[OPTION_PUBLIC_KEY], err);
	}
	return r;
}

int cmd_contact_add(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = add(in, &c, ref, &err);
	if (r == 0)
		puts(ref);
	return cases_end(&c, r, &err);
}

int cmd_contact_key(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct contact contact;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	r = find_contact(&c, in->arguments[0], &contact, &err);
	if (r == 0)
		r = add_key(&c, contact.id, in->arguments[1], &err);
	return cases_end(&c, r, &err);
}

int cmd_contact_network(const struct invocation *in)
{
	const char *source = cases_option(in, OPTION_SOURCE, "own");
	char today[CALENDAR_TEXT_MAX];
	struct error err = ERROR_NONE;
	struct contact contact;
	struct cases c;
	int r = cases_open(in, true, &c, &err);

	if (r < 0)
		return common_failed(r, &err);
	date_format(calendar_date(c.doing.at), today);
	r = find_contact(&c, in->arguments[0], &contact, &err);
	for (size_t i = 1; i < in->argument_count && r == 0; i++)
		r = network_add(c.db, contact.id, in->arguments[i], source, cases_option(in, OPTION_AS_OF, today), &c.doing, &err);
	return cases_end(&c, r, &err);
}

static const struct column columns[] = {
	{ "ref", "Ref", COLUMN_TEXT },		    { "name", "Name", COLUMN_TEXT },
	{ "organisation", "Organisation", COLUMN_TEXT }, { "address", "Address", COLUMN_TEXT },
	{ "language", "Language", COLUMN_TEXT },    { "country", "Country", COLUMN_TEXT },
	{ "reach", "Reached", COLUMN_TEXT },	    { "reached", NULL, COLUMN_TEXT },
};

static void print_contact(struct table *t, const struct contact *c)
{
	table_text(t, c->ref);
	table_text(t, c->name);
	table_text(t, c->organisation);
	table_text(t, c->address);
	table_text(t, c->language);
	table_text(t, c->country);
	table_text(t, c->reach);
	table_time(t, c->reach_at);
}

int cmd_contact_list(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct contact *list = NULL;
	struct table t;
	struct cases c;
	size_t count = 0;
	int r = cases_open(in, false, &c, &err);

	if (r == 0 && c.db)
		r = contact_list(c.db, ACCESS_LOCAL, c.arena, &list, &count, &err);
	if (r == 0) {
		t = table_begin(in, columns, COUNT(columns));
		for (size_t i = 0; i < count; i++)
			print_contact(&t, &list[i]);
		table_end(&t);
	}
	return cases_end(&c, r, &err);
}
