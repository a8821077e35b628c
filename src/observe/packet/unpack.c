/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* gzip by zlib, zstd by libzstd. */
#include "observe/packet/unpack_int.h"

#include "base/memory.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct unpacker {
	bool is_zstd;
	bool is_between; /* members or frames */
	z_stream gzip;
	ZSTD_DStream *zstd;
};

/* 128 MiB of history at most (zstd -22 --ultra writes such files); more is refused. */
#define ZSTD_WINDOW_LOG_MAX 27

static bool is_gzip(struct bytes head)
{
	return head.n >= 3 && head.p[0] == 0x1f && head.p[1] == 0x8b && head.p[2] == 8;
}

/* A frame, or a skippable one (RFC 8878 §3.1.2), which pzstd puts first. */
static bool is_zstd(struct bytes head)
{
	uint32_t magic = head.n >= 4 ? get_u32le(head.p) : 0;

	return magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50;
}

struct unpacker *unpacker_for(struct bytes head)
{
	struct unpacker *u;

	if (!is_gzip(head) && !is_zstd(head))
		return NULL;
	u = memory_new(1, sizeof *u);
	u->is_zstd = is_zstd(head);
	if (u->is_zstd) {
		u->zstd = ZSTD_createDStream();
		if (u->zstd)
			ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
	} else if (inflateInit2(&u->gzip, 16 + MAX_WBITS) != Z_OK) {
		u->gzip.state = NULL;
	}
	return u;
}

struct unpacker *unpacker_free(struct unpacker *u)
{
	if (!u)
		return NULL;
	if (u->is_zstd)
		ZSTD_freeDStream(u->zstd);
	else
		inflateEnd(&u->gzip);
	free(u);
	return NULL;
}

const char *unpacker_name(const struct unpacker *u)
{
	return !u ? "none" : u->is_zstd ? "zstd" : "gzip";
}

static const char *zstd_damage(const struct unpacker *u, size_t code)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge ||
	    ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
		return "the zstd data need more memory than they get (128 MiB)";
	return u->is_between ? "other bytes follow the zstd frame" : "the zstd data are damaged";
}

static size_t step_zstd(struct unpacker *u, struct bytes *packed, uint8_t *into, size_t room, const char **damage)
{
	ZSTD_inBuffer in = { packed->p, packed->n, 0 };
	ZSTD_outBuffer out = { into, room, 0 };
	size_t r = ZSTD_decompressStream(u->zstd, &out, &in);

	take_skip(packed, in.pos);
	if (ZSTD_isError(r))
		*damage = zstd_damage(u, r);
	else
		u->is_between = r == 0;
	return out.pos;
}

/* Behind a member another one may follow (RFC 1952 §2.2); tapes leave zeros, which gzip(1) ignores too. */
static size_t begin_member(struct unpacker *u, struct bytes *packed, const char **damage)
{
	while (packed->n && packed->p[0] == 0)
		take_skip(packed, 1);
	if (packed->n == 0)
		return 0;
	if (packed->p[0] != 0x1f)
		*damage = "other bytes follow the gzip member";
	else
		inflateReset(&u->gzip);
	u->is_between = false;
	return 0;
}

static size_t step_gzip(struct unpacker *u, struct bytes *packed, uint8_t *into, size_t room, const char **damage)
{
	int r;

	if (u->is_between)
		return begin_member(u, packed, damage);
	u->gzip.next_in = (Bytef *)(uintptr_t)packed->p;
	u->gzip.avail_in = (uInt)packed->n;
	u->gzip.next_out = into;
	u->gzip.avail_out = (uInt)room;
	r = inflate(&u->gzip, Z_NO_FLUSH);
	take_skip(packed, packed->n - u->gzip.avail_in);
	if (r == Z_STREAM_END)
		u->is_between = true;
	else if (r != Z_OK && r != Z_BUF_ERROR)
		*damage = "the gzip data are damaged";
	return room - u->gzip.avail_out;
}

size_t unpacker_step(struct unpacker *u, struct bytes *packed, uint8_t *into, size_t room, const char **damage)
{
	if (u->is_zstd ? !u->zstd : !u->gzip.state) {
		*damage = "there is no memory to unpack with";
		return 0;
	}
	/* Between members nothing comes out of nothing; inside one what was taken before may still be due. */
	if (u->is_between && packed->n == 0)
		return 0;
	return u->is_zstd ? step_zstd(u, packed, into, room, damage) : step_gzip(u, packed, into, room, damage);
}

bool unpacker_may_end(const struct unpacker *u)
{
	return u->is_between;
}
