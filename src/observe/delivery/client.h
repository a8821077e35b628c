/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The sensor's end of HTTPS: one connection to one centre, whose key is pinned. No certificate authority is asked, no
 * redirection followed, no proxy used, and of an answer at most CLIENT_ANSWER_MAX bytes are read. */
#ifndef OBSERVE_DELIVERY_CLIENT_H
#define OBSERVE_DELIVERY_CLIENT_H

#include "observe/delivery/wire.h"

#include <curl/curl.h>

#define CLIENT_ANSWER_MAX 8192

struct client {
	CURL *easy;
	struct curl_slist *resolve, *headers;
	char url[CODE_URL_MAX + 1];
	struct buf answer;
	char why[CURL_ERROR_SIZE];
};

/* `resolve` is a line "host:port:address,address", so that no name is looked up later, or NULL. */
int client_open(const char *url, const uint8_t pin[WIRE_HASH_BYTES], const char *resolve, struct client *ret,
		struct error *err);
/* Another such line, from the next transfer on; not while one is under way. */
void client_resolve(struct client *c, const char *resolve);
void client_close(struct client *c);

/* Prepares a POST; the body must stay until it is done. */
void client_post(struct client *c, const char *path, struct bytes body);
/* Does it and waits. The status is in `ret_status`. */
int client_perform(struct client *c, long *ret_status, struct error *err);

/* After a transfer: 0 and the status, or -ECONNREFUSED with the reason. */
int client_result(struct client *c, CURLcode code, long *ret_status, struct error *err);

#endif
