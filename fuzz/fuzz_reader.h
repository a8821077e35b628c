/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads bytes as one format to the end, and checks what every report must obey. */
#ifndef FUZZ_READER_H
#define FUZZ_READER_H

#include "observe/packet/reader.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More events than this are not asked for: a row of a few bytes may stand for many. */
#define FUZZ_EVENTS_MAX 200000

static inline void fuzz_check(const struct reader_report *report)
{
	uint64_t sum = report->events;

	for (int i = 1; i < SKIP_COUNT; i++)
		sum += report->skipped[i];
	assert(sum == report->packets);
	assert(report->is_truncated == (report->tail[0] != '\0'));
	assert((report->lines_bad > 0) == (report->first_bad_line > 0));
}

/* A column that is not known holds zero. */
static inline void fuzz_check_event(const struct event *e, const struct reader *reader)
{
	assert(e->sensor < reader_sensor_count(reader) && e->kind <= EVENT_UNKNOWN);
	assert(e->port == 0 || e->known & EVENT_HAS_PORT);
	assert(e->source_port == 0 || e->known & EVENT_HAS_SOURCE_PORT);
	assert(e->flags == 0 || e->known & EVENT_HAS_FLAGS);
	assert(e->length == 0 || e->known & EVENT_HAS_LENGTH);
	assert(e->protocol == 0 || e->known & EVENT_HAS_PROTOCOL);
	assert(!(e->known & EVENT_HAS_CODE) || e->known & EVENT_HAS_PORT);
	assert(!(e->known & (EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION)) == (e->family == 0));
}

static inline int fuzz_reader(const char *format, const char *map, struct bytes input)
{
	struct reader_options options = { .format = format, .map = map, .now_us = INT64_C(1709251200000000) };
	static struct event events[256];
	struct reader_report report;
	struct reader *reader = NULL;
	size_t n = 1, count = 0;

	if (reader_open_bytes(input, &options, &reader, NULL) < 0)
		return 0;
	while (n > 0 && count < FUZZ_EVENTS_MAX) {
		if (reader_read(reader, events, 256, &n, NULL) < 0)
			break;
		for (size_t i = 0; i < n; i++)
			fuzz_check_event(&events[i], reader);
		count += n;
	}
	reader_report(reader, &report);
	if (n == 0)
		fuzz_check(&report);
	reader_close(reader);
	return 0;
}

#endif
