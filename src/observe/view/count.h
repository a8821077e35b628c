/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Exact counts from events, as they came: without averages, without damping. The questions an analyst asks most are
 * answered from the parts of a block that hold the answer: ports from its directory, hours from the ranks of its time
 * lists, sources from its dictionary, without making rows. */
#ifndef OBSERVE_VIEW_COUNT_H
#define OBSERVE_VIEW_COUNT_H

#include "observe/view/view.h"

/* A port and its packets; ports are view keys. */
struct count_port {
	uint32_t key;
	uint64_t packets;
};

/* The question's `rank_count` leading ports, most packets first, ties by key; free the array. */
int count_ports(const struct store *s, const struct view_question *q, struct count_port **ret, size_t *ret_count,
		struct error *err);

/* Packets of each key in each hour: [key][hour], free it. */
int count_hours(const struct store *s, const struct view_question *q, const uint32_t *keys, size_t key_count,
		uint64_t **ret, struct error *err);

/* Packets of one key by sensor and hour: [sensor][hour], free it. */
int count_sensor_hours(const struct store *s, const struct view_question *q, uint32_t key, uint64_t **ret,
		       struct error *err);

/* Distinct sources of each port on each local day; rows with sources only, by day and key; free the array. */
struct count_day {
	int32_t day;        /* days since 1970 of the date in the centre's zone */
	uint32_t key;
	uint64_t packets;
	uint32_t sources;
};
int count_sources(const struct store *s, const struct view_question *q, struct count_day **ret, size_t *ret_count,
		  struct error *err);

#endif
