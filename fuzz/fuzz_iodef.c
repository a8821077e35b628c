/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* IODEF; what is written is read again as the same. */
#include "base/cleanup.h"
#include "format/exchange/iodef.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf once, twice;
	struct arena *a = arena_new();
	struct error err = ERROR_NONE;
	struct iodef_document d;

	buf_init(&once, 4 * EXCHANGE_DOCUMENT_MAX);
	buf_init(&twice, 4 * EXCHANGE_DOCUMENT_MAX);
	if (iodef_parse(BYTES(data, size), a, &d, &err) == 0 && iodef_format(&d, &once, &err) == 0) {
		assert(iodef_parse(buf_bytes(&once), a, &d, &err) == 0);
		assert(iodef_format(&d, &twice, &err) == 0);
		assert(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	}
	arena_free(a);
	return 0;
}
