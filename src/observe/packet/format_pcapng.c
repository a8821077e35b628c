/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* pcapng, after https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng.html: blocks of a type, a length, a body and
 * the length again. A section header says the byte order and forgets the interfaces before it. */
#include "base/clock.h"
#include "base/memory.h"
#include "observe/packet/field_int.h"
#include "observe/packet/reader_int.h"

#include <errno.h>

#define CAPTURED_MAX (256u << 10)
#define INTERFACES_MAX 65536u

enum block {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
};

enum { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

struct interface {
	uint32_t link_type;
	uint32_t snap_length; /* 0: none */
	uint64_t units;       /* of time in a second; 0: finer than can be counted */
	int64_t offset_s;
};

struct pcapng {
	bool is_big;
	struct interface *interfaces; /* of this section */
	size_t count, room;
};

/* A packet block taken apart. */
struct record {
	const struct interface *interface; /* NULL: not described */
	uint64_t time;                     /* in the interface's units */
	bool has_time;
	struct bytes captured;
	uint32_t wire_length;
};

static uint16_t u16(const struct pcapng *p, const uint8_t *at)
{
	return p->is_big ? get_u16be(at) : get_u16le(at);
}

static uint32_t u32(const struct pcapng *p, const uint8_t *at)
{
	return p->is_big ? get_u32be(at) : get_u32le(at);
}

bool pcapng_detect(struct bytes head)
{
	static const uint8_t section[] = { 0x0a, 0x0d, 0x0d, 0x0a };
	uint32_t magic = head.n >= 12 ? get_u32le(head.p + 8) : 0;

	return head.n >= 12 && memcmp(head.p, section, 4) == 0 && (magic == 0x1a2b3c4d || magic == 0x4d3c2b1a);
}

int pcapng_open(struct reader *r, struct error *err)
{
	uint16_t sensor;

	if (!pcapng_detect(r->input.window))
		return error_set(err, -EBADMSG, "the input does not begin like a pcapng file");
	r->state = memory_new(1, sizeof(struct pcapng));
	return sensor_index(r, BYTES_TEXT(r->options.sensor), &sensor, err);
}

void pcapng_close(struct reader *r)
{
	struct pcapng *p = r->state;

	free(p->interfaces);
}

/* if_tsresol: a power of ten, or of two where the highest bit is set. */
static uint64_t units_of(uint8_t resolution)
{
	uint8_t exponent = resolution & 0x7f;
	uint64_t units = 1;

	if (resolution & 0x80)
		return exponent < 64 ? UINT64_C(1) << exponent : 0;
	if (exponent > 19)
		return 0;
	while (exponent--)
		units *= 10;
	return units;
}

static void read_options(const struct pcapng *p, struct bytes c, struct interface *interface)
{
	while (c.n >= 4) {
		uint16_t code = u16(p, c.p), length = u16(p, c.p + 2);
		struct bytes value;
		take_skip(&c, 4);
		if (code == OPTION_END || !take_bytes(&c, length, &value))
			return;
		take_skip(&c, (4 - length % 4u) % 4);
		if (code == OPTION_RESOLUTION && length >= 1)
			interface->units = units_of(value.p[0]);
		if (code == OPTION_OFFSET && length >= 8)
			interface->offset_s = (int64_t)(p->is_big ? get_u64be(value.p) : get_u64le(value.p));
	}
}

/* Link type, two reserved bytes, snap length, options. A body too long for the window has its options read as far as
 * they stand in it. */
static void read_interface(struct reader *r, struct bytes body)
{
	struct pcapng *p = r->state;
	struct interface *interface;

	p->interfaces = memory_grow(p->interfaces, &p->room, p->count + 1, sizeof *p->interfaces);
	interface = &p->interfaces[p->count++];
	*interface = (struct interface){ .link_type = u16(p, body.p), .units = 1000000 };
	interface->snap_length = u32(p, body.p + 4);
	take_skip(&body, 8);
	read_options(p, body, interface);
	r->report.interfaces++;
}

static const struct interface *interface_at(const struct pcapng *p, uint32_t index)
{
	return index < p->count ? &p->interfaces[index] : NULL;
}

/* Interface (of two bytes in the obsolete block), time high and low, captured length, wire length, the bytes. */
static bool read_enhanced(const struct pcapng *p, struct bytes body, bool is_obsolete, struct record *ret)
{
	uint32_t captured;

	if (body.n < 20)
		return false;
	ret->interface = interface_at(p, is_obsolete ? u16(p, body.p) : u32(p, body.p));
	ret->time = (uint64_t)u32(p, body.p + 4) << 32 | u32(p, body.p + 8);
	ret->has_time = true;
	captured = u32(p, body.p + 12);
	ret->wire_length = u32(p, body.p + 16);
	take_skip(&body, 20);
	return captured <= CAPTURED_MAX && take_bytes(&body, captured, &ret->captured);
}

/* The wire length alone: what was captured of it is the least of the block, the snap length and itself. */
static bool read_simple(const struct pcapng *p, struct bytes body, struct record *ret)
{
	size_t n;

	if (body.n < 4)
		return false;
	ret->interface = interface_at(p, 0);
	ret->has_time = false;
	ret->wire_length = u32(p, body.p);
	take_skip(&body, 4);
	n = ret->wire_length < body.n ? ret->wire_length : body.n;
	if (ret->interface && ret->interface->snap_length && n > ret->interface->snap_length)
		n = ret->interface->snap_length;
	ret->captured = BYTES(body.p, n);
	return n <= CAPTURED_MAX;
}

/* False when the sum is none that an event can hold. */
static bool time_of(const struct record *record, int64_t *ret_us)
{
	uint64_t units = record->interface->units, seconds, rest;
	int64_t whole;

	if (!record->has_time || !units)
		return false;
	seconds = record->time / units;
	rest = record->time % units;
	if (seconds > INT64_MAX || __builtin_add_overflow((int64_t)seconds, record->interface->offset_s, &whole) ||
	    whole < 0 || whole > INT64_MAX / 2 / SECOND_US)
		return false;
	*ret_us = whole * SECOND_US + (int64_t)((unsigned __int128)rest * SECOND_US / units);
	return time_is_possible(*ret_us);
}

static enum packet_skip decode_record(struct reader *r, const struct record *record, struct event *ret)
{
	enum packet_skip skip;
	int64_t time = 0;
	bool has_time;

