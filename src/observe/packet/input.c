/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The window over the bytes of a capture. */
#include "observe/packet/input.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/packet/unpack_int.h"

#include <assert.h>
#include <errno.h>

/* What is left of the window moves to the front, and a whole piece fits behind it. */
#define ROOM (INPUT_FILL_MAX + INPUT_PIECE)

/* What must be seen to know how the bytes are packed. */
#define HEAD 4

static int read_piece(const struct input *in, uint8_t *into, size_t *ret_n, struct error *err)
{
	ssize_t n;

	do
		n = read(in->fd, into, INPUT_PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_errno(err, -errno, "cannot read the input");
	if (n && in->tap.bytes)
		in->tap.bytes(in->tap.context, BYTES(into, n));
	*ret_n = (size_t)n;
	return 0;
}

/* Adds `n` bytes that were written behind the window. */
static void grow_window(struct input *in, size_t n)
{
	in->window.n += n;
	in->offset += n;
}

/* Where a piece may be written behind the window. */
static uint8_t *tail_of(struct input *in)
{
	size_t used = (size_t)(in->window.p - in->room) + in->window.n;

	if (used + INPUT_PIECE > ROOM) {
		memmove(in->room, in->window.p, in->window.n);
		in->window.p = in->room;
		used = in->window.n;
	}
	return in->room + used;
}

static int fill_plain(struct input *in, struct error *err)
{
	size_t n;
	int r = read_piece(in, tail_of(in), &n, err);

	if (r < 0)
		return r;
	in->is_end = n == 0;
	grow_window(in, n);
	return 0;
}

static int fill_packed(struct input *in, struct error *err)
{
	size_t n;
	int r;

	if (in->packed.n || in->is_packed_end)
		return 0;
	r = read_piece(in, in->packed_room, &n, err);
	if (r < 0)
		return r;
	in->is_packed_end = n == 0;
	in->packed = BYTES(in->packed_room, n);
	return 0;
}

static int fill_unpacked(struct input *in, struct error *err)
{
	size_t n;
	int r = fill_packed(in, err);

	if (r < 0)
		return r;
	n = unpacker_step(in->unpacker, &in->packed, tail_of(in), INPUT_PIECE, &in->damage);
	grow_window(in, n);
	if (!in->damage && n == 0 && in->is_packed_end && in->packed.n == 0) {
		in->is_end = true;
		if (!unpacker_may_end(in->unpacker))
			in->damage = "the compressed data end before their end";
	}
	in->is_end = in->is_end || in->damage;
	return 0;
}

int input_fill(struct input *in, size_t wanted, struct error *err)
{
	assert(wanted <= INPUT_FILL_MAX);
	while (in->window.n < wanted && !in->is_end) {
		int r = in->unpacker ? fill_unpacked(in, err) : fill_plain(in, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int input_skip(struct input *in, uint64_t n, uint64_t *ret_missing, struct error *err)
{
	for (;;) {
		size_t step = (size_t)MIN(n, (uint64_t)in->window.n);
		int r;
		take_skip(&in->window, step);
		n -= step;
		if (n == 0 || in->is_end)
			break;
		r = input_fill(in, 1, err);
		if (r < 0)
			return r;
	}
	*ret_missing = n;
	return 0;
}

/* What was read as plain bytes turned out to be packed: it moves over to the unpacker. */
static void unpack_window(struct input *in)
{
	in->packed_room = memory_new(1, INPUT_PIECE + HEAD);
	memcpy(in->packed_room, in->window.p, in->window.n);
	in->packed = BYTES(in->packed_room, in->window.n);
	in->window = BYTES(in->room, 0);
	in->offset = 0;
	in->is_packed_end = in->is_end;
	in->is_end = false;
}

int input_open(struct input *in, int fd, const struct input_tap *tap, struct error *err)
{
	int r;

	*in = (struct input){ .fd = fd, .tap = *tap, .room = memory_new(1, ROOM) };
	in->window = BYTES(in->room, 0);
	r = input_fill(in, HEAD, err);
	if (r < 0)
		return r;
	in->unpacker = unpacker_for(in->window);
	if (in->unpacker)
		unpack_window(in);
	return 0;
}

int input_open_bytes(struct input *in, struct bytes memory, struct error *err)
{
	(void)err;
	*in = (struct input){ .fd = -1, .unpacker = unpacker_for(memory) };
	in->is_end = !in->unpacker;
	in->is_packed_end = true;
	if (in->unpacker) {
		in->packed = memory;
		in->room = memory_new(1, ROOM);
		in->window = BYTES(in->room, 0);
	} else {
		in->window = memory;
		in->offset = memory.n;
	}
	return 0;
}

void input_clear(struct input *in)
{
	in->unpacker = unpacker_free(in->unpacker);
	free(in->packed_room);
	free(in->room);
	*in = (struct input){ .fd = -1 };
}

const char *input_compression(const struct input *in)
{
	return unpacker_name(in->unpacker);
}
