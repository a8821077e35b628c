/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who asks. */
#include "face/staff/entry.h"

#include "base/address.h"
#include "base/clock.h"
#include "engine/template/value.h"
#include "ground/access/account.h"

#define NEXT_MAX 1500
#define YEAR_S 31536000

/* --- cookies --- */

static const char *prefixed(const struct staff *staff, bool is_device)
{
	if (is_device)
		return staff->is_secure ? "__Host-hinomi-known" : "hinomi-known";
	return staff->is_secure ? "__Host-hinomi" : "hinomi";
}

const char *entry_cookie_name(const struct staff *staff)
{
	return prefixed(staff, false);
}

static const char *cookie(const struct http_request *rq, const char *name, const char *value, int seconds)
{
	const struct staff *staff = rq->context;
	const char *age = seconds < 0 ? "" : arena_printf(rq->arena, " Max-Age=%d;", seconds);

	return arena_printf(rq->arena, "%s=%s; Path=/;%s HttpOnly; SameSite=Strict%s", name, value, age,
			    staff->is_secure ? "; Secure" : "");
}

const char *entry_cookie(const struct http_request *rq, const char *token)
{
	return cookie(rq, prefixed(rq->context, false), token, -1);
}

const char *entry_cookie_gone(const struct http_request *rq)
{
	return cookie(rq, prefixed(rq->context, false), "", 0);
}

const char *entry_device_cookie(const struct http_request *rq, const char *token)
{
	return cookie(rq, prefixed(rq->context, true), token, YEAR_S / 2);
}

const char *entry_lang_cookie(const struct http_request *rq, const char *lang)
{
	return cookie(rq, "lang", lang, YEAR_S);
}

/* --- from where --- */

static bool is_this_machine(const char *peer)
{
	struct address a;

	if (!peer[0] || !address_parse(BYTES_TEXT(peer), &a))
		return true;
	return a.family == 4 ? a.byte[0] == 127 : strcmp(peer, "::1") == 0;
}

/* The last address is the one that the proxy itself saw; those before it are the visitor's word. */
static const char *forwarded(const struct http_request *rq)
{
	const char *header = http_header(rq, "X-Forwarded-For"), *comma = header ? strrchr(header, ',') : NULL;
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	if (!header || !address_parse(bytes_trim(BYTES_TEXT(comma ? comma + 1 : header)), &a))
		return "";
	return arena_text(rq->arena, address_format(&a, text));
}

struct session_origin entry_origin(const struct http_request *rq)
{
	const struct staff *staff = rq->context;
	const char *agent = http_header(rq, "User-Agent"), *peer = http_peer(rq);

	if (staff->proxy[0] && (strcmp(peer, staff->proxy) == 0 || (!peer[0] && strcmp(staff->proxy, "unix") == 0)))
		return (struct session_origin){ forwarded(rq), agent ? agent : "" };
	return (struct session_origin){ is_this_machine(peer) ? "" : peer, agent ? agent : "" };
}

/* --- who --- */

/* Where the pages can be reached from other machines, nobody is the local user. */
static int find_open(struct staff *staff, struct entry *ret, struct error *err)
{
	int r = staff->has_accounts || staff->is_public ? 1 : staff->db ? account_any(staff->db, err) : 0;

	if (r < 0)
		return r;
	staff->has_accounts = r == 1;
	*ret = (struct entry){ .is_open = r == 0, .session = { .viewer = { .id = ACCESS_LOCAL, .actor = staff->actor } } };
	return r == 0;
}

int entry_find(struct http_request *rq, struct entry *ret, struct error *err)
{
	struct staff *staff = rq->context;
	const char *token = http_cookie(rq, entry_cookie_name(staff));
	int r = find_open(staff, ret, err);

	if (r != 0 || !token || !staff->db)
		return r;
	return session_find(staff->db, token, &staff->limits, clock_now(), rq->arena, &ret->session, err);
}

/* --- to the login page and back --- */

const char *entry_next(const char *text)
{
	return text[0] == '/' && url_is_safe(text) ? text : "/";
}

void entry_to_login(const struct http_request *rq, struct http_response *rs)
{
	const char *asked = rq->query[0] ? arena_printf(rq->arena, "%s?%s", rq->path, rq->query) : rq->path;
	bool is_plain = strcmp(asked, "/") == 0 || strlen(asked) > NEXT_MAX;

	http_redirect(rs, is_plain ? "/login" : arena_printf(rq->arena, "/login?next=%s", http_encode(rq->arena, asked)));
}
