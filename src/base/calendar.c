/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Days, quarters and years of the centre's zone. */
#include "base/calendar.h"

#include <errno.h>
#include <unistd.h>

static char zone_name[64] = "UTC";

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years, years that begin in March. */
int64_t date_to_days(struct date d)
{
	int64_t year = d.year - (d.month <= 2);
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct date date_from_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t doe = shifted - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct date){ (int)(yoe + era * 400 + (month <= 2)), month, (int)(doy - (153 * mp + 2) / 5 + 1) };
}

bool date_is_valid(struct date d)
{
	struct date same;

	if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31)
		return false;
	same = date_from_days(date_to_days(d));
	return same.month == d.month && same.day == d.day;
}

static bool digits(struct bytes *c, size_t n, int *ret)
{
	struct bytes span;
	uint64_t value;

	if (!take_bytes(c, n, &span) || !bytes_number(span, 99999999, &value))
		return false;
	*ret = (int)value;
	return true;
}

static bool sign(struct bytes *c, char wanted)
{
	return c->n && c->p[0] == (uint8_t)wanted && take_skip(c, 1);
}

static bool date_take(struct bytes *c, struct date *ret)
{
	struct date d;

	if (!digits(c, 4, &d.year) || !sign(c, '-') || !digits(c, 2, &d.month) || !sign(c, '-') ||
	    !digits(c, 2, &d.day) || !date_is_valid(d))
		return false;
	*ret = d;
	return true;
}

bool date_parse(struct bytes text, struct date *ret)
{
	struct date d;

	if (!date_take(&text, &d) || text.n)
		return false;
	*ret = d;
	return true;
}

char *date_format(struct date d, char into[CALENDAR_TEXT_MAX])
{
	snprintf(into, CALENDAR_TEXT_MAX, "%04d-%02d-%02d", d.year, d.month, d.day);
	return into;
}

/* Offsets asked for of late: the C library reads the zone's rule anew for every instant beyond its table. Zones change at
 * quarters of an hour. */
#define QUARTER_S 900
#define OFFSETS 512
static _Thread_local struct {
	int64_t quarter_plus1;
	int offset_s;
} offsets[OFFSETS];

int calendar_offset_s(int64_t time_us)
{
	int64_t quarter = floor_div(time_us, QUARTER_S * SECOND_US);
	size_t at = (size_t)(quarter * 31 ^ quarter >> 5) % OFFSETS;
	time_t seconds = (time_t)(quarter * QUARTER_S);
	struct tm tm;

	if (offsets[at].quarter_plus1 != quarter + 1) {
		localtime_r(&seconds, &tm);
		offsets[at].quarter_plus1 = quarter + 1;
		offsets[at].offset_s = (int)tm.tm_gmtoff;
	}
	return offsets[at].offset_s;
}

static bool offsets_are_whole_hours(void)
{
	for (int year = 2000; year <= 2050; year++)
		for (int month = 1; month <= 12; month += 6) {
			int64_t days = date_to_days((struct date){ year, month, 15 });
			if (calendar_offset_s(days * DAY_US) % 3600)
				return false;
		}
	return true;
}

static bool name_is_plain(const char *name)
{
	return name[0] && name[0] != '/' && name[0] != ':' && !strstr(name, "..") &&
	       strlen(name) < sizeof zone_name &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
}

static void zone_use(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
	memset(offsets, 0, sizeof offsets);
}

int calendar_set_zone(const char *name, struct error *err)
{
	char path[128];

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	if (!name_is_plain(name) || (strcmp(name, "UTC") != 0 && access(path, R_OK) != 0)) {
		error_hint(err, "zones are named as in /usr/share/zoneinfo, for example Asia/Tokyo");
		return error_set(err, -EINVAL, "no such zone '%.60s'", name);
	}
	zone_use(name);
	if (!offsets_are_whole_hours()) {
		zone_use(zone_name);
		error_hint(err, "cells are UTC hours; choose a zone whose offset is whole hours");
		return error_set(err, -EINVAL, "zone '%.60s' is not a whole number of hours from UTC", name);
	}
	snprintf(zone_name, sizeof zone_name, "%s", name);
	return 0;
}

const char *calendar_zone(void)
{
	return zone_name;
}

struct date calendar_date(int64_t time_us)
{
	return date_from_days(floor_div(time_us + calendar_offset_s(time_us) * SECOND_US, DAY_US));
}

int calendar_hour(int64_t time_us)
{
	int64_t local = time_us + calendar_offset_s(time_us) * SECOND_US;

	return (int)(floor_div(local, HOUR_US) - floor_div(local, DAY_US) * 24);
}

