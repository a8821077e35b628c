/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Batches, receipts, enrolments and codes as bytes; the spool; the list of sensors; the collector's decisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "observe/delivery/collector.h"
#include "observe/delivery/send.h"
#include "observe/delivery/spool.h"
#include "observe/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/wait.h>

#define TIME INT64_C(1368903600000000)
#define PREFIXES "198.18.1.0/28"

static uint8_t centre[WIRE_SECRET_BYTES], sensor[WIRE_SECRET_BYTES], stranger[WIRE_SECRET_BYTES];

static int setup(void **state)
{
	uint8_t public[WIRE_KEY_BYTES];

	(void)state;
	if (sodium_init() < 0)
		return -1;
	crypto_sign_keypair(public, centre);
	crypto_sign_keypair(public, sensor);
	crypto_sign_keypair(public, stranger);
	return 0;
}

/* --- making things --- */

static struct event some_event(uint32_t i)
{
	struct event e = { .time_us = TIME + i, .source_port = 1024, .port = 1433, .length = 40, .family = 4,
			   .protocol = PROTOCOL_TCP, .flags = TCP_SYN, .ttl = 50, .kind = EVENT_PROBE };

	e.known = EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT | EVENT_HAS_FLAGS |
		  EVENT_HAS_TTL | EVENT_HAS_LENGTH | EVENT_HAS_PROTOCOL;
	e.source[0] = 240;
	e.source[3] = (uint8_t)i;
	e.destination[0] = 198;
	e.destination[1] = 18;
	return e;
}

static void make_content(uint32_t events, int64_t from_us, struct buf *out)
{
	static struct event list[WIRE_EVENTS_MAX];
	struct heartbeat heartbeats[2] = { { from_us, from_us + SECOND_US, 1000001 },
					   { from_us + 9 * SECOND_US, from_us + 10 * SECOND_US, 1000000 } };
	struct counter counters[2] = { { "packets", events + 3 }, { "rule-dns", 3 } };
	struct content c = { heartbeats, counters, list, 2, 2, events };

	for (uint32_t i = 0; i < events; i++)
		list[i] = some_event(i);
	buf_init(out, WIRE_CONTENT_MAX);
	assert_int_equal(content_write(&c, out, NULL), 0);
}

static struct batch_head some_head(uint64_t boot, uint64_t number)
{
	struct batch_head h = { .sensor = "tokyo-1", .boot = boot, .number = number, .sent_us = TIME, .clock_error_us = -5,
				.clock_error_most_us = 7, .backlog_batches = 3, .backlog_bytes = 4096, .oldest_us = TIME - 1,
				.dropped_batches = 1, .dropped_events = 9 };
	return h;
}

static void make_batch(uint64_t boot, uint64_t number, uint32_t events, const uint8_t *secret, struct buf *out)
{
	_cleanup_(buf_clear) struct buf content;
	struct batch_head head = some_head(boot, number);

	make_content(events, TIME, &content);
	buf_init(out, WIRE_MESSAGE_MAX);
	batch_write(&head, buf_bytes(&content), secret, out);
}

static int new_folder(char path[64])
{
	snprintf(path, 64, "/tmp/hinomi-delivery.XXXXXX");
	assert_non_null(mkdtemp(path));
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void remove_folder(const char *path)
{
	char command[128];
	pid_t pid;

	snprintf(command, sizeof command, "%s", path);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	assert_true(pid > 0);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- wire --- */

static void test_content_comes_back(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 777, WIRE_EVENTS_MAX };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		_cleanup_(buf_clear) struct buf bytes;
		struct content c;
		make_content(sizes[i], TIME, &bytes);
		assert_int_equal(content_read(buf_bytes(&bytes), arena, &c, NULL), 0);
		assert_int_equal(c.event_count, sizes[i]);
		assert_int_equal(c.heartbeat_count, 2);
		assert_int_equal(c.heartbeats[0].elapsed_us, 1000001);
		assert_string_equal(c.counters[1].name, "rule-dns");
		assert_int_equal(c.counters[0].value, sizes[i] + 3);
		for (uint32_t e = 0; e < c.event_count; e++) {
			struct event expected = some_event(e);
			assert_memory_equal(&c.events[e], &expected, sizeof expected);
		}
	}
	arena_free(arena);
}

