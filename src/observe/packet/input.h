/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The bytes of a capture: from a file descriptor (a file, a pipe) or from memory, plain or compressed with gzip or
 * zstd, which is seen by itself. Reads in pieces of 256 KiB into a window that never grows; parsers look into the
 * window in place:
 *
 *	r = input_fill(in, 24, err);
 *	if (r < 0)
 *		return r;
 *	if (in->window.n < 24)
 *		the input ends here
 *	parse(in->window.p);
 *	take_skip(&in->window, 24);
 *
 * The only place of this room that calls read(2). */
#ifndef OBSERVE_PACKET_INPUT_H
#define OBSERVE_PACKET_INPUT_H

#include "base/bytes.h"
#include "base/error.h"

/* What one read(2) asks for, and what can be looked at in one piece. */
#define INPUT_PIECE (256u << 10)
#define INPUT_FILL_MAX (320u << 10)

struct unpacker;

/* Sees every byte as it was read, before anything is unpacked: for a checksum of the input. */
struct input_tap {
	void *context;
	void (*bytes)(void *context, struct bytes bytes); /* NULL: nobody looks */
};

struct input {
	struct bytes window;  /* not yet taken; advance it with take_skip */
	bool is_end;          /* nothing comes after the window */
	const char *damage;   /* why the compressed data ended before their end; NULL when they did not */
	uint64_t offset;      /* of the end of the window in the unpacked bytes */
	int fd;               /* -1 for memory */
	struct input_tap tap;
	uint8_t *room;        /* what the window moves over; NULL where the window is the memory itself */
	/* Compressed bytes on their way; the unpacker is NULL for plain ones. */
	struct unpacker *unpacker;
	struct bytes packed;
	bool is_packed_end;
	uint8_t *packed_room; /* NULL for memory */
};

/* Begins to read; the descriptor stays the caller's, and memory must outlive the input. -EIO and its like when the
 * first bytes cannot be read. End with input_clear, also after failure. */
int input_open(struct input *in, int fd, const struct input_tap *tap, struct error *err);
int input_open_bytes(struct input *in, struct bytes memory, struct error *err);
void input_clear(struct input *in);

/* "none", "gzip" or "zstd". */
const char *input_compression(const struct input *in);

/* Makes `wanted` bytes (INPUT_FILL_MAX at most) stand in the window, or all that there are. */
int input_fill(struct input *in, size_t wanted, struct error *err);

/* Passes over `n` bytes however many; `ret_missing` is how many of them the input did not have. */
int input_skip(struct input *in, uint64_t n, uint64_t *ret_missing, struct error *err);

/* Where the window begins in the unpacked bytes. */
static inline uint64_t input_position(const struct input *in)
{
	return in->offset - in->window.n;
}

#endif
