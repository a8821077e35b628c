/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Longer points: days, weeks (from Monday), months, quarters and years begin at midnight in the centre's zone
 * (base/calendar.h); a day has 23 or 25 hours where the clocks change. A point's value is the mean of its hourly
 * values with data; "other" is again what the total leaves. */
#ifndef OBSERVE_SERIES_POINT_H
#define OBSERVE_SERIES_POINT_H

#include "observe/series/series.h"

enum point_unit { POINT_HOUR, POINT_DAY, POINT_WEEK, POINT_MONTH, POINT_QUARTER, POINT_YEAR };

struct point {
	int64_t first_hour;      /* of the calendar's unit cut to the series' period; hours since 1970 */
	int64_t last_hour;       /* exclusive */
	int32_t hours_with_data; /* 0: the point is no data */
	bool is_whole;           /* the unit was not cut */
};

/* Cuts a period into points; the array is the caller's to free. */
struct point *point_cut(int64_t first_hour, int64_t last_hour, enum point_unit unit, size_t *ret_count);

/* The series with points instead of hours: the same rows in the same order, `value` and `raw` [point], `hours` and
 * `sensors_up` counting points (`sensors_up`: the least of its hours with data); means and packets stay those of the
 * period, lists are not repeated.
 * points[i].hours_with_data is filled. Needs a series made with its hours. */
struct series *point_series(const struct series *hourly, struct point *points, size_t count);

/* The unit's first hour for the unit that holds `hour`, and that of the next. */
void point_unit_around(int64_t hour, enum point_unit unit, int64_t *ret_first, int64_t *ret_next);

/* "hour", "day" …; parse gives false for another word. */
const char *point_unit_name(enum point_unit unit);
bool point_unit_parse(const char *text, enum point_unit *ret);

#endif
