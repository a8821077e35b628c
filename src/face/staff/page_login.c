/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* In and out. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/template/embedded.h"
#include "engine/template/template.h"
#include "face/staff/entry.h"
#include "ground/access/account.h"

#include <errno.h>
#include <inttypes.h>

#define PAGE_MAX (1u << 20)
#define ADDRESS_MOST 2000

const struct http_field login_fields[] = {
	{ "login", HTTP_TEXT, 0, 4 * LOGIN_MAX, 0, NULL },
	{ "password", HTTP_SECRET, 0, PASSWORD_MAX, 0, NULL },
	{ "code", HTTP_TEXT, 0, 40, 0, NULL },
	{ "next", HTTP_TEXT, 0, ADDRESS_MOST, 0, NULL },
	{ 0 },
};

struct showing {
	int status;
	const char *fault; /* NULL: none */
	const char *notice;
};

static int show(struct http_request *rq, const struct showing *s, struct http_response *rs, struct error *err)
{
	const struct staff *staff = rq->context;
	const char *held = http_cookie(rq, entry_cookie_name(staff)), *next = entry_next(http_value(rq, "next")->text);
	struct value *v = value_object(rq->arena);
	_cleanup_(buf_clear) struct buf b;
	char fresh[SECRET_TEXT];
	int r;

	/* The form belongs to this browser before anybody is in. */
	if (!held || !held[0]) {
		secret_random(fresh);
		rs->cookies[0] = entry_cookie(rq, fresh);
		held = fresh;
	}
	value_put_text(v, "title", words(rq->lang, MSG_STAFF_LOGIN_TITLE));
	value_put_text(v, "lang", lang_code(rq->lang));
	value_put_text(v, "other_lang", lang_code(lang_other(rq->lang)));
	value_put_url(v, "root", "/");
	value_put_url(v, "stylesheet", "/hinomi.css");
	value_put_text(v, "token", http_token_of(rq, held));
	value_put_text(v, "here", arena_printf(rq->arena, "/login?next=%s", http_encode(rq->arena, next)));
	value_put_text(v, "login", http_value(rq, "login")->text);
	value_put_text(v, "next", next);
	value_put_text(v, "fault", s->fault);
	value_put_text(v, "notice", s->notice);
	buf_init(&b, PAGE_MAX);
	r = template_render(templates_embedded(), "login.html", rq->lang, v, &b, err);
	if (r < 0)
		return r;
	rs->status = s->status;
	rs->body = BYTES(arena_bytes(rq->arena, b.p, b.n), b.n);
	return 0;
}

int page_login(struct http_request *rq, struct http_response *rs, struct error *err)
{
	const char *next = entry_next(http_value(rq, "next")->text);
	struct entry entry;
	int r = entry_find(rq, &entry, err);

	if (r < 0)
		return r;
	if (r == 1 && !entry.is_open) {
		http_redirect(rs, next);
		return 0;
	}
	return show(rq, &(struct showing){ 200, NULL, r == 1 ? words(rq->lang, MSG_STAFF_NO_ACCOUNTS) : NULL }, rs, err);
}

static int later(struct http_request *rq, int64_t wait_us, struct http_response *rs, struct error *err)
{
	int64_t wait_s = wait_us / SECOND_US + 1;
	const char *seconds = arena_printf(rq->arena, "%" PRId64, wait_s);

	return show(rq, &(struct showing){ 429, words_fill(rq->arena, rq->lang, MSG_STAFF_LOGIN_LATER, "seconds", seconds, NULL), NULL },
		    rs, err);
}

static int enter(struct http_request *rq, const struct login *login, struct http_response *rs)
{
	http_redirect(rs, entry_next(http_value(rq, "next")->text));
	rs->cookies[0] = entry_cookie(rq, login->token);
	rs->cookies[1] = entry_device_cookie(rq, login->device);
	if (!http_cookie(rq, "lang"))
		rs->cookies[2] = entry_lang_cookie(rq, login->lang);
	return 0;
}

int page_login_act(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct staff *staff = rq->context;
	const char *device = http_cookie(rq, staff->is_secure ? "__Host-hinomi-known" : "hinomi-known");
	const char *held = http_cookie(rq, entry_cookie_name(staff));
	struct login_attempt a = { .login = http_value(rq, "login")->text, .password = http_value(rq, "password")->text,
				   .code = http_value(rq, "code")->text, .device = device ? device : "",
				   .origin = entry_origin(rq), .at = clock_now() };
	struct login login;
	int r;

	if (!held || !held[0])
		return show(rq, &(struct showing){ 400, words(rq->lang, MSG_STAFF_LOGIN_COOKIES), NULL }, rs, err);
	if (!staff->db)
		return error_set(err, -EIO, "there is no case database");
	r = session_login(staff->db, &a, &login, err);
	if (r < 0)
		return r;
	if (login.result == LOGIN_DONE)
		return enter(rq, &login, rs);
	if (login.result == LOGIN_LATER)
		return later(rq, login.wait_us, rs, err);
	log_warn("login refused", "from", a.origin.address[0] ? a.origin.address : "this machine");
	return show(rq, &(struct showing){ 400, words(rq->lang, MSG_STAFF_LOGIN_WRONG), NULL }, rs, err);
}

int page_logout(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct staff *staff = rq->context;
	struct entry entry;
	int r = entry_find(rq, &entry, err);

	if (r == 1 && !entry.is_open)
		r = session_end(staff->db, &entry.session.viewer, entry.session.id, "logout", clock_now(), err);
	if (r < 0 && r != -ENOENT)
		return r;
	http_redirect(rs, "/login");
	rs->cookies[0] = entry_cookie_gone(rq);
	return 0;
}
