/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Incidents: the list, and one with its reports, requests, letters and what came back. */
#include "base/cleanup.h"
#include "desk/incident/course.h"
#include "face/staff/form.h"
#include "face/staff/page_desk_int.h"
#include "ground/access/sight.h"
#include "ground/indicator/indicator.h"
#include "ground/people/contact.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	    { "counts", MSG_DESK_COUNTS, SHEET_TEXT },
	{ "category", MSG_DESK_CATEGORY, SHEET_TEXT }, { "state", MSG_DESK_STATE, SHEET_TEXT },
	{ "title", MSG_DESK_TITLE, SHEET_LONG },    { "reports", MSG_DESK_REPORTS, SHEET_NUMBER },
	{ "requests", MSG_DESK_REQUESTS, SHEET_NUMBER }, { "merged_into", MSG_DESK_MERGED_INTO, SHEET_TEXT },
	{ "details", MSG_DESK_DETAILS, SHEET_WAY }, { 0 },
};

void desk_incidents_sheet(struct page *p, const struct incident *list, size_t count)
{
	struct sheet *sheet = page_sheet(p, "incidents", MSG_DESK_INCIDENTS, columns);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_INCIDENTS));
	for (size_t i = 0; i < count; i++) {
		desk_ref_cell(p, sheet, list[i].ref);
		desk_time_cell(p, sheet, list[i].counts_at);
		sheet_both(sheet, p->lang == LANG_JA ? list[i].category_ja : list[i].category_en, list[i].category);
		desk_state_cell(p, sheet, list[i].state);
		desk_said_cell(p, sheet, list[i].title);
		sheet_number(sheet, list[i].reports);
		sheet_number(sheet, list[i].requests);
		if (list[i].merged_into[0])
			desk_ref_cell(p, sheet, list[i].merged_into);
		else
			sheet_nothing(sheet);
		sheet_way(sheet, words(p->lang, MSG_DESK_DETAILS), arena_printf(p->arena, "/desk/incident/%s/more", list[i].ref));
	}
}

int page_incidents(struct page *p, struct error *err)
{
	struct incident *list = NULL;
	struct desk_slice slice;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = desk_slice(p, &slice, err);
	if (r == 0)
		r = incident_list(p->staff->db, p->viewer.id, "", "", slice.through, slice.rows + 1, p->arena, &list, &count, err);
	if (r == 0)
		desk_slice_links(p, count > (size_t)slice.rows ? list[slice.rows].ref : NULL);
	if (r == 0)
		desk_incidents_sheet(p, list, MIN(count, (size_t)slice.rows));
	return r;
}

/* --- one --- */

static int load(struct page *p, struct incident *ret, struct error *err)
{
	struct access_head head;
	int r = access_open(p->staff->db, &p->viewer, desk_ref(p), page_doing(p).at, p->arena, &head, err);

	if (r == 0)
		r = incident_by_ref(p->staff->db, p->viewer.id, desk_ref(p), p->arena, ret, err);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static int requests_sheet(struct page *p, int64_t incident, struct error *err)
{
	static const struct sheet_column request_columns[] = {
		{ "ref", MSG_DESK_REF, SHEET_TEXT },	  { "contact", MSG_DESK_CONTACT, SHEET_LONG },
		{ "country", MSG_DESK_COUNTRY, SHEET_TEXT }, { "letter", MSG_DESK_LETTERS, SHEET_TEXT },
		{ "state", MSG_DESK_STATE, SHEET_TEXT },  { "asked", MSG_DESK_ASKED, SHEET_TEXT },
		{ "answered", MSG_DESK_ANSWERED, SHEET_TEXT }, { "reason", MSG_DESK_REASON, SHEET_LONG },
		{ "remind", MSG_DESK_REMIND, SHEET_WAY }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "requests", MSG_DESK_REQUESTS, request_columns);
	struct request *list = NULL;
	size_t count = 0;
	int r = request_list(p->staff->db, p->viewer.id, incident, p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_REQUESTS));
	for (size_t i = 0; i < count; i++) {
		sheet_text(sheet, list[i].ref, NULL);
		sheet_said(sheet, list[i].contact);
		sheet_text(sheet, list[i].country, NULL);
		desk_ref_cell(p, sheet, list[i].letter);
		desk_state_cell(p, sheet, list[i].state);
		desk_time_cell(p, sheet, list[i].asked_at);
		desk_time_cell(p, sheet, list[i].answered_at);
		desk_said_cell(p, sheet, list[i].reason);
		if (page_may_act(p) && list[i].asked_at && !list[i].answered_at)
			sheet_button(sheet, &(struct sheet_button){ desk_url(p, list[i].incident), "remind", words(p->lang, MSG_DESK_REMIND),
								     "request", list[i].ref, 0 });
		else
			sheet_nothing(sheet);
	}
	return r;
}

