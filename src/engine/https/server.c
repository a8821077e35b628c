/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A small HTTPS server. */
#include "engine/https/https.h"

#include "base/memory.h"

#include <errno.h>
#include <microhttpd.h>

#define IDLE_SECONDS 75
#define HEAD_BYTES (16u << 10)

struct exchange {
	struct https_request request;
	struct https_server *server;
	struct MHD_Connection *connection;
	struct buf body, answer;
	unsigned status;
	const char *type;
	bool is_taken, is_answered, is_resting, is_done, is_refused;
};

struct https_server {
	struct https_config config;
	struct MHD_Daemon *daemon;
};

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *type, struct bytes body)
{
	struct MHD_Response *r =
		MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	result = MHD_queue_response(connection, status, r);
	MHD_destroy_response(r);
	return result;
}

static struct exchange *begin(struct https_server *s, struct MHD_Connection *connection)
{
	struct exchange *x = memory_new(1, sizeof *x);

	x->server = s;
	x->connection = connection;
	x->request.of_server = x;
	buf_init(&x->body, s->config.body_max);
	buf_init(&x->answer, 1u << 20);
	return x;
}

/* A body that says it is too long is refused before it is read. */
static bool is_announced_too_long(const struct exchange *x)
{
	const char *length = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t bytes;

	return length && (!bytes_number(BYTES_TEXT(length), UINT64_MAX, &bytes) || bytes > x->server->config.body_max);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
			      const char *version, const char *data, size_t *data_bytes, void **slot)
{
	struct exchange *x = *slot;

	(void)version;
	if (!x) {
		x = *slot = begin(context, connection);
		x->is_refused = is_announced_too_long(x);
		return x->is_refused ? say(connection, 413, "text/plain", BYTES_TEXT("too large\n")) : MHD_YES;
	}
	if (*data_bytes) {
		buf_add(&x->body, data, *data_bytes);
		*data_bytes = 0;
		return x->body.is_full ? MHD_NO : MHD_YES;
	}
	if (!x->is_taken) {
		x->is_taken = true;
		x->request.method = method;
		x->request.path = path;
		x->request.body = buf_bytes(&x->body);
		x->server->config.take(x->server->config.context, &x->request);
	}
	if (!x->is_answered) {
		MHD_suspend_connection(connection);
		x->is_resting = true;
		return MHD_YES;
	}
	return say(connection, x->status, x->type, buf_bytes(&x->answer));
}

static void end(void *context, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *slot;

	(void)context;
	(void)connection;
	(void)why;
	*slot = NULL;
	if (!x)
		return;
	buf_clear(&x->body);
	buf_clear(&x->answer);
	free(x);
}

void https_answer(struct https_request *rq, unsigned status, const char *type, struct bytes body)
{
	struct exchange *x = rq->of_server;

	x->status = status;
	x->type = type;
	buf_add_bytes(&x->answer, body);
	x->is_answered = true;
	if (x->is_resting) {
		x->is_resting = false;
		MHD_resume_connection(x->connection);
	}
}

static void be_quiet(void *context, const char *format, va_list args)
{
	(void)context;
	(void)format;
	(void)args;
}

int https_open(const struct https_config *config, int fd, struct https_server **ret, struct error *err)
{
	struct https_server *s = memory_new(1, sizeof *s);

	s->config = *config;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s,
				     MHD_OPTION_EXTERNAL_LOGGER, be_quiet, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_CONNECTION_LIMIT, config->connections, MHD_OPTION_CONNECTION_TIMEOUT,
				     (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
				     MHD_OPTION_HTTPS_MEM_KEY, config->key, MHD_OPTION_HTTPS_MEM_CERT, config->certificate,
				     MHD_OPTION_NOTIFY_COMPLETED, end, s, MHD_OPTION_END);
	if (!s->daemon) {
		free(s);
		return error_set(err, -EIO, "cannot start the HTTPS server");
	}
	*ret = s;
	return 0;
}

struct https_server *https_close(struct https_server *s)
{
	if (s) {
		MHD_stop_daemon(s->daemon);
		free(s);
	}
	return NULL;
}

void https_turn(struct https_server *s, int wait_ms)
{
	MHD_run_wait(s->daemon, wait_ms);
}
