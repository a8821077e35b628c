/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Loading a table: a locked child reads the file, what it sends is checked here. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/place/place_int.h"
#include "engine/proc/child.h"
#include "engine/proc/sandbox.h"
#include "format/registry/delegated.h"
#include "format/registry/mmdb.h"
#include "format/registry/places.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX (192u << 20)
#define FRAME_BYTES (PLACE_RANGE_BYTES * 4096u)

enum frame { FRAME_IPV4 = 4, FRAME_IPV6 = 6, FRAME_DONE, FRAME_ERROR };

/* The kinds of file, in the order in which they are tried. */
static const struct format {
	const char *name;
	bool (*is)(struct bytes file);
	int (*parse)(struct bytes file, registry_prefix_fn *each, void *context, struct registry_about *ret_about,
		     struct error *err);
} formats[] = {
	{ "mmdb", mmdb_is, mmdb_parse },
	{ "delegated statistics", delegated_is, delegated_parse },
	{ "CSV", places_is, places_parse },
};

/* --- in the child --- */

struct sending {
	struct buf frame;
	int out;
	uint32_t kind;
};

static void send_frame(struct sending *s)
{
	if (s->frame.n)
		child_send(s->out, s->kind, buf_bytes(&s->frame));
	buf_reset(&s->frame);
}

static void send_range(void *context, uint8_t family, const struct place_range *range)
{
	struct sending *s = context;

	if (s->kind != family || s->frame.n >= FRAME_BYTES)
		send_frame(s);
	s->kind = family;
	place_range_put(&s->frame, range);
}

static int read_table(size_t size, int in, struct place_builder *b, struct registry_about *about, size_t *ret_format,
		      struct error *err)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, in, 0);
	size_t format = 0;
	int r;

	if (map == MAP_FAILED)
		return error_errno(err, -errno, "cannot map the file");
	r = sandbox_enter(SANDBOX_DECODE, err);
	if (r < 0)
		return r;
	while (format < COUNT(formats) && !formats[format].is(BYTES(map, size)))
		format++;
	if (format == COUNT(formats)) {
		error_hint(err, "known are delegated statistics, CSV prefix,country,as, and .mmdb");
		return error_set(err, -EBADMSG, "not a table of places");
	}
	*ret_format = format;
	return formats[format].parse(BYTES(map, size), place_builder_add, b, about, err);
}

static void send_done(struct sending *s, size_t format, const struct registry_about *about)
{
	buf_add_char(&s->frame, (char)format);
	buf_add_u64le(&s->frame, about->date.year ? (uint64_t)date_to_days(about->date) : UINT64_MAX);
	buf_add_u64le(&s->frame, about->rows);
	s->kind = FRAME_DONE;
	send_frame(s);
}

static void send_error(struct sending *s, int code, const struct error *err)
{
	buf_reset(&s->frame);
	buf_add_u32le(&s->frame, (uint32_t)-code);
	buf_add_text(&s->frame, err->line);
	buf_add_char(&s->frame, '\0');
	buf_add_text(&s->frame, err->hint);
	s->kind = FRAME_ERROR;
	send_frame(s);
}

static int child_work(void *context, int in, int out)
{
	struct sending s = { .out = out };
	struct place_builder b = { 0 };
	struct registry_about about;
	struct error err = ERROR_NONE;
	size_t format = 0;
	int r = read_table(*(const size_t *)context, in, &b, &about, &format, &err);

	buf_init(&s.frame, 2 * FRAME_BYTES);
	if (r == -E2BIG)
		error_set(&err, r, "more than %u prefixes", PLACE_PREFIXES_MAX);
	if (r < 0) {
		send_error(&s, r, &err);
		return 0;
	}
	place_builder_finish(&b, send_range, &s);
	send_frame(&s);
	send_done(&s, format, &about);
	return 0;
}

/* --- in the parent --- */

static int take_done(struct place_table *t, struct bytes frame, struct error *err)
{
	struct place_about *about = place_table_about_of(t);
	uint64_t days;
	uint8_t format;

	if (!take_u8(&frame, &format) || !take_u64le(&frame, &days) || !take_u64le(&frame, &about->prefixes) || frame.n ||
	    format >= COUNT(formats) || (days != UINT64_MAX && days > 2932896))
		return error_set(err, -EBADMSG, "the child's answer is not one");
	about->format = formats[format].name;
	if (days != UINT64_MAX)
		about->date = date_from_days((int64_t)days);
	return 0;
}

static int take_error(struct bytes frame, struct error *err)
{
	struct bytes line;
	uint32_t code;

	if (!take_u32le(&frame, &code) || code == 0 || code > 4095 || !take_until(&frame, '\0', &line))
		return error_set(err, -EBADMSG, "the child's answer is not one");
	error_set(err, 0, "%.*s", (int)MIN(line.n, (size_t)ERROR_LINE_MAX), (const char *)line.p);
	if (frame.n)
		error_hint(err, "%.*s", (int)MIN(frame.n, (size_t)ERROR_LINE_MAX), (const char *)frame.p);
	return -(int)code;
}

static int receive(struct child *c, struct place_table *t, struct error *err)
{
	bool is_done = false;
	struct bytes frame;
	uint32_t kind;
	int got = 0, r = 0;

	while (r == 0 && !is_done && (got = child_receive(c, &kind, &frame, err)) == 1) {
		if (kind == FRAME_IPV4 || kind == FRAME_IPV6)
			r = place_take(t, (uint8_t)kind, frame);
		else if (kind == FRAME_DONE)
			r = take_done(t, frame, err);
		else if (kind == FRAME_ERROR)
			r = take_error(frame, err);
		else
			r = -EBADMSG;
		is_done = kind == FRAME_DONE;
	}
	if (got < 0)
		return got;
	if (r == -EBADMSG && !err->line[0])
		return error_set(err, r, "the child's answer is not one");
	return r < 0 ? r : is_done ? 0 : 1;
}

static int run_child(size_t size, int fd, struct place_table *t, struct error *err)
{
	struct child c;
	int r = child_start(&c, child_work, &size, fd, err), status;

	if (r < 0)
		return r;
	r = receive(&c, t, err);
	if (r < 0) {
		child_kill(&c);
		return r;
	}
	status = child_end(&c, err);
	if (status < 0)
		return status;
	return r == 1 || status ? error_set(err, -ECHILD, "the locked child gave no answer") : 0;
}

static void take_file_date(struct place_table *t, const struct stat *st)
{
	struct place_about *about = place_table_about_of(t);

	if (about->date.year)
		return;
	about->date = date_from_days(floor_div(st->st_mtim.tv_sec, 86400));
	about->is_file_date = true;
}

int place_table_load(const char *path, struct place_table **ret, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct error inner = ERROR_NONE;
	struct place_table *t;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, -errno, "cannot open '%s'", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set(err, -EBADMSG, "'%s' is not a table of places", path);
	if (st.st_size > FILE_BYTES_MAX)
		return error_set(err, -E2BIG, "'%s' is larger than %u bytes", path, FILE_BYTES_MAX);
	t = place_table_new();
	r = run_child((size_t)st.st_size, fd, t, &inner);
	if (r < 0) {
		place_table_free(t);
		error_prefix(&inner, "cannot read '%s'", path);
		if (err)
			*err = inner;
		return r;
	}
	take_file_date(t, &st);
	place_table_index(t);
	*ret = t;
	return 0;
}
