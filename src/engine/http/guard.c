/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who may talk to a server on loopback. A browser on this machine runs pages of strangers: one may send forms to us
 * (Origin, token), or give its own name our address (Host). */
#include "engine/http/http_int.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <sodium.h>

#define SLOT_US (12 * HOUR_US)

/* "localhost:8080" without its port. */
static struct bytes name_of(struct bytes host)
{
	size_t n = host.n;

	if (n && host.p[0] == '[') {
		const uint8_t *end = memchr(host.p, ']', n);
		return end ? BYTES(host.p, (size_t)(end - host.p) + 1) : host;
	}
	for (size_t i = 0; i < n; i++)
		if (host.p[i] == ':')
			return BYTES(host.p, i);
	return host;
}

static bool is_loopback_name(struct bytes name)
{
	return bytes_is(name, "localhost") || bytes_is(name, "127.0.0.1") || bytes_is(name, "[::1]");
}

static bool origin_fits(const char *origin, const char *host)
{
	const char *after = strncmp(origin, "http://", 7) == 0 ? origin + 7 : strncmp(origin, "https://", 8) == 0 ? origin + 8 : NULL;

	return after && strcmp(after, host) == 0;
}

int http_guard_names(const struct http_request *rq)
{
	const char *origin = http_header(rq, "Origin"), *site = http_header(rq, "Sec-Fetch-Site");

	if (!rq->server->config.is_private)
		return 0;
	if (!rq->host || !is_loopback_name(name_of(BYTES_TEXT(rq->host))))
		return 421;
	if (origin && !origin_fits(origin, rq->host))
		return 403;
	if (rq->method == HTTP_POST && site && strcmp(site, "same-origin") != 0)
		return 403;
	return 0;
}

void http_token_make(const struct http_server *s, int64_t slot, char into[HTTP_TOKEN_MAX])
{
	uint8_t hash[HTTP_KEY_BYTES];

	crypto_generichash(hash, sizeof hash, (const uint8_t *)&slot, sizeof slot, s->key, sizeof s->key);
	sodium_bin2hex(into, HTTP_TOKEN_MAX, hash, sizeof hash);
}

const char *http_token(const struct http_request *rq)
{
	char *into = arena_alloc(rq->arena, HTTP_TOKEN_MAX);

	http_token_make(rq->server, floor_div(clock_now(), SLOT_US), into);
	return into;
}

/* Of this slot or the one before. */
int http_guard_token(const struct http_request *rq, struct bytes given)
{
	int64_t slot = floor_div(clock_now(), SLOT_US);
	char want[HTTP_TOKEN_MAX];

	for (int64_t at = slot - 1; given.n == HTTP_TOKEN_MAX - 1 && at <= slot; at++) {
		http_token_make(rq->server, at, want);
		if (sodium_memcmp(want, given.p, given.n) == 0)
			return 0;
	}
	return 403;
}
