/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Decisions about letters: no database, no clock. */
#ifndef GROUND_LETTER_RULES_H
#define GROUND_LETTER_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* After so many attempts that a server put off, a letter has failed. */
#define LETTER_ATTEMPTS_MAX 12

/* How long to wait after the n-th attempt (from 1) that a server put off: a minute, then twice as long each time, an hour at the
 * most. In microseconds. */
int64_t rules_wait_us(int64_t attempts);

/* How a letter can be protected: what the recipient can read, and what the centre can make. */
enum letter_protection { LETTER_PLAIN, LETTER_SIGNED, LETTER_ENCRYPTED };
enum letter_protection rules_protection(bool centre_has_key, bool party_has_key, bool wants_plain);
/* "none", "signed", "encrypted". */
const char *rules_protection_name(enum letter_protection p);

#endif
