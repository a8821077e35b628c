/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Events → segment files → the same events, whatever their order and columns. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/store/rollup.h"
#include "observe/store/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <cmocka.h>

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d;
}

static uint64_t below(uint64_t n)
{
	return (next_random() >> 11) % n;
}

/* --- files that live in memory --- */

struct files {
	int fds[64];
	size_t count;
	bool is_open;
};

static int take(void *context, struct bytes bytes, struct error *err)
{
	struct files *f = context;

	(void)err;
	if (!f->is_open) {
		f->fds[f->count++] = memfd_create("segment", 0);
		f->is_open = true;
	}
	assert_int_equal(write(f->fds[f->count - 1], bytes.p ? (const void *)bytes.p : "", bytes.n), bytes.n);
	return 0;
}

static int end(void *context, struct error *err)
{
	(void)err;
	((struct files *)context)->is_open = false;
	return 0;
}

static void close_files(struct files *f)
{
	for (size_t i = 0; i < f->count; i++)
		close(f->fds[i]);
}

/* --- events --- */

#define START (INT64_C(1362268800) * SECOND_US)

struct shape {
	uint64_t sources, span_s, unit_us;
	bool is_shuffled, has_gaps; /* gaps: columns unknown here and there, IPv6, marks */
	unsigned sensors;
};

static struct event make_event(const struct shape *s, size_t i, size_t count)
{
	static const uint16_t ports[] = { 22, 23, 80, 1433, 5900, 445 };
	struct event e = { .family = 4, .protocol = PROTOCOL_TCP, .flags = TCP_SYN, .kind = EVENT_PROBE, .length = 40 };
	uint64_t step = s->span_s * SECOND_US / count;
	uint32_t source = (uint32_t)(0xf0000000u + below(s->sources) * 7919u % 0x0fffffff);

	e.time_us = START + (int64_t)((i * step + below(step + 1)) / s->unit_us * s->unit_us);
	if (s->is_shuffled)
		e.time_us = START + (int64_t)(below(s->span_s) * SECOND_US / s->unit_us * s->unit_us);
	e.known = EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_SOURCE_PORT | EVENT_HAS_PORT | EVENT_HAS_FLAGS |
		  EVENT_HAS_TTL | EVENT_HAS_LENGTH | EVENT_HAS_PROTOCOL;
	e.sensor = (uint16_t)below(s->sensors);
	e.port = below(3) ? ports[below(COUNT(ports))] : (uint16_t)below(65536);
	e.source_port = below(4) ? 6000 : (uint16_t)below(65536);
	e.ttl = (uint8_t)(40 + source % 60 + (below(50) == 0));
	memcpy(e.source, address_v4(source).byte, 16);
	memcpy(e.destination, address_v4(0xc6120000u + e.sensor).byte, 16);
	if (s->has_gaps) {
		if (below(4) == 0) {
			e.family = 6;
			memcpy(e.source, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 16);
			e.source[14] = (uint8_t)below(256);
			memset(e.destination, 0xfd, 16);
		}
		if (below(5) == 0) {
			e.known &= (uint16_t)~(EVENT_HAS_TTL | EVENT_HAS_LENGTH);
			e.ttl = 0;
			e.length = 0;
		} else if (below(5) == 0) {
			e.length = (uint16_t)below(1500);
		}
		if (below(9) == 0) {
			e.known &= (uint16_t)~(EVENT_HAS_SOURCE);
			memset(e.source, 0, 16);
		}
		if (below(9) == 0) {
			e.known &= (uint16_t)~(EVENT_HAS_PORT | EVENT_HAS_SOURCE_PORT | EVENT_HAS_FLAGS);
			e.port = e.source_port = e.flags = 0;
			e.kind = EVENT_UNKNOWN;
		}
		e.marks = (uint8_t)below(3);
	}
	return e;
}

static int compare_events(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct event));
}

struct reading {
	struct event *events;
	size_t count;
	struct address *addresses;
};

static int collect(void *context, const struct scan_rows *rows)
{
	struct reading *r = context;

	for (uint32_t i = 0; i < rows->count; i++)
		scan_event(rows, r->addresses, i, &r->events[r->count++]);
	return 0;
}