static void test_cut_content_is_refused(void **state)
{
	_cleanup_(buf_clear) struct buf bytes;
	struct arena *arena = arena_new();
	struct content c;

	(void)state;
	make_content(20, TIME, &bytes);
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_equal(content_read(BYTES(bytes.p, n), arena, &c, NULL), -EBADMSG);
	buf_add_char(&bytes, 0);
	assert_int_equal(content_read(buf_bytes(&bytes), arena, &c, NULL), -EBADMSG);
	arena_free(arena);
}

static void test_batch_comes_back(void **state)
{
	_cleanup_(buf_clear) struct buf message;
	struct batch_head expected = some_head(77, 5), h;
	struct bytes content;

	(void)state;
	make_batch(77, 5, 10, sensor, &message);
	assert_int_equal(batch_read(buf_bytes(&message), &h, &content, NULL), 0);
	assert_string_equal(h.sensor, "tokyo-1");
	assert_int_equal(h.boot, 77);
	assert_int_equal(h.number, 5);
	assert_int_equal(h.clock_error_us, -5);
	assert_int_equal(h.dropped_events, expected.dropped_events);
	assert_true(message_is_by(buf_bytes(&message), secret_public(sensor)));
	assert_false(message_is_by(buf_bytes(&message), secret_public(stranger)));
}

static void test_any_changed_bit_breaks_the_signature(void **state)
{
	_cleanup_(buf_clear) struct buf message;

	(void)state;
	make_batch(1, 1, 3, sensor, &message);
	for (size_t i = 0; i < message.n; i++) {
		message.p[i] ^= (char)(1 << i % 8);
		assert_false(message_is_by(buf_bytes(&message), secret_public(sensor)));
		message.p[i] ^= (char)(1 << i % 8);
	}
	assert_true(message_is_by(buf_bytes(&message), secret_public(sensor)));
}

static void test_one_kind_of_message_is_no_other(void **state)
{
	_cleanup_(buf_clear) struct buf batch, receipt;
	struct receipt r = { .sensor = "tokyo-1", .boot = 1, .number = 2, .result = RECEIPT_STORED, .centre_us = TIME }, got;
	struct enrolment e;
	struct batch_head h;
	struct bytes content;

	(void)state;
	make_batch(1, 2, 0, sensor, &batch);
	buf_init(&receipt, 4096);
	receipt_write(&r, centre, &receipt);
	assert_int_equal(receipt_read(buf_bytes(&receipt), &got, NULL), 0);
	assert_int_equal(got.number, 2);
	assert_int_equal(receipt_read(buf_bytes(&batch), &got, NULL), -EBADMSG);
	assert_int_equal(batch_read(buf_bytes(&receipt), &h, &content, NULL), -EBADMSG);
	assert_int_equal(enrolment_read(buf_bytes(&batch), &e, NULL), -EBADMSG);
}

static void test_code_comes_back(void **state)
{
	struct code c = { .sensor = "tokyo-1", .url = "https://[2001:db8::1]:8443" }, got;
	char text[CODE_TEXT_MAX];

	(void)state;
	randombytes_buf(c.pin, sizeof c.pin);
	randombytes_buf(c.secret, sizeof c.secret);
	code_format(&c, text);
	assert_int_equal(code_parse(BYTES_TEXT(text), &got, NULL), 0);
	assert_memory_equal(got.pin, c.pin, sizeof c.pin);
	assert_memory_equal(got.secret, c.secret, sizeof c.secret);
	assert_string_equal(got.url, c.url);
	text[strlen(text) - 3] = '\0';
	assert_int_equal(code_parse(BYTES_TEXT(text), &got, NULL), -EINVAL);
	assert_int_equal(code_parse(BYTES_TEXT("nonsense"), &got, NULL), -EINVAL);
}

