/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A capture as CSV for peers that load rows: time_us, source (number), sensor (third byte of the destination), protocol,
 * source_port, port, flags, ttl. */
#include "base/cleanup.h"
#include "observe/packet/reader.h"

#include <inttypes.h>

int main(void)
{
	struct reader_options options = { .format = "pcap" };
	struct error err = ERROR_NONE;
	struct event events[512];
	struct reader *r;
	size_t n;

	if (reader_open(0, &options, &r, &err) < 0) {
		error_print(&err);
		return 3;
	}
	while (reader_read(r, events, COUNT(events), &n, &err) == 0 && n)
		for (size_t i = 0; i < n; i++) {
			const struct event *e = &events[i];
			printf("%" PRId64 ",%u,%u,%u,%u,%u,%u,%u\n", e->time_us, get_u32be(e->source), e->destination[2], e->protocol,
			       e->source_port, e->port, e->flags, e->ttl);
		}
	reader_close(r);
	return 0;
}
