/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Japanese and English words out of the tables that tools/po2c made. */
#include "engine/words/words.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/words/words_int.h"

#define FILLED_MAX 65536
#define NAME_MAX_LENGTH 40

static const char *const codes[LANG_COUNT] = { [LANG_JA] = "ja", [LANG_EN] = "en" };

static const char *const months[2][12] = {
	{ "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月" },
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	  "November", "December" },
};

bool lang_parse(const char *text, enum lang *ret)
{
	for (int i = 0; i < LANG_COUNT; i++) {
		if (strncasecmp(text, codes[i], 2) != 0 || (text[2] && text[2] != '-' && text[2] != '_'))
			continue;
		*ret = (enum lang)i;
		return true;
	}
	return false;
}

const char *lang_code(enum lang lang)
{
	return codes[lang];
}

enum lang lang_other(enum lang lang)
{
	return lang == LANG_JA ? LANG_EN : LANG_JA;
}

const char *words(enum lang lang, enum message message)
{
	return words_rows[message].many[lang];
}

/* By code. */
static const struct region {
	char code[3];
	const char *name[LANG_COUNT];
} regions[] = {
#define REGION(code, ja, en) { #code, { ja, en } },
#include "engine/words/regions.tbl.h"
#undef REGION
};

static int compare_region(const void *code, const void *region)
{
	return strcmp(code, ((const struct region *)region)->code);
}

const char *words_region(enum lang lang, const char *code)
{
	const struct region *found = bsearch(code, regions, sizeof regions / sizeof *regions, sizeof *regions, compare_region);

	return found ? found->name[lang] : NULL;
}

static int compare_key(const char *key, size_t length, const char *row)
{
	int order = strncmp(key, row, length);

	return order != 0 ? order : -(row[length] != '\0');
}

int message_find(const char *key, size_t length)
{
	int low = 0, high = MESSAGE_COUNT - 1;

	while (low <= high) {
		int middle = (low + high) / 2;
		int order = compare_key(key, length, words_rows[middle].key);
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return -1;
}

static const char *form_of(enum lang lang, enum message message, words_value *value, void *context)
{
	const struct words_row *row = &words_rows[message];
	const char *count = row->one[lang] ? value(context, "count") : NULL;

	return count && strcmp(count, "1") == 0 ? row->one[lang] : row->many[lang];
}

/* Adds the value of the placeholder that starts at `{`, or the brace alone; returns what follows. */
static const char *fill_one(struct buf *out, const char *brace, words_value *value, void *context)
{
	const char *end = strchr(brace, '}');
	char name[NAME_MAX_LENGTH];
	const char *text = NULL;

	if (end && text_copy(name, sizeof name, BYTES(brace + 1, (size_t)(end - brace - 1))))
		text = value(context, name);
	if (!text) {
		buf_add_char(out, '{');
		return brace + 1;
	}
	buf_add_text(out, text);
	return end + 1;
}

char *words_fill_with(struct arena *a, enum lang lang, enum message message, words_value *value, void *context)
{
	_cleanup_(buf_clear) struct buf out;
	const char *at = form_of(lang, message, value, context);

	buf_init(&out, FILLED_MAX);
	while (*at) {
		size_t plain = strcspn(at, "{");
		buf_add(&out, at, plain);
		at += plain;
		if (*at == '{')
			at = fill_one(&out, at, value, context);
	}
	return arena_bytes(a, out.p, out.n);
}

struct pairs {
	const char *name[16], *text[16];
	size_t n;
};

static const char *pairs_value(void *context, const char *name)
{
	const struct pairs *p = context;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->name[i], name) == 0)
			return p->text[i];
	return NULL;
}

char *words_fill(struct arena *a, enum lang lang, enum message message, ...)
{
	struct pairs p = { .n = 0 };
	const char *name;
	va_list list;

	va_start(list, message);
	while (p.n < COUNT(p.name) && (name = va_arg(list, const char *)) != NULL) {
		p.name[p.n] = name;
		p.text[p.n++] = va_arg(list, const char *);
	}
	va_end(list);
	return words_fill_with(a, lang, message, pairs_value, &p);
}

char *words_number(int64_t n, char into[WORDS_NUMBER_MAX])
{
	into[0] = '-';
	text_thousands(n < 0 ? -(uint64_t)n : (uint64_t)n, into + (n < 0));
	return into;
}

const char *words_month(enum lang lang, int month)
{
	return months[lang][month - 1];
}

char *words_date(struct arena *a, enum lang lang, struct date d)
{
	if (lang == LANG_JA)
		return arena_printf(a, "%d年%d月%d日", d.year, d.month, d.day);
	return arena_printf(a, "%d %s %d", d.day, words_month(lang, d.month), d.year);
}

char *words_month_of(struct arena *a, enum lang lang, int year, int month)
{
	if (lang == LANG_JA)
		return arena_printf(a, "%d年%d月", year, month);
	return arena_printf(a, "%s %d", words_month(lang, month), year);
}

char *words_quarter(struct arena *a, enum lang lang, int year, int quarter)
{
	int first = quarter * 3 - 2;

	if (lang == LANG_JA)
		return arena_printf(a, "%d年%d月～%d月", year, first, first + 2);
	return arena_printf(a, "%s to %s %d", words_month(lang, first), words_month(lang, first + 2), year);
}

char *words_time(struct arena *a, enum lang lang, int64_t time_us)
{
	char *date = words_date(a, lang, calendar_date(time_us));
	int hour = calendar_hour(time_us);
	int minute = (int)(floor_div(time_us, 60 * SECOND_US) % 60);

	if (minute < 0)
		minute += 60;
	if (lang == LANG_JA)
		return arena_printf(a, "%s %d時%02d分（%s）", date, hour, minute, calendar_zone());
	return arena_printf(a, "%s, %02d:%02d (%s)", date, hour, minute, calendar_zone());
}