static void test_url(void **state)
{
	char host[CODE_URL_MAX + 1];
	uint16_t port;

	(void)state;
	assert_int_equal(url_split("https://[2001:db8::1]:8443/", host, &port, NULL), 0);
	assert_string_equal(host, "2001:db8::1");
	assert_int_equal(port, 8443);
	assert_int_equal(url_split("https://collect.example.org", host, &port, NULL), 0);
	assert_int_equal(port, 443);
	assert_int_equal(url_split("http://collect.example.org", host, &port, NULL), -EINVAL);
	assert_int_equal(url_split("https://collect.example.org/path", host, &port, NULL), -EINVAL);
	assert_int_equal(url_split("https://:1", host, &port, NULL), -EINVAL);
	assert_int_equal(url_split("https://a:70000", host, &port, NULL), -EINVAL);
}

static void test_backoff(void **state)
{
	(void)state;
	for (uint32_t random = 0; random < 5; random++) {
		assert_in_range(backoff_ms(1, random * 123457), 500, 1000);
		assert_in_range(backoff_ms(4, random * 123457), 4000, 8000);
		assert_in_range(backoff_ms(4000, random * 123457), 150000, 300000);
	}
}

/* --- spool --- */

static struct spool_item item_of(uint64_t number)
{
	return (struct spool_item){ .time_us = TIME + (int64_t)number, .boot = 1, .number = number, .events = 10 };
}

static struct spool open_spool(const char *path, enum spool_full full, uint64_t bytes)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct spool s;

	assert_int_equal(spool_open(fd, full, bytes, &s, NULL), 0);
	return s;
}

static void test_spool_keeps_order_over_restarts(void **state)
{
	char path[64];
	int fd = new_folder(path);
	struct spool s = open_spool(path, SPOOL_DROP_OLDEST, 1 << 20);
	_cleanup_(buf_clear) struct buf content;

	(void)state;
	close(fd);
	for (uint64_t i = 5; i > 0; i--) {
		struct spool_item item = item_of(i);
		assert_int_equal(spool_put(&s, &item, BYTES_TEXT("content"), NULL), 0);
		assert_int_equal(spool_put(&s, &item, BYTES_TEXT("again"), NULL), 0);
	}
	assert_int_equal(s.count, 5);
	spool_close(&s);
	s = open_spool(path, SPOOL_DROP_OLDEST, 1 << 20);
	assert_int_equal(s.count, 5);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(s.items[i].number, i + 1);
		assert_int_equal(s.items[i].events, 10);
	}
	buf_init(&content, WIRE_CONTENT_MAX);
	assert_int_equal(spool_read(&s, 0, &content, NULL), 0);
	assert_string_equal(content.p, "content");
	assert_int_equal(spool_remove(&s, 0, NULL), 0);
	assert_int_equal(s.items[0].number, 2);
	spool_close(&s);
	remove_folder(path);
}

static void test_spool_is_bounded(void **state)
{
	static const struct {
		enum spool_full full;
		uint64_t first;
	} cases[] = { { SPOOL_DROP_OLDEST, 7 }, { SPOOL_DROP_NEWEST, 1 } };

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		char path[64];
		int fd = new_folder(path);
		struct spool s = open_spool(path, cases[k].full, 4 * 4096);
		close(fd);
		for (uint64_t i = 1; i <= 10; i++) {
			struct spool_item item = item_of(i);
			int expected = cases[k].full == SPOOL_DROP_NEWEST && i > 4 ? 1 : 0;
			assert_int_equal(spool_put(&s, &item, BYTES_TEXT("content"), NULL), expected);
			assert_true(s.bytes <= s.bytes_max);
		}
		assert_int_equal(s.count, 4);
		assert_int_equal(s.items[0].number, cases[k].first);
		assert_int_equal(s.dropped_batches, 6);
		assert_int_equal(s.dropped_events, 60);
		spool_close(&s);
		s = open_spool(path, cases[k].full, 4 * 4096);
		assert_int_equal(s.dropped_batches, 6); /* not forgotten */
		assert_int_equal(s.count, 4);
		spool_close(&s);
		remove_folder(path);
	}
}