static enum message moment_words(const char *kind)
{
	static const struct {
		const char *kind;
		enum message label;
	} kinds[] = {
		{ "seen", MSG_DESK_MOMENT_SEEN },	  { "received", MSG_DESK_MOMENT_RECEIVED }, { "notified", MSG_DESK_MOMENT_NOTIFIED },
		{ "answered", MSG_DESK_MOMENT_ANSWERED }, { "ended", MSG_DESK_MOMENT_ENDED },	    { "closed", MSG_DESK_MOMENT_CLOSED },
	};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].label;
	return MSG_DESK_MOMENT_OTHER;
}

static const char *elapsed(struct page *p, int64_t us)
{
	int64_t minutes = us / (60 * SECOND_US), hours = minutes / 60, days = hours / 24;
	const char *m = arena_printf(p->arena, "%02lld", (long long)(minutes % 60));

	if (hours == 0)
		return words_fill(p->arena, p->lang, MSG_DESK_ELAPSED_MINUTES, "minutes", m, NULL);
	if (days == 0)
		return words_fill(p->arena, p->lang, MSG_DESK_ELAPSED_HOURS, "hours", arena_printf(p->arena, "%lld", (long long)hours),
				  "minutes", m, NULL);
	return words_fill(p->arena, p->lang, MSG_DESK_ELAPSED_DAYS, "days", arena_printf(p->arena, "%lld", (long long)days), "hours",
			  arena_printf(p->arena, "%02lld", (long long)(hours % 24)), "minutes", m, NULL);
}

static int course_sheet(struct page *p, const struct incident *incident, struct error *err)
{
	static const struct sheet_column course_columns[] = {
		{ "time", MSG_DESK_TIME, SHEET_TEXT },	  { "kind", MSG_DESK_KIND, SHEET_TEXT }, { "what", MSG_DESK_WHAT, SHEET_LONG },
		{ "since_before", MSG_DESK_SINCE_BEFORE, SHEET_TEXT }, { "since_first", MSG_DESK_SINCE_FIRST, SHEET_TEXT }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "course", MSG_DESK_COURSE, course_columns);
	struct course c;
	int r = course_load(p->staff->db, p->viewer.id, incident, &p->staff->calendar, p->arena, &c, err);

	if (r < 0)
		return r;
	sheet_empty(sheet, words(p->lang, MSG_DESK_COURSE_NONE));
	if (c.notified_at && c.ended_at >= c.notified_at)
		sheet_note(sheet, words_fill(p->arena, p->lang, MSG_DESK_COURSE_NOTE, "elapsed",
					     elapsed(p, c.ended_at - c.notified_at), "days",
					     arena_printf(p->arena, "%d", c.days), "bucket", business_bucket_names[c.bucket], NULL));
	for (size_t i = 0; i < c.count; i++) {
		desk_time_cell(p, sheet, c.list[i].at);
		sheet_both(sheet, words(p->lang, moment_words(c.list[i].kind)), c.list[i].kind);
		desk_said_cell(p, sheet, c.list[i].what);
		sheet_both(sheet, i ? elapsed(p, c.list[i].at - c.list[i - 1].at) : "", i ? course_elapsed(c.list[i].at - c.list[i - 1].at, p->arena) : "");
		sheet_both(sheet, i ? elapsed(p, c.list[i].at - c.list[0].at) : "", i ? course_elapsed(c.list[i].at - c.list[0].at, p->arena) : "");
	}
	return 0;
}

