/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Evidence: what a rise is made of, judged by its first week where it is longer. "Before" is the same number of hours
 * (at steps of whole days), as often as it fits into the 28 days before the rise; the usual figure is the median of
 * these.
 *
 *	more packets  the mean of the rise is at least 1.5 times the baseline
 *	more sources  at least 1.5 times as many distinct sources as usual, and usual + 2 sqrt(usual + 1) or more
 *	more sensors  at least three sensors rose themselves, and a third of those up; a sensor rose when its packets
 *	              are at least twice its usual ones and usual + 2 sqrt(usual + 1) or more
 *	one sensor    one sensor has four fifths of the excess over the usual, or more
 *	one source    one source sent four fifths of the packets, or more
 *
 * A surge is proposed for an alert when it has more sensors, and more sources where these were counted; one source or
 * one sensor never is. */
#ifndef OBSERVE_SERIES_WEIGH_H
#define OBSERVE_SERIES_WEIGH_H

#include "observe/series/odd.h"
#include "observe/series/surge.h"

#define WEIGH_ALL_SENSORS UINT32_MAX
#define WEIGH_TEXT_MAX 96

/* How the caller answers for sources, which come from events. Hours are since 1970, the last exclusive; `sensor` may
 * be WEIGH_ALL_SENSORS. Either function may be NULL; a negative answer means unknown. */
struct weigh_sources {
	void *context;
	int64_t (*count)(void *context, uint32_t key, uint32_t sensor, int64_t first_hour, int64_t last_hour);
	int64_t (*busiest_packets)(void *context, uint32_t key, uint32_t sensor, int64_t first_hour,
				   int64_t last_hour);
};

/* The sensors' part, done by series.c with the key's cells (sorted by hour): fills the sensor and packet fields and
 * their bits. `first_hour` is that of the cells. */
struct weigh_cells {
	const struct series_cell *cells;
	const int64_t *micro;     /* [cell] damped */
	size_t count;
	int64_t first_hour;
	int32_t hours;
	uint32_t sensor_count;
	const uint16_t *up_s;     /* [sensor * hours + hour] */
};
void weigh_sensors(struct surge *surge, const struct weigh_cells *in);

/* The sources' part, for the caller, after the series is made; asks at most 29 questions. `data_first_hour` is where
 * the events begin. Decides is_proposed. */
void weigh_surge(struct surge *surge, int64_t data_first_hour, const struct weigh_sources *sources);

/* Evidence of a burst: always more packets and one sensor; one source where it has four fifths. */
uint32_t weigh_burst(const struct odd_burst *burst, const struct weigh_sources *sources);

/* "more packets; one source at one sensor", "more packets, more sources, more sensors". */
char *surge_evidence_format(uint32_t evidence, char into[WEIGH_TEXT_MAX]);

#endif
