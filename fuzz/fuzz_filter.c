/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The filter language. */
#include "observe/query/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct event events[] = {
		{ .family = 4, .protocol = 6, .flags = 2, .port = 1433, .known = 0xff },
		{ .family = 6, .protocol = 58, .port = 128 << 8, .known = EVENT_HAS_PORT | EVENT_HAS_PROTOCOL },
		{ .known = 0 },
	};
	struct error err = ERROR_NONE;
	struct filter *f;

	if (filter_parse(BYTES(data, size), &f, &err) < 0)
		return 0;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		/* What matches may match by class and port, or a scan would have left it out. */
		bool matches = filter_matches(f, &events[i], NULL);
		if (matches && (!filter_may_match(f, &events[i], true) || !filter_may_match(f, &events[i], false)))
			__builtin_trap();
	}
	filter_free(f);
	return 0;
}
