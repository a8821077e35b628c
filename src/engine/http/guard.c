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

static bool is_own_name(const struct http_config *c, struct bytes name)
{
	struct bytes rest = BYTES_TEXT(c->names ? c->names : ""), one;

	while (take_until(&rest, ',', &one)) {
		one = bytes_trim(one);
		if (one.n && one.n == name.n && strncasecmp((const char *)one.p, (const char *)name.p, one.n) == 0)
			return true;
	}
	return is_loopback_name(name);
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
	if (!rq->host || !is_own_name(&rq->server->config, name_of(BYTES_TEXT(rq->host))))
		return 421;
	if (origin && !origin_fits(origin, rq->host))
		return 403;
	if (rq->method == HTTP_POST && site && strcmp(site, "same-origin") != 0)
		return 403;
	return 0;
}

void http_token_make(const struct http_server *s, int64_t slot, const char *secret, char into[HTTP_TOKEN_MAX])
{
	crypto_generichash_state state;
	uint8_t hash[HTTP_KEY_BYTES];

	crypto_generichash_init(&state, s->key, sizeof s->key, sizeof hash);
	crypto_generichash_update(&state, (const uint8_t *)&slot, sizeof slot);
	crypto_generichash_update(&state, (const uint8_t *)secret, strlen(secret));
	crypto_generichash_final(&state, hash, sizeof hash);
	sodium_bin2hex(into, HTTP_TOKEN_MAX, hash, sizeof hash);
}

static const char *secret_of(const struct http_request *rq)
{
	const char *name = rq->server->config.token_cookie, *secret = name ? http_cookie(rq, name) : NULL;

	return secret ? secret : "";
}

const char *http_token_of(const struct http_request *rq, const char *secret)
{
	char *into = arena_alloc(rq->arena, HTTP_TOKEN_MAX);

	http_token_make(rq->server, floor_div(clock_now(), SLOT_US), secret, into);
	return into;
}

const char *http_token(const struct http_request *rq)
{
	return http_token_of(rq, secret_of(rq));
}

/* Of this slot or the one before. */
int http_guard_token(const struct http_request *rq, struct bytes given)
{
	int64_t slot = floor_div(clock_now(), SLOT_US);
	char want[HTTP_TOKEN_MAX];

	for (int64_t at = slot - 1; given.n == HTTP_TOKEN_MAX - 1 && at <= slot; at++) {
		http_token_make(rq->server, at, secret_of(rq), want);
		if (sodium_memcmp(want, given.p, given.n) == 0)
			return 0;
	}
	return 403;
}
