/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Odd sensors: the rule of odd.h. Everything is sparse: a key costs what its cells cost, and only sensor-days with
 * enough packets are looked at closely. */
#include "observe/series/odd.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

#include <assert.h>
#include <math.h>

#define DAY_S 86400
#define DAY_COUNTS_S (6 * 3600)       /* a day with less up-time is no history */
#define RATE_COUNTS_S 900             /* an hour with less up-time is not scaled up to judge others by */
#define MAD_TO_SIGMA 1.4826
#define WILD_TIMES 30                 /* a sensor-day so many times the others' is no history */
#define SPREADS_LEFT 3                /* a damped day may still differ by so much, as quiet days do */

/* What the sensors of a day have in common. */
struct rise {
	double times, more;
};

struct odd {
	struct odd_rules rules;
	int32_t hours, days;
	int32_t first_offset;         /* hour of the UTC day of the first hour */
	uint32_t sensor_count;
	const uint16_t *up_s;
	int32_t *day_up_s;            /* [sensor * days + day] */
	bool *has_history;            /* the same: enough days of up-time before */
	uint32_t *judged;             /* [day] sensors up with a history */
	uint32_t *up;                 /* [day] sensors up */
	double *day_packets;          /* [sensor * days + day] of the key at work; zero between keys */
	double *figures, *spread;     /* scratch: days of history or sensors */
	uint32_t *candidates;         /* scratch: sensors */
	double *expected;             /* [sensor] m - 1 of the day at work */
	double *spread_of;            /* [sensor] of m, the same day */
	double *ratios, *differences, *excess; /* scratch: sensors */
	uint8_t *reasons;             /* [cell] of the key at work */
	size_t reason_room;
	size_t replaced;
};

const char *odd_reason_text(uint8_t reason)
{
	switch (reason) {
	case ODD_HISTORY:
		return "above its own history";
	case ODD_NEIGHBOURS:
		return "above the other sensors";
	default:
		return "";
	}
}

static int32_t day_of(const struct odd *o, int32_t hour)
{
	return (hour + o->first_offset) / 24;
}

static size_t slot(const struct odd *o, uint32_t sensor, int32_t day)
{
	return (size_t)sensor * (size_t)o->days + (size_t)day;
}

static int32_t up_of(const struct odd *o, uint32_t sensor, int32_t hour)
{
	return o->up_s[(size_t)sensor * (size_t)o->hours + (size_t)hour];
}

static bool has_enough_days(const struct odd *o, uint32_t sensor, int32_t day)
{
	int32_t n = 0;

	for (int32_t d = MAX(0, day - o->rules.history_days); d < day; d++)
		n += o->day_up_s[slot(o, sensor, d)] >= DAY_COUNTS_S;
	return n > 0 && n >= o->rules.history_least;
}

/* Whether a history exists depends on up-time alone: once for all keys. */
static void sum_up_time(struct odd *o)
{
	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++) {
		for (int32_t hour = 0; hour < o->hours; hour++)
			o->day_up_s[slot(o, sensor, day_of(o, hour))] += up_of(o, sensor, hour);
		for (int32_t day = 0; day < o->days; day++) {
			if (o->day_up_s[slot(o, sensor, day)] == 0)
				continue;
			o->has_history[slot(o, sensor, day)] = has_enough_days(o, sensor, day);
			o->judged[day] += o->has_history[slot(o, sensor, day)];
			o->up[day]++;
		}
	}
}

struct odd *odd_new(const struct odd_rules *rules, int64_t first_hour, int32_t hours, uint32_t sensor_count,
		    const uint16_t *up_s)
{
	struct odd *o = memory_new(1, sizeof *o);
	size_t most = MAX((size_t)sensor_count, (size_t)rules->history_days) + 1, slots;

	o->rules = *rules;
	o->hours = hours;
	o->first_offset = (int32_t)(first_hour - floor_div(first_hour, 24) * 24);
	o->days = (hours + o->first_offset + 23) / 24 + 1;
	o->sensor_count = sensor_count;
	slots = (size_t)sensor_count * (size_t)o->days + 1;
	o->up_s = up_s;
	o->day_up_s = memory_new(slots, sizeof *o->day_up_s);
	o->has_history = memory_new(slots, sizeof *o->has_history);
	o->day_packets = memory_new(slots, sizeof *o->day_packets);
	o->judged = memory_new((size_t)o->days, sizeof *o->judged);
	o->up = memory_new((size_t)o->days, sizeof *o->up);
	o->figures = memory_new(most, sizeof *o->figures);
	o->spread = memory_new(most, sizeof *o->spread);
	o->candidates = memory_new(most, sizeof *o->candidates);
	o->expected = memory_new(most, sizeof *o->expected);
	o->spread_of = memory_new(most, sizeof *o->spread_of);
	o->ratios = memory_new(most, sizeof *o->ratios);
	o->excess = memory_new(most, sizeof *o->excess);
	o->differences = memory_new(most, sizeof *o->differences);
	sum_up_time(o);
	return o;
}

