/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Kept months give what the cells give, to the last digit, for any period, kind and rule; whatever comes late or breaks
 * is noticed. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/store/maintain.h"
#include "observe/store/writer.h"
#include "observe/view/view_int.h"
#include "quiet.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define SENSORS 7
#define DAYS 160
#define EVENTS_MAX 4000

static char folder[64];
static uint64_t seed = 20240229;
static int64_t start_hour;

static uint32_t below(uint32_t n)
{
	return (uint32_t)(quiet_random(&seed) >> 33) % n;
}

static int begin(void **state)
{
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(calendar_set_zone("Asia/Tokyo", &err), 0);
	start_hour = floor_div(calendar_midnight((struct date){ 2024, 1, 20 }), HOUR_US) + 5;
	snprintf(folder, sizeof folder, "/tmp/hinomi-months.XXXXXX");
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

/* --- a store --- */

static const uint16_t ports[] = { 22, 23, 53, 80, 123, 443, 445, 1433, 3389, 5060, 5900, 8080 };

static struct event some_event(int64_t time_us)
{
	struct event e = { .time_us = time_us, .family = 4, .protocol = below(4) ? PROTOCOL_TCP : PROTOCOL_UDP };

	e.known = EVENT_HAS_SOURCE | EVENT_HAS_PORT | EVENT_HAS_PROTOCOL;
	e.source[0] = 240;
	e.source[3] = (uint8_t)below(200);
	e.port = below(3) ? ports[below(COUNT(ports))] : (uint16_t)below(3000);
	e.kind = (uint8_t)(below(5) ? EVENT_PROBE : below(4));
	if (below(12) == 0) {
		e.protocol = PROTOCOL_ICMP;
		e.port = 0x0800;
	}
	return e;
}

/* One day of one sensor: it may be down for a while, and one sensor goes wild now and then. */
static void put_day(struct writer *w, unsigned sensor, unsigned day, uint64_t boot)
{
	static struct event events[EVENTS_MAX];
	struct error err = ERROR_NONE;
	int64_t from = (start_hour + day * 24) * HOUR_US, to = from + (day % 9 == sensor ? 7 * HOUR_US : 24 * HOUR_US);
	struct uptime interval = { from, to, 0, UPTIME_HEARTBEAT };
	struct batch b = { .boot = boot, .number = day, .intervals = &interval, .interval_count = 1, .events = events };
	uint32_t count = 100 + below(80), burst = sensor == 2 && day % 11 == 4 ? 900 : 0;

	snprintf(b.sensor, sizeof b.sensor, "s%u", sensor);
	for (uint32_t i = 0; i < count; i++)
		events[b.event_count++] = some_event(from + below((uint32_t)((to - from) / 1000)) * INT64_C(1000));
	for (uint32_t i = 0; i < burst; i++) {
		events[b.event_count] = some_event(from + HOUR_US + i * 1000);
		events[b.event_count].kind = EVENT_PROBE;
		events[b.event_count++].port = 1433;
	}
	if (writer_batch(w, &b, &err) != 0)
		fail_msg("%s", err.line);
}

static struct writer *open_writer(void)
{
	struct error err = ERROR_NONE;
	struct writer *w;

	if (writer_open(folder, WRITER_CREATE, 0, &w, &err) < 0)
		fail_msg("%s", err.line);
	return w;
}

static void fill(unsigned first_day, unsigned end_day, bool is_flushed)
{
	struct error err = ERROR_NONE;
	struct writer *w = open_writer();

	for (unsigned day = first_day; day < end_day; day++)
		for (unsigned sensor = 0; sensor < SENSORS; sensor++)
			put_day(w, sensor, day, 1);
	if (is_flushed)
		assert_int_equal(writer_flush(w, &err), 0);
	writer_close(w);
}

/* --- comparing --- */

static void same_hours(const int64_t *a, const int64_t *b, int32_t hours)
{
	assert_int_equal(a != NULL, b != NULL);
	for (int32_t i = 0; a && i < hours; i++)
		assert_int_equal(a[i], b[i]);
}

static void same_row(const struct series_row *a, const struct series_row *b, int32_t hours)
{
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->rank, b->rank);
	assert_int_equal(a->packets, b->packets);
	assert_int_equal(a->unknown, b->unknown);
	assert_int_equal(a->mean, b->mean);
	assert_int_equal(a->raw_mean, b->raw_mean);
	assert_int_equal(a->damped_cells, b->damped_cells);
	same_hours(a->value, b->value, hours);
	same_hours(a->raw, b->raw, hours);
}

static void same_series(const struct series *a, const struct series *b)
{
	assert_int_equal(a->hours, b->hours);
	assert_int_equal(a->hours_with_data, b->hours_with_data);
	assert_int_equal(a->row_count, b->row_count);
	assert_int_equal(a->ranked_count, b->ranked_count);
	assert_memory_equal(a->sensors_up, b->sensors_up, (size_t)a->hours * sizeof *a->sensors_up);
	for (size_t i = 0; i < a->row_count; i++)
		same_row(&a->rows[i], &b->rows[i], a->hours);
	same_row(&a->icmp, &b->icmp, a->hours);
	same_row(&a->total, &b->total, a->hours);
	same_row(&a->other, &b->other, a->hours);
}

