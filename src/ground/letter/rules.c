/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Decisions about letters. */
#include "ground/letter/rules.h"

#include "base/clock.h"

int64_t rules_wait_us(int64_t attempts)
{
	int64_t wait = 60 * SECOND_US;

	for (int64_t i = 1; i < attempts && wait < HOUR_US; i++)
		wait *= 2;
	return wait < HOUR_US ? wait : HOUR_US;
}

enum letter_protection rules_protection(bool centre_has_key, bool party_has_key, bool wants_plain)
{
	if (!centre_has_key || wants_plain)
		return LETTER_PLAIN;
	return party_has_key ? LETTER_ENCRYPTED : LETTER_SIGNED;
}

const char *rules_protection_name(enum letter_protection p)
{
	static const char *const names[] = { [LETTER_PLAIN] = "none", [LETTER_SIGNED] = "signed", [LETTER_ENCRYPTED] = "encrypted" };

	return names[p];
}
