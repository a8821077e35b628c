/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Batches: stored once, in any order, over restarts; what a cut journal holds; what a full disk leaves. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/store/maintain.h"
#include "observe/store/store.h"
#include "observe/store/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64];

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/hinomi-store.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	(void)state;
	while (d && (e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	return rmdir(folder);
}

#define START (INT64_C(1368900000) * SECOND_US)

/* Batch `number` has `number` % 7 events in its own minute, and a heartbeat. */
struct sample {
	struct event events[8];
	struct uptime interval;
	struct batch batch;
};

static struct batch *sample(struct sample *s, const char *sensor, uint64_t boot, uint64_t number)
{
	int64_t minute = START + (int64_t)number * 60 * SECOND_US;

	*s = (struct sample){ .interval = { minute, minute + 60 * SECOND_US, 0, UPTIME_HEARTBEAT } };
	for (uint64_t i = 0; i < number % 7; i++) {
		s->events[i] = (struct event){ .time_us = minute + (int64_t)i * SECOND_US, .family = 4, .protocol = PROTOCOL_UDP,
					       .port = 53, .kind = EVENT_PROBE };
		s->events[i].known = EVENT_HAS_SOURCE | EVENT_HAS_PORT | EVENT_HAS_PROTOCOL;
		s->events[i].source[0] = 240;
		s->events[i].source[3] = (uint8_t)number;
	}
	s->batch = (struct batch){ .boot = boot, .number = number, .intervals = &s->interval, .events = s->events,
				   .interval_count = 1, .event_count = (uint32_t)(number % 7) };
	snprintf(s->batch.sensor, sizeof s->batch.sensor, "%s", sensor);
	return &s->batch;
}

static struct writer *open_writer(void)
{
	struct error err = ERROR_NONE;
	struct writer *w;

	if (writer_open(folder, WRITER_CREATE, 0, &w, &err) < 0)
		fail_msg("%s", err.line);
	return w;
}

static int put(struct writer *w, const char *sensor, uint64_t boot, uint64_t number)
{
	struct error err = ERROR_NONE;
	struct sample s;
	int r = writer_batch(w, sample(&s, sensor, boot, number), &err);

	if (r < 0)
		fail_msg("%s", err.line);
	return r;
}

static uint64_t events_in_store(void)
{
	struct error err = ERROR_NONE;
	struct store_faults faults;
	struct store *s;
	uint64_t events;

	if (store_open(folder, &s, &err) < 0 || store_verify(s, NULL, NULL, &faults, &err) < 0)
		fail_msg("%s", err.line);
	events = s->events;
	store_close(s);
	return events;
}

static uint64_t expected(uint64_t last)
{
	uint64_t sum = 0;

	for (uint64_t n = 0; n <= last; n++)
		sum += n % 7;
	return sum;
}

static void a_batch_is_stored_once(void **state)
{
	struct writer *w = open_writer();

	(void)state;
	for (uint64_t n = 0; n <= 50; n++)
		assert_int_equal(put(w, "tokyo", 1, n), 0);
	for (uint64_t n = 50; n > 10; n -= 3)
		assert_int_equal(put(w, "tokyo", 1, n), 1);
	assert_int_equal(put(w, "osaka", 1, 3), 0);
	assert_int_equal(put(w, "tokyo", 2, 3), 0);
	writer_close(w);
	assert_int_equal(events_in_store(), expected(50) + 6);
	w = open_writer();
	assert_int_equal(put(w, "tokyo", 1, 20), 1);
	writer_close(w);
}

/* Any permutation, with flushes, restarts and repeats between, gives the same figures. */
static void any_order_gives_the_same(void **state)
{
	struct writer *w = open_writer();
	struct error err = ERROR_NONE;
	struct store *s;
	uint16_t *up;

	(void)state;
	for (uint64_t i = 0; i <= 200; i++) {
		uint64_t n = i * 77 % 201;
		assert_int_equal(put(w, n % 2 ? "tokyo" : "osaka", 9, n), 0);
		if (i % 31 == 7)
			assert_int_equal(writer_flush(w, &err), 0);
		if (i % 53 == 11) {
			writer_close(w);
			w = open_writer();
		}
		assert_int_equal(put(w, n % 2 ? "tokyo" : "osaka", 9, n), 1);
	}
	writer_close(w);
	assert_int_equal(events_in_store(), expected(200));
	assert_int_equal(store_open(folder, &s, &err), 0);
	up = store_uptime(s, START / HOUR_US, 5);
	assert_int_equal(up[0 * 5 + 1], 1800);
	assert_int_equal(up[1 * 5 + 1], 1800);
	free(up);
	store_close(s);
}

static void a_cut_record_was_never_there(void **state)
{
	struct writer *w = open_writer();
	char path[128];
	struct stat st;

	(void)state;
	for (uint64_t n = 0; n <= 20; n++)
		put(w, "tokyo", 1, n);
	writer_close(w);
	snprintf(path, sizeof path, "%s/journal-000001", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 3), 0);
	assert_int_equal(events_in_store(), expected(19));
	w = open_writer();
	assert_int_equal(put(w, "tokyo", 1, 20), 0);
	writer_close(w);
	assert_int_equal(events_in_store(), expected(20));
}

