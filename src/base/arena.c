/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Memory for things that end together. */
#include "base/arena.h"

#include "base/memory.h"

#include <stdalign.h>

#define ARENA_BLOCK 8192

struct arena_block {
	struct arena_block *next;
	size_t used, room;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct arena_block *first, *current;
};

static struct arena_block *block_new(size_t room)
{
	struct arena_block *b = memory_new(1, sizeof *b + room);

	b->room = room;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = memory_new(1, sizeof *a);

	a->first = a->current = block_new(ARENA_BLOCK);
	return a;
}

struct arena *arena_free(struct arena *a)
{
	struct arena_block *next;

	if (!a)
		return NULL;
	for (struct arena_block *b = a->first; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
	return NULL;
}

void arena_reset(struct arena *a)
{
	for (struct arena_block *b = a->first; b; b = b->next)
		b->used = 0;
	a->current = a->first;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t unit = alignof(max_align_t);
	size_t need = (n + unit - 1) / unit * unit;
	struct arena_block *b = a->current;
	void *p;

	while (b->room - b->used < need) {
		if (!b->next || b->next->room < need) {
			struct arena_block *fresh = block_new(need > ARENA_BLOCK ? need : ARENA_BLOCK);
			fresh->next = b->next;
			b->next = fresh;
		}
		b = b->next;
	}
	a->current = b;
	p = b->bytes + b->used;
	b->used += need;
	memset(p, 0, need);
	return p;
}

char *arena_bytes(struct arena *a, const void *p, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *arena_text(struct arena *a, const char *text)
{
	return arena_bytes(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}
