/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reading a mail in a locked child. */
#include "ground/intake/read.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/proc/child.h"
#include "engine/proc/frame.h"
#include "engine/proc/sandbox.h"

#include <errno.h>

#define PIECE (4u << 20)
#define FILES_BYTES_MAX (96u << 20)

enum read_frame {
	READ_MAIL = 1, /* see put_mail */
	READ_FILE,     /* name, type */
	READ_BYTES,    /* a piece of the file before */
	READ_END,
};

/* --- in the child --- */

struct reading {
	struct bytes raw;
	const struct mail_centre *centre;
};

static void put_ids(struct buf *b, const struct mail *m)
{
	size_t at = b->n;
	uint32_t count = 0;

	buf_add_u32le(b, 0);
	for (size_t i = 0; i < m->in_reply_to_all.count && count < READ_IDS_MAX; i++, count++)
		frame_put_text(b, m->in_reply_to_all.item[i]);
	for (size_t i = m->references.count; i-- > 0 && count < READ_IDS_MAX; count++)
		frame_put_text(b, m->references.item[i]);
	if (!b->is_full)
		put_u32le((uint8_t *)b->p + at, count);
}

static void put_returned(struct buf *b, const struct mail_verdict *v)
{
	size_t most = COUNT(((struct read_mail *)0)->returned), count = v->recipient_count < most ? v->recipient_count : most;

	buf_add_u32le(b, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		const struct mail_recipient *to = &v->recipients[i];
		buf_add_u32le(b, to->action == BOUNCE_FAILED);
		frame_put_text(b, to->address);
		frame_put_text(b, to->status);
		frame_put_text(b, to->diagnostic);
		frame_put_text(b, bounce_reason_name(to->reason));
	}
}

static void put_mail(struct buf *b, const struct mail *m, const struct mail_verdict *v)
{
	const struct mail_address none = { "", "" }, *from = m->from.count ? &m->from.item[0] : &none;

	buf_add_u32le(b, v->kind);
	buf_add_u32le(b, v->may_answer);
	buf_add_u32le(b, v->is_delayed);
	buf_add_u32le(b, m->is_cut);
	frame_put_text(b, v->rule);
	frame_put_text(b, v->evidence);
	frame_put_text(b, m->subject);
	frame_put_text(b, from->name);
	frame_put_text(b, from->address);
	/* RFC 3834 §4: to the envelope's sender, where it is known. */
	frame_put_text(b, m->has_return_path ? m->return_path : from->address);
	frame_put_text(b, m->message_id);
	frame_put_text(b, v->original ? v->original->message_id : "");
	frame_put_text(b, m->text);
	put_ids(b, m);
	put_returned(b, v);
}

static int send_file(int out, const struct mail_part *p, struct buf *b)
{
	int r;

	buf_reset(b);
	frame_put_text(b, p->name);
	frame_put_text(b, p->type);
	r = child_send(out, READ_FILE, buf_bytes(b));
	for (size_t at = 0; at < p->bytes.n && r == 0; at += PIECE)
		r = child_send(out, READ_BYTES, BYTES(p->bytes.p + at, MIN((size_t)PIECE, p->bytes.n - at)));
	return r;
}

static int work(void *context, int in, int out)
{
	const struct reading *g = context;
	struct error err = ERROR_NONE;
	struct arena *arena = arena_new();
	struct mail_verdict v;
	struct mail *m;
	struct buf b;
	int r;

	(void)in;
	if (sandbox_enter(SANDBOX_DECODE, &err) < 0)
		return 3;
	buf_init(&b, CHILD_FRAME_MAX - 8);
	r = mail_parse(g->raw, arena, &m, &err);
	if (r < 0)
		return 3;
	mail_judge(m, g->centre, arena, &v);
	put_mail(&b, m, &v);
	r = b.is_full ? -E2BIG : child_send(out, READ_MAIL, buf_bytes(&b));
	for (size_t i = 0, files = 0; i < m->part_count && r == 0 && files < READ_FILES_MAX; i++)
		if (m->parts[i].is_attachment) {
			r = send_file(out, &m->parts[i], &b);
			files++;
		}
	if (r == 0)
		r = child_send(out, READ_END, BYTES("", 0));
	return r < 0 ? 3 : 0;
}

/* --- in the parent --- */

static int garbled(struct error *err)
{
	return error_set(err, -EBADMSG, "the reader of mails gave an answer that is none");
}

/* Valid UTF-8 without NUL, or nothing is taken. */
static bool take_text(struct bytes *c, struct arena *arena, const char **ret)
{
	struct bytes text;

	if (!frame_take(c, &text) || !text_is_utf8(text) || (text.n && memchr(text.p, '\0', text.n)))
		return false;
	*ret = arena_bytes(arena, text.p, text.n);
	return true;
}

static bool take_flag(struct bytes *c, bool *ret)
{
	uint32_t value;

	if (!take_u32le(c, &value) || value > 1)
		return false;
	*ret = value;
	return true;
}

