/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Series: from counts and up-time to what the observatory shows. Pure: no files, no database, no clock, no users;
 * numbers in, numbers out.
 *
 *	value(key, hour) = packets of that key at all sensors / sensors up in that hour
 *
 * A key is whatever the caller counts by: protocol << 16 | port of the probes, the same of the backscatter, ICMP as
 * one key, a source region. The room never looks inside it, so that renumbering keys or sensors changes nothing but
 * the order of ties (the lower key stands first). Sensors are numbered 0..sensor_count-1, hours are UTC.
 *
 *	odd.h      an odd sensor's value in one cell (key, hour) is replaced; the other cells are left alone
 *	surge.h    sudden rises, with evidence and a stated false-alarm rate
 *	point.h    days, weeks, months, quarters and years in the centre's zone
 *	publish.h  what may be shown to everybody
 *
 * An example, the ten leading ports of a period with history before it:
 *
 *	struct series_input in = { .first_hour = a - 56 * 24, .last_hour = b, .sensor_count = 9, .up_s = up };
 *	struct series_scope scope = SERIES_SCOPE(a, b);
 *	struct series *s = series_make(&in, cells, count, &scope);
 *	printf("%u %lld\n", s->rows[0].key, (long long)s->rows[0].mean);
 *	s = series_free(s);
 *
 * Arithmetic. Numbers are int64 micro-packets: a packet is 1000000. A value is the cells' exact sum times 3600 over
 * the seconds that sensors were up, rounded down; a longer point is the sum of the hourly values with data over their
 * number, rounded down. "Other" is not computed: it is the total less what is shown, in the hour and in the longer
 * point alike, so that ranked + ICMP + other = total always, to the last digit; and as every value is rounded down,
 * "other" is never below zero (where nothing else was seen it can be a few micro-packets). One hour's packets of all
 * sensors, and one period's, must stay under 9 * 10^12.
 *
 * Up-time. `up_s` says for each sensor and hour how many seconds it was up: 0 is silence, which is "no data" and not
 * zero; 1800 counts as half a sensor. An hour without any sensor up has the value SERIES_NO_DATA. Packets of a sensor
 * in an hour where it was not up are left out and counted (`packets_without_up`): give a sensor's last packet its
 * second. */
#ifndef OBSERVE_SERIES_SERIES_H
#define OBSERVE_SERIES_SERIES_H

#include "observe/series/odd.h"
#include "observe/series/surge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of the methods: values, odd sensors, surges. Raised whenever the same counts would give other figures; what
 * is kept (reviews of surges, frozen quarters) says with which version it was made. */
#define SERIES_METHOD 1

/* What the counts lie in. Give 29 days before the period shown for the odd-sensor rule and 12 weeks for the surge
 * detector (8 for its level, 4 for its correction by days), where they exist; with less both work as their headers
 * say. */
struct series_input {
	int64_t first_hour;     /* hours since 1970-01-01T00Z; everything lies in [first_hour, last_hour) */
	int64_t last_hour;
	uint32_t sensor_count;
	const uint16_t *up_s;   /* [sensor * (last_hour - first_hour) + hour], 0..3600; the caller's */
};

/* What a key has in one hour in which it has packets, damped: all that a row needs, so that it can be kept. */
struct series_hour {
	int32_t hour;      /* from the input's first hour */
	uint32_t sensors;  /* that reported packets */
	uint32_t damped;   /* cells that were replaced */
	uint64_t packets;  /* as they came */
	uint64_t unknown;  /* of these, of unknown kind */
	int64_t micro;     /* what counts */
};

/* What is wanted. SERIES_SCOPE(first, last) has the defaults: ten ranked rows with their hours, no ICMP key, no
 * surges, the analyst's view. */
struct series_scope {
	int64_t first_hour;     /* the period shown, inside the input's range */
	int64_t last_hour;
	uint32_t icmp_key;      /* its own series, never ranked; where has_icmp */
	bool has_icmp;
	bool is_without_hours;  /* rows hold sums only: for long tables */
	bool is_without_raw;    /* rows have no raw hours: for pictures */
	uint32_t rank_count;    /* rows to rank, 0 for none */
	const uint32_t *keys;   /* rows to show whatever their rank, each once; may be NULL */
	size_t key_count;
	uint32_t min_sensors;   /* 0: the analyst's view; else see publish.h */
	struct odd_rules odd;
	struct surge_rules surge; /* threshold 0: none are looked for */
	/* Sees the hours of every key, those before the period too; may be NULL. */
	void (*each_key)(void *context, uint32_t key, const struct series_hour *hours, size_t count);
	void *each_context;
};

