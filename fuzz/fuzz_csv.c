/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* CSV files; and as a mapping what stands before the first zero byte. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	size_t n = zero ? (size_t)(zero - data) : 0;
	_cleanup_free_ char *map = memory_copy_text(data, n);

	if (!zero)
		return fuzz_reader("csv", NULL, BYTES(data, size));
	return fuzz_reader("csv", map, BYTES(zero + 1, size - n - 1));
}
