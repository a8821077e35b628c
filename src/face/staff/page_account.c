/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One's own account: password, second factor, sessions. */
#include "base/clock.h"
#include "face/staff/ask.h"
#include "ground/access/account.h"

#include <errno.h>

static const struct sheet_column facts[] = {
	{ "what", MSG_STAFF_WHAT, SHEET_TEXT }, { "value", MSG_STAFF_VALUE, SHEET_LONG }, { 0 },
};

static const struct sheet_column sessions[] = {
	{ "address", MSG_STAFF_SESSION_ADDRESS, SHEET_TEXT }, { "agent", MSG_STAFF_SESSION_AGENT, SHEET_LONG },
	{ "since", MSG_STAFF_SESSION_SINCE, SHEET_TEXT },     { "seen", MSG_STAFF_SESSION_SEEN, SHEET_TEXT },
	{ "end", MSG_STAFF_SESSION_END, SHEET_WAY },	      { 0 },
};

/* --- what is shown --- */

static void fact(struct page *p, struct sheet *sheet, enum message what, const char *value)
{
	sheet_text(sheet, words(p->lang, what), NULL);
	sheet_text(sheet, value, NULL);
}

const char *page_roles(const struct page *p, unsigned roles)
{
	static const enum message names[ROLE_COUNT] = { MSG_ROLE_HANDLER, MSG_ROLE_ANALYST, MSG_ROLE_EDITOR, MSG_ROLE_AUDITOR,
							MSG_ROLE_ADMIN };
	const char *text = "";

	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles >> i & 1)
			text = arena_printf(p->arena, "%s%s%s", text, text[0] ? words(p->lang, MSG_STAFF_AND) : "",
					    words(p->lang, names[i]));
	return text[0] ? text : words(p->lang, MSG_STAFF_NONE);
}

static void show_facts(struct page *p, const struct account *a)
{
	struct sheet *sheet = page_sheet(p, "account", MSG_STAFF_ACCOUNT, facts);
	const char *name = p->lang == LANG_JA ? a->name_ja : a->name_en;

	fact(p, sheet, MSG_STAFF_LOGIN_NAME, a->login);
	if (name[0])
		fact(p, sheet, MSG_STAFF_DISPLAY_NAME, name);
	fact(p, sheet, MSG_STAFF_ROLES, page_roles(p, a->roles));
	if (a->compartments[0])
		fact(p, sheet, MSG_STAFF_COMPARTMENTS, a->compartments);
	fact(p, sheet, MSG_STAFF_SECOND_FACTOR,
	     a->has_totp ? words_fill(p->arena, p->lang, MSG_STAFF_TOTP_ON, "count",
				      arena_printf(p->arena, "%lld", (long long)a->codes), NULL) :
			   words(p->lang, MSG_STAFF_TOTP_OFF));
}

static int show_sessions(struct page *p, struct error *err)
{
	struct sheet *sheet = page_sheet(p, "sessions", MSG_STAFF_SESSIONS, sessions);
	struct session_row *list;
	size_t count;
	int r = session_list(p->staff->db, p->viewer.actor, &p->staff->limits, clock_now(), p->arena, &list, &count, err);

	for (size_t i = 0; i < count && r == 0; i++) {
		sheet_text(sheet, list[i].address[0] ? list[i].address : words(p->lang, MSG_STAFF_THIS_MACHINE), NULL);
		sheet_said(sheet, list[i].agent);
		sheet_both(sheet, page_time(p, list[i].created_at), page_time_utc(p, list[i].created_at));
		sheet_both(sheet, page_time(p, list[i].seen_at), page_time_utc(p, list[i].seen_at));
		if (list[i].id == p->session)
			sheet_state(sheet, SHEET_GOOD, words(p->lang, MSG_STAFF_SESSION_THIS), "this");
		else
			sheet_button(sheet, &(struct sheet_button){ "/account", "remove", words(p->lang, MSG_STAFF_SESSION_END), "session",
							     arena_printf(p->arena, "%lld", (long long)list[i].id), 0 });
	}
	return r;
}

