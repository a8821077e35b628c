/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Segments made beside the writer: compaction while batches come, imports handed over, and children that die of it. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/proc/file.h"
#include "observe/store/handover.h"
#include "observe/store/maker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define START (INT64_C(1368900000) * SECOND_US)
#define EVENTS 7u /* of a batch */
#define SEGMENT_MAX (16u << 20)

static char folder[64], other[64];

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/hinomi-store.XXXXXX");
	snprintf(other, sizeof other, "/tmp/hinomi-other.XXXXXX");
	return mkdtemp(folder) && mkdtemp(other) ? 0 : -1;
}

static int remove_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	return rmdir(path);
}

static int end(void **state)
{
	(void)state;
	return remove_folder(folder) || remove_folder(other);
}

static struct writer *open_writer(const char *path)
{
	struct error err = ERROR_NONE;
	struct writer *w;

	if (writer_open(path, WRITER_CREATE, 0, &w, &err) < 0)
		fail_msg("%s", err.line);
	return w;
}

static int put(struct writer *w, uint64_t number)
{
	int64_t minute = START + (int64_t)number * 60 * SECOND_US;
	struct event events[EVENTS];
	struct uptime up = { minute, minute + 60 * SECOND_US, 0, UPTIME_HEARTBEAT };
	struct batch b = { .sensor = "tokyo", .boot = 1, .number = number, .intervals = &up, .events = events,
			   .interval_count = 1, .event_count = EVENTS };
	struct error err = ERROR_NONE;
	int r;

	for (uint32_t i = 0; i < EVENTS; i++)
		events[i] = (struct event){ .time_us = minute + i, .family = 4, .protocol = PROTOCOL_UDP, .port = 53,
					    .kind = EVENT_PROBE, .source = { 240, 0, 0, (uint8_t)i },
					    .known = EVENT_HAS_SOURCE | EVENT_HAS_PORT | EVENT_HAS_PROTOCOL };
	r = writer_batch(w, &b, &err);
	if (r < 0)
		fail_msg("%s", err.line);
	return r;
}

static void put_segments(struct writer *w, uint64_t from, uint64_t to)
{
	for (uint64_t n = from; n < to; n++) {
		assert_int_equal(put(w, n), 0);
		assert_int_equal(writer_flush(w, NULL), 0);
	}
}

static uint64_t events_in_store(size_t *ret_segments)
{
	struct error err = ERROR_NONE;
	struct store_faults faults;
	struct store *s;
	uint64_t events;

	if (store_open(folder, &s, &err) < 0 || store_verify(s, NULL, NULL, &faults, &err) < 0)
		fail_msg("%s", err.line);
	events = s->events;
	if (ret_segments)
		*ret_segments = s->segment_count;
	store_close(s);
	return events;
}

static bool has_made_files(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	bool found = false;

	while ((e = readdir(d)) != NULL)
		found = found || strncmp(e->d_name, "segment-made", 12) == 0 || strncmp(e->d_name, "segment-handed", 14) == 0;
	closedir(d);
	return found;
}

static void turn_until(struct maker *m, struct made *ret)
{
	int64_t until = clock_steady() + 20 * SECOND_US;

	while (maker_turn(m, ret) == 0) {
		assert_true(clock_steady() < until);
		poll(NULL, 0, 5);
	}
}

static void compaction_goes_on_beside_batches(void **state)
{
	struct compact_options options = { .drop_before_us = INT64_MIN };
	struct writer *w = open_writer(folder);
	struct maker m;
	struct made made;
	size_t segments;

	(void)state;
	put_segments(w, 0, 20);
	assert_int_equal(maker_open(w, folder, &m, NULL), 0);
	assert_int_equal(maker_compact(&m, &options, NULL), 0);
	assert_int_equal(maker_compact(&m, &options, NULL), -EBUSY);
	put_segments(w, 20, 25); /* while the child works, or before its work is taken */
	put(w, 25);
	turn_until(&m, &made);
	assert_int_equal(made.what, MAKING_COMPACTION);
	assert_int_equal(made.result, 0);
	/* The child may have begun late and seen some of the five, or the journal. */
	assert_in_range(made.report.segments_before, 20, 26);
	assert_int_equal(events_in_store(&segments), 26 * EVENTS);
	assert_in_range(segments, 2, 1 + 5 + 1);
	assert_false(has_made_files());
	for (uint64_t n = 0; n < 26; n++)
		assert_int_equal(put(w, n), 1);
	maker_close(&m);
	writer_close(w);
	assert_int_equal(events_in_store(NULL), 26 * EVENTS);
}

static void a_maker_that_dies_changes_nothing(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM };
	struct compact_options options = { .drop_before_us = INT64_MIN };
	struct writer *w = open_writer(folder);
	struct maker m;
	struct made made;
	size_t segments;

	(void)state;
	put_segments(w, 0, 5);
	assert_int_equal(maker_open(w, folder, &m, NULL), 0);
	for (size_t i = 0; i < COUNT(signals); i++) {
		assert_int_equal(maker_compact(&m, &options, NULL), 0);
		kill(m.child.pid, signals[i]);
		turn_until(&m, &made);
		assert_int_equal(events_in_store(&segments), 5 * EVENTS);
		assert_int_equal(segments, made.result < 0 ? 5 : 1); /* it may have been faster */
		assert_false(has_made_files());
	}
	maker_close(&m);
	writer_close(w);
}

/* --- imports --- */

