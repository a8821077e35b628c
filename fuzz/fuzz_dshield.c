/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* DShield rows. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_reader("dshield", NULL, BYTES(data, size));
}
