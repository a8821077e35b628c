/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What is said of an incident, whether a party is told of it, and moments of its course: the forms for these. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "desk/incident/course.h"
#include "desk/incident/edit.h"
#include "desk/incident/notice.h"
#include "face/staff/page_desk_int.h"
#include "ground/access/sight.h"

#include <errno.h>

#define REASONS_MAX 20

static int load(struct page *p, struct incident *ret, struct error *err)
{
	struct access_head head;
	int r = access_open(p->staff->db, &p->viewer, desk_ref(p), page_doing(p).at, p->arena, &head, err);

	if (r == 0)
		r = incident_by_ref(p->staff->db, p->viewer.id, desk_ref(p), p->arena, ret, err);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

/* --- the form's fields, and what stands there now --- */

static const char *const edit_names[EDIT_FIELDS] = {
	[EDIT_TITLE] = "title",	    [EDIT_CATEGORY] = "category", [EDIT_BRAND] = "brand",     [EDIT_INDUSTRY] = "industry",
	[EDIT_ORIGIN] = "origin",   [EDIT_HOSTING] = "hosting",	  [EDIT_CARRIER] = "carrier", [EDIT_COUNTRY] = "country",
	[EDIT_FIRST_SEEN] = "first_seen", [EDIT_LEAD_IN] = "lead_in", [EDIT_CAMPAIGN] = "campaign", [EDIT_PORTS] = "ports",
};

static int offer_edit(struct page *p, const struct incident *i, struct error *err)
{
	static const char *const fields[] = { "title", "category", "campaign", "brand", "industry", "origin", "country", "hosting", "carrier",
					      "first_seen", "lead_in", "ports", NULL };
	static const struct page_button buttons[] = { { ACT_SAVE, MSG_DESK_SAVE, false }, { 0 } };
	const char *ports;
	char time[CALENDAR_TEXT_MAX] = "";
	int r = edit_ports_of(p->staff->db, i->id, p->arena, &ports, err);

	if (r < 0)
		return r;
	if (i->first_seen)
		time_format_local(i->first_seen, time);
	page_prefill(p, "title", i->title);
	page_prefill(p, "category", i->category);
	page_prefill(p, "campaign", i->campaign);
	page_prefill(p, "brand", i->brand);
	page_prefill(p, "industry", i->industry);
	page_prefill(p, "origin", i->origin[0] ? i->origin : "none");
	page_prefill(p, "country", i->country);
	page_prefill(p, "hosting", i->hosting);
	page_prefill(p, "carrier", i->carrier);
	page_prefill(p, "first_seen", arena_text(p->arena, time));
	page_prefill(p, "lead_in", i->lead_in);
	page_prefill(p, "ports", ports);
	page_form(p, "edit", MSG_DESK_EDIT, words(p->lang, MSG_DESK_EDIT_INTRO), fields, buttons);
	return 0;
}

static bool is_among(const char *const *codes, const char *code)
{
	while (*codes && strcmp(*codes, code) != 0)
		codes++;
	return *codes;
}

static int reasons_sheet(struct page *p, const struct incident *i, struct error *err)
{
	static const struct sheet_column columns[] = {
		{ "code", MSG_DESK_CODE, SHEET_TEXT },	 { "side", MSG_DESK_SPEAKS_FOR, SHEET_TEXT },
		{ "reason", MSG_DESK_REASON, SHEET_LONG }, { "said", MSG_DESK_SAID, SHEET_TEXT }, { "holds", MSG_DESK_HOLDS, SHEET_TEXT }, { 0 },
	};
	static const enum message decisions[] = { [NOTICE_OPEN] = MSG_DESK_JUDGED_OPEN, [NOTICE_NOTIFY] = MSG_DESK_JUDGED_NOTIFY,
						  [NOTICE_NOT_NEEDED] = MSG_DESK_JUDGED_NOT };
	struct sheet *sheet = page_sheet(p, "reasons", MSG_DESK_JUDGE, columns);
	const char *said[NOTICE_SAID_MAX + 1], *yes = words(p->lang, MSG_DESK_YES);
	struct notice_reason *list = NULL;
	struct notice notice;
	size_t count = 0;
	int r = notice_list(p->staff->db, i->category, p->arena, &list, &count, err);

	if (r == 0)
		r = notice_load(p->staff->db, i->id, p->arena, &notice, err);
	if (r == 0)
		r = notice_said(p->staff->db, p->viewer.id, i->id, p->arena, said, err);
	if (r < 0)
		return r;
	sheet_note(sheet, words(p->lang, decisions[notice.decision]));
	for (size_t n = 0; n < count; n++) {
		sheet_text(sheet, list[n].code, NULL);
		sheet_both(sheet, words(p->lang, list[n].is_against ? MSG_DESK_AGAINST : MSG_DESK_FOR), list[n].is_against ? "not needed" : "notify");
		sheet_both(sheet, p->lang == LANG_JA ? list[n].name_ja : list[n].name_en, list[n].name_en);
		sheet_text(sheet, is_among(said, list[n].code) ? yes : "", NULL);
		sheet_text(sheet, is_among(notice.codes, list[n].code) ? yes : "", NULL);
	}
	return 0;
}

int page_incident_more(struct page *p, struct error *err)
{
	static const char *const judge[] = { "because", "decide", "reason", NULL }, *const moment[] = { "at", "moment", "what", NULL };
	static const struct page_button judged[] = { { ACT_CONFIRM, MSG_DESK_DECIDE, false }, { 0 } };
	static const struct page_button entered[] = { { ACT_ADD, MSG_DESK_ENTER, false }, { 0 } };
	struct incident i;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = load(p, &i, err);
	if (r < 0)
		return r;
	p->title = arena_printf(p->arena, "%s %s", words(p->lang, MSG_DESK_INCIDENT), i.ref);
	desk_incidents_sheet(p, &i, 1);
	r = offer_edit(p, &i, err);
	if (r == 0)
		r = reasons_sheet(p, &i, err);
	page_form(p, "judge", MSG_DESK_JUDGE, words(p->lang, MSG_DESK_JUDGE_INTRO), judge, judged);
	page_form(p, "moment", MSG_DESK_ENTER, words(p->lang, MSG_DESK_ENTER_INTRO), moment, entered);
	return r;
}

/* --- what is done --- */

static const char *here(struct page *p, const struct incident *i)
{
	return arena_printf(p->arena, "/desk/incident/%s/more", i->ref);
}

static int save(struct page *p, const struct incident *i)
{
	const char *values[EDIT_FIELDS];
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	int r;

	for (int f = 0; f < EDIT_FIELDS; f++)
		values[f] = http_value(p->rq, edit_names[f])->is_given ? http_value(p->rq, edit_names[f])->text : NULL;
	if (values[EDIT_ORIGIN] && strcmp(values[EDIT_ORIGIN], "none") == 0)
		values[EDIT_ORIGIN] = "";
	r = edit_incident(p->staff->db, i, values, &doing, &inner);
	return desk_wrote(p, "title", r < 0 ? r : 0, &inner, here(p, i));
}

static int decide(struct page *p, const struct incident *i)
{
	static const enum notice_decision wishes[] = { NOTICE_OPEN, NOTICE_NOTIFY, NOTICE_NOT_NEEDED };
	const char *codes[REASONS_MAX + 1] = { NULL };
	struct notice_new n = { .incident_id = i->id, .category = i->category, .codes = codes,
				.otherwise = wishes[http_value(p->rq, "decide")->number], .overruled = http_value(p->rq, "reason")->text,
				.doing = page_doing(p) };
	char *word = arena_text(p->arena, http_value(p->rq, "because")->text);
	struct error inner = ERROR_NONE;
	enum notice_decision decided;
	size_t count = 0;

	for (char *next; *word && count < REASONS_MAX; word = next) {
		next = word + strcspn(word, ", ");
		if (*next)
			*next++ = '\0';
		if (*word)
			codes[count++] = word;
	}
	return desk_wrote(p, "because", notice_make(p->staff->db, &n, &decided, &inner), &inner, here(p, i));
}

static int enter(struct page *p, const struct incident *i)
{
	const struct http_value *at = http_value(p->rq, "at");
	struct course_new n = { .incident_id = i->id, .kind = course_kinds[http_value(p->rq, "moment")->number],
				.what = http_value(p->rq, "what")->text, .doing = page_doing(p) };
	struct error inner = ERROR_NONE;
	int64_t number;

	n.at = n.doing.at;
	if (at->text[0] && (!time_parse(BYTES_TEXT(at->text), false, &n.at) || n.at > n.doing.at)) {
		ask_fault(p, "at", MSG_STAFF_FAULT_TIME, NULL);
		return 0;
	}
	if (!n.what[0]) {
		ask_fault(p, "what", MSG_STAFF_FAULT_NEEDED, NULL);
		return 0;
	}
	return desk_wrote(p, "what", course_enter(p->staff->db, &n, &number, &inner), &inner, desk_url(p, i->ref));
}

int page_incident_more_act(struct page *p, struct error *err)
{
	struct incident i;
	int r = load(p, &i, err);

	if (r < 0)
		return r;
	switch (http_value(p->rq, "act")->number) {
	case ACT_SAVE:
		return save(p, &i);
	case ACT_CONFIRM:
		return decide(p, &i);
	case ACT_ADD:
		return enter(p, &i);
	default:
		return -EINVAL;
	}
}
