/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The centre's end of the wire. */
#include "observe/delivery/collector.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/write.h"
#include "engine/proc/child.h"
#include "engine/proc/sandbox.h"
#include "observe/delivery/health.h"
#include "observe/packet/event_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DECODE_US (5 * SECOND_US)
#define LEAST_US (INT64_C(946684800) * SECOND_US) /* 2000-01-01 */
#define AHEAD_US DAY_US
#define DECODED_BYTES_MAX (1u << 20)

enum decoded { DECODED_GOOD = 1, DECODED_REFUSED = 2 };

struct collector {
	int folder;
	struct writer *writer;
	const uint8_t *receipts;
	struct roster roster;
	ino_t roster_inode;
	struct timespec roster_time;
	bool is_roster_known;
	struct status status;
	struct seen_health {
		char sensor[SENSOR_NAME_MAX + 1];
		unsigned health;
	} *seen;
	size_t seen_count, seen_room;
	bool is_status_changed;
	int64_t saved_us;
	struct child child;
	int to_child;
	bool has_child;
	collector_refused_fn *refused; /* may be NULL */
	void *refused_context;
	struct arena *arena;
};

/* --- the locked child --- */

void collector_decode(struct bytes content, struct arena *arena, struct buf *out)
{
	struct content c;

	if (content_read(content, arena, &c, NULL) < 0) {
		buf_add_char(out, DECODED_REFUSED);
		return;
	}
	buf_add_char(out, DECODED_GOOD);
	buf_add_u32le(out, c.heartbeat_count);
	buf_add_u32le(out, c.counter_count);
	buf_add_u32le(out, c.event_count);
	for (uint32_t i = 0; i < c.heartbeat_count; i++) {
		buf_add_u64le(out, (uint64_t)c.heartbeats[i].from_us);
		buf_add_u64le(out, (uint64_t)c.heartbeats[i].to_us);
		buf_add_u64le(out, c.heartbeats[i].elapsed_us);
	}
	for (uint32_t i = 0; i < c.counter_count; i++) {
		buf_add(out, c.counters[i].name, sizeof c.counters[i].name);
		buf_add_u64le(out, c.counters[i].value);
	}
	for (uint32_t i = 0; i < c.event_count; i++) {
		uint8_t event[EVENT_WIRE_BYTES];
		event_write(event, &c.events[i]);
		buf_add(out, event, sizeof event);
	}
}

