/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Instants as logs and people write them. */
#include "format/text/instant.h"

#include "base/cleanup.h"

#include <ctype.h>

#define FIRST_YEAR 1900
#define LAST_YEAR 2199

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
				      "jul", "aug", "sep", "oct", "nov", "dec" };
static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static const struct {
	const char *name;
	int year_zero;
} eras[] = { { "令和", 2018 }, { "平成", 1988 }, { "昭和", 1925 }, { "大正", 1911 } };

/* Names of one meaning each; the American ones after RFC 5322 §4.3. */
static const struct {
	const char *name;
	int hours;
} zones[] = {
	{ "utc", 0 },	{ "gmt", 0 },	{ "z", 0 },    { "jst", 9 },   { "kst", 9 },   { "hkt", 8 },
	{ "sgt", 8 },	{ "pht", 8 },	{ "wib", 7 },  { "ict", 7 },   { "msk", 3 },   { "eet", 2 },
	{ "eest", 3 },	{ "cet", 1 },	{ "cest", 2 }, { "wet", 0 },   { "west", 1 },  { "brt", -3 },
	{ "edt", -4 },	{ "est", -5 },	{ "cdt", -5 }, { "mdt", -6 },  { "mst", -7 },  { "pdt", -7 },
	{ "pst", -8 },	{ "aest", 10 }, { "aedt", 11 }, { "nzst", 12 }, { "nzdt", 13 },
};

/* --- small takes, each leaving `c` alone where it fails --- */

static bool take_char(struct bytes *c, char wanted)
{
	return c->n && c->p[0] == (uint8_t)wanted && take_skip(c, 1);
}

static bool take_one_of(struct bytes *c, const char *wanted, char *ret)
{
	if (c->n == 0 || c->p[0] == 0 || !strchr(wanted, c->p[0]))
		return false;
	*ret = (char)c->p[0];
	return take_skip(c, 1);
}

static bool take_text(struct bytes *c, const char *text)
{
	return bytes_starts(*c, text) && take_skip(c, strlen(text));
}

/* A word of letters, whatever their case; no letter may follow. */
static bool take_word(struct bytes *c, const char *word)
{
	size_t n = strlen(word);

	if (c->n < n || strncasecmp((const char *)c->p, word, n) != 0 || (c->n > n && isalpha(c->p[n])))
		return false;
	return take_skip(c, n);
}

/* A number of `least` to `most` digits, with no digit after it. */
static bool take_number(struct bytes *c, size_t least, size_t most, int *ret)
{
	size_t n = 0;
	int value = 0;

	while (n < c->n && n <= most && isdigit(c->p[n])) {
		if (n < most)
			value = value * 10 + (c->p[n] - '0');
		n++;
	}
	if (n < least || n > most)
		return false;
	*ret = value;
	return take_skip(c, n);
}

/* Exactly `n` digits, whatever follows. */
static bool take_digits(struct bytes *c, size_t n, int *ret)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (i >= c->n || !isdigit(c->p[i]))
			return false;
		value = value * 10 + (c->p[i] - '0');
	}
	*ret = value;
	return take_skip(c, n);
}

/* Up to `most` blanks; how many. */
static size_t take_blanks(struct bytes *c, size_t most)
{
	size_t n = 0;

	while (n < most && n < c->n && (c->p[n] == ' ' || c->p[n] == '\t'))
		n++;
	take_skip(c, n);
	return n;
}

static bool take_month(struct bytes *c, int *ret)
{
	for (size_t i = 0; i < COUNT(months); i++) {
		struct bytes at = *c;
		if (at.n < 3 || strncasecmp((const char *)at.p, months[i], 3) != 0)
			continue;
		/* Also the whole names, and Sept. */
		for (size_t n = 0; n < 9 && at.n && isalpha(at.p[0]); n++)
			take_skip(&at, 1);
		*ret = (int)i + 1;
		*c = at;
		return true;
	}
	return false;
}

/* `Wed, ` or `Wed `; nothing taken is fine. */
static void take_weekday(struct bytes *c)
{
	for (size_t i = 0; i < COUNT(weekdays); i++) {
		struct bytes at = *c;
		if (!take_word(&at, weekdays[i]))
			continue;
		take_char(&at, ',');
		if (take_blanks(&at, 2))
			*c = at;
		return;
	}
}

static bool date_is_good(const struct date *d)
{
	struct date d2 = *d;

	if (d2.year == 0)
		d2.year = 2000; /* a leap year: February 29 is possible */
	return d2.year >= FIRST_YEAR && d2.year <= LAST_YEAR && date_is_valid(d2);
}