struct odd *odd_free(struct odd *o)
{
	if (!o)
		return NULL;
	free(o->day_up_s);
	free(o->day_packets);
	free(o->has_history);
	free(o->judged);
	free(o->up);
	free(o->figures);
	free(o->spread);
	free(o->candidates);
	free(o->expected);
	free(o->spread_of);
	free(o->ratios);
	free(o->differences);
	free(o->excess);
	free(o->reasons);
	free(o);
	return NULL;
}

uint8_t odd_reason_of(const struct odd *o, size_t i)
{
	return o->reasons[i];
}

/* Insertion sort: at most some dozens of figures, often nearly in order. */
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

/* Sorts; the mean of the two in the middle where the number is even. */
static double median(double *figures, size_t n)
{
	sort_figures(figures, n);
	return n % 2 ? figures[n / 2] : (figures[n / 2 - 1] + figures[n / 2]) / 2;
}

/* Median and median distance from it; `figures` are sorted, `spread` is scratch. */
static double median_and_distance(double *figures, double *spread, size_t n, double *ret_distance)
{
	double middle = median(figures, n);

	for (size_t i = 0; i < n; i++)
		spread[i] = fabs(figures[i] - middle);
	*ret_distance = median(spread, n);
	return middle;
}

/* What the sensor usually counts in a day like this one. Only for sensors that have a history. */
static double history(struct odd *o, uint32_t sensor, int32_t day, double *ret_distance)
{
	size_t n = 0;
	double part = o->day_up_s[slot(o, sensor, day)] / (double)DAY_S, usual;

	for (int32_t d = MAX(0, day - o->rules.history_days); d < day; d++) {
		int32_t up_s = o->day_up_s[slot(o, sensor, d)];

		if (up_s >= DAY_COUNTS_S)
			o->figures[n++] = o->day_packets[slot(o, sensor, d)] * (double)DAY_S / up_s;
	}
	usual = median_and_distance(o->figures, o->spread, n, ret_distance) * part;
	*ret_distance *= part;
	return usual;
}

static double lower_median(double *figures, size_t n)
{
	sort_figures(figures, n);
	return figures[(n - 1) / 2];
}

/* How much everybody rose that day: the lower medians over the sensors with a history. */
static struct rise common_rise(struct odd *o, int32_t day)
{
	size_t n = 0;
	double distance;

	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++) {
		double packets = o->day_packets[slot(o, sensor, day)], usual;

		if (!o->has_history[slot(o, sensor, day)])
			continue;
		usual = history(o, sensor, day, &distance);
		o->ratios[n] = (packets + 1) / (usual + 1);
		o->differences[n++] = packets - usual;
	}
	return (struct rise){ .times = fmax(1, lower_median(o->ratios, n)),
			      .more = fmax(0, lower_median(o->differences, n)) };
}

/* The excess that `n` suspects must pass: at most a quarter of the sensors up, and always one, can be odd. Where there
 * are more, it takes to tower over the next one. */
static double least_excess(const struct odd *o, const double *excess, size_t n, size_t sensors_up)
{
	size_t most = MAX((size_t)1, sensors_up / 4);

	if (n <= most)
		return 0;
	memcpy(o->figures, excess, n * sizeof *excess);
	sort_figures(o->figures, n);
	return o->rules.factor * o->figures[n - 1 - most];
}

/* Keeps of the suspects, whose excess stands in o->excess, those that are odd; their number. */
static size_t keep_odd(struct odd *o, uint32_t *suspects, size_t n, size_t sensors_up)
{
	double least = least_excess(o, o->excess, n, sensors_up);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (o->excess[i] > least)
			suspects[kept++] = suspects[i];
	return kept;
}

