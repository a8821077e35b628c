/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Memory that is there, or the process is not. */
#include "base/memory.h"

#include <stdint.h>

static void end_without_memory(size_t size)
{
	fprintf(stderr, "hinomi: out of memory asking for %zu bytes\n", size);
	abort();
}

void *memory_new(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		end_without_memory(count * size);
	return p;
}

void *memory_resize(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		end_without_memory(size);
	return p;
}

void *memory_grow(void *array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room;

	if (count <= wanted)
		return array ? array : memory_new(1, size);
	wanted = wanted < 8 ? 8 : wanted + wanted / 2;
	if (wanted < count)
		wanted = count;
	if (wanted > SIZE_MAX / size)
		end_without_memory(SIZE_MAX);
	array = memory_resize(array, wanted * size);
	*room = wanted;
	return array;
}

char *memory_copy_text(const void *p, size_t n)
{
	char *copy = memory_new(n + 1, 1);

	if (n)
		memcpy(copy, p, n);
	return copy;
}
