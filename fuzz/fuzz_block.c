/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Blocks of the event store: checksums are made to fit, so that what lies behind them is reached. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/store/block.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_fit(uint8_t *p, size_t size)
{
	uint64_t head = BLOCK_FIXED_BYTES + (uint64_t)get_u32le(p + BLOCK_AT_CLASSES) * CLASS_BYTES +
			(uint64_t)get_u32le(p + BLOCK_AT_GROUPS) * GROUP_BYTES;

	put_u32le(p + BLOCK_AT_MAGIC, BLOCK_MAGIC);
	put_u32le(p + BLOCK_AT_BYTES, (uint32_t)size);
	if (head <= size && head > BLOCK_AT_CHECKED)
		put_u64le(p + BLOCK_AT_HEAD_CHECK, XXH3_64bits(p + BLOCK_AT_CHECKED, head - BLOCK_AT_CHECKED));
}

static void read_groups(const struct block *b)
{
	_cleanup_free_ int64_t *times = memory_new(b->events, sizeof *times);
	_cleanup_free_ uint16_t *small = memory_new(b->events, sizeof *small);
	int64_t instants[3] = { b->first_us, b->first_us / 2 + b->last_us / 2, b->last_us };
	uint32_t ranks[3];
	struct block_group g;

	for (block_groups_begin(&g); block_groups_next(b, &g);) {
		block_times(b, &g, times);
		block_ranks(b, &g, instants, 3, ranks);
		block_codes(b, g.first, g.count, small);
		block_pair_codes(b, g.first, g.count, small);
		if (g.is_tail)
			block_tail_ports(b, &g, small);
	}
}

static void read_columns(const struct block *b)
{
	_cleanup_free_ uint32_t *present = memory_new(b->present_count, sizeof *present);
	_cleanup_free_ uint32_t *rows = memory_new(b->events, sizeof *rows);
	_cleanup_free_ uint8_t *ttls = memory_new(b->present_count, 1);
	_cleanup_free_ uint16_t *codes = memory_new(b->events, sizeof *codes);
	_cleanup_free_ uint16_t *values = memory_new(b->events, sizeof *values);
	_cleanup_free_ struct block_pair *pairs = memory_new(b->pair_count, sizeof *pairs);
	struct block_new new;
	uint32_t place;

	block_present(b, present);
	block_find_present(b, 7, &place);
	block_rows_of_source(b, 0, rows);
	block_pairs(b, pairs);
	block_new_sources(b, &new);
	block_lengths(b, values);
	if (block_codes(b, 0, b->events, codes)) {
		block_source_ports(b, codes, values);
		block_ttls(b, codes, ttls, values);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *copy = NULL;
	struct error err = ERROR_NONE;
	struct block b;

	if (size < BLOCK_FIXED_BYTES || size > 1u << 20)
		return 0;
	copy = memory_new(size, 1);
	memcpy(copy, data, size);
	make_fit(copy, size);
	if (block_open(BYTES(copy, size), &b, &err) == 0) {
		read_groups(&b);
		read_columns(&b);
	}
	return 0;
}
