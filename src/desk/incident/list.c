/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Lists. Each step is many short transactions; each looks for what is left to do, so that it can be stopped anywhere. */
#include "desk/incident/list.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "desk/incident/incident.h"
#include "desk/incident/list.sql.gen.h"
#include "desk/incident/report.h"

#include <errno.h>

#define AT_ONCE 500
#define LINES_AT_ONCE 5000
#define CSV_MAX (14u << 20)

static const char *const pers[] = { [LIST_PER_ADDRESS] = "address", [LIST_PER_ADMINISTRATOR] = "administrator",
				    [LIST_PER_ONE] = "one" };

bool list_per_parse(const char *text, enum list_per *ret)
{
	for (size_t i = 0; i < COUNT(pers); i++)
		if (strcmp(text, pers[i]) == 0) {
			*ret = (enum list_per)i;
			return true;
		}
	return false;
}

/* --- the report and its lines --- */

struct beginning {
	const struct list_new *n;
	char uuid[RECORD_UUID_TEXT];
	int64_t report;
};

static int begin(struct db *db, void *context, struct error *err)
{
	struct beginning *b = context;
	const struct list_new *n = b->n;
	const struct report_wishes none = { ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, "", 0, false };
	const struct report_new report = { .message_id = n->message_id, .channel = "list", .form = "general",
					   .received_at = n->received_at, .subject = n->subject, .reporter_name = n->reporter_name,
					   .reporter_address = n->reporter_address, .language = "en", .wishes = none,
					   .token_hash = "", .doing = n->doing };
	struct list_report_of_message_row row = { 0 };
	char ref[RECORD_REF_MAX];
	int r = list_report_of_message(db, n->message_id, NULL, &row, err);

	b->report = row.id;
	if (r != 0)
		return r < 0 ? r : 0;
	r = report_add(db, &report, b->uuid, &b->report, ref, err);
	if (r == 0)
		r = list_insert(db, b->report, pers[n->per], INCIDENT_SET, n->category, err);
	if (r == -ENOENT) {
		error_hint(err, "phishing, defacement, malware_site, scan, dos, ics, targeted, other");
		return error_set(err, -EINVAL, "'%.40s' is not a category", n->category);
	}
	return r < 0 ? r : 0;
}

int list_begin(struct db *db, const struct list_new *n, int64_t *ret_report, struct error *err)
{
	struct beginning b = { .n = n };
	int r;

	record_uuid(b.uuid);
	r = db_transaction(db, begin, &b, err);
	if (r == 0)
		*ret_report = b.report;
	return r;
}

int list_load(struct db *db, int64_t report_id, struct arena *arena, struct list *ret, struct error *err)
{
	struct list_select_row row = { 0 };
	int r = list_select(db, report_id, arena, &row, err);

	if (r > 0)
		*ret = (struct list){ report_id, row.rows, row.faults, row.lines, row.addresses, row.without_contact, row.contacts,
				      row.incidents, row.requests, row.ref, row.per, row.category, row.state };
	return r;
}

struct keeping {
	int64_t report;
	const struct network_table *networks;
	const struct read_row *rows;
	size_t count;
};

#define WHY_MAX 200

static void why_format(const struct network *n, char into[WHY_MAX])
{
	char prefix[ADDRESS_TEXT_MAX];

	snprintf(into, WHY_MAX, "%s/%u, %.60s%s%.20s", address_format(&n->prefix.address, prefix), n->prefix.bits, n->source,
		 n->as_of[0] ? " of " : "", n->as_of);
}

static int keep_row(struct db *db, int64_t report, const struct network_table *networks, const struct read_row *row, struct error *err)
{
	const struct network *n = row->why ? NULL : network_find(networks, &row->address);
	char address[ADDRESS_TEXT_MAX] = "", why[WHY_MAX] = "";
	int64_t port = row->port;

	if (row->why)
		return list_fault_insert(db, report, (int64_t)row->number, row->why, row->raw, err);
	if (row->address.family)
		address_format(&row->address, address);
	if (n)
		why_format(n, why);
	return list_line_insert(db, report, (int64_t)row->number, address, row->has_time ? &row->time_us : NULL, row->time_text,
				row->has_port ? &port : NULL, row->host, row->url, row->kind, row->raw, n ? &n->contact_id : NULL, why, err);
}

