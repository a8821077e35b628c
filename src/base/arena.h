/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Memory for things that end together: a request, a page, a batch. Single pieces are never freed; `arena_reset`
 * forgets them all and keeps the blocks for the next round. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena; `arena_free` accepts NULL and returns NULL. */
struct arena *arena_new(void);
struct arena *arena_free(struct arena *a);
void arena_reset(struct arena *a);

/* `n` zeroed bytes, aligned for any type. Lives until the reset. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));

/* Copies; the result is NUL-terminated. */
char *arena_text(struct arena *a, const char *text) __attribute__((returns_nonnull));
char *arena_bytes(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...)
	__attribute__((returns_nonnull, format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_alloc((arena), (count) * sizeof(type)))

#endif
