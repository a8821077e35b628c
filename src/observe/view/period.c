/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Periods as people write them. */
#include "observe/view/period.h"

#include "base/calendar.h"

static int64_t hour_of(int64_t time_us)
{
	return floor_div(time_us, HOUR_US);
}

static int64_t hour_of_day(struct date d)
{
	return hour_of(calendar_midnight(d));
}

bool period_parse(struct bytes text, int64_t *ret_first, int64_t *ret_end)
{
	struct bytes year = BYTES(text.p, text.n < 4 ? text.n : 4), rest = text;
	struct date first = { .month = 1, .day = 1 }, end;
	uint64_t number, part;

	if (date_parse(text, &first)) {
		end = date_from_days(date_to_days(first) + 1);
	} else {
		if (!bytes_number(year, 9999, &number) || number < 1900 || !take_skip(&rest, 4))
			return false;
		first = (struct date){ (int)number, 1, 1 };
		if (rest.n == 0) {
			end = date_add_months(first, 12);
		} else if ((rest.p[0] == 'Q' || rest.p[0] == 'q') && take_skip(&rest, 1) && bytes_number(rest, 4, &part) &&
			   part >= 1) {
			first = date_quarter_start((int)number, (int)part);
			end = date_add_months(first, 3);
		} else if (rest.n == 3 && rest.p[0] == '-' && take_skip(&rest, 1) && bytes_number(rest, 12, &part) &&
			   part >= 1) {
			first.month = (int)part;
			end = date_add_months(first, 1);
		} else {
			return false;
		}
	}
	*ret_first = hour_of_day(first);
	*ret_end = hour_of_day(end);
	return true;
}

bool period_bound_parse(struct bytes text, bool is_end, int64_t *ret_hour)
{
	struct date d;
	int64_t t;

	if (date_parse(text, &d)) {
		*ret_hour = hour_of_day(is_end ? date_from_days(date_to_days(d) + 1) : d);
		return true;
	}
	if (!time_parse(text, false, &t))
		return false;
	*ret_hour = is_end ? hour_of(t + HOUR_US - 1) : hour_of(t);
	return true;
}