int64_t calendar_midnight(struct date d)
{
	int64_t as_utc = date_to_days(d) * DAY_US;
	/* The offset in force just before and just after midnight may differ; try the earlier instant first, so that
	 * a midnight that comes twice is the first one. */
	int64_t early = as_utc - calendar_offset_s(as_utc - DAY_US) * SECOND_US;
	int64_t late = as_utc - calendar_offset_s(as_utc + DAY_US) * SECOND_US;
	int64_t first = early < late ? early : late, second = early < late ? late : early;
	struct date found = calendar_date(first);

	return found.day == d.day && found.month == d.month ? first : second;
}

int date_quarter(struct date d)
{
	return (d.month - 1) / 3 + 1;
}

struct date date_quarter_start(int year, int quarter)
{
	return (struct date){ year, (quarter - 1) * 3 + 1, 1 };
}

struct date date_add_months(struct date first, int months)
{
	int64_t index = (int64_t)first.year * 12 + first.month - 1 + months;

	return (struct date){ (int)floor_div(index, 12), (int)(index - floor_div(index, 12) * 12) + 1, 1 };
}

char *time_format_utc(int64_t time_us, char into[CALENDAR_TEXT_MAX])
{
	int64_t days = floor_div(time_us, DAY_US), rest = time_us - days * DAY_US;
	int seconds = (int)(rest / SECOND_US), fraction = (int)(rest % SECOND_US);
	struct date d = date_from_days(days);
	int n = snprintf(into, CALENDAR_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day,
			 seconds / 3600, seconds / 60 % 60, seconds % 60);

	if (fraction)
		snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, ".%06dZ", fraction);
	else
		snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, "Z");
	return into;
}

char *time_format_local(int64_t time_us, char into[CALENDAR_TEXT_MAX])
{
	int64_t local = time_us + calendar_offset_s(time_us) * SECOND_US;
	int64_t days = floor_div(local, DAY_US);
	int minutes = (int)((local - days * DAY_US) / (60 * SECOND_US));
	struct date d = date_from_days(days);

	snprintf(into, CALENDAR_TEXT_MAX, "%04d-%02d-%02d %02d:%02d", d.year, d.month, d.day, minutes / 60,
		 minutes % 60);
	return into;
}

/* The digits after the point, as microseconds; what is finer is cut. */
static bool fraction_take(struct bytes *c, int64_t *ret_us)
{
	int64_t unit = SECOND_US / 10, sum = 0;
	size_t n = 0;

	for (; c->n && c->p[0] >= '0' && c->p[0] <= '9'; take_skip(c, 1), unit /= 10, n++)
		sum += unit * (c->p[0] - '0');
	*ret_us = sum;
	return n > 0;
}

static bool offset_take(struct bytes *c, int64_t *ret_us)
{
	bool is_minus = c->n && c->p[0] == '-';
	int hours, minutes = 0;

	if (!sign(c, '+') && !sign(c, '-'))
		return false;
	if (!digits(c, 2, &hours))
		return false;
	if (c->n && (sign(c, ':'), !digits(c, 2, &minutes)))
		return false;
	if (hours > 18 || minutes > 59)
		return false;
	*ret_us = (hours * INT64_C(60) + minutes) * 60 * SECOND_US * (is_minus ? -1 : 1);
	return true;
}

/* The offset in force at a local civil time. */
static int64_t local_offset(int64_t civil_us)
{
	return calendar_offset_s(civil_us - calendar_offset_s(civil_us) * SECOND_US) * SECOND_US;
}

bool time_parse(struct bytes text, bool is_utc, int64_t *ret)
{
	struct bytes c = text;
	struct date d;
	int hour = 0, minute = 0, second = 0;
	int64_t fraction = 0, offset = 0, civil;

	if (!date_take(&c, &d))
		return false;
	if (c.n) {
		if (!sign(&c, 'T') && !sign(&c, ' '))
			return false;
		if (!digits(&c, 2, &hour) || !sign(&c, ':') || !digits(&c, 2, &minute))
			return false;
		if (sign(&c, ':') && !digits(&c, 2, &second))
			return false;
		if ((sign(&c, '.') || sign(&c, ',')) && !fraction_take(&c, &fraction))
			return false;
	}
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	civil = date_to_days(d) * DAY_US + (hour * INT64_C(3600) + minute * 60 + second) * SECOND_US + fraction;
	if (c.n == 0)
		offset = is_utc ? 0 : local_offset(civil);
	else if (!sign(&c, 'Z') && !offset_take(&c, &offset))
		return false;
	if (c.n)
		return false;
	*ret = civil - offset;
	return true;
}
