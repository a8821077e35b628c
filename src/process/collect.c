/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi-collect: takes in what sensors deliver. Holds its own HTTPS port and the store's writer lock. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/conf/conf.h"
#include "engine/proc/child.h"
#include "engine/proc/file.h"
#include "engine/proc/sandbox.h"
#include "observe/delivery/collector.h"
#include "observe/delivery/health.h"
#include "observe/store/maker.h"
#include "observe/view/view.h"
#include "process/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <sys/stat.h>

#define CONNECTIONS 512
#define TURN_MS 250     /* so long may an import wait until it is seen */
#define BUSY_TURN_MS 20 /* while a child makes segments */
#define HEALTH_EVERY_US (60 * SECOND_US)

struct collect {
	struct http_server *server;
	struct writer *writer;
	struct collector *collector;
	struct maker maker;
	bool wants_compaction;
	struct child keeper; /* makes the months that graphs read; pid 0: none at work */
	bool wants_months;
	struct http_request *waiting[COLLECTOR_GROUP_MAX];
	size_t waiting_count;
	bool is_store_failing;
	const char *store; /* its folder */
	int64_t keep_days; /* 0: for ever */
	int64_t silence_us;
};

/* --- requests --- */

static struct http_response response_of(const struct http_request *rq, struct delivered *d)
{
	struct http_response rs = {
		.status = (int)d->status,
		.type = d->status == 200 ? "application/octet-stream" : "text/plain; charset=utf-8",
		.body = BYTES(arena_bytes(rq->arena, d->answer.p, d->answer.n), d->answer.n),
		.file = -1,
		.cache = "no-store",
	};

	buf_clear(&d->answer);
	return rs;
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
	for (size_t i = 0; i < c->waiting_count; i++) {
		struct http_response rs = response_of(c->waiting[i], &batches[i]);
		http_finish(c->waiting[i], &rs);
	}
	c->waiting_count = 0;
}

static int take_batch(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct collect *c = rq->context;

	(void)rs;
	(void)err;
	if (c->waiting_count == COLLECTOR_GROUP_MAX)
		store_waiting(c);
	c->waiting[c->waiting_count++] = rq;
	return HTTP_LATER;
}

static int take_enrolment(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct collect *c = rq->context;
	struct delivered d = { .message = rq->body };

	(void)err;
	buf_init(&d.answer, ANSWER_MAX);
	collector_enrol(c->collector, &d);
	log_info(d.status == 200 ? "sensor enrolled" : "enrolment refused");
	*rs = response_of(rq, &d);
	return 0;
}

static int take_time(struct http_request *rq, struct http_response *rs, struct error *err)
{
	(void)err;
	rs->type = "text/plain; charset=utf-8";
	rs->body = BYTES_TEXT(arena_printf(rq->arena, "%" PRId64 "\n", clock_now()));
	rs->cache = "no-store";
	return 0;
}

static const struct http_route routes[] = {
	{ .method = HTTP_POST, .path = "/batch", .function = take_batch, .body_max = WIRE_MESSAGE_MAX, .is_raw = true },
	{ .method = HTTP_POST, .path = "/enrol", .function = take_enrolment, .body_max = WIRE_MESSAGE_MAX, .is_raw = true },
	{ .method = HTTP_GET, .path = "/time", .function = take_time },
	{ 0 },
};

/* --- the loop --- */

static void flush(struct collect *c)
{
	struct error err = ERROR_NONE;

	if (writer_flush(c->writer, &err) < 0)
		log_error("cannot make a segment of the journal", "why", err.line);
}

/* Once a day, and at the start: small segments become large ones, and what is older than the setting goes. A child makes
 * them; sensors do not wait. */
static void compact(struct collect *c)
{
	struct compact_options o = { .drop_before_us = INT64_MIN };
	struct error err = ERROR_NONE;
	int r;

	if (c->keep_days)
		o.drop_before_us = clock_now() - c->keep_days * DAY_US;
	r = maker_compact(&c->maker, &o, &err);
	if (r == -EBUSY)
		return; /* in a later turn */
	c->wants_compaction = false;
	if (r < 0)
		log_error("cannot compact the store", "why", err.line);
}