static void encode(struct files *files, const struct event *events, size_t count, unsigned sensors)
{
	struct encoder_output output = { files, take, end };
	struct encoder *e = encoder_new(&output);
	struct error err = ERROR_NONE;
	uint16_t index;

	for (unsigned i = 0; i < sensors; i++) {
		char name[32];
		snprintf(name, sizeof name, "sensor-%u", i);
		assert_int_equal(encoder_sensor(e, BYTES_TEXT(name), &index, &err), 0);
		assert_int_equal(index, i);
	}
	assert_int_equal(encoder_add(e, events, count, &err), 0);
	assert_int_equal(encoder_finish(e, &err), 0);
	encoder_free(e);
}

static void check_blocks(const struct segment *s)
{
	struct error err = ERROR_NONE;
	struct block b;

	for (uint32_t i = 0; i < s->block_count; i++) {
		assert_int_equal(segment_block(s, i, &b, &err), 0);
		assert_int_equal(block_check(&b, &err), 0);
	}
}

static void decode(struct files *files, struct reading *all, int64_t from, int64_t to)
{
	struct scan *scan = scan_new();
	struct error err = ERROR_NONE;

	for (size_t f = 0; f < files->count; f++) {
		struct scan_plan plan = { .from_us = from, .to_us = to, .columns = SCAN_ALL, .context = all, .each = collect };
		struct segment s;
		uint8_t *ttls;
		assert_int_equal(segment_open(files->fds[f], &s, &err), 0);
		check_blocks(&s);
		assert_int_equal(segment_sources(&s, &all->addresses, &ttls, &err), 0);
		assert_int_equal(scan_segment(scan, &s, &plan, &err), 0);
		free(all->addresses);
		free(ttls);
		segment_close(&s);
	}
	scan_free(scan);
}

static int collect_source(void *context, const struct event *e)
{
	struct reading *r = context;

	r->events[r->count++] = *e;
	return 0;
}

/* What is read of one source alone is what the scan of everything says of it. */
static void assert_source_comes_back(struct files *files, const struct event *all, size_t count, const struct event *one)
{
	struct reading of_one = { .events = memory_new(count, sizeof(struct event)) };
	struct event *expected = memory_new(count, sizeof *expected);
	struct address source = event_source(one);
	struct error err = ERROR_NONE;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct address a = event_source(&all[i]);
		if (source.family && address_compare(&a, &source) == 0)
			expected[n++] = all[i];
	}
	for (size_t f = 0; source.family && f < files->count; f++) {
		struct segment s;
		assert_int_equal(segment_open(files->fds[f], &s, &err), 0);
		assert_int_equal(scan_source(&s, &source, INT64_MIN, INT64_MAX, collect_source, &of_one, &err), 0);
		segment_close(&s);
	}
	assert_int_equal(of_one.count, n);
	qsort(expected, n, sizeof *expected, compare_events);
	qsort(of_one.events, n, sizeof *expected, compare_events);
	assert_memory_equal(expected, of_one.events, n * sizeof *expected);
	free(expected);
	free(of_one.events);
}

static struct event *make_events(const struct shape *shape, size_t count)
{
	struct event *events = memory_new(count, sizeof *events);

	for (size_t i = 0; i < count; i++)
		events[i] = make_event(shape, i, count);
	return events;
}

/* Frees the events. */
static void assert_events_come_back(struct event *events, const struct shape *shape, size_t count)
{
	struct reading all = { .events = memory_new(count, sizeof(struct event)) };
	struct files files = { 0 };
	size_t kept = 0;
	int64_t middle = START + (int64_t)shape->span_s * SECOND_US / 3;

	encode(&files, events, count, shape->sensors);
	decode(&files, &all, INT64_MIN, INT64_MAX);
	assert_int_equal(all.count, count);
	qsort(events, count, sizeof *events, compare_events);
	qsort(all.events, count, sizeof *events, compare_events);
	assert_memory_equal(events, all.events, count * sizeof *events);
	all.count = 0;
	decode(&files, &all, middle, middle + 7 * HOUR_US);
	for (size_t i = 0; i < count; i++)
		kept += events[i].time_us >= middle && events[i].time_us < middle + 7 * HOUR_US;
	assert_int_equal(all.count, kept);
	for (int i = 0; i < 5; i++)
		assert_source_comes_back(&files, events, count, &events[below(count)]);
	close_files(&files);
	free(events);
	free(all.events);
}

