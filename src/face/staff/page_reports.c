/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reports: the list, one with what arrived, and what is made of it. And what all pages of the desk share. */
#include "base/cleanup.h"
#include "face/staff/page_desk_int.h"
#include "format/text/extract.h"
#include "format/text/refang.h"
#include "ground/access/sight.h"

#include <errno.h>

#define SHOWN_MAX (1u << 20)

/* --- shared --- */

const char *desk_ref(const struct page *p)
{
	return p->rq->segments[0];
}

const char *desk_url(const struct page *p, const char *ref)
{
	const char *kind = ref[0] == 'R' ? "report" : ref[0] == 'I' ? "incident" : ref[0] == 'L' ? "letter" : NULL;

	return kind ? arena_printf(p->arena, "/desk/%s/%s", kind, ref) : NULL;
}

void desk_ref_cell(struct page *p, struct sheet *sheet, const char *ref)
{
	sheet_text(sheet, ref, desk_url(p, ref));
}

static const struct {
	const char *state;
	enum message label;
	enum sheet_state colour;
} states[] = {
	{ "new", MSG_DESK_STATE_NEW, SHEET_WARN },	     { "open", MSG_DESK_STATE_OPEN, SHEET_PLAIN },
	{ "closed", MSG_DESK_STATE_CLOSED, SHEET_GOOD },     { "withdrawn", MSG_DESK_STATE_WITHDRAWN, SHEET_PLAIN },
	{ "bin", MSG_DESK_STATE_BIN, SHEET_PLAIN },	     { "waiting", MSG_DESK_STATE_WAITING, SHEET_PLAIN },
	{ "draft", MSG_DESK_STATE_DRAFT, SHEET_PLAIN },	     { "queued", MSG_DESK_STATE_QUEUED, SHEET_PLAIN },
	{ "sending", MSG_DESK_STATE_SENDING, SHEET_PLAIN },  { "sent", MSG_DESK_STATE_SENT, SHEET_GOOD },
	{ "uncertain", MSG_DESK_STATE_UNCERTAIN, SHEET_BAD }, { "failed", MSG_DESK_STATE_FAILED, SHEET_BAD },
	{ "prepared", MSG_DESK_STATE_PREPARED, SHEET_PLAIN }, { "asked", MSG_DESK_STATE_ASKED, SHEET_WARN },
	{ "answered", MSG_DESK_STATE_ANSWERED, SHEET_GOOD }, { "returned", MSG_DESK_STATE_RETURNED, SHEET_BAD },
	{ "untried", MSG_DESK_STATE_UNTRIED, SHEET_PLAIN },  { "worked", MSG_DESK_STATE_WORKED, SHEET_GOOD },
	{ "bounced", MSG_DESK_STATE_BOUNCED, SHEET_BAD },
};

void desk_state_cell(struct page *p, struct sheet *sheet, const char *state)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (strcmp(states[i].state, state) == 0) {
			sheet_state(sheet, states[i].colour, words(p->lang, states[i].label), state);
			return;
		}
	sheet_text(sheet, state, NULL);
}

void desk_time_cell(struct page *p, struct sheet *sheet, int64_t time_us)
{
	if (time_us)
		sheet_both(sheet, page_time(p, time_us), page_time_utc(p, time_us));
	else
		sheet_nothing(sheet);
}

/* URLs are shown so that no program takes them for links. */
static const char *harmless(struct page *p, const char *text)
{
	_cleanup_(buf_clear) struct buf b;
	struct extract_items items;
	size_t at = 0;

	buf_init(&b, 2 * SHOWN_MAX);
	extract(BYTES_TEXT(text), p->arena, &items);
	for (size_t i = 0; i < items.count; i++) {
		const struct extract_item *item = &items.item[i];
		if (item->kind != EXTRACT_URL || item->offset < at)
			continue;
		buf_add(&b, text + at, item->offset - at);
		defang(item->found, &b);
		at = item->offset + item->found.n;
	}
	buf_add_text(&b, text + at);
	return arena_bytes(p->arena, b.p, b.n);
}

void page_text(struct page *p, const char *title, const char *note, const char *heading, const char *text)
{
	struct value *v = value_add_object((struct value *)(uintptr_t)value_member(p->value, "texts", 5));

	value_put_text(v, "title", title);
	value_put_text(v, "note", note);
	value_put_text(v, "heading", heading);
	if (heading)
		value_put_text(v, "heading_lang", sheet_lang_of(heading));
	value_put_text(v, "text", harmless(p, text));
	value_put_text(v, "text_lang", sheet_lang_of(text));
}

