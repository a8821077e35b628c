/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Responses and their headers. */
#include "engine/http/http_int.h"

#include "base/cleanup.h"

static void put(struct MHD_Response *r, const char *name, const char *value)
{
	if (value)
		MHD_add_response_header(r, name, value);
}

static void put_headers(const struct http_exchange *x, const struct http_response *rs, struct MHD_Response *r)
{
	bool is_private = x->server->config.is_private;
	struct arena *a = x->request.arena;

	if (rs->status != 304)
		put(r, "Content-Type", rs->type ? rs->type : "text/html; charset=utf-8");
	put(r, "Content-Security-Policy", rs->policy ? rs->policy : HTTP_POLICY);
	put(r, "X-Content-Type-Options", "nosniff");
	/* Not no-referrer: with it browsers send `Origin: null` with a form to its own site. */
	put(r, "Referrer-Policy", is_private ? "same-origin" : "strict-origin-when-cross-origin");
	put(r, "Cross-Origin-Opener-Policy", "same-origin");
	put(r, "Cache-Control", rs->cache ? rs->cache : is_private ? "no-store" : "no-cache");
	put(r, "Location", rs->location);
	put(r, "Allow", rs->allow);
	if (is_private) {
		put(r, "Cross-Origin-Resource-Policy", "same-origin");
		for (size_t i = 0; i < COUNT(rs->cookies) && rs->cookies[i]; i++)
			put(r, "Set-Cookie", rs->cookies[i]);
		put(r, "Vary", "Cookie, Accept-Language");
	}
	if (rs->etag)
		put(r, "ETag", arena_printf(a, "\"%s\"", rs->etag));
	if (rs->filename)
		put(r, "Content-Disposition", arena_printf(a, "attachment; filename=\"%s\"", rs->filename));
}

/* RFC 9110 §13.1.2: a list of tags, or "*"; compared weakly. */
static bool is_known(const struct http_request *rq, const char *etag)
{
	const char *header = http_header(rq, "If-None-Match");
	struct bytes rest, tag;

	if (!header || !etag)
		return false;
	rest = BYTES_TEXT(header);
	while (take_until(&rest, ',', &tag)) {
		tag = bytes_trim(tag);
		if (bytes_is(tag, "*"))
			return true;
		if (bytes_starts(tag, "W/"))
			take_skip(&tag, 2);
		if (tag.n >= 2 && tag.p[0] == '"' && bytes_is(BYTES(tag.p + 1, tag.n - 2), etag))
			return true;
	}
	return false;
}

static struct MHD_Response *body_of(struct http_response *rs)
{
	struct MHD_Response *r;

	if (rs->file >= 0) {
		r = MHD_create_response_from_fd64(rs->file_size, rs->file);
		if (r)
			rs->file = -1; /* closed with the response */
		return r;
	}
	return MHD_create_response_from_buffer(rs->body.n, (void *)(uintptr_t)rs->body.p, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result http_answer(struct http_exchange *x, struct http_response *rs)
{
	struct MHD_Response *r;
	enum MHD_Result result;

	if (rs->status == 200 && is_known(&x->request, rs->etag)) {
		if (rs->file >= 0)
			close(rs->file);
		rs->file = -1;
		rs->status = 304;
		rs->body = BYTES("", 0);
	}
	r = body_of(rs);
	if (rs->file >= 0)
		close(rs->file);
	if (!r)
		return MHD_NO;
	put_headers(x, rs, r);
	result = MHD_queue_response(x->request.connection, (unsigned)rs->status, r);
	MHD_destroy_response(r);
	return result;
}

enum MHD_Result http_answer_error(struct http_exchange *x, int status, const char *allow)
{
	struct http_response rs = { .status = status, .file = -1, .allow = allow };
	struct arena *a = x->request.arena;

	if (x->server->config.error_page) {
		x->server->config.error_page(&x->request, &rs);
	} else {
		rs.type = "text/plain; charset=utf-8";
		rs.body = BYTES_TEXT(arena_printf(a, "%d %s\n", status, MHD_get_reason_phrase_for((unsigned)status)));
	}
	rs.status = status;
	rs.allow = allow;
	return http_answer(x, &rs);
}

void http_redirect(struct http_response *rs, const char *location)
{
	*rs = (struct http_response){ .status = 303, .file = -1, .location = location, .body = BYTES("", 0) };
}
