/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The journal as JSON lines. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_reader("journal", NULL, BYTES(data, size));
}