	if (!record->interface)
		return SKIP_NO_INTERFACE;
	has_time = time_of(record, &time);
	if (has_time)
		reader_see_time(&r->report, time);
	skip = packet_decode(record->interface->link_type, record->captured, record->wire_length, ret);
	if (skip)
		return skip;
	ret->time_us = time;
	return has_time ? PACKET_OK : SKIP_NO_TIME;
}

/* 1 when an event was made, 0 when the packet was skipped. */
static size_t count_record(struct reader *r, const struct record *record, struct event *ret)
{
	enum packet_skip skip = decode_record(r, record, ret);

	r->report.packets++;
	if (skip)
		reader_skip(&r->report, skip, record->interface ? record->interface->link_type : 0);
	return skip == PACKET_OK;
}

/* One block, whose body stands in the window as far as it fits. False: it makes no sense. */
static bool read_block(struct reader *r, uint32_t type, struct bytes body, struct event *event, size_t *count)
{
	struct pcapng *p = r->state;
	struct record record = { .interface = NULL };

	switch (type) {
	case BLOCK_SECTION:
		p->count = 0;
		r->report.sections++;
		return body.n >= 16;
	case BLOCK_INTERFACE:
		if (body.n < 8 || p->count == INTERFACES_MAX)
			return false;
		read_interface(r, body);
		return true;
	case BLOCK_PACKET:
	case BLOCK_ENHANCED:
		if (!read_enhanced(p, body, type == BLOCK_PACKET, &record))
			return false;
		break;
	case BLOCK_SIMPLE:
		if (!read_simple(p, body, &record))
			return false;
		break;
	default:
		return true;
	}
	*count += count_record(r, &record, event);
	return true;
}

#define BLOCK_FRAME 12 /* type, length, and length again */

/* Type and length of the block in the window, in its section's byte order: of a section header its own. */
static bool block_head(struct pcapng *p, struct bytes window, uint32_t *ret_type, uint32_t *ret_length)
{
	if (get_u32le(window.p) == BLOCK_SECTION) {
		uint32_t magic = get_u32le(window.p + 8);
		if (magic != 0x1a2b3c4d && magic != 0x4d3c2b1a)
			return false;
		p->is_big = magic == 0x4d3c2b1a;
	}
	*ret_type = u32(p, window.p);
	*ret_length = u32(p, window.p + 4);
	return *ret_length >= BLOCK_FRAME;
}

static int skip_block(struct reader *r, uint32_t length, struct error *err)
{
	uint64_t missing;
	int e = input_skip(&r->input, (length + UINT64_C(3)) / 4 * 4, &missing, err);

	if (e < 0)
		return e;
	/* The padding behind the last block may be missing. */
	if (missing > 3)
		reader_end_early(r, "the block after %llu packets is cut", (unsigned long long)r->report.packets);
	return 0;
}

/* The next block; the window is empty afterwards when the input ends. */
static int next_block(struct reader *r, struct event *event, size_t *count, struct error *err)
{
	struct input *in = &r->input;
	unsigned long long packets = r->report.packets;
	uint32_t type, length;
	size_t fits;
	int e;

	if (!block_head(r->state, in->window, &type, &length)) {
		reader_end_early(r, "the block after %llu packets has an impossible head", packets);
		return 0;
	}
	fits = length < INPUT_FILL_MAX ? length : INPUT_FILL_MAX;
	e = input_fill(in, fits, err);
	if (e < 0)
		return e;
	if (in->window.n < fits) {
		reader_end_early(r, "the block after %llu packets is cut", packets);
		return 0;
	}
	fits -= fits == length ? BLOCK_FRAME : 8;
	if (!read_block(r, type, BYTES(in->window.p + 8, fits), event, count)) {
		reader_end_early(r, "the block after %llu packets (type %u) contradicts itself", packets, type);
		return 0;
	}
	return skip_block(r, length, err);
}

int pcapng_read(struct reader *r, struct event *events, size_t max, size_t *ret_count, struct error *err)
{
	struct input *in = &r->input;
	size_t count = 0;

	while (count < max) {
		int e = input_fill(in, BLOCK_FRAME, err);
		if (e < 0)
			return e;
		if (in->window.n < BLOCK_FRAME) {
			if (in->window.n)
				reader_end_early(r, "the block after %llu packets is cut",
						 (unsigned long long)r->report.packets);
			break;
		}
		e = next_block(r, &events[count], &count, err);
		if (e < 0)
			return e;
	}
	*ret_count = count;
	return 0;
}