static int keep(struct db *db, void *context, struct error *err)
{
	const struct keeping *k = context;
	int r = 0;

	for (size_t i = 0; i < k->count && r >= 0; i++)
		r = keep_row(db, k->report, k->networks, &k->rows[i], err);
	return r < 0 ? r : 0;
}

int list_keep(struct db *db, int64_t report_id, const struct network_table *networks, const struct read_row *rows, size_t count,
	      struct error *err)
{
	return db_transaction(db, keep, &(struct keeping){ report_id, networks, rows, count }, err);
}

struct stating {
	int64_t report;
	const char *state;
	const struct doing *doing;
};

static int write_state(struct db *db, void *context, struct error *err)
{
	const struct stating *s = context;
	struct list_count_row row = { 0 };
	int r = list_count(db, s->report, NULL, &row, err);

	if (r >= 0)
		r = list_write_state(db, s->report, s->state, row.rows, row.faults, err);
	return r < 0 ? r : record_happened(db, s->report, s->doing->at, s->doing->actor, s->state, NULL, err);
}

int list_read(struct db *db, int64_t report_id, const struct doing *doing, struct error *err)
{
	return db_transaction(db, write_state, &(struct stating){ report_id, "read", doing }, err);
}

/* --- who answers for it --- */

struct texts {
	char (*list)[ADDRESS_TEXT_MAX];
	size_t count, room;
};

static void texts_add(struct texts *t, const char *text)
{
	t->list = memory_grow(t->list, &t->room, t->count + 1, sizeof *t->list);
	snprintf(t->list[t->count++], sizeof *t->list, "%s", text);
}

static int take_unchosen(void *context, const struct list_unchosen_row *row)
{
	texts_add(context, row->address);
	return 0;
}

struct choosing {
	int64_t report;
	const struct network_table *networks;
	const struct texts *addresses;
};

static int choose(struct db *db, void *context, struct error *err)
{
	const struct choosing *c = context;
	int r = 0;

	for (size_t i = 0; i < c->addresses->count && r >= 0; i++) {
		const struct network *n;
		char why[WHY_MAX];
		struct address a;
		if (!address_parse(BYTES_TEXT(c->addresses->list[i]), &a))
			continue;
		n = network_find(c->networks, &a);
		if (!n)
			continue;
		why_format(n, why);
		r = list_choose_contact(db, c->report, c->addresses->list[i], n->contact_id, why, err);
	}
	return r < 0 ? r : 0;
}

int list_choose(struct db *db, int64_t report_id, const struct network_table *networks, list_progress *progress, void *context,
		struct error *err)
{
	struct texts t = { 0 };
	char after[ADDRESS_TEXT_MAX] = "";
	int64_t done = 0;
	int r;

	do {
		t.count = 0;
		r = list_unchosen(db, report_id, after, AT_ONCE, take_unchosen, &t, err);
		if (r == 0 && t.count)
			r = db_transaction(db, choose, &(struct choosing){ report_id, networks, &t }, err);
		if (t.count)
			memcpy(after, t.list[t.count - 1], sizeof after);
		done += (int64_t)t.count;
		if (progress)
			progress(context, done);
	} while (r == 0 && t.count == AT_ONCE);
	free(t.list);
	return r;
}

/* --- incidents --- */

struct found {
	int64_t contact;
	char name[300];
};

struct making {
	int64_t report;
	const char *category;
	const struct doing *doing;
	struct texts addresses;
	struct found *contacts;
	size_t contact_count, contact_room;
	char (*uuids)[RECORD_UUID_TEXT]; /* AT_ONCE of them */
	int64_t after, next; /* contacts that are done, and will be with this transaction */
};

static int make_one(struct db *db, struct making *m, size_t i, const char *title, int64_t *ret, struct error *err)
{
	char ref[RECORD_REF_MAX];
	struct incident_new n = { .title = title, .category = m->category, .reports = &m->report, .report_count = 1, .brand = "",
				  .industry = "", .origin = "", .country = "", .hosting = "", .doing = *m->doing };

	return incident_add(db, &n, m->uuids[i], ret, ref, err);
}

static int take_address(void *context, const struct list_free_addresses_row *row)
{
	texts_add(&((struct making *)context)->addresses, row->address);
	return 0;
}

static int make_by_address(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	int64_t id = 0;
	int r;

	m->addresses.count = 0;
	r = list_free_addresses(db, m->report, AT_ONCE, take_address, m, err);
	for (size_t i = 0; i < m->addresses.count && r >= 0; i++) {
		const char *address = m->addresses.list[i];
		r = make_one(db, m, i, address[0] ? address : "lines without an address", &id, err);
		if (r >= 0)
			r = list_join_address(db, m->report, address, id, err);
	}
	return r < 0 ? r : (int)m->addresses.count;
}

