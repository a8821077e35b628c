/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes of any charset that mail carries -> UTF-8. The table of charsets is closed: iconv descriptors are opened once,
 * by charset_open_all(), and a name that is not in the table is never given to iconv, which would open a file.
 *
 * Labels are taken as mail uses them, not as the registry has them: Shift_JIS is CP932, EUC-JP is eucJP-ms,
 * ISO-8859-1 is Windows-1252, KS_C_5601-1987 is UHC. ISO-2022-JP is read by our own decoder, which knows what CP50220
 * and CP50221 add (NEC row 13, IBM's and NEC's kanji, half-width kana by ESC ( I, by SO or as raw bytes).
 *
 * A label that does not fit its bytes gives way to a guess, made in this order: ASCII; ISO-2022-JP by its escapes;
 * UTF-16 by its mark; UTF-8 where all of it is valid; the hint, a charset named elsewhere in the same mail; EUC-JP or
 * Shift_JIS by weight (kana 2, level 1 kanji and signs 1, level 2 kanji -1, private rows -2, from 0.5 a character, with
 * kana once there are eight); Windows-1252. */
#ifndef FORMAT_MAIL_CHARSET_INT_H
#define FORMAT_MAIL_CHARSET_INT_H

#include "base/buf.h"
#include "base/error.h"

struct charset;

/* Opens the descriptors and runs each once. -ENOENT where one is missing that Japanese mail needs. */
int charset_open_all(struct error *err);
void charset_close_all(void);

/* The charset of a label, NULL when it is unknown; letter case, quotes and blanks do not count. */
const struct charset *charset_find(struct bytes label);

struct charset_result {
	const char *used;   /* name of the charset that was applied; static */
	bool is_guessed;    /* there was no label, or it was unknown */
	bool is_label_wrong; /* the label did not fit and was set aside */
	bool is_lossy;      /* some bytes became U+FFFD */
};

/* Adds `raw` to `out` as UTF-8. `label` may be NULL (none, or unknown), `hint` too. */
struct charset_result charset_decode(struct bytes raw, const struct charset *label, const struct charset *hint,
				     struct buf *out);

/* What 8-bit bytes without a label are, if they are Japanese; looks at the first 64 KiB. */
enum charset_japanese { CHARSET_NOT_JAPANESE, CHARSET_EUC, CHARSET_SJIS };
enum charset_japanese charset_guess_japanese(struct bytes raw);

/* Adds `raw` with all that is not UTF-8, and NUL, replaced by U+FFFD. True when nothing had to be. */
bool charset_add_clean(struct buf *out, struct bytes raw);

#endif
