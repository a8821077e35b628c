/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Japan's public holidays and business days. */
#include "base/holiday.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <iconv.h>

#define FIRST_YEAR 1948
#define LAST_YEAR 2150
#define EVER LAST_YEAR

enum name {
	NONE, /* a day on which the rule's holiday was not held */
	NEW_YEAR,
	COMING_OF_AGE,
	FOUNDATION,
	VERNAL_EQUINOX,
	SHOWA,
	CONSTITUTION,
	GREENERY,
	CHILDREN,
	MARINE,
	MOUNTAIN,
	RESPECT_FOR_AGED,
	AUTUMNAL_EQUINOX,
	HEALTH_SPORTS,
	SPORTS,
	CULTURE,
	LABOR,
	EMPEROR,
	WEDDING,
	FUNERAL,
	ENTHRONEMENT,
	ACCESSION,
	SUBSTITUTE,
	BETWEEN,
	NAMES
};

static const struct holiday_name names[NAMES] = {
	[NEW_YEAR] = { "元日", "New Year's Day" },
	[COMING_OF_AGE] = { "成人の日", "Coming of Age Day" },
	[FOUNDATION] = { "建国記念の日", "National Foundation Day" },
	[VERNAL_EQUINOX] = { "春分の日", "Vernal Equinox Day" },
	[SHOWA] = { "昭和の日", "Showa Day" },
	[CONSTITUTION] = { "憲法記念日", "Constitution Memorial Day" },
	[GREENERY] = { "みどりの日", "Greenery Day" },
	[CHILDREN] = { "こどもの日", "Children's Day" },
	[MARINE] = { "海の日", "Marine Day" },
	[MOUNTAIN] = { "山の日", "Mountain Day" },
	[RESPECT_FOR_AGED] = { "敬老の日", "Respect for the Aged Day" },
	[AUTUMNAL_EQUINOX] = { "秋分の日", "Autumnal Equinox Day" },
	[HEALTH_SPORTS] = { "体育の日", "Health and Sports Day" },
	[SPORTS] = { "スポーツの日", "Sports Day" },
	[CULTURE] = { "文化の日", "Culture Day" },
	[LABOR] = { "勤労感謝の日", "Labor Thanksgiving Day" },
	[EMPEROR] = { "天皇誕生日", "The Emperor's Birthday" },
	[WEDDING] = { "結婚の儀", "Wedding of the Crown Prince" },
	[FUNERAL] = { "大喪の礼", "Funeral of Emperor Showa" },
	[ENTHRONEMENT] = { "即位礼正殿の儀", "Enthronement Ceremony" },
	[ACCESSION] = { "即位の日", "Accession of the Emperor" },
	[SUBSTITUTE] = { "振替休日", "Substitute Holiday" },
	[BETWEEN] = { "国民の休日", "Citizens' Holiday" },
};

enum when { FIXED, MONDAY, EQUINOX }; /* `day` is the day, or which Monday */

/* Article 2 of the law of 1948-07-20 and its changes. */
static const struct {
	int first_year, last_year, month, day;
	enum when when;
	enum name name;
} rules[] = {
	{ 1949, EVER, 1, 1, FIXED, NEW_YEAR },
	{ 1949, 1999, 1, 15, FIXED, COMING_OF_AGE },
	{ 2000, EVER, 1, 2, MONDAY, COMING_OF_AGE },
	{ 1967, EVER, 2, 11, FIXED, FOUNDATION },
	{ 2020, EVER, 2, 23, FIXED, EMPEROR },
	{ 1949, EVER, 3, 0, EQUINOX, VERNAL_EQUINOX },
	{ 1949, 1988, 4, 29, FIXED, EMPEROR },
	{ 1989, 2006, 4, 29, FIXED, GREENERY },
	{ 2007, EVER, 4, 29, FIXED, SHOWA },
	{ 1949, EVER, 5, 3, FIXED, CONSTITUTION },
	{ 2007, EVER, 5, 4, FIXED, GREENERY },
	{ 1949, EVER, 5, 5, FIXED, CHILDREN },
	{ 1996, 2002, 7, 20, FIXED, MARINE },
	{ 2003, EVER, 7, 3, MONDAY, MARINE },
	{ 2016, EVER, 8, 11, FIXED, MOUNTAIN },
	{ 1966, 2002, 9, 15, FIXED, RESPECT_FOR_AGED },
	{ 2003, EVER, 9, 3, MONDAY, RESPECT_FOR_AGED },
	{ 1948, EVER, 9, 0, EQUINOX, AUTUMNAL_EQUINOX },
	{ 1966, 1999, 10, 10, FIXED, HEALTH_SPORTS },
	{ 2000, 2019, 10, 2, MONDAY, HEALTH_SPORTS },
	{ 2020, EVER, 10, 2, MONDAY, SPORTS },
	{ 1948, EVER, 11, 3, FIXED, CULTURE },
	{ 1948, EVER, 11, 23, FIXED, LABOR },
	{ 1989, 2018, 12, 23, FIXED, EMPEROR },
};