static void leftovers_are_removed(void **state)
{
	struct error err = ERROR_NONE;
	struct writer *w = open_writer();
	char path[128];

	(void)state;
	put(w, "tokyo", 1, 5);
	assert_int_equal(writer_flush(w, &err), 0);
	writer_close(w);
	snprintf(path, sizeof path, "%s/segment-000099", folder);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	w = open_writer();
	assert_int_equal(access(path, F_OK), -1);
	writer_close(w);
	assert_int_equal(events_in_store(), 5);
}

/* As on a full disk: writes beyond a size fail. Nothing acknowledged is lost, and the writer goes on afterwards. */
static void a_full_disk_changes_nothing(void **state)
{
	struct rlimit old, small;
	struct error err = ERROR_NONE;
	struct writer *w = open_writer();
	struct sample s;
	uint64_t n;
	int r = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 3000;
	setrlimit(RLIMIT_FSIZE, &small);
	for (n = 0; n < 200 && r == 0; n++)
		r = writer_batch(w, sample(&s, "tokyo", 1, n), &err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(r, -EFBIG);
	assert_int_equal(events_in_store(), expected(n - 2));
	assert_int_equal(put(w, "tokyo", 1, n - 1), 0);
	writer_close(w);
	assert_int_equal(events_in_store(), expected(n - 1));
}

static void compaction_keeps_every_event(void **state)
{
	struct compact_options options = { .drop_before_us = INT64_MIN };
	struct error err = ERROR_NONE;
	struct compact_report report;
	struct writer *w = open_writer();

	(void)state;
	for (uint64_t n = 0; n <= 100; n++) {
		put(w, "tokyo", 1, n);
		if (n % 10 == 0)
			assert_int_equal(writer_flush(w, &err), 0);
	}
	writer_close(w);
	options.is_dry_run = true;
	assert_int_equal(store_compact(folder, &options, &report, &err), 0);
	options.is_dry_run = false;
	assert_int_equal(store_compact(folder, &options, &report, &err), 0);
	assert_int_equal(report.segments_after, 1);
	assert_int_equal(events_in_store(), expected(100));
	options.drop_before_us = START + 50 * 60 * SECOND_US;
	assert_int_equal(store_compact(folder, &options, &report, &err), 0);
	assert_int_equal(report.events_dropped, expected(49));
	assert_int_equal(events_in_store(), expected(100) - expected(49));
	w = open_writer();
	assert_int_equal(put(w, "tokyo", 1, 30), 1);
	writer_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_batch_is_stored_once, begin, end),
		cmocka_unit_test_setup_teardown(any_order_gives_the_same, begin, end),
		cmocka_unit_test_setup_teardown(a_cut_record_was_never_there, begin, end),
		cmocka_unit_test_setup_teardown(leftovers_are_removed, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(compaction_keeps_every_event, begin, end),
	};
	return cmocka_run_group_tests_name("store_writer", tests, NULL, NULL);
}
