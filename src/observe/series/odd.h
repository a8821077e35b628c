/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Odd sensors: how one peculiar sensor is kept from bending the whole. The rule is evaluated for each cell (key,
 * hour) and replaces values of that cell alone.
 *
 * With a history. Days are UTC days. For a key, a sensor s and a day, x is what s counted that day and e what it
 * usually counts: the median of its last 28 days, each scaled to a full day of up-time (days with under 6 hours of
 * up-time are left out), times the up-time of this day. At least 7 such days are needed. How much everybody
 * rose that day is R = max(1, the lower median over the sensors up of (x + 1) / (e + 1)) in times and A = max(0, the
 * lower median of x - e) in packets: a scan of everybody adds the same to a busy and to a quiet sensor. With
 *
 *	m = max(R (e + 1), A + e + 1),  d = max(R * 1.4826 * MAD, sqrt m)
 *
 * and MAD the median distance of the 28 days from their median, the sensor is odd that day when x > m + 8 d and
 * x >= 20. Then its hours are replaced, the largest first, each by its share of m - 1 (by up-time in the hour), until
 * the day is no more than m + 3 d; so a burst of one hour changes one cell, and a day that is high all through changes
 * all or nearly all. Hours that are not above their share are never touched.
 *
 * Without (under 7 days of the sensor, or fewer than two sensors with a history that day), hour by hour: M is the
 * median of the other sensors up in that hour, each scaled to this sensor's up-time; the sensor is odd when x >= 20
 * and x > M + 8 max(1.4826 * MAD, sqrt(M + 1), M / 2). At least two others must be up. The value is replaced by the
 * mean of the other sensors up (those not odd themselves). So of three sensors with one wild the average becomes the
 * average of the other two, exactly.
 *
 * In both, at most a quarter of the sensors up (and always one) can be odd at a time: what more of them see is a
 * surge and stays whole; only a sensor whose excess is 8 times that of the next one is odd even then.
 *
 * A sensor that is wild for long must not become its own usual level: a day of more than 30 times (M + 24), with M the
 * median of the other sensors' same day, counts as the mean of the others' in the history (again for a quarter of the
 * sensors at most). Such a sensor is kept out for as long as it stays so, and is named each day. Below that a new level
 * is the usual one after a fortnight. Sensors may differ by several times; that is their history and is left alone.
 *
 * What is decided for a day depends on that day and the 28 before it and on nothing else, so that an hour has the same
 * figures in every period it is shown in, where these 28 days are given (whole UTC days; give 29).
 *
 * (On nine honeypots, four months: damped mean 0.96 of the plain one; the mean of 1.3 % of the days of the fifty
 * leading ports falls by 15 % or more.)
 *
 * The packets themselves stay as they came: the raw figure is always shown beside. */
#ifndef OBSERVE_SERIES_ODD_H
#define OBSERVE_SERIES_ODD_H

#include "observe/series/cell.h"

struct odd_rules {
	bool is_off;            /* damped = raw */
	int32_t history_days;   /* 28 */
	int32_t history_least;  /* 7 */
	double factor;          /* 8 */
	uint32_t packets_least; /* 20 */
};

#define ODD_RULES_DEFAULT { .is_off = false, .history_days = 28, .history_least = 7, .factor = 8, .packets_least = 20 }

enum odd_reason {
	ODD_HISTORY = 1,    /* far above the sensor's own history */
	ODD_NEIGHBOURS = 2, /* far above the other sensors; too little history to tell more */
};

/* A replaced cell. */
struct odd_cell {
	uint32_t key;
	uint16_t sensor;
	uint8_t reason;         /* enum odd_reason */
	int64_t hour;           /* hours since 1970 */
	uint64_t packets;       /* as they came */
	int64_t replaced_by;    /* micro-packets */
};

#define ODD_BURST_GAP 24

/* Replaced cells of one key at one sensor with less than 24 hours between them. Whose they were is the caller's to
 * find, from events: `weigh_burst` in weigh.h asks and turns the answer into evidence. */
struct odd_burst {
	uint32_t key;
	uint16_t sensor;
	uint8_t reason;         /* of its first hour */
	int64_t first_hour;
	int64_t last_hour;      /* exclusive */
	int32_t hours;          /* replaced */
	int64_t peak_hour;
	uint64_t peak_packets;
	uint64_t packets;       /* of the replaced hours */
	int64_t replaced_by;    /* micro-packets, of the same */
};

/* "above its own history", "above the other sensors". */
const char *odd_reason_text(uint8_t reason);

/* The rule's workshop, for series.c: up-time summed once, scratch kept between keys. */
struct odd *odd_new(const struct odd_rules *rules, int64_t first_hour, int32_t hours, uint32_t sensor_count,
		    const uint16_t *up_s);
struct odd *odd_free(struct odd *o);

/* Damps one key. `cells` are sorted by hour and sensor, each pair once, and have up-time; `micro[i]` receives what
 * counts for cells[i]. Returns how many were replaced; `odd_reason_of` tells which (0: left alone). */
size_t odd_damp(struct odd *o, const struct series_cell *cells, size_t count, int64_t *micro);
uint8_t odd_reason_of(const struct odd *o, size_t i);

/* Cells sorted by key, sensor, hour into bursts; the array is the caller's to free. */
struct odd_burst *odd_bursts(const struct odd_cell *cells, size_t count, size_t *ret_count);

#endif
