/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Dates of mail. */
#include "format/mail/header_int.h"

#include "base/calendar.h"
#include "base/cleanup.h"

#include <strings.h>

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
				      "jul", "aug", "sep", "oct", "nov", "dec" };

/* Names of zones (RFC 5322 §4.3, and JST), in minutes. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{ "gmt", 0 },      { "ut", 0 },       { "utc", 0 },      { "z", 0 },        { "jst", 9 * 60 },
	{ "est", -5 * 60 }, { "edt", -4 * 60 }, { "cst", -6 * 60 }, { "cdt", -5 * 60 }, { "mst", -7 * 60 },
	{ "mdt", -6 * 60 }, { "pst", -8 * 60 }, { "pdt", -7 * 60 },
};

/* Skips blanks, commas and comments. */
static void skip_between(struct bytes *c)
{
	int depth = 0;

	while (c->n && (depth || c->p[0] == ' ' || c->p[0] == '\t' || c->p[0] == ',' || c->p[0] == '(')) {
		depth += (c->p[0] == '(') - (depth && c->p[0] == ')');
		(void)take_skip(c, 1);
	}
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static struct bytes take_letters(struct bytes *c)
{
	struct bytes word = BYTES(c->p, 0);

	while (c->n && is_letter(c->p[0])) {
		word.n++;
		(void)take_skip(c, 1);
	}
	return word;
}

static bool take_digits(struct bytes *c, int most, int *ret)
{
	int n = 0, value = 0;

	while (c->n && n < most && c->p[0] >= '0' && c->p[0] <= '9') {
		value = value * 10 + (c->p[0] - '0');
		n++;
		(void)take_skip(c, 1);
	}
	*ret = value;
	return n > 0;
}

static bool take_month(struct bytes *c, int *ret)
{
	struct bytes word = take_letters(c);

	for (int i = 0; word.n >= 3 && i < 12; i++) {
		if (strncasecmp((const char *)word.p, months[i], 3) != 0)
			continue;
		*ret = i + 1;
		return true;
	}
	return false;
}

static bool take_char(struct bytes *c, char sign)
{
	return c->n && c->p[0] == (uint8_t)sign && take_skip(c, 1);
}

/* hh:mm[:ss] */
static bool take_clock(struct bytes *c, int *ret_seconds)
{
	int h, m, s = 0;

	if (!take_digits(c, 2, &h) || !take_char(c, ':') || !take_digits(c, 2, &m))
		return false;
	if (take_char(c, ':') && !take_digits(c, 2, &s))
		return false;
	*ret_seconds = h * 3600 + m * 60 + s;
	return h < 24 && m < 60 && s <= 60;
}

/* Minutes east of UTC; none and an unknown name mean UTC (RFC 5322 §4.3). */
static int take_zone(struct bytes *c)
{
	int value, sign;
	struct bytes word;

	if (c->n && (c->p[0] == '+' || c->p[0] == '-')) {
		sign = c->p[0] == '-' ? -1 : 1;
		(void)take_skip(c, 1);
		return take_digits(c, 4, &value) && value % 100 < 60 && value <= 1400 ? sign * (value / 100 * 60 + value % 100) : 0;
	}
	word = take_letters(c);
	for (size_t i = 0; i < COUNT(zones); i++)
		if (word.n == strlen(zones[i].name) && strncasecmp((const char *)word.p, zones[i].name, word.n) == 0)
			return zones[i].minutes;
	return 0;
}

/* Years of two and three digits: RFC 5322 §4.3. */
static int full_year(int year)
{
	return year < 50 ? year + 2000 : year < 1000 ? year + 1900 : year;
}

bool mail_date_parse(const char *text, int64_t *ret)
{
	struct bytes c = BYTES_TEXT(text);
	struct date d;
	int seconds;

	if (time_parse(bytes_trim(c), true, ret))
		return true;
	skip_between(&c);
	(void)take_letters(&c);
	skip_between(&c);
	if (!take_digits(&c, 2, &d.day))
		return false;
	while (take_char(&c, ' ') || take_char(&c, '-'))
		;
	if (!take_month(&c, &d.month))
		return false;
	while (take_char(&c, ' ') || take_char(&c, '-'))
		;
	if (!take_digits(&c, 4, &d.year))
		return false;
	d.year = full_year(d.year);
	skip_between(&c);
	if (!date_is_valid(d) || !take_clock(&c, &seconds))
		return false;
	skip_between(&c);
	*ret = date_to_days(d) * DAY_US + (seconds - (int64_t)take_zone(&c) * 60) * SECOND_US;
	return true;
}
