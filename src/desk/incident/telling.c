/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What letters say, and what may be said. */
#include "desk/incident/telling.h"

#include "base/memory.h"
#include "desk/incident/telling.sql.gen.h"
#include "engine/words/words.h"
#include "ground/access/sight.h"
#include "ground/indicator/indicator.h"

#include <errno.h>

#define THINGS_MAX 50

static const char *centre_name(const struct telling_centre *c, const char *language)
{
	return strcmp(language, "ja") == 0 ? c->name_ja : c->name_en;
}

/* --- the text of a request --- */

static void put_thing(struct value *list, const char *text)
{
	value_put_text(value_add_object(list), "thing", text);
}

/* What people said it is about; else what its first report names. */
static int put_things(struct db *db, const struct incident *i, struct value *v, struct arena *arena, struct error *err)
{
	struct value *list = value_put_list(v, "things");
	struct indicator_thing *named = NULL;
	struct indicator *given = NULL;
	struct report *reports = NULL;
	size_t count = 0, report_count = 0;
	int r = indicator_list(db, ACCESS_LOCAL, i->id, THINGS_MAX, arena, &given, &count, err);

	for (size_t n = 0; n < count; n++)
		if (strcmp(given[n].role, "target") != 0)
			put_thing(list, given[n].thing.text);
	if (r < 0 || count)
		return r;
	r = report_of_incident(db, ACCESS_LOCAL, i->id, arena, &reports, &report_count, err);
	if (r == 0 && report_count)
		r = indicator_found(db, reports[0].id, THINGS_MAX, arena, &named, &count, err);
	for (size_t n = 0; n < count; n++)
		if (strcmp(named[n].kind, "mail") != 0)
			put_thing(list, named[n].text);
	return r;
}

int telling_text(struct db *db, const struct incident *i, const struct contact *to, const struct telling_centre *centre,
		 struct arena *arena, struct letter_rendered *ret, struct error *err)
{
	bool is_ja = strcmp(to->language, "ja") == 0;
	struct telling_advice_row advice = { .text = "" };
	struct value *v = value_object(arena);
	int r = telling_advice(db, i->category, "administrator", to->language, arena, &advice, err);

	/* Categories without advice of their own have that of the rest. */
	if (r == 0)
		r = telling_advice(db, "other", "administrator", to->language, arena, &advice, err);
	if (r < 0)
		return r;
	value_put_text(v, "ref", i->ref);
	value_put_text(v, "title", i->title);
	value_put_text(v, "category", is_ja ? i->category_ja : i->category_en);
	value_put_text(v, "name", to->name);
	value_put_text(v, "centre", centre_name(centre, to->language));
	value_put_text(v, "advice", advice.text);
	r = put_things(db, i, v, arena, err);
	return r < 0 ? r : letter_render(db, "request", to->language, v, arena, ret, err);
}

struct library {
	struct telling_advice *list;
	size_t count, room;
	struct arena *arena;
};

static int take_advice(void *context, const struct telling_advice_all_row *row)
{
	struct library *l = context;

	l->list = memory_grow(l->list, &l->room, l->count + 1, sizeof *l->list);
	l->list[l->count++] = (struct telling_advice){ arena_text(l->arena, row->category), arena_text(l->arena, row->audience),
						       arena_text(l->arena, row->text) };
	return 0;
}

int telling_library(struct db *db, const char *language, struct arena *arena, struct telling_advice **ret, size_t *ret_count,
		    struct error *err)
{
	struct library l = { .arena = arena };
	int r = telling_advice_all(db, language, take_advice, &l, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, l.list, l.count * sizeof *l.list);
		*ret_count = l.count;
	}
	free(l.list);
	return r;
}

/* --- drafts --- */

struct drafting {
	struct letter_new n;
	char uuid[RECORD_UUID_TEXT], *ref;
	const char *what;
	const struct request *requests; /* whose consent is asked for; NULL: nobody's */
	size_t request_count;
};

/* Inside the transaction that drafts: what was taken back meanwhile is not passed on. */
static int ask_consent(struct db *db, const struct drafting *d, struct error *err)
{
	struct telling_consent_row row = { 0 };
	int r = 1;

	for (size_t i = 0; i < d->request_count && r > 0; i++) {
		row.is_given = false;
		r = telling_consent(db, d->requests[i].id, NULL, &row, err);
		if (r == 0 || (r > 0 && !row.is_given)) {
			error_hint(err, "`hinomi request consent %s yes` keeps that the party agrees, with how it said so", d->requests[i].ref);
			return error_set(err, -EACCES, "the party of %s has not agreed to pass on what it found", d->requests[i].ref);
		}
	}
	return r < 0 ? r : 0;
}

static int draft(struct db *db, void *context, struct error *err)
{
	struct drafting *d = context;
	int64_t id;
	int r = ask_consent(db, d, err);

	if (r == 0)
		r = letter_draft(db, &d->n, d->uuid, &id, d->ref, err);
	return r < 0 ? r : record_happened(db, d->n.about_id, d->n.doing.at, d->n.doing.actor, d->what, d->ref, err);
}

static int keep(struct db *db, struct drafting *d, char ret_ref[RECORD_REF_MAX], struct error *err)
{
	record_uuid(d->uuid);
	d->ref = ret_ref;
	return db_transaction(db, draft, d, err);
}

static int protect(struct db *db, int64_t contact, const struct telling_centre *c, const char **ret, struct error *err)
{
	return request_protection(db, contact, c->can_sign, c->wants_plain, c->doing.at, ret, err);
}

/* --- reminders and the closing word --- */

