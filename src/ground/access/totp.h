/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One-time codes by time (RFC 6238): HMAC-SHA-1, steps of 30 seconds, six digits, which is what every authenticator
 * takes. The secret is base32. */
#ifndef GROUND_ACCESS_TOTP_H
#define GROUND_ACCESS_TOTP_H

#include "base/bytes.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_SECRET_TEXT 33 /* with its NUL */
#define TOTP_DIGITS 6

/* 20 bytes as base32. */
void totp_format(struct bytes secret, char into[TOTP_SECRET_TEXT]);
/* The code of a step; false: not a secret. */
bool totp_code(const char *secret, int64_t step, unsigned digits, char into[9]);
/* Whether it is the code of now, of the step before or of the one after, and of a later step than `*step`, which then
 * becomes its: a code is taken once. Blanks between digits do not matter. */
bool totp_check(const char *secret, const char *code, int64_t now_us, int64_t *step);

#endif
