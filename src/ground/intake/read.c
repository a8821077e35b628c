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
	READ_SEAL,     /* kind u32, whole u32: what is encrypted or signed */
	READ_BYTES,    /* a piece of the file, or of the sealed bytes, before */
	READ_SIGNATURE, /* the signature of the sealed bytes before */
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

static int send_pieces(int out, uint32_t kind, struct bytes bytes)
{
	int r = 0;

	for (size_t at = 0; at < bytes.n && r == 0; at += PIECE)
		r = child_send(out, kind, BYTES(bytes.p + at, MIN((size_t)PIECE, bytes.n - at)));
	return r;
}

static int send_file(int out, const struct mail_part *p, struct buf *b)
{
	int r;

	buf_reset(b);
	frame_put_text(b, p->name);
	frame_put_text(b, p->type);
	r = child_send(out, READ_FILE, buf_bytes(b));
	return r < 0 ? r : send_pieces(out, READ_BYTES, p->bytes);
}

/* Keys and certificates that come along are files; what can be opened or checked is told. */
static int send_sealed(int out, struct bytes raw, const struct mail *m, struct arena *arena)
{
	struct crypt found;
	int r = 0;

	crypt_find(raw, m, arena, &found);
	for (size_t i = 0, sent = 0; i < found.count && r == 0 && sent < READ_SEALED_MAX; i++) {
		const struct crypt_item *item = &found.items[i];
		uint8_t head[8];
		if (item->kind == CRYPT_PGP_KEY || item->kind == CRYPT_SMIME_CERTIFICATES)
			continue;
		put_u32le(head, item->kind);
		put_u32le(head + 4, item->is_whole_text);
		r = child_send(out, READ_SEAL, BYTES(head, sizeof head));
		if (r == 0)
			r = send_pieces(out, READ_BYTES, item->data);
		if (r == 0)
			r = send_pieces(out, READ_SIGNATURE, item->signature);
		sent++;
	}
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
		r = send_sealed(out, g->raw, m, arena);
	if (r == 0)
		r = child_send(out, READ_END, BYTES("", 0));
	return r < 0 ? 3 : 0;
}

/* --- in the parent --- */

static int garbled(struct error *err)
{
	return error_set(err, -EBADMSG, "the reader of mails gave an answer that is none");
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
		if (!frame_take_utf8(c, arena, &ret->ids[ret->id_count]))
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
		if (!take_flag(c, &to->is_failed) || !frame_take_utf8(c, arena, &to->address) || !frame_take_utf8(c, arena, &to->status) ||
		    !frame_take_utf8(c, arena, &to->diagnostic) || !frame_take_utf8(c, arena, &to->reason))
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
	       frame_take_utf8(&c, arena, &ret->rule) && frame_take_utf8(&c, arena, &ret->evidence) && frame_take_utf8(&c, arena, &ret->subject) &&
	       frame_take_utf8(&c, arena, &ret->from_name) && frame_take_utf8(&c, arena, &ret->from_address) &&
	       frame_take_utf8(&c, arena, &ret->answer_address) && frame_take_utf8(&c, arena, &ret->message_id) &&
	       frame_take_utf8(&c, arena, &ret->original_id) && frame_take_utf8(&c, arena, &ret->text) && take_ids(&c, arena, ret) &&
	       take_returned(&c, arena, ret) && c.n == 0;
}

/* What has come so far. Spans lie in `bytes`, which moves while it grows: where they begin and end is kept until then. */
struct span {
	size_t begin, end;
};

struct taking {
	struct read_mail *mail;
	struct arena *arena;
	struct buf bytes;
	struct read_file *files;
	struct span *of_file, of_seal[READ_SEALED_MAX], of_signature[READ_SEALED_MAX];
	struct span *now; /* what a piece belongs to */
	size_t file_room, span_room;
	bool has_mail, is_ended;
};

static bool take_file(struct taking *t, struct bytes c)
{
	size_t n = t->mail->file_count;

	if (!t->has_mail || n == READ_FILES_MAX)
		return false;
	t->files = memory_grow(t->files, &t->file_room, n + 1, sizeof *t->files);
	t->of_file = memory_grow(t->of_file, &t->span_room, n + 1, sizeof *t->of_file);
	t->of_file[n] = (struct span){ t->bytes.n, t->bytes.n };
	t->now = &t->of_file[n];
	t->mail->file_count++;
	return frame_take_utf8(&c, t->arena, &t->files[n].name) && frame_take_utf8(&c, t->arena, &t->files[n].type) && c.n == 0;
}

static bool take_seal(struct taking *t, struct bytes c)
{
	size_t n = t->mail->sealed_count;
	uint32_t kind;

	if (!t->has_mail || n == READ_SEALED_MAX || !take_u32le(&c, &kind) || kind >= CRYPT_KIND_COUNT)
		return false;
	t->mail->sealed[n].kind = (enum crypt_kind)kind;
	t->of_seal[n] = t->of_signature[n] = (struct span){ t->bytes.n, t->bytes.n };
	t->now = &t->of_seal[n];
	t->mail->sealed_count++;
	return take_flag(&c, &t->mail->sealed[n].is_whole_text) && c.n == 0;
}

static bool take_piece(struct taking *t, struct bytes c)
{
	if (!t->now)
		return false;
	buf_add_bytes(&t->bytes, c);
	t->now->end = t->bytes.n;
	return !t->bytes.is_full;
}

static bool take_signature(struct taking *t, struct bytes c)
{
	size_t n = t->mail->sealed_count;

	if (n == 0)
		return false;
	if (t->now != &t->of_signature[n - 1])
		t->of_signature[n - 1].begin = t->bytes.n;
	t->now = &t->of_signature[n - 1];
	return take_piece(t, c);
}

static bool take_frame(struct taking *t, uint32_t kind, struct bytes c)
{
	switch (kind) {
	case READ_MAIL:
		t->has_mail = !t->has_mail && take_mail(c, t->arena, t->mail);
		return t->has_mail;
	case READ_FILE:
		return take_file(t, c);
	case READ_SEAL:
		return take_seal(t, c);
	case READ_BYTES:
		return take_piece(t, c);
	case READ_SIGNATURE:
		return take_signature(t, c);
	default:
		t->is_ended = kind == READ_END;
		return t->is_ended && t->has_mail;
	}
}

static void keep_bytes(struct taking *t)
{
	const char *bytes = arena_bytes(t->arena, t->bytes.p ? t->bytes.p : "", t->bytes.n);
	struct read_mail *m = t->mail;

	for (size_t i = 0; i < m->file_count; i++)
		t->files[i].bytes = BYTES(bytes + t->of_file[i].begin, t->of_file[i].end - t->of_file[i].begin);
	m->files = (void *)arena_bytes(t->arena, t->files, m->file_count * sizeof *t->files);
	for (size_t i = 0; i < m->sealed_count; i++) {
		m->sealed[i].data = BYTES(bytes + t->of_seal[i].begin, t->of_seal[i].end - t->of_seal[i].begin);
		m->sealed[i].signature = BYTES(bytes + t->of_signature[i].begin, t->of_signature[i].end - t->of_signature[i].begin);
	}
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
		keep_bytes(&t);
	if (r == -ETIMEDOUT) {
		child_kill(&child);
	} else {
		status = child_end(&child, &inner);
		/* A reader that was ended says more than its half answer. */
		if (status < 0)
			r = error_set(err, -ECHILD, "%s", inner.line);
	}
	free(t.files);
	free(t.of_file);
	buf_clear(&t.bytes);
	return r;
}