static void assert_comes_back(const struct shape *shape, size_t count)
{
	assert_events_come_back(make_events(shape, count), shape, count);
}

static void one_event_comes_back(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 1, .span_s = 100000, .unit_us = 1, .sensors = 1 }, 1);
}

static void ordered_events_come_back(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 20000, .span_s = 3 * 86400, .unit_us = 1, .sensors = 9 }, 200000);
}

static void shuffled_events_come_back(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 500, .span_s = 90 * 86400, .unit_us = SECOND_US, .is_shuffled = true,
					   .sensors = 9 }, 60000);
}

static void odd_columns_come_back(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 3000, .span_s = 86400, .unit_us = 1000, .has_gaps = true,
					   .sensors = 300 }, 100000);
	assert_comes_back(&(struct shape){ .sources = 50, .span_s = 200000, .unit_us = 1, .has_gaps = true,
					   .is_shuffled = true, .sensors = 2 }, 5000);
}

static void many_sources_begin_new_segments(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 0x0fffffff, .span_s = 86400, .unit_us = 1, .sensors = 3 }, 600000);
}

/* The address from this one on that the dictionary of sources looks for in the first or in the last of its 2^16 buckets. */
static uint32_t next_in_bucket(uint32_t address, uint64_t bucket)
{
	while ((address * UINT64_C(0x9e3779b97f4a7c15)) >> 48 != bucket)
		address++;
	return address;
}

/* More sources than a bucket has places, 0.0.0.0 among them, whose bucket's empty places look like it; over the end, too. */
static void crowded_buckets_come_back(void **state)
{
	const struct shape shape = { .sources = 9, .span_s = 100000, .unit_us = 1, .sensors = 3 };
	uint32_t addresses[60] = { 0 };
	size_t count = 6000;
	struct event *events = make_events(&shape, count);

	(void)state;
	for (size_t i = 1; i < COUNT(addresses); i++)
		addresses[i] = next_in_bucket(addresses[i - 1] + 1, i < COUNT(addresses) / 2 ? 0 : 0xffff);
	for (size_t i = 0; i < count; i++)
		memcpy(events[i].source, address_v4(addresses[below(COUNT(addresses))]).byte, 16);
	assert_events_come_back(events, &shape, count);
}

/* Two thousand days have a footer of more than a hundred kilobytes: it is read in two goes. */
static void many_days_come_back(void **state)
{
	(void)state;
	assert_comes_back(&(struct shape){ .sources = 100, .span_s = 2000 * 86400, .unit_us = 1, .sensors = 2 }, 4000);
}

/* --- roll-ups --- */

static void rollups_count_every_packet(void **state)
{
	const struct shape shape = { .sources = 900, .span_s = 4 * 86400, .unit_us = 1, .is_shuffled = true,
				     .has_gaps = true, .sensors = 5 };
	const size_t count = 50000;
	struct event *events = memory_new(count, sizeof *events);
	struct files files = { 0 };
	struct error err = ERROR_NONE;
	uint64_t by_hour[5 * 24] = { 0 }, found[5 * 24] = { 0 };
	struct segment s;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		events[i] = make_event(&shape, i, count);
		if (events[i].port == 22 && events[i].sensor == 3)
			by_hour[(events[i].time_us - START) / HOUR_US]++;
	}
	encode(&files, events, count, shape.sensors);
	assert_int_equal(files.count, 1);
	assert_int_equal(segment_open(files.fds[0], &s, &err), 0);
	for (uint32_t i = 0; i < s.chunk_count; i++) {
		struct bytes chunk;
		uint64_t *cells;
		size_t n;
		assert_int_equal(segment_chunk(&s, i, &chunk, &err), 0);
		assert_int_equal(rollup_read_all(chunk, &cells, &n, &err), 0);
		assert_int_equal(n, s.chunks[i].cells);
		for (size_t c = 0; c < n; c++)
			if (ROLLUP_PORT(CELL_KEY(cells[c])) == 22 && CELL_SENSOR(cells[c]) == 3)
				found[(s.chunks[i].day - START / DAY_US) * 24 + CELL_HOUR(cells[c])] +=
					CELL_PACKETS(cells[c]);
		free(cells);
	}
	assert_memory_equal(by_hour, found, sizeof found);
	segment_close(&s);
	close_files(&files);
	free(events);
}

