/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The desk's decisions. */
#include "desk/observatory/rules.h"

#include "base/cleanup.h"

#include <errno.h>

static int64_t last_known(const struct rules_span *s)
{
	return s->end_hour == RULES_OPEN ? MAX(s->seen_hour, s->start_hour + 1) : s->end_hour;
}

bool rules_is_same_rise(const struct rules_span *reviewed, const struct rules_span *found)
{
	if (reviewed->start_hour == found->start_hour)
		return true;
	return reviewed->start_hour < last_known(found) && found->start_hour < last_known(reviewed);
}

static struct date date_of_hour(int64_t hour)
{
	return calendar_date(hour * HOUR_US);
}

char *rules_started_format(const struct rules_span *s, char into[CALENDAR_TEXT_MAX])
{
	return date_format(date_of_hour(s->start_hour), into);
}

char *rules_ended_format(const struct rules_span *s, char into[CALENDAR_TEXT_MAX])
{
	char date[CALENDAR_TEXT_MAX];

	if (s->end_hour != RULES_OPEN)
		return date_format(date_of_hour(s->end_hour - 1), into);
	date_format(date_of_hour(s->seen_hour - 1), date);
	snprintf(into, CALENDAR_TEXT_MAX, "still seen at %.10s", date);
	return into;
}

int rules_check_alert(const struct rules_span *s, const char *text, struct error *err)
{
	char start[CALENDAR_TEXT_MAX];
	struct date d;

	if (text[0] == '\0')
		return 0;
	if (!date_parse(BYTES_TEXT(text), &d))
		return error_set(err, -EINVAL, "the alert's date '%s' is not a day", text);
	if (date_to_days(d) < date_to_days(date_of_hour(s->start_hour)))
		return error_set(err, -EINVAL, "the alert of %s is older than the rise, which began on %s", text,
				 rules_started_format(s, start));
	if (date_to_days(d) > date_to_days(date_of_hour(last_known(s) - 1)) + RULES_ALERT_DAYS)
		return error_set(err, -EINVAL, "the alert of %s came more than %d days after the rise", text, RULES_ALERT_DAYS);
	return 0;
}

int rules_check_reference(const char *text, struct date today, struct error *err)
{
	struct date d;

	if (text[0] == '\0')
		return 0;
	if (!date_parse(BYTES_TEXT(text), &d))
		return error_set(err, -EINVAL, "the reference's date '%s' is not a day", text);
	if (date_to_days(d) > date_to_days(today))
		return error_set(err, -EINVAL, "the reference's date %s lies in the future", text);
	return 0;
}

static bool take_year(struct bytes *text, int *ret)
{
	struct bytes year;
	uint64_t number;

	if (!take_bytes(text, 4, &year) || !bytes_number(year, 9998, &number) || number < 1900)
		return false;
	*ret = (int)number;
	return true;
}

/* What follows the year, of a period that begins on the first of a month; its months, 0: not a period. */
static int take_months(struct bytes rest, struct date *first)
{
	uint64_t part;
	uint8_t sign;

	if (rest.n == 0)
		return 12;
	take_u8(&rest, &sign);
	if (sign == 'Q' && rest.n == 1 && bytes_number(rest, 4, &part) && part >= 1) {
		*first = date_quarter_start(first->year, (int)part);
		return 3;
	}
	if (sign != '-' || rest.n != 2 || !bytes_number(rest, 12, &part) || part == 0)
		return 0;
	first->month = (int)part;
	return 1;
}

bool rules_period(const char *text, int64_t *ret_first, int64_t *ret_end)
{
	struct bytes rest = BYTES_TEXT(text);
	struct date first = { .month = 1, .day = 1 }, end;
	int months;

	if (date_parse(rest, &first)) {
		end = date_from_days(date_to_days(first) + 1);
	} else {
		if (!take_year(&rest, &first.year))
			return false;
		months = take_months(rest, &first);
		if (months == 0)
			return false;
		end = date_add_months(first, months);
	}
	*ret_first = floor_div(calendar_midnight(first), HOUR_US);
	*ret_end = floor_div(calendar_midnight(end), HOUR_US);
	return true;
}

int rules_quarter(const char *period, int64_t *ret_first, int64_t *ret_end, struct error *err)
{
	if (strlen(period) == 6 && period[4] == 'Q' && rules_period(period, ret_first, ret_end))
		return 0;
	error_hint(err, "quarters are written 2013Q2");
	return error_set(err, -EINVAL, "'%s' is not a quarter", period);
}

bool rules_may_publish(const char *note_ja, const char *note_en)
{
	return note_ja[0] && note_en[0];
}

bool rules_is_closed(int64_t end_hour, int64_t now_us, int64_t late_hours)
{
	return end_hour + late_hours <= floor_div(now_us, HOUR_US);
}

bool rules_is_stale(int64_t made_from, int64_t now)
{
	return made_from != RULES_ANY_VERSION && made_from != now;
}

int rules_check_version(const char *what, int64_t made_from, int64_t now, struct error *err)
{
	if (!rules_is_stale(made_from, now))
		return 0;
	return error_set(err, -ESTALE, "somebody wrote '%s' since it was read", what);
}
