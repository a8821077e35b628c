/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi-collect: takes in what sensors deliver. Holds its own HTTPS port and the store's writer lock. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/conf/conf.h"
#include "engine/https/https.h"
#include "engine/proc/file.h"
#include "observe/delivery/collector.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>

#define CONNECTIONS 512
#define TURN_MS 500

struct collect {
	struct https_server *server;
	struct writer *writer;
	struct collector *collector;
	struct https_request *waiting[COLLECTOR_GROUP_MAX];
	size_t waiting_count;
	bool is_store_failing;
};

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

/* --- requests --- */

static void give(struct https_request *rq, struct delivered *d)
{
	https_answer(rq, d->status, d->status == 200 ? "application/octet-stream" : "text/plain", buf_bytes(&d->answer));
	buf_clear(&d->answer);
}

static void store_waiting(struct collect *c)
{
	struct delivered batches[COLLECTOR_GROUP_MAX] = { { .status = 0 } };
	struct error err = ERROR_NONE;
	int r;

	if (c->waiting_count == 0)
		return;
	for (size_t i = 0; i < c->waiting_count; i++) {
		batches[i].message = c->waiting[i]->body;
		buf_init(&batches[i].answer, ANSWER_MAX);
	}
	r = collector_batches(c->collector, batches, c->waiting_count, &err);
	if (r < 0 && !c->is_store_failing)
		log_error("cannot store batches", "why", err.line);
	if (r == 0 && c->is_store_failing)
		log_info("batches are stored again");
	c->is_store_failing = r < 0;
	for (size_t i = 0; i < c->waiting_count; i++)
		give(c->waiting[i], &batches[i]);
	c->waiting_count = 0;
}

static void take_batch(struct collect *c, struct https_request *rq)
{
	if (c->waiting_count == COLLECTOR_GROUP_MAX)
		store_waiting(c);
	c->waiting[c->waiting_count++] = rq;
}

static void take_enrolment(struct collect *c, struct https_request *rq)
{
	struct delivered d = { .message = rq->body };

	buf_init(&d.answer, ANSWER_MAX);
	collector_enrol(c->collector, &d);
	log_info(d.status == 200 ? "sensor enrolled" : "enrolment refused");
	give(rq, &d);
}

static void take_time(struct collect *c, struct https_request *rq)
{
	char text[32];

	(void)c;
	snprintf(text, sizeof text, "%" PRId64 "\n", clock_now());
	https_answer(rq, 200, "text/plain", BYTES_TEXT(text));
}

static const struct {
	const char *method, *path;
	void (*take)(struct collect *c, struct https_request *rq);
} routes[] = {
	{ "POST", "/batch", take_batch },
	{ "POST", "/enrol", take_enrolment },
	{ "GET", "/time", take_time },
};

static void take(void *context, struct https_request *rq)
{
	for (size_t i = 0; i < COUNT(routes); i++)
		if (strcmp(rq->method, routes[i].method) == 0 && strcmp(rq->path, routes[i].path) == 0) {
			routes[i].take(context, rq);
			return;
		}
	https_answer(rq, 404, "text/plain", BYTES_TEXT("not here\n"));
}

/* --- the loop --- */

static void flush(struct collect *c)
{
	struct error err = ERROR_NONE;

	if (writer_flush(c->writer, &err) < 0)
		log_error("cannot make a segment of the journal", "why", err.line);
}

static void serve(struct collect *c)
{
	int64_t hour = floor_div(clock_now(), HOUR_US);
	struct error err = ERROR_NONE;

	while (!is_stopped) {
		https_turn(c->server, TURN_MS);
		store_waiting(c);
		if (collector_tick(c->collector, false, &err) < 0)
			log_error("cannot write the status", "why", err.line);
		if (floor_div(clock_now(), HOUR_US) != hour) {
			hour = floor_div(clock_now(), HOUR_US);
			flush(c);
		}
	}
}

/* --- start --- */