static const struct sheet_column report_columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	    { "received", MSG_DESK_RECEIVED, SHEET_TEXT },
	{ "channel", MSG_DESK_CHANNEL, SHEET_TEXT }, { "state", MSG_DESK_STATE, SHEET_TEXT },
	{ "from", MSG_DESK_FROM, SHEET_TEXT },	    { "subject", MSG_DESK_SUBJECT, SHEET_LONG },
	{ "incidents", MSG_DESK_INCIDENTS, SHEET_NUMBER }, { "split", MSG_DESK_SPLIT, SHEET_WAY }, { 0 },
};

void desk_reports_sheet(struct page *p, const struct report *list, size_t count, const char *incident)
{
	struct sheet *sheet = page_sheet(p, "reports", MSG_DESK_REPORTS, report_columns);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_REPORTS));
	for (size_t i = 0; i < count; i++) {
		desk_ref_cell(p, sheet, list[i].ref);
		desk_time_cell(p, sheet, list[i].received_at);
		sheet_text(sheet, list[i].channel, NULL);
		desk_state_cell(p, sheet, list[i].state);
		sheet_text(sheet, list[i].reporter_address, NULL);
		sheet_said(sheet, list[i].subject);
		sheet_number(sheet, list[i].incidents);
		if (incident && page_may_act(p))
			sheet_remove(sheet, desk_url(p, incident), words(p->lang, MSG_DESK_SPLIT), "report", list[i].ref, 0);
		else
			sheet_nothing(sheet);
	}
}

int desk_texts(struct page *p, int64_t about, struct error *err)
{
	struct intake_line *list = NULL;
	size_t count = 0;
	int r = intake_about(p->staff->db, about, p->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++)
		page_text(p, words(p->lang, MSG_DESK_ARRIVED),
			  words_fill(p->arena, p->lang, MSG_DESK_ARRIVED_NOTE, "time", page_time(p, list[i].received_at), "from",
				     list[i].from_address, "signature",
				     list[i].signature[0] ? list[i].signature : words(p->lang, MSG_DESK_NO_SIGNATURE), "sha",
				     list[i].blob, NULL),
			  list[i].subject, list[i].text);
	return r;
}

int desk_timeline(struct page *p, int64_t record, struct error *err)
{
	static const struct sheet_column columns[] = {
		{ "time", MSG_DESK_TIME, SHEET_TEXT },	 { "actor", MSG_DESK_ACTOR, SHEET_TEXT },
		{ "what", MSG_DESK_WHAT, SHEET_TEXT },	 { "detail", MSG_DESK_DETAIL, SHEET_LONG }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "timeline", MSG_DESK_TIMELINE, columns);
	struct record_moment *list = NULL;
	size_t count = 0;
	int r = record_moments(p->staff->db, record, p->arena, &list, &count, err);

	for (size_t i = 0; i < count; i++) {
		desk_time_cell(p, sheet, list[i].at);
		sheet_said(sheet, list[i].actor);
		sheet_said(sheet, list[i].what);
		sheet_said(sheet, list[i].detail);
	}
	return r;
}

int desk_find_report(struct page *p, const char *field, int64_t *ret, struct error *err)
{
	struct report found;
	int r = report_by_ref(p->staff->db, p->viewer.id, http_value(p->rq, field)->text, p->arena, &found, err);

	if (r == 0)
		ask_fault(p, field, MSG_DESK_FAULT_NONE, NULL);
	if (r > 0)
		*ret = found.id;
	return r;
}

int desk_find_incident(struct page *p, const char *field, int64_t *ret, struct error *err)
{
	struct incident found;
	int r = incident_by_ref(p->staff->db, p->viewer.id, http_value(p->rq, field)->text, p->arena, &found, err);

	if (r == 0)
		ask_fault(p, field, MSG_DESK_FAULT_NONE, NULL);
	if (r > 0)
		*ret = found.id;
	return r;
}

int desk_wrote(struct page *p, const char *field, int r, const struct error *inner, const char *done)
{
	if (r == -EALREADY || r == -EEXIST || r == -EINVAL) {
		ask_fault(p, field, r == -EALREADY ? MSG_DESK_FAULT_DONE : r == -EEXIST ? MSG_DESK_FAULT_TWICE : MSG_DESK_FAULT_WRONG,
			  inner->line[0] ? arena_text(p->arena, inner->line) : NULL);
		return 0;
	}
	return page_wrote(p, r, inner, done);
}

/* --- the list --- */

int page_reports(struct page *p, struct error *err)
{
	struct report *list = NULL;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = report_list(p->staff->db, p->viewer.id, "", DESK_ROWS_MAX, p->arena, &list, &count, err);
	if (r == 0)
		desk_reports_sheet(p, list, count, NULL);
	return r;
}

