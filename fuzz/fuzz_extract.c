/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Items lie in the text, in order, without overlap; each stands for itself when it is shown harmlessly and read again. */
#include "base/cleanup.h"
#include "format/text/extract.h"
#include "format/text/refang.h"
#include "format/text/url.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shown(const struct extract_item *item)
{
	_cleanup_(buf_clear) struct buf shown;
	struct arena *a = arena_new();
	struct extract_items again;

	buf_init(&shown, 64 * URL_MAX);
	defang(BYTES_TEXT(item->text), &shown);
	extract(buf_bytes(&shown), a, &again);
	assert(again.count >= 1 && again.item[0].kind == item->kind);
	assert(strcmp(again.item[0].text, item->text) == 0);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct extract_items items;
	size_t end = 0;

	extract(BYTES(data, size), a, &items);
	for (size_t i = 0; i < items.count; i++) {
		const struct extract_item *item = &items.item[i];
		assert(item->offset >= end && item->found.n > 0 && item->found.p == data + item->offset);
		end = item->offset + item->found.n;
		assert(end <= size);
		if (item->kind == EXTRACT_HOST || item->kind == EXTRACT_ADDRESS || item->kind == EXTRACT_MAIL)
			check_shown(item);
	}
	arena_free(a);
	return 0;
}
