/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The server: from a connection to a route's function and back. */
#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/http/http_int.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <sys/socket.h>

#define CONNECTIONS 256
#define REQUEST_SECONDS 20
#define ANSWER_SECONDS 60
#define IDLE_SECONDS 15
#define HEAD_BYTES (32u << 10)        /* request line and headers */
#define DISCARD_BYTES (1u << 20)      /* of a body that is too long and does not say so first */

/* --- an exchange --- */

const char *http_header(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

const char *http_cookie(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_COOKIE_KIND, name);
}

const char *http_peer(const struct http_request *rq)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	if (!info || !address_of_socket(info->client_addr, &a))
		return "";
	return arena_text(rq->arena, address_format(&a, text));
}

/* The first known language of Accept-Language; its weights are nearly always in order. */
static enum lang lang_of(const struct http_request *rq)
{
	const char *cookie = http_cookie(rq, "lang"), *header = http_header(rq, "Accept-Language");
	struct bytes rest, item, word;
	enum lang lang = LANG_JA;
	char text[16];

	if (cookie && lang_parse(cookie, &lang))
		return lang;
	rest = BYTES_TEXT(header ? header : "");
	while (take_until(&rest, ',', &item)) {
		item = bytes_trim(item);
		if (!take_until(&item, ';', &word) || word.n >= sizeof text)
			continue;
		memcpy(text, word.p, word.n);
		text[word.n] = '\0';
		if (lang_parse(text, &lang))
			return lang;
	}
	return LANG_JA;
}

/* libmicrohttpd decodes the path; here is the only place where it still stands as it came. */
static void *begin_exchange(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct http_exchange *x = memory_new(1, sizeof *x);
	const char *query = strchr(uri, '?');

	x->server = context;
	x->request = (struct http_request){
		.arena = arena_new(),
		.context = x->server->config.context,
		.server = x->server,
		.connection = connection,
		.path = "",
	};
	x->request.query = arena_text(x->request.arena, query ? query + 1 : "");
	x->is_bad_path = uri[0] != '/' || strstr(uri, "%00");
	return x;
}

static struct http_peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void end_exchange(void *context, struct MHD_Connection *connection, void **exchange, enum MHD_RequestTerminationCode why)
{
	struct http_exchange *x = *exchange;
	struct http_peer *peer = peer_of(connection);

	(void)context;
	(void)why;
	*exchange = NULL;
	if (peer) {
		peer->since_us = clock_steady();
		peer->is_answering = false;
	}
	if (!x)
		return;
	x->server->bodies_bytes -= x->body.n;
	buf_clear(&x->body);
	arena_free(x->request.arena);
	free(x);
}

/* --- slow peers --- */

static void watch_connection(void *context, struct MHD_Connection *connection, void **peer_slot,
			     enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = context;
	struct http_peer *peer = *peer_slot;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		peer = memory_new(1, sizeof *peer);
		*peer = (struct http_peer){ s->peers.next, &s->peers, info ? info->connect_fd : -1, clock_steady(), false };
		peer->next->before = peer;
		s->peers.next = peer;
		*peer_slot = peer;
	} else if (peer) {
		peer->next->before = peer->before;
		peer->before->next = peer->next;
		free(peer);
		*peer_slot = NULL;
	}
}

/* libmicrohttpd ends connections that say nothing; one that says a byte now and then is ended here. */
static void end_slow_peers(struct http_server *s)
{
	int64_t now = clock_steady();

	for (struct http_peer *p = s->peers.next; p != &s->peers; p = p->next) {
		unsigned seconds = p->is_answering ? s->config.answer_seconds : s->config.request_seconds;
		if (p->fd >= 0 && now - p->since_us > seconds * SECOND_US)
			shutdown(p->fd, SHUT_RDWR);
	}
}

/* --- from first line to answer --- */

static enum MHD_Result method_not_allowed(struct http_exchange *x, unsigned others)
{
	static const char *const allow[] = { NULL, "GET, HEAD", "POST", "GET, HEAD, POST" };

	return http_answer_error(x, 405, allow[others & 3]);
}

static size_t body_max(const struct http_request *rq)
{
	if (rq->method == HTTP_GET)
		return 0;
	return rq->route->body_max ? rq->route->body_max : HTTP_BODY_MAX;
}

