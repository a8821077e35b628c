/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The drawing process: fonts first, then the walls, then layouts from a pipe. */
#include "base/calendar.h"
#include "base/cleanup.h"
#include "engine/chart/wire.h"
#include "engine/draw/draw.h"
#include "engine/draw/drawer.h"
#include "engine/draw/wire_int.h"
#include "engine/proc/child.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>

#define FONTS "/usr/share/fonts"

/* One chart with both weights, all sizes and both scripts: fontconfig reads its
 * configuration and caches now. Afterwards only the fonts themselves are opened. */
static int load_fonts(struct error *err)
{
	static const double values[4] = { 1, 3, NAN, 2 };
	struct chart_series series[2] = { { "445/tcp", values }, { "その他", values } };
	const char *note = "データなし ～ – “no data”";
	struct chart_flag flag = { 0, "1" };
	struct chart c = { .lang = LANG_JA, .title = "宛先ポート別 Destination ports", .subtitle = "期間", .unit = "件",
			   .end_us = 4 * DAY_US, .points = 4, .series = series, .series_count = 2, .notes = &note,
			   .note_count = 1, .flags = &flag, .flag_count = 1 };
	_cleanup_(buf_clear) struct buf out;
	struct arena *a = arena_new();
	int r;

	buf_init(&out, DRAWER_PNG_MAX);
	r = draw_png(chart_layout(a, &c, CHART_WIDE), 1, 0, &out, err);
	arena_free(a);
	return r;
}

static int draw(struct arena *a, struct bytes request, struct buf *out, struct error *err)
{
	const struct chart_layout *l;
	uint32_t scale;
	int r;

	if (!take_u32le(&request, &scale))
		return error_set(err, -EBADMSG, "not a request for a picture");
	r = chart_wire_take(a, request, &l, err);
	return r < 0 ? r : draw_png(l, (double)scale / 1000, 0, out, err);
}

static int answer(int to, struct bytes request)
{
	struct error err = ERROR_NONE;
	_cleanup_(buf_clear) struct buf out;
	struct arena *a = arena_new();
	int r;

	buf_init(&out, DRAWER_PNG_MAX);
	r = draw(a, request, &out, &err);
	arena_free(a);
	return r < 0 ? child_send(to, DRAW_FAILED, BYTES_TEXT(err.line)) : child_send(to, DRAW_PICTURE, buf_bytes(&out));
}

static int enter(struct error *err)
{
	_cleanup_close_ int fonts = open(FONTS, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return sandbox_enter_beneath(SANDBOX_DRAW, fonts, err);
}

int drawer_serve(int in, int out, struct error *err)
{
	struct child requests = { .from = in };
	struct bytes request;
	uint32_t kind;
	int r = load_fonts(err);

	if (r == 0)
		r = enter(err);
	if (r < 0)
		return r;
	buf_init(&requests.frame, CHILD_FRAME_MAX);
	while ((r = child_receive(&requests, &kind, &request, err)) > 0) {
		if (kind != DRAW_LAYOUT)
			return error_set(err, -EBADMSG, "not a request for a picture");
		r = answer(out, request);
		if (r < 0)
			return error_errno(err, r, "cannot answer");
	}
	buf_clear(&requests.frame);
	return r;
}