/* As it is typed where a camera is not at hand. */
static const char *in_fours(struct arena *arena, const char *secret)
{
	const char *text = "";

	for (; *secret; secret += strnlen(secret, 4))
		text = arena_printf(arena, "%s%s%.4s", text, text[0] ? " " : "", secret);
	return text;
}

static void show_pending(struct page *p, const struct account *a)
{
	struct sheet *sheet = page_sheet(p, "secret", MSG_STAFF_TOTP_SECRET, facts);
	char code[PASSWORD_RANDOM_TEXT];

	sheet_note(sheet, words(p->lang, MSG_STAFF_TOTP_SECRET_NOTE));
	sheet_text(sheet, words(p->lang, MSG_STAFF_TOTP_KEY), NULL);
	sheet_said(sheet, in_fours(p->arena, a->totp_pending));
	sheet_text(sheet, words(p->lang, MSG_STAFF_TOTP_URL), NULL);
	sheet_said(sheet, account_totp_url(p->arena, a->login, a->totp_pending));
	for (unsigned i = 0; i < RECOVERY_CODES; i++) {
		recovery_code(a->codes_pending, i, code);
		sheet_text(sheet, words_fill(p->arena, p->lang, MSG_STAFF_RECOVERY_CODE, "number",
					     arena_printf(p->arena, "%u", i + 1), NULL), NULL);
		sheet_text(sheet, arena_text(p->arena, code), NULL);
	}
}

static void show_forms(struct page *p, const struct account *a)
{
	static const char *const password[] = { "old_password", "password", "again", NULL }, *const code[] = { "code", NULL },
				 *const old[] = { "old_password", NULL };
	static const struct page_button set[] = { { ACT_PASSWORD, MSG_STAFF_PASSWORD_SET, false }, { 0 } },
					begin[] = { { ACT_TOTP_BEGIN, MSG_STAFF_TOTP_BEGIN, false }, { 0 } },
					again[] = { { ACT_TOTP_BEGIN, MSG_STAFF_TOTP_AGAIN, false },
						    { ACT_TOTP_REMOVE, MSG_STAFF_TOTP_REMOVE, true },
						    { 0 } },
					confirm[] = { { ACT_TOTP_CONFIRM, MSG_STAFF_TOTP_CONFIRM, false }, { 0 } };

	if (a->totp_pending[0]) {
		show_pending(p, a);
		page_form(p, "confirm", MSG_STAFF_TOTP_CONFIRM_TITLE, words(p->lang, MSG_STAFF_TOTP_CONFIRM_INTRO), code, confirm);
	}
	page_form(p, "set-password", MSG_STAFF_PASSWORD_SET, words(p->lang, MSG_STAFF_PASSWORD_INTRO), password, set);
	if (!p->must_change)
		page_form(p, "second", MSG_STAFF_SECOND_FACTOR, words(p->lang, MSG_STAFF_SECOND_FACTOR_INTRO), old,
			  a->has_totp ? again : begin);
}

int page_account(struct page *p, struct error *err)
{
	struct account a;
	int r;

	if (p->viewer.id == ACCESS_LOCAL)
		return 0;
	r = account_load(p->staff->db, p->viewer.actor, p->arena, &a, err);
	if (r < 0)
		return r;
	if (p->must_change)
		page_notice(p, words(p->lang, MSG_STAFF_MUST_CHANGE), true);
	show_facts(p, &a);
	show_forms(p, &a);
	return show_sessions(p, err);
}

/* --- what is done --- */

static int wrong_password(struct page *p, int r, const struct error *inner)
{
	if (r == -EACCES)
		ask_fault(p, "old_password", MSG_STAFF_FAULT_PASSWORD, NULL);
	else if (r == -EBUSY)
		ask_fault(p, "old_password", MSG_STAFF_FAULT_WAIT, NULL);
	else
		return page_wrote(p, r, inner, "/account");
	return 0;
}

