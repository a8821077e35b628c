/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Which route a path takes. */
#include "engine/http/http_int.h"

#include "base/text.h"

static bool is_rest(struct bytes part)
{
	return part.n > 5 && part.p[0] == '{' && memcmp(part.p + part.n - 4, "...}", 4) == 0;
}

/* Compares segment by segment; an empty segment fits no placeholder. */
static bool path_fits(struct bytes pattern, struct bytes path, struct http_request *rq)
{
	struct bytes want, have;
	size_t count = 0;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	take_skip(&pattern, 1);
	take_skip(&path, 1);
	while (take_until(&pattern, '/', &want)) {
		if (is_rest(want)) {
			rq->segments[count] = arena_bytes(rq->arena, path.p, path.n);
			return true;
		}
		if (!take_until(&path, '/', &have))
			return false;
		if (want.n && want.p[0] == '{') {
			if (have.n == 0 || count == HTTP_SEGMENTS_MAX)
				return false;
			rq->segments[count++] = arena_bytes(rq->arena, have.p, have.n);
		} else if (!bytes_equal(want, have)) {
			return false;
		}
	}
	return path.n == 0;
}

const struct http_route *http_route_find(const struct http_route *routes, struct http_request *rq, unsigned *ret_others)
{
	size_t length = strlen(rq->path);

	*ret_others = 0;
	for (const struct http_route *r = routes; r->path; r++) {
		if (!path_fits(BYTES_TEXT(r->path), BYTES_TEXT(rq->path), rq))
			continue;
		/* "/a/" is not "/a": take_until does not see the last slash. */
		if (length > 1 && rq->path[length - 1] == '/' && !strchr("/}", r->path[strlen(r->path) - 1]))
			continue;
		if (r->method == rq->method)
			return r;
		*ret_others |= 1u << r->method;
	}
	return NULL;
}
