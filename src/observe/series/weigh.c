/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Evidence: what a rise is made of, by the rules of weigh.h. */
#include "observe/series/weigh.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <math.h>

#define DAYS_BEFORE 28
#define WINDOWS_MOST 28
#define LENGTH_MOST 168
#define SENSORS_LEAST 3

/* The rise and the windows before it: window 0 is the rise, k the k-th before. */
struct windows {
	int64_t first_hour, length, shift;
	int32_t count; /* with the rise */
};

static struct windows windows_of(const struct surge *s, int64_t data_first_hour)
{
	struct windows w = { .first_hour = s->first_hour, .count = 1 };

	w.length = MIN(s->last_hour - s->first_hour, LENGTH_MOST);
	w.shift = (w.length + 23) / 24 * 24;
	while (w.count <= WINDOWS_MOST && (w.count == 1 || w.count * w.shift <= DAYS_BEFORE * 24) &&
	       s->first_hour - w.count * w.shift >= data_first_hour)
		w.count++;
	return w;
}

/* The window an hour lies in; -1 for none. */
static int32_t window_of(const struct windows *w, int64_t hour)
{
	int64_t back = hour >= w->first_hour ? 0 : (w->first_hour - hour + w->shift - 1) / w->shift;
	int64_t into = hour - (w->first_hour - back * w->shift);

	return back < w->count && into < w->length ? (int32_t)back : -1;
}

static void sort_figures(double *figures, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		double figure = figures[i];
		size_t k = i;

		for (; k > 0 && figures[k - 1] > figure; k--)
			figures[k] = figures[k - 1];
		figures[k] = figure;
	}
}

static double median(double *figures, size_t n)
{
	sort_figures(figures, n);
	if (n == 0)
		return 0;
	return n % 2 ? figures[n / 2] : (figures[n / 2 - 1] + figures[n / 2]) / 2;
}

static bool is_more(double now, double usual, double factor)
{
	return now >= factor * usual && now >= usual + 2 * sqrt(usual + 1);
}

/* [sensor * windows + window]: damped packets, and seconds up. */
struct counts {
	double *packets, *up_s;
	struct windows windows;
	uint32_t sensors;
};

static size_t at(const struct counts *c, uint32_t sensor, int32_t window)
{
	return (size_t)sensor * (size_t)c->windows.count + (size_t)window;
}

static void count_up(struct counts *c, const struct weigh_cells *in)
{
	for (uint32_t sensor = 0; sensor < in->sensor_count; sensor++)
		for (int32_t hour = 0; hour < in->hours; hour++) {
			int32_t window = window_of(&c->windows, in->first_hour + hour);

			if (window >= 0)
				c->up_s[at(c, sensor, window)] +=
					in->up_s[(size_t)sensor * (size_t)in->hours + (size_t)hour];
		}
}

static void count_packets(struct counts *c, const struct weigh_cells *in, struct surge *s)
{
	for (size_t i = 0; i < in->count; i++) {
		int64_t hour = in->first_hour + in->cells[i].hour;
		int32_t window = window_of(&c->windows, hour);

		if (window >= 0)
			c->packets[at(c, in->cells[i].sensor, window)] += (double)in->micro[i] / SERIES_MICRO;
		if (hour >= s->first_hour && hour < s->last_hour)
			s->packets += in->cells[i].packets;
		if (hour >= s->first_hour && hour < s->first_hour + c->windows.length)
			s->packets_weighed += in->cells[i].packets;
	}
}

/* The sensor's usual packets in the up-time it had in the rise; 0 where it was never up before. */
static double usual_packets(const struct counts *c, uint32_t sensor)
{
	double figures[WINDOWS_MOST + 1], up_s = c->up_s[at(c, sensor, 0)];
	size_t n = 0;

	for (int32_t window = 1; window < c->windows.count; window++)
		if (c->up_s[at(c, sensor, window)] >= up_s / 4)
			figures[n++] = c->packets[at(c, sensor, window)] * up_s / c->up_s[at(c, sensor, window)];
	return median(figures, n);
}

static uint32_t sensors_seen(const struct counts *c, int32_t window)
{
	uint32_t n = 0;

	for (uint32_t sensor = 0; sensor < c->sensors; sensor++)
		n += c->packets[at(c, sensor, window)] > 0;
	return n;
}

static uint32_t sensors_usual(const struct counts *c)
{
	double figures[WINDOWS_MOST + 1];
	size_t n = 0;

	for (int32_t window = 1; window < c->windows.count; window++)
		figures[n++] = sensors_seen(c, window);
	return (uint32_t)median(figures, n);
}

static void weigh_each_sensor(const struct counts *c, struct surge *s)
{
	double excess_sum = 0, excess_most = 0;

	for (uint32_t sensor = 0; sensor < c->sensors; sensor++) {
		double now = c->packets[at(c, sensor, 0)], usual, excess;

		if (c->up_s[at(c, sensor, 0)] <= 0)
			continue;
		s->sensors_up++;
		usual = usual_packets(c, sensor);
		s->sensors_risen += is_more(now, usual, 2);
		excess = MAX(0.0, now - usual);
		excess_sum += excess;
		if (excess > excess_most) {
			excess_most = excess;
			s->loudest_sensor = sensor;
		}
	}
	s->loudest_permille = excess_sum > 0 ? (int32_t)(excess_most * 1000 / excess_sum) : 0;
}

