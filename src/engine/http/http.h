/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A small HTTP server on libmicrohttpd: one thread, one poll loop, routes as a table. A route's function is told a
 * request whose fields arrived parsed, and fills a response; both live in the request's arena.
 *
 *	static const struct http_field fields[] = {
 *		{ .name = "filter", .type = HTTP_TEXT, .most = FILTER_TEXT_MAX },
 *		{ .name = "n", .type = HTTP_NUMBER, .least = 1, .most = 1000, .otherwise = 20 },
 *		{ 0 },
 *	};
 *	static const struct http_route routes[] = {
 *		{ HTTP_GET, "/observe/port/{port}", fields, page_port },
 *		{ 0 },
 *	};
 *
 * What the server does by itself: HEAD, 404, 405 with Allow, 413 before the body is read, If-None-Match, headers that
 * lock a page down, deadlines for slow peers. Where `is_private`: names other than loopback's in Host are refused
 * (a name can be rebound to 127.0.0.1) but for those it is told, so is a foreign Origin, and every POST needs the token of
 * http_token(), which belongs to this process, to half a day, and where `token_cookie` is set to what that cookie holds. */
#ifndef ENGINE_HTTP_H
#define ENGINE_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "engine/words/words.h"

#include <signal.h>

#define HTTP_SEGMENTS_MAX 4
#define HTTP_BODY_MAX (64u << 10) /* of a form, where a route says nothing */
#define HTTP_TOKEN_FIELD "csrf"
#define HTTP_TOKEN_MAX 65

enum http_method { HTTP_GET, HTTP_POST };

enum http_type {
	HTTP_TEXT,   /* one line of UTF-8 without control characters, `most` bytes */
	HTTP_LINES,  /* the same in several lines, which end in \n */
	HTTP_PASTED, /* as HTTP_LINES, with tabs; whatever is no text is replaced by U+FFFD instead of being refused */
	HTTP_SECRET, /* as HTTP_TEXT, with the blanks at its ends: a password */
	HTTP_NUMBER, /* least..most */
	HTTP_CHOICE, /* one of `choices`; its number is the index */
	HTTP_FLAG,   /* given at all: 1 */
};

/* One query or form field. Fields that a route does not declare are not seen. */
struct http_field {
	const char *name;
	enum http_type type;
	int64_t least, most, otherwise; /* `otherwise`: the number where none was given, or a wrong one */
	const char *const *choices;     /* ends with NULL */
};

struct http_value {
	const char *text; /* as typed, valid UTF-8; "" when not given */
	int64_t number;
	bool is_given;
	bool is_wrong;
	enum message fault; /* where is_wrong: what to say beside the field; {least}, {most} may stand in it */
};

struct http_server;

struct http_request {
	struct arena *arena;
	void *context; /* as in the configuration */
	const struct http_route *route;
	enum http_method method;
	const char *path;                          /* decoded */
	const char *query;                         /* as it came, "" when there is none */
	const char *host;                          /* as in Host */
	const char *segments[HTTP_SEGMENTS_MAX];   /* what stood in the path's {placeholders}, in order */
	struct http_value *values;                 /* as route->fields */
	struct bytes body;                         /* of a route with is_raw */
	enum lang lang;                            /* the cookie "lang", else Accept-Language, else Japanese */
	const struct http_server *server;
	void *connection;
};

struct http_response {
	int status;
	const char *type;     /* "text/html; charset=utf-8" is assumed where NULL */
	struct bytes body;    /* in the request's arena, or static */
	int file;             /* -1, or a file that is sent instead of the body and closed */
	uint64_t file_size;
	const char *etag;     /* without quotes; NULL: none */
	const char *cache;    /* Cache-Control; NULL: "no-store" where private, else "no-cache" */
	const char *location; /* of 303 */
	const char *allow;    /* of 405 */
	const char *cookies[4]; /* whole Set-Cookie values, up to the first NULL; private servers only */
	const char *policy;   /* Content-Security-Policy; NULL: HTTP_POLICY */
	const char *filename; /* offered for saving; NULL: shown */
};

#define HTTP_POLICY                                                                                        \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; " \
	"base-uri 'none'"

/* A function that answers later returns this and calls http_finish in a turn of its own; the connection rests
 * meanwhile, and the request stays. Only where the configuration says `may_rest`. */
#define HTTP_LATER 1

/* 0 with a filled response; -ENOENT: 404, -EACCES: 403, -EINVAL: 400, any other is reported and gives 500. */
typedef int http_function(struct http_request *rq, struct http_response *ret_rs, struct error *err);