#define SERIES_SCOPE(first, last)                                                                      \
	((struct series_scope){ .first_hour = (first), .last_hour = (last), .rank_count = 10,           \
				.odd = ODD_RULES_DEFAULT, .surge = { .threshold = 0 } })

/* One line of a graph or table. The damped value is the one that counts; the raw one stands beside it. */
struct series_row {
	uint32_t key;
	uint32_t rank;       /* 1 is the first; 0: shown because it was asked for, ICMP, other, total */
	int64_t *value;      /* [hour of the period], damped, or SERIES_NO_DATA; NULL where is_without_hours */
	int64_t *raw;        /* the same without damping; NULL where is_without_raw */
	uint64_t packets;    /* as they came, of hours with data */
	uint64_t unknown;    /* of these, of unknown kind: they count with probes */
	int64_t mean;        /* of the hourly values with data; SERIES_NO_DATA when there are none */
	int64_t raw_mean;
	uint32_t damped_cells;
};

struct series {
	int64_t first_hour;
	int32_t hours;
	int32_t hours_with_data;
	uint32_t min_sensors;       /* as in the scope */
	uint16_t *sensors_up;       /* [hour of the period] sensors with any up-time */
	struct series_row *rows;    /* ranked first, in order; then those asked for that are not ranked */
	size_t row_count, ranked_count;
	bool has_icmp;
	struct series_row icmp;     /* zeros where no ICMP was seen; empty without has_icmp */
	struct series_row other;    /* total less rows less icmp; its key means nothing */
	struct series_row total;    /* its raw column is the raw total */
	struct odd_cell *damped;    /* every replaced cell of the period, by key, sensor, hour */
	size_t damped_count;
	struct odd_burst *bursts;   /* the same, merged */
	size_t burst_count;
	struct surge *surges;       /* that touch the period, by key, start */
	size_t surge_count;
	uint64_t packets_without_up;
};

/* All at once. The cells must be sorted by key, hour, sensor (several cells of the same three are added). */
struct series *series_make(const struct series_input *in, const struct series_cell *cells, size_t count,
			   const struct series_scope *scope);

/* Or key by key, so that seven million cells need not stand in memory together. `series_begin` copies what it is
 * told except `up_s` and `keys`, which must live until `series_end`. `series_add` takes all cells of one key, sorted
 * by hour and sensor; keys come in ascending order (asserted). `series_end` consumes the work. */
struct series_work *series_begin(const struct series_input *in, const struct series_scope *scope);
void series_add(struct series_work *work, const struct series_cell *cells, size_t count);
struct series *series_end(struct series_work *work);

/* Or from hours that were kept: `hour` gives the up-time of all sensors in seconds, how many were up, and what all keys
 * together have in each hour of the period, in order (`total->hour` is not read). Then every key that is among the leading
 * ones, asked for, or ICMP is told hour by hour, both ascending; others may be left out. Gives the very figures that the
 * cells gave; lists of damped cells and surges are not made. */
struct series_kept {
	int64_t first_hour, last_hour; /* that of the scope */
	int32_t (*hour)(void *context, int32_t hour, uint16_t *ret_sensors_up, struct series_hour *ret_total);
	void *context;
};
struct series_work *series_begin_kept(const struct series_kept *in, const struct series_scope *scope);
void series_key_begin(struct series_work *work, uint32_t key);
void series_key_hour(struct series_work *work, const struct series_hour *hour);
void series_key_end(struct series_work *work);

/* Accepts NULL and returns NULL. */
struct series *series_free(struct series *s);

/* The rows as they are shown: ranked and asked for, ICMP, other, total; at most `most`, which is 3 or more: the first rows
 * give way. Gives how many there are. */
size_t series_rows(const struct series *s, const struct series_row **into, size_t most);

/* packets in micro-packets over seconds of up-time; SERIES_NO_DATA when nobody was up. */
int64_t series_value(int64_t micro, int64_t up_s);

#endif
