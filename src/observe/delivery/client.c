/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The sensor's end of HTTPS. */
#include "observe/delivery/client.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <sodium.h>

static size_t take(char *bytes, size_t one, size_t n, void *context)
{
	struct client *c = context;

	buf_add(&c->answer, bytes, n);
	return c->answer.is_full ? 0 : one * n;
}

static void set_pin(struct client *c, const uint8_t pin[WIRE_HASH_BYTES])
{
	char text[80] = "sha256//";

	sodium_bin2base64(text + 8, sizeof text - 8, pin, WIRE_HASH_BYTES, sodium_base64_VARIANT_ORIGINAL);
	curl_easy_setopt(c->easy, CURLOPT_PINNEDPUBLICKEY, text);
	/* The certificate is the centre's own: its key is known, so neither its issuer nor its name says more. */
	curl_easy_setopt(c->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(c->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c->easy, CURLOPT_CAPATH, NULL);
}

int client_open(const char *url, const uint8_t pin[WIRE_HASH_BYTES], const char *resolve, struct client *ret,
		struct error *err)
{
	struct client *c = ret;

	*c = (struct client){ .easy = curl_easy_init() };
	buf_init(&c->answer, CLIENT_ANSWER_MAX);
	if (!c->easy)
		return error_set(err, -ENOMEM, "cannot make an HTTPS client");
	text_copy(c->url, sizeof c->url, BYTES_TEXT(url));
	if (c->url[strlen(c->url) - 1] == '/')
		c->url[strlen(c->url) - 1] = '\0';
	set_pin(c, pin);
	if (resolve)
		c->resolve = curl_slist_append(NULL, resolve);
	c->headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
	c->headers = curl_slist_append(c->headers, "Expect:");
	curl_easy_setopt(c->easy, CURLOPT_RESOLVE, c->resolve);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT, 15L);
	curl_easy_setopt(c->easy, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "hinomi-sense/" HINOMI_VERSION);
	return 0;
}

void client_resolve(struct client *c, const char *resolve)
{
	struct curl_slist *old = c->resolve;

	c->resolve = curl_slist_append(NULL, resolve);
	curl_easy_setopt(c->easy, CURLOPT_RESOLVE, c->resolve);
	curl_slist_free_all(old);
}

void client_close(struct client *c)
{
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->resolve);
	curl_slist_free_all(c->headers);
	buf_clear(&c->answer);
	*c = (struct client){ 0 };
}

void client_post(struct client *c, const char *path, struct bytes body)
{
	char url[CODE_URL_MAX + 64];

	snprintf(url, sizeof url, "%s%s", c->url, path);
	buf_reset(&c->answer);
	c->why[0] = '\0';
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)body.n);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, body.p);
}

int client_result(struct client *c, CURLcode code, long *ret_status, struct error *err)
{
	if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		return error_set(err, -EACCES, "'%s' is not the centre of the enrolment code: its key is another", c->url);
	if (code != CURLE_OK)
		return error_set(err, -ECONNREFUSED, "cannot reach '%s': %s", c->url, c->why[0] ? c->why : curl_easy_strerror(code));
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, ret_status);
	return 0;
}

int client_perform(struct client *c, long *ret_status, struct error *err)
{
	return client_result(c, curl_easy_perform(c->easy), ret_status, err);
}