/* Damped cells of the answer, so that a test can see that damping was at work. */
static uint32_t compare(const struct view_question *q)
{
	struct error err = ERROR_NONE;
	struct series *kept = NULL, *cells = NULL;
	struct store *s;
	int64_t first;
	uint32_t damped;

	assert_int_equal(store_open(folder, &s, &err), 0);
	if (view_series(s, q, &kept, &err) < 0 || view_series_of_cells(s, q, NULL, NULL, &first, &cells, &err) < 0)
		fail_msg("%s", err.line);
	same_series(kept, cells);
	damped = kept->total.damped_cells;
	series_free(kept);
	series_free(cells);
	store_close(s);
	return damped;
}

static int64_t month_start(int month)
{
	return floor_div(calendar_midnight((struct date){ 2024 + (month - 1) / 12, (month - 1) % 12 + 1, 1 }), HOUR_US);
}

static struct view_question some_question(void)
{
	static uint32_t keys[2];
	int month = 1 + (int)below(6);
	struct view_question q = VIEW_QUESTION(month_start(month), month_start(month + 1 + (int)below(6)));

	if (below(2)) {
		q.first_hour = start_hour - 100 + (int64_t)below(DAYS * 24);
		q.end_hour = q.first_hour + 1 + (int64_t)below(100 * 24);
	}
	q.kind = below(2) ? VIEW_PROBES : (enum view_kind)below(4);
	q.rank_count = below(3) ? below(12) : 100000;
	q.min_sensors = below(4) ? 0 : 3;
	q.is_undamped = below(5) == 0;
	q.is_without_raw = below(2);
	q.is_without_hours = below(5) == 0;
	keys[0] = view_key(PROTOCOL_TCP, 1433);
	keys[1] = view_key(PROTOCOL_TCP, (uint16_t)below(3000));
	q.keys = keys;
	q.key_count = keys[0] == keys[1] ? 1 : below(3);
	return q;
}

static uint32_t compare_some(unsigned times)
{
	uint32_t damped = 0;

	for (unsigned i = 0; i < times; i++) {
		struct view_question q = some_question();
		damped += compare(&q);
	}
	return damped;
}

static size_t each_file(void (*visit)(int dir, const char *name))
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t count = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strncmp(e->d_name, STORE_HOURS_PREFIX, strlen(STORE_HOURS_PREFIX)) == 0) {
			count++;
			if (visit)
				visit(dirfd(d), e->d_name);
		}
	closedir(d);
	return count;
}

/* Which files there are: one that is made again is another. */
static uint64_t sum_of_files;

static void add_file(int dir, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, 0), 0);
	sum_of_files += (uint64_t)st.st_ino * 31 + (uint64_t)st.st_mtim.tv_nsec;
}

/* One byte somewhere is another one. */
static void damage(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CLOEXEC);
	struct stat st;
	uint8_t byte;
	off_t at;

	assert_int_equal(fstat(fd, &st), 0);
	at = (off_t)below((uint32_t)st.st_size);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void cut(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CLOEXEC);
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(ftruncate(fd, (off_t)below((uint32_t)st.st_size)), 0);
	close(fd);
}

/* --- tests --- */

static void any_question_has_the_same_answer(void **state)
{
	struct view_question q = VIEW_QUESTION(month_start(1), month_start(7));
	uint64_t before;

	(void)state;
	fill(0, DAYS - 10, true);
	assert_true(compare_some(60) > 20);
	compare(&q);
	assert_true(each_file(NULL) >= 6);
	/* The second time they are read, not made. */
	sum_of_files = 0;
	each_file(add_file);
	before = sum_of_files;
	compare(&q);
	sum_of_files = 0;
	each_file(add_file);
	assert_int_equal(sum_of_files, before);
}

static void what_comes_late_counts(void **state)
{
	struct error err = ERROR_NONE;
	struct view_question q = VIEW_QUESTION(month_start(1), month_start(8));
	struct compact_options options = { .drop_before_us = INT64_MIN };
	struct compact_report report;
	struct writer *w;
	size_t kept;

	(void)state;
	fill(0, DAYS - 60, true);
	compare(&q);
	fill(DAYS - 60, DAYS - 58, false); /* stays in the journal */
	compare(&q);
	w = open_writer();
	put_day(w, 3, 40, 2); /* a second boot: late packets of a month that is kept */
	compare(&q);
	assert_int_equal(writer_flush(w, &err), 0);
	writer_close(w);
	compare(&q);
	assert_int_equal(store_compact(folder, &options, &report, &err), 0);
	compare(&q);
	compare_some(20);
	kept = each_file(NULL);
	options.drop_before_us = month_start(3) * HOUR_US;
	assert_int_equal(store_compact(folder, &options, &report, &err), 0);
	assert_true(each_file(NULL) < kept);
	compare(&q);
	compare_some(10);
}

static void what_is_damaged_is_made_again(void **state)
{
	(void)state;
	fill(0, DAYS - 60, true);
	for (unsigned round = 0; round < 12; round++) {
		compare_some(8);
		each_file(round % 2 ? damage : cut);
	}
	compare_some(10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_question_has_the_same_answer, begin, end),
		cmocka_unit_test_setup_teardown(what_comes_late_counts, begin, end),
		cmocka_unit_test_setup_teardown(what_is_damaged_is_made_again, begin, end),
	};

	return cmocka_run_group_tests_name("months", tests, NULL, NULL);
}
