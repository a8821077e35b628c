/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Surges: the detector of surge.h, a negative-binomial CUSUM. */
#include "observe/series/surge.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <math.h>

#define WEEK 168
#define WEEKS_BACK 8
#define WEEKS_LEAST 4
#define DAYS_BACK 28
#define DAYS_LEAST 14
#define HOURS_OF_DAY_LEAST 18
#define FIGURES_MOST 28
#define MAD_TO_SIGMA 1.4826
#define CORRELATION_HOURS 336.0
#define CORRELATION_MOST 0.9
#define Z_MOST 3.0
#define QUIET_HOURS 24 /* after so many with data and without support a rise is over */
#define TIMES_MOST 20.0
#define SPREAD_POWER 0.75 /* 1 misses a fivefold rise of two days at 14 packets a day; 0.6 doubles the false alarms */

/* Measured by bench/false_alarms over 60 port-years of each of six kinds of quiet series; the worst kind had 3.4, 0.82,
 * 0.18 and 0.02 alarms per port-year. Honeypots whose days were dealt anew for each sensor
 * (tests/replay/honeypot_series.c): 1.0, 0.31, 0.10 and 0.01. */
const struct surge_step surge_steps[4] = {
	{ 10, 5000, "5 per port and year" },
	{ 15, 1500, "1.5 per port and year" },
	{ 20, 500, "0.5 per port and year" },
	{ 30, 100, "0.1 per port and year" },
};

const struct surge_step *surge_step_of(double threshold)
{
	const struct surge_step *found = NULL;

	for (size_t i = 0; i < COUNT(surge_steps); i++)
		if (threshold >= surge_steps[i].threshold)
			found = &surge_steps[i];
	return found;
}

struct level {
	double mean;  /* packets usual in the hour */
	double scale; /* of 2 sqrt(x + 3/8) about it */
};

/* Days of 24 hours counted from the first hour: what they held, and what their hours' medians let expect. */
struct day {
	double packets, expected; /* expected is NAN where no level exists */
	double square;            /* sum of the squared scales */
	int32_t hours;            /* with data */
};

/* What the last 28 days say beyond the hours' medians. */
struct correction {
	double more_per_hour; /* packets that the medians miss, because bursts do not move a median */
	double spread;        /* by how much the threshold is raised, at least 1 */
};

/* The detector at work on one series. */
struct detector {
	const struct surge_series *series;
	double threshold;      /* h as set */
	float *g;              /* [hour], NAN: no data */
	float *x;              /* [hour] packets at the usual number of sensors */
	struct level *levels;  /* [hour] by the hours' medians; mean NAN: none */
	struct day *days;
	struct correction correction; /* of the day at work */
	int32_t data_end;      /* the hour after the last with data */
	double sum;            /* S */
	int32_t rise_from;     /* the hour after S was last 0 */
	double gain, gain_most; /* sum of ratios since rise_from and its maximum */
	int32_t gain_hour;     /* where that was */
	int32_t quiet_hours;   /* with data, since then */
	bool is_alarmed;
	int32_t alarm_hour;
	double z_before;       /* NAN after a gap */
	double z_product, z_square; /* smoothed */
};

static int compare_int32(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

double surge_usual(const int32_t *up_s, int32_t hours)
{
	_cleanup_free_ int32_t *sorted = memory_new((size_t)hours, sizeof *sorted);
	size_t n = 0, middle;

	for (int32_t hour = 0; hour < hours; hour++)
		if (up_s[hour] > 0)
			sorted[n++] = up_s[hour];
	qsort(sorted, n, sizeof *sorted, compare_int32);
	middle = n ? (n - 1) / 2 : 0;
	return n ? sorted[middle] / 3600.0 : 0;
}

static double packets_at_usual(const struct surge_series *s, int32_t hour)
{
	double up = s->up_s[hour] / 3600.0;

	if (up <= 0 || up < s->sensors_usual / 4)
		return NAN;
	return (double)s->micro[hour] / SERIES_MICRO * s->sensors_usual / up;
}

static void transform(struct detector *d)
{
	for (int32_t hour = 0; hour < d->series->hours; hour++) {
		double x = packets_at_usual(d->series, hour);

		if (!isnan(x))
			d->data_end = hour + 1;
		d->x[hour] = (float)x;
		d->g[hour] = (float)(2 * sqrt(x + 0.375)); /* NAN stays */
	}
}

static float median(float *figures, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		float figure = figures[i];
		size_t k = i;

		for (; k > 0 && figures[k - 1] > figure; k--)
			figures[k] = figures[k - 1];
		figures[k] = figure;
	}
	return n % 2 ? figures[n / 2] : (figures[n / 2 - 1] + figures[n / 2]) / 2;
}

