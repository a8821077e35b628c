/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Longer points: the calendar's units over hourly series. */
#include "observe/series/point.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/memory.h"

#include <assert.h>

static const char unit_names[][8] = { "hour", "day", "week", "month", "quarter", "year" };

const char *point_unit_name(enum point_unit unit)
{
	return unit_names[unit];
}

bool point_unit_parse(const char *text, enum point_unit *ret)
{
	for (size_t i = 0; i < COUNT(unit_names); i++)
		if (strcmp(text, unit_names[i]) == 0) {
			*ret = (enum point_unit)i;
			return true;
		}
	return false;
}

static struct date add_days(struct date d, int64_t days)
{
	return date_from_days(date_to_days(d) + days);
}

/* The unit's first date for the unit that holds `d`. */
static struct date unit_first(struct date d, enum point_unit unit)
{
	switch (unit) {
	case POINT_WEEK: /* 1970-01-01 was a Thursday */
		return add_days(d, -((date_to_days(d) + 3) % 7 + 7) % 7);
	case POINT_MONTH:
		return (struct date){ d.year, d.month, 1 };
	case POINT_QUARTER:
		return date_quarter_start(d.year, date_quarter(d));
	case POINT_YEAR:
		return (struct date){ d.year, 1, 1 };
	default:
		return d;
	}
}

static struct date unit_next(struct date first, enum point_unit unit)
{
	switch (unit) {
	case POINT_WEEK:
		return add_days(first, 7);
	case POINT_MONTH:
		return date_add_months(first, 1);
	case POINT_QUARTER:
		return date_add_months(first, 3);
	case POINT_YEAR:
		return date_add_months(first, 12);
	default:
		return add_days(first, 1);
	}
}

void point_unit_around(int64_t hour, enum point_unit unit, int64_t *ret_first, int64_t *ret_next)
{
	struct date first;

	if (unit == POINT_HOUR) {
		*ret_first = hour;
		*ret_next = hour + 1;
		return;
	}
	first = unit_first(calendar_date(hour * HOUR_US), unit);
	*ret_first = floor_div(calendar_midnight(first), HOUR_US);
	*ret_next = floor_div(calendar_midnight(unit_next(first, unit)), HOUR_US);
}

struct point *point_cut(int64_t first_hour, int64_t last_hour, enum point_unit unit, size_t *ret_count)
{
	struct point *points = NULL;
	size_t count = 0, room = 0;

	for (int64_t hour = first_hour; hour < last_hour; hour = points[count - 1].last_hour) {
		int64_t first, next;

		point_unit_around(hour, unit, &first, &next);
		assert(next > hour);
		points = memory_grow(points, &room, count + 1, sizeof *points);
		points[count++] = (struct point){ .first_hour = hour, .last_hour = MIN(next, last_hour),
						  .is_whole = first == hour && next <= last_hour };
	}
	*ret_count = count;
	return points ? points : memory_new(1, sizeof *points);
}

static int64_t mean_over(const int64_t *hours, int32_t from, int32_t to, int32_t with_data)
{
	int64_t sum = 0;

	if (with_data == 0)
		return SERIES_NO_DATA;
	for (int32_t hour = from; hour < to; hour++)
		if (hours[hour] != SERIES_NO_DATA)
			sum += hours[hour];
	return sum / with_data;
}

static int64_t *means(const struct series *s, const int64_t *hours, const struct point *points, size_t count)
{
	int64_t *values = memory_new(count, sizeof *values);

	for (size_t i = 0; i < count; i++)
		values[i] = mean_over(hours, (int32_t)(points[i].first_hour - s->first_hour),
				      (int32_t)(points[i].last_hour - s->first_hour), points[i].hours_with_data);
	return values;
}

/* Where a public series has no raw column there is none here. */
static struct series_row row_of_points(const struct series *s, const struct series_row *row,
				       const struct point *points, size_t count)
{
	struct series_row r = *row;

	r.value = means(s, row->value, points, count);
	r.raw = row->raw ? means(s, row->raw, points, count) : NULL;
	return r;
}

static void count_hours(const struct series *s, struct point *p, uint16_t *ret_sensors)
{
	uint16_t least = 0;

	p->hours_with_data = 0;
	for (int64_t hour = p->first_hour; hour < p->last_hour; hour++) {
		int64_t i = hour - s->first_hour;

		assert(i >= 0 && i < s->hours);
		if (s->total.value[i] == SERIES_NO_DATA)
			continue;
		least = p->hours_with_data++ ? MIN(least, s->sensors_up[i]) : s->sensors_up[i];
	}
	*ret_sensors = least;
}

static void subtract(int64_t *from, const int64_t *row, size_t count)
{
	for (size_t i = 0; from && row && i < count; i++)
		if (from[i] != SERIES_NO_DATA)
			from[i] -= row[i];
}

/* "Other" is what the total leaves, as in the hours. */
static void make_other(struct series *s, size_t count)
{
	struct series_row *other = &s->other;

	memcpy(other->value, s->total.value, count * sizeof *other->value);
	if (other->raw)
		memcpy(other->raw, s->total.raw, count * sizeof *other->raw);
	for (size_t i = 0; i < s->row_count; i++) {
		subtract(other->value, s->rows[i].value, count);
		subtract(other->raw, s->rows[i].raw, count);
	}
	if (s->has_icmp) {
		subtract(other->value, s->icmp.value, count);
		subtract(other->raw, s->icmp.raw, count);
	}
}

struct series *point_series(const struct series *hourly, struct point *points, size_t count)
{
	struct series *s = memory_new(1, sizeof *s);

	assert(hourly->total.value);
	s->first_hour = hourly->first_hour;
	s->hours = (int32_t)count;
	s->min_sensors = hourly->min_sensors;
	s->sensors_up = memory_new(count, sizeof *s->sensors_up);
	for (size_t i = 0; i < count; i++) {
		count_hours(hourly, &points[i], &s->sensors_up[i]);
		s->hours_with_data += points[i].hours_with_data > 0;
	}
	s->rows = memory_new(hourly->row_count, sizeof *s->rows);
	s->row_count = hourly->row_count;
	s->ranked_count = hourly->ranked_count;
	for (size_t i = 0; i < s->row_count; i++)
		s->rows[i] = row_of_points(hourly, &hourly->rows[i], points, count);
	s->has_icmp = hourly->has_icmp;
	if (s->has_icmp)
		s->icmp = row_of_points(hourly, &hourly->icmp, points, count);
	s->total = row_of_points(hourly, &hourly->total, points, count);
	s->other = row_of_points(hourly, &hourly->other, points, count);
	make_other(s, count);
	return s;
}