static int indicators_sheet(struct page *p, const struct incident *incident, struct error *err)
{
	static const struct sheet_column indicator_columns[] = {
		{ "role", MSG_DESK_ROLE, SHEET_TEXT },	  { "text", MSG_DESK_INDICATOR, SHEET_LONG },
		{ "source", MSG_DESK_SOURCE, SHEET_LONG }, { "note", MSG_DESK_NOTE, SHEET_LONG },
		{ "ref", MSG_DESK_REF, SHEET_TEXT },	  { "remove", MSG_STAFF_REMOVE, SHEET_WAY }, { 0 },
	};
	struct sheet *sheet = page_sheet(p, "indicators", MSG_DESK_INDICATORS, indicator_columns);
	struct indicator *list = NULL;
	size_t count = 0;
	int r = indicator_list(p->staff->db, p->viewer.id, incident->id, DESK_ROWS_MAX, p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_INDICATORS));
	for (size_t i = 0; i < count; i++) {
		sheet_both(sheet, words(p->lang, form_choice("role", list[i].role)), list[i].role);
		desk_thing_cell(p, sheet, list[i].thing.text);
		sheet_said(sheet, list[i].source);
		desk_said_cell(p, sheet, list[i].note);
		sheet_text(sheet, list[i].ref, NULL);
		if (page_may_act(p))
			sheet_button(sheet, &(struct sheet_button){ desk_url(p, incident->ref), "remove", words(p->lang, MSG_STAFF_REMOVE),
								     "indicator", list[i].ref, 0 });
		else
			sheet_nothing(sheet);
	}
	return r;
}

static void offer(struct page *p, const struct incident *i)
{
	static const char *const indicator_fields[] = { "indicator", "role", "source", "note", NULL };
	static const struct page_button noted[] = { { ACT_ADD, MSG_DESK_INDICATOR_ADD, false }, { 0 } };
	static const char *const ask_fields[] = { "contact", "reason", "subject", "text", NULL };
	static const char *const join_fields[] = { "report", NULL }, *const merge_fields[] = { "incident", NULL };
	static const char *const reason[] = { "reason", NULL }, *const none[] = { NULL };
	static const struct page_button draft[] = { { ACT_ASK, MSG_DESK_DRAFT, false }, { 0 } };
	static const struct page_button joined[] = { { ACT_JOIN, MSG_DESK_JOIN_REPORT, false }, { 0 } };
	static const struct page_button merged[] = { { ACT_MERGE, MSG_DESK_MERGE, false }, { 0 } };
	static const struct page_button unmerged[] = { { ACT_UNMERGE, MSG_DESK_UNMERGE, false }, { 0 } };
	static const struct page_button closed[] = { { ACT_CLOSE, MSG_DESK_CLOSE, false }, { 0 } };
	static const struct page_button opened[] = { { ACT_OPEN, MSG_DESK_REOPEN, false }, { 0 } };

	page_form(p, "ask", MSG_DESK_ASK, words(p->lang, MSG_DESK_ASK_INTRO), ask_fields, draft);
	page_form(p, "indicator", MSG_DESK_INDICATOR_ADD, words(p->lang, MSG_DESK_INDICATOR_INTRO), indicator_fields, noted);
	page_form(p, "join", MSG_DESK_JOIN_REPORT, words(p->lang, MSG_DESK_JOIN_REPORT_INTRO), join_fields, joined);
	if (i->merged_into[0])
		page_form(p, "merge", MSG_DESK_UNMERGE,
			  words_fill(p->arena, p->lang, MSG_DESK_UNMERGE_INTRO, "into", i->merged_into, NULL), none, unmerged);
	else
		page_form(p, "merge", MSG_DESK_MERGE, words(p->lang, MSG_DESK_MERGE_INTRO), merge_fields, merged);
	page_form(p, "state", MSG_DESK_STATE_CHANGE, words(p->lang, MSG_DESK_STATE_INTRO), i->closed_at ? none : reason,
		  i->closed_at ? opened : closed);
}

