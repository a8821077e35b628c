/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Fields of a frame (engine/proc/child.h): numbers are little-endian, a text is its length (u32) and its bytes. Whoever takes
 * checks that nothing is left. */
#ifndef ENGINE_PROC_FRAME_H
#define ENGINE_PROC_FRAME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static inline void frame_put(struct buf *b, struct bytes text)
{
	buf_add_u32le(b, (uint32_t)text.n);
	buf_add_bytes(b, text);
}

static inline void frame_put_text(struct buf *b, const char *text)
{
	frame_put(b, BYTES_TEXT(text ? text : ""));
}

static inline bool frame_take(struct bytes *c, struct bytes *ret)
{
	uint32_t n;

	return take_u32le(c, &n) && take_bytes(c, n, ret);
}

/* A text without NUL inside, copied with its end into memory that free() takes; NULL: there is none. */
static inline char *frame_take_text(struct bytes *c)
{
	struct bytes text;

	if (!frame_take(c, &text) || (text.n && memchr(text.p, '\0', text.n)))
		return NULL;
	return memory_copy_text(text.p, text.n);
}

/* What a hostile process says is text: valid UTF-8 without NUL, copied into the arena; or nothing is taken. */
static inline bool frame_take_utf8(struct bytes *c, struct arena *arena, const char **ret)
{
	struct bytes text;

	if (!frame_take(c, &text) || !text_is_utf8(text) || (text.n && memchr(text.p, '\0', text.n)))
		return false;
	*ret = arena_bytes(arena, text.p, text.n);
	return true;
}

#endif
