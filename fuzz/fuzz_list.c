/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A bulk list gives the same rows and faults however it is cut; the first byte says where. */
#include "base/cleanup.h"
#include "format/exchange/list.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	uint64_t lines, hash;
};

static void mix(struct told *t, uint64_t v)
{
	t->hash = (t->hash ^ v) * 0x100000001b3;
}

static int row(void *context, const struct list_row *r)
{
	struct told *t = context;

	assert(r->address.family || r->url.n || r->host.n);
	assert(r->line > t->lines && (!r->has_time || r->has_instant));
	t->lines = r->line;
	mix(t, r->line);
	mix(t, r->raw.n);
	mix(t, r->field_count);
	return 0;
}

static int fault(void *context, uint64_t line, struct bytes raw, const char *why)
{
	struct told *t = context;

	(void)raw;
	assert(line > t->lines);
	t->lines = line;
	mix(t, line ^ (uint64_t)why[4] << 32);
	return 0;
}

static struct told read_list(struct bytes text, size_t piece)
{
	struct told t = { .lines = 0 };
	struct list_options o = { .row = row, .fault = fault, .context = &t, .received_us = INT64_C(1400000000) * SECOND_US };
	struct list_reader *r = list_reader_new(&o);
	struct bytes part;

	while (text.n) {
		take_bytes(&text, MIN(piece, text.n), &part);
		assert(list_reader_feed(r, part) == 0);
	}
	assert(list_reader_end(r) == 0);
	list_reader_free(r);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told whole, cut;

	if (size == 0)
		return 0;
	whole = read_list(BYTES(data + 1, size - 1), size);
	cut = read_list(BYTES(data + 1, size - 1), data[0] + 1u);
	assert(whole.lines == cut.lines && whole.hash == cut.hash);
	return 0;
}
