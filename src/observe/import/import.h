/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A file of packets or log lines becomes part of the store, as a whole or not at all. One locked child reads, decodes
 * and encodes it; what comes back are finished, checksummed pieces of segments, which the writer checks and commits.
 * An input is known by a keyed hash of its bytes: the same one again changes nothing and says so. */
#ifndef OBSERVE_IMPORT_IMPORT_H
#define OBSERVE_IMPORT_IMPORT_H

#include "observe/packet/reader.h"
#include "observe/store/writer.h"

/* A row of a deployment table: the sensor was up in [from, to). */
struct deployment {
	char sensor[SENSOR_NAME_MAX + 1];
	int64_t from_us, to_us;
};

/* A row of a table of watched prefixes: packets to it were seen by the sensor. */
struct watched {
	struct prefix prefix;
	char sensor[SENSOR_NAME_MAX + 1];
};

struct import_options {
	struct reader_options reader;
	const struct deployment *deployments;
	size_t deployment_count;
	const struct watched *watched; /* the sensor of a packet is that of the longest prefix of its destination; */
	size_t watched_count;          /* where none holds it, the one of the input */
	bool is_dry_run; /* read and report, change nothing */
	/* Called now and then with the packets read so far; may be NULL. */
	void (*progress)(void *context, uint64_t packets);
	void *progress_context;
};

/* What came of it. */
struct import_report {
	char format[24], compression[8], tail[160];
	uint64_t packets, events, skipped[SKIP_COUNT];
	uint64_t lines, lines_other, lines_bad, first_bad_line;
	uint32_t sections, interfaces, sensors;
	bool has_time, is_truncated;
	bool is_known;          /* imported before: nothing was changed */
	int64_t first_us, last_us;
	uint64_t bytes;         /* of the input, as read */
};

/* `name` stands in the manifest and in messages. The descriptor stays the caller's. -EBADMSG: not a known format;
 * -ECHILD: the locked child died. */
int import_file(struct writer *w, int fd, const char *name, const struct import_options *options,
		struct import_report *ret, struct error *err);

/* Read tables, CSV with a header line: prefix,sensor; and sensor,from,to with times in the centre's zone. The arrays are
 * the caller's to free. */
int watched_parse(struct bytes text, struct watched **ret, size_t *ret_count, struct error *err);
int deployment_parse(struct bytes text, struct deployment **ret, size_t *ret_count, struct error *err);

#endif