static void tell_made(const struct made *m)
{
	char number[24];

	if (m->what == MAKING_IMPORT && m->result == 0) {
		snprintf(number, sizeof number, "%" PRIu64, m->events);
		log_info("took an import", "name", m->import.name, "events", number);
	} else if (m->what == MAKING_IMPORT && m->result != -EEXIST && m->result != -ECANCELED) {
		log_error("cannot take an import", "why", m->error.line);
	} else if (m->what == MAKING_COMPACTION && m->result < 0) {
		log_error("cannot compact the store", "why", m->error.line);
	} else if (m->what == MAKING_COMPACTION &&
		   (m->report.events_dropped || m->report.segments_before != m->report.segments_after)) {
		snprintf(number, sizeof number, "%" PRIu64, m->report.events_dropped);
		log_info("compacted the store", "dropped", number);
	}
}

static int keep_months(void *context, int in, int out)
{
	struct collect *c = context;
	struct error err = ERROR_NONE;

	(void)in;
	(void)out;
	if (view_keep_months(c->store, &err) == 0)
		return 0;
	log_error("cannot make the months that graphs read", "why", err.line);
	return 3;
}

/* What has come and what was compacted changes the months that graphs read. A child makes them: the collector is the one
 * that writes to the store's folder, and pages are read by those who may not. */
static void look_after_months(struct collect *c)
{
	struct pollfd end = { c->keeper.from, POLLIN, 0 };
	struct error err = ERROR_NONE;

	if (c->keeper.pid) {
		if (poll(&end, 1, 0) <= 0)
			return;
		if (child_end(&c->keeper, &err) < 0)
			log_error("cannot make the months that graphs read", "why", err.line);
		c->keeper = (struct child){ 0 };
	}
	if (!c->wants_months || c->maker.making != MAKING_NOTHING)
		return;
	c->wants_months = false;
	if (child_start(&c->keeper, keep_months, c, -1, &err) < 0)
		log_error("cannot make the months that graphs read", "why", err.line);
}

static void look_after(struct collect *c)
{
	struct made made;

	if (c->wants_compaction)
		compact(c);
	if (maker_turn(&c->maker, &made) == 1) {
		tell_made(&made);
		c->wants_months |= made.result == 0;
	}
	look_after_months(c);
}

static void tell_health(void *context, const char *sensor, unsigned was, unsigned is)
{
	_cleanup_(buf_clear) struct buf before, now;

	(void)context;
	buf_init(&before, 128);
	buf_init(&now, 128);
	health_format(was, &before);
	health_format(is, &now);
	if (is & HEALTH_WRONG)
		log_warn("a sensor is not well", "sensor", sensor, "was", before.p, "is", now.p);
	else
		log_info("a sensor's state changed", "sensor", sensor, "was", before.p, "is", now.p);
}

static void tell_refused(void *context, const char *sensor, uint64_t number, const char *why)
{
	char text[24];

	(void)context;
	snprintf(text, sizeof text, "%" PRIu64, number);
	log_warn("a batch is refused for good; its sensor keeps it", "sensor", sensor, "number", text, "why", why);
}

static void serve(struct collect *c)
{
	int64_t hour = floor_div(clock_now(), HOUR_US), day = 0, health_us = clock_steady() + HEALTH_EVERY_US;
	struct error err = ERROR_NONE;

	while (!serve_stop) {
		http_server_turn(c->server, c->maker.making == MAKING_NOTHING ? TURN_MS : BUSY_TURN_MS);
		store_waiting(c);
		if (collector_tick(c->collector, false, &err) < 0)
			log_error("cannot write the status", "why", err.line);
		if (clock_steady() >= health_us) {
			health_us = clock_steady() + HEALTH_EVERY_US;
			collector_health(c->collector, c->silence_us, tell_health, NULL);
		}
		if (floor_div(clock_now(), HOUR_US) != hour) {
			hour = floor_div(clock_now(), HOUR_US);
			flush(c);
			c->wants_months = true;
		}
		if (floor_div(clock_now(), DAY_US) != day) {
			day = floor_div(clock_now(), DAY_US);
			c->wants_compaction = true;
		}
		look_after(c);
	}
}