static bool time_is_good(const struct instant *i)
{
	return i->hour < 24 && i->minute < 60 && i->second <= 60;
}

/* --- time of day --- */

static void take_fraction(struct bytes *c, int *ret)
{
	struct bytes at = *c;
	char sign;
	int us = 0, digits = 0;

	if (!take_one_of(&at, ".,", &sign) || at.n == 0 || !isdigit(at.p[0]))
		return;
	for (; at.n && isdigit(at.p[0]) && digits < 9; digits++) {
		if (digits < 6)
			us = us * 10 + (at.p[0] - '0');
		take_skip(&at, 1);
	}
	for (; digits < 6; digits++)
		us *= 10;
	*ret = us;
	*c = at;
}

/* ` PM` or ` p.m.` behind a clock of twelve hours. */
static void take_half_of_day(struct bytes *c, struct instant *i)
{
	static const struct {
		const char *word;
		bool is_afternoon;
	} halves[] = { { "am", false }, { "pm", true }, { "a.m", false }, { "p.m", true } };
	struct bytes at = *c;

	take_blanks(&at, 1);
	if (i->hour < 1 || i->hour > 12)
		return;
	for (size_t k = 0; k < COUNT(halves); k++) {
		if (!take_word(&at, halves[k].word))
			continue;
		if (k >= 2)
			take_char(&at, '.');
		i->hour = i->hour % 12 + (halves[k].is_afternoon ? 12 : 0);
		*c = at;
		return;
	}
}

/* HH:MM[:SS[.fraction]][ PM] */
static bool take_clock(struct bytes *c, struct instant *i)
{
	struct bytes at = *c, before;

	if (!take_number(&at, 1, 2, &i->hour) || !take_char(&at, ':') || !take_number(&at, 2, 2, &i->minute))
		return false;
	before = at;
	if (take_char(&at, ':') && take_number(&at, 2, 2, &i->second))
		take_fraction(&at, &i->fraction_us);
	else
		at = before;
	take_half_of_day(&at, i);
	*c = at;
	return time_is_good(i);
}

/* 午後0時34分[56秒], the minutes left out too. */
static bool take_japanese_clock(struct bytes *c, struct instant *i)
{
	struct bytes at = *c, before;
	bool is_morning = take_text(&at, "午前"), is_afternoon = !is_morning && take_text(&at, "午後");

	take_blanks(&at, 1);
	if (!take_number(&at, 1, 2, &i->hour))
		return false;
	if (!take_text(&at, "時")) {
		at = *c;
		return !is_morning && !is_afternoon && take_clock(c, i);
	}
	before = at;
	if (take_number(&at, 1, 2, &i->minute) && take_text(&at, "分"))
		before = at;
	else if (take_text(&at, "半"))
		i->minute = 30, before = at;
	else
		i->minute = 0;
	at = before;
	if (take_number(&at, 1, 2, &i->second) && take_text(&at, "秒"))
		before = at;
	else
		i->second = 0;
	if (is_afternoon && i->hour < 12)
		i->hour += 12;
	*c = before;
	return time_is_good(i);
}

/* --- zones --- */

static bool take_offset(struct bytes *c, struct instant *i)
{
	struct bytes at = *c, before;
	char sign;
	int hours = 0, minutes = 0;

	if (!take_one_of(&at, "+-", &sign) || !take_digits(&at, 2, &hours))
		return false;
	before = at;
	take_char(&at, ':');
	if (!take_digits(&at, 2, &minutes)) {
		at = before;
		minutes = 0;
	}
	if (hours > 14 || minutes > 59 || (at.n && (isdigit(at.p[0]) || at.p[0] == ':')))
		return false;
	i->offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
	i->has_zone = true;
	*c = at;
	return true;
}

static bool take_zone_name(struct bytes *c, struct instant *i)
{
	struct bytes at = *c;

	for (size_t k = 0; k < COUNT(zones); k++) {
		if (!take_word(&at, zones[k].name))
			continue;
		if (at.n && (isdigit(at.p[0]) || at.p[0] == '_'))
			return false;
		i->offset_s = zones[k].hours * 3600;
		i->has_zone = true;
		/* UTC+9, GMT+0900 */
		if (zones[k].hours == 0 && at.n >= 2 && (at.p[0] == '+' || at.p[0] == '-')) {
			struct bytes more = at;
			int hours = 0;
			if (take_offset(&more, i)) {
				at = more;
			} else if (take_skip(&more, 1) && take_number(&more, 1, 2, &hours) && hours <= 14) {
				i->offset_s = hours * (at.p[0] == '-' ? -3600 : 3600);
				at = more;
			}
		}
		*c = at;
		return true;
	}
	if (take_text(&at, "日本時間") || take_text(&at, "日本標準時")) {
		i->offset_s = 9 * 3600;
		i->has_zone = true;
		*c = at;
		return true;
	}
	return false;
}