static int take_contact(void *context, const struct list_free_contacts_row *row)
{
	struct making *m = context;
	struct found *f;

	m->contacts = memory_grow(m->contacts, &m->contact_room, m->contact_count + 1, sizeof *m->contacts);
	f = &m->contacts[m->contact_count++];
	f->contact = row->contact_id;
	snprintf(f->name, sizeof f->name, "%s", row->name);
	return 0;
}

/* Gives how many lines. */
static int join_contact(struct db *db, int64_t report, int64_t contact, int64_t incident, struct error *err)
{
	struct list_part_of_contact_row part = { .through = 0 };
	int64_t after = 0;
	int lines = 0, r;

	do {
		r = list_part_of_contact(db, report, contact, after, LINES_AT_ONCE, NULL, &part, err);
		if (r > 0 && part.has_through)
			r = list_join_contact(db, report, contact, after, part.through, incident, err);
		lines += part.has_through && r > 0 ? r : 0;
		after = part.through;
	} while (r >= 0 && part.has_through);
	return r < 0 ? r : lines;
}

static int join_all(struct db *db, int64_t report, int64_t incident, struct error *err)
{
	struct list_part_of_all_row part = { .through = 0 };
	int64_t after = 0;
	int r;

	do {
		r = list_part_of_all(db, report, after, LINES_AT_ONCE, NULL, &part, err);
		if (r > 0 && part.has_through)
			r = list_join_all(db, report, after, part.through, incident, err);
		after = part.through;
	} while (r >= 0 && part.has_through);
	return r;
}

static int make_by_contact(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	int64_t id = 0;
	size_t i = 0;
	int lines = 0, r;

	m->contact_count = 0;
	r = list_free_contacts(db, m->report, m->after, AT_ONCE, take_contact, m, err);
	for (; i < m->contact_count && lines < LINES_AT_ONCE && r >= 0; i++) {
		r = make_one(db, m, i, m->contacts[i].name, &id, err);
		if (r >= 0)
			r = join_contact(db, m->report, m->contacts[i].contact, id, err);
		lines += r > 0 ? r : 0;
		m->next = m->contacts[i].contact;
	}
	return r < 0 ? r : (int)i;
}

static int make_all(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	struct list_any_free_row row = { 0 };
	int64_t id;
	int r = list_any_free(db, m->report, NULL, &row, err);

	if (r <= 0)
		return r;
	r = make_one(db, m, 0, "a list", &id, err);
	if (r >= 0)
		r = join_all(db, m->report, id, err);
	return r < 0 ? r : 0;
}

int list_make(struct db *db, int64_t report_id, const struct doing *doing, list_progress *progress, void *context,
	      struct error *err)
{
	struct making m = { .report = report_id, .doing = doing };
	struct arena *arena = arena_new();
	int64_t done = 0;
	enum list_per per = LIST_PER_ONE;
	struct list l;
	int r = list_load(db, report_id, arena, &l, err);

	if (r > 0 && !list_per_parse(l.per, &per))
		r = -EINVAL;
	m.category = r > 0 ? l.category : "";
	m.uuids = memory_new(AT_ONCE, sizeof *m.uuids);
	for (int more = r; r > 0 && more > 0;) {
		for (size_t i = 0; i < AT_ONCE; i++)
			record_uuid(m.uuids[i]);
		more = db_transaction(db, per == LIST_PER_ADDRESS ? make_by_address : per == LIST_PER_ONE ? make_all : make_by_contact,
				      &m, err);
		r = more < 0 ? more : r;
		m.after = m.next;
		done += more > 0 ? more : 0;
		if (progress)
			progress(context, done);
	}
	if (r > 0)
		r = db_transaction(db, write_state, &(struct stating){ report_id, "made", doing }, err);
	free(m.uuids);
	free(m.addresses.list);
	free(m.contacts);
	arena_free(arena);
	return r;
}

/* --- letters --- */

