/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Contacts. */
#include "ground/people/contact.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "ground/people/contact.sql.gen.h"

#include <errno.h>

int people_address(const char *text, char into[PEOPLE_ADDRESS_MAX + 1], struct error *err)
{
	const char *at = strrchr(text, '@');
	size_t n = strlen(text);

	if (n > PEOPLE_ADDRESS_MAX || !at || at == text || !at[1])
		return error_set(err, -EINVAL, "'%.80s' is not a mail address", text);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c <= ' ' || c == 0x7f || strchr("<>()[],;:\\\"", c))
			return error_set(err, -EINVAL, "'%.80s' is not a mail address", text);
		into[i] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
	}
	into[n] = '\0';
	return 0;
}

static bool is_country(const char *text)
{
	return !text[0] || (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2 && !text[2]);
}

static int check(const struct contact_new *n, struct error *err)
{
	if (strcmp(n->language, "ja") != 0 && strcmp(n->language, "en") != 0)
		return error_set(err, -EINVAL, "letters are in ja or en, not in '%.20s'", n->language);
	if (!is_country(n->country)) {
		error_hint(err, "two capital letters of ISO 3166-1: JP");
		return error_set(err, -EINVAL, "'%.20s' is not a country", n->country);
	}
	if (!n->name[0])
		return error_set(err, -EINVAL, "a contact needs a name");
	return 0;
}

/* 0 where there is none. */
static int organisation_of(struct db *db, const struct contact_new *n, int64_t *ret, struct error *err)
{
	const char *name = n->organisation_ja[0] ? n->organisation_ja : n->organisation_en;
	struct people_organisation_by_name_row found = { 0 };
	struct record_new record = { .kind = "organisation", .series = "O", .marking = "GREEN", .at = n->doing.at,
				     .actor = n->doing.actor };
	char ref[RECORD_REF_MAX];
	int r;

	*ret = 0;
	if (!name[0])
		return 0;
	r = people_organisation_by_name(db, name, NULL, &found, err);
	if (r != 0) {
		*ret = r > 0 ? found.id : 0;
		return r < 0 ? r : 0;
	}
	memcpy(record.uuid, n->organisation_uuid, sizeof record.uuid);
	r = record_add(db, &record, ret, ref, err);
	if (r == 0)
		r = people_organisation_insert(db, *ret, n->organisation_ja, n->organisation_en, n->country, n->doing.at, err);
	return r < 0 ? r : 0;
}

struct adding {
	const struct contact_new *n;
	char address[PEOPLE_ADDRESS_MAX + 1], *ref;
};

static int add_roles(struct db *db, int64_t id, const char *const *roles, struct error *err)
{
	int r = 0;

	for (; roles && *roles && r >= 0; roles++)
		r = people_role_insert(db, id, *roles, err);
	return r < 0 ? r : 0;
}

static int add(struct db *db, void *context, struct error *err)
{
	struct adding *a = context;
	const struct contact_new *n = a->n;
	struct record_new record = { .kind = "contact", .series = "C", .marking = "GREEN", .at = n->doing.at,
				     .actor = n->doing.actor };
	struct people_contact_by_address_row found = { 0 };
	int64_t organisation, id;
	int r = people_contact_by_address(db, a->address, NULL, &found, err);

	if (r > 0)
		return error_set(err, -EEXIST, "'%s' has a contact already", a->address);
	if (r == 0)
		r = organisation_of(db, n, &organisation, err);
	if (r < 0)
		return r;
	memcpy(record.uuid, n->uuid, sizeof record.uuid);
	r = record_add(db, &record, &id, a->ref, err);
	if (r == 0)
		r = people_contact_insert(db, id, organisation ? &organisation : NULL, n->name, a->address, n->phone, n->language,
					  n->country, n->note, n->doing.at, err);
	return r < 0 ? r : add_roles(db, id, n->roles, err);
}

int contact_add(struct db *db, const struct contact_new *n, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct adding a = { .n = n, .ref = ret_ref };
	int r = check(n, err);

	if (r == 0 && n->address[0])
		r = people_address(n->address, a.address, err);
	return r < 0 ? r : db_transaction(db, add, &a, err);
}

static const char *either(struct arena *arena, const char *ja, const char *en)
{
	return arena_text(arena, ja && ja[0] ? ja : en ? en : "");
}

struct reading {
	struct contact *list;
	size_t count, room;
	struct arena *arena;
};

static int take(void *context, const struct people_contacts_row *row)
{
	struct reading *g = context;

	g->list = memory_grow(g->list, &g->room, g->count + 1, sizeof *g->list);
	g->list[g->count++] = (struct contact){
		.id = row->id,
		.ref = arena_text(g->arena, row->ref),
		.organisation = either(g->arena, row->organisation, row->organisation_en),
		.name = arena_text(g->arena, row->name),
		.address = arena_text(g->arena, row->address),
		.language = arena_text(g->arena, row->language),
		.country = arena_text(g->arena, row->country),
		.reach = arena_text(g->arena, row->reach),
		.reach_at = row->has_reach_at ? row->reach_at : 0,
		.note = arena_text(g->arena, row->note),
	};
	return 0;
}

int contact_list(struct db *db, int64_t viewer, struct arena *arena, struct contact **ret, size_t *ret_count, struct error *err)
{
	struct reading g = { .arena = arena };
	int r = people_contacts(db, viewer, take, &g, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, g.list, g.count * sizeof *g.list);
		*ret_count = g.count;
	}
	free(g.list);
	return r;
}

int contact_load(struct db *db, int64_t viewer, int64_t id, struct arena *arena, struct contact *ret, struct error *err)
{
	struct people_contact_one_row row = { 0 };
	int r = people_contact_one(db, viewer, id, arena, &row, err);

	if (r > 0)
		*ret = (struct contact){ row.id, row.ref, either(arena, row.organisation, row.organisation_en), row.name, row.address,
					 row.language, row.country, row.reach, row.has_reach_at ? row.reach_at : 0, row.note };
	return r;
}

int contact_find(struct db *db, int64_t viewer, const char *ref_or_address, struct arena *arena, struct contact *ret, struct error *err)
{
	struct people_contact_by_address_row by_address = { 0 };
	struct people_contact_by_ref_row by_ref = { 0 };
	char address[PEOPLE_ADDRESS_MAX + 1];
	int r = people_contact_by_ref(db, viewer, ref_or_address, NULL, &by_ref, err);

	if (r > 0)
		return contact_load(db, viewer, by_ref.id, arena, ret, err);
	if (r < 0 || people_address(ref_or_address, address, NULL) < 0)
		return r;
	r = people_contact_by_address(db, address, NULL, &by_address, err);
	return r > 0 ? contact_load(db, viewer, by_address.id, arena, ret, err) : r;
}

int contact_reached(struct db *db, int64_t id, bool has_worked, const struct doing *doing, struct error *err)
{
	int r = people_contact_reach(db, id, has_worked ? "worked" : "bounced", doing->at, err);

	return r < 0 ? r : record_happened(db, id, doing->at, doing->actor, has_worked ? "reached" : "bounced", NULL, err);
}
