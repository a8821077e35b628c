/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Japan's public holidays (国民の祝日に関する法律) and business days. Three sources; the later wins:
 *
 *  1. the rule: fixed days, second and third Mondays, computed equinoxes, substitute holidays (振替休日) and days
 *     between two holidays (国民の休日), each from the year in which its law applied, 1948 to 2150;
 *  2. days of a single law: 1959, 1989, 1990, 1993 and 2019, and the days moved in 2020 and 2021;
 *  3. an operator's table: for each year of which it holds a day, its days are all there are.
 *
 *	struct business_calendar c = { .table = NULL };
 *	int days = business_days_between(&c, received, notified);
 */
#ifndef BASE_HOLIDAY_H
#define BASE_HOLIDAY_H

#include "base/calendar.h"

#define HOLIDAY_TABLE_MAX 20000 /* days in an operator's table */

/* Texts that live as long as the table, or for ever. */
struct holiday_name {
	const char *ja, *en;
};

/* An operator's table. */
struct holiday_table;

/* Reads `date,name` lines as the Cabinet Office publishes them (1955/1/1 or 1955-01-01, UTF-8 or CP932, a header
 * line, quotes allowed), and `date: name` lines of YAML. Lines that are empty or begin with '#' or '-' are left out.
 * -EBADMSG with the line that is wrong; -E2BIG. CP932 goes through iconv(3), which loads its table at the first use: a
 * process reads its table before its walls. */
int holiday_table_parse(struct bytes text, struct holiday_table **ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct holiday_table *holiday_table_free(struct holiday_table *t);
size_t holiday_table_count(const struct holiday_table *t);

/* Whether `d` is a holiday, and its name where `ret` is not NULL. `table` may be NULL. */
bool holiday_name(const struct holiday_table *table, struct date d, struct holiday_name *ret);

/* What counts as a business day (営業日): Monday to Friday without holidays; with `has_new_year_off` also without
 * December 29 to January 3, when government offices are closed. */
struct business_calendar {
	const struct holiday_table *table; /* NULL: rule and single laws only */
	bool has_new_year_off;
};

bool is_business_day(const struct business_calendar *c, struct date d);

/* Business days after `from`, up to and including `to`: Thursday to next Tuesday is 3. Negative when `to` is earlier. */
int business_days_between(const struct business_calendar *c, struct date from, struct date to);

/* The `n`th business day after `from` (before it, when `n` is negative); 0 gives `from` itself. */
struct date business_add(const struct business_calendar *c, struct date from, int n);

/* The classes in which the quarterly reports print how long sites lived. */
enum business_bucket { BUCKET_0_3, BUCKET_4_7, BUCKET_8_10, BUCKET_11_UP, BUCKETS };
enum business_bucket business_bucket(int days);
extern const char *const business_bucket_names[BUCKETS];

#endif
