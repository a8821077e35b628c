/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads captures and prints what the reader reports, a line of key=value for each file. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "observe/packet/reader.h"

#include <errno.h>
#include <fcntl.h>

#define BATCH 512

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Every event must obey what event.h promises. */
static bool is_sound(const struct reader *reader, const struct event *e)
{
	if (e->known & (EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION) && e->family != 4 && e->family != 6)
		return false;
	if (!(e->known & EVENT_HAS_PORT) && e->port)
		return false;
	if (!(e->known & EVENT_HAS_SOURCE_PORT) && e->source_port)
		return false;
	if (!(e->known & EVENT_HAS_FLAGS) && e->flags)
		return false;
	return e->kind <= EVENT_UNKNOWN && e->sensor < reader_sensor_count(reader);
}

static int read_all(struct reader *reader, struct error *err)
{
	static struct event events[BATCH];
	size_t n = 1;

	while (n) {
		int r = reader_read(reader, events, BATCH, &n, err);
		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++)
			if (!is_sound(reader, &events[i]))
				return error_set(err, -EBADMSG, "event %zu is not sound", i);
	}
	return 0;
}

static void print_report(const char *path, const struct reader_report *report)
{
	printf("file=%s format=%s compression=%s packets=%llu events=%llu", base_name(path), report->format,
	       report->compression, (unsigned long long)report->packets, (unsigned long long)report->events);
	for (int i = 1; i < SKIP_COUNT; i++)
		if (report->skipped[i])
			printf(" %s=%llu", packet_skip_name(i), (unsigned long long)report->skipped[i]);
	printf(" sections=%u interfaces=%u", report->sections, report->interfaces);
	if (report->has_time)
		printf(" first=%lld last=%lld", (long long)report->first_us, (long long)report->last_us);
	printf(" cut=%d tail='%s'\n", report->is_truncated, report->tail);
}

static void read_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct reader_options options = { .now_us = clock_now() };
	struct reader_report report;
	struct reader *reader = NULL;
	struct error err = ERROR_NONE;
	int r = reader_open(fd, &options, &reader, &err);

	if (r == 0)
		r = read_all(reader, &err);
	if (r < 0) {
		printf("file=%s error='%s'\n", base_name(path), err.line);
	} else {
		reader_report(reader, &report);
		print_report(path, &report);
	}
	reader_close(reader);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		read_file(argv[i]);
	return 0;
}
