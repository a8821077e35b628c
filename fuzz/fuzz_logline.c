/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Syslog lines of the packet filter. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_reader("log", NULL, BYTES(data, size));
}