static void test_spool_puts_damaged_files_aside(void **state)
{
	char path[64], name[128];
	int folder = new_folder(path), fd;
	struct spool s = open_spool(path, SPOOL_DROP_OLDEST, 1 << 20);
	struct spool_item item = item_of(1);
	_cleanup_(buf_clear) struct buf content;

	(void)state;
	assert_int_equal(spool_put(&s, &item, BYTES_TEXT("content"), NULL), 0);
	snprintf(name, sizeof name, "%016llx-%016x-%016x.batch", (unsigned long long)item.time_us, 1, 1);
	fd = openat(folder, name, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "X", 1, 21), 1);
	close(fd);
	buf_init(&content, WIRE_CONTENT_MAX);
	assert_int_equal(spool_read(&s, 0, &content, NULL), -EBADMSG);
	assert_int_equal(s.count, 0);
	assert_int_equal(s.damaged, 1);
	spool_close(&s);
	close(folder);
	remove_folder(path);
}

/* Each file takes a block of the disk; an eighth of the spool are three. */
static void test_what_was_refused_is_bounded_and_counted(void **state)
{
	char path[64];
	int folder = new_folder(path);
	struct spool s = open_spool(path, SPOOL_DROP_OLDEST, SPOOL_ASIDE_PART * 3 * 4096);

	(void)state;
	for (uint64_t i = 1; i <= 5; i++) {
		struct spool_item item = item_of(i);
		assert_int_equal(spool_put(&s, &item, BYTES_TEXT("content"), NULL), 0);
		assert_int_equal(spool_refuse(&s, 0, NULL), 0);
		assert_int_equal(s.count, 0);
		assert_int_equal(s.aside_count, MIN(i, UINT64_C(3)));
	}
	assert_int_equal(s.aside[0].item.number, 3);
	assert_int_equal(s.dropped_batches, 2);
	assert_int_equal(s.dropped_events, 20);
	spool_close(&s);
	s = open_spool(path, SPOOL_DROP_OLDEST, SPOOL_ASIDE_PART * 4096); /* a smaller one now */
	assert_int_equal(s.aside_count, 1);
	assert_int_equal(s.aside[0].item.number, 5);
	assert_int_equal(s.dropped_batches, 4);
	assert_int_equal(s.dropped_events, 40);
	spool_close(&s);
	close(folder);
	remove_folder(path);
}

/* --- the list of sensors --- */

static void invite(struct roster *r, const char *name, const uint8_t code[WIRE_CODE_BYTES])
{
	struct roster_sensor *s = roster_add(r, name);

	s->has_code = true;
	s->until_us = TIME;
	roster_hash_code(code, s->code);
	text_copy(s->prefixes, sizeof s->prefixes, BYTES_TEXT(PREFIXES));
}

static void test_a_code_is_good_once_and_for_a_time(void **state)
{
	uint8_t code[WIRE_CODE_BYTES] = { 1, 2, 3 };
	struct roster r = { 0 };
	struct enrolment e = { .sensor = "tokyo-1" }, other;

	(void)state;
	invite(&r, "tokyo-1", code);
	memcpy(e.key, secret_public(sensor), sizeof e.key);
	memcpy(e.secret, code, sizeof e.secret);
	assert_int_equal(roster_enrol(&r, &e, TIME, NULL), -ETIMEDOUT);
	other = e;
	other.secret[0] ^= 1;
	assert_int_equal(roster_enrol(&r, &other, TIME - 1, NULL), -EACCES);
	other = e;
	text_copy(other.sensor, sizeof other.sensor, BYTES_TEXT("osaka-1"));
	assert_int_equal(roster_enrol(&r, &other, TIME - 1, NULL), -EACCES);
	assert_int_equal(roster_enrol(&r, &e, TIME - 1, NULL), 0);
	assert_int_equal(r.sensors[0].from_us, TIME - 1);
	assert_int_equal(roster_enrol(&r, &e, TIME - 1, NULL), 0); /* the answer was lost: the same key again */
	other = e;
	memcpy(other.key, secret_public(stranger), sizeof other.key);
	assert_int_equal(roster_enrol(&r, &other, TIME - 1, NULL), -EEXIST);
	r.sensors[0].is_revoked = true;
	assert_int_equal(roster_enrol(&r, &e, TIME - 1, NULL), -EACCES);
	roster_clear(&r);
}

