/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Instants as logs and people write them:
 *
 *	2014-01-15T12:34:56.789+09:00   20140115T123456Z    2014/01/15 12:34:56 JST   2014.1.15 12:34
 *	Wed, 15 Jan 2014 12:34:56 +0900 (RFC 5322)          15/Jan/2014:12:34:56 +0900 (Apache)
 *	Jan 15 12:34:56 (syslog)        Wed Jan 15 12:34:56.123 2014     15-Jan-2014 12:34:56.789 (BIND)
 *	January 15, 2014 2:15 PM
 *	2014年1月15日(水) 午後0時34分56秒                   平成26年1月15日 12:34
 *
 * A zone is +09:00, +0900, +09, Z, a name of the table in instant.c, or 日本時間. Names that stand for several zones
 * (CST, BST) are none. 01/02/2014 says no day and is no instant; neither is a date alone. */
#ifndef FORMAT_TEXT_INSTANT_H
#define FORMAT_TEXT_INSTANT_H

#include "base/calendar.h"

struct instant {
	struct date date; /* year 0: not said (syslog) */
	int hour, minute, second, fraction_us;
	bool has_zone;
	int offset_s; /* east of Greenwich; 0 without a zone */
};

/* Takes an instant at the start of `c`; `c` is unchanged when there is none. Looks at some hundred bytes at most. */
bool instant_take(struct bytes *c, struct instant *ret);

/* The whole span is an instant, blanks and one pair of brackets or quotes aside. */
bool instant_parse(struct bytes text, struct instant *ret);

/* Microseconds UTC. What it does not say, the caller does: an offset for one without a zone; for one without a year
 * an instant that it does not come after by more than a day (when the log was received, say). */
int64_t instant_time(const struct instant *i, int offset_s, int64_t not_after_us);

/* 2014-01-15T12:34:56+09:00, ISO 8601; without what it does not say: no zone, `--01-15T…` without a year. */
char *instant_format(const struct instant *i, char into[CALENDAR_TEXT_MAX]);

#endif