/* ` (JST)` behind an offset says nothing new. */
static void skip_zone_comment(struct bytes *c)
{
	struct bytes at = *c;

	if (take_blanks(&at, 1) && take_char(&at, '(')) {
		for (size_t n = 0; n < 5 && at.n && isalpha(at.p[0]); n++)
			take_skip(&at, 1);
		if (take_char(&at, ')'))
			*c = at;
	}
}

/* ` JST`, `(JST)`, ` +0900 (JST)`, `Z`; where none follows nothing is taken. */
static void take_zone(struct bytes *c, struct instant *i)
{
	struct bytes at = *c;
	bool is_in_brackets;

	take_blanks(&at, 2);
	is_in_brackets = take_char(&at, '(');
	if (take_offset(&at, i)) {
		skip_zone_comment(&at);
	} else if (!take_zone_name(&at, i)) {
		return;
	}
	if (is_in_brackets)
		take_char(&at, ')');
	*c = at;
}

/* --- whole instants --- */

/* What stands between a date and its time. */
static bool take_between(struct bytes *c)
{
	char sign;

	if (take_blanks(c, 3))
		return take_char(c, '-') ? take_blanks(c, 1) > 0 : true;
	return take_one_of(c, "Tt_", &sign);
}

/* 2014-01-15T12:34:56+09:00 and its kin. */
static bool take_year_first(struct bytes *c, struct instant *i)
{
	char one, two;

	if (!take_number(c, 4, 4, &i->date.year) || !take_one_of(c, "-/.", &one) || !take_number(c, 1, 2, &i->date.month) ||
	    !take_one_of(c, "-/.", &two) || one != two || !take_number(c, 1, 2, &i->date.day) || !take_between(c) ||
	    !take_clock(c, i))
		return false;
	take_zone(c, i);
	return true;
}

/* 20140115T123456Z; the T must be there. */
static bool take_compact(struct bytes *c, struct instant *i)
{
	if (!take_digits(c, 4, &i->date.year) || !take_digits(c, 2, &i->date.month) || !take_digits(c, 2, &i->date.day) ||
	    !take_char(c, 'T') || !take_digits(c, 2, &i->hour) || !take_digits(c, 2, &i->minute) ||
	    !take_digits(c, 2, &i->second) || !time_is_good(i))
		return false;
	take_fraction(c, &i->fraction_us);
	take_zone(c, i);
	return true;
}

/* [Wed, ]15 Jan 2014 12:34:56 +0900; 15/Jan/2014:12:34:56 +0900; 15-Jan-2014 12:34:56.789 */
static bool take_day_first(struct bytes *c, struct instant *i)
{
	char one, two, sign;

	take_weekday(c);
	if (!take_number(c, 1, 2, &i->date.day) || !take_one_of(c, " /-", &one) || !take_month(c, &i->date.month) ||
	    !take_one_of(c, " /-", &two) || one != two || !take_number(c, 4, 4, &i->date.year) ||
	    !take_one_of(c, ": T", &sign) || !take_clock(c, i))
		return false;
	take_zone(c, i);
	return true;
}

/* [Wed ]Jan 15 12:34:56[.123] [JST] [2014]; Jan 15, 2014 12:34:56 */
static bool take_month_first(struct bytes *c, struct instant *i)
{
	struct bytes at;
	int year;

	take_weekday(c);
	if (!take_month(c, &i->date.month) || !take_blanks(c, 2) || !take_number(c, 1, 2, &i->date.day))
		return false;
	take_char(c, ',');
	if (!take_blanks(c, 2))
		return false;
	at = *c;
	if (take_number(&at, 4, 4, &i->date.year) && take_blanks(&at, 2))
		*c = at;
	else
		i->date.year = 0;
	if (!take_clock(c, i))
		return false;
	take_zone(c, i);
	at = *c;
	if (i->date.year == 0 && take_blanks(&at, 2) && take_number(&at, 4, 4, &year) && year >= FIRST_YEAR &&
	    year <= LAST_YEAR) {
		i->date.year = year;
		*c = at;
	}
	return true;
}

