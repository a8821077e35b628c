/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Surges: sudden rises of one key, found with a stated rate of false alarms.
 *
 * The series is the damped packets of all sensors, scaled to the usual number of sensors up (the median over the
 * range); hours with under a quarter of that are skipped.
 *
 * Level. With g = 2 sqrt(x + 3/8) an hour's level is the median of g over the same hour of the week and its two
 * neighbours in the last 8 weeks; until 4 weeks exist, over the same hour of the last 28 days, of which at least 14
 * must exist; before that nothing is found. The scale is 1.4826 times the median distance, at least 1; the mean is
 * mu = g^2 / 4 - 3/8. Packets that come in bursts do not move an hour's median, so the last 28 days (of 24 hours,
 * counted from the first) correct it: the median of what a day held more than its hours' means is added, spread over
 * its hours; and D, 1.4826 times the median distance of 2 sqrt(x + 3/8) of the days from what was expected, says how
 * much more days vary than independent hours would. mu is at least 0.5.
 *
 * Test. Each hour gives the log likelihood ratio of a doubling under the negative binomial distribution with mean mu
 * and size k = mu / (scale^2 - 1) (at least 0.3; Poisson where the scale is 1), at most 0.6 H; S is their running sum,
 * never under 0 nor over 2 H; an alarm is S > H.
 *
 *	H = h max((1 + r) / (1 - r), (D^2 / mean of scale^2)^(3/4), 1)
 *
 * with h the threshold set and r the correlation of one hour's clipped z with the next (smoothed over 336 hours,
 * 0..0.9): what lasts by itself must be exceeded by more. Why the corrections by days: without them the detector found
 * 70 rises at nine honeypots in four months (h = 20), long ones of bursty ports mostly; with them 15.
 *
 * Rise. The key is above its level since the hour after S was last 0 and up to the hour where the sum of the ratios is
 * largest: the last hour that speaks for a doubling. In between the rise starts in the hour from which on the data
 * speak most for the level of the busiest 24 hours. While it lasts the level stays that of the week before it; after
 * 8 weeks the new level is the usual one and the rise is closed. It is open when its last hour is less than 24 hours
 * old at the end of the data. Rises with less than 24 hours between them are one. One hour alone never makes an alarm:
 * that is what the odd-sensor rule (odd.h) names, where one sensor saw it. */
#ifndef OBSERVE_SERIES_SURGE_H
#define OBSERVE_SERIES_SURGE_H

#include "observe/series/cell.h"

/* The steps of h that have a measured rate, most watchful first. */
struct surge_step {
	double threshold;
	int32_t false_per_1000_years; /* false alarms per 1000 port-years that are not exceeded on quiet series */
	const char *words;            /* "5 per port and year" */
};
extern const struct surge_step surge_steps[4];

#define SURGE_THRESHOLD_DEFAULT 20

struct surge_rules {
	double threshold;        /* h: 10, 15, 20 or 30; 0: look for none */
	uint32_t packets_least;  /* keys with fewer packets in the range are not looked at; 0 counts as 20 */
};

/* The stated rate of a threshold: that of the largest step not above it; NULL below the first. */
const struct surge_step *surge_step_of(double threshold);

/* Bits of evidence; `surge_evidence_format` in weigh.h makes words of them. */
enum surge_evidence {
	SURGE_MORE_PACKETS = 1 << 0,
	SURGE_MORE_SOURCES = 1 << 1,
	SURGE_MORE_SENSORS = 1 << 2,
	SURGE_ONE_SOURCE = 1 << 3,
	SURGE_ONE_SENSOR = 1 << 4,
	SURGE_SOURCES_UNKNOWN = 1 << 5, /* nobody counted them */
};

struct surge {
	uint32_t key;
	int64_t first_hour;      /* hours since 1970: the first hour of the rise */
	int64_t above_since;     /* the first hour above the usual level: not after first_hour */
	int64_t alarm_hour;      /* when the detector was sure: not before above_since */
	int64_t peak_hour;
	int64_t last_hour;       /* exclusive; where is_open, as far as is known */
	bool is_open;
	bool is_proposed;        /* for an alert; see weigh.h */
	int64_t peak;            /* micro-packets per sensor and hour */
	int64_t mean;            /* over the rise */
	int64_t baseline;        /* mean of the usual level over the same hours */
	uint64_t packets;        /* as they came, in the rise */
	uint64_t packets_weighed; /* of these, in the hours that weigh.h looks at: the first week */
	uint32_t evidence;       /* enum surge_evidence */
	uint32_t sensors_up;     /* that were up at any time in the rise */
	uint32_t sensors_seen;   /* that reported the key, here and below in the first week of the rise */
	uint32_t sensors_usual;  /* that do so in as many hours before (median) */
	uint32_t sensors_risen;  /* that rose themselves */
	uint32_t loudest_sensor; /* with the largest part of the excess */
	int32_t loudest_permille;
	int64_t sources;         /* distinct, in the rise; -1 unknown */
	int64_t sources_usual;   /* in as many hours before (median); -1 unknown */
};

/* One series: the detector alone, as it is measured. */
struct surge_series {
	int64_t first_hour;
	int32_t hours;
	const int64_t *micro;    /* [hour] damped packets of all sensors */
	const int32_t *up_s;     /* [hour] seconds of up-time of all sensors */
	double sensors_usual;    /* the number of sensors that the series is scaled to: surge_usual() */
};

/* The median number of sensors up over the hours with any; 0 when there are none. */
double surge_usual(const int32_t *up_s, int32_t hours);

/* A bound to skip the many keys that cannot alarm. Over the hours with packets of a key in turn, `x` packets (at the
 * usual number of sensors) `hours` after the ones before: where the result never exceeds the threshold, S does not. No
 * ratio exceeds x ln 2 - 0.146, the constant being least at mean 0.5 and size 0.3. */
static inline double surge_bound(double before, int32_t hours, double x)
{
	double sum = before - 0.146 * hours;

	return (sum > 0 ? sum : 0) + x * 0.693148;
}

/* Appends what is found to *surges (grown with memory_grow; `*count`, `*room`). key, times, peak, mean and baseline
 * are filled; the evidence is weigh.h's. */
void surge_find(const struct surge_series *series, const struct surge_rules *rules, uint32_t key,
		struct surge **surges, size_t *count, size_t *room);

#endif