/* The median distance of sorted figures from their median, without sorting again: the nearest to the middle are taken
 * one by one from both sides. */
static float median_distance(const float *sorted, size_t n, float middle)
{
	size_t above = n / 2, below = above;
	float last = 0, before = 0;

	for (size_t taken = 0; taken <= n / 2; taken++) {
		float up = above < n ? sorted[above] - middle : INFINITY;
		float down = below > 0 ? middle - sorted[below - 1] : INFINITY;

		before = last;
		last = up < down ? up : down;
		above += up < down;
		below -= up >= down;
	}
	return n % 2 ? last : (before + last) / 2;
}

static size_t take_hour(const struct detector *d, int32_t hour, float *figures, size_t n)
{
	if (hour < 0 || hour >= d->series->hours || isnan(d->g[hour]))
		return n;
	figures[n] = d->g[hour];
	return n + 1;
}

/* The same hour of the week and its neighbours; 0 where fewer than four weeks exist. */
static size_t weekly_figures(const struct detector *d, int32_t hour, float figures[FIGURES_MOST])
{
	size_t n = 0, weeks = 0;

	for (int32_t back = 1; back <= WEEKS_BACK && hour - back * WEEK >= 0; back++) {
		size_t before = n;

		for (int32_t beside = -1; beside <= 1; beside++)
			n = take_hour(d, hour - back * WEEK + beside, figures, n);
		weeks += n > before;
	}
	return weeks >= WEEKS_LEAST ? n : 0;
}

static size_t daily_figures(const struct detector *d, int32_t hour, float figures[FIGURES_MOST])
{
	size_t n = 0;

	for (int32_t back = 1; back <= DAYS_BACK; back++)
		n = take_hour(d, hour - back * 24, figures, n);
	return n >= DAYS_LEAST ? n : 0;
}

static bool level_by_medians(const struct detector *d, int32_t hour, struct level *ret)
{
	float figures[FIGURES_MOST], middle;
	size_t n = weekly_figures(d, hour, figures);

	if (n == 0)
		n = daily_figures(d, hour, figures);
	if (n == 0)
		return false;
	middle = median(figures, n);
	ret->mean = MAX(0.0, middle * middle / 4 - 0.375);
	ret->scale = MAX(1.0, MAD_TO_SIGMA * median_distance(figures, n, middle));
	return true;
}

static void sum_days(struct detector *d)
{
	for (int32_t hour = 0; hour < d->series->hours; hour++) {
		struct day *day = &d->days[hour / 24];

		if (!level_by_medians(d, hour, &d->levels[hour]))
			d->levels[hour].mean = NAN;
		if (isnan(d->x[hour]))
			continue;
		day->hours++;
		day->packets += d->x[hour];
		day->expected += d->levels[hour].mean; /* NAN makes NAN */
		day->square += d->levels[hour].scale * d->levels[hour].scale;
	}
}

/* The last 28 days with data before `day`, scaled to 24 hours; where a day has no level of its own, this one's. */
static size_t days_before(const struct detector *d, int32_t day, double now, float *packets, float *expected)
{
	size_t n = 0;

	for (int32_t k = MAX(0, day - DAYS_BACK); k < day; k++) {
		const struct day *past = &d->days[k];

		if (past->hours < HOURS_OF_DAY_LEAST)
			continue;
		packets[n] = (float)(past->packets * 24 / past->hours);
		expected[n++] = (float)(isnan(past->expected) ? now : past->expected * 24 / past->hours);
	}
	return n;
}

static double root(double x)
{
	return 2 * sqrt(x + 0.375);
}

static struct correction correct(const struct detector *d, int32_t day)
{
	float packets[DAYS_BACK], expected[DAYS_BACK], figures[DAYS_BACK];
	const struct day *today = &d->days[day];
	double now = today->hours ? today->expected * 24 / today->hours : 0, more, sigma;
	struct correction c = { .more_per_hour = 0, .spread = 1 };
	size_t n = isnan(now) ? 0 : days_before(d, day, now, packets, expected);

	if (n < DAYS_LEAST)
		return c;
	for (size_t i = 0; i < n; i++)
		figures[i] = packets[i] - expected[i];
	more = MAX(0.0, median(figures, n));
	for (size_t i = 0; i < n; i++)
		figures[i] = (float)fabs(root(packets[i]) - root(expected[i] + more));
	sigma = MAD_TO_SIGMA * median(figures, n);
	c.more_per_hour = more / 24;
	c.spread = pow(MAX(1.0, sigma * sigma * today->hours / today->square), SPREAD_POWER);
	return c;
}

/* During a rise the level stays that of the week before it (of the day before, where there is none), so that a rise
 * does not become its own usual level. */
