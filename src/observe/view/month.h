/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A month of hours, kept: for each key with packets and each hour what series/series.h needs of it, damped, and for each
 * hour the up-time and the sum of all keys. What is decided for an hour depends on it and the 28 days before alone
 * (series/odd.h), so a month is made once and stays as long as the segments it was made of. Bytes ↔ struct; pure.
 * hinomi-store(5) describes the file. */
#ifndef OBSERVE_VIEW_MONTH_H
#define OBSERVE_VIEW_MONTH_H

#include "base/buf.h"
#include "base/error.h"
#include "observe/series/series.h"

#define MONTH_HOURS_MAX (32 * 24)
#define MONTH_BYTES_MAX (1u << 30)
/* Keys whose sums stand in front, the largest first: enough to find the leading ones of a year without reading all. */
#define MONTH_LEADING_MAX 512

/* --- making one --- */

struct month_maker;

/* A month of `hours` from `first_hour` on; up-time of all sensors by hour. */
struct month_maker *month_maker_new(int64_t first_hour, int32_t hours, const int32_t *up_s, const uint16_t *sensors_up);
/* Adds a key; keys come in ascending order, hours (of the month) too. */
void month_maker_add(struct month_maker *m, uint32_t key, const struct series_hour *hours, size_t count);
/* Adds the month's bytes and frees the maker. The fingerprint says what it was made of. */
void month_maker_end(struct month_maker *m, uint64_t fingerprint, struct buf *out);

/* --- reading one --- */

struct month_leading {
	uint32_t key;
	int64_t sum; /* of the damped hourly values */
};

struct month {
	struct bytes file;
	int64_t first_hour;
	int32_t hours;
	uint64_t fingerprint;
	uint32_t leading_count;
	bool is_leading_all;       /* there are no other keys */
	uint32_t leaf_count;
	bool *is_leaf_known;       /* its checksum was compared */
	const uint8_t *rows, *leading, *leaves; /* tables: hours, leading keys, leaves */
};

/* Opens bytes, which must live as long; month_clear frees what it made. -EBADMSG: not a month, or damaged. */
int month_open(struct month *ret, struct bytes file, struct error *err);
void month_clear(struct month *m);

/* Of all sensors in an hour: seconds and how many were up; what all keys together have. */
int32_t month_up(const struct month *m, int32_t hour, uint16_t *ret_sensors);
struct series_hour month_total(const struct month *m, int32_t hour);
struct month_leading month_leading(const struct month *m, uint32_t place);

/* The hours of a key: 1, 0 where it has none, -EBADMSG. Not const, as it remembers what it has checked. */
int month_find(struct month *m, uint32_t key, struct bytes *ret_hours, struct error *err);

/* The next hour, which counts from the month's first. Begin with hour -1 in `*h`. */
bool month_take_hour(struct bytes *hours, struct series_hour *h);

/* Every key in order. Begin with zeros and the month; 1, 0 at the end, -EBADMSG. */
struct month_walk {
	struct month *month;
	uint32_t leaf, key;
	struct bytes rest, hours;
};
int month_next(struct month_walk *w, struct error *err);

#endif