static bool is_above(const struct odd *o, double packets, double middle, double spread)
{
	return packets >= o->rules.packets_least && packets > middle + o->rules.factor * spread;
}

/* With R at its least: who is not odd then is not odd at all. Saves the work of common_rise nearly always. */
static bool may_be_odd(struct odd *o, uint32_t sensor, int32_t day)
{
	double packets = o->day_packets[slot(o, sensor, day)], usual, distance;

	if (packets < o->rules.packets_least || !o->has_history[slot(o, sensor, day)])
		return false;
	usual = history(o, sensor, day, &distance);
	return is_above(o, packets, usual + 1, MAX(MAD_TO_SIGMA * distance, sqrt(usual + 1)));
}

/* Keeps of the suspects those that are odd on a day by their history; `expected` of each is filled. */
static size_t odd_on_day(struct odd *o, int32_t day, uint32_t *suspects, size_t count)
{
	struct rise rise = common_rise(o, day);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t sensor = suspects[i];
		double distance, usual = history(o, sensor, day, &distance);
		double m = fmax(rise.times * (usual + 1), rise.more + usual + 1);
		double spread = fmax(rise.times * MAD_TO_SIGMA * distance, sqrt(m));

		if (!is_above(o, o->day_packets[slot(o, sensor, day)], m, spread))
			continue;
		o->expected[sensor] = m - 1;
		o->spread_of[sensor] = spread;
		o->excess[n] = o->day_packets[slot(o, sensor, day)] - m;
		suspects[n++] = sensor;
	}
	return keep_odd(o, suspects, n, o->up[day]);
}

static void replace(struct odd *o, size_t i, int64_t *micro, int64_t by, uint8_t reason)
{
	micro[i] = by;
	o->reasons[i] = reason;
	o->replaced++;
}

/* The largest cell of a sensor in [from, to) that is not yet replaced and above its share; `to` when there is none. */
static size_t largest_cell(const struct odd *o, const struct series_cell *cells, size_t from, size_t to,
			   uint32_t sensor, double rate_s)
{
	size_t found = to;

	for (size_t i = from; i < to; i++)
		if (cells[i].sensor == sensor && !o->reasons[i] &&
		    cells[i].packets > rate_s * up_of(o, sensor, cells[i].hour) &&
		    (found == to || cells[i].packets > cells[found].packets))
			found = i;
	return found;
}

/* The hours of one odd sensor-day, the largest first, until the day is as others are. */
static void damp_day(struct odd *o, const struct series_cell *cells, size_t from, size_t to, uint32_t sensor,
		     int32_t day, int64_t *micro)
{
	double rate_s = o->expected[sensor] / o->day_up_s[slot(o, sensor, day)];
	double left = o->day_packets[slot(o, sensor, day)];

	while (left > o->expected[sensor] + 1 + SPREADS_LEFT * o->spread_of[sensor]) {
		size_t i = largest_cell(o, cells, from, to, sensor, rate_s);
		double share;

		if (i == to)
			return;
		share = rate_s * up_of(o, sensor, cells[i].hour);
		left -= cells[i].packets - share;
		replace(o, i, micro, llround(share * SERIES_MICRO), ODD_HISTORY);
	}
}

static uint32_t packets_in_hour(const struct series_cell *cells, size_t from, size_t to, uint32_t sensor)
{
	for (size_t i = from; i < to; i++)
		if (cells[i].sensor == sensor)
			return cells[i].packets;
	return 0;
}

/* Is cells[i] far above the other sensors up in its hour, whose cells are [from, to)? */
static bool is_above_others(struct odd *o, const struct series_cell *cells, size_t from, size_t to, size_t i)
{
	int32_t hour = cells[i].hour, own_up_s = up_of(o, cells[i].sensor, hour);
	size_t n = 0;
	double middle, distance;

	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++) {
		int32_t up_s = up_of(o, sensor, hour);

		if (sensor != cells[i].sensor && up_s >= RATE_COUNTS_S)
			o->figures[n++] = packets_in_hour(cells, from, to, sensor) * (double)own_up_s / up_s;
	}
	if (n < 2)
		return false;
	middle = median_and_distance(o->figures, o->spread, n, &distance);
	return is_above(o, cells[i].packets, middle,
			fmax(fmax(MAD_TO_SIGMA * distance, sqrt(middle + 1)), middle / 2));
}

