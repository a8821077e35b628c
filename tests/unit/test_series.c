/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Values, ranks, "other" and odd sensors. */
#include "base/cleanup.h"
#include "series_cells.h"

#include <setjmp.h>
#include <cmocka.h>

#define DAY 24
#define ICMP_KEY 65536u

static const struct series_row *row_of(const struct series *s, uint32_t key)
{
	for (size_t i = 0; i < s->row_count; i++)
		if (s->rows[i].key == key)
			return &s->rows[i];
	return NULL;
}

/* Recipe 12: three sensors, one wild: the average equals that of the other two, and the parts sum to the total. */
static void recipe_12(void **state)
{
	struct world w = world_new(0, 3 * DAY, 3);
	struct series *s;

	(void)state;
	w.scope.has_icmp = true;
	w.scope.icmp_key = ICMP_KEY;
	w.scope.rank_count = 5;
	for (uint32_t port = 1; port <= 8; port++)
		for (int32_t hour = 0; hour < 3 * DAY; hour++) {
			world_put(&w, port, hour, 0, 40 + port);
			world_put(&w, port, hour, 1, 43 + port);
			world_put(&w, port, hour, 2, port == 3 ? 5000 : 41 + port);
		}
	world_put(&w, ICMP_KEY, 5, 1, 7);
	s = world_make(&w);
	assert_int_equal(s->ranked_count, 5);
	assert_int_equal(s->rows[0].key, 8);
	assert_int_equal(row_of(s, 4)->value[0], (44 + 47 + 45) * SERIES_MICRO / 3);
	assert_null(row_of(s, 3));
	assert_int_equal(s->damped_count, 3 * DAY);
	assert_int_equal(s->damped[0].replaced_by, (43 + 46) * SERIES_MICRO / 2);
	assert_int_equal(s->damped[0].reason, ODD_NEIGHBOURS);
	assert_int_equal(s->burst_count, 1);
	assert_int_equal(s->bursts[0].packets, 5000 * 3 * DAY);
	assert_int_equal(s->icmp.value[5], 7 * SERIES_MICRO / 3);
	for (int32_t hour = 0; hour < 3 * DAY; hour++) {
		int64_t sum = s->icmp.value[hour] + s->other.value[hour];

		for (size_t i = 0; i < s->row_count; i++)
			sum += s->rows[i].value[hour];
		assert_int_equal(sum, s->total.value[hour]);
	}
	s = series_free(s);

	w.scope.keys = (const uint32_t[]){ 3 };
	w.scope.key_count = 1;
	s = world_make(&w);
	assert_int_equal(s->row_count, 6);
	assert_int_equal(row_of(s, 3)->value[7], (43 + 46) * SERIES_MICRO / 2); /* the average of the other two */
	assert_int_equal(row_of(s, 3)->raw[7], (43 + 46 + 5000) * SERIES_MICRO / 3);
	assert_int_equal(row_of(s, 3)->mean, (43 + 46) * SERIES_MICRO / 2);
	assert_int_equal(row_of(s, 3)->damped_cells, 3 * DAY);
	s = series_free(s);
	world_clear(&w);
}

/* For every size of the wild value and every neighbour: exactly the mean of the other two. */
static void one_wild_is_the_mean_of_the_others(void **state)
{
	(void)state;
	for (uint32_t wild = 0; wild < 3; wild++)
		for (uint32_t level = 0; level < 200; level += 7) {
			struct world w = world_new(1000, DAY, 3);
			uint32_t other = (wild + 1) % 3, third = (wild + 2) % 3;
			struct series *s;

			if (level)
				world_put(&w, 7, 3, other, level);
			world_put(&w, 7, 3, third, level + 3);
			world_put(&w, 7, 3, wild, 100 + level * 12);
			s = world_make(&w);
			assert_int_equal(s->damped_count, 1);
			assert_int_equal(s->rows[0].value[3], (int64_t)(2 * level + 3) * SERIES_MICRO / 2);
			s = series_free(s);
			world_clear(&w);
		}
}

static void parts_of_hours_count_as_their_fraction(void **state)
{
	struct world w = world_new(0, 4, 2);
	struct series *s;

	(void)state;
	world_up(&w, 1, 0, 1800);
	world_up(&w, 0, 1, 0); /* silent: no data, not zero */
	world_up(&w, 0, 2, 0);
	world_up(&w, 1, 2, 0);
	world_put(&w, 5, 0, 0, 9);
	world_put(&w, 5, 0, 1, 6);
	world_put(&w, 5, 1, 1, 4);
	world_put(&w, 5, 1, 0, 11); /* while it was not up */
	s = world_make(&w);
	assert_int_equal(s->rows[0].value[0], 10 * SERIES_MICRO);
	assert_int_equal(s->rows[0].value[1], 4 * SERIES_MICRO);
	assert_int_equal(s->rows[0].value[2], SERIES_NO_DATA);
	assert_int_equal(s->rows[0].value[3], 0);
	assert_int_equal(s->total.value[2], SERIES_NO_DATA);
	assert_int_equal(s->other.value[2], SERIES_NO_DATA);
	assert_int_equal(s->hours_with_data, 3);
	assert_int_equal(s->rows[0].mean, 14 * SERIES_MICRO / 3);
	assert_int_equal(s->packets_without_up, 11);
	assert_int_equal(s->rows[0].packets, 19);
	s = series_free(s);
	world_clear(&w);
}

