/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One-time codes by time. */
#include "ground/access/totp.h"

#include "base/clock.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>

#define STEP_S 30

void totp_format(struct bytes secret, char into[TOTP_SECRET_TEXT])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	size_t have = 0, n = 0;

	for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
		bits = bits << 8 | secret.p[i];
		for (have += 8; have >= 5; have -= 5)
			into[n++] = digits[bits >> (have - 5) & 31];
	}
	into[n] = '\0';
}

bool totp_code(const char *secret, int64_t step, unsigned digits, char into[9])
{
	char *bytes = NULL;
	size_t n = 0;
	int r = oath_base32_decode(secret, strlen(secret), &bytes, &n);

	if (r == OATH_OK)
		r = oath_totp_generate(bytes, n, (time_t)(step * STEP_S), STEP_S, OATH_TOTP_DEFAULT_START_TIME, digits, into);
	if (bytes)
		sodium_memzero(bytes, n);
	free(bytes);
	return r == OATH_OK;
}

/* The digits alone; false where there are not just as many. */
static bool read_digits(const char *text, char into[9])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (*text < '0' || *text > '9' || n == TOTP_DIGITS)
			return false;
		into[n++] = *text;
	}
	into[n] = '\0';
	return n == TOTP_DIGITS;
}

bool totp_check(const char *secret, const char *code, int64_t now_us, int64_t *step)
{
	int64_t now = floor_div(now_us, STEP_S * SECOND_US), found = -1;
	char given[9], want[9];

	if (!read_digits(code, given))
		return false;
	for (int64_t at = now - 1; at <= now + 1; at++)
		if (at > *step && totp_code(secret, at, TOTP_DIGITS, want) && sodium_memcmp(given, want, TOTP_DIGITS) == 0)
			found = at;
	if (found < 0)
		return false;
	*step = found;
	return true;
}
