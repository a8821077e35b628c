/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Text as it is compared and searched: NFKC, which makes full-width letters and half-width kana the usual ones, then
 * Unicode's case folding. So ＡＢＣ, abc and ABC are one, and so are ﾌｨｯｼﾝｸﾞ and フィッシング.
 *
 *	_cleanup_(buf_clear) struct buf b;
 *	buf_init(&b, FOLD_GROWTH_MAX * text.n);
 *	fold_text(text, &b);
 *
 * Besides: signs for which CP932 and Unicode have several code points (wave dash, minus, hyphens) become ASCII; a
 * line end between two Japanese characters goes, because Japanese mail breaks lines inside words; bytes that are no
 * UTF-8 become U+FFFD, a zero byte a blank; more than 30 marks on one letter are left out (UAX #15, stream-safe). Any
 * text takes time in proportion to its length. */
#ifndef FORMAT_TEXT_FOLD_H
#define FORMAT_TEXT_FOLD_H

#include "base/buf.h"

/* No text grows more: U+FDFA is 3 bytes and becomes 33. */
#define FOLD_GROWTH_MAX 12

void fold_text(struct bytes utf8, struct buf *into);

/* Han, kana, bopomofo, Hangul and their half-width forms: scripts that are written without blanks. */
bool fold_is_japanese(uint32_t c);

#endif