static bool is_among(const uint32_t *list, size_t n, uint32_t sensor)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == sensor)
			return true;
	return false;
}

/* Mean of the sensors up that are not odd, for the odd sensor's up-time, in micro-packets rounded down. */
static int64_t mean_of_others(struct odd *o, const struct series_cell *cells, size_t from, size_t to,
			      const uint32_t *odd, size_t odd_count, uint32_t sensor)
{
	int32_t hour = cells[from].hour;
	__int128 packets = 0;
	int64_t up_s = 0;

	for (uint32_t other = 0; other < o->sensor_count; other++)
		if (!is_among(odd, odd_count, other))
			up_s += up_of(o, other, hour);
	for (size_t i = from; i < to; i++)
		if (!is_among(odd, odd_count, cells[i].sensor))
			packets += cells[i].packets;
	return up_s ? (int64_t)(packets * SERIES_MICRO * up_of(o, sensor, hour) / up_s) : 0;
}

static size_t sensors_up_in(const struct odd *o, int32_t hour)
{
	size_t n = 0;

	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++)
		n += up_of(o, sensor, hour) > 0;
	return n;
}

/* The cells of one hour whose sensors have no history that counts. */
static void damp_hour(struct odd *o, const struct series_cell *cells, size_t from, size_t to,
		      int64_t *micro)
{
	int32_t day = day_of(o, cells[from].hour);
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		if (cells[i].packets >= o->rules.packets_least &&
		    (o->judged[day] < 2 || !o->has_history[slot(o, cells[i].sensor, day)]) &&
		    is_above_others(o, cells, from, to, i)) {
			o->excess[n] = cells[i].packets;
			o->candidates[n++] = cells[i].sensor;
		}
	if (n)
		n = keep_odd(o, o->candidates, n, sensors_up_in(o, cells[from].hour));
	for (size_t i = from; i < to; i++)
		if (is_among(o->candidates, n, cells[i].sensor))
			replace(o, i, micro,
				mean_of_others(o, cells, from, to, o->candidates, n, cells[i].sensor),
				ODD_NEIGHBOURS);
}

/* Is a sensor's day out of all proportion to the other sensors' same day? Sensors do differ by several times, and some
 * ports are one sensor's own, so this asks for much. */
static bool is_day_wild(struct odd *o, uint32_t sensor, int32_t day)
{
	int32_t own_up_s = o->day_up_s[slot(o, sensor, day)];
	size_t n = 0;

	if (o->day_packets[slot(o, sensor, day)] <= WILD_TIMES * 24)
		return false;
	for (uint32_t other = 0; other < o->sensor_count; other++) {
		int32_t up_s = o->day_up_s[slot(o, other, day)];

		if (other != sensor && up_s >= DAY_COUNTS_S)
			o->figures[n++] = o->day_packets[slot(o, other, day)] * own_up_s / up_s;
	}
	return n >= 2 && o->day_packets[slot(o, sensor, day)] > WILD_TIMES * (median(o->figures, n) + 24);
}

/* Later days look back on this one as the sensors together allow, so that a sensor that stays odd does not become its
 * own usual level: a wild day counts as the mean of the others'. Of the day alone, so that what is
 * decided on a day depends on its 28 days before and not on how much more the caller gave. */
static void remember_day(struct odd *o, int32_t day)
{
	uint32_t *odd = o->candidates;
	double packets = 0, up_s = 0;
	size_t n = 0;

	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++)
		if (is_day_wild(o, sensor, day)) {
			o->excess[n] = o->day_packets[slot(o, sensor, day)];
			odd[n++] = sensor;
		}
	if (n == 0 || (n = keep_odd(o, odd, n, o->up[day])) == 0)
		return;
	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++)
		if (!is_among(odd, n, sensor)) {
			packets += o->day_packets[slot(o, sensor, day)];
			up_s += o->day_up_s[slot(o, sensor, day)];
		}
	for (size_t i = 0; i < n && up_s > 0; i++)
		o->day_packets[slot(o, odd[i], day)] = packets / up_s * o->day_up_s[slot(o, odd[i], day)];
}