/* Trying a centre out: its store is simulated and takes nothing real. Nobody is served, and nobody starts us again and
 * again either. */
static void rest(void)
{
	log_warn("the store is simulated: no sensor is served");
	while (!serve_stop)
		poll(NULL, 0, TURN_MS);
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

/* From here on: the two folders, the port, the decoder's pipes; nothing is connected to and no program run. */
static int lock_in(int folder, const char *store, struct error *err)
{
	_cleanup_close_ int data = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct sandbox_place places[] = { { .fd = folder, .is_kept = true }, { .fd = data, .is_kept = true } };

	if (data < 0)
		return error_errno(err, -errno, "cannot open the folder '%s'", store);
	return sandbox_enter_places(SANDBOX_COLLECT, places, COUNT(places), err);
}

static int run(const struct options *o, struct error *err)
{
	_cleanup_(buf_clear) struct buf key = { .p = NULL }, certificate = { .p = NULL };
	uint8_t receipts[WIRE_SECRET_BYTES], pin[WIRE_HASH_BYTES];
	struct collect c = { .maker = { .listener = -1 } };
	struct conf *conf = NULL;
	bool is_resting;
	int folder = -1, fd = -1, r = conf_load(o->config, &conf, err);
	char text[80];

	if (r < 0)
		return r;
	c.store = o->data ? o->data : conf_text(conf, SETTING_STORE_FOLDER);
	c.keep_days = conf_number(conf, SETTING_STORE_DAYS);
	c.silence_us = conf_number(conf, SETTING_OBSERVE_SILENCE) * 60 * SECOND_US;
	r = folder_open(o->folder ? o->folder : conf_text(conf, SETTING_COLLECT_FOLDER), 0700, &folder, err);
	if (r == 0)
		r = secret_make(folder, "receipt.key", receipts, err);
	if (r == 0)
		r = http_identity(folder, &key, &certificate, pin, err);
	if (r == 0)
		r = save_pin(folder, pin, err);
	if (r == 0)
		r = http_listen(o->listen ? o->listen : conf_text(conf, SETTING_COLLECT_LISTEN), &fd, err);
	if (r == 0)
		r = writer_open(c.store, WRITER_CREATE, 0, &c.writer, err);
	if (r == 0)
		r = collector_open(folder, c.writer, receipts, &c.collector, err);
	is_resting = r == -EPERM && !c.writer;
	if (r == 0) {
		struct http_config config = { .routes = routes, .context = &c, .connections = CONNECTIONS, .tls_key = key.p,
					      .tls_certificate = certificate.p, .may_rest = true };
		r = http_server_new(&config, fd, &c.server, err);
	}
	if (r == 0)
		r = maker_open(c.writer, c.store, &c.maker, err);
	if (r == 0)
		r = calendar_set_zone(conf_text(conf, SETTING_CENTRE_ZONE), err);
	if (r == 0)
		r = lock_in(folder, c.store, err);
	if (r == 0) {
		snprintf(text, sizeof text, "%u", http_port(fd));
		log_info("ready for sensors", "port", text);
		collector_on_refused(c.collector, tell_refused, NULL);
		serve(&c);
		http_server_free(c.server);
		maker_close(&c.maker);
		if (c.keeper.pid)
			child_kill(&c.keeper);
		flush(&c);
		if (collector_tick(c.collector, true, err) < 0)
			log_error("cannot write the status", "why", err->line);
		log_info("stopped");
	}
	if (is_resting) {
		close(fd);
		rest();
		r = 0;
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
	struct options o = { .config = NULL };
	struct error err = ERROR_NONE;

	if (!parse(argc, argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	log_init("hinomi-collect", LOG_LEVEL_INFO);
	serve_signals();
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