static void a_full_cell_is_split(void **state)
{
	uint64_t cells[8], scratch[8];
	uint32_t key = rollup_key(PROTOCOL_UDP, EVENT_PROBE, true, 53);

	(void)state;
	for (int i = 0; i < 4; i++)
		cells[i] = rollup_cell(key, 3, 1, 60000);
	assert_int_equal(rollup_join(cells, scratch, 4), 4);
	assert_int_equal(CELL_PACKETS(cells[0]), 65535);
	assert_int_equal(CELL_PACKETS(cells[3]), 240000 - 3 * 65535);
}

/* --- damage --- */

/* Whatever byte of the file changes, reading says so or gives rows; it never leaves the file. */
static void damage_is_seen(void **state)
{
	const struct shape shape = { .sources = 90, .span_s = 80000, .unit_us = 1, .has_gaps = true, .sensors = 2 };
	struct event events[600];
	struct reading all = { .events = memory_new(600, sizeof(struct event)) };
	struct files files = { 0 };
	struct error err = ERROR_NONE;
	uint8_t *copy;
	off_t size;
	size_t unseen = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(events); i++)
		events[i] = make_event(&shape, i, COUNT(events));
	encode(&files, events, COUNT(events), 2);
	size = lseek(files.fds[0], 0, SEEK_END);
	copy = memory_new((size_t)size, 1);
	assert_int_equal(pread(files.fds[0], copy, (size_t)size, 0), size);
	for (off_t at = 0; at < size; at += 1 + (off_t)below(7)) {
		uint8_t byte = copy[at] ^ (uint8_t)(1 + below(255));
		int fd = memfd_create("damaged", 0);
		struct segment s;
		int r;
		assert_int_equal(write(fd, copy, (size_t)size), size);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		r = segment_open(fd, &s, &err);
		if (r == 0) {
			struct block b;
			struct bytes chunk;
			for (uint32_t i = 0; i < s.block_count && r == 0; i++) {
				r = segment_block(&s, i, &b, &err);
				r = r == 0 ? block_check(&b, &err) : r;
			}
			for (uint32_t i = 0; i < s.chunk_count && r == 0; i++)
				r = segment_chunk(&s, i, &chunk, &err);
			segment_close(&s);
		}
		unseen += r == 0;
		close(fd);
	}
	/* The magic's bytes and the rest are all covered by a comparison or a checksum. */
	assert_int_equal(unseen, 0);
	free(copy);
	free(all.events);
	close_files(&files);
}

static void bad_names_are_refused(void **state)
{
	(void)state;
	assert_true(sensor_name_is_valid(BYTES_TEXT("groucho-tokyo")));
	assert_false(sensor_name_is_valid(BYTES_TEXT("")));
	assert_false(sensor_name_is_valid(BYTES_TEXT("a b")));
	assert_false(sensor_name_is_valid(BYTES_TEXT("../x")));
	assert_false(sensor_name_is_valid(BYTES_TEXT("-x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_comes_back),
		cmocka_unit_test(ordered_events_come_back),
		cmocka_unit_test(shuffled_events_come_back),
		cmocka_unit_test(odd_columns_come_back),
		cmocka_unit_test(many_sources_begin_new_segments),
		cmocka_unit_test(crowded_buckets_come_back),
		cmocka_unit_test(many_days_come_back),
		cmocka_unit_test(rollups_count_every_packet),
		cmocka_unit_test(a_full_cell_is_split),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(bad_names_are_refused),
	};
	seed = 20130518;
	return cmocka_run_group_tests_name("store_segment", tests, NULL, NULL);
}