/* --- one --- */

static int load(struct page *p, struct report *ret, struct error *err)
{
	struct access_head head;
	int r = access_open(p->staff->db, &p->viewer, desk_ref(p), page_doing(p).at, p->arena, &head, err);

	if (r == 0)
		r = report_by_ref(p->staff->db, p->viewer.id, desk_ref(p), p->arena, ret, err);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static void offer(struct page *p, const struct report *report)
{
	static const char *const make[] = { "title", "category", NULL }, *const join[] = { "incident", "reason", NULL };
	static const char *const none[] = { NULL };
	static const struct page_button made[] = { { ACT_MAKE, MSG_DESK_MAKE, false }, { 0 } };
	static const struct page_button joined[] = { { ACT_JOIN, MSG_DESK_JOIN, false }, { 0 } };
	static const struct page_button open[] = { { ACT_CLOSE, MSG_DESK_CLOSE, false }, { ACT_BIN, MSG_DESK_BIN, true }, { 0 } };
	static const struct page_button closed[] = { { ACT_OPEN, MSG_DESK_REOPEN, false }, { 0 } };
	bool is_closed = strcmp(report->state, "closed") == 0 || strcmp(report->state, "bin") == 0;

	page_prefill(p, "title", report->subject);
	page_form(p, "make", MSG_DESK_MAKE, words(p->lang, MSG_DESK_MAKE_INTRO), make, made);
	page_form(p, "join", MSG_DESK_JOIN, words(p->lang, MSG_DESK_JOIN_INTRO), join, joined);
	page_form(p, "state", MSG_DESK_STATE_CHANGE, words(p->lang, MSG_DESK_STATE_INTRO), none, is_closed ? closed : open);
}

int page_report(struct page *p, struct error *err)
{
	struct incident *incidents = NULL;
	struct report report;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = load(p, &report, err);
	if (r < 0)
		return r;
	p->title = arena_printf(p->arena, "%s %s", words(p->lang, MSG_DESK_REPORT), report.ref);
	desk_reports_sheet(p, &report, 1, NULL);
	r = incident_of_report(p->staff->db, p->viewer.id, report.id, p->arena, &incidents, &count, err);
	if (r == 0) {
		desk_incidents_sheet(p, incidents, count);
		r = desk_texts(p, report.id, err);
	}
	if (r == 0)
		r = desk_letters_sheet(p, report.id, err);
	if (r == 0)
		r = desk_timeline(p, report.id, err);
	offer(p, &report);
	return r;
}

static int make(struct page *p, const struct report *report)
{
	struct incident_new n = { .title = http_value(p->rq, "title")->text, .reports = &report->id, .report_count = 1, .brand = "",
				  .industry = "", .origin = "", .country = "", .hosting = "", .doing = page_doing(p) };
	const struct http_value *category = http_value(p->rq, "category");
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	if (!n.title[0])
		ask_fault(p, "title", MSG_STAFF_FAULT_NEEDED, NULL);
	if (p->fault_count)
		return 0;
	n.category = category->text[0] ? category->text : "other";
	r = incident_make(p->staff->db, &n, &id, ref, &inner);
	return desk_wrote(p, "title", r, &inner, r == 0 ? desk_url(p, arena_text(p->arena, ref)) : NULL);
}

static int join(struct page *p, const struct report *report, struct error *err)
{
	const char *reason = http_value(p->rq, "reason")->text;
	struct error inner = ERROR_NONE;
	struct doing doing = page_doing(p);
	int64_t incident;
	int r = desk_find_incident(p, "incident", &incident, err);

	if (r <= 0)
		return r;
	r = incident_join(p->staff->db, incident, report->id, reason[0] ? reason : "a person said so", &doing, &inner);
	return desk_wrote(p, "incident", r, &inner, desk_url(p, report->ref));
}

int page_report_act(struct page *p, struct error *err)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	struct report report;
	int r = load(p, &report, err);

	if (r < 0)
		return r;
	switch (http_value(p->rq, "act")->number) {
	case ACT_MAKE:
		return make(p, &report);
	case ACT_JOIN:
		return join(p, &report, err);
	case ACT_CLOSE:
		r = report_set_state(p->staff->db, report.id, "closed", &doing, &inner);
		break;
	case ACT_OPEN:
		r = report_set_state(p->staff->db, report.id, "open", &doing, &inner);
		break;
	case ACT_BIN:
		r = report_set_state(p->staff->db, report.id, "bin", &doing, &inner);
		break;
	default:
		return -EINVAL;
	}
	return page_wrote(p, r, &inner, desk_url(p, report.ref));
}
