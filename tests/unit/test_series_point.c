/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Longer points, and what may be published. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "observe/series/point.h"
#include "observe/series/publish.h"
#include "series_cells.h"

#include <setjmp.h>
#include <cmocka.h>

static int64_t midnight(int year, int month, int day)
{
	return floor_div(calendar_midnight((struct date){ year, month, day }), HOUR_US);
}

static void use_zone(const char *zone)
{
	assert_int_equal(calendar_set_zone(zone, NULL), 0);
}

static void units_begin_at_local_midnight(void **state)
{
	int64_t first, next;

	(void)state;
	use_zone("Asia/Tokyo");
	point_unit_around(midnight(2013, 5, 18) + 5, POINT_DAY, &first, &next);
	assert_int_equal(first, date_to_days((struct date){ 2013, 5, 17 }) * 24 + 15);
	assert_int_equal(next - first, 24);
	point_unit_around(midnight(2013, 5, 18), POINT_WEEK, &first, &next);
	assert_int_equal(first, midnight(2013, 5, 13)); /* a Monday */
	assert_int_equal(next - first, 168);
	point_unit_around(midnight(2013, 5, 18), POINT_QUARTER, &first, &next);
	assert_int_equal(first, midnight(2013, 4, 1));
	assert_int_equal(next, midnight(2013, 7, 1));
	point_unit_around(midnight(2013, 12, 31) + 23, POINT_YEAR, &first, &next);
	assert_int_equal(next, midnight(2014, 1, 1));
	point_unit_around(midnight(2013, 12, 31) + 24, POINT_YEAR, &first, &next);
	assert_int_equal(first, midnight(2014, 1, 1));
}

static void days_of_changing_clocks(void **state)
{
	_cleanup_free_ struct point *points = NULL;
	size_t count;

	(void)state;
	use_zone("Europe/Berlin");
	points = point_cut(midnight(2013, 3, 30), midnight(2013, 4, 2), POINT_DAY, &count);
	assert_int_equal(count, 3);
	assert_int_equal(points[1].last_hour - points[1].first_hour, 23); /* 2013-03-31 */
	assert_int_equal(points[2].last_hour - points[2].first_hour, 24);
	free(points);
	points = point_cut(midnight(2013, 10, 26) + 5, midnight(2013, 10, 28), POINT_DAY, &count);
	assert_int_equal(count, 2);
	assert_false(points[0].is_whole);
	assert_int_equal(points[1].last_hour - points[1].first_hour, 25); /* 2013-10-27 */
	assert_true(points[1].is_whole);
	use_zone("Asia/Tokyo");
}

static struct world mixed_world(uint64_t seed)
{
	struct world w = world_new(midnight(2013, 5, 1) - 30, 40 * 24, 6);

	for (int i = 0; i < 20000; i++) {
		uint64_t r = world_random(&seed);

		world_put(&w, (uint32_t)(r % 30 * (r >> 50) / 16384), (int32_t)(r / 32 % (40 * 24)),
			  (uint32_t)(r >> 20) % 6, 1 + (uint32_t)(r >> 40) % 3);
	}
	for (uint32_t sensor = 0; sensor < 6; sensor++)
		for (int32_t hour = 100; hour < 200; hour += 1 + (int32_t)sensor)
			world_up(&w, sensor, hour, 0);
	w.scope.has_icmp = true;
	w.scope.icmp_key = 2;
	w.scope.rank_count = 5;
	return w;
}

static void check_sums(const struct series *s)
{
	for (int32_t i = 0; i < s->hours; i++) {
		int64_t sum = 0;

		if (s->total.value[i] == SERIES_NO_DATA)
			continue;
		sum = s->other.value[i] + (s->has_icmp ? s->icmp.value[i] : 0);
		assert_true(s->other.value[i] >= 0);
		for (size_t row = 0; row < s->row_count; row++)
			sum += s->rows[row].value[i];
		assert_int_equal(sum, s->total.value[i]);
	}
}

static void longer_points_sum_exactly(void **state)
{
	(void)state;
	use_zone("Asia/Tokyo");
	for (int unit = POINT_HOUR; unit <= POINT_YEAR; unit++) {
		struct world w = mixed_world(17);
		struct series *hourly = world_make(&w), *s;
		size_t count;
		struct point *points = point_cut(hourly->first_hour, hourly->first_hour + hourly->hours,
						 (enum point_unit)unit, &count);

		s = point_series(hourly, points, count);
		check_sums(s);
		if (unit == POINT_HOUR)
			assert_memory_equal(s->other.value, hourly->other.value, count * sizeof(int64_t));
		if (unit == POINT_YEAR) {
			assert_int_equal(count, 1);
			assert_int_equal(s->total.value[0], hourly->total.mean);
			assert_int_equal(s->rows[4].value[0], hourly->rows[4].mean);
		}
		s = series_free(s);
		hourly = series_free(hourly);
		free(points);
		world_clear(&w);
	}
}