static int render_reminder(struct db *db, const struct request *q, const struct letter *first, const struct contact *to,
			   const struct telling_centre *centre, struct arena *arena, struct letter_rendered *ret, struct error *err)
{
	bool is_ja = strcmp(to->language, "ja") == 0;
	struct value *v = value_object(arena);

	value_put_text(v, "ref", q->incident);
	value_put_text(v, "name", to->name);
	value_put_text(v, "subject", first->subject);
	value_put_text(v, "asked", words_time(arena, is_ja ? LANG_JA : LANG_EN, q->asked_at));
	value_put_text(v, "centre", centre_name(centre, to->language));
	return letter_render(db, "reminder", to->language, v, arena, ret, err);
}

static int remind(struct db *db, const struct request *q, const struct telling_centre *centre, struct arena *arena,
		  char ret_ref[RECORD_REF_MAX], struct error *err)
{
	struct drafting d = { .what = "reminder" };
	struct letter_rendered text;
	struct contact to;
	struct letter first;
	int r = letter_load(db, ACCESS_LOCAL, q->letter_id, arena, &first, err);

	if (r > 0)
		r = contact_load(db, ACCESS_LOCAL, q->contact_id, arena, &to, err);
	if (r <= 0)
		return r < 0 ? r : error_set(err, -ENOENT, "its letter or its party is not there");
	r = render_reminder(db, q, &first, &to, centre, arena, &text, err);
	if (r < 0)
		return r;
	d.n = (struct letter_new){ .about_id = q->incident_id, .kind = "reminder", .contact_id = to.id, .to_name = to.name,
				   .to_address = to.address, .language = to.language, .subject = text.subject, .text = text.text,
				   .in_reply_to = first.message_id, .doing = centre->doing };
	r = protect(db, to.id, centre, &d.n.protection, err);
	return r < 0 ? r : keep(db, &d, ret_ref, err);
}

int telling_remind(struct db *db, const struct request *q, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		   struct error *err)
{
	struct arena *arena;
	int r;

	if (!q->asked_at)
		return error_set(err, -EINVAL, "its letter is not out yet");
	if (q->answered_at || strcmp(q->state, "answered") == 0)
		return error_set(err, -EALREADY, "the party has answered");
	arena = arena_new();
	r = remind(db, q, centre, arena, ret_ref, err);
	arena_free(arena);
	return r;
}

int telling_closing(struct db *db, const struct report *p, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		    struct error *err)
{
	struct drafting d = { .what = "closing word" };
	struct letter_rendered text;
	struct arena *arena;
	struct value *v;
	int r;

	if (!p->reporter_address[0] || p->wishes.wishes_contact == ANSWER_NO)
		return error_set(err, -EINVAL, p->reporter_address[0] ? "the reporter does not wish to be written to"
								      : "the reporter left no address");
	arena = arena_new();
	v = value_object(arena);
	value_put_text(v, "ref", p->ref);
	value_put_text(v, "name", p->reporter_name[0] ? p->reporter_name : p->reporter_address);
	value_put_text(v, "subject", p->subject);
	value_put_text(v, "centre", centre_name(centre, p->language));
	r = letter_render(db, "closing", p->language, v, arena, &text, err);
	d.n = (struct letter_new){ .about_id = p->id, .kind = "closing", .to_name = p->reporter_name, .to_address = p->reporter_address,
				   .language = p->language, .subject = text.subject, .text = text.text, .in_reply_to = "",
				   .protection = centre->can_sign && !centre->wants_plain ? "signed" : "none", .doing = centre->doing };
	if (r == 0)
		r = keep(db, &d, ret_ref, err);
	arena_free(arena);
	return r;
}

/* --- consent --- */

int telling_find(struct db *db, int64_t viewer, const char *ref, struct arena *arena, struct request *ret, struct error *err)
{
	struct telling_request_row row = { 0 };
	int r = telling_request(db, viewer, ref, arena, &row, err);

	if (r > 0)
		*ret = (struct request){ .id = row.id, .incident_id = row.incident_id, .contact_id = row.contact_id,
					 .letter_id = row.letter_id, .asked_at = row.has_asked_at ? row.asked_at : 0,
					 .ref = arena_text(arena, ref), .incident = row.incident, .state = row.state };
	return r;
}

struct consenting {
	const struct request *q;
	bool is_given;
	const char *how;
	const struct doing *doing;
};

static int consent(struct db *db, void *context, struct error *err)
{
	const struct consenting *c = context;
	int r = telling_consent_insert(db, c->q->id, c->is_given, c->how, c->doing->at, c->doing->actor, err);

	return r < 0 ? r : record_happened(db, c->q->incident_id, c->doing->at, c->doing->actor, c->is_given ? "consent" : "no consent",
					   c->how, err);
}

int telling_consents(struct db *db, const struct request *q, bool is_given, const char *how, const struct doing *doing,
		     struct error *err)
{
	if (!how[0])
		return error_set(err, -EINVAL, "how the party said so: --reason");
	return db_transaction(db, consent, &(struct consenting){ q, is_given, how, doing }, err);
}

int telling_pass_on(struct db *db, const struct telling_findings *f, const struct telling_centre *centre, char ret_ref[RECORD_REF_MAX],
		    struct error *err)
{
	struct drafting d = { .what = "findings passed on", .requests = f->requests, .request_count = f->count };
	int r;

	if (f->count == 0)
		return error_set(err, -EINVAL, "whose findings?");
	d.n = (struct letter_new){ .about_id = f->requests[0].incident_id, .kind = "word", .contact_id = f->to->id, .to_name = f->to->name,
				   .to_address = f->to->address, .language = f->to->language, .subject = f->subject, .text = f->text,
				   .in_reply_to = "", .doing = centre->doing };
	r = protect(db, f->to->id, centre, &d.n.protection, err);
	return r < 0 ? r : keep(db, &d, ret_ref, err);
}
