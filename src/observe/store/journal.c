/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The journal of batches. */
#include "observe/store/journal.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/packet/event_wire.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#define RECORD_HEAD 12
#define RECORD_MAX (16u << 20)
#define INTERVAL_BYTES 16

void journal_write(struct buf *out, const struct batch *batch)
{
	size_t raw_bytes = (size_t)batch->interval_count * INTERVAL_BYTES + (size_t)batch->event_count * EVENT_WIRE_BYTES;
	_cleanup_free_ uint8_t *raw = memory_new(raw_bytes, 1);
	size_t start = out->n, bound = ZSTD_compressBound(raw_bytes), got;
	uint8_t *p = raw, *into;

	for (uint32_t i = 0; i < batch->interval_count; i++, p += INTERVAL_BYTES) {
		put_u64le(p, (uint64_t)batch->intervals[i].from_us);
		put_u64le(p + 8, (uint64_t)batch->intervals[i].to_us);
	}
	for (uint32_t i = 0; i < batch->event_count; i++, p += EVENT_WIRE_BYTES)
		event_write(p, &batch->events[i]);
	buf_add_u32le(out, 0);
	buf_add_u64le(out, 0);
	buf_add_u64le(out, batch->boot);
	buf_add_u64le(out, batch->number);
	buf_add_u16le(out, (uint16_t)strlen(batch->sensor));
	buf_add_text(out, batch->sensor);
	buf_add_u32le(out, batch->interval_count);
	buf_add_u32le(out, batch->event_count);
	buf_add_u32le(out, (uint32_t)raw_bytes);
	into = buf_extend(out, bound);
	if (!into)
		return;
	got = ZSTD_compress(into, bound, raw, raw_bytes, 1);
	if (ZSTD_isError(got)) {
		out->is_full = true;
		return;
	}
	out->n -= bound - got;
	put_u32le((uint8_t *)out->p + start, (uint32_t)(out->n - start - RECORD_HEAD));
	put_u64le((uint8_t *)out->p + start + 4, XXH3_64bits(out->p + start + RECORD_HEAD, out->n - start - RECORD_HEAD));
}

/* --- reading --- */

struct decoded {
	struct uptime *intervals;
	struct event *events;
};

static bool decode_body(struct bytes raw, struct batch *b, struct decoded *d)
{
	for (uint32_t i = 0; i < b->interval_count; i++) {
		uint64_t from = 0, to = 0;
		take_u64le(&raw, &from);
		take_u64le(&raw, &to);
		d->intervals[i] = (struct uptime){ .from_us = (int64_t)from, .to_us = (int64_t)to };
		if (d->intervals[i].from_us > d->intervals[i].to_us)
			return false;
	}
	for (uint32_t i = 0; i < b->event_count; i++, take_skip(&raw, EVENT_WIRE_BYTES))
		if (!event_read(raw.p, &d->events[i]))
			return false;
	return true;
}

static bool decode_record(struct bytes c, struct batch *b, struct decoded *d)
{
	_cleanup_free_ uint8_t *raw = NULL;
	struct bytes name;
	uint16_t n;
	uint32_t raw_bytes;
	size_t got;

	if (!take_u64le(&c, &b->boot) || !take_u64le(&c, &b->number) || !take_u16le(&c, &n) || !take_bytes(&c, n, &name) ||
	    !sensor_name_is_valid(name) || !take_u32le(&c, &b->interval_count) || !take_u32le(&c, &b->event_count) ||
	    !take_u32le(&c, &raw_bytes))
		return false;
	text_copy(b->sensor, sizeof b->sensor, name);
	if (b->interval_count > BATCH_INTERVALS_MAX || b->event_count > BATCH_EVENTS_MAX ||
	    raw_bytes != b->interval_count * INTERVAL_BYTES + b->event_count * EVENT_WIRE_BYTES)
		return false;
	raw = memory_new(raw_bytes, 1);
	got = ZSTD_decompress(raw, raw_bytes, c.p, c.n);
	if (ZSTD_isError(got) || got != raw_bytes)
		return false;
	d->intervals = memory_new(b->interval_count, sizeof *d->intervals);
	d->events = memory_new(b->event_count, sizeof *d->events);
	b->intervals = d->intervals;
	b->events = d->events;
	return decode_body(BYTES(raw, raw_bytes), b, d);
}

