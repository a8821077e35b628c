/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Surges: the stated rate in short (bench/false_alarms has it at length), rises found with start, end and evidence. */
#include "base/cleanup.h"
#include "observe/series/weigh.h"
#include "quiet.h"
#include "series_cells.h"

#include <setjmp.h>
#include <cmocka.h>

#define DAY 24
#define SHORT_YEARS 6

/* At most the stated rate, plus three standard deviations of a count over so few years. */
static void stated_rate_is_met(void **state)
{
	const double rates[] = { 1, 10, 100 };

	(void)state;
	for (size_t i = 0; i < COUNT(surge_steps); i++)
		for (size_t k = 0; k < 2 * COUNT(rates); k++) {
			struct quiet_rules rules = { .rate = rates[k / 2], .noise = k % 2 ? 0.3 : 0, .correlation = 0.8,
						     .day_wave = 0.25, .week_wave = 0.15, .surge_times = 1 };
			uint64_t seed = 4711;
			size_t alarms = 0, n;
			double stated = surge_steps[i].false_per_1000_years * SHORT_YEARS / 1000.0;

			for (int year = 0; year < SHORT_YEARS; year++) {
				_cleanup_free_ int64_t *micro = memory_new(QUIET_YEAR, sizeof *micro);

				quiet_fill(&rules, micro, QUIET_YEAR, &seed);
				free(quiet_find(micro, QUIET_YEAR, surge_steps[i].threshold, &n));
				alarms += n;
			}
			assert_true((double)alarms <= stated + 3 * sqrt(stated));
		}
}

static struct surge *rise(double rate, double times, int32_t from, int32_t to, int32_t hours, size_t *ret_count)
{
	struct quiet_rules rules = { .rate = rate, .day_wave = 0.25, .week_wave = 0.15, .surge_from = from,
				     .surge_to = to, .surge_times = times };
	_cleanup_free_ int64_t *micro = memory_new((size_t)hours, sizeof *micro);
	uint64_t seed = 5;

	quiet_fill(&rules, micro, hours, &seed);
	return quiet_find(micro, hours, SURGE_THRESHOLD_DEFAULT, ret_count);
}

