/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Journals: records with checksums that fit. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/store/journal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int nothing(void *context, const struct batch *batch, struct error *err)
{
	(void)err;
	*(uint64_t *)context += batch->event_count;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *copy = memory_new(size + 1, 1);
	struct error err = ERROR_NONE;
	uint64_t events = 0;
	size_t valid;

	memcpy(copy, data, size);
	for (size_t at = 0; at + 12 <= size;) {
		uint32_t length = get_u32le(copy + at);
		if (length > size - at - 12)
			break;
		put_u64le(copy + at + 4, XXH3_64bits(copy + at + 12, length));
		at += 12 + length;
	}
	journal_read(BYTES(copy, size), nothing, &events, &valid, &err);
	return 0;
}
