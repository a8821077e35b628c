/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a form in a locked child. Files' bytes stay where they are: the child says where they begin. */
#include "ground/intake/read_form.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/proc/child.h"
#include "engine/proc/frame.h"
#include "engine/proc/sandbox.h"

#include <errno.h>

#define READ_SECONDS 20
#define FORM_BAD 4 /* the child's exit: it is no form */

enum { READ_FORM = 1 };

/* --- in the child --- */

static void put_form(struct buf *b, struct bytes raw, const struct form *f)
{
	buf_add_u32le(b, f->kind);
	buf_add_u32le(b, f->is_ics);
	buf_add_u32le(b, f->is_english);
	buf_add_u64le(b, (uint64_t)f->received_at);
	frame_put_text(b, f->hash);
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		frame_put_text(b, f->text[i]);
	buf_add_u32le(b, (uint32_t)f->file_count);
	for (size_t i = 0; i < f->file_count; i++) {
		frame_put_text(b, f->files[i].name);
		frame_put_text(b, f->files[i].type);
		buf_add_u32le(b, (uint32_t)(f->files[i].bytes.p - raw.p));
		buf_add_u32le(b, (uint32_t)f->files[i].bytes.n);
	}
}

static int work(void *context, int in, int out)
{
	const struct bytes *raw = context;
	struct error err = ERROR_NONE;
	struct arena *arena = arena_new();
	struct form f;
	struct buf b;

	(void)in;
	if (sandbox_enter(SANDBOX_DECODE, &err) < 0)
		return 3;
	if (form_parse(*raw, arena, &f, &err) < 0)
		return FORM_BAD;
	buf_init(&b, CHILD_FRAME_MAX - 8);
	put_form(&b, *raw, &f);
	return b.is_full || child_send(out, READ_FORM, buf_bytes(&b)) < 0 ? 3 : 0;
}

/* --- in the parent --- */

static bool take_file(struct bytes *c, struct bytes raw, struct arena *arena, struct form_file *ret)
{
	uint32_t begin, size;

	if (!frame_take_utf8(c, arena, &ret->name) || !frame_take_utf8(c, arena, &ret->type) || !take_u32le(c, &begin) ||
	    !take_u32le(c, &size) || !take_skip(&raw, begin))
		return false;
	return take_bytes(&raw, size, &ret->bytes);
}

static bool take_head(struct bytes *c, struct form *f)
{
	uint32_t kind, is_ics, is_english;
	uint64_t at;

	if (!take_u32le(c, &kind) || kind >= FORM_KIND_COUNT || !take_u32le(c, &is_ics) || is_ics > 1 || !take_u32le(c, &is_english) ||
	    is_english > 1 || !take_u64le(c, &at) || at > INT64_MAX)
		return false;
	f->kind = (enum form_kind)kind;
	f->is_ics = is_ics;
	f->is_english = is_english;
	f->received_at = (int64_t)at;
	return true;
}

static bool take_form(struct bytes c, struct bytes raw, struct arena *arena, struct form *f)
{
	uint32_t count;

	if (!take_head(&c, f) || !frame_take_utf8(&c, arena, &f->hash))
		return false;
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		if (!frame_take_utf8(&c, arena, &f->text[i]))
			return false;
	if (!take_u32le(&c, &count) || count > FORM_FILES_MAX)
		return false;
	for (f->file_count = 0; f->file_count < count; f->file_count++)
		if (!take_file(&c, raw, arena, &f->files[f->file_count]))
			return false;
	return c.n == 0 && form_check(f, NULL) == 0;
}

static int answer_of(struct child *child, struct bytes raw, struct arena *arena, struct form *ret, struct error *err)
{
	struct form f = { .file_count = 0 };
	struct bytes frame;
	uint32_t kind;
	int r = child_receive(child, &kind, &frame, err);

	if (r < 0)
		return r;
	if (r == 0 || kind != READ_FORM || !take_form(frame, raw, arena, &f))
		return error_set(err, -EBADMSG, "the reader of forms gave no answer: it is no form");
	*ret = f;
	return 0;
}

int read_form(struct bytes raw, struct arena *arena, struct form *ret, struct error *err)
{
	struct error inner = ERROR_NONE;
	struct child child;
	int r = child_start(&child, work, &raw, -1, err);

	if (r < 0)
		return r;
	child.until_us = clock_steady() + READ_SECONDS * SECOND_US;
	r = answer_of(&child, raw, arena, ret, err);
	if (r == -ETIMEDOUT)
		child_kill(&child);
	else if (child_end(&child, &inner) < 0)
		r = error_set(err, -ECHILD, "%s", inner.line);
	return r;
}
