/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The desk's decisions: no database, no clock. */
#ifndef DESK_OBSERVATORY_RULES_H
#define DESK_OBSERVATORY_RULES_H

#include "base/calendar.h"
#include "base/error.h"

/* A rise in time: [start, end) in hours since 1970; `end_hour` RULES_OPEN where it is not over at `seen_hour`, which is
 * where the data ended. */
#define RULES_OPEN INT64_MAX
struct rules_span {
	int64_t start_hour, end_hour, seen_hour;
};

/* Whether what was found is the rise that was reviewed: of the same port and method (asked before), begun in the same
 * hour or lying over it. Late data and a longer look back move a beginning by hours. */
bool rules_is_same_rise(const struct rules_span *reviewed, const struct rules_span *found);

/* The day a rise began and about ended, in the centre's zone: "2005-07-10", or "still seen at 2006-06-30". */
char *rules_started_format(const struct rules_span *s, char into[CALENDAR_TEXT_MAX]);
char *rules_ended_format(const struct rules_span *s, char into[CALENDAR_TEXT_MAX]);

/* Days that a rise's alert may come after its end. */
#define RULES_ALERT_DAYS 92

/* An alert that a rise led to is not older than the rise, and not much younger than its end: a slip of the pen in the
 * year is seen. -EINVAL with a line. `date` is YYYY-MM-DD or "" (none). */
int rules_check_alert(const struct rules_span *s, const char *date, struct error *err);

/* A reference is published before it is used: not after `today`. */
int rules_check_reference(const char *date, struct date today, struct error *err);

/* A period's hours in the centre's zone: 2013, 2013Q2, 2013-05, 2013-05-18. False: it is none. */
bool rules_period(const char *text, int64_t *ret_first, int64_t *ret_end);

/* The same of a quarter alone. -EINVAL. */
int rules_quarter(const char *period, int64_t *ret_first, int64_t *ret_end, struct error *err);

/* Notes go out in both languages or not at all. */
bool rules_may_publish(const char *note_ja, const char *note_en);

/* A quarter is closed when what may be shown at `now_us` reaches its end (late_hours: observe/series/publish.h). */
bool rules_is_closed(int64_t end_hour, int64_t now_us, int64_t late_hours);

/* Two people at one thing: what is written says which version it was made from. Versions grow; 0: there was none yet. Writing
 * over what somebody wrote since is refused. RULES_ANY_VERSION: a command that names what it changes, whatever was there. */
#define RULES_ANY_VERSION (-1)
bool rules_is_stale(int64_t made_from, int64_t now);
/* -ESTALE. `what` is named in the line. */
int rules_check_version(const char *what, int64_t made_from, int64_t now, struct error *err);

#endif