struct http_route {
	enum http_method method;
	const char *path; /* "/observe/top"; "{name}" takes one segment, "{name...}" at the end takes the rest */
	const struct http_field *fields; /* ends with a row without name; NULL: none */
	http_function *function;
	size_t body_max;  /* 0: HTTP_BODY_MAX */
	bool is_raw;      /* the body is not a form: rq->body */
};

struct http_config {
	const struct http_route *routes; /* ends with a row without path; the first that fits */
	void *context;
	bool is_private;
	const char *names;        /* where private: names in Host besides loopback's, with commas; NULL: none */
	const char *token_cookie; /* the cookie that tokens of forms are bound to; NULL: none */
	/* Fills body and type of a response whose status says what went wrong; NULL: a plain line. */
	void (*error_page)(struct http_request *rq, struct http_response *rs);
	/* Told of a route's failure; NULL: nobody is. */
	void (*failed)(const struct http_request *rq, const struct error *err);
	/* Called after each route's function; NULL: not. */
	void (*served)(void *context);
	unsigned connections, connections_per_address; /* 0: 256 and no limit of its own */
	unsigned request_seconds, answer_seconds;      /* 0: 20 and 60: to send a whole request, to take a whole answer */
	const char *tls_key, *tls_certificate;         /* PEM texts; NULL: no TLS */
	bool may_rest;                                 /* functions may return HTTP_LATER */
	size_t drain_max;  /* a body that is too long is read to its end up to so much, so that its sender sees the 413 */
	size_t bodies_max; /* bytes of all bodies that are being received, above which 503 is answered; 0: no limit */
};

/* A listening socket on "127.0.0.1:8080", "[::1]:8080", or port alone (then 127.0.0.1). -EINVAL: not an address. */
int http_listen(const char *text, int *ret_fd, struct error *err);
/* On a Unix socket, which is made anew with rights 0600. */
int http_listen_unix(const char *path, int *ret_fd, struct error *err);
/* Whether a listening socket can be reached from this machine alone. */
bool http_is_local(int fd);
/* The port that a socket listens on, 0 for none. */
unsigned http_port(int fd);

/* Serves the listening socket, which it closes in the end. Nothing is served before http_server_run. */
int http_server_new(const struct http_config *config, int fd, struct http_server **ret, struct error *err);
struct http_server *http_server_free(struct http_server *s);
/* Until *stop is set (by a signal). */
void http_server_run(struct http_server *s, const volatile sig_atomic_t *stop);

/* One turn of it: waits for at most so long and does what there is to do. */
void http_server_turn(struct http_server *s, int wait_ms);

/* Answers a request that rests. What the response points to lives in the request's arena. */
void http_finish(struct http_request *rq, const struct http_response *rs);

/* Makes a key (ECDSA, P-256) and a certificate signed by itself in `folder` (tls.key, tls.crt) where there is none, reads
 * both (the caller clears the buffers), and says the SHA-256 of the public key, which clients pin. */
int http_identity(int folder, struct buf *ret_key, struct buf *ret_certificate, uint8_t ret_pin[32], struct error *err);

/* The value of a declared field; a name that is not declared is a fault in the program. */
const struct http_value *http_value(const struct http_request *rq, const char *name);

/* For the hidden field HTTP_TOKEN_FIELD of a form. Good for at least twelve hours of this process. */
const char *http_token(const struct http_request *rq);
/* The same for a form shown together with a new cookie: what that will hold. */
const char *http_token_of(const struct http_request *rq, const char *secret);

/* A file of a form. Its name is the last part of what was sent, without control signs; "" is none. */
struct http_file {
	const char *name, *type;
	struct bytes bytes; /* of rq->body */
};

/* Takes the declared fields out of the body of a route with is_raw, which is a form with or without files, and gives up to `room`
 * files, and how many there were. -EINVAL: no form. */
int http_form_take(struct http_request *rq, struct http_file *files, size_t room, size_t *ret_count, struct error *err);

/* The address that the request came from, "" for a Unix socket. */
const char *http_peer(const struct http_request *rq);

/* A request's header and cookie; NULL when there is none. */
const char *http_header(const struct http_request *rq, const char *name);
const char *http_cookie(const struct http_request *rq, const char *name);

/* 303 to a place of this site: a POST's answer. */
void http_redirect(struct http_response *rs, const char *location);

/* Percent-encodes for a query. */
char *http_encode(struct arena *a, const char *text);

#endif