/* Does anything in the day's cells [from, to) reach the least number of packets in one sensor's day? */
static bool is_worth_a_look(const struct odd *o, const struct series_cell *cells, size_t from, size_t to, int32_t day)
{
	for (size_t i = from; i < to; i++)
		if (o->day_packets[slot(o, cells[i].sensor, day)] >= o->rules.packets_least)
			return true;
	return false;
}

static void damp_hours(struct odd *o, const struct series_cell *cells, size_t from, size_t to, int64_t *micro)
{
	for (size_t begin = from, end; begin < to; begin = end) {
		for (end = begin; end < to && cells[end].hour == cells[begin].hour;)
			end++;
		damp_hour(o, cells, begin, end, micro);
	}
}

static void damp_by_history(struct odd *o, const struct series_cell *cells, size_t from, size_t to, int32_t day,
			    int64_t *micro)
{
	uint32_t *suspects = o->candidates;
	size_t n = 0;

	for (uint32_t sensor = 0; sensor < o->sensor_count; sensor++)
		if (may_be_odd(o, sensor, day))
			suspects[n++] = sensor;
	if (n)
		n = odd_on_day(o, day, suspects, n);
	for (size_t i = 0; i < n; i++)
		damp_day(o, cells, from, to, suspects[i], day, micro);
}

/* One UTC day of the key: its cells are [from, to). */
static void damp_cells_of_day(struct odd *o, const struct series_cell *cells, size_t from, size_t to, int64_t *micro)
{
	int32_t day = day_of(o, cells[from].hour);

	if (!is_worth_a_look(o, cells, from, to, day))
		return;
	if (o->judged[day] >= 2)
		damp_by_history(o, cells, from, to, day, micro);
	if (o->judged[day] < 2 || o->judged[day] < o->up[day])
		damp_hours(o, cells, from, to, micro);
	remember_day(o, day);
}

static void day_packets_add(struct odd *o, const struct series_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		o->day_packets[slot(o, cells[i].sensor, day_of(o, cells[i].hour))] += cells[i].packets;
}

static void day_packets_clear(struct odd *o, const struct series_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		o->day_packets[slot(o, cells[i].sensor, day_of(o, cells[i].hour))] = 0;
}

size_t odd_damp(struct odd *o, const struct series_cell *cells, size_t count, int64_t *micro)
{
	if (count > o->reason_room)
		o->reasons = memory_grow(o->reasons, &o->reason_room, count, 1);
	memset(o->reasons, 0, count);
	o->replaced = 0;
	for (size_t i = 0; i < count; i++)
		micro[i] = cells[i].packets * SERIES_MICRO;
	if (o->rules.is_off)
		return 0;
	day_packets_add(o, cells, count);
	for (size_t begin = 0, end; begin < count; begin = end) {
		int32_t day = day_of(o, cells[begin].hour);

		for (end = begin; end < count && day_of(o, cells[end].hour) == day;)
			end++;
		damp_cells_of_day(o, cells, begin, end, micro);
	}
	day_packets_clear(o, cells, count);
	return o->replaced;
}

static bool continues(const struct odd_burst *b, const struct odd_cell *cell)
{
	return b->key == cell->key && b->sensor == cell->sensor && cell->hour - b->last_hour < ODD_BURST_GAP;
}

static void burst_add(struct odd_burst *b, const struct odd_cell *cell)
{
	b->last_hour = cell->hour + 1;
	b->hours++;
	b->packets += cell->packets;
	b->replaced_by += cell->replaced_by;
	if (cell->packets > b->peak_packets) {
		b->peak_packets = cell->packets;
		b->peak_hour = cell->hour;
	}
}

struct odd_burst *odd_bursts(const struct odd_cell *cells, size_t count, size_t *ret_count)
{
	struct odd_burst *bursts = memory_new(count + 1, sizeof *bursts);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (n == 0 || !continues(&bursts[n - 1], &cells[i]))
			bursts[n++] = (struct odd_burst){ .key = cells[i].key, .sensor = cells[i].sensor,
							  .reason = cells[i].reason, .first_hour = cells[i].hour };
		burst_add(&bursts[n - 1], &cells[i]);
	}
	*ret_count = n;
	return bursts;
}
