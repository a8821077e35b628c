/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What tables and lines of bulk lists share. */
#ifndef FORMAT_EXCHANGE_LIST_INT_H
#define FORMAT_EXCHANGE_LIST_INT_H

#include "base/arena.h"
#include "format/exchange/list.h"

/* An instant, or seconds or milliseconds since 1970. */
bool list_time(struct bytes text, struct instant *ret);

/* Sets zone, has_time and time_us from the row's instant: its own zone, else the one given. */
void list_place_time(struct list_row *row, enum list_zone zone, int offset_s, int64_t received_us);

/* An address, also one that was written harmlessly. */
bool list_address(struct bytes text, struct arena *arena, struct address *ret);

/* Reads a line of text; NULL, or what is wrong with it. */
const char *list_read_line(struct list_row *row, const struct list_options *options, struct arena *arena);

#endif
