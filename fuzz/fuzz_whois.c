/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* WHOIS answers. */
#include "format/registry/whois.h"
#include "fuzz_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct registry_answer a;

	if (whois_parse(BYTES(data, size), arena, &a, &err) == 0)
		check_answer(&a);
	arena_free(arena);
	return 0;
}
