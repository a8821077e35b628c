/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A growing buffer that is told its limit at birth. Past the limit nothing more is added and `is_full` is set, so
 * a writer adds freely and asks once at the end. The buffer always ends in a NUL byte that does not count.
 *
 *	_cleanup_(buf_clear) struct buf b;
 *	buf_init(&b, PAGE_MAX);
 *	buf_addf(&b, "%u/tcp", port);
 *	if (b.is_full)
 *		return -E2BIG;
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"

#include <stdarg.h>

struct buf {
	char *p;     /* NUL-terminated once anything was added, else "" */
	size_t n;    /* bytes held, without the NUL */
	size_t room; /* bytes allocated */
	size_t max;  /* bytes it may hold */
	bool is_full;
};

/* An empty buffer that may grow to `max` bytes. Owned by the caller; `buf_clear` frees what it holds. */
void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);

/* Keeps the memory, drops the contents. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_text(struct buf *b, const char *text);
void buf_add_bytes(struct buf *b, struct bytes bytes);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_u16le(struct buf *b, uint16_t v);
void buf_add_u32le(struct buf *b, uint32_t v);
void buf_add_u64le(struct buf *b, uint64_t v);
void buf_add_varint(struct buf *b, uint64_t v);

/* Makes room for `n` more bytes, counts them as held and returns where they start, or NULL when full. The bytes
 * are not set. */
void *buf_extend(struct buf *b, size_t n);

static inline struct bytes buf_bytes(const struct buf *b)
{
	return BYTES(b->p, b->n);
}

#endif