static bool take_ids(struct bytes *c, struct arena *arena, struct read_mail *ret)
{
	uint32_t count;

	if (!take_u32le(c, &count) || count > READ_IDS_MAX)
		return false;
	for (ret->id_count = 0; ret->id_count < count; ret->id_count++)
		if (!take_text(c, arena, &ret->ids[ret->id_count]))
			return false;
	return true;
}

static bool take_returned(struct bytes *c, struct arena *arena, struct read_mail *ret)
{
	uint32_t count;

	if (!take_u32le(c, &count) || count > COUNT(ret->returned))
		return false;
	for (ret->returned_count = 0; ret->returned_count < count; ret->returned_count++) {
		struct read_returned *to = &ret->returned[ret->returned_count];
		if (!take_flag(c, &to->is_failed) || !take_text(c, arena, &to->address) || !take_text(c, arena, &to->status) ||
		    !take_text(c, arena, &to->diagnostic) || !take_text(c, arena, &to->reason))
			return false;
	}
	return true;
}

static bool take_mail(struct bytes c, struct arena *arena, struct read_mail *ret)
{
	uint32_t kind;

	if (!take_u32le(&c, &kind) || kind >= MAIL_KIND_COUNT)
		return false;
	ret->kind = (enum mail_kind)kind;
	return take_flag(&c, &ret->may_answer) && take_flag(&c, &ret->is_delayed) && take_flag(&c, &ret->is_cut) &&
	       take_text(&c, arena, &ret->rule) && take_text(&c, arena, &ret->evidence) && take_text(&c, arena, &ret->subject) &&
	       take_text(&c, arena, &ret->from_name) && take_text(&c, arena, &ret->from_address) &&
	       take_text(&c, arena, &ret->answer_address) && take_text(&c, arena, &ret->message_id) &&
	       take_text(&c, arena, &ret->original_id) && take_text(&c, arena, &ret->text) && take_ids(&c, arena, ret) &&
	       take_returned(&c, arena, ret) && c.n == 0;
}

/* What has come so far. */
struct taking {
	struct read_mail *mail;
	struct arena *arena;
	struct buf bytes;       /* of all files */
	size_t *ends;           /* of each file in `bytes` */
	size_t end_room;
	size_t file_room;
	struct read_file *files;
	bool has_mail, is_ended;
};

static bool take_frame(struct taking *t, uint32_t kind, struct bytes c)
{
	size_t n = t->mail->file_count;

	switch (kind) {
	case READ_MAIL:
		t->has_mail = !t->has_mail && take_mail(c, t->arena, t->mail);
		return t->has_mail;
	case READ_FILE:
		if (!t->has_mail || n == READ_FILES_MAX)
			return false;
		t->files = memory_grow(t->files, &t->file_room, n + 1, sizeof *t->files);
		t->ends = memory_grow(t->ends, &t->end_room, n + 1, sizeof *t->ends);
		t->ends[n] = t->bytes.n;
		t->mail->file_count++;
		return take_text(&c, t->arena, &t->files[n].name) && take_text(&c, t->arena, &t->files[n].type) && c.n == 0;
	case READ_BYTES:
		if (n == 0)
			return false;
		buf_add_bytes(&t->bytes, c);
		t->ends[n - 1] = t->bytes.n;
		return !t->bytes.is_full;
	default:
		t->is_ended = kind == READ_END;
		return t->is_ended && t->has_mail;
	}
}

static void keep_files(struct taking *t)
{
	const char *bytes = arena_bytes(t->arena, t->bytes.p ? t->bytes.p : "", t->bytes.n);
	size_t begin = 0;

	for (size_t i = 0; i < t->mail->file_count; i++) {
		t->files[i].bytes = BYTES(bytes + begin, t->ends[i] - begin);
		begin = t->ends[i];
	}
	t->mail->files = (void *)arena_bytes(t->arena, t->files, t->mail->file_count * sizeof *t->files);
}

static int take_all(struct child *child, struct taking *t, struct error *err)
{
	struct bytes frame;
	uint32_t kind;
	int r = 0;

	while (!t->is_ended) {
		r = child_receive(child, &kind, &frame, err);
		if (r < 0)
			return r;
		if (r == 0 || !take_frame(t, kind, frame))
			return garbled(err);
	}
	return 0;
}

int read_mail(struct bytes raw, const struct mail_centre *centre, struct arena *arena, struct read_mail *ret, struct error *err)
{
	struct reading g = { raw, centre };
	struct taking t = { .mail = ret, .arena = arena };
	struct error inner = ERROR_NONE;
	struct child child;
	int status, r = child_start(&child, work, &g, -1, err);

	if (r < 0)
		return r;
	*ret = (struct read_mail){ .file_count = 0 };
	buf_init(&t.bytes, FILES_BYTES_MAX);
	child.until_us = clock_steady() + READ_SECONDS * SECOND_US;
	r = take_all(&child, &t, err);
	if (r == 0)
		keep_files(&t);
	if (r == -ETIMEDOUT) {
		child_kill(&child);
	} else {
		status = child_end(&child, &inner);
		/* A reader that was ended says more than its half answer. */
		if (status < 0)
			r = error_set(err, -ECHILD, "%s", inner.line);
	}
	free(t.files);
	free(t.ends);
	buf_clear(&t.bytes);
	return r;
}
