/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Making segments beside the writer. */
#include "observe/store/maker.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/store/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_US (10 * SECOND_US) /* for a frame that has begun to come */
#define FRAME_BYTES (64u << 20)

enum frame { FRAME_COMPACTED = 1, FRAME_IMPORTED, FRAME_FAILED };

/* --- the child --- */

struct work {
	const char *path;
	const struct compact_options *options; /* NULL: an import, whose connection is standard input */
};

static void put_made(struct buf *out, const struct writer *made)
{
	buf_add_u32le(out, writer_made_count(made));
}

static int do_compact(const struct work *w, struct writer *made, struct buf *out, struct error *err)
{
	struct compact_report report;
	_cleanup_free_ uint32_t *replaced = NULL;
	size_t count = 0;
	int r = store_compact_make(made, w->path, w->options, &report, &replaced, &count, err);

	if (r < 0)
		return r;
	put_made(out, made);
	buf_add_u64le(out, report.segments_before);
	buf_add_u64le(out, report.segments_after);
	buf_add_u64le(out, report.bytes_before);
	buf_add_u64le(out, report.bytes_after);
	buf_add_u64le(out, report.events_dropped);
	for (size_t i = 0; i < count; i++)
		buf_add_u32le(out, replaced[i]);
	return 0;
}

static int do_import(int connection, struct writer *made, struct buf *out, struct error *err)
{
	struct manifest_import row;
	int r = handover_take(connection, made, &row, err);

	if (r < 0)
		return r;
	put_made(out, made);
	buf_add_u64le(out, row.hash[0]);
	buf_add_u64le(out, row.hash[1]);
	buf_add_u64le(out, (uint64_t)row.time_us);
	buf_add_text(out, row.name);
	return 0;
}

static int work(void *context, int in, int out)
{
	const struct work *w = context;
	_cleanup_(buf_clear) struct buf frame;
	struct error err = ERROR_NONE;
	struct writer *made = NULL;
	int r = writer_open_maker(w->path, &made, &err);

	buf_init(&frame, FRAME_BYTES);
	if (r == 0)
		r = w->options ? do_compact(w, made, &frame, &err) : do_import(in, made, &frame, &err);
	writer_close(made);
	if (r < 0) {
		buf_reset(&frame);
		buf_add_u32le(&frame, (uint32_t)-r);
		buf_add_text(&frame, err.line);
		return child_send(out, FRAME_FAILED, buf_bytes(&frame)) < 0 ? 3 : 0;
	}
	return child_send(out, w->options ? FRAME_COMPACTED : FRAME_IMPORTED, buf_bytes(&frame)) < 0 ? 3 : 0;
}

static int start(struct maker *m, const struct compact_options *options, int in, struct error *err)
{
	struct work w = { m->path, options };
	int r = child_start(&m->child, work, &w, in, err);

	if (r == 0)
		m->making = options ? MAKING_COMPACTION : MAKING_IMPORT;
	return r;
}

/* --- the writer --- */

static int adopt_all(struct writer *w, uint32_t count, struct error *err)
{
	int r = 0;

	for (uint32_t i = 1; i <= count && r == 0; i++)
		r = writer_adopt(w, i, err);
	return r;
}

static int take_compaction(struct maker *m, struct bytes frame, struct made *ret)
{
	struct compact_report *report = &ret->report;
	_cleanup_free_ uint32_t *replaced = NULL;
	uint32_t count;
	size_t n;
	int r;

	if (!take_u32le(&frame, &count) || !take_u64le(&frame, &report->segments_before) ||
	    !take_u64le(&frame, &report->segments_after) || !take_u64le(&frame, &report->bytes_before) ||
	    !take_u64le(&frame, &report->bytes_after) || !take_u64le(&frame, &report->events_dropped) || frame.n % 4)
		return error_set(&ret->error, -EBADMSG, "the child's answer is not one");
	n = frame.n / 4;
	replaced = memory_new(n + 1, sizeof *replaced);
	for (size_t i = 0; i < n; i++)
		take_u32le(&frame, &replaced[i]);
	r = adopt_all(m->writer, count, &ret->error);
	return r < 0 || n == 0 ? r : writer_replace(m->writer, replaced, n, &ret->error);
}

