/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Roll-ups: cells ↔ compressed chunks.
 *
 * A chunk is u32 cells, then three zstd frames, each after its u32 length and u32 raw length: the keys (varint
 * difference from the last key, varint number of cells less one), the places (varint hour × 65536 + sensor, less
 * the last one of the same key), and the packets (varint, less one). */
#include "observe/store/rollup.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/store/sort.h"

#include <errno.h>
#include <zstd.h>

#define ROLLUP_ZSTD_LEVEL 1

size_t rollup_join(uint64_t *cells, uint64_t *scratch, size_t count)
{
	size_t kept = 0;

	sort_words(cells, scratch, count, 16, 48);
	for (size_t i = 0; i < count; i++) {
		uint32_t sum = CELL_PACKETS(cells[i]);
		if (kept && CELL_WHERE(cells[kept - 1]) == CELL_WHERE(cells[i])) {
			uint32_t room = ROLLUP_PACKETS_MAX - CELL_PACKETS(cells[kept - 1]);
			uint32_t moved = sum < room ? sum : room;
			cells[kept - 1] += moved;
			sum -= moved;
		}
		if (sum)
			cells[kept++] = (cells[i] & ~UINT64_C(0xffff)) | sum;
	}
	return kept;
}

static size_t put_varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		p[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	p[n++] = (uint8_t)v;
	return n;
}

struct streams {
	uint8_t *keys, *places, *packets;
	size_t key_bytes, place_bytes, packet_bytes;
};

static void fill_streams(struct streams *s, const uint64_t *cells, size_t count)
{
	uint32_t last_key = 0;

	for (size_t i = 0; i < count;) {
		uint32_t key = CELL_KEY(cells[i]), last_place = 0;
		size_t first = i;
		for (; i < count && CELL_KEY(cells[i]) == key; i++) {
			uint32_t place = (uint32_t)(CELL_WHERE(cells[i]) & 0x1fffff);
			s->place_bytes += put_varint(s->places + s->place_bytes, place - last_place);
			s->packet_bytes += put_varint(s->packets + s->packet_bytes, CELL_PACKETS(cells[i]) - 1);
			last_place = place;
		}
		s->key_bytes += put_varint(s->keys + s->key_bytes, key - last_key);
		s->key_bytes += put_varint(s->keys + s->key_bytes, i - first - 1);
		last_key = key;
	}
}

static void add_frame(struct buf *out, const uint8_t *raw, size_t n)
{
	size_t bound = ZSTD_compressBound(n), at = out->n, got;
	uint8_t *into;

	buf_add_u32le(out, 0);
	buf_add_u32le(out, (uint32_t)n);
	into = buf_extend(out, bound);
	if (!into)
		return;
	got = ZSTD_compress(into, bound, raw, n, ROLLUP_ZSTD_LEVEL);
	if (ZSTD_isError(got)) {
		out->is_full = true;
		return;
	}
	put_u32le((uint8_t *)out->p + at, (uint32_t)got);
	out->n -= bound - got;
}

void rollup_write(struct buf *out, const uint64_t *cells, size_t count)
{
	struct streams s = {
		.keys = memory_new(count, 10),
		.places = memory_new(count, 4),
		.packets = memory_new(count, 3),
	};

	fill_streams(&s, cells, count);
	buf_add_u32le(out, (uint32_t)count);
	add_frame(out, s.keys, s.key_bytes);
	add_frame(out, s.places, s.place_bytes);
	add_frame(out, s.packets, s.packet_bytes);
	free(s.keys);
	free(s.places);
	free(s.packets);
}

static int take_frame(struct bytes *chunk, uint8_t **ret, struct bytes *ret_span)
{
	uint32_t length, raw;
	struct bytes frame;
	size_t got;
	uint8_t *into;

	if (!take_u32le(chunk, &length) || !take_u32le(chunk, &raw) || raw > ROLLUP_CHUNK_MAX ||
	    !take_bytes(chunk, length, &frame))
		return -EBADMSG;
	into = memory_resize(NULL, raw);
	got = ZSTD_decompress(into, raw, frame.p, frame.n);
	if (ZSTD_isError(got) || got != raw) {
		free(into);
		return -EBADMSG;
	}
	*ret = into;
	*ret_span = BYTES(into, raw);
	return 0;
}

static int walk(struct bytes keys, struct bytes places, struct bytes packets, uint32_t count,
		int (*each)(void *, uint64_t), void *context)
{
	uint64_t key = 0, step, more, left = count;

	while (keys.n) {
		uint64_t place = 0;
		if (!take_varint(&keys, &step) || !take_varint(&keys, &more) || more >= left)
			return -EBADMSG;
		key += step;
		left -= more + 1;
		if (key >= UINT64_C(1) << 27)
			return -EBADMSG;
		for (uint64_t i = 0; i <= more; i++) {
			uint64_t move, number;
			int r;
			if (!take_varint(&places, &move) || !take_varint(&packets, &number))
				return -EBADMSG;
			place += move;
			if (move > 0x1fffff || place > 0x1fffff || number >= ROLLUP_PACKETS_MAX ||
			    place >> 16 > 23)
				return -EBADMSG;
			r = each(context, key << 37 | place << 16 | (number + 1));
			if (r != 0)
				return r;
		}
	}
	return left || places.n || packets.n ? -EBADMSG : 0;
}

int rollup_read(struct bytes chunk, int (*each)(void *context, uint64_t cell), void *context, struct error *err)
{
	_cleanup_free_ uint8_t *a = NULL, *b = NULL, *c = NULL;
	struct bytes keys, places, packets;
	uint32_t count;
	int r;

	if (!take_u32le(&chunk, &count) || take_frame(&chunk, &a, &keys) < 0 || take_frame(&chunk, &b, &places) < 0 ||
	    take_frame(&chunk, &c, &packets) < 0 || chunk.n)
		return error_set(err, -EBADMSG, "roll-up chunk is damaged");
	r = walk(keys, places, packets, count, each, context);
	if (r == -EBADMSG)
		return error_set(err, r, "roll-up chunk is damaged");
	return r;
}

struct collector {
	uint64_t *cells;
	size_t count, room;
};

static int collect(void *context, uint64_t cell)
{
	struct collector *c = context;

	c->cells = memory_grow(c->cells, &c->room, c->count + 1, sizeof *c->cells);
	c->cells[c->count++] = cell;
	return 0;
}

int rollup_read_all(struct bytes chunk, uint64_t **ret_cells, size_t *ret_count, struct error *err)
{
	struct collector c = { 0 };
	int r = rollup_read(chunk, collect, &c, err);

	if (r < 0) {
		free(c.cells);
		return r;
	}
	*ret_cells = c.cells;
	*ret_count = c.count;
	return 0;
}
