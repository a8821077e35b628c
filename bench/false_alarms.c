/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* False alarms of the surge detector, measured: quiet series of one year each, from their first hour, so that both
 * stages of the baseline are in it. `false_alarms [PORT-YEARS [SEED]]`, 60 by default, prints for each kind of series
 * and threshold the alarms per port-year, and how many 48-hour surges of 1.5, 2 and 3 times the level are found.
 *
 * Kinds: Poisson at 1, 10, 100 packets an hour at all sensors together, with a day wave of 25 % and a week wave of
 * 15 %; the same times log-normal noise of standard deviation 0.3 whose hours correlate by 0.8. Seeded; the same
 * figures every time. Exit 1 when a stated rate (surge_steps) is exceeded. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/series/surge.h"
#include "quiet.h"

struct kind {
	double rate, noise;
	const char *name;
};

static const struct kind kinds[] = {
	{ 1, 0, "1 per hour, Poisson" },
	{ 10, 0, "10 per hour, Poisson" },
	{ 100, 0, "100 per hour, Poisson" },
	{ 1, 0.3, "1 per hour, log-normal 0.3" },
	{ 10, 0.3, "10 per hour, log-normal 0.3" },
	{ 100, 0.3, "100 per hour, log-normal 0.3" },
};

/* One year with a surge of 48 hours in its middle found? `times` 1: none is put in, alarms are counted. */
static size_t alarms(const struct kind *kind, double threshold, double times, uint64_t *seed)
{
	struct quiet_rules rules = { .rate = kind->rate, .noise = kind->noise, .correlation = 0.8, .day_wave = 0.25,
				     .week_wave = 0.15 };
	_cleanup_free_ int64_t *micro = memory_new(QUIET_YEAR, sizeof *micro);
	int32_t from = QUIET_YEAR / 2 + (int32_t)(quiet_random(seed) % 168);
	size_t found = 0, n;
	struct surge *surges;

	rules.surge_from = from;
	rules.surge_to = from + 48;
	rules.surge_times = times;
	quiet_fill(&rules, micro, QUIET_YEAR, seed);
	surges = quiet_find(micro, QUIET_YEAR, threshold, &n);
	for (size_t i = 0; i < n; i++)
		found += surges[i].alarm_hour >= from && surges[i].alarm_hour < from + 54;
	free(surges);
	return times > 1 ? found > 0 : n;
}

static double share_found(const struct kind *kind, double threshold, double times, int years, uint64_t seed)
{
	size_t found = 0;

	for (int year = 0; year < years; year++)
		found += alarms(kind, threshold, times, &seed);
	return 100.0 * (double)found / years;
}

int main(int count, char **words)
{
	int years = count > 1 ? (int)strtol(words[1], NULL, 10) : 60;
	uint64_t seed = count > 2 ? strtoull(words[2], NULL, 10) : 20130303;
	bool is_kept = true;

	printf("%d port-years each, seed %llu\n", years, (unsigned long long)seed);
	printf("%-30s %4s %18s %10s   found at x1.5 x2 x3\n", "quiet series", "h", "alarms/port-year", "stated");
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t i = 0; i < COUNT(surge_steps); i++) {
			double h = surge_steps[i].threshold, rate;
			uint64_t state = seed;
			size_t n = 0;

			for (int year = 0; year < years; year++)
				n += alarms(&kinds[k], h, 1, &state);
			rate = (double)n / years;
			is_kept = is_kept && rate * 1000 <= surge_steps[i].false_per_1000_years;
			printf("%-30s %4.0f %18.3f %10.3f   %3.0f %3.0f %3.0f %%\n", kinds[k].name, h, rate,
			       surge_steps[i].false_per_1000_years / 1000.0,
			       share_found(&kinds[k], h, 1.5, years / 2, seed + 1),
			       share_found(&kinds[k], h, 2, years / 2, seed + 2),
			       share_found(&kinds[k], h, 3, years / 2, seed + 3));
		}
	printf("%s\n", is_kept ? "the stated rates are met" : "a stated rate is EXCEEDED");
	return !is_kept;
}