static size_t drain_max(const struct http_request *rq)
{
	return rq->method == HTTP_GET ? 0 : rq->server->config.drain_max;
}

/* 0, or what is wrong with what the headers say of the body. */
static int check_body(const struct http_request *rq)
{
	const char *length = http_header(rq, "Content-Length"), *type = http_header(rq, "Content-Type");
	uint64_t bytes;

	if (length && (!bytes_number(BYTES_TEXT(length), UINT64_MAX, &bytes) || bytes > MAX(body_max(rq), drain_max(rq))))
		return 413;
	if (rq->method == HTTP_POST && !rq->route->is_raw &&
	    (!type || strncasecmp(type, HTTP_FORM_TYPE, sizeof HTTP_FORM_TYPE - 1) != 0))
		return 415;
	return 0;
}

/* Everything that can be refused before a byte of the body is read. */
static enum MHD_Result begin(struct http_exchange *x, const char *path, const char *method)
{
	struct http_request *rq = &x->request;
	bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0, is_post = strcmp(method, "POST") == 0;
	unsigned others;
	int status;

	x->is_begun = true;
	rq->path = arena_text(rq->arena, path);
	rq->host = http_header(rq, "Host");
	rq->lang = lang_of(rq);
	rq->method = is_post ? HTTP_POST : HTTP_GET;
	if (x->is_bad_path)
		return http_answer_error(x, 400, NULL);
	status = http_guard_names(rq);
	if (status)
		return http_answer_error(x, status, NULL);
	rq->route = http_route_find(x->server->config.routes, rq, &others);
	if (rq->route && !is_get && !is_post)
		return method_not_allowed(x, 1u << rq->route->method);
	if (!rq->route)
		return others ? method_not_allowed(x, others) : http_answer_error(x, 404, NULL);
	status = check_body(rq);
	if (status)
		return http_answer_error(x, status, NULL);
	http_fields_begin(rq);
	buf_init(&x->body, body_max(rq));
	return MHD_YES;
}

/* What cannot be kept is read on, so that the answer reaches who sent it. */
static void drop_body(struct http_exchange *x)
{
	x->server->bodies_bytes -= x->body.n;
	buf_clear(&x->body);
	buf_init(&x->body, 0);
}

static enum MHD_Result take_body(struct http_exchange *x, const char *p, size_t n)
{
	struct http_server *s = x->server;

	x->body_bytes += n;
	x->is_too_long |= x->body_bytes > body_max(&x->request);
	x->is_too_much |= s->config.bodies_max && s->bodies_bytes + n > s->config.bodies_max;
	if (x->is_too_long || x->is_too_much) {
		drop_body(x);
	} else {
		buf_add(&x->body, p, n);
		s->bodies_bytes += n;
	}
	return x->body_bytes > body_max(&x->request) + MAX(DISCARD_BYTES, drain_max(&x->request)) ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_argument(void *context, enum MHD_ValueKind kind, const char *name, size_t name_bytes,
				     const char *value, size_t value_bytes)
{
	(void)kind;
	http_field_take(context, BYTES(name, name_bytes), BYTES(value, value ? value_bytes : 0));
	return MHD_YES;
}

/* The token is looked for in the form itself: routes need not declare it. */
static int check_token(struct http_request *rq, struct bytes form)
{
	struct bytes pair, name;

	while (take_until(&form, '&', &pair))
		if (take_until(&pair, '=', &name) && bytes_is(name, HTTP_TOKEN_FIELD))
			return http_guard_token(rq, pair);
	return 403;
}

static int status_of(int r)
{
	return r == -ENOENT ? 404 : r == -EACCES ? 403 : r == -EINVAL ? 400 : 500;
}

static enum MHD_Result run(struct http_exchange *x)
{
	struct http_request *rq = &x->request;
	struct http_response rs = { .status = 200, .file = -1 };
	struct error err = ERROR_NONE;
	int r;

