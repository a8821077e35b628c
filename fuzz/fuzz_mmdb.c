/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* MaxMind files; every prefix given is one. */
#include "format/registry/mmdb.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check(void *context, const struct registry_prefix *p)
{
	(void)context;
	assert(p->prefix.bits <= (p->prefix.address.family == 4 ? 32 : 128));
	assert(p->country[2] == '\0');
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_NONE;
	struct registry_about about;

	mmdb_parse(BYTES(data, size), check, NULL, &about, &err);
	return 0;
}