/* Days of a single law. NONE takes a day of the rule away. */
static const struct {
	struct date date;
	enum name name;
} single_days[] = {
	{ { 1959, 4, 10 }, WEDDING },      { { 1989, 2, 24 }, FUNERAL },  { { 1990, 11, 12 }, ENTHRONEMENT },
	{ { 1993, 6, 9 }, WEDDING },       { { 2019, 5, 1 }, ACCESSION }, { { 2019, 10, 22 }, ENTHRONEMENT },
	{ { 2020, 7, 20 }, NONE },         { { 2020, 7, 23 }, MARINE },   { { 2020, 7, 24 }, SPORTS },
	{ { 2020, 8, 11 }, NONE },         { { 2020, 8, 10 }, MOUNTAIN }, { { 2020, 10, 12 }, NONE },
	{ { 2021, 7, 19 }, NONE },         { { 2021, 7, 22 }, MARINE },   { { 2021, 7, 23 }, SPORTS },
	{ { 2021, 8, 11 }, NONE },         { { 2021, 8, 8 }, MOUNTAIN },  { { 2021, 10, 11 }, NONE },
};

/* --- the rule --- */

/* 0 Sunday to 6 Saturday; 1970-01-01 was a Thursday. */
static int weekday(int64_t days)
{
	return (int)(((days + 4) % 7 + 7) % 7);
}

/* The day in March or September on which the sun crosses the equator, in Japan: the polynomials of the almanac
 * 新こよみ便利帳, in millionths of a day. */
static int equinox_day(int year, bool is_spring)
{
	int64_t start = year < 1980 ? (is_spring ? 20835700 : 23258800) :
			year < 2100 ? (is_spring ? 20843100 : 23248800) :
				      (is_spring ? 21851000 : 24248800);
	int leap_days = (year - (year < 1980 ? 1983 : 1980)) / 4;

	return (int)((start + INT64_C(242194) * (year - 1980)) / 1000000 - leap_days);
}

static bool rule_holds(size_t i, struct date d, int64_t days)
{
	if (d.year < rules[i].first_year || d.year > rules[i].last_year || d.month != rules[i].month)
		return false;
	switch (rules[i].when) {
	case MONDAY:
		return weekday(days) == 1 && (d.day + 6) / 7 == rules[i].day;
	case EQUINOX:
		return d.day == equinox_day(d.year, d.month == 3);
	default:
		return d.day == rules[i].day;
	}
}

/* Articles 1 and 2, and single laws: 国民の祝日. */
static enum name national(int64_t days)
{
	struct date d = date_from_days(days);

	for (size_t i = 0; i < COUNT(single_days); i++)
		if (single_days[i].date.year == d.year && single_days[i].date.month == d.month &&
		    single_days[i].date.day == d.day)
			return single_days[i].name;
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rule_holds(i, d, days))
			return rules[i].name;
	return NONE;
}

/* Article 3, paragraph 2. From 1973-04-12 the Monday after a Sunday; from 2007 the next day that is no holiday. */
static bool is_substitute(int64_t days, int year)
{
	if (days < date_to_days((struct date){ 1973, 4, 12 }))
		return false;
	if (year < 2007)
		return weekday(days) == 1 && national(days - 1) != NONE;
	for (int64_t before = days - 1; national(before) != NONE; before--)
		if (weekday(before) == 0)
			return true;
	return false;
}