static void test_roster_comes_back(void **state)
{
	_cleanup_(buf_clear) struct buf text, again;
	uint8_t code[WIRE_CODE_BYTES] = { 4 };
	struct roster r = { 0 }, got;

	(void)state;
	invite(&r, "tokyo-1", code);
	invite(&r, "osaka-1", code);
	r.sensors[1].has_key = true;
	r.sensors[1].from_us = TIME;
	roster_revoke(&r.sensors[1], TIME + 5);
	text_copy(r.sensors[1].place_ja, sizeof r.sensors[1].place_ja, BYTES_TEXT("大阪 100% 北"));
	text_copy(r.sensors[1].place_en, sizeof r.sensors[1].place_en, BYTES_TEXT("Osaka, north = 2"));
	buf_init(&text, 65536);
	buf_init(&again, 65536);
	roster_format(&r, &text);
	assert_int_equal(roster_parse(buf_bytes(&text), &got, NULL), 0);
	roster_format(&got, &again);
	assert_string_equal(text.p, again.p);
	assert_string_equal(got.sensors[1].place_ja, "大阪 100% 北");
	assert_string_equal(got.sensors[1].place_en, "Osaka, north = 2");
	assert_int_equal(got.sensors[1].from_us, TIME);
	assert_int_equal(got.sensors[1].to_us, TIME + 5);
	roster_clear(&got);
	/* As it was written before there were places. */
	assert_int_equal(roster_parse(BYTES_TEXT("hinomi sensors 1\nsensor a key=- code=- until=- revoked=no prefixes=\n"), &got, NULL), 0);
	roster_clear(&got);
	assert_int_equal(roster_parse(BYTES_TEXT("hinomi sensors 1\nsensor a place_en=x%0Ay prefixes=\n"), &got, NULL), -EBADMSG);
	assert_int_equal(roster_parse(BYTES_TEXT("hinomi sensors 1\nsensor a place_en=%2 prefixes=\n"), &got, NULL), -EBADMSG);
	buf_add_text(&text, "sensor tokyo-1 key=-\n");
	assert_int_equal(roster_parse(buf_bytes(&text), &got, NULL), -EBADMSG); /* twice */
	roster_clear(&r);
}

static void test_status_comes_back(void **state)
{
	_cleanup_(buf_clear) struct buf text, again;
	struct status s = { .since_us = TIME, .now_us = TIME + 1, .refused = 3 }, got;
	struct sensor_status *p = status_of(&s, "tokyo-1");

	(void)state;
	p->batch_us = TIME;
	p->clock_error_us = -17;
	p->events = 5;
	status_of(&s, "osaka-1");
	buf_init(&text, 65536);
	buf_init(&again, 65536);
	status_format(&s, &text);
	assert_int_equal(status_parse(buf_bytes(&text), &got, NULL), 0);
	assert_int_equal(status_find(&got, "tokyo-1")->clock_error_us, -17);
	assert_int_equal(status_find(&got, "osaka-1")->clock_error_us, WIRE_UNKNOWN);
	status_format(&got, &again);
	assert_string_equal(text.p, again.p);
	status_clear(&s);
	status_clear(&got);
}

/* --- the collector --- */

struct centre_try {
	char path[64], store[80];
	int folder;
	struct writer *writer;
	struct collector *collector;
};

static int add_sensors(struct roster *r, void *context, struct error *err)
{
	uint8_t code[WIRE_CODE_BYTES] = { 9 };

	(void)context;
	(void)err;
	invite(r, "tokyo-1", code);
	r->sensors[0].has_key = true;
	memcpy(r->sensors[0].key, secret_public(sensor), WIRE_KEY_BYTES);
	return 0;
}

static int revoke_sensor(struct roster *r, void *context, struct error *err)
{
	(void)context;
	(void)err;
	r->sensors[0].is_revoked = true;
	return 0;
}

