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

/* Year, then Qn, -MM, -MM-DD or nothing. */
static bool take_year(struct bytes *text, uint64_t *ret)
{
	struct bytes year;

	return take_bytes(text, 4, &year) && bytes_number(year, 9998, ret) && *ret >= 1900;
}

int rules_quarter(const char *period, int64_t *ret_first, int64_t *ret_end, struct error *err)
{
	struct bytes rest = BYTES_TEXT(period);
	struct date first;
	uint64_t year, quarter;

	if (!take_year(&rest, &year) || rest.n != 2 || rest.p[0] != 'Q' || !take_skip(&rest, 1) ||
	    !bytes_number(rest, 4, &quarter) || quarter == 0) {
		error_hint(err, "quarters are written 2013Q2");
		return error_set(err, -EINVAL, "'%s' is not a quarter", period);
	}
	first = date_quarter_start((int)year, (int)quarter);
	*ret_first = floor_div(calendar_midnight(first), HOUR_US);
	*ret_end = floor_div(calendar_midnight(date_add_months(first, 3)), HOUR_US);
	return 0;
}

bool rules_is_period(const char *text)
{
	struct bytes rest = BYTES_TEXT(text), whole = rest;
	uint64_t year, part;
	struct date d;

	if (date_parse(whole, &d))
		return true;
	if (!take_year(&rest, &year))
		return false;
	if (rest.n == 0)
		return true;
	if (rest.p[0] == 'Q')
		return rest.n == 2 && take_skip(&rest, 1) && bytes_number(rest, 4, &part) && part >= 1;
	return rest.n == 3 && rest.p[0] == '-' && take_skip(&rest, 1) && bytes_number(rest, 12, &part) && part >= 1;
}

bool rules_is_closed(int64_t end_hour, int64_t now_us, int64_t late_hours)
{
	return end_hour + late_hours <= floor_div(now_us, HOUR_US);
}