static bool take_japanese_year(struct bytes *c, int *ret)
{
	int year = 0;

	for (size_t k = 0; k < COUNT(eras); k++) {
		if (!take_text(c, eras[k].name))
			continue;
		if (take_text(c, "元"))
			year = 1;
		else if (!take_number(c, 1, 2, &year))
			return false;
		*ret = eras[k].year_zero + year;
		return take_text(c, "年");
	}
	return take_number(c, 4, 4, ret) && take_text(c, "年");
}

/* (水) or （水曜日）; the brackets have become ASCII where the text was made plain. */
static void take_japanese_weekday(struct bytes *c)
{
	static const char *const days[] = { "月", "火", "水", "木", "金", "土", "日" };
	struct bytes at = *c;
	size_t k = 0;

	if (!take_char(&at, '(') && !take_text(&at, "（"))
		return;
	while (k < COUNT(days) && !take_text(&at, days[k]))
		k++;
	take_text(&at, "曜日");
	take_text(&at, "曜");
	if (k < COUNT(days) && (take_char(&at, ')') || take_text(&at, "）")))
		*c = at;
}

/* [2014年]1月15日(水) 12時34分56秒 */
static bool take_japanese(struct bytes *c, struct instant *i)
{
	struct bytes at = *c;

	if (take_japanese_year(&at, &i->date.year)) {
		take_blanks(&at, 1);
		*c = at;
	} else {
		i->date.year = 0;
	}
	if (!take_number(c, 1, 2, &i->date.month) || !take_text(c, "月"))
		return false;
	take_blanks(c, 1);
	if (!take_number(c, 1, 2, &i->date.day) || !take_text(c, "日"))
		return false;
	take_japanese_weekday(c);
	take_blanks(c, 2);
	take_text(c, "、");
	if (!take_japanese_clock(c, i))
		return false;
	take_zone(c, i);
	return true;
}

static bool (*const shapes[])(struct bytes *c, struct instant *i) = {
	take_year_first, take_compact, take_day_first, take_month_first, take_japanese,
};

bool instant_take(struct bytes *c, struct instant *ret)
{
	for (size_t k = 0; k < COUNT(shapes); k++) {
		struct bytes at = *c;
		struct instant i = { .hour = 0 };
		if (!shapes[k](&at, &i) || !date_is_good(&i.date))
			continue;
		*c = at;
		*ret = i;
		return true;
	}
	return false;
}

bool instant_parse(struct bytes text, struct instant *ret)
{
	struct instant i;

	text = bytes_trim(text);
	if (text.n >= 2 && ((text.p[0] == '[' && text.p[text.n - 1] == ']') || (text.p[0] == '"' && text.p[text.n - 1] == '"')))
		text = bytes_trim(BYTES(text.p + 1, text.n - 2));
	if (!instant_take(&text, &i) || bytes_trim(text).n)
		return false;
	*ret = i;
	return true;
}

/* --- what it is --- */

static int64_t time_in(const struct instant *i, int year, int offset_s)
{
	struct date d = i->date;
	int64_t seconds;

	d.year = year;
	seconds = date_to_days(d) * 86400 + i->hour * 3600 + i->minute * 60 + i->second;
	return (seconds - (i->has_zone ? i->offset_s : offset_s)) * SECOND_US + i->fraction_us;
}

int64_t instant_time(const struct instant *i, int offset_s, int64_t not_after_us)
{
	int year = i->date.year;

	if (year)
		return time_in(i, year, offset_s);
	year = date_from_days(floor_div(not_after_us, DAY_US)).year + 1;
	/* February 29 may be eight years back (1896 to 1904). */
	for (int tries = 0; tries < 10; tries++, year--)
		if (date_is_valid((struct date){ year, i->date.month, i->date.day }) &&
		    time_in(i, year, offset_s) <= not_after_us + DAY_US)
			break;
	return time_in(i, year, offset_s);
}

char *instant_format(const struct instant *i, char into[CALENDAR_TEXT_MAX])
{
	int n = i->date.year ? snprintf(into, CALENDAR_TEXT_MAX, "%04d", i->date.year) : snprintf(into, CALENDAR_TEXT_MAX, "-");

	n += snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, "-%02d-%02dT%02d:%02d:%02d", i->date.month, i->date.day, i->hour,
		      i->minute, i->second);
	if (i->fraction_us)
		n += snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, ".%06d", i->fraction_us);
	if (i->has_zone && i->offset_s == 0)
		snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, "Z");
	else if (i->has_zone)
		snprintf(into + n, CALENDAR_TEXT_MAX - (size_t)n, "%c%02d:%02d", i->offset_s < 0 ? '-' : '+',
			 abs(i->offset_s) / 3600, abs(i->offset_s) / 60 % 60);
	return into;
}
