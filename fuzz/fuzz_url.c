/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A canonical URL is canonical, and plain text. */
#include "base/cleanup.h"
#include "format/text/url.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buf_clear) struct buf once, twice, host;

	buf_init(&once, 4 * URL_MAX);
	buf_init(&twice, 4 * URL_MAX);
	buf_init(&host, 4 * URL_MAX);
	if (url_canonical(BYTES(data, size), &once) < 0)
		return 0;
	for (size_t i = 0; i < once.n; i++)
		assert(once.p[i] > ' ' && once.p[i] < 0x7f);
	if (once.n > URL_MAX)
		return 0;
	assert(url_canonical(buf_bytes(&once), &twice) == 0);
	assert(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	assert(url_host(buf_bytes(&once), &host) == 0 && host.n > 0);
	return 0;
}