static bool read_all(int fd, void *into, size_t n)
{
	uint8_t *p = into;

	while (n) {
		ssize_t got = read(fd, p, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

static int decode_work(void *context, int in, int out)
{
	static uint8_t content[WIRE_CONTENT_MAX];
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct buf answer;
	uint8_t head[4];

	(void)context;
	buf_init(&answer, DECODED_BYTES_MAX);
	if (sandbox_enter(SANDBOX_DECODE, &err) < 0)
		return 3;
	while (read_all(in, head, sizeof head)) {
		uint32_t n = get_u32le(head);
		if (n > sizeof content || !read_all(in, content, n))
			return 3;
		arena_reset(arena);
		buf_reset(&answer);
		collector_decode(BYTES(content, n), arena, &answer);
		if (child_send(out, 1, buf_bytes(&answer)) < 0)
			return 3;
	}
	return 0;
}

static void child_drop(struct collector *c)
{
	if (!c->has_child)
		return;
	close(c->to_child);
	child_kill(&c->child);
	c->has_child = false;
}

static int child_begin(struct collector *c, struct error *err)
{
	int ends[2], r;

	if (c->has_child)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	r = child_start(&c->child, decode_work, NULL, ends[0], err);
	close(ends[0]);
	if (r < 0) {
		close(ends[1]);
		return r;
	}
	/* A child that stops reading must not stop us. */
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	c->to_child = ends[1];
	c->has_child = true;
	return 0;
}

static bool take_fields(struct bytes c, struct arena *arena, struct content *ret)
{
	struct heartbeat *heartbeats;
	struct counter *counters;
	struct event *events;

	if (!take_u32le(&c, &ret->heartbeat_count) || !take_u32le(&c, &ret->counter_count) ||
	    !take_u32le(&c, &ret->event_count) || ret->heartbeat_count > WIRE_INTERVALS_MAX ||
	    ret->counter_count > WIRE_COUNTERS_MAX || ret->event_count > WIRE_EVENTS_MAX ||
	    c.n != ret->heartbeat_count * 24u + ret->counter_count * (WIRE_COUNTER_NAME_MAX + 1u + 8u) +
			   ret->event_count * (size_t)EVENT_WIRE_BYTES)
		return false;
	ret->heartbeats = heartbeats = ARENA_ARRAY(arena, ret->heartbeat_count, struct heartbeat);
	ret->counters = counters = ARENA_ARRAY(arena, ret->counter_count, struct counter);
	ret->events = events = ARENA_ARRAY(arena, ret->event_count, struct event);
	for (uint32_t i = 0; i < ret->heartbeat_count; i++) {
		take_u64le(&c, (uint64_t *)&heartbeats[i].from_us);
		take_u64le(&c, (uint64_t *)&heartbeats[i].to_us);
		take_u64le(&c, &heartbeats[i].elapsed_us);
		if (heartbeats[i].from_us > heartbeats[i].to_us)
			return false;
	}
	for (uint32_t i = 0; i < ret->counter_count; i++) {
		memcpy(counters[i].name, c.p, sizeof counters[i].name);
		counters[i].name[WIRE_COUNTER_NAME_MAX] = '\0';
		take_skip(&c, sizeof counters[i].name);
		take_u64le(&c, &counters[i].value);
	}
	for (uint32_t i = 0; i < ret->event_count; i++, take_skip(&c, EVENT_WIRE_BYTES))
		if (!event_read(c.p, &events[i]))
			return false;
	return true;
}

bool collector_answer(struct bytes answer, struct arena *arena, struct content *ret, bool *ret_is_refused)
{
	uint8_t kind;

	if (!take_u8(&answer, &kind))
		return false;
	*ret_is_refused = kind == DECODED_REFUSED;
	if (kind == DECODED_REFUSED)
		return answer.n == 0;
	return kind == DECODED_GOOD && take_fields(answer, arena, ret);
}

/* 0, -EBADMSG: refused, or else the child could not be had. */
static int decode(struct collector *c, struct bytes content, struct content *ret, struct error *err)
{
	struct bytes answer;
	uint8_t head[4];
	uint32_t kind;
	bool is_refused = false;
	int r = child_begin(c, err);

	if (r < 0)
		return r;
	put_u32le(head, (uint32_t)content.n);
	c->child.until_us = clock_steady() + DECODE_US;
	r = write_whole_until(c->to_child, BYTES(head, sizeof head), c->child.until_us);
	if (r == 0)
		r = write_whole_until(c->to_child, content, c->child.until_us);
	if (r == 0)
		r = child_receive(&c->child, &kind, &answer, err);
	if (r == 1 && collector_answer(answer, c->arena, ret, &is_refused))
		return is_refused ? error_set(err, -EBADMSG, "its content is damaged") : 0;
	/* It died of what it read, or hangs, or talks nonsense. The next batch gets another. */
	child_drop(c);
	return error_set(err, -EBADMSG, r == -ETIMEDOUT ? "the locked child stopped at its content and was ended"
							: "the locked child died of its content");
}

/* --- opening --- */

int collector_open(int folder, struct writer *writer, const uint8_t receipts[WIRE_SECRET_BYTES], struct collector **ret,
		   struct error *err)
{
	struct collector *c = memory_new(1, sizeof *c);
	int r;

	c->folder = folder;
	c->writer = writer;
	c->receipts = receipts;
	c->arena = arena_new();
	r = status_load(folder, &c->status, err);
	c->status.since_us = clock_now();
	if (r == 0)
		r = child_begin(c, err);
	if (r < 0) {
		collector_close(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct collector *collector_close(struct collector *c)
{
	if (!c)
		return NULL;
	child_drop(c);
	roster_clear(&c->roster);
	status_clear(&c->status);
	free(c->seen);
	arena_free(c->arena);
	free(c);
	return NULL;
}

void collector_on_refused(struct collector *c, collector_refused_fn *each, void *context)
{
	c->refused = each;
	c->refused_context = context;
}

/* Reads the list of sensors where it was replaced. A list that cannot be read leaves the one before in force. */
static int know_roster(struct collector *c, struct error *err)
{
	struct roster roster;
	struct stat st = { .st_ino = 0 };
	int r;

	if (fstatat(c->folder, ROSTER_NAME, &st, 0) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "cannot look at '%s'", ROSTER_NAME);
	if (c->is_roster_known && st.st_ino == c->roster_inode && st.st_mtim.tv_sec == c->roster_time.tv_sec &&
	    st.st_mtim.tv_nsec == c->roster_time.tv_nsec)
		return 0;
	r = roster_load(c->folder, &roster, err);
	if (r < 0)
		return r;
	roster_clear(&c->roster);
	c->roster = roster;
	c->roster_inode = st.st_ino;
	c->roster_time = st.st_mtim;
	c->is_roster_known = true;
	return 0;
}

/* --- batches --- */

struct work {
	struct delivered *request;
	struct batch_head head;
	struct content content;
	struct batch batch;
	bool is_good;    /* to be stored */
	bool is_refused; /* for good, with a receipt */
};

static void refuse(struct collector *c, struct delivered *d, const char *sensor, unsigned status, const char *why)
{
	struct sensor_status *p = sensor ? status_find(&c->status, sensor) : NULL;

	if (p)
		p->refused++;
	else
		c->status.refused++;
	c->is_status_changed = true;
	d->status = status;
	buf_addf(&d->answer, "%s\n", why);
}

/* Whose is it, and may he? */
static bool check_sender(struct collector *c, struct work *w, struct bytes *ret_content)
{
	const struct roster_sensor *s;

	if (batch_read(w->request->message, &w->head, ret_content, NULL) < 0) {
		refuse(c, w->request, NULL, 400, "not a batch");
		return false;
	}
	s = roster_find(&c->roster, w->head.sensor);
	if (!s || !s->has_key || !message_is_by(w->request->message, s->key)) {
		refuse(c, w->request, s ? s->name : NULL, 403, "not signed by a sensor of this centre");
		return false;
	}
	if (s->is_revoked) {
		refuse(c, w->request, s->name, 403, "this sensor was revoked");
		return false;
	}
	return true;
}

static bool is_time_possible(int64_t t, int64_t now)
{
	return t >= LEAST_US && t <= now + AHEAD_US;
}

static bool are_times_possible(const struct content *c, int64_t now)
{
	for (uint32_t i = 0; i < c->heartbeat_count; i++)
		if (!is_time_possible(c->heartbeats[i].from_us, now) || !is_time_possible(c->heartbeats[i].to_us, now))
			return false;
	for (uint32_t i = 0; i < c->event_count; i++)
		if (!is_time_possible(c->events[i].time_us, now))
			return false;
	return true;
}

static void make_batch(struct collector *c, struct work *w)
{
	struct uptime *intervals = ARENA_ARRAY(c->arena, w->content.heartbeat_count, struct uptime);

	for (uint32_t i = 0; i < w->content.heartbeat_count; i++)
		intervals[i] = (struct uptime){ .from_us = w->content.heartbeats[i].from_us,
						.to_us = w->content.heartbeats[i].to_us,
						.kind = UPTIME_HEARTBEAT };
	w->batch = (struct batch){ .boot = w->head.boot,
				   .number = w->head.number,
				   .intervals = intervals,
				   .interval_count = w->content.heartbeat_count,
				   .events = w->content.events,
				   .event_count = w->content.event_count };
	text_copy(w->batch.sensor, sizeof w->batch.sensor, BYTES_TEXT(w->head.sensor));
}

static void prepare(struct collector *c, struct work *w)
{
	struct error err = ERROR_NONE;
	struct bytes content;
	int r;

	if (!check_sender(c, w, &content))
		return;
	r = decode(c, content, &w->content, &err);
	if (r < 0 && r != -EBADMSG) {
		w->request->status = 503;
		buf_add_text(&w->request->answer, "not now\n");
		return;
	}
	if (r == 0 && !are_times_possible(&w->content, clock_now()))
		r = error_set(&err, -EBADMSG, "its times cannot be");
	w->is_refused = r < 0;
	w->is_good = !w->is_refused;
	if (w->is_good)
		make_batch(c, w);
	else if (c->refused)
		c->refused(c->refused_context, w->head.sensor, w->head.number, err.line);
}

static void answer(const struct collector *c, struct work *w, enum receipt_result result)
{
	struct receipt receipt = { .boot = w->head.boot, .number = w->head.number, .result = (uint8_t)result };

	text_copy(receipt.sensor, sizeof receipt.sensor, BYTES_TEXT(w->head.sensor));
	receipt.centre_us = clock_now();
	message_hash(w->request->message, receipt.hash);
	receipt_write(&receipt, c->receipts, &w->request->answer);
	w->request->status = 200;
}

static uint64_t counter_of(const struct content *c, const char *name)
{
	for (uint32_t i = 0; i < c->counter_count; i++)
		if (strcmp(c->counters[i].name, name) == 0)
			return c->counters[i].value;
	return 0;
}

static uint64_t left_out(const struct content *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->counter_count; i++)
		if (strncmp(c->counters[i].name, "rule-", 5) == 0)
			sum += c->counters[i].value;
	return sum;
}

static void note(struct collector *c, const struct work *w, enum receipt_result result)
{
	struct sensor_status *s = status_of(&c->status, w->head.sensor);

	c->is_status_changed = true;
	if (result == RECEIPT_REFUSED)
		s->refused++;
	if (result == RECEIPT_STORED_BEFORE)
		s->repeated++;
	if (result != RECEIPT_STORED)
		return;
	s->batch_us = clock_now();
	s->batches++;
	s->events += w->content.event_count;
	for (uint32_t i = 0; i < w->content.heartbeat_count; i++)
		s->heartbeat_us = MAX(s->heartbeat_us, w->content.heartbeats[i].to_us);
	s->packets += counter_of(&w->content, "packets");
	s->left_out += left_out(&w->content);
	s->kernel_dropped += counter_of(&w->content, "kernel-dropped");
	s->queue_dropped += counter_of(&w->content, "queue-dropped");
	s->clock_jumps += counter_of(&w->content, "clock-jumps");
	if (w->head.sent_us < s->sent_us)
		return; /* an older one that came late says nothing about now */
	s->sent_us = w->head.sent_us;
	s->oldest_us = w->head.oldest_us;
	s->backlog_batches = w->head.backlog_batches;
	s->backlog_bytes = w->head.backlog_bytes;
	s->dropped_batches = w->head.dropped_batches;
	s->dropped_events = w->head.dropped_events;
	s->clock_error_us = w->head.clock_error_us;
	s->clock_error_most_us = w->head.clock_error_most_us;
}

static int store(struct collector *c, struct work *works, size_t count, struct error *err)
{
	struct batch batches[COLLECTOR_GROUP_MAX];
	int results[COLLECTOR_GROUP_MAX], r;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < count; i++)
		if (works[i].is_good)
			batches[n++] = works[i].batch;
	r = n ? writer_batches(c->writer, batches, n, results, err) : 0;
	for (size_t i = 0; i < count; i++) {
		if (works[i].is_refused) {
			answer(c, &works[i], RECEIPT_REFUSED);
			note(c, &works[i], RECEIPT_REFUSED);
		} else if (works[i].is_good && r < 0) {
			works[i].request->status = 503;
			buf_add_text(&works[i].request->answer, "cannot store now\n");
		} else if (works[i].is_good) {
			enum receipt_result result = results[at++] ? RECEIPT_STORED_BEFORE : RECEIPT_STORED;
			answer(c, &works[i], result);
			note(c, &works[i], result);
		}
	}
	return r;
}

int collector_batches(struct collector *c, struct delivered *batches, size_t count, struct error *err)
{
	struct work works[COLLECTOR_GROUP_MAX] = { { 0 } };
	int r;

	arena_reset(c->arena);
	r = know_roster(c, err);
	if (r < 0 && !c->is_roster_known) {
		for (size_t i = 0; i < count; i++)
			refuse(c, &batches[i], NULL, 503, "not now");
		return r;
	}
	for (size_t i = 0; i < count; i++) {
		works[i].request = &batches[i];
		prepare(c, &works[i]);
	}
	return store(c, works, count, err);
}

/* --- enrolment --- */

static int enrol(struct roster *roster, void *context, struct error *err)
{
	return roster_enrol(roster, context, clock_now(), err);
}

void collector_enrol(struct collector *c, struct delivered *d)
{
	struct enrolled answer = { .sensor = "" };
	struct error err = ERROR_NONE;
	const struct roster_sensor *s;
	struct enrolment e;

	if (enrolment_read(d->message, &e, NULL) < 0 || !message_is_by(d->message, e.key)) {
		refuse(c, d, NULL, 400, "not an enrolment");
		return;
	}
	if (roster_change(c->folder, enrol, &e, &err) < 0) {
		refuse(c, d, NULL, 403, err.line);
		return;
	}
	if (know_roster(c, &err) < 0 || !(s = roster_find(&c->roster, e.sensor))) {
		refuse(c, d, NULL, 503, "not now");
		return;
	}
	status_of(&c->status, e.sensor);
	c->is_status_changed = true;
	text_copy(answer.sensor, sizeof answer.sensor, BYTES_TEXT(e.sensor));
	memcpy(answer.key, secret_public(c->receipts), sizeof answer.key);
	text_copy(answer.prefixes, sizeof answer.prefixes, BYTES_TEXT(s->prefixes));
	enrolled_write(&answer, c->receipts, &d->answer);
	d->status = 200;
}

/* --- status --- */

int collector_tick(struct collector *c, bool is_last, struct error *err)
{
	int64_t now = clock_steady();

	if (!is_last && (!c->is_status_changed || now - c->saved_us < SECOND_US))
		return 0;
	c->saved_us = now;
	c->is_status_changed = false;
	c->status.now_us = clock_now();
	return status_save(c->folder, &c->status, err);
}

static struct seen_health *seen_of(struct collector *c, const char *sensor)
{
	for (size_t i = 0; i < c->seen_count; i++)
		if (strcmp(c->seen[i].sensor, sensor) == 0)
			return &c->seen[i];
	c->seen = memory_grow(c->seen, &c->seen_room, c->seen_count + 1, sizeof *c->seen);
	c->seen[c->seen_count] = (struct seen_health){ .health = 0 };
	text_copy(c->seen[c->seen_count].sensor, sizeof c->seen->sensor, BYTES_TEXT(sensor));
	return &c->seen[c->seen_count++];
}

void collector_health(struct collector *c, int64_t silence_us,
		      void (*each)(void *context, const char *sensor, unsigned was, unsigned is), void *context)
{
	struct error ignored = ERROR_NONE;
	int64_t now = clock_now();

	/* What cannot be read now was known a minute ago, and is asked for again with the next batch. */
	(void)know_roster(c, &ignored);
	for (size_t i = 0; i < c->roster.count; i++) {
		const struct roster_sensor *r = &c->roster.sensors[i];
		struct seen_health *seen = seen_of(c, r->name);
		unsigned is = health_of(r, status_find(&c->status, r->name), now, silence_us);
		if (is != seen->health)
			each(context, r->name, seen->health, is);
		seen->health = is;
	}
}