/* A segment of another store, as an import would make one. */
static void read_segment(struct buf *ret)
{
	struct writer *w = open_writer(other);
	char name[32];
	int fd;

	for (uint64_t n = 100; n < 110; n++)
		put(w, n);
	assert_int_equal(writer_flush(w, NULL), 0);
	store_file_name(name, "segment", writer_manifest(w)->segments[0].number);
	fd = writer_folder(w);
	assert_int_equal(file_read(fd, name, SEGMENT_MAX, ret, NULL), 0);
	writer_close(w);
}

/* What `hinomi observe import` does, in a process of its own. */
static pid_t give(struct bytes segment, uint64_t hash, int expected)
{
	struct manifest_import row = { .hash = { hash, 1 }, .name = "a file" };
	struct error err = ERROR_NONE;
	struct writer *w = NULL;
	pid_t pid = fork();
	int r;

	if (pid != 0)
		return pid;
	r = writer_open(folder, WRITER_CREATE | WRITER_AGENT, 0, &w, &err);
	if (r == 0)
		r = writer_put(w, segment, &err);
	if (r == 0)
		r = writer_segment_end(w, &err);
	if (r == 0)
		r = writer_commit(w, &row, NULL, &err);
	writer_close(w);
	if (r != expected)
		fprintf(stderr, "# %d %s\n", r, err.line);
	_exit(r == expected ? 0 : 1);
}

static void expect_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The question whether somebody listens comes first, and is nothing. */
static void turn_until_import(struct maker *m, struct made *ret)
{
	do
		turn_until(m, ret);
	while (ret->result == -ECANCELED);
	assert_int_equal(ret->what, MAKING_IMPORT);
}

static void an_import_is_handed_over_once(void **state)
{
	static const int results[] = { 0, -EEXIST };
	_cleanup_(buf_clear) struct buf segment;
	struct writer *w = open_writer(folder);
	struct maker m;
	struct made made;

	(void)state;
	read_segment(&segment);
	put_segments(w, 0, 3);
	assert_int_equal(maker_open(w, folder, &m, NULL), 0);
	for (size_t i = 0; i < COUNT(results); i++) {
		pid_t pid = give(buf_bytes(&segment), 5, results[i]);
		turn_until_import(&m, &made);
		expect_end(pid);
		assert_int_equal(made.result, results[i]);
		assert_string_equal(made.import.name, "a file");
		assert_int_equal(events_in_store(NULL), (3 + 10) * EVENTS);
		assert_false(has_made_files());
	}
	assert_int_equal(writer_manifest(w)->import_count, 1);
	maker_close(&m);
	writer_close(w);
	assert_int_equal(events_in_store(NULL), (3 + 10) * EVENTS);
}

static void what_is_damaged_is_not_taken(void **state)
{
	_cleanup_(buf_clear) struct buf segment;
	struct manifest_import row = { .hash = { 7, 7 }, .name = "damaged" };
	struct writer *w = open_writer(folder);
	struct maker m;
	struct made made;
	pid_t pid;
	int status;

	(void)state;
	read_segment(&segment);
	put_segments(w, 0, 3);
	assert_int_equal(maker_open(w, folder, &m, NULL), 0);
	segment.p[segment.n - 9] ^= 1;
	assert_int_equal(file_replace(writer_folder(w), "damaged", buf_bytes(&segment), 0600, NULL), 0);
	pid = fork();
	if (pid == 0) {
		int at = open(folder, O_RDONLY | O_DIRECTORY), fds[2] = { openat(at, "damaged", O_RDONLY), -1 };
		int first = handover_give(at, fds, 1, &row, NULL), second;
		fds[0] = open("/dev/null", O_RDONLY);
		second = handover_give(at, fds, 1, &row, NULL);
		_exit(first == -EBADMSG && second == -EBADMSG ? 0 : 1);
	}
	turn_until(&m, &made);
	assert_int_equal(made.result, -EBADMSG);
	turn_until(&m, &made);
	assert_int_equal(made.result, -EBADMSG);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(events_in_store(NULL), 3 * EVENTS);
	assert_int_equal(writer_manifest(w)->import_count, 0);
	assert_false(has_made_files());
	maker_close(&m);
	writer_close(w);
}

/* Nobody listens, or nobody any more. */
static void without_a_writer_that_takes_it_stays_busy(void **state)
{
	struct writer *w = open_writer(folder), *second = NULL;
	struct error err = ERROR_NONE;
	struct maker m;

	(void)state;
	assert_int_equal(writer_open(folder, WRITER_CREATE | WRITER_AGENT, 0, &second, &err), -EBUSY);
	assert_int_equal(maker_open(w, folder, &m, NULL), 0);
	assert_int_equal(writer_open(folder, WRITER_CREATE, 0, &second, &err), -EBUSY);
	close(m.listener); /* as after a kill: the name is still there */
	m.listener = -1;
	assert_int_equal(writer_open(folder, WRITER_CREATE | WRITER_AGENT, 0, &second, &err), -EBUSY);
	maker_close(&m);
	writer_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(compaction_goes_on_beside_batches, begin, end),
		cmocka_unit_test_setup_teardown(a_maker_that_dies_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(an_import_is_handed_over_once, begin, end),
		cmocka_unit_test_setup_teardown(what_is_damaged_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(without_a_writer_that_takes_it_stays_busy, begin, end),
	};
	return cmocka_run_group_tests_name("store_maker", tests, NULL, NULL);
}
