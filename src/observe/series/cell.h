/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The cell: how many packets of a key one sensor saw in one hour. Only cells with packets exist; an hour in which a
 * sensor was up and has no cell is zero, one in which it was not up is no data. */
#ifndef OBSERVE_SERIES_CELL_H
#define OBSERVE_SERIES_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIES_MICRO INT64_C(1000000)
#define SERIES_NO_DATA INT64_MIN

enum series_cell_flag {
	SERIES_CELL_UNKNOWN = 1, /* all packets of this cell are of unknown kind */
};

struct series_cell {
	uint32_t key;
	int32_t hour;     /* from the input's first hour */
	uint32_t packets;
	uint16_t sensor;
	uint16_t flags;   /* enum series_cell_flag */
};

#endif
