/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a list in a locked child. */
#include "ground/intake/read_list.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/proc/child.h"
#include "engine/proc/frame.h"
#include "engine/proc/sandbox.h"
#include "format/exchange/list.h"

#include <errno.h>

#define BATCH_BYTES (4u << 20)
#define PIECE 65536
/* A child that says nothing for so long is ended. */
#define SILENCE_US (60 * SECOND_US)

enum { LIST_ROWS = 1, LIST_END };

/* --- in the child --- */

struct sending {
	const struct read_list_options *o;
	struct buf batch;
	uint32_t count;
	int out;
};

static int flush(struct sending *s)
{
	int r;

	if (s->count == 0)
		return 0;
	put_u32le((uint8_t *)s->batch.p, s->count);
	r = child_send(s->out, LIST_ROWS, buf_bytes(&s->batch));
	buf_reset(&s->batch);
	buf_add_u32le(&s->batch, 0);
	s->count = 0;
	return r;
}

/* Bytes that are no text show as '?', and what is long is cut at a sign. */
static void put_text(struct buf *b, struct bytes text, size_t most)
{
	char copy[READ_RAW_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < most;) {
		size_t length = text_utf8_length(BYTES(text.p + i, text.n - i));
		if (length && n + length > most)
			break;
		if (length && text.p[i] >= ' ') {
			memcpy(copy + n, text.p + i, length);
			n += length;
		} else {
			copy[n++] = text.p[i] == '\t' ? '\t' : '?';
		}
		i += length ? length : 1;
	}
	frame_put(b, BYTES(copy, n));
}

static struct bytes time_text(const struct list_row *row)
{
	for (size_t i = 0; i < row->field_count; i++)
		if (row->fields[i].meaning == LIST_TIME)
			return row->fields[i].value;
	return BYTES("", 0);
}

static int sent(struct sending *s)
{
	s->count++;
	return s->count == READ_ROWS_MAX || s->batch.n > BATCH_BYTES ? flush(s) : 0;
}

static int give_row(void *context, const struct list_row *row)
{
	struct sending *s = context;
	struct buf *b = &s->batch;

	buf_add_u64le(b, row->line);
	frame_put_text(b, "");
	buf_add_u32le(b, row->address.family);
	buf_add(b, row->address.byte, sizeof row->address.byte);
	buf_add_u32le(b, row->has_time | (uint32_t)row->has_port << 1);
	buf_add_u64le(b, (uint64_t)row->time_us);
	buf_add_u32le(b, row->port);
	put_text(b, time_text(row), 100);
	put_text(b, row->host, 255);
	put_text(b, row->url, 2048);
	put_text(b, row->kind, 200);
	put_text(b, row->raw, READ_RAW_MAX);
	return sent(s);
}

static int give_fault(void *context, uint64_t line, struct bytes raw, const char *why)
{
	struct sending *s = context;

	buf_add_u64le(&s->batch, line);
	frame_put_text(&s->batch, why);
	put_text(&s->batch, raw, READ_RAW_MAX);
	return sent(s);
}

static int feed(struct list_reader *reader, int in)
{
	static uint8_t piece[PIECE];
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = read(in, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		r = n < 0 ? -errno : list_reader_feed(reader, BYTES(piece, (size_t)n));
	}
	return r == 0 ? list_reader_end(reader) : r;
}

static int work(void *context, int in, int out)
{
	struct sending s = { .o = context, .out = out };
	struct list_options o = { .row = give_row, .fault = give_fault, .context = &s, .has_offset = s.o->has_offset,
				  .offset_s = s.o->offset_s, .received_us = s.o->received_us };
	struct list_reader *reader;
	struct error err = ERROR_NONE;
	int r;

	if (sandbox_enter(SANDBOX_DECODE, &err) < 0)
		return 3;
	buf_init(&s.batch, CHILD_FRAME_MAX - 8);
	buf_add_u32le(&s.batch, 0);
	reader = list_reader_new(&o);
	r = feed(reader, in);
	if (r == 0)
		r = flush(&s);
	if (r == 0)
		r = child_send(out, LIST_END, BYTES("", 0));
	list_reader_free(reader);
	return r < 0 ? 3 : 0;
}

/* --- in the parent --- */

static bool take_row(struct bytes *c, struct arena *arena, struct read_row *ret)
{
	struct bytes address;
	uint32_t family, flags, port;
	uint64_t time;

	*ret = (struct read_row){ .time_text = "", .host = "", .url = "", .kind = "" };
	if (!take_u64le(c, &ret->number) || !frame_take_utf8(c, arena, &ret->why))
		return false;
	if (ret->why[0])
		return frame_take_utf8(c, arena, &ret->raw);
	ret->why = NULL;
	if (!take_u32le(c, &family) || !take_bytes(c, 16, &address) || !take_u32le(c, &flags) || !take_u64le(c, &time) ||
	    !take_u32le(c, &port) || port > UINT16_MAX || (family != 0 && family != 4 && family != 6))
		return false;
	ret->address.family = (uint8_t)family;
	memcpy(ret->address.byte, address.p, 16);
	ret->has_time = flags & 1;
	ret->has_port = flags & 2;
	ret->time_us = (int64_t)time;
	ret->port = (uint16_t)port;
	return frame_take_utf8(c, arena, &ret->time_text) && frame_take_utf8(c, arena, &ret->host) && frame_take_utf8(c, arena, &ret->url) &&
	       frame_take_utf8(c, arena, &ret->kind) && frame_take_utf8(c, arena, &ret->raw);
}

static int take_batch(struct bytes c, const struct read_list_options *o, struct read_row *rows, struct arena *arena,
		      struct error *err)
{
	uint32_t count;
	bool is_right = take_u32le(&c, &count) && count <= READ_ROWS_MAX;

	for (uint32_t i = 0; is_right && i < count; i++)
		is_right = take_row(&c, arena, &rows[i]);
	if (!is_right || c.n)
		return error_set(err, -EBADMSG, "the reader of lists gave an answer that is none");
	return o->rows(o->context, rows, count, err);
}

static int take_all(struct child *child, const struct read_list_options *o, struct error *err)
{
	_cleanup_free_ struct read_row *rows = memory_new(READ_ROWS_MAX, sizeof *rows);
	struct arena *arena = arena_new();
	bool is_ended = false;
	int r = 0;

	while (r == 0 && !is_ended) {
		struct bytes frame;
		uint32_t kind;
		child->until_us = clock_steady() + SILENCE_US;
		r = child_receive(child, &kind, &frame, err);
		if (r <= 0) {
			r = r < 0 ? r : error_set(err, -EBADMSG, "the reader of lists ended early");
			break;
		}
		is_ended = kind == LIST_END;
		r = is_ended ? 0 : take_batch(frame, o, rows, arena, err);
		arena_reset(arena);
	}
	arena_free(arena);
	return r;
}

int read_list(int fd, const struct read_list_options *o, struct error *err)
{
	struct error inner = ERROR_NONE;
	struct child child;
	int r = child_start(&child, work, (void *)(uintptr_t)o, fd, err);

	if (r < 0)
		return r;
	r = take_all(&child, o, err);
	if (r != 0) {
		child_kill(&child);
		return r;
	}
	return child_end(&child, &inner) < 0 ? error_set(err, -ECHILD, "%s", inner.line) : 0;
}
