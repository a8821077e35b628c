/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the formats share: the reader itself, and the loop over lines. */
#ifndef OBSERVE_PACKET_READER_INT_H
#define OBSERVE_PACKET_READER_INT_H

#include "observe/packet/input.h"
#include "observe/packet/reader.h"

/* How times without a zone are meant. */
struct zone {
	bool is_local;
	int64_t offset_us; /* east of UTC, when not local */
};

/* What a line says of a packet. A parser fills the event but its sensor, and the sensor's name, which is empty when
 * the line has none and points into the line or into `scratch`. */
struct line_packet {
	struct event event;
	struct bytes sensor;
	uint64_t repeat;         /* the row stands for so many packets; 1 */
	enum packet_skip skip;   /* PACKET_OK, or why it is no event */
	uint8_t scratch[8192];
};

enum line_kind { LINE_PACKET, LINE_OTHER, LINE_BAD };

/* Pure: a line without its end, in; a packet out. */
typedef enum line_kind line_parser(void *context, struct bytes line, struct line_packet *ret);

struct lines {
	line_parser *parse;
	void *context;
	bool is_csv;               /* a record may span lines */
	struct line_packet packet; /* the last one, of which `left` are still to be given out */
	uint64_t left;
};

struct sensors {
	char **name;
	size_t count, room;
	uint32_t *slot; /* index + 1 by hash, 0 for free; a power of two of them */
	size_t slots;
};

struct reader {
	const struct capture_format *format;
	struct reader_options options;
	struct zone zone;
	struct input input;
	struct reader_report report;
	struct sensors sensors;
	struct lines lines;
	void *state; /* the format's own */
};

#define LINE_MAX_BYTES (64u << 10)

/* A row that stands for more packets than this gives only so many events; the rest is SKIP_REPEAT_LIMIT. */
#define REPEAT_MAX 100000u

/* The whole of `read` for a format of lines. */
int lines_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err);

/* The first line of the head of a file, without its end; the byte order mark is left out. */
struct bytes lines_first(struct bytes head);

/* Takes the next line of a format of lines and counts it; false at the end. It is valid until the next call. */
int lines_take(struct reader *r, struct bytes *ret_line, bool *ret_has, struct error *err);

/* The sensor's index, made at its first appearance. -EBADMSG: not a name (empty, too long, not printable UTF-8). */
int sensor_index(struct reader *r, struct bytes name, uint16_t *ret, struct error *err);

/* Counts a packet's time. */
static inline void reader_see_time(struct reader_report *report, int64_t time_us)
{
	if (!report->has_time || time_us < report->first_us)
		report->first_us = time_us;
	if (!report->has_time || time_us > report->last_us)
		report->last_us = time_us;
	report->has_time = true;
}

/* Counts a packet that is no event. */
static inline void reader_skip(struct reader_report *report, enum packet_skip skip, uint32_t link_type)
{
	if (skip == SKIP_UNSUPPORTED_LINK && !report->skipped[skip])
		report->unsupported_link = link_type;
	report->skipped[skip]++;
}

/* The input ends here with a complaint. */
void reader_end_early(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool pcap_detect(struct bytes head);
int pcap_open(struct reader *r, struct error *err);
int pcap_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err);

bool pcapng_detect(struct bytes head);
int pcapng_open(struct reader *r, struct error *err);
int pcapng_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err);
void pcapng_close(struct reader *r);

bool journal_detect(struct bytes head);
int journal_open(struct reader *r, struct error *err);

bool dshield_detect(struct bytes head);
int dshield_open(struct reader *r, struct error *err);

bool csv_detect(struct bytes head);
int csv_open(struct reader *r, struct error *err);

bool log_detect(struct bytes head);
int log_open(struct reader *r, struct error *err);

#endif