static void centre_open(struct centre_try *t)
{
	struct error err = ERROR_NONE;

	t->folder = new_folder(t->path);
	snprintf(t->store, sizeof t->store, "%s/store", t->path);
	assert_int_equal(roster_change(t->folder, add_sensors, NULL, NULL), 0);
	assert_int_equal(writer_open(t->store, WRITER_CREATE, 0, &t->writer, &err), 0);
	assert_int_equal(collector_open(t->folder, t->writer, centre, &t->collector, &err), 0);
}

static void centre_close(struct centre_try *t)
{
	collector_close(t->collector);
	writer_close(t->writer);
	close(t->folder);
	remove_folder(t->path);
}

static unsigned give(struct centre_try *t, struct bytes message, struct receipt *ret)
{
	struct delivered d = { .message = message };
	struct receipt none = { .boot = 0 };
	unsigned status;

	*ret = none;
	buf_init(&d.answer, ANSWER_MAX);
	assert_int_equal(collector_batches(t->collector, &d, 1, NULL), 0);
	status = d.status;
	if (status == 200) {
		uint8_t hash[WIRE_HASH_BYTES];
		assert_int_equal(receipt_read(buf_bytes(&d.answer), ret, NULL), 0);
		assert_true(message_is_by(buf_bytes(&d.answer), secret_public(centre)));
		message_hash(message, hash);
		assert_memory_equal(hash, ret->hash, sizeof hash);
	}
	buf_clear(&d.answer);
	return status;
}

static uint64_t stored_events(const struct centre_try *t)
{
	struct store *s;
	uint64_t n;

	assert_int_equal(store_open(t->store, &s, NULL), 0);
	n = s->events;
	store_close(s);
	return n;
}

static void test_stored_once_in_any_order(void **state)
{
	static const uint64_t numbers[] = { 3, 1, 3, 2, 1, 2 };
	struct centre_try t;
	struct receipt r;

	(void)state;
	centre_open(&t);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		_cleanup_(buf_clear) struct buf message;
		make_batch(7, numbers[i], 10, sensor, &message);
		assert_int_equal(give(&t, buf_bytes(&message), &r), 200);
		assert_int_equal(r.number, numbers[i]);
		assert_int_equal(r.result, i < 2 || i == 3 ? RECEIPT_STORED : RECEIPT_STORED_BEFORE);
	}
	assert_int_equal(stored_events(&t), 30);
	centre_close(&t);
}

static void test_forged_and_foreign_batches_are_refused(void **state)
{
	_cleanup_(buf_clear) struct buf good, foreign;
	struct centre_try t;
	struct status status;
	struct receipt r;

	(void)state;
	centre_open(&t);
	make_batch(7, 1, 10, sensor, &good);
	make_batch(7, 2, 10, stranger, &foreign);
	assert_int_equal(give(&t, buf_bytes(&good), &r), 200);
	assert_int_equal(give(&t, buf_bytes(&foreign), &r), 403);
	good.p[30] ^= 1;
	assert_int_equal(give(&t, buf_bytes(&good), &r), 403);
	assert_int_equal(give(&t, BYTES_TEXT("hello"), &r), 400);
	good.p[30] ^= 1;
	assert_int_equal(roster_change(t.folder, revoke_sensor, NULL, NULL), 0);
	assert_int_equal(give(&t, buf_bytes(&good), &r), 403);
	assert_int_equal(stored_events(&t), 10);
	assert_int_equal(collector_tick(t.collector, true, NULL), 0);
	assert_int_equal(status_load(t.folder, &status, NULL), 0);
	assert_int_equal(status_find(&status, "tokyo-1")->refused, 3);
	assert_int_equal(status_find(&status, "tokyo-1")->events, 10);
	assert_int_equal(status.refused, 1);
	status_clear(&status);
	centre_close(&t);
}

static void give_content(struct centre_try *t, uint64_t number, struct bytes content, int expected)
{
	_cleanup_(buf_clear) struct buf message;
	struct batch_head head = some_head(7, number);
	struct receipt r;

	buf_init(&message, WIRE_MESSAGE_MAX);
	batch_write(&head, content, sensor, &message);
	assert_int_equal(give(t, buf_bytes(&message), &r), 200);
	assert_int_equal(r.result, expected);
}

