/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* An instant that is written is read again as the same. */
#include "format/text/instant.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes c = BYTES(data, size);
	struct instant i, again;
	char text[CALENDAR_TEXT_MAX];

	if (!instant_take(&c, &i))
		return 0;
	instant_format(&i, text);
	instant_time(&i, 9 * 3600, INT64_C(1400000000) * SECOND_US);
	if (i.date.year) {
		assert(instant_parse(BYTES_TEXT(text), &again));
		assert(instant_time(&i, 0, 0) == instant_time(&again, 0, 0) && i.has_zone == again.has_zone);
	}
	return 0;
}