static void ties_go_to_the_lower_key(void **state)
{
	struct world w = world_new(0, DAY, 2);
	struct series *s;

	(void)state;
	w.scope.rank_count = 3;
	for (uint32_t key = 20; key > 10; key--)
		world_put(&w, key, (int32_t)key, 0, key == 15 ? 4 : 3);
	s = world_make(&w);
	assert_int_equal(s->rows[0].key, 15);
	assert_int_equal(s->rows[1].key, 11);
	assert_int_equal(s->rows[2].key, 12);
	assert_int_equal(s->rows[2].rank, 3);
	s = series_free(s);
	world_clear(&w);
}

static void nothing_at_all(void **state)
{
	struct world w = world_new(0, DAY, 0);
	struct series *s;

	(void)state;
	s = world_make(&w);
	assert_int_equal(s->total.mean, SERIES_NO_DATA);
	assert_int_equal(s->row_count, 0);
	s = series_free(s);
	world_clear(&w);
	w = world_new(0, 0, 3);
	s = world_make(&w);
	assert_int_equal(s->hours, 0);
	s = series_free(s);
	world_clear(&w);
}

static void unknown_kinds_are_counted(void **state)
{
	struct world w = world_new(0, DAY, 1);
	struct series *s;

	(void)state;
	world_put(&w, 5, 0, 0, 9);
	world_put(&w, 5, 0, 0, 6);
	w.cells[1].flags = SERIES_CELL_UNKNOWN;
	s = world_make(&w);
	assert_int_equal(s->rows[0].packets, 15);
	assert_int_equal(s->rows[0].unknown, 6);
	assert_int_equal(s->total.unknown, 6);
	assert_int_equal(s->rows[0].value[0], 15 * SERIES_MICRO);
	s = series_free(s);
	world_clear(&w);
}

/* Ninety quiet days of nine sensors, for the rule by history. */
static struct world quiet_world(uint32_t key)
{
	struct world w = world_new(24 * 15000, 40 * DAY, 9);
	uint64_t seed = 99;

	for (int32_t hour = 0; hour < 40 * DAY; hour++)
		for (uint32_t sensor = 0; sensor < 9; sensor++) {
			uint32_t packets = (uint32_t)(world_random(&seed) % (3 + 2 * sensor));

			if (packets)
				world_put(&w, key, hour, sensor, packets);
		}
	return w;
}

static void a_burst_of_one_hour_changes_one_cell(void **state)
{
	struct world w = quiet_world(5);
	struct series *s;

	(void)state;
	world_put(&w, 5, 30 * DAY + 7, 4, 2605);
	world_put(&w, 6, 30 * DAY + 7, 4, 2605);
	s = world_make(&w);
	assert_int_equal(s->damped_count, 2);
	assert_int_equal(s->damped[0].key, 5);
	assert_int_equal(s->damped[0].hour, w.in.first_hour + 30 * DAY + 7);
	assert_int_equal(s->damped[0].reason, ODD_HISTORY);
	assert_true(s->damped[0].replaced_by < 10 * SERIES_MICRO);
	assert_int_equal(s->damped[1].replaced_by, 0);
	assert_int_equal(s->burst_count, 2);
	assert_int_equal(s->bursts[1].packets, 2605);
	assert_int_equal(s->rows[0].value[30 * DAY + 8], s->rows[0].raw[30 * DAY + 8]);
	s = series_free(s);
	world_clear(&w);
}

/* A quarter of the sensors or fewer can be odd; what more of them see stays whole. */
static void a_surge_of_many_sensors_stays_whole(void **state)
{
	(void)state;
	for (uint32_t sensors = 1; sensors <= 9; sensors++) {
		struct world w = quiet_world(5);
		struct series *s;

		for (uint32_t sensor = 0; sensor < sensors; sensor++)
			for (int32_t hour = 30 * DAY; hour < 32 * DAY; hour++)
				world_put(&w, 5, hour, sensor, 60);
		s = world_make(&w);
		if (sensors <= 2)
			assert_in_range(s->damped_count, sensors * 2 * DAY - 4, sensors * 2 * DAY);
		else
			assert_int_equal(s->damped_count, 0);
		s = series_free(s);
		world_clear(&w);
	}
}

