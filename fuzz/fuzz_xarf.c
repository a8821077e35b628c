/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* X-ARF, and JSON trees; what is written is read again with the same members. */
#include "base/cleanup.h"
#include "format/exchange/xarf.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf b;
	struct arena *a = arena_new();
	struct error err = ERROR_NONE;
	struct xarf x, again;

	buf_init(&b, 4 * EXCHANGE_DOCUMENT_MAX);
	if (xarf_parse(BYTES(data, size), a, &x, &err) == 0 && xarf_format(&x, &b, &err) == 0) {
		assert(xarf_parse(buf_bytes(&b), a, &again, &err) == 0);
		assert(again.more_count == x.more_count && again.tag_count == x.tag_count);
		assert(again.evidence_count == x.evidence_count && again.source_port == x.source_port);
		for (size_t i = 0; i < x.evidence_count; i++)
			assert(bytes_equal(x.evidence[i].payload, again.evidence[i].payload));
	}
	arena_free(a);
	return 0;
}
