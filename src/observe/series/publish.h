/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What may be shown to everybody. Anyone can map sensors by sending marked packets and reading the graphs, so:
 *
 *  - a cell (port, hour) that fewer than `min_sensors` sensors reported is counted in "other"; ICMP and regions alike;
 *  - an hour with fewer than `min_sensors` up is no data;
 *  - an hour is shown when it has been over for `late_hours`;
 *  - values are rounded to `unit`, half up; "other" is the rounded total less the rounded series shown. Where the
 *    series round to more than the total does, the total is their sum and "other" is zero;
 *  - ranked series, ICMP, "other", total and regions only: no row asked for by key, no sensor, no list of bursts,
 *    no raw column, no packet counts.
 *
 * Use: scope.min_sensors before series_make (ranks are then made of what may be shown), publish_last_hour for the
 * scope's end, and publish_series on the result, or on its longer points. */
#ifndef OBSERVE_SERIES_PUBLISH_H
#define OBSERVE_SERIES_PUBLISH_H

#include "observe/series/series.h"

struct publish_rules {
	uint32_t min_sensors;
	int32_t late_hours;
	int64_t unit;         /* micro-packets per sensor and hour */
};

#define PUBLISH_RULES_DEFAULT { .min_sensors = 3, .late_hours = 1, .unit = 10000 }

/* The end (exclusive, hours since 1970) of what may be shown at an instant. */
int64_t publish_last_hour(const struct publish_rules *rules, int64_t now_us);

/* Rounds the rows in place and forgets what is not for everybody. The series must have been made with the rules'
 * min_sensors (asserted). */
void publish_series(const struct publish_rules *rules, struct series *s);

/* Half up to a multiple of `unit`; SERIES_NO_DATA stays. */
int64_t publish_round(int64_t value, int64_t unit);

#endif
