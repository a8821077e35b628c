/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Roll-up chunks. */
#include "base/memory.h"
#include "observe/store/rollup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_NONE;
	uint64_t *cells;
	size_t count;

	/* Frames may claim to be large; what a fuzzer may ask for is not. */
	if (size > 65536 || (size > 12 && get_u32le(data + 8) > 1u << 20))
		return 0;
	if (rollup_read_all(BYTES(data, size), &cells, &count, &err) == 0)
		free(cells);
	return 0;
}