int page_incident(struct page *p, struct error *err)
{
	struct report *reports = NULL;
	struct incident incident;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = load(p, &incident, err);
	if (r < 0)
		return r;
	p->title = arena_printf(p->arena, "%s %s", words(p->lang, MSG_DESK_INCIDENT), incident.ref);
	desk_incidents_sheet(p, &incident, 1);
	r = report_of_incident(p->staff->db, p->viewer.id, incident.id, p->arena, &reports, &count, err);
	if (r == 0) {
		desk_reports_sheet(p, reports, count, incident.ref);
		r = requests_sheet(p, incident.id, err);
	}
	if (r == 0)
		r = indicators_sheet(p, &incident, err);
	if (r == 0)
		r = desk_letters_sheet(p, incident.id, err);
	if (r == 0)
		r = course_sheet(p, &incident, err);
	if (r == 0)
		r = desk_texts(p, incident.id, err);
	if (r == 0)
		r = desk_timeline(p, incident.id, err);
	offer(p, &incident);
	return r;
}

/* --- what is done with it --- */

static int draft(struct page *p, const struct incident *i, struct error *err)
{
	struct contact to;
	struct request_new n = { .incidents = &i->id, .incident_count = 1, .contact = &to, .subject = http_value(p->rq, "subject")->text,
				 .text = http_value(p->rq, "text")->text, .home = p->staff->home,
				 .reason = http_value(p->rq, "reason")->text, .doing = page_doing(p) };
	struct telling_centre centre = desk_centre(p);
	struct letter_rendered template;
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	int64_t letter;
	int r = contact_find(p->staff->db, p->viewer.id, http_value(p->rq, "contact")->text, p->arena, &to, err);

	if (r < 0)
		return r;
	if (r == 0)
		ask_fault(p, "contact", MSG_DESK_FAULT_NONE, NULL);
	if (n.text[0] && !n.subject[0])
		ask_fault(p, "subject", MSG_STAFF_FAULT_NEEDED, NULL);
	if (p->fault_count)
		return 0;
	if (!n.text[0])
		r = telling_text(p->staff->db, i, &to, &centre, p->arena, &template, err);
	if (r < 0)
		return r;
	if (!n.text[0]) {
		n.subject = n.subject[0] ? n.subject : template.subject;
		n.text = template.text;
	}
	r = request_protection(p->staff->db, to.id, p->staff->can_sign, false, page_doing(p).at, &n.protection, err);
	if (r < 0)
		return r;
	r = request_make(p->staff->db, &n, &letter, ref, &inner);
	return desk_wrote(p, "contact", r, &inner, r == 0 ? desk_url(p, arena_text(p->arena, ref)) : NULL);
}

static int join_or_split(struct page *p, const struct incident *i, bool joins, struct error *err)
{
	struct error inner = ERROR_NONE;
	struct doing doing = page_doing(p);
	int64_t report;
	int r = desk_find_report(p, "report", &report, err);

	if (r <= 0)
		return r;
	r = joins ? incident_join(p->staff->db, i->id, report, "a person said so", &doing, &inner)
		  : incident_split(p->staff->db, i->id, report, &doing, &inner);
	return desk_wrote(p, "report", r, &inner, desk_url(p, i->ref));
}

