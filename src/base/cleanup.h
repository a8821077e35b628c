/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Things that end with their block: `_cleanup_free_ char *s`, `_cleanup_(buf_clear) struct buf b`. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Compare by value, evaluate once; the counter keeps nested uses apart. */
#define BASE_JOIN_(a, b) a##b
#define BASE_JOIN(a, b) BASE_JOIN_(a, b)
#define BASE_PICK(a, sign, b, x, y)    \
	({                             \
		__typeof__(a) x = (a); \
		__typeof__(b) y = (b); \
		x sign y ? x : y;      \
	})
#define MIN(a, b) BASE_PICK(a, <, b, BASE_JOIN(x_, __COUNTER__), BASE_JOIN(y_, __COUNTER__))
#define MAX(a, b) BASE_PICK(a, >, b, BASE_JOIN(x_, __COUNTER__), BASE_JOIN(y_, __COUNTER__))

#endif
