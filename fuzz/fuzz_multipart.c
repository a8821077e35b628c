/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* multipart/form-data: the first line is the Content-Type, the rest the body; each part lies within it. */
#include "base/cleanup.h"
#include "format/form/form.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = BYTES(data, size), line, boundary;
	struct arena *a = arena_new();
	struct form_part part;

	if (take_until(&rest, '\n', &line) && multipart_boundary(arena_bytes(a, line.p, line.n), &boundary))
		while (multipart_take(&rest, boundary, &part) > 0) {
			assert(part.name.n > 0);
			assert(part.bytes.p >= data && part.bytes.p + part.bytes.n <= data + size);
			assert(part.filename.n == 0 || part.is_file);
		}
	arena_free(a);
	return 0;
}