void weigh_sensors(struct surge *surge, const struct weigh_cells *in)
{
	struct counts c = { .windows = windows_of(surge, in->first_hour), .sensors = in->sensor_count };
	size_t slots = (size_t)in->sensor_count * (size_t)c.windows.count;
	_cleanup_free_ double *packets = memory_new(slots, sizeof *packets);
	_cleanup_free_ double *up_s = memory_new(slots, sizeof *up_s);

	c.packets = packets;
	c.up_s = up_s;
	count_up(&c, in);
	count_packets(&c, in, surge);
	weigh_each_sensor(&c, surge);
	surge->sensors_seen = sensors_seen(&c, 0);
	surge->sensors_usual = sensors_usual(&c);
	if (surge->mean >= surge->baseline + surge->baseline / 2)
		surge->evidence |= SURGE_MORE_PACKETS;
	if (surge->loudest_permille >= 800)
		surge->evidence |= SURGE_ONE_SENSOR;
	else if (surge->sensors_risen >= SENSORS_LEAST && surge->sensors_risen * 3 >= surge->sensors_up)
		surge->evidence |= SURGE_MORE_SENSORS;
	surge->evidence |= SURGE_SOURCES_UNKNOWN;
	surge->is_proposed = surge->evidence & SURGE_MORE_SENSORS;
}

static int64_t ask_count(const struct weigh_sources *sources, uint32_t key, const struct windows *w, int32_t window)
{
	int64_t first = w->first_hour - window * w->shift;

	return sources->count(sources->context, key, WEIGH_ALL_SENSORS, first, first + w->length);
}

static bool count_sources(struct surge *surge, const struct windows *w, const struct weigh_sources *sources)
{
	double figures[WINDOWS_MOST + 1];
	size_t n = 0;

	surge->sources = ask_count(sources, surge->key, w, 0);
	if (surge->sources < 0)
		return false;
	for (int32_t window = 1; window < w->count; window++) {
		int64_t count = ask_count(sources, surge->key, w, window);

		if (count >= 0)
			figures[n++] = (double)count;
	}
	surge->sources_usual = (int64_t)median(figures, n);
	return true;
}

static bool is_one_source(const struct weigh_sources *sources, uint32_t key, uint32_t sensor, int64_t first,
			  int64_t last, uint64_t packets)
{
	int64_t busiest;

	if (!sources || !sources->busiest_packets || packets == 0)
		return false;
	busiest = sources->busiest_packets(sources->context, key, sensor, first, last);
	return busiest > 0 && (double)busiest >= 0.8 * (double)packets;
}

void weigh_surge(struct surge *surge, int64_t data_first_hour, const struct weigh_sources *sources)
{
	struct windows w = windows_of(surge, data_first_hour);

	if (!sources || !sources->count || !count_sources(surge, &w, sources))
		return;
	surge->evidence &= ~(uint32_t)SURGE_SOURCES_UNKNOWN;
	if (is_one_source(sources, surge->key, WEIGH_ALL_SENSORS, w.first_hour, w.first_hour + w.length,
			  surge->packets_weighed))
		surge->evidence |= SURGE_ONE_SOURCE;
	else if (is_more((double)surge->sources, (double)surge->sources_usual, 1.5))
		surge->evidence |= SURGE_MORE_SOURCES;
	surge->is_proposed = (surge->evidence & SURGE_MORE_SENSORS) && (surge->evidence & SURGE_MORE_SOURCES);
}

uint32_t weigh_burst(const struct odd_burst *burst, const struct weigh_sources *sources)
{
	uint32_t evidence = SURGE_MORE_PACKETS | SURGE_ONE_SENSOR;

	if (!sources || !sources->busiest_packets)
		return evidence | SURGE_SOURCES_UNKNOWN;
	if (is_one_source(sources, burst->key, burst->sensor, burst->first_hour, burst->last_hour, burst->packets))
		evidence |= SURGE_ONE_SOURCE;
	return evidence;
}

static const char *narrow_words(uint32_t evidence)
{
	switch (evidence & (SURGE_ONE_SOURCE | SURGE_ONE_SENSOR)) {
	case SURGE_ONE_SOURCE | SURGE_ONE_SENSOR:
		return "one source at one sensor";
	case SURGE_ONE_SOURCE:
		return "one source";
	case SURGE_ONE_SENSOR:
		return "one sensor";
	default:
		return NULL;
	}
}

char *surge_evidence_format(uint32_t evidence, char into[WEIGH_TEXT_MAX])
{
	static const struct {
		uint32_t bit;
		const char *words;
	} more[] = {
		{ SURGE_MORE_PACKETS, "more packets" },
		{ SURGE_MORE_SOURCES, "more sources" },
		{ SURGE_MORE_SENSORS, "more sensors" },
	};
	const char *narrow = narrow_words(evidence);
	size_t n = 0;

	into[0] = '\0';
	for (size_t i = 0; i < COUNT(more); i++)
		if (evidence & more[i].bit)
			n += (size_t)snprintf(into + n, WEIGH_TEXT_MAX - n, "%s%s", n ? ", " : "", more[i].words);
	if (narrow)
		snprintf(into + n, WEIGH_TEXT_MAX - n, "%s%s", n ? "; " : "", narrow);
	return into;
}
