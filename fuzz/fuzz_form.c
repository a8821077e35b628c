/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Files of the spool of forms, and of states; what is read is written to the same bytes' meaning. */
#include "base/cleanup.h"
#include "format/form/form.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf b;
	struct arena *a = arena_new();
	struct form_state state;
	struct form f, again;

	buf_init(&b, FORM_BYTES_MAX);
	if (form_parse(BYTES(data, size), a, &f, NULL) == 0) {
		form_format(&f, &b);
		assert(form_parse(buf_bytes(&b), a, &again, NULL) == 0);
		assert(again.kind == f.kind && again.file_count == f.file_count);
		for (int i = 0; i < FORM_FIELD_COUNT; i++)
			assert(strcmp(again.text[i], f.text[i]) == 0);
	}
	form_state_parse(BYTES(data, size), &state, NULL);
	arena_free(a);
	return 0;
}
