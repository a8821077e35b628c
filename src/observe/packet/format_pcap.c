/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* pcap, after https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap.html: a file header of 24 bytes, then records of
 * a header and the captured bytes. */
#include "base/clock.h"
#include "base/memory.h"
#include "observe/packet/reader_int.h"

#include <errno.h>

/* More than this no packet has; a record that says so is not a record. The limit of libpcap and Wireshark. */
#define CAPTURED_MAX (256u << 10)

struct pcap {
	bool is_big, is_nano;
	uint32_t record_header;
	uint32_t link_type;
};

/* The magic as four bytes of the file. */
static const struct {
	uint8_t magic[4];
	struct pcap kind;
} kinds[] = {
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, { .record_header = 16 } },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, { .record_header = 16, .is_big = true } },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, { .record_header = 16, .is_nano = true } },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, { .record_header = 16, .is_nano = true, .is_big = true } },
	/* Alexey Kuznetsov's, with eight bytes more in each record. */
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, { .record_header = 24 } },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, { .record_header = 24, .is_big = true } },
};

#define KINDS (sizeof kinds / sizeof kinds[0])
#define FILE_HEADER 24

static size_t kind_of(struct bytes head)
{
	size_t i = 0;

	while (i < KINDS && (head.n < 4 || memcmp(head.p, kinds[i].magic, 4) != 0))
		i++;
	return i;
}

bool pcap_detect(struct bytes head)
{
	return kind_of(head) < KINDS;
}

int pcap_open(struct reader *r, struct error *err)
{
	struct bytes head = r->input.window;
	size_t kind = kind_of(head);
	uint16_t sensor;
	struct pcap *pcap;

	if (kind == KINDS)
		return error_set(err, -EBADMSG, "the input does not begin like a pcap file");
	if (head.n < FILE_HEADER)
		return error_set(err, -EBADMSG, "the header of the pcap file is cut");
	r->state = pcap = memory_new(1, sizeof *pcap);
	*pcap = kinds[kind].kind;
	/* The upper half holds the length of the frame check sequence. */
	pcap->link_type = (pcap->is_big ? get_u32be(head.p + 20) : get_u32le(head.p + 20)) & 0xffff;
	take_skip(&r->input.window, FILE_HEADER);
	r->report.sections = r->report.interfaces = 1;
	return sensor_index(r, BYTES_TEXT(r->options.sensor), &sensor, err);
}

/* Makes a whole record stand in the window. False at the end of the input, whole or cut. */
static int fill_record(struct reader *r, size_t n, bool *ret_is_there, struct error *err)
{
	struct input *in = &r->input;
	int e = input_fill(in, n, err);

	if (e < 0)
		return e;
	*ret_is_there = in->window.n >= n;
	if (!*ret_is_there && in->window.n > 0)
		reader_end_early(r, "the record after %llu packets is cut", (unsigned long long)r->report.packets);
	return 0;
}

static inline __attribute__((always_inline)) uint32_t get_u32(const uint8_t *p, bool is_big)
{
	return is_big ? get_u32be(p) : get_u32le(p);
}

/* Microseconds, or -1 for a fraction that is not one. */
static inline __attribute__((always_inline)) int64_t time_of(const uint8_t *p, bool is_big, bool is_nano)
{
	uint32_t seconds = get_u32(p, is_big), fraction = get_u32(p + 4, is_big);

	if (is_nano)
		fraction /= 1000;
	return fraction < SECOND_US ? seconds * SECOND_US + fraction : -1;
}

/* The record in the window becomes an event, or is counted as skipped: then false. */
static inline __attribute__((always_inline)) bool decode_record(struct reader_report *report, const struct pcap *pcap,
								const uint8_t *p, uint32_t captured, bool is_big,
								struct event *ret)
{
	enum packet_skip skip = packet_decode(pcap->link_type, BYTES(p + pcap->record_header, captured),
					      get_u32(p + 12, is_big), ret);
	int64_t time = time_of(p, is_big, pcap->is_nano);

	report->packets++;
	if (time >= 0)
		reader_see_time(report, time);
	else if (!skip)
		skip = SKIP_NO_TIME;
	if (skip) {
		reader_skip(report, skip, pcap->link_type);
		return false;
	}
	ret->time_us = time;
	return true;
}

/* Compiled once for each byte order. */
static inline __attribute__((always_inline)) int read_records(struct reader *r, bool is_big, struct event *events,
							      size_t max, size_t *ret_count, struct error *err)
{
	const struct pcap *pcap = r->state;
	struct input *in = &r->input;
	size_t count = 0;

	while (count < max) {
		size_t need = pcap->record_header;
		bool is_there = true;
		uint32_t captured;
		int e = in->window.n < need ? fill_record(r, need, &is_there, err) : 0;
		if (e < 0 || !is_there) {
			*ret_count = count;
			return e;
		}
		captured = get_u32(in->window.p + 8, is_big);
		if (captured > CAPTURED_MAX) {
			reader_end_early(r, "the record after %llu packets claims %u bytes",
					 (unsigned long long)r->report.packets, captured);
			break;
		}
		need += captured;
		e = in->window.n < need ? fill_record(r, need, &is_there, err) : 0;
		if (e < 0 || !is_there) {
			*ret_count = count;
			return e;
		}
		count += decode_record(&r->report, pcap, in->window.p, captured, is_big, &events[count]);
		take_skip(&in->window, need);
	}
	*ret_count = count;
	return 0;
}

int pcap_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err)
{
	const struct pcap *pcap = r->state;

	return pcap->is_big ? read_records(r, true, events, max, ret_count, err)
			    : read_records(r, false, events, max, ret_count, err);
}
