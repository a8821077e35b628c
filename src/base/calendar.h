/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Days, quarters and years of the centre's zone. A process has one zone, set once at its start and before any
 * sandbox (the table is read from /usr/share/zoneinfo). A zone whose offset is not whole hours is refused, because
 * cells are UTC hours and local days are made of them (design decision 7.0). */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"

#define CALENDAR_ZONE_DEFAULT "Asia/Tokyo"
#define CALENDAR_TEXT_MAX 40

/* A civil date. Months 1..12, days 1..31. */
struct date {
	int year, month, day;
};

/* -EINVAL: no such zone, or an offset that is not whole hours in some month of 2000..2050. */
int calendar_set_zone(const char *name, struct error *err);
const char *calendar_zone(void);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);
bool date_is_valid(struct date d);

/* The whole span is YYYY-MM-DD and a real day. */
bool date_parse(struct bytes text, struct date *ret);
char *date_format(struct date d, char into[CALENDAR_TEXT_MAX]);

/* The local date at an instant, and the instant of local midnight (the first instant of that date). */
struct date calendar_date(int64_t time_us);
int64_t calendar_midnight(struct date d);

/* Local hour 0..23 and offset from UTC in seconds at an instant. */
int calendar_hour(int64_t time_us);
int calendar_offset_s(int64_t time_us);

/* Quarter 1..4 of a date (calendar years), and the first date of a quarter. */
int date_quarter(struct date d);
struct date date_quarter_start(int year, int quarter);
struct date date_add_months(struct date first_of_month, int months);

/* `2013-05-18T19:00:00Z`, or with six digits of fraction where there is one. */
char *time_format_utc(int64_t time_us, char into[CALENDAR_TEXT_MAX]);
/* `2013-05-19 04:00`, local. */
char *time_format_local(int64_t time_us, char into[CALENDAR_TEXT_MAX]);

/* An instant: YYYY-MM-DD[(T| )HH:MM[:SS[.f…]][Z|±HH[:MM]]]. Without an offset the time is UTC where `is_utc`, else
 * local. Seconds may be 60 (it becomes the next minute). */
bool time_parse(struct bytes text, bool is_utc, int64_t *ret);

#endif
