/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* For those who watch over accounts: who there is, who is in, who did what. Accounts are changed on the command line. */
#include "base/clock.h"
#include "face/staff/ask.h"
#include "ground/access/account.h"
#include "ground/access/audit.h"

#include <inttypes.h>

#define ROWS 500

/* --- accounts --- */

static const struct sheet_column accounts[] = {
	{ "name", MSG_STAFF_LOGIN_NAME, SHEET_TEXT },	    { "display_name", MSG_STAFF_DISPLAY_NAME, SHEET_TEXT },
	{ "roles", MSG_STAFF_ROLES, SHEET_LONG },	    { "state", MSG_STAFF_STATE, SHEET_TEXT },
	{ "second_factor", MSG_STAFF_SECOND_FACTOR, SHEET_TEXT }, { "compartments", MSG_STAFF_COMPARTMENTS, SHEET_LIST },
	{ "last_login", MSG_STAFF_LAST_LOGIN, SHEET_TEXT }, { 0 },
};

static const struct sheet_column sessions[] = {
	{ "name", MSG_STAFF_LOGIN_NAME, SHEET_TEXT },	 { "address", MSG_STAFF_SESSION_ADDRESS, SHEET_TEXT },
	{ "since", MSG_STAFF_SESSION_SINCE, SHEET_TEXT }, { "seen", MSG_STAFF_SESSION_SEEN, SHEET_TEXT },
	{ 0 },
};

static void state_cell(struct page *p, struct sheet *sheet, const struct account *a)
{
	if (a->is_locked)
		sheet_state(sheet, SHEET_BAD, words(p->lang, MSG_STAFF_ACCOUNT_LOCKED), "locked");
	else if (a->must_change)
		sheet_state(sheet, SHEET_WARN, words(p->lang, MSG_STAFF_ACCOUNT_ONE_TIME), "one-time");
	else
		sheet_state(sheet, SHEET_GOOD, words(p->lang, MSG_STAFF_ACCOUNT_ACTIVE), "active");
}

static void account_row(struct page *p, struct sheet *sheet, const struct account *a)
{
	char raw[ROLES_TEXT_MAX];

	sheet_text(sheet, a->login, NULL);
	sheet_text(sheet, p->lang == LANG_JA ? a->name_ja : a->name_en, NULL);
	sheet_both(sheet, page_roles(p, a->roles), arena_text(p->arena, roles_format(a->roles, raw)));
	state_cell(p, sheet, a);
	sheet_both(sheet, words(p->lang, a->has_totp ? MSG_STAFF_TOTP_IN_USE : MSG_STAFF_TOTP_OFF), a->has_totp ? "yes" : "no");
	sheet_text(sheet, a->compartments, NULL);
	if (a->last_login_at)
		sheet_both(sheet, page_time(p, a->last_login_at), page_time_utc(p, a->last_login_at));
	else
		sheet_nothing(sheet);
}

static int show_accounts(struct page *p, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "accounts", MSG_STAFF_ACCOUNTS, accounts);
	struct account *list;
	size_t count = 0;
	int r = account_list(p->staff->db, "", p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_STAFF_NONE));
	for (size_t i = 0; i < count && r == 0; i++)
		account_row(p, sheet, &list[i]);
	return r;
}

static int show_sessions(struct page *p, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "sessions", MSG_STAFF_SESSIONS_ALL, sessions);
	struct session_row *list;
	size_t count = 0;
	int r = session_list(p->staff->db, "", &p->staff->limits, clock_now(), p->arena, &list, &count, err);

	sheet_empty(sheet, words(p->lang, MSG_STAFF_NONE));
	for (size_t i = 0; i < count && r == 0; i++) {
		sheet_text(sheet, list[i].login, NULL);
		sheet_text(sheet, list[i].address[0] ? list[i].address : words(p->lang, MSG_STAFF_THIS_MACHINE), NULL);
		sheet_both(sheet, page_time(p, list[i].created_at), page_time_utc(p, list[i].created_at));
		sheet_both(sheet, page_time(p, list[i].seen_at), page_time_utc(p, list[i].seen_at));
	}
	return r;
}

int page_accounts(struct page *p, struct error *err)
{
	int r;

	if (!page_has_cases(p))
		return 0;
	r = show_accounts(p, err);
	return r < 0 ? r : show_sessions(p, err);
}

/* --- the audit log --- */

static const struct sheet_column rows[] = {
	{ "time", MSG_STAFF_TIME, SHEET_TEXT },	     { "actor", MSG_STAFF_AUDIT_WHO, SHEET_TEXT },
	{ "what", MSG_STAFF_AUDIT_WHAT, SHEET_LONG }, { "about", MSG_STAFF_AUDIT_ABOUT, SHEET_TEXT },
	{ "ref", MSG_STAFF_AUDIT_REF, SHEET_TEXT },   { "position", MSG_STAFF_AUDIT_POSITION, SHEET_NUMBER },
	{ 0 },
};

struct showing {
	struct page *page;
	struct sheet *sheet;
};

static int audit_cells(void *context, const struct audit_row *row)
{
	const struct showing *s = context;
	struct arena *a = s->page->arena;

	sheet_both(s->sheet, page_time(s->page, row->at), page_time_utc(s->page, row->at));
	sheet_text(s->sheet, arena_text(a, row->actor), NULL);
	/* The words of the log are those of programs. */
	sheet_said(s->sheet, arena_text(a, row->what));
	sheet_text(s->sheet, arena_text(a, row->about), NULL);
	sheet_text(s->sheet, arena_text(a, row->ref), NULL);
	if (row->position)
		sheet_number(s->sheet, row->position);
	else
		sheet_nothing(s->sheet);
	return 0;
}

int page_audit(struct page *p, struct error *err)
{
	const struct audit_question q = { .since = 0, .until = INT64_MAX, .actor = "", .ref = "", .most = ROWS };
	struct showing s = { p, NULL };

	if (!page_has_cases(p))
		return 0;
	s.sheet = page_sheet(p, "audit", MSG_STAFF_AUDIT, rows);
	sheet_note(s.sheet, words(p->lang, MSG_STAFF_AUDIT_NOTE));
	sheet_empty(s.sheet, words(p->lang, MSG_STAFF_NONE));
	return audit_list(p->staff->db, &q, audit_cells, &s, err);
}