/* RFC 4180, and no cell that a spreadsheet takes for a formula. */
static void put_cell(struct buf *b, const char *text, bool is_last)
{
	bool is_formula = text[0] && strchr("=+-@\t\r", text[0]);

	if (is_formula || strpbrk(text, ",\"\r\n")) {
		buf_add_char(b, '"');
		if (is_formula)
			buf_add_char(b, '\'');
		for (const char *c = text; *c; c++) {
			if (*c == '"')
				buf_add_char(b, '"');
			buf_add_char(b, *c);
		}
		buf_add_char(b, '"');
	} else {
		buf_add_text(b, text);
	}
	buf_add_text(b, is_last ? "\r\n" : ",");
}

static int take_line(void *context, const struct list_lines_of_contact_row *row)
{
	char text[CALENDAR_TEXT_MAX] = "", port[8] = "";
	struct buf *out = context;

	if (row->has_at)
		time_format_utc(row->at, text);
	if (row->has_port)
		snprintf(port, sizeof port, "%lld", (long long)row->port);
	buf_addf(out, "%lld,", (long long)row->number);
	put_cell(out, row->has_at ? text : "", false);
	put_cell(out, row->has_at ? "" : row->at_text, false);
	put_cell(out, row->address, false);
	put_cell(out, port, false);
	put_cell(out, row->host, false);
	put_cell(out, row->url, false);
	put_cell(out, row->kind, false);
	put_cell(out, row->checked, false);
	put_cell(out, row->check_method, false);
	put_cell(out, row->has_checked_at ? time_format_utc(row->checked_at / SECOND_US * SECOND_US, text) : "", true);
	return 0;
}

struct asking {
	int64_t report;
	const struct list_letters *o;
	struct buf table;
	struct db_ids incidents;
	struct arena *arena;
};

/* Only the lines of that contact, whatever else the list holds. */
static int write_table(struct db *db, struct asking *a, int64_t contact, struct error *err)
{
	int r;

	buf_reset(&a->table);
	buf_add_text(&a->table, "line,time_utc,time_without_zone,address,port,host,url,kind,checked,check_method,checked_at\r\n");
	r = list_lines_of_contact(db, a->report, contact, !a->o->only_confirmed, take_line, &a->table, err);
	return r == 0 && a->table.is_full ? error_set(err, -E2BIG, "the lines of one contact are more than a mail holds") : r;
}

static int ask_contact(struct db *db, struct asking *a, int64_t contact_id, struct error *err)
{
	char blob[BLOB_NAME_MAX], ref[RECORD_REF_MAX];
	struct letter_attachment file = { "lines.csv", "text/csv", blob };
	struct contact to;
	struct request_new n = { .contact = &to, .subject = a->o->subject, .text = a->o->text, .attachments = &file,
				 .attachment_count = 1, .home = a->o->home, .reason = "answers for the addresses", .doing = a->o->doing };
	int64_t letter;
	int r = contact_load(db, ACCESS_LOCAL, contact_id, a->arena, &to, err);

	/* Without an address it waits for a person, like lines that nobody answers for. */
	if (r <= 0 || !to.address[0])
		return r < 0 ? r : 0;
	a->incidents.count = 0;
	r = list_incidents_of_contact(db, a->report, contact_id, !a->o->only_confirmed, &a->incidents, err);
	if (r == 0)
		r = write_table(db, a, contact_id, err);
	if (r == 0)
		r = blob_put(a->o->blobs, buf_bytes(&a->table), blob, err);
	if (r == 0)
		r = request_protection(db, to.id, a->o->can_sign, a->o->wants_plain, a->o->doing.at, &n.protection, err);
	n.incidents = a->incidents.list;
	n.incident_count = a->incidents.count;
	return r < 0 ? r : request_make(db, &n, &letter, ref, err);
}

int list_ask(struct db *db, int64_t report_id, const struct list_letters *o, list_progress *progress, void *context,
	     struct error *err)
{
	struct asking a = { .report = report_id, .o = o, .arena = arena_new() };
	struct db_ids contacts = { 0 };
	int64_t after = 0, done = 0;
	int r;

	buf_init(&a.table, CSV_MAX);
	do {
		contacts.count = 0;
		r = list_unasked(db, report_id, after, !o->only_confirmed, AT_ONCE, &contacts, err);
		for (size_t i = 0; i < contacts.count && r == 0; i++) {
			r = ask_contact(db, &a, contacts.list[i], err);
			after = contacts.list[i];
			arena_reset(a.arena);
			if (progress)
				progress(context, ++done);
		}
	} while (r == 0 && contacts.count == AT_ONCE);
	buf_clear(&a.table);
	free(contacts.list);
	free(a.incidents.list);
	arena_free(a.arena);
	return r;
}