/* Sixty days wild: kept out on the last day as on the first, and the others are left alone. */
static void a_sensor_that_stays_wild_stays_out(void **state)
{
	struct world w = world_new(24 * 16000, 60 * DAY, 3);
	struct series *s;

	(void)state;
	for (int32_t hour = 0; hour < 60 * DAY; hour++) {
		world_put(&w, 9, hour, 0, 40);
		world_put(&w, 9, hour, 1, 49);
		world_put(&w, 9, hour, 2, 3000 + (uint32_t)hour % 7);
	}
	s = world_make(&w);
	assert_int_equal(s->damped_count, 60 * DAY);
	assert_int_equal(s->burst_count, 1);
	for (int32_t hour = 0; hour < 60 * DAY; hour++)
		assert_int_equal(s->rows[0].value[hour], 89 * SERIES_MICRO / 2);
	s = series_free(s);
	world_clear(&w);
}

/* One sensor four times as busy as the others is no odd sensor. */
static void sensors_may_differ(void **state)
{
	struct world w = world_new(24 * 16000, 60 * DAY, 5);
	uint64_t seed = 8;
	struct series *s;

	(void)state;
	for (int32_t hour = 0; hour < 60 * DAY; hour++)
		for (uint32_t sensor = 0; sensor < 5; sensor++)
			world_put(&w, 9, hour, sensor,
				  (sensor == 3 ? 40 : 10) + (uint32_t)(world_random(&seed) % 9));
	s = world_make(&w);
	assert_int_equal(s->damped_count, 0);
	s = series_free(s);
	world_clear(&w);
}

/* A sensor that comes new in the middle is judged by its neighbours for its first seven days. */
static void a_new_sensor_is_judged_by_the_others(void **state)
{
	struct world w = world_new(24 * 16000, 40 * DAY, 4);
	struct series *s;

	(void)state;
	for (int32_t hour = 0; hour < 40 * DAY; hour++) {
		for (uint32_t sensor = 0; sensor < 3; sensor++)
			world_put(&w, 9, hour, sensor, 30);
		if (hour < 20 * DAY)
			world_up(&w, 3, hour, 0);
		else
			world_put(&w, 9, hour, 3, hour == 22 * DAY + 3 || hour == 35 * DAY + 3 ? 4000 : 33);
	}
	s = world_make(&w);
	assert_int_equal(s->damped_count, 2);
	assert_int_equal(s->damped[0].reason, ODD_NEIGHBOURS);
	assert_int_equal(s->damped[0].replaced_by, 30 * SERIES_MICRO);
	assert_int_equal(s->damped[1].reason, ODD_HISTORY);
	assert_int_equal(s->damped[1].replaced_by, 33 * SERIES_MICRO);
	s = series_free(s);
	world_clear(&w);
}

/* An hour has the same figures whatever range it is asked in, as long as 29 days stand before it. */
static void more_history_changes_nothing(void **state)
{
	uint64_t seed = 77;
	struct world w = world_new(24 * 16000, 90 * DAY, 6), v = world_new(24 * 16031, 59 * DAY, 6);
	struct series *s, *t;

	(void)state;
	for (int32_t hour = 0; hour < 90 * DAY; hour++)
		for (uint32_t sensor = 0; sensor < 6; sensor++) {
			uint64_t r = world_random(&seed);
			uint32_t packets = 1 + sensor + (uint32_t)(r % 5) + ((r >> 20) % 300 ? 0 : 400) +
					   (sensor == 4 && hour < 70 * DAY ? 9000 : 0);

			world_put(&w, 9, hour, sensor, packets);
			if (hour >= 31 * DAY)
				world_put(&v, 9, hour - 31 * DAY, sensor, packets);
		}
	w.scope.first_hour = v.scope.first_hour = 24 * 16060;
	s = world_make(&w);
	t = world_make(&v);
	assert_true(s->damped_count > 10 * DAY);
	assert_int_equal(s->damped_count, t->damped_count);
	assert_int_equal(s->hours, 30 * DAY);
	assert_memory_equal(s->rows[0].value, t->rows[0].value, 30 * DAY * sizeof(int64_t));
	s = series_free(s);
	t = series_free(t);
	world_clear(&w);
	world_clear(&v);
}

static void damping_can_be_off(void **state)
{
	struct world w = quiet_world(5);
	struct series *s;

	(void)state;
	world_put(&w, 5, 30 * DAY + 7, 4, 2605);
	w.scope.odd.is_off = true;
	s = world_make(&w);
	assert_int_equal(s->damped_count, 0);
	assert_int_equal(s->total.mean, s->total.raw_mean);
	s = series_free(s);
	world_clear(&w);
}

