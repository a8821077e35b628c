/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The collector's two files, read by a child. */
#include "face/staff/watch.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/proc/child.h"
#include "engine/proc/file.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>

struct watch {
	struct child child;
	int to; /* a byte asks */
};

enum frame { FRAME_FILE, FRAME_FAILED };

/* --- the child --- */

/* -1: there is no folder yet. Once there is one, nothing else can be read any more. */
static int enter(const char *path, struct error *err)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0 && sandbox_enter_beneath(SANDBOX_PUBLIC, folder, err) < 0)
		_exit(3);
	return folder;
}

/* What is missing is an empty frame. */
static int send_nothing(int out)
{
	return child_send(out, FRAME_FILE, BYTES(NULL, 0));
}

static int send_file(int folder, const char *name, int out)
{
	_cleanup_(buf_clear) struct buf text;
	struct error err = ERROR_NONE;
	int r = file_read(folder, name, CHILD_FRAME_MAX, &text, &err);

	if (r == -ENOENT)
		return send_nothing(out);
	return r < 0 ? child_send(out, FRAME_FAILED, BYTES_TEXT(err.line)) : child_send(out, FRAME_FILE, buf_bytes(&text));
}

static int send_both(int folder, int out)
{
	int r = folder < 0 ? send_nothing(out) : send_file(folder, ROSTER_NAME, out);

	if (r < 0)
		return r;
	return folder < 0 ? send_nothing(out) : send_file(folder, STATUS_NAME, out);
}

static int answer(void *path, int in, int out)
{
	struct error err = ERROR_NONE;
	int folder = -1;
	char asked;

	while (read(in, &asked, 1) == 1) {
		if (folder < 0)
			folder = enter(path, &err);
		if (send_both(folder, out) < 0)
			return 3;
	}
	return 0;
}

/* --- the pages --- */

int watch_start(const char *folder, struct watch **ret, struct error *err)
{
	struct watch *w = memory_new(1, sizeof *w);
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		free(w);
		return error_errno(err, -errno, "cannot make a pipe");
	}
	w->to = ends[1];
	r = child_start(&w->child, answer, (void *)(uintptr_t)folder, ends[0], err);
	close(ends[0]);
	if (r < 0) {
		close(ends[1]);
		free(w);
		return r;
	}
	*ret = w;
	return 0;
}

struct watch *watch_free(struct watch *w)
{
	if (!w)
		return NULL;
	close(w->to);
	close(w->child.from);
	buf_clear(&w->child.frame);
	free(w);
	return NULL;
}

static int receive(struct watch *w, struct bytes *ret, struct error *err)
{
	uint32_t kind = FRAME_FAILED;
	int r = child_receive(&w->child, &kind, ret, err);

	if (r == 0)
		return error_set(err, -EPIPE, "the reader of the collector's folder ended");
	if (r > 0 && kind == FRAME_FAILED)
		return error_set(err, -EIO, "%.*s", (int)ret->n, (const char *)ret->p);
	return r < 0 ? r : 0;
}

int watch_look(struct watch *w, struct watched *ret, struct error *err)
{
	struct error second = ERROR_NONE;
	struct bytes text;
	int r, s;

	*ret = (struct watched){ .roster = { .count = 0 } };
	if (!w)
		return 0;
	if (write(w->to, "?", 1) != 1)
		return error_errno(err, -errno, "the reader of the collector's folder does not listen");
	r = receive(w, &text, err);
	if (r == 0 && text.n)
		r = roster_parse(text, &ret->roster, err);
	/* Both answers are taken, whatever the first is. */
	s = r == -EPIPE ? r : receive(w, &text, r < 0 ? &second : err);
	if (r == 0 && s == 0 && text.n)
		s = status_parse(text, &ret->status, err);
	return r < 0 ? r : s;
}

void watched_clear(struct watched *w)
{
	roster_clear(&w->roster);
	status_clear(&w->status);
}
