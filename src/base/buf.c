/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A growing buffer with a limit. */
#include "base/buf.h"

#include "base/memory.h"

static char nothing[1];

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .p = nothing, .max = max };
}

void buf_clear(struct buf *b)
{
	if (b->p != nothing)
		free(b->p);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->is_full = false;
	if (b->p != nothing)
		b->p[0] = '\0';
}

void *buf_extend(struct buf *b, size_t n)
{
	void *start;

	if (b->is_full || n > b->max - b->n) {
		b->is_full = true;
		return NULL;
	}
	if (b->n + n + 1 > b->room) {
		size_t room = b->room ? b->room : 64;
		while (room < b->n + n + 1)
			room *= 2;
		b->p = memory_resize(b->p == nothing ? NULL : b->p, room);
		b->room = room;
	}
	start = b->p + b->n;
	b->n += n;
	b->p[b->n] = '\0';
	return start;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	void *into;

	if (n == 0)
		return;
	into = buf_extend(b, n);
	if (into)
		memcpy(into, p, n);
}

void buf_add_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_add_bytes(struct buf *b, struct bytes bytes)
{
	buf_add(b, bytes.p, bytes.n);
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	char small[256];
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof small) {
		buf_add(b, small, (size_t)n);
	} else if (n >= 0) {
		char *into = buf_extend(b, (size_t)n);
		if (into)
			vsnprintf(into, (size_t)n + 1, format, again);
	}
	va_end(again);
}

void buf_add_u16le(struct buf *b, uint16_t v)
{
	uint8_t p[2];
	put_u16le(p, v);
	buf_add(b, p, sizeof p);
}

void buf_add_u32le(struct buf *b, uint32_t v)
{
	uint8_t p[4];
	put_u32le(p, v);
	buf_add(b, p, sizeof p);
}

void buf_add_u64le(struct buf *b, uint64_t v)
{
	uint8_t p[8];
	put_u64le(p, v);
	buf_add(b, p, sizeof p);
}

void buf_add_varint(struct buf *b, uint64_t v)
{
	uint8_t p[10];
	size_t n = 0;

	while (v >= 0x80) {
		p[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	p[n++] = (uint8_t)v;
	buf_add(b, p, n);
}