static bool take_record(struct bytes *c, struct bytes *ret)
{
	struct bytes rest = *c;
	uint32_t length;
	uint64_t check;

	if (!take_u32le(&rest, &length) || !take_u64le(&rest, &check) || length > RECORD_MAX ||
	    !take_bytes(&rest, length, ret) || XXH3_64bits(ret->p, ret->n) != check)
		return false;
	*c = rest;
	return true;
}

int journal_read(struct bytes file, journal_batch_fn *each, void *context, size_t *ret_valid, struct error *err)
{
	struct bytes c = file, record;
	int r = 0;

	while (r == 0 && take_record(&c, &record)) {
		struct batch b = { .boot = 0 };
		struct decoded d = { 0 };
		if (decode_record(record, &b, &d))
			r = each(context, &b, err);
		else
			r = error_set(err, -EBADMSG, "journal is damaged: a record is not a batch");
		free(d.intervals);
		free(d.events);
	}
	*ret_valid = file.n - c.n;
	return r;
}

struct encoding {
	struct encoder *encoder;
	struct manifest seen; /* what is stored, and what this walk has met */
	bool is_empty;
};

static int encode_batch(void *context, const struct batch *b, struct error *err)
{
	struct encoding *e = context;
	struct bytes sensor = BYTES_TEXT(b->sensor);
	uint16_t index;
	int r;

	if (!manifest_add_batch(&e->seen, sensor, b->boot, b->number))
		return 0;
	r = encoder_sensor(e->encoder, sensor, &index, err);
	for (uint32_t i = 0; i < b->event_count && r == 0; i++) {
		struct event event = b->events[i];
		event.sensor = index;
		r = encoder_add(e->encoder, &event, 1, err);
	}
	for (uint32_t i = 0; i < b->interval_count && r == 0; i++) {
		struct uptime u = b->intervals[i];
		u.sensor = index;
		u.kind = UPTIME_HEARTBEAT;
		r = encoder_uptime(e->encoder, &u, err);
	}
	if (b->event_count || b->interval_count)
		e->is_empty = false;
	return r;
}

int journal_encode(struct bytes file, const struct manifest *manifest, const struct encoder_output *output,
		   struct error *err)
{
	struct encoding e = { .encoder = encoder_new(output), .seen = manifest_copy(manifest), .is_empty = true };
	size_t valid;
	int r = journal_read(file, encode_batch, &e, &valid, err);

	if (r == 0 && !e.is_empty)
		r = encoder_finish(e.encoder, err);
	encoder_free(e.encoder);
	manifest_clear(&e.seen);
	if (r < 0)
		return r;
	return e.is_empty ? 0 : 1;
}

static int put_in_memory(void *context, struct bytes bytes, struct error *err)
{
	int fd = *(int *)context;

	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0)
			return error_errno(err, -errno, "cannot hold the journal in memory");
		take_skip(&bytes, (size_t)n);
	}
	return 0;
}

static int one_segment(void *context, struct error *err)
{
	(void)context;
	(void)err;
	return 0;
}

int journal_map(int fd, struct bytes *ret, struct error *err)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "cannot read the journal's size");
	*ret = BYTES(NULL, 0);
	if (st.st_size == 0)
		return 0;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return error_errno(err, -errno, "cannot map the journal");
	*ret = BYTES(map, (size_t)st.st_size);
	return 0;
}

void journal_unmap(struct bytes file)
{
	if (file.p)
		munmap((void *)file.p, file.n);
}

int journal_as_segment(int fd, const struct manifest *manifest, struct segment *ret, struct error *err)
{
	_cleanup_close_ int memory = memfd_create("journal", MFD_CLOEXEC);
	struct encoder_output output = { &memory, put_in_memory, one_segment };
	struct bytes file;
	int r;

	if (memory < 0)
		return error_errno(err, -errno, "cannot hold the journal in memory");
	r = journal_map(fd, &file, err);
	if (r < 0)
		return r;
	r = journal_encode(file, manifest, &output, err);
	journal_unmap(file);
	if (r <= 0)
		return r;
	r = segment_open(memory, ret, err);
	return r < 0 ? r : 1;
}
