/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What may be shown to everybody. */
#include "observe/series/publish.h"

#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>

int64_t publish_last_hour(const struct publish_rules *rules, int64_t now_us)
{
	return floor_div(now_us, HOUR_US) - rules->late_hours;
}

int64_t publish_round(int64_t value, int64_t unit)
{
	if (value == SERIES_NO_DATA)
		return value;
	return floor_div(value + unit / 2, unit) * unit;
}

static void round_row(struct series_row *row, int32_t hours, int64_t unit)
{
	for (int32_t i = 0; row->value && i < hours; i++)
		row->value[i] = publish_round(row->value[i], unit);
	row->mean = publish_round(row->mean, unit);
}

/* Raw figures, counts and damping tell of single sensors. */
static void forget_details(struct series_row *row)
{
	free(row->raw);
	row->raw = NULL;
	row->raw_mean = SERIES_NO_DATA;
	row->packets = row->unknown = 0;
	row->damped_cells = 0;
}

static void forget_lists(struct series *s)
{
	free(s->damped);
	free(s->bursts);
	free(s->surges);
	s->damped = NULL;
	s->bursts = NULL;
	s->surges = NULL;
	s->damped_count = s->burst_count = s->surge_count = 0;
	s->packets_without_up = 0;
}

/* Rows asked for by key go into "other". */
static void forget_asked(struct series *s)
{
	for (size_t i = s->ranked_count; i < s->row_count; i++) {
		free(s->rows[i].value);
		free(s->rows[i].raw);
	}
	s->row_count = s->ranked_count;
}

/* "Other" is the rounded total less the rounded series; where these are more, they are the total. */
static void share(int64_t *total, int64_t *other, int64_t shown)
{
	if (*total == SERIES_NO_DATA)
		return;
	if (*total < shown)
		*total = shown;
	*other = *total - shown;
}

static int64_t shown_at(const struct series *s, int32_t i)
{
	int64_t sum = s->has_icmp ? s->icmp.value[i] : 0;

	for (size_t row = 0; row < s->row_count; row++)
		sum += s->rows[row].value[i];
	return sum;
}

static int64_t shown_means(const struct series *s)
{
	int64_t sum = s->has_icmp ? s->icmp.mean : 0;

	for (size_t row = 0; row < s->row_count; row++)
		sum += s->rows[row].mean;
	return sum;
}

static void each_row(struct series *s, int64_t unit)
{
	for (size_t i = 0; i < s->row_count; i++) {
		round_row(&s->rows[i], s->hours, unit);
		forget_details(&s->rows[i]);
	}
	round_row(&s->icmp, s->hours, unit);
	round_row(&s->total, s->hours, unit);
	round_row(&s->other, s->hours, unit);
	forget_details(&s->icmp);
	forget_details(&s->total);
	forget_details(&s->other);
}

void publish_series(const struct publish_rules *rules, struct series *s)
{
	assert(s->min_sensors == rules->min_sensors);
	forget_asked(s);
	forget_lists(s);
	each_row(s, rules->unit);
	for (int32_t i = 0; s->total.value && i < s->hours; i++)
		if (s->total.value[i] != SERIES_NO_DATA)
			share(&s->total.value[i], &s->other.value[i], shown_at(s, i));
	if (s->total.mean != SERIES_NO_DATA)
		share(&s->total.mean, &s->other.mean, shown_means(s));
}