static int32_t hour_before_rise(const struct detector *d, int32_t hour, int32_t rise_from)
{
	int32_t weekly, daily;

	if (hour < rise_from)
		return hour;
	weekly = hour - ((hour - rise_from) / WEEK + 1) * WEEK;
	daily = hour - ((hour - rise_from) / 24 + 1) * 24;
	if (weekly >= 0 && !isnan(d->levels[weekly].mean))
		return weekly;
	return daily >= 0 && !isnan(d->levels[daily].mean) ? daily : hour;
}

/* The level in force in an hour; false where there is none. */
static bool level_of(const struct detector *d, int32_t hour, const struct correction *c, struct level *ret)
{
	const struct level *level = &d->levels[hour];

	if (d->is_alarmed)
		level = &d->levels[hour_before_rise(d, hour, d->rise_from)];
	if (isnan(level->mean))
		return false;
	ret->mean = MAX(0.5, level->mean + c->more_per_hour);
	ret->scale = level->scale;
	return true;
}

/* log of the probability of x under `times` the mean over that under the mean. */
static double ratio(double x, const struct level *level, double times)
{
	double mean = level->mean, variance = level->scale * level->scale - 1, size;

	if (variance < 1e-9)
		return x * log(times) - mean * (times - 1);
	size = MAX(0.3, mean / variance);
	return size * log((size + mean) / (size + times * mean)) +
	       x * log(times * (size + mean) / (size + times * mean));
}

static double clamp(double x, double least, double most)
{
	return x < least ? least : x > most ? most : x;
}

static double correlation(const struct detector *d)
{
	double r = d->z_square > 0 ? d->z_product / d->z_square : 0;

	return clamp(r, 0, CORRELATION_MOST);
}

static void learn_correlation(struct detector *d, double z)
{
	double clipped = clamp(z, -Z_MOST, Z_MOST);

	if (!isnan(d->z_before)) {
		d->z_product += (clipped * d->z_before - d->z_product) / CORRELATION_HOURS;
		d->z_square += (clipped * clipped - d->z_square) / CORRELATION_HOURS;
	}
	d->z_before = clipped;
}

static void rise_begin(struct detector *d, int32_t hour)
{
	d->sum = d->gain = d->gain_most = 0;
	d->rise_from = d->gain_hour = hour;
	d->quiet_hours = 0;
	d->is_alarmed = false;
}

static void rise_add(struct detector *d, int32_t hour, double step, double limit)
{
	step = MIN(step, 0.6 * limit);
	d->sum = clamp(d->sum + step, 0, 2 * limit);
	if (d->sum <= 0 && !d->is_alarmed) {
		rise_begin(d, hour + 1);
		return;
	}
	d->gain += step;
	d->quiet_hours++;
	if (d->gain > d->gain_most) {
		d->gain_most = d->gain;
		d->gain_hour = hour;
		d->quiet_hours = 0;
	}
	if (d->sum > limit && !d->is_alarmed) {
		d->is_alarmed = true;
		d->alarm_hour = hour;
	}
}

/* Packets per sensor and hour, in micro-packets, from packets at the usual number of sensors. */
static int64_t per_sensor(const struct detector *d, double packets)
{
	return (int64_t)(packets / d->series->sensors_usual * SERIES_MICRO);
}

/* A rise as it is described: hours of the series, and the correction that was in force when it began. */
struct span {
	int32_t above_from, from, to;
	struct correction correction;
};

/* The level of an hour of the rise; false where there is none or no data. */
static bool level_in(const struct detector *d, const struct span *span, int32_t hour, struct level *ret)
{
	*ret = d->levels[hour_before_rise(d, hour, span->above_from)];
	if (isnan(d->x[hour]) || isnan(ret->mean))
		return false;
	ret->mean = MAX(0.5, ret->mean + span->correction.more_per_hour);
	return true;
}

/* The busiest 24 hours in a row: their end, and how many times the level they are. */
static int32_t busiest_day(const struct detector *d, const struct span *span, double *ret_times)
{
	int32_t end = span->to;
	double most = 0;

	for (int32_t from = span->above_from; from == span->above_from || from + 24 <= span->to; from++) {
		double packets = 0, mean = 0;
		int32_t hour = from;

		for (; hour < from + 24 && hour < span->to; hour++) {
			struct level level;

			if (!level_in(d, span, hour, &level))
				continue;
			packets += d->x[hour];
			mean += level.mean;
		}
		if (mean > 0 && packets / mean > most) {
			most = packets / mean;
			end = hour;
		}
	}
	*ret_times = clamp(most, 2, TIMES_MOST);
	return end;
}

