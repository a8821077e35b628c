/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A syslog with lines of the kernel's packet filter. */
#include "base/memory.h"
#include "observe/packet/logline.h"
#include "observe/packet/reader_int.h"

/* Some line near the start must be of the packet filter. */
bool log_detect(struct bytes head)
{
	struct bytes line;

	while (take_until(&head, '\n', &line))
		if (line.n && memmem(line.p, line.n, " SRC=", 5) && memmem(line.p, line.n, " PROTO=", 7))
			return true;
	return false;
}

int log_open(struct reader *r, struct error *err)
{
	struct log_context *context = memory_new(1, sizeof *context);

	(void)err;
	context->zone = r->options.zone ? r->zone : (struct zone){ .is_local = true };
	context->year = r->options.year;
	context->now_us = r->options.now_us;
	r->state = context;
	r->lines.parse = logline_parse;
	r->lines.context = context;
	return 0;
}
