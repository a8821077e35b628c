/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Kept months: checksums are made to fit, so that what lies behind them is reached. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/view/month.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Offsets of hinomi-store(5). */
static void make_fit(uint8_t *p, size_t size)
{
	uint64_t leaves = get_u32le(p + 36), head = get_u64le(p + 48);

	if (head > size || head < 64 || leaves * 24 > head - 64)
		return;
	for (uint8_t *leaf = p + head - leaves * 24; leaf < p + head; leaf += 24) {
		uint64_t bytes = get_u32le(leaf + 4), offset = get_u64le(leaf + 8);
		if (offset <= size && bytes <= size - offset)
			put_u64le(leaf + 16, XXH3_64bits(p + offset, bytes));
	}
	put_u64le(p + 8, XXH3_64bits(p + 16, head - 16));
}

static void read_all(struct month *m)
{
	struct month_walk walk = { .month = m };
	struct error err = ERROR_NONE;
	int64_t sum = 0;

	while (month_next(&walk, &err) == 1) {
		struct series_hour hour = { .hour = -1 };
		struct bytes hours = walk.hours, found;
		while (month_take_hour(&hours, &hour))
			sum ^= hour.micro;
		month_find(m, walk.key, &found, &err);
		month_find(m, walk.key + 1, &found, &err);
	}
	for (int32_t i = 0; i < m->hours; i++) {
		uint16_t sensors;
		sum ^= month_up(m, i, &sensors) ^ month_total(m, i).micro;
	}
	for (uint32_t i = 0; i < m->leading_count; i++)
		sum ^= month_leading(m, i).sum;
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_NONE;
	_cleanup_free_ uint8_t *copy = memory_new(size + 1, 1);
	struct month m;

	if (size < 64)
		return 0;
	memcpy(copy, data, size);
	make_fit(copy, size);
	if (month_open(&m, BYTES(copy, size), &err) < 0)
		return 0;
	read_all(&m);
	month_clear(&m);
	return 0;
}