static void say_fault(struct page *p, enum password_fault fault)
{
	static const enum message texts[] = {
		[PASSWORD_GOOD] = MSG_STAFF_FAULT_PASSWORD,	  [PASSWORD_SHORT] = MSG_STAFF_FAULT_SHORT,
		[PASSWORD_LONG] = MSG_FIELD_TOO_LONG,		  [PASSWORD_PLAIN] = MSG_STAFF_FAULT_PLAIN,
		[PASSWORD_IS_NAME] = MSG_STAFF_FAULT_PASSWORD_NAME, [PASSWORD_NOT_TEXT] = MSG_FIELD_NOT_TEXT,
	};

	ask_fault(p, "password", texts[fault], NULL);
}

static int set_password(struct page *p)
{
	struct password_change c = { .before = http_value(p->rq, "old_password")->text, .password = http_value(p->rq, "password")->text,
				     .origin = entry_origin(p->rq), .at = clock_now() };
	struct error inner = ERROR_NONE;
	enum password_fault fault;
	char token[SECRET_TEXT];
	int r;

	if (strcmp(c.password, http_value(p->rq, "again")->text) != 0)
		ask_fault(p, "again", MSG_STAFF_FAULT_AGAIN, NULL);
	if (strcmp(c.password, c.before) == 0)
		ask_fault(p, "password", MSG_STAFF_FAULT_SAME, NULL);
	if (p->fault_count)
		return 0;
	r = session_change_password(p->staff->db, &p->viewer, &c, token, &fault, &inner);
	if (r == -EINVAL) {
		say_fault(p, fault);
		return 0;
	}
	if (r < 0)
		return wrong_password(p, r, &inner);
	p->cookie = entry_cookie(p->rq, token);
	return page_wrote(p, 0, &inner, "/account");
}

static int set_factor(struct page *p, enum page_act act)
{
	const char *old = http_value(p->rq, "old_password")->text;
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	int r = session_check_password(p->staff->db, &p->viewer, old, doing.at, &inner);

	if (r < 0)
		return wrong_password(p, r, &inner);
	r = act == ACT_TOTP_BEGIN ? account_begin_totp(p->staff->db, p->viewer.actor, &doing, &inner) :
				    account_remove_totp(p->staff->db, p->viewer.actor, &doing, &inner);
	return page_wrote(p, r, &inner, "/account");
}

static int confirm_factor(struct page *p)
{
	struct doing doing = page_doing(p);
	struct error inner = ERROR_NONE;
	int r = account_confirm_totp(p->staff->db, p->viewer.actor, http_value(p->rq, "code")->text, &doing, &inner);

	if (r == -EACCES) {
		ask_fault(p, "code", MSG_STAFF_FAULT_CODE, NULL);
		return 0;
	}
	return page_wrote(p, r, &inner, "/account");
}

static int end_session(struct page *p)
{
	struct error inner = ERROR_NONE;
	int r = session_end(p->staff->db, &p->viewer, http_value(p->rq, "session")->number, "ended", clock_now(), &inner);

	return page_wrote(p, r == -ENOENT ? 0 : r, &inner, "/account");
}

int page_account_act(struct page *p, struct error *err)
{
	enum page_act act = (enum page_act)http_value(p->rq, "act")->number;

	if (p->viewer.id == ACCESS_LOCAL)
		return error_set(err, -EACCES, "there is no account");
	if (act == ACT_PASSWORD)
		return set_password(p);
	if (p->must_change)
		return error_set(err, -EACCES, "the password comes first");
	if (act == ACT_TOTP_BEGIN || act == ACT_TOTP_REMOVE)
		return set_factor(p, act);
	if (act == ACT_TOTP_CONFIRM)
		return confirm_factor(p);
	return act == ACT_REMOVE ? end_session(p) : error_set(err, -EINVAL, "no such act");
}