static void gaps_are_left_out_of_longer_points(void **state)
{
	struct world w = world_new(midnight(2013, 5, 1), 48, 1);
	struct point *points;
	struct series *hourly, *s;
	size_t count;

	(void)state;
	for (int32_t hour = 0; hour < 48; hour++)
		if (hour >= 24 || hour % 3)
			world_up(&w, 0, hour, 0);
	world_put(&w, 1, 0, 0, 10);
	world_put(&w, 1, 3, 0, 30);
	hourly = world_make(&w);
	points = point_cut(hourly->first_hour, hourly->first_hour + 48, POINT_DAY, &count);
	s = point_series(hourly, points, count);
	assert_int_equal(count, 2);
	assert_int_equal(points[0].hours_with_data, 8);
	assert_int_equal(s->rows[0].value[0], 5 * SERIES_MICRO);
	assert_int_equal(s->rows[0].value[1], SERIES_NO_DATA);
	assert_int_equal(s->hours_with_data, 1);
	s = series_free(s);
	hourly = series_free(hourly);
	free(points);
	world_clear(&w);
}

static void few_sensors_go_into_other(void **state)
{
	struct world w = world_new(0, 4, 4);
	struct publish_rules rules = PUBLISH_RULES_DEFAULT;
	struct series *s;

	(void)state;
	w.scope.min_sensors = 3;
	for (uint32_t sensor = 0; sensor < 4; sensor++) {
		world_put(&w, 1, 0, sensor, 2);
		if (sensor < 3)
			world_put(&w, 1, 1, sensor, 2);
		if (sensor < 2)
			world_put(&w, 1, 2, sensor, 2);
		if (sensor < 2)
			world_put(&w, 9, 0, sensor, 100); /* a rare port: never shown */
	}
	world_up(&w, 0, 3, 0);
	world_up(&w, 1, 3, 0);
	w.scope.odd.is_off = true;
	s = world_make(&w);
	publish_series(&rules, s);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].key, 1);
	assert_int_equal(s->rows[0].value[0], 2000000);
	assert_int_equal(s->rows[0].value[1], 1500000);
	assert_int_equal(s->rows[0].value[2], 0);
	assert_int_equal(s->other.value[2], 1000000);
	assert_int_equal(s->other.value[0], 50000000);
	assert_int_equal(s->total.value[3], SERIES_NO_DATA);
	assert_null(s->rows[0].raw);
	assert_int_equal(s->rows[0].packets, 0);
	check_sums(s);
	s = series_free(s);
	world_clear(&w);
}

static void published_parts_are_the_published_total(void **state)
{
	const struct publish_rules units[] = {
		PUBLISH_RULES_DEFAULT,
		{ .min_sensors = 3, .late_hours = 1, .unit = 100000 },
		{ .min_sensors = 3, .late_hours = 1, .unit = 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct world w = mixed_world(23 + i);
		struct series *hourly, *s;
		struct point *points;
		size_t count;
		uint32_t asked = 20;

		w.scope.min_sensors = 3;
		w.scope.keys = &asked;
		w.scope.key_count = 1;
		hourly = world_make(&w);
		points = point_cut(hourly->first_hour, hourly->first_hour + hourly->hours, POINT_DAY, &count);
		s = point_series(hourly, points, count);
		publish_series(&units[i], s);
		publish_series(&units[i], hourly);
		assert_int_equal(s->row_count, s->ranked_count);
		check_sums(s);
		check_sums(hourly);
		for (int32_t hour = 0; hour < hourly->hours; hour++)
			assert_true(hourly->total.value[hour] == SERIES_NO_DATA ||
				    hourly->total.value[hour] % units[i].unit == 0);
		assert_int_equal(hourly->damped_count + hourly->burst_count + hourly->surge_count, 0);
		s = series_free(s);
		hourly = series_free(hourly);
		free(points);
		world_clear(&w);
	}
}

static void publication_is_late_and_rounded(void **state)
{
	struct publish_rules rules = PUBLISH_RULES_DEFAULT;

	(void)state;
	/* At 12:59 the hour 10:00 is the last that has been over for an hour; at 13:00 it is 11:00. */
	assert_int_equal(publish_last_hour(&rules, 12 * HOUR_US + 59 * 60 * SECOND_US), 11);
	assert_int_equal(publish_last_hour(&rules, 13 * HOUR_US), 12);
	assert_int_equal(publish_round(14999, 10000), 10000);
	assert_int_equal(publish_round(15000, 10000), 20000);
	assert_int_equal(publish_round(SERIES_NO_DATA, 10000), SERIES_NO_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_begin_at_local_midnight),
		cmocka_unit_test(days_of_changing_clocks),
		cmocka_unit_test(longer_points_sum_exactly),
		cmocka_unit_test(gaps_are_left_out_of_longer_points),
		cmocka_unit_test(few_sensors_go_into_other),
		cmocka_unit_test(published_parts_are_the_published_total),
		cmocka_unit_test(publication_is_late_and_rounded),
	};
	return cmocka_run_group_tests_name("series_point", tests, NULL, NULL);
}