/* Article 3, paragraph 3, from 1985-12-27: a day between two national holidays; before 2007 no Sunday. */
static bool is_between(int64_t days, int year)
{
	if (days < date_to_days((struct date){ 1985, 12, 27 }) || (year < 2007 && weekday(days) == 0))
		return false;
	return national(days - 1) != NONE && national(days + 1) != NONE;
}

static enum name by_law(struct date d)
{
	int64_t days = date_to_days(d);
	enum name name;

	if (d.year < FIRST_YEAR || d.year > LAST_YEAR)
		return NONE;
	name = national(days);
	if (name != NONE)
		return name;
	if (is_substitute(days, d.year))
		return SUBSTITUTE;
	return is_between(days, d.year) ? BETWEEN : NONE;
}

/* --- an operator's table --- */

struct holiday_table {
	struct row {
		struct date date;
		int64_t days;
		char *name;
	} *rows;
	size_t count, room;
};

struct holiday_table *holiday_table_free(struct holiday_table *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < t->count; i++)
		free(t->rows[i].name);
	free(t->rows);
	free(t);
	return NULL;
}

size_t holiday_table_count(const struct holiday_table *t)
{
	return t->count;
}

/* Y-M-D or Y/M/D, with or without leading zeros; what follows stays in `c`. */
static bool take_date(struct bytes *c, struct date *ret)
{
	int part[3] = { 0, 0, 0 };
	uint8_t between = 0;
	struct date d;

	for (int i = 0; i < 3; i++) {
		size_t digits = 0;
		while (digits < 4 && c->n && c->p[0] >= '0' && c->p[0] <= '9') {
			part[i] = part[i] * 10 + (c->p[0] - '0');
			digits += take_skip(c, 1);
		}
		if (digits == 0 || (i < 2 && (!take_u8(c, &between) || (between != '-' && between != '/'))))
			return false;
	}
	d = (struct date){ part[0], part[1], part[2] };
	if (!date_is_valid(d))
		return false;
	*ret = d;
	return true;
}

static struct bytes without_quotes(struct bytes text)
{
	text = bytes_trim(text);
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		return BYTES(text.p + 1, text.n - 2);
	return text;
}

static bool is_left_out(struct bytes line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == '-';
}

static bool take_row(struct bytes line, struct row *ret)
{
	struct bytes date, name;
	size_t at = 0;
	struct row row;

	while (at < line.n && line.p[at] != ',' && line.p[at] != ':')
		at++;
	if (at == line.n)
		return false;
	date = without_quotes(BYTES(line.p, at));
	name = without_quotes(BYTES(line.p + at + 1, line.n - at - 1));
	if (!take_date(&date, &row.date) || date.n || name.n == 0 || name.n > 200 || memchr(name.p, '\0', name.n))
		return false;
	row.days = date_to_days(row.date);
	row.name = memory_copy_text(name.p, name.n);
	*ret = row;
	return true;
}

static int by_days(const void *a, const void *b)
{
	int64_t x = ((const struct row *)a)->days, y = ((const struct row *)b)->days;

	return (x > y) - (x < y);
}

