/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Letters: the list, and one as it goes out. */
#include "base/cleanup.h"
#include "face/staff/page_desk_int.h"
#include "ground/access/sight.h"

#include <errno.h>

static const struct sheet_column columns[] = {
	{ "ref", MSG_DESK_REF, SHEET_TEXT },	 { "about", MSG_DESK_INCIDENT, SHEET_TEXT },
	{ "kind", MSG_DESK_KIND, SHEET_TEXT },	 { "to", MSG_DESK_TO, SHEET_TEXT },
	{ "subject", MSG_DESK_SUBJECT, SHEET_LONG }, { "state", MSG_DESK_STATE, SHEET_TEXT },
	{ "sent", MSG_DESK_SENT, SHEET_TEXT },	 { "failure", MSG_DESK_FAILURE, SHEET_LONG }, { 0 },
};

static void letters_sheet(struct page *p, const struct letter *list, size_t count)
{
	struct sheet *sheet = page_sheet(p, "letters", MSG_DESK_LETTERS, columns);

	sheet_empty(sheet, words(p->lang, MSG_DESK_NO_LETTERS));
	for (size_t i = 0; i < count; i++) {
		desk_ref_cell(p, sheet, list[i].ref);
		desk_ref_cell(p, sheet, list[i].about);
		sheet_said(sheet, list[i].kind);
		sheet_text(sheet, list[i].to_address, NULL);
		desk_said_cell(p, sheet, list[i].subject);
		desk_state_cell(p, sheet, list[i].returned[0] ? "bounced" : list[i].state);
		desk_time_cell(p, sheet, list[i].sent_at);
		sheet_said(sheet, list[i].failure);
	}
}

int desk_letters_sheet(struct page *p, int64_t about, struct error *err)
{
	struct letter *list = NULL;
	size_t count = 0;
	int r = letter_list(p->staff->db, p->viewer.id, about, "", 0, DESK_ROWS_MAX, p->arena, &list, &count, err);

	if (r == 0)
		letters_sheet(p, list, count);
	return r;
}

int page_letters(struct page *p, struct error *err)
{
	struct letter *list = NULL;
	struct desk_slice slice;
	size_t count = 0;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = desk_slice(p, &slice, err);
	if (r == 0)
		r = letter_list(p->staff->db, p->viewer.id, 0, "", slice.through, slice.rows + 1, p->arena, &list, &count, err);
	if (r < 0)
		return r;
	desk_slice_links(p, count > (size_t)slice.rows ? list[slice.rows].ref : NULL);
	letters_sheet(p, list, MIN(count, (size_t)slice.rows));
	return 0;
}

/* --- one --- */

static int load(struct page *p, struct letter *ret, struct error *err)
{
	struct access_head head;
	int r = access_open(p->staff->db, &p->viewer, desk_ref(p), page_doing(p).at, p->arena, &head, err);

	if (r == 0)
		r = letter_by_ref(p->staff->db, p->viewer.id, desk_ref(p), p->arena, ret, err);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static bool is_in(const struct letter *l, const char *state)
{
	return strcmp(l->state, state) == 0;
}

static void offer(struct page *p, const struct letter *l)
{
	static const char *const none[] = { NULL };
	static const struct page_button draft[] = { { ACT_SEND, MSG_DESK_SEND, false }, { ACT_WITHDRAW, MSG_DESK_WITHDRAW, true }, { 0 } };
	static const struct page_button queued[] = { { ACT_WITHDRAW, MSG_DESK_WITHDRAW, false }, { 0 } };
	static const struct page_button lost[] = { { ACT_RESEND, MSG_DESK_RESEND, false }, { ACT_SETTLE, MSG_DESK_SETTLE, true }, { 0 } };
	static const struct page_button failed[] = { { ACT_RESEND, MSG_DESK_RESEND, false }, { 0 } };
	const struct page_button *buttons = is_in(l, "draft")	     ? draft
					    : is_in(l, "queued")    ? queued
					    : is_in(l, "uncertain") ? lost
					    : is_in(l, "failed")    ? failed
								    : NULL;

	if (!p->staff->mail_address[0])
		page_notice(p, words(p->lang, MSG_DESK_NO_MAIL), true);
	else if (buttons)
		page_form(p, "send", MSG_DESK_LETTER_ACT,
			  words_fill(p->arena, p->lang, MSG_DESK_LETTER_ACT_INTRO, "seconds",
				     arena_printf(p->arena, "%lld", (long long)(p->staff->delay_us / SECOND_US)), NULL),
			  none, buttons);
}

int page_letter(struct page *p, struct error *err)
{
	struct letter l;
	int r;

	if (!page_has_cases(p))
		return 0;
	r = load(p, &l, err);
	if (r < 0)
		return r;
	p->title = arena_printf(p->arena, "%s %s", words(p->lang, MSG_DESK_LETTER_TITLE), l.ref);
	letters_sheet(p, &l, 1);
	page_text(p, words(p->lang, MSG_DESK_TEXT), l.to_address, l.subject, l.text);
	r = desk_timeline(p, l.id, err);
	offer(p, &l);
	return r;
}

int page_letter_act(struct page *p, struct error *err)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	struct letter l;
	int r = load(p, &l, err);

	if (r < 0)
		return r;
	switch (http_value(p->rq, "act")->number) {
	case ACT_SEND:
		r = letter_send(p->staff->db, l.id, p->staff->mail_address, doing.at + p->staff->delay_us, &doing, &inner);
		break;
	case ACT_WITHDRAW:
		r = letter_withdraw(p->staff->db, l.id, &doing, &inner);
		break;
	case ACT_RESEND:
		r = letter_resend(p->staff->db, l.id, doing.at + p->staff->delay_us, &doing, &inner);
		break;
	case ACT_SETTLE:
		r = letter_settle(p->staff->db, l.id, &doing, &inner);
		break;
	default:
		return -EINVAL;
	}
	/* It went on meanwhile: the page shows how. */
	return page_wrote(p, r == -EALREADY ? 0 : r, &inner, desk_url(p, l.ref));
}