/* Story 18: two weeks of a rise; start and end are found to the hours. */
static void a_rise_has_its_start_and_end(void **state)
{
	int32_t from = 30 * DAY, to = 44 * DAY;
	size_t n;
	struct surge *s = rise(10, 4, from, to, 60 * DAY, &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_in_range(s[0].first_hour, from - 1, from + 2);
	assert_in_range(s[0].last_hour, to - 3, to + 3);
	assert_in_range(s[0].alarm_hour, from, from + 6);
	assert_false(s[0].is_open);
	assert_true(s[0].mean > 3 * s[0].baseline);
	assert_true(s[0].peak_hour >= from && s[0].peak_hour < to);
	free(s);
}

/* Six weeks on: still open, and not its own usual level. */
static void a_lasting_rise_stays_open(void **state)
{
	int32_t from = 40 * DAY;
	size_t n;
	struct surge *s = rise(10, 3, from, 85 * DAY, 85 * DAY, &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_in_range(s[0].first_hour, from - 1, from + 2);
	assert_true(s[0].is_open);
	free(s);
}

/* After eight weeks the new level is the usual one: one rise, closed, and no alarm about what is usual by then. */
static void a_new_level_becomes_usual(void **state)
{
	size_t n;
	struct surge *s = rise(10, 3, 40 * DAY, 180 * DAY, 180 * DAY, &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_false(s[0].is_open);
	assert_in_range(s[0].last_hour, 95 * DAY, 97 * DAY);
	free(s);
}

/* Silence is no data: it neither ends a rise nor makes one. */
static void silence_is_no_data(void **state)
{
	_cleanup_free_ int64_t *micro = memory_new(60 * DAY, sizeof *micro);
	_cleanup_free_ int32_t *up_s = memory_new(60 * DAY, sizeof *up_s);
	struct quiet_rules rules = { .rate = 20, .surge_from = 40 * DAY, .surge_to = 50 * DAY, .surge_times = 4 };
	struct surge_series series = { .hours = 60 * DAY, .micro = micro, .up_s = up_s, .sensors_usual = 4 };
	struct surge_rules find = { .threshold = SURGE_THRESHOLD_DEFAULT };
	struct surge *surges = NULL;
	size_t count = 0, room = 0;
	uint64_t seed = 12;

	(void)state;
	quiet_fill(&rules, micro, 60 * DAY, &seed);
	for (int32_t hour = 0; hour < 50 * DAY; hour++)
		up_s[hour] = hour >= 43 * DAY && hour < 45 * DAY ? 0 : 4 * 3600;
	for (int32_t hour = 20 * DAY; hour < 22 * DAY; hour++) { /* half the sensors: half the packets */
		up_s[hour] /= 2;
		micro[hour] /= 2;
	}
	surge_find(&series, &find, 1, &surges, &count, &room);
	assert_int_equal(count, 1);
	assert_in_range(surges[0].first_hour, 40 * DAY - 1, 40 * DAY + 1);
	assert_true(surges[0].is_open); /* the sensors fell silent while it lasted */
	free(surges);
}

static void quiet_weeks_and_one_rise(void **state)
{
	size_t n;
	struct surge *s = rise(10, 1, 0, 0, 60 * DAY, &n);

	(void)state;
	assert_int_equal(n, 0);
	free(s);
	s = rise(10, 4, 20 * DAY, 22 * DAY, 60 * DAY, &n);
	assert_int_equal(n, 1);
	free(s);
}

static void nothing_without_two_weeks_before(void **state)
{
	size_t n;
	struct surge *s = rise(10, 5, 8 * DAY, 10 * DAY, 13 * DAY, &n);

	(void)state;
	assert_int_equal(n, 0);
	free(s);
}

/* Sources as a test tells them: so many before hour `from`, so many after. */
struct told {
	int64_t from, before, after, busiest;
};

static int64_t told_count(void *context, uint32_t key, uint32_t sensor, int64_t first_hour, int64_t last_hour)
{
	const struct told *t = context;

	(void)key, (void)sensor, (void)first_hour;
	return last_hour <= t->from ? t->before : t->after;
}

static int64_t told_busiest(void *context, uint32_t key, uint32_t sensor, int64_t first_hour, int64_t last_hour)
{
	(void)key, (void)sensor, (void)first_hour, (void)last_hour;
	return ((const struct told *)context)->busiest;
}

/* `sensors` of eight have `times` the packets for two days. */
static struct series *surge_of(uint32_t sensors, uint32_t packets, bool is_off)
{
	struct world w = world_new(0, 45 * DAY, 8);
	uint64_t seed = 3;
	struct series *s;

	w.scope.surge.threshold = SURGE_THRESHOLD_DEFAULT;
	w.scope.odd.is_off = is_off;
	for (int32_t hour = 0; hour < 45 * DAY; hour++)
		for (uint32_t sensor = 0; sensor < 8; sensor++) {
			bool rises = hour >= 35 * DAY && hour < 37 * DAY && sensor < sensors;
			uint32_t n = (uint32_t)(world_random(&seed) % 4) + (rises ? packets : 0);

			if (n)
				world_put(&w, 77, hour, sensor, n);
		}
	s = world_make(&w);
	world_clear(&w);
	return s;
}

static void evidence_tells_wide_from_narrow(void **state)
{
	struct told told = { .from = 35 * DAY, .before = 20, .after = 90, .busiest = 30 };
	struct weigh_sources sources = { .context = &told, .count = told_count, .busiest_packets = told_busiest };
	struct series *s = surge_of(8, 8, false);
	char words[WEIGH_TEXT_MAX];

	(void)state;
	assert_int_equal(s->surge_count, 1);
	assert_int_equal(s->burst_count, 0);
	assert_true(s->surges[0].evidence & SURGE_SOURCES_UNKNOWN);
	assert_true(s->surges[0].is_proposed);
	told.from = s->surges[0].first_hour;
	weigh_surge(&s->surges[0], 0, &sources);
	assert_string_equal(surge_evidence_format(s->surges[0].evidence, words),
			    "more packets, more sources, more sensors");
	assert_int_equal(s->surges[0].sources, 90);
	assert_int_equal(s->surges[0].sources_usual, 20);
	assert_int_equal(s->surges[0].sensors_risen, 8);
	assert_true(s->surges[0].is_proposed);
	s = series_free(s);

	s = surge_of(1, 60, true); /* not damped: the detector sees it, the evidence tells */
	assert_int_equal(s->surge_count, 1);
	told = (struct told){ .from = s->surges[0].first_hour, .before = 20, .after = 21, .busiest = INT32_MAX };
	weigh_surge(&s->surges[0], 0, &sources);
	assert_string_equal(surge_evidence_format(s->surges[0].evidence, words),
			    "more packets; one source at one sensor");
	assert_false(s->surges[0].is_proposed);
	s = series_free(s);
}

static void a_burst_is_listed_apart(void **state)
{
	struct told told = { .busiest = 48 * 60 };
	struct weigh_sources sources = { .context = &told, .busiest_packets = told_busiest };
	struct series *s = surge_of(1, 60, false);
	char words[WEIGH_TEXT_MAX];

	(void)state;
	assert_int_equal(s->surge_count, 0);
	assert_int_equal(s->burst_count, 1);
	assert_int_equal(s->bursts[0].hours, 48);
	assert_string_equal(surge_evidence_format(weigh_burst(&s->bursts[0], &sources), words),
			    "more packets; one source at one sensor");
	assert_string_equal(surge_evidence_format(weigh_burst(&s->bursts[0], NULL), words),
			    "more packets; one sensor");
	s = series_free(s);
}

static void steps_have_their_rates(void **state)
{
	(void)state;
	assert_null(surge_step_of(9));
	assert_ptr_equal(surge_step_of(10), &surge_steps[0]);
	assert_ptr_equal(surge_step_of(29), &surge_steps[2]);
	assert_ptr_equal(surge_step_of(50), &surge_steps[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stated_rate_is_met),
		cmocka_unit_test(a_rise_has_its_start_and_end),
		cmocka_unit_test(a_lasting_rise_stays_open),
		cmocka_unit_test(a_new_level_becomes_usual),
		cmocka_unit_test(silence_is_no_data),
		cmocka_unit_test(quiet_weeks_and_one_rise),
		cmocka_unit_test(nothing_without_two_weeks_before),
		cmocka_unit_test(evidence_tells_wide_from_narrow),
		cmocka_unit_test(a_burst_is_listed_apart),
		cmocka_unit_test(steps_have_their_rates),
	};
	return cmocka_run_group_tests_name("series_surge", tests, NULL, NULL);
}
