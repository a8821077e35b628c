/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Folding stays within its bound and is UTF-8; each term of a text, asked for, is one of its index. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/text/bigram.h"
#include "format/text/fold.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf b;
	struct arena *a = arena_new();
	struct bigram_terms have, want;

	buf_init(&b, FOLD_GROWTH_MAX * size + 1);
	fold_text(BYTES(data, size), &b);
	assert(!b.is_full && text_is_utf8(buf_bytes(&b)));
	bigram_index(buf_bytes(&b), a, &have);
	bigram_query(buf_bytes(&b), BIGRAM_PARTS, a, &want);
	if (b.n < BIGRAM_QUERY_MAX)
		assert(want.count <= have.count);
	assert(bigram_holds(buf_bytes(&b), buf_bytes(&b)));
	arena_free(a);
	return 0;
}