static struct world random_world(uint64_t seed)
{
	struct world w = world_new((int64_t)(world_random(&seed) % 100000), 20 * DAY, 5);

	for (int i = 0; i < 2000; i++) {
		uint64_t r = world_random(&seed);
		uint32_t packets = r >> 60 == 0 ? 500 : 1 + (uint32_t)(r >> 32) % 9;

		world_put(&w, (uint32_t)(r % 37), (int32_t)(r / 37 % (20 * DAY)), (uint32_t)(r / 64 % 5), packets);
	}
	for (int i = 0; i < 300; i++) {
		uint64_t r = world_random(&seed);

		world_up(&w, (uint32_t)(r % 5), (int32_t)(r / 8 % (20 * DAY)), (uint16_t)(r / 65536 % 3601));
	}
	w.scope.has_icmp = true;
	w.scope.icmp_key = 3;
	return w;
}

/* Whatever comes in: the parts are the total, in each hour and in the mean, damped and raw, and none is negative. */
static void parts_sum_to_the_total(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct world w = random_world(seed);
		struct series *s = world_make(&w);
		int64_t mean = s->icmp.mean + s->other.mean, raw_mean = s->icmp.raw_mean + s->other.raw_mean;

		for (int32_t hour = 0; hour < s->hours; hour++) {
			int64_t sum, raw;

			if (s->total.value[hour] == SERIES_NO_DATA)
				continue;
			sum = s->icmp.value[hour] + s->other.value[hour];
			raw = s->icmp.raw[hour] + s->other.raw[hour];
			assert_true(s->other.value[hour] >= 0 && s->other.raw[hour] >= 0);
			for (size_t i = 0; i < s->row_count; i++) {
				sum += s->rows[i].value[hour];
				raw += s->rows[i].raw[hour];
			}
			assert_int_equal(sum, s->total.value[hour]);
			assert_int_equal(raw, s->total.raw[hour]);
		}
		for (size_t i = 0; i < s->row_count; i++) {
			mean += s->rows[i].mean;
			raw_mean += s->rows[i].raw_mean;
			assert_true(i + 1 >= s->ranked_count || s->rows[i].mean >= s->rows[i + 1].mean);
		}
		assert_int_equal(mean, s->total.mean);
		assert_int_equal(raw_mean, s->total.raw_mean);
		assert_true(s->other.mean >= 0 && s->total.mean <= s->total.raw_mean);
		s = series_free(s);
		world_clear(&w);
	}
}

/* Other numbers for sensors and keys, the same figures. */
static void renumbering_changes_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct world w = random_world(seed), v;
		struct series *s = world_make(&w), *t;

		v = world_new(w.in.first_hour + 5 * 168, 20 * DAY, 5);
		v.scope.has_icmp = true;
		v.scope.icmp_key = 10000 - 3;
		for (size_t i = 0; i < w.count; i++)
			world_put(&v, 10000 - w.cells[i].key, w.cells[i].hour, 4u - w.cells[i].sensor,
				  w.cells[i].packets);
		for (uint32_t sensor = 0; sensor < 5; sensor++)
			memcpy(v.up_s + (4 - sensor) * 20 * DAY, w.up_s + sensor * 20 * DAY, 20 * DAY * sizeof *v.up_s);
		t = world_make(&v);
		assert_int_equal(s->damped_count, t->damped_count);
		assert_memory_equal(s->total.value, t->total.value, 20 * DAY * sizeof(int64_t));
		assert_int_equal(s->icmp.mean, t->icmp.mean);
		for (size_t i = 0; i < s->ranked_count; i++)
			assert_int_equal(s->rows[i].mean, t->rows[i].mean);
		s = series_free(s);
		t = series_free(t);
		world_clear(&w);
		world_clear(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recipe_12),
		cmocka_unit_test(one_wild_is_the_mean_of_the_others),
		cmocka_unit_test(parts_of_hours_count_as_their_fraction),
		cmocka_unit_test(ties_go_to_the_lower_key),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(unknown_kinds_are_counted),
		cmocka_unit_test(a_burst_of_one_hour_changes_one_cell),
		cmocka_unit_test(a_surge_of_many_sensors_stays_whole),
		cmocka_unit_test(a_sensor_that_stays_wild_stays_out),
		cmocka_unit_test(sensors_may_differ),
		cmocka_unit_test(a_new_sensor_is_judged_by_the_others),
		cmocka_unit_test(more_history_changes_nothing),
		cmocka_unit_test(damping_can_be_off),
		cmocka_unit_test(parts_sum_to_the_total),
		cmocka_unit_test(renumbering_changes_nothing),
	};
	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