	if (x->is_too_long)
		return http_answer_error(x, 413, NULL);
	if (x->is_too_much)
		return http_answer_error(x, 503, NULL);
	if (rq->method == HTTP_POST && !rq->route->is_raw) {
		if (x->server->config.is_private && check_token(rq, buf_bytes(&x->body)) != 0)
			return http_answer_error(x, 403, NULL);
		http_form_parse(rq, buf_bytes(&x->body));
	} else {
		MHD_get_connection_values_n(rq->connection, MHD_GET_ARGUMENT_KIND, take_argument, rq);
		rq->body = buf_bytes(&x->body);
	}
	r = rq->route->function(rq, &rs, &err);
	if (x->server->config.served)
		x->server->config.served(rq->context);
	if (r == HTTP_LATER && x->server->config.may_rest) {
		x->is_resting = true;
		MHD_suspend_connection(rq->connection);
		return MHD_YES;
	}
	if (r == 0)
		return http_answer(x, &rs);
	if (status_of(r) == 500 && x->server->config.failed)
		x->server->config.failed(rq, &err);
	return http_answer_error(x, status_of(r), NULL);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
			      const char *version, const char *data, size_t *data_bytes, void **exchange)
{
	struct http_exchange *x = *exchange;
	struct http_peer *peer = peer_of(connection);

	(void)context;
	(void)version;
	if (!x->is_begun)
		return begin(x, path, method);
	if (*data_bytes) {
		enum MHD_Result result = take_body(x, data, *data_bytes);
		*data_bytes = 0;
		return result;
	}
	if (peer) {
		peer->since_us = clock_steady();
		peer->is_answering = true;
	}
	return x->is_finished ? http_answer(x, &x->late) : run(x);
}

void http_finish(struct http_request *rq, const struct http_response *rs)
{
	struct http_exchange *x = (struct http_exchange *)rq; /* its first member */

	assert(x->is_resting);
	x->is_resting = false;
	x->is_finished = true;
	x->late = *rs;
	MHD_resume_connection(rq->connection);
}

/* --- the server --- */

static void be_quiet(void *context, const char *format, va_list args)
{
	(void)context;
	(void)format;
	(void)args;
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem options[8] = { { 0 } };
	size_t n = 0;

	if (s->config.connections_per_address)
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_PER_IP_CONNECTION_LIMIT,
							s->config.connections_per_address, NULL };
	if (s->config.may_rest)
		flags |= MHD_ALLOW_SUSPEND_RESUME;
	if (s->config.tls_key) {
		flags |= MHD_USE_TLS;
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)s->config.tls_key };
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
							(void *)(uintptr_t)s->config.tls_certificate };
	}
	options[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	return MHD_start_daemon(flags, 0, NULL, NULL, handle, s, MHD_OPTION_EXTERNAL_LOGGER, be_quiet, NULL,
				MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, s->config.connections,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
				begin_exchange, s, MHD_OPTION_NOTIFY_COMPLETED, end_exchange, s,
				MHD_OPTION_NOTIFY_CONNECTION, watch_connection, s, MHD_OPTION_ARRAY, options,
				MHD_OPTION_END);
}

int http_server_new(const struct http_config *config, int fd, struct http_server **ret, struct error *err)
{
	struct http_server *s = memory_new(1, sizeof *s);

	s->config = *config;
	s->peers.next = s->peers.before = &s->peers;
	if (!s->config.connections)
		s->config.connections = CONNECTIONS;
	if (!s->config.request_seconds)
		s->config.request_seconds = REQUEST_SECONDS;
	if (!s->config.answer_seconds)
		s->config.answer_seconds = ANSWER_SECONDS;
	if (sodium_init() < 0) {
		free(s);
		return error_set(err, -EIO, "cannot start libsodium");
	}
	randombytes_buf(s->key, sizeof s->key);
	s->daemon = start_daemon(s, fd);
	if (!s->daemon) {
		free(s);
		return error_set(err, -EIO, "cannot start the HTTP server");
	}
	*ret = s;
	return 0;
}

struct http_server *http_server_free(struct http_server *s)
{
	if (s) {
		MHD_stop_daemon(s->daemon);
		free(s);
	}
	return NULL;
}

void http_server_turn(struct http_server *s, int wait_ms)
{
	MHD_run_wait(s->daemon, wait_ms);
	if (clock_steady() - s->looked_us > SECOND_US) {
		end_slow_peers(s);
		s->looked_us = clock_steady();
	}
}

void http_server_run(struct http_server *s, const volatile sig_atomic_t *stop)
{
	while (!*stop)
		http_server_turn(s, 500);
}
