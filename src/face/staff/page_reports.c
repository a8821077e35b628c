/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reports: the list, one with what arrived, and what is made of it. */
#include "base/cleanup.h"
#include "desk/incident/same.h"
#include "face/staff/page_desk_int.h"
#include "ground/access/sight.h"

#include <errno.h>

/* --- the list --- */

int page_reports(struct page *p, struct error *err)
{
	struct report *list = NULL;
	struct desk_slice slice;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = desk_slice(p, &slice, err);
	if (r == 0)
		r = report_list(p->staff->db, p->viewer.id, "", slice.through, slice.rows + 1, p->arena, &list, &count, err);
	if (r == 0)
		desk_slice_links(p, count > (size_t)slice.rows ? list[slice.rows].ref : NULL);
	if (r == 0)
		desk_reports_sheet(p, list, MIN(count, (size_t)slice.rows), NULL);
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

static const char *why(struct page *p, const struct same *s)
{
	static const enum message names[SAME_REASONS] = {
		[SAME_MAIL] = MSG_DESK_SAME_MAIL, [SAME_FILE] = MSG_DESK_SAME_FILE,	    [SAME_URL] = MSG_DESK_SAME_URL,
		[SAME_HASH] = MSG_DESK_SAME_HASH, [SAME_INDICATOR] = MSG_DESK_SAME_INDICATOR, [SAME_HOST] = MSG_DESK_SAME_HOST,
		[SAME_ADDRESS] = MSG_DESK_SAME_ADDRESS,
	};
	const char *text = words(p->lang, names[s->strongest]);

	for (int i = 0; i < SAME_REASONS; i++)
		if ((s->reasons & 1u << i) && i != (int)s->strongest)
			text = arena_printf(p->arena, "%s%s%s", text, words(p->lang, MSG_STAFF_COMMA), words(p->lang, names[i]));
	return text;
}

static int same_sheet(struct page *p, const struct report *report, struct error *err)
{
	static const struct sheet_column columns[] = {
		{ "incident", MSG_DESK_INCIDENT, SHEET_TEXT }, { "state", MSG_DESK_STATE, SHEET_TEXT },
		{ "title", MSG_DESK_TITLE, SHEET_LONG },       { "why", MSG_DESK_REASON, SHEET_LONG },
		{ "what", MSG_DESK_INDICATOR, SHEET_LONG },    { "join", MSG_DESK_JOIN, SHEET_WAY }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "same", MSG_DESK_SAME, columns);
	struct same *list = NULL;
	size_t count = 0;
	int r = same_as(p->staff->db, p->viewer.id, report->id, report->received_at, p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_DESK_SAME_NONE));
	for (size_t i = 0; i < count; i++) {
		desk_ref_cell(p, sheet, list[i].incident.ref);
		desk_state_cell(p, sheet, list[i].incident.state);
		desk_said_cell(p, sheet, list[i].incident.title);
		sheet_both(sheet, why(p, &list[i]), same_words(&list[i], p->arena));
		desk_thing_cell(p, sheet, list[i].what);
		if (page_may_act(p))
			sheet_button(sheet, &(struct sheet_button){ desk_url(p, report->ref), "join", words(p->lang, MSG_DESK_JOIN_THIS),
								     "incident", list[i].incident.ref, 0 });
		else
			sheet_nothing(sheet);
	}
	return r;
}

/* Why a report was joined, where nobody said it: the proposal's words. */
static int reason_of(struct page *p, const struct report *report, int64_t incident, const char **ret, struct error *err)
{
	struct same *list = NULL;
	size_t count = 0;
	int r = same_as(p->staff->db, p->viewer.id, report->id, report->received_at, p->arena, &list, &count, err);

	*ret = "a person said so";
	for (size_t i = 0; i < count; i++)
		if (list[i].incident.id == incident)
			*ret = same_words(&list[i], p->arena);
	return r;
}

static void offer(struct page *p, const struct report *report)
{
	static const char *const make[] = { "title", "category", NULL }, *const join[] = { "incident", "reason", NULL };
	static const char *const none[] = { NULL };
	static const struct page_button made[] = { { ACT_MAKE, MSG_DESK_MAKE, false }, { 0 } };
	static const struct page_button joined[] = { { ACT_JOIN, MSG_DESK_JOIN, false }, { 0 } };
	static const struct page_button open[] = { { ACT_CLOSE, MSG_DESK_CLOSE, false }, { ACT_BIN, MSG_DESK_BIN, true }, { 0 } };
	static const struct page_button word[] = { { ACT_CLOSE, MSG_DESK_CLOSE, false }, { ACT_THANK, MSG_DESK_THANK, true },
						   { ACT_BIN, MSG_DESK_BIN, true }, { 0 } };
	static const struct page_button closed[] = { { ACT_OPEN, MSG_DESK_REOPEN, false }, { 0 } };
	bool is_reachable = report->reporter_address[0] && report->wishes.wishes_contact != ANSWER_NO;
	bool is_closed = strcmp(report->state, "closed") == 0 || strcmp(report->state, "bin") == 0;

	page_prefill(p, "title", report->subject);
	page_form(p, "make", MSG_DESK_MAKE, words(p->lang, MSG_DESK_MAKE_INTRO), make, made);
	page_form(p, "join", MSG_DESK_JOIN, words(p->lang, MSG_DESK_JOIN_INTRO), join, joined);
	page_form(p, "state", MSG_DESK_STATE_CHANGE, words(p->lang, MSG_DESK_STATE_INTRO), none, is_closed ? closed : is_reachable ? word : open);
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
		r = same_sheet(p, &report, err);
	}
	if (r == 0)
		r = desk_found_sheet(p, report.id, err);
	if (r == 0)
		r = desk_texts(p, report.id, err);
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

	if (r > 0 && !reason[0])
		r = reason_of(p, report, incident, &reason, err) < 0 ? -EIO : 1;
	if (r <= 0)
		return r;
	r = incident_join(p->staff->db, incident, report->id, reason, &doing, &inner);
	return desk_wrote(p, "incident", r, &inner, desk_url(p, report->ref));
}

/* Leads to the draft. */
static int thank(struct page *p, const struct report *report)
{
	struct telling_centre centre = desk_centre(p);
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	int r = telling_closing(p->staff->db, report, &centre, ref, &inner);

	return page_wrote(p, r, &inner, desk_url(p, r == 0 ? arena_text(p->arena, ref) : report->ref));
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
	case ACT_THANK:
		return thank(p, &report);
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
