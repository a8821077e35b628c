/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The table that tools/po2c writes: one row a message, in the order of the keys. */
#ifndef ENGINE_WORDS_INT_H
#define ENGINE_WORDS_INT_H

struct words_row {
	const char *key;
	const char *many[2];
	const char *one[2]; /* NULL where the language has one form */
};

extern const struct words_row words_rows[];

#endif
