/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Memory that is there: a failed allocation ends the process (design decision 11), so these never return NULL.
 * Sizes that come from outside are limited before they come here. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory for `count` things of `size` bytes; free() it. */
void *memory_new(size_t count, size_t size) __attribute__((returns_nonnull));

/* As realloc; new bytes are not set. */
void *memory_resize(void *old, size_t size) __attribute__((returns_nonnull));

/* Room for `count` things of `size` bytes in an array that has `*room`; grows by half. Returns the array. */
void *memory_grow(void *array, size_t *room, size_t count, size_t size) __attribute__((returns_nonnull));

/* A copy of `n` bytes with a NUL behind them. */
char *memory_copy_text(const void *p, size_t n) __attribute__((returns_nonnull));

#endif
