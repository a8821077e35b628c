/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking hinomi-draw for pictures. */
#include "engine/draw/drawer.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/chart/wire.h"
#include "engine/draw/wire_int.h"
#include "engine/proc/asked.h"

#include <errno.h>
#include <stdlib.h>

struct drawer {
	struct asked asked;
};

int drawer_open(struct drawer **ret, struct error *err)
{
	struct drawer *d = memory_new(1, sizeof *d);
	int r = asked_open(&d->asked, DRAWER_PROGRAM, err);

	if (r < 0) {
		free(d);
		return r;
	}
	*ret = d;
	return 0;
}

static int send_layout(struct drawer *d, const struct chart_layout *l, double scale, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, CHART_WIRE_MAX);
	buf_add_u32le(&b, (uint32_t)(scale * 1000 + 0.5));
	chart_wire_put(l, &b);
	if (b.is_full)
		return error_set(err, -EINVAL, "the chart '%s' is too large to draw", l->chart->title);
	return asked_send(&d->asked, DRAW_LAYOUT, &b, err);
}

int drawer_png(struct drawer *d, const struct chart_layout *l, double scale, struct buf *out, struct error *err)
{
	struct bytes answer;
	uint32_t kind;
	int r = send_layout(d, l, scale, err);

	if (r == 0)
		r = asked_receive(&d->asked, &kind, &answer, err);
	if (r < 0)
		return r;
	if (kind != DRAW_PICTURE || answer.n > DRAWER_PNG_MAX)
		return error_set(err, -EINVAL, "%.*s", (int)MIN(answer.n, (size_t)200), (const char *)answer.p);
	buf_add_bytes(out, answer);
	return out->is_full ? error_set(err, -E2BIG, "the picture is too large") : 0;
}

struct drawer *drawer_close(struct drawer *d)
{
	if (d) {
		asked_close(&d->asked);
		free(d);
	}
	return NULL;
}