struct options {
	const char *config, *data, *listen, *folder;
};

static const char usage[] = "usage: hinomi-collect [-c FILE] [--data DIR] [--listen ADDRESS:PORT] [--folder DIR]\n";

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' },
					       { "data", required_argument, NULL, 'd' },
					       { "listen", required_argument, NULL, 'L' },
					       { "folder", required_argument, NULL, 'F' },
					       { 0 } };
	int got;

	while ((got = getopt_long(argc, argv, "c:d:", longs, NULL)) != -1) {
		if (got == 'c')
			o->config = optarg;
		else if (got == 'd')
			o->data = optarg;
		else if (got == 'L')
			o->listen = optarg;
		else if (got == 'F')
			o->folder = optarg;
		else
			return false;
	}
	return optind == argc;
}

/* For `hinomi sensor add`, which puts it into the enrolment code. */
static int save_pin(int folder, const uint8_t pin[WIRE_HASH_BYTES], struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	buf_init(&text, 128);
	hex_write(&text, pin, WIRE_HASH_BYTES);
	buf_add_char(&text, '\n');
	return file_replace(folder, "tls.pin", buf_bytes(&text), 0644, err);
}

static int run(const struct options *o, struct error *err)
{
	_cleanup_(buf_clear) struct buf key = { .p = NULL }, certificate = { .p = NULL };
	uint8_t receipts[WIRE_SECRET_BYTES], pin[WIRE_HASH_BYTES];
	struct collect c = { .server = NULL };
	struct conf *conf = NULL;
	int folder = -1, fd = -1, r = conf_load(o->config, &conf, err);
	uint16_t port = 0;
	char text[80];

	if (r < 0)
		return r;
	r = folder_open(o->folder ? o->folder : conf_text(conf, SETTING_COLLECT_FOLDER), 0700, &folder, err);
	if (r == 0)
		r = secret_make(folder, "receipt.key", receipts, err);
	if (r == 0)
		r = https_identity(folder, &key, &certificate, pin, err);
	if (r == 0)
		r = save_pin(folder, pin, err);
	if (r == 0)
		r = https_listen(o->listen ? o->listen : conf_text(conf, SETTING_COLLECT_LISTEN), &fd, &port, err);
	if (r == 0)
		r = writer_open(o->data ? o->data : conf_text(conf, SETTING_STORE_FOLDER), WRITER_CREATE, 0, &c.writer, err);
	if (r == 0)
		r = collector_open(folder, c.writer, receipts, &c.collector, err);
	if (r == 0) {
		struct https_config config = { key.p, certificate.p, WIRE_MESSAGE_MAX, CONNECTIONS, &c, take };
		r = https_open(&config, fd, &c.server, err);
	}
	if (r == 0) {
		snprintf(text, sizeof text, "%u", port);
		log_info("ready for sensors", "port", text);
		serve(&c);
		https_close(c.server);
		flush(&c);
		if (collector_tick(c.collector, true, err) < 0)
			log_error("cannot write the status", "why", err->line);
		log_info("stopped");
	}
	collector_close(c.collector);
	writer_close(c.writer);
	sodium_memzero(receipts, sizeof receipts);
	if (folder >= 0)
		close(folder);
	conf_free(conf);
	return r;
}

int main(int argc, char **argv)
{
	struct sigaction stopping = { .sa_handler = stop }, ignoring = { .sa_handler = SIG_IGN };
	struct options o = { .config = NULL };
	struct error err = ERROR_NONE;

	if (!parse(argc, argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	log_init("hinomi-collect", LOG_LEVEL_INFO);
	sigaction(SIGTERM, &stopping, NULL);
	sigaction(SIGINT, &stopping, NULL);
	sigaction(SIGPIPE, &ignoring, NULL);
	umask(077);
	if (sodium_init() < 0) {
		log_error("cannot start libsodium");
		return 3;
	}
	if (run(&o, &err) < 0) {
		error_print(&err);
		return 3;
	}
	return 0;
}
