/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What reports, incidents and letters show of each other. */
#ifndef FACE_CMD_DESK_SHOW_H
#define FACE_CMD_DESK_SHOW_H

#include "face/cmd/common_cases.h"
#include "face/cmd/sheet.h"

/* The table of the setting centre.holidays; NULL where there is none: then the law's rule holds. Free with holiday_table_free. */
struct holiday_table;
int cases_holidays(const struct cases *c, struct holiday_table **ret, struct error *err);

int show_timeline(struct sheet *s, struct cases *c, int64_t id, struct error *err);
int show_letters(struct sheet *s, struct cases *c, int64_t about_id, struct error *err);
int show_messages(struct sheet *s, struct cases *c, int64_t about_id, struct error *err);

/* What of a case is watched, and from when to when it was there. */
int show_watches(struct sheet *s, struct cases *c, int64_t about_id, struct error *err);
/* Intervals of targets, with business days by the law's holidays or those of the setting centre.holidays. */
struct watch_target;
int show_intervals(struct sheet *s, struct cases *c, const struct watch_target *list, size_t count, struct error *err);

#endif