static int read_rows(struct bytes text, struct holiday_table *t, struct error *err)
{
	struct bytes line;
	unsigned number = 0;
	bool has_header = false;

	while (take_until(&text, '\n', &line)) {
		line = bytes_trim(line);
		if (++number == 1 && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
			take_skip(&line, 3);
		if (is_left_out(line))
			continue;
		if (t->count == HOLIDAY_TABLE_MAX)
			return error_set(err, -E2BIG, "line %u: a table holds %d days at most", number, HOLIDAY_TABLE_MAX);
		t->rows = memory_grow(t->rows, &t->room, t->count + 1, sizeof *t->rows);
		if (take_row(line, &t->rows[t->count])) {
			t->count++;
			continue;
		}
		if (t->count || has_header)
			return error_set(err, -EBADMSG, "line %u is no date and name", number);
		has_header = true;
	}
	if (t->count == 0)
		return error_set(err, -EBADMSG, "the table of holidays holds no day");
	qsort(t->rows, t->count, sizeof *t->rows, by_days);
	return 0;
}

/* CP932 as UTF-8; -EBADMSG when it is neither. */
static int to_utf8(struct bytes text, struct buf *into, struct error *err)
{
	iconv_t convert = iconv_open("UTF-8", "CP932");
	size_t left = text.n;
	char *from = (char *)text.p;
	int r = 0;

	if (convert == (iconv_t)-1)
		return error_set(err, -ENOSYS, "the C library has no table of CP932");
	while (left && r == 0) {
		char piece[1024], *to = piece;
		size_t room = sizeof piece, was = left;
		size_t done = iconv(convert, &from, &left, &to, &room);
		buf_add(into, piece, sizeof piece - room);
		if (done == (size_t)-1 && (errno != E2BIG || was == left))
			r = error_set(err, -EBADMSG, "the table of holidays is neither UTF-8 nor CP932");
	}
	iconv_close(convert);
	return r;
}

int holiday_table_parse(struct bytes text, struct holiday_table **ret, struct error *err)
{
	struct holiday_table *t;
	_cleanup_(buf_clear) struct buf converted;
	int r = 0;

	buf_init(&converted, 4 * (text.n + 1));
	if (!text_is_utf8(text)) {
		r = to_utf8(text, &converted, err);
		text = buf_bytes(&converted);
	}
	if (r < 0)
		return r;
	t = memory_new(1, sizeof *t);
	r = read_rows(text, t, err);
	if (r < 0) {
		holiday_table_free(t);
		return r;
	}
	*ret = t;
	return 0;
}

/* The first row on or after a day. */
static size_t row_from(const struct holiday_table *t, int64_t days)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (t->rows[middle].days < days)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_year(const struct holiday_table *t, int year)
{
	size_t at = row_from(t, date_to_days((struct date){ year, 1, 1 }));

	return at < t->count && t->rows[at].date.year == year;
}

static struct holiday_name with_english(const char *ja)
{
	for (size_t i = NEW_YEAR; i < NAMES; i++)
		if (strcmp(names[i].ja, ja) == 0)
			return names[i];
	return (struct holiday_name){ ja, ja };
}

bool holiday_name(const struct holiday_table *table, struct date d, struct holiday_name *ret)
{
	struct holiday_name found;

	if (table && has_year(table, d.year)) {
		int64_t days = date_to_days(d);
		size_t at = row_from(table, days);
		if (at == table->count || table->rows[at].days != days)
			return false;
		found = with_english(table->rows[at].name);
	} else {
		enum name name = by_law(d);
		if (name == NONE)
			return false;
		found = names[name];
	}
	if (ret)
		*ret = found;
	return true;
}

/* --- business days --- */

static bool is_new_year(struct date d)
{
	return (d.month == 12 && d.day >= 29) || (d.month == 1 && d.day <= 3);
}

bool is_business_day(const struct business_calendar *c, struct date d)
{
	int day = weekday(date_to_days(d));

	if (day == 0 || day == 6 || (c->has_new_year_off && is_new_year(d)))
		return false;
	return !holiday_name(c->table, d, NULL);
}

int business_days_between(const struct business_calendar *c, struct date from, struct date to)
{
	int64_t first = date_to_days(from), last = date_to_days(to);
	int count = 0;

	if (last < first)
		return -business_days_between(c, to, from);
	for (int64_t day = first + 1; day <= last; day++)
		count += is_business_day(c, date_from_days(day));
	return count;
}

struct date business_add(const struct business_calendar *c, struct date from, int n)
{
	int64_t day = date_to_days(from);
	int step = n < 0 ? -1 : 1;

	while (n) {
		day += step;
		if (is_business_day(c, date_from_days(day)))
			n -= step;
	}
	return date_from_days(day);
}

const char *const business_bucket_names[BUCKETS] = { "0-3", "4-7", "8-10", "11+" };

enum business_bucket business_bucket(int days)
{
	if (days <= 3)
		return BUCKET_0_3;
	if (days <= 7)
		return BUCKET_4_7;
	return days <= 10 ? BUCKET_8_10 : BUCKET_11_UP;
}
