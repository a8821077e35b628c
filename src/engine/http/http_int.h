/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Inside the room: one exchange from its first line to its last byte. */
#ifndef ENGINE_HTTP_INT_H
#define ENGINE_HTTP_INT_H

#include "base/buf.h"
#include "engine/http/http.h"

#include <microhttpd.h>

#define HTTP_KEY_BYTES 32
#define HTTP_FORM_TYPE "application/x-www-form-urlencoded"

/* A connection, watched for slowness. */
struct http_peer {
	struct http_peer *next, *before;
	int fd;
	int64_t since_us; /* when what is going on began */
	bool is_answering;
};

struct http_exchange {
	struct http_request request;
	struct http_server *server;
	struct buf body;
	uint64_t body_bytes;
	bool is_begun, is_bad_path, is_too_long, is_too_much;
	bool is_resting, is_finished;
	struct http_response late; /* once is_finished */
};

struct http_server {
	struct http_config config;
	struct MHD_Daemon *daemon;
	struct http_peer peers; /* head of a ring */
	uint64_t bodies_bytes; /* of bodies that are held */
	int64_t looked_us; /* when slow peers were looked for */
	uint8_t key[HTTP_KEY_BYTES];
	char token[HTTP_TOKEN_MAX];
};

/* --- route.c --- */

/* The route of method and path. Where none fits: NULL, and whether others fit the path (`*ret_others`: a bit for each
 * method). Fills the request's segments. */
const struct http_route *http_route_find(const struct http_route *routes, struct http_request *rq, unsigned *ret_others);

/* --- field.c --- */

/* All fields as not given. */
void http_fields_begin(struct http_request *rq);
void http_field_take(struct http_request *rq, struct bytes name, struct bytes text);
/* application/x-www-form-urlencoded. */
void http_form_parse(struct http_request *rq, struct bytes form);

/* --- guard.c --- */

/* Host, Origin, token: 0, or the status to answer with. */
int http_guard_names(const struct http_request *rq);
int http_guard_token(const struct http_request *rq, struct bytes given);
void http_token_make(const struct http_server *s, int64_t slot, const char *secret, char into[HTTP_TOKEN_MAX]);

/* --- answer.c --- */

/* Sends it; the exchange's arena must stay until it is completed. */
enum MHD_Result http_answer(struct http_exchange *x, struct http_response *rs);
enum MHD_Result http_answer_error(struct http_exchange *x, int status, const char *allow);

#endif