/* The hour from which on the data, up to the end of the busiest day, speak most for that day's level. */
static int32_t sudden_start(const struct detector *d, const struct span *span)
{
	double times, sum = 0, most = -INFINITY;
	int32_t end = busiest_day(d, span, &times), start = span->above_from;

	for (int32_t hour = end - 1; hour >= span->above_from; hour--) {
		struct level level;

		if (!level_in(d, span, hour, &level))
			continue;
		sum += ratio(d->x[hour], &level, times);
		if (sum > most) {
			most = sum;
			start = hour;
		}
	}
	return start;
}

static void describe(const struct detector *d, const struct span *span, struct surge *s)
{
	int32_t n = 0;
	double sum = 0, usual = 0, peak = -1;

	for (int32_t hour = span->from; hour < span->to; hour++) {
		double mean = d->levels[hour_before_rise(d, hour, span->above_from)].mean;

		if (isnan(d->x[hour]) || isnan(mean))
			continue;
		n++;
		sum += d->x[hour];
		usual += mean + span->correction.more_per_hour;
		if (d->x[hour] > peak) {
			peak = d->x[hour];
			s->peak_hour = d->series->first_hour + hour;
		}
	}
	s->peak = per_sensor(d, MAX(0.0, peak));
	s->mean = n ? per_sensor(d, sum / n) : 0;
	s->baseline = n ? per_sensor(d, usual / n) : 0;
}

/* Start, figures and whether it lasts, from `above_since` and `last_hour`. */
static void look_closely(const struct detector *d, struct surge *s)
{
	struct span span = { .above_from = (int32_t)(s->above_since - d->series->first_hour),
			     .to = (int32_t)(s->last_hour - d->series->first_hour) };

	span.correction = correct(d, span.above_from / 24);
	span.from = sudden_start(d, &span);
	s->first_hour = d->series->first_hour + span.from;
	s->is_open = d->data_end - span.to < QUIET_HOURS;
	describe(d, &span, s);
}

static struct surge *last_of(struct surge *surges, size_t count, size_t first)
{
	return count > first ? &surges[count - 1] : NULL;
}

/* The rise is over: a new surge, or more of the one before when less than a day lies between. */
static void rise_end(struct detector *d, uint32_t key, struct surge **surges, size_t *count, size_t *room,
		     size_t first)
{
	int64_t from = d->series->first_hour + d->rise_from, to = d->series->first_hour + d->gain_hour + 1;
	struct surge *before = last_of(*surges, *count, first);

	if (before && from - before->last_hour < QUIET_HOURS) {
		before->last_hour = to;
	} else {
		*surges = memory_grow(*surges, room, *count + 1, sizeof **surges);
		before = &(*surges)[(*count)++];
		*before = (struct surge){ .key = key, .above_since = from, .last_hour = to, .sources = -1,
					  .sources_usual = -1,
					  .alarm_hour = d->series->first_hour + d->alarm_hour };
	}
	look_closely(d, before);
}

static void step(struct detector *d, int32_t hour)
{
	struct level level;
	double r, lasting;

	if (hour % 24 == 0 && !d->is_alarmed)
		d->correction = correct(d, hour / 24);
	if (isnan(d->x[hour]) || !level_of(d, hour, &d->correction, &level)) {
		d->z_before = NAN;
		if (d->sum <= 0 && !d->is_alarmed)
			rise_begin(d, hour + 1);
		return;
	}
	learn_correlation(d, (d->g[hour] - root(level.mean)) / level.scale);
	r = correlation(d);
	lasting = MAX((1 + r) / (1 - r), d->correction.spread);
	rise_add(d, hour, ratio(d->x[hour], &level, 2), d->threshold * lasting);
}

static bool is_over(const struct detector *d, int32_t hour)
{
	return d->sum <= 0 || d->quiet_hours >= QUIET_HOURS || hour - d->rise_from >= WEEKS_BACK * WEEK;
}

void surge_find(const struct surge_series *series, const struct surge_rules *rules, uint32_t key,
		struct surge **surges, size_t *count, size_t *room)
{
	size_t first = *count;
	struct detector d = { .series = series, .threshold = rules->threshold, .z_before = NAN };

	if (rules->threshold <= 0 || series->sensors_usual <= 0)
		return;
	d.g = memory_new((size_t)series->hours, sizeof *d.g);
	d.x = memory_new((size_t)series->hours, sizeof *d.x);
	d.levels = memory_new((size_t)series->hours, sizeof *d.levels);
	d.days = memory_new((size_t)series->hours / 24 + 1, sizeof *d.days);
	transform(&d);
	sum_days(&d);
	for (int32_t hour = 0; hour < series->hours; hour++) {
		step(&d, hour);
		if (d.is_alarmed && is_over(&d, hour)) {
			rise_end(&d, key, surges, count, room, first);
			rise_begin(&d, hour + 1);
		}
	}
	if (d.is_alarmed)
		rise_end(&d, key, surges, count, room, first);
	free(d.g);
	free(d.x);
	free(d.levels);
	free(d.days);
}
