/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Manifests: what is read is written again and read to the same. */
#include "base/cleanup.h"
#include "observe/store/manifest.h"

#include <assert.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_write(struct bytes text)
{
	_cleanup_(buf_clear) struct buf again, third;
	struct manifest m, same;
	struct error err = ERROR_NONE;

	buf_init(&again, MANIFEST_MAX);
	buf_init(&third, MANIFEST_MAX);
	if (manifest_parse(text, &m, &err) < 0)
		return;
	manifest_format(&m, &again);
	assert(manifest_parse(buf_bytes(&again), &same, &err) == 0);
	manifest_format(&same, &third);
	assert(bytes_equal(buf_bytes(&again), buf_bytes(&third)));
	manifest_clear(&m);
	manifest_clear(&same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf fitting;

	if (size > 65536)
		return 0;
	buf_init(&fitting, MANIFEST_MAX);
	read_and_write(BYTES(data, size));
	/* Once more with an end that fits. */
	while (size && data[size - 1] != '\n')
		size--;
	if (size > 21)
		size -= 21;
	buf_add(&fitting, data, size);
	buf_addf(&fitting, "end %016llx\n", (unsigned long long)XXH3_64bits(data, size));
	read_and_write(buf_bytes(&fitting));
	return 0;
}
