/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads captures and logs of any known format as events:
 *
 *	struct reader_options options = { .now_us = clock_now() };
 *	struct reader *reader;
 *	int r = reader_open(fd, &options, &reader, err);
 *	while (r == 0 && (r = reader_read(reader, events, COUNT(events), &n, err)) == 0 && n > 0)
 *		use(events, n);
 *	reader_report(reader, &report);
 *	reader = reader_close(reader);
 *
 * Formats are the table capture_formats[]; gzip and zstd are undone on the way. Memory is bounded whatever the input
 * says: some 1 MiB, and what zlib and libzstd need. Knows no users, no store, and opens no files. */
#ifndef OBSERVE_PACKET_READER_H
#define OBSERVE_PACKET_READER_H

#include "base/error.h"
#include "observe/packet/decode.h"
#include "observe/packet/input.h"

struct reader;

/* All may be zero. The texts must live as long as the reader. */
struct reader_options {
	const char *format; /* a name of capture_formats[]; NULL: by the first bytes */
	const char *sensor; /* the sensor of formats that name none; NULL: "local" */
	const char *map;    /* columns of a CSV file, see csv_row.h; NULL: by its header line */
	const char *zone;   /* of times without one: "UTC", "+09:00", "local" (calendar.h). NULL: local for syslog,
			     * UTC elsewhere */
	int year;           /* of the first line of a syslog that has none; 0: the latest that is not after now */
	int64_t now_us;     /* 0: such lines are not understood without `year` */
	struct input_tap tap; /* sees the input's bytes; not asked by reader_open_bytes */
};

/* What was read so far. events + all skipped = packets. */
struct reader_report {
	const char *format, *compression;
	uint64_t packets, events;
	uint64_t skipped[SKIP_COUNT];
	uint32_t unsupported_link;    /* where skipped[SKIP_UNSUPPORTED_LINK] is not 0: the first such type */
	bool has_time;                /* of any packet */
	int64_t first_us, last_us;    /* the earliest and the latest */
	bool is_truncated;            /* the input ended inside a record, or went on in a way that makes no sense */
	char tail[160];               /* one line about that, empty when not */
	uint32_t sections, interfaces; /* pcap: 1 and 1; formats of lines: 0 */
	uint64_t lines;               /* formats of lines: all, */
	uint64_t lines_other;         /* blank, comments, the header, lines that log no packet, */
	uint64_t lines_bad;           /* and those not understood, */
	uint64_t first_bad_line;      /* of which this is the first, from 1; 0 when there is none */
};

#define READER_SENSOR_NAME_MAX 128
#define READER_SENSORS_MAX 65535

/* A format. One file, one row in the table. */
struct capture_format {
	const char *name;
	const char *help; /* one line, then what a user of the format must know */
	/* Is this the format of a file that begins like that? The first rows are asked first. */
	bool (*detect)(struct bytes head);
	/* Reads the header and sets the reader's state; NULL when there is nothing to do. */
	int (*open)(struct reader *r, struct error *err);
	/* As reader_read. */
	int (*read)(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err);
	/* Frees the state; NULL when plain memory or none. */
	void (*close)(struct reader *r);
};

/* Ends with a row without name. */
extern const struct capture_format capture_formats[];

/* Reads the first bytes and the header. The descriptor stays the caller's and must stay open. -EBADMSG: no known
 * format, or a header that is wrong; -EINVAL: wrong options; else what read(2) gave. */
int reader_open(int fd, const struct reader_options *options, struct reader **ret, struct error *err);

/* The same from memory, which must outlive the reader. */
int reader_open_bytes(struct bytes input, const struct reader_options *options, struct reader **ret,
		      struct error *err);

/* The next events, `max` at most; 0 of them at the end of the input. An input that is cut or goes wrong ends there
 * without error: the report tells. -E2BIG: more than READER_SENSORS_MAX sensors. */
int reader_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err);

void reader_report(const struct reader *r, struct reader_report *ret);

/* event.sensor is an index of these, in order of appearance. Names live as long as the reader. */
size_t reader_sensor_count(const struct reader *r);
const char *reader_sensor_name(const struct reader *r, size_t index);

/* Accepts NULL, returns NULL. */
struct reader *reader_close(struct reader *r);

#endif