static int merge(struct page *p, const struct incident *i, struct error *err)
{
	struct error inner = ERROR_NONE;
	struct doing doing = page_doing(p);
	int64_t from;
	int r = desk_find_incident(p, "incident", &from, err);

	if (r <= 0)
		return r;
	r = incident_merge(p->staff->db, i->id, from, "a person said so", &doing, &inner);
	return desk_wrote(p, "incident", r, &inner, desk_url(p, i->ref));
}

/* Leads to the draft. */
static int remind(struct page *p, struct error *err)
{
	struct telling_centre centre = desk_centre(p);
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	struct request q;
	int r = telling_find(p->staff->db, p->viewer.id, http_value(p->rq, "request")->text, p->arena, &q, err);

	if (r <= 0)
		return r < 0 ? r : error_set(err, -ENOENT, "no such request");
	r = telling_remind(p->staff->db, &q, &centre, ref, &inner);
	return page_wrote(p, r == -EALREADY ? 0 : r, &inner, desk_url(p, r == 0 ? arena_text(p->arena, ref) : q.incident));
}

static int add_indicator(struct page *p, const struct incident *i, struct error *err)
{
	const struct http_value *source = http_value(p->rq, "source");
	struct indicator_new n = { .about_id = i->id, .role = indicator_roles[http_value(p->rq, "role")->number],
				   .source = source->text[0] ? source->text : "own", .note = http_value(p->rq, "note")->text,
				   .doing = page_doing(p) };
	struct error inner = ERROR_NONE;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r = indicator_read(http_value(p->rq, "indicator")->text, p->arena, &n.thing, &inner);

	(void)err;
	if (r < 0) {
		ask_fault(p, "indicator", MSG_DESK_FAULT_INDICATOR, NULL);
		return 0;
	}
	r = indicator_add(p->staff->db, &n, &id, ref, &inner);
	return desk_wrote(p, "indicator", r, &inner, desk_url(p, i->ref));
}

static int remove_indicator(struct page *p, const struct incident *i, struct error *err)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	struct indicator found;
	int r = indicator_by_ref(p->staff->db, p->viewer.id, http_value(p->rq, "indicator")->text, p->arena, &found, err);

	if (r < 0)
		return r;
	/* Of this incident alone: a button of another page is none. */
	if (r > 0 && found.about_id == i->id)
		r = indicator_remove(p->staff->db, found.id, i->id, found.thing.text, &doing, &inner);
	return page_wrote(p, r == -EALREADY || r > 0 ? 0 : r, &inner, desk_url(p, i->ref));
}

int page_incident_act(struct page *p, struct error *err)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	struct incident i;
	int r = load(p, &i, err);

	if (r < 0)
		return r;
	switch (http_value(p->rq, "act")->number) {
	case ACT_ASK:
		return draft(p, &i, err);
	case ACT_JOIN:
		return join_or_split(p, &i, true, err);
	case ACT_ADD:
		return add_indicator(p, &i, err);
	case ACT_REMIND:
		return remind(p, err);
	case ACT_REMOVE:
		return http_value(p->rq, "indicator")->is_given ? remove_indicator(p, &i, err) : join_or_split(p, &i, false, err);
	case ACT_MERGE:
		return merge(p, &i, err);
	case ACT_UNMERGE:
		r = incident_unmerge(p->staff->db, i.id, &doing, &inner);
		break;
	case ACT_CLOSE:
		r = incident_close(p->staff->db, i.id, http_value(p->rq, "reason")->text, &doing, &inner);
		break;
	case ACT_OPEN:
		r = incident_reopen(p->staff->db, i.id, &doing, &inner);
		break;
	default:
		return -EINVAL;
	}
	/* Two people did the same: what the second wanted is so. */
	return page_wrote(p, r == -EALREADY ? 0 : r, &inner, desk_url(p, i.ref));
}