static int take_import(struct maker *m, struct bytes frame, struct made *ret)
{
	struct manifest_import *row = &ret->import;
	uint32_t count;
	int r;

	if (!take_u32le(&frame, &count) || !take_u64le(&frame, &row->hash[0]) || !take_u64le(&frame, &row->hash[1]) ||
	    !take_u64le(&frame, (uint64_t *)&row->time_us) || !text_copy(row->name, sizeof row->name, frame))
		return error_set(&ret->error, -EBADMSG, "the child's answer is not one");
	r = adopt_all(m->writer, count, &ret->error);
	return r < 0 ? r : writer_commit(m->writer, row, &ret->events, &ret->error);
}

static int take_failure(struct bytes frame, struct error *err)
{
	uint32_t code;

	if (!take_u32le(&frame, &code) || code == 0 || code > 4095)
		code = EBADMSG;
	return error_set(err, -(int)code, "%.*s", (int)MIN(frame.n, (size_t)ERROR_LINE_MAX), (const char *)frame.p);
}

static int take_answer(struct maker *m, struct made *ret)
{
	struct bytes frame;
	uint32_t kind;
	int r;

	m->child.until_us = clock_steady() + ANSWER_US;
	r = child_receive(&m->child, &kind, &frame, &ret->error);
	if (r < 0)
		return r;
	if (r == 1 && kind == FRAME_COMPACTED && m->making == MAKING_COMPACTION)
		return take_compaction(m, frame, ret);
	if (r == 1 && kind == FRAME_IMPORTED && m->making == MAKING_IMPORT)
		return take_import(m, frame, ret);
	if (r == 1 && kind == FRAME_FAILED)
		return take_failure(frame, &ret->error);
	return error_set(&ret->error, -ECHILD, "the child ended early");
}

static void end(struct maker *m)
{
	child_kill(&m->child);
	writer_drop_made(m->writer);
	if (m->connection >= 0)
		close(m->connection);
	m->connection = -1;
	m->making = MAKING_NOTHING;
}

static void finish(struct maker *m, struct made *ret)
{
	*ret = (struct made){ .what = m->making };
	ret->result = take_answer(m, ret);
	if (ret->result < 0)
		writer_abort(m->writer);
	if (m->making == MAKING_IMPORT)
		handover_answer(m->connection, ret->result, &ret->error);
	end(m);
}

/* --- all --- */

int maker_open(struct writer *writer, const char *path, struct maker *ret, struct error *err)
{
	*ret = (struct maker){ .writer = writer, .path = path, .listener = -1, .connection = -1 };
	return handover_listen(writer_folder(writer), &ret->listener, err);
}

void maker_close(struct maker *m)
{
	if (m->making != MAKING_NOTHING)
		end(m);
	if (m->listener >= 0) {
		close(m->listener);
		handover_remove(writer_folder(m->writer));
	}
	m->listener = -1;
}

int maker_compact(struct maker *m, const struct compact_options *options, struct error *err)
{
	int r;

	if (m->making != MAKING_NOTHING)
		return error_set(err, -EBUSY, "something else is being made");
	r = writer_flush(m->writer, err);
	return r < 0 ? r : start(m, options, -1, err);
}

static void begin_import(struct maker *m)
{
	struct error err = ERROR_NONE;
	int fd = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC);
	int r;

	if (fd < 0)
		return;
	r = start(m, NULL, fd, &err);
	if (r == 0) {
		m->connection = fd;
		return;
	}
	handover_answer(fd, r, &err);
	close(fd);
}

int maker_turn(struct maker *m, struct made *ret)
{
	struct pollfd p = { .events = POLLIN };

	if (m->making == MAKING_NOTHING) {
		begin_import(m);
		return 0;
	}
	p.fd = m->child.from;
	if (poll(&p, 1, 0) <= 0)
		return 0;
	finish(m, ret);
	return 1;
}