static void test_damaged_content_is_refused_for_good(void **state)
{
	_cleanup_(buf_clear) struct buf content, early, late;
	struct centre_try t;

	(void)state;
	centre_open(&t);
	make_content(10, TIME, &content);
	give_content(&t, 1, BYTES(content.p, content.n - 1), RECEIPT_REFUSED);
	give_content(&t, 2, BYTES_TEXT("\1\377\377\377"), RECEIPT_REFUSED);
	make_content(0, 1, &early);
	give_content(&t, 3, buf_bytes(&early), RECEIPT_REFUSED);
	make_content(0, clock_now() + 2 * DAY_US, &late);
	give_content(&t, 4, buf_bytes(&late), RECEIPT_REFUSED);
	give_content(&t, 1, buf_bytes(&content), RECEIPT_STORED); /* what was refused left no trace */
	assert_int_equal(stored_events(&t), 10);
	centre_close(&t);
}

/* The one child of this process: /proc/PID/task/PID/children. */
static pid_t decoder_of_this_process(void)
{
	char path[64];
	long child = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &child), 1);
	fclose(f);
	return (pid_t)child;
}

struct refusal {
	uint64_t number;
	char why[120];
};

static void note_refusal(void *context, const char *name, uint64_t number, const char *why)
{
	struct refusal *r = context;

	assert_string_equal(name, "tokyo-1");
	r->number = number;
	text_copy(r->why, sizeof r->why, BYTES_TEXT(why));
}

/* A pipe takes 64 KiB: the small batch is written and not answered, the large one cannot even be written. */
static void test_a_decoder_that_stops_is_ended(void **state)
{
	static const uint8_t large[150u << 10];
	_cleanup_(buf_clear) struct buf content;
	struct centre_try t;

	(void)state;
	centre_open(&t);
	make_content(10, TIME, &content);
	for (size_t i = 0; i < 2; i++) {
		struct refusal refusal = { .number = 0 };
		pid_t decoder = decoder_of_this_process();
		int64_t began = clock_steady();
		collector_on_refused(t.collector, note_refusal, &refusal);
		assert_int_equal(kill(decoder, SIGSTOP), 0);
		give_content(&t, 1 + 10 * i, i ? BYTES(large, sizeof large) : buf_bytes(&content), RECEIPT_REFUSED);
		assert_true(clock_steady() - began < 8 * SECOND_US);
		assert_int_equal(refusal.number, 1 + 10 * i);
		assert_non_null(strstr(refusal.why, "stopped"));
		assert_int_equal(kill(decoder, 0), -1); /* gone, and reaped */
		give_content(&t, 2 + 10 * i, buf_bytes(&content), RECEIPT_STORED);
		assert_int_not_equal(decoder_of_this_process(), decoder);
	}
	centre_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content_comes_back),
		cmocka_unit_test(test_cut_content_is_refused),
		cmocka_unit_test(test_batch_comes_back),
		cmocka_unit_test(test_any_changed_bit_breaks_the_signature),
		cmocka_unit_test(test_one_kind_of_message_is_no_other),
		cmocka_unit_test(test_code_comes_back),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_spool_keeps_order_over_restarts),
		cmocka_unit_test(test_spool_is_bounded),
		cmocka_unit_test(test_spool_puts_damaged_files_aside),
		cmocka_unit_test(test_what_was_refused_is_bounded_and_counted),
		cmocka_unit_test(test_a_code_is_good_once_and_for_a_time),
		cmocka_unit_test(test_roster_comes_back),
		cmocka_unit_test(test_status_comes_back),
		cmocka_unit_test(test_stored_once_in_any_order),
		cmocka_unit_test(test_forged_and_foreign_batches_are_refused),
		cmocka_unit_test(test_damaged_content_is_refused_for_good),
		cmocka_unit_test(test_a_decoder_that_stops_is_ended),
	};

	return cmocka_run_group_tests_name("delivery", tests, setup, NULL);
}
