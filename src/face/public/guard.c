/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Who may send a form, without sessions or cookies. */
#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "face/public/forms.h"

#include <inttypes.h>
#include <sodium.h>

#define STAMP_LEAST_S 2
#define STAMP_MOST_S (24 * 3600)
#define MAC_BYTES 16
#define MAC_TEXT (2 * MAC_BYTES)

/* An address may send so many at once, and one more a minute. */
#define SENDS_MOST 12.0
#define SENDS_PER_US (1.0 / (60.0 * 1000000.0))

/* --- the stamp --- */

static void sign(const struct public_forms *f, struct bytes time, char into[MAC_TEXT + 1])
{
	uint8_t mac[MAC_BYTES];

	crypto_generichash(mac, sizeof mac, time.p, time.n, f->key, sizeof f->key);
	sodium_bin2hex(into, MAC_TEXT + 1, mac, sizeof mac);
}

char *forms_stamp(const struct public_forms *f, struct arena *arena, int64_t now_us)
{
	char *time = arena_printf(arena, "%" PRId64, floor_div(now_us, SECOND_US)), mac[MAC_TEXT + 1];

	sign(f, BYTES_TEXT(time), mac);
	return arena_printf(arena, "%s-%s", time, mac);
}

enum forms_stamp forms_check_stamp(const struct public_forms *f, const char *stamp, int64_t now_us)
{
	struct bytes mac = BYTES_TEXT(stamp), time;
	char want[MAC_TEXT + 1];
	uint64_t at;
	int64_t age;

	if (!take_until(&mac, '-', &time) || mac.n != MAC_TEXT || !bytes_number(time, INT64_MAX / SECOND_US, &at))
		return STAMP_OLD;
	sign(f, time, want);
	if (sodium_memcmp(want, mac.p, MAC_TEXT) != 0)
		return STAMP_OLD;
	age = floor_div(now_us, SECOND_US) - (int64_t)at;
	return age > STAMP_MOST_S || age < 0 ? STAMP_OLD : age < STAMP_LEAST_S ? STAMP_EARLY : STAMP_GOOD;
}

/* --- where it comes from --- */

/* The host of http://host/… or https://host/…, compared with what was asked for. */
static bool is_of_host(const char *url, const char *host)
{
	const char *after = strstr(url, "://");
	size_t n;

	if (!after || !host)
		return false;
	after += 3;
	n = strcspn(after, "/?#");
	return n == strlen(host) && strncasecmp(after, host, n) == 0;
}

bool forms_is_own(const struct http_request *rq)
{
	const char *origin = http_header(rq, "Origin"), *referer = http_header(rq, "Referer");
	const char *site = http_header(rq, "Sec-Fetch-Site");

	if (site && strcmp(site, "same-origin") != 0)
		return false;
	return origin ? is_of_host(origin, rq->host) : !referer || is_of_host(referer, rq->host);
}

/* --- how often --- */

/* Of IPv6 a network of 64 bits is one visitor. */
static uint64_t number_of(const struct public_forms *f, const char *address)
{
	struct address a = { .family = 0 };
	struct bytes whole = BYTES_TEXT(address);
	uint8_t hash[crypto_generichash_BYTES];
	uint64_t number;

	if (address_parse(whole, &a))
		whole = BYTES(a.byte, a.family == 6 ? 8 : sizeof a.byte);
	crypto_generichash(hash, sizeof hash, whole.p, whole.n, f->key, sizeof f->key);
	memcpy(&number, hash, sizeof number);
	return number;
}

bool forms_may_send(struct public_forms *f, const char *address, int64_t now_us)
{
	uint64_t who = number_of(f, address);
	struct forms_visitor *v = &f->visitors[who % FORMS_VISITORS];

	if (v->who != who)
		*v = (struct forms_visitor){ who, SENDS_MOST, now_us };
	if (now_us > v->at_us)
		v->left = MIN(SENDS_MOST, v->left + (double)(now_us - v->at_us) * SENDS_PER_US);
	v->at_us = now_us;
	if (v->left < 1.0)
		return false;
	v->left -= 1.0;
	return true;
}

/* The last address is the one that the proxy itself saw; those before it are the visitor's word. */
const char *forms_visitor_of(const struct public_forms *f, const struct http_request *rq)
{
	const char *peer = http_peer(rq), *header = http_header(rq, "X-Forwarded-For"), *comma;
	struct bytes last;

	if (!f->proxy[0] || strcmp(peer, f->proxy) != 0 || !header)
		return peer;
	comma = strrchr(header, ',');
	last = bytes_trim(BYTES_TEXT(comma ? comma + 1 : header));
	return arena_bytes(rq->arena, last.p, last.n);
}
