/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Japanese and English words. They stand in po/ja.po and po/en.po (gettext's format; the msgid is a key such as
 * `observe.title`) and are made into tables by tools/po2c, which stops the build when a key lacks a language or a
 * placeholder differs. The key `observe.title` is the constant MSG_OBSERVE_TITLE.
 *
 *	puts(words(LANG_JA, MSG_OBSERVE_TITLE));
 *	puts(words_fill(arena, LANG_EN, MSG_OBSERVE_SENSORS, "count", "20", NULL));
 *
 * A message may name {placeholders}. One with msgid_plural has two English forms, chosen by the value of {count},
 * and one Japanese form. What is returned without an arena is static. Nothing here escapes: templates do. */
#ifndef ENGINE_WORDS_H
#define ENGINE_WORDS_H

#include "base/arena.h"
#include "base/calendar.h"
#include "engine/words/messages.gen.h"

#define WORDS_NUMBER_MAX 32

enum lang { LANG_JA, LANG_EN, LANG_COUNT };

/* "ja" or "en", also with a region behind ("ja-JP"); false for any other. */
bool lang_parse(const char *text, enum lang *ret);

/* "ja", "en": as in the lang attribute. */
const char *lang_code(enum lang lang);

/* The other of the two. */
enum lang lang_other(enum lang lang);

/* The words of a message, placeholders as they stand; of a plural message, the form for many. */
const char *words(enum lang lang, enum message message);

/* The message of a key (`observe.title`), or -1. */
int message_find(const char *key, size_t length);

/* The words with placeholders filled: pairs of name and text up to NULL. A placeholder without a value stays as
 * `{name}`, so that it is seen. */
char *words_fill(struct arena *a, enum lang lang, enum message message, ...) __attribute__((sentinel));

/* The same with values from a function that returns NULL where it has none. */
typedef const char *words_value(void *context, const char *name);
char *words_fill_with(struct arena *a, enum lang lang, enum message message, words_value *value, void *context);

/* The name of a region by its code: two letters of ISO 3166-1, or what address registries use beside them (regions.tbl.h).
 * NULL: it has none. */
const char *words_region(enum lang lang, const char *code);

/* 1,234,567 in both languages. */
char *words_number(int64_t n, char into[WORDS_NUMBER_MAX]);

/* 2013年5月18日 · 18 May 2013. In tables use date_format() (2013-05-18) in both languages. */
char *words_date(struct arena *a, enum lang lang, struct date d);

/* 2013年5月 · May 2013, and 5月 · May alone. */
char *words_month_of(struct arena *a, enum lang lang, int year, int month);
const char *words_month(enum lang lang, int month);

/* 2013年4月～6月 · April to June 2013 */
char *words_quarter(struct arena *a, enum lang lang, int year, int quarter);

/* 2013年5月18日 19時00分（Asia/Tokyo） · 18 May 2013, 19:00 (Asia/Tokyo): local time, the zone named. */
char *words_time(struct arena *a, enum lang lang, int64_t time_us);

#endif
