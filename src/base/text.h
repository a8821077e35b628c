/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Small text helpers: UTF-8 (RFC 3629), display width, nearest word. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* Length 1..4 of the valid UTF-8 sequence at the start, 0 when there is none (overlong, surrogate, cut). */
size_t text_utf8_length(struct bytes text);
bool text_is_utf8(struct bytes text);

#define TEXT_NO_CHARACTER 0xfffd /* stands for each byte that is no UTF-8 */

/* Takes the next character; false at the end. */
bool text_take_character(struct bytes *c, uint32_t *ret);
/* Writes a character (up to 0x10ffff) and returns its length. */
size_t text_put_character(uint32_t c, char into[4]);

/* Columns of a terminal: wide East Asian characters take two (Unicode TR11, the ranges used by Japanese). */
size_t text_width(const char *text);

/* Copies what fits and ends it with NUL; false when it was cut. */
bool text_copy(char *into, size_t room, struct bytes text);

/* `*` any run, `?` any one character; case counts. No other signs are special. */
bool text_matches(const char *pattern, const char *text);

/* The word of a NULL-ended list nearest to `word` (Levenshtein), or NULL when none is near. */
const char *text_nearest(const char *word, const char *const *words);

/* Writes `n` with a comma at each thousand into `into` (28 bytes) and returns it. */
char *text_thousands(uint64_t n, char into[28]);

#endif
