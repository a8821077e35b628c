/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking hinomi-draw for pictures. */
#include "engine/draw/drawer.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/chart/wire.h"
#include "engine/draw/wire_int.h"
#include "engine/proc/child.h"

#include <errno.h>
#include <signal.h>

struct drawer {
	struct child child;
	int to;
};

int drawer_open(struct drawer **ret, struct error *err)
{
	struct drawer *d = memory_new(1, sizeof *d);
	int r = child_start_program(&d->child, DRAWER_PROGRAM, &d->to, err);

	if (r < 0) {
		free(d);
		return r;
	}
	*ret = d;
	return 0;
}

/* A drawer that died is an error, not a signal. */
static int send_layout(struct drawer *d, const struct chart_layout *l, double scale, struct error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, CHART_WIRE_MAX);
	buf_add_u32le(&b, (uint32_t)(scale * 1000 + 0.5));
	chart_wire_put(l, &b);
	if (b.is_full)
		return error_set(err, -EINVAL, "the chart '%s' is too large to draw", l->chart->title);
	sigaction(SIGPIPE, &ignore, &before);
	r = child_send(d->to, DRAW_LAYOUT, buf_bytes(&b));
	sigaction(SIGPIPE, &before, NULL);
	return r < 0 ? error_errno(err, r, "cannot ask " DRAWER_PROGRAM " for a picture") : 0;
}

int drawer_png(struct drawer *d, const struct chart_layout *l, double scale, struct buf *out, struct error *err)
{
	struct bytes answer;
	uint32_t kind;
	int r = send_layout(d, l, scale, err);

	if (r < 0)
		return r;
	r = child_receive(&d->child, &kind, &answer, err);
	if (r < 0)
		return r;
	if (r == 0)
		return error_set(err, -EIO, DRAWER_PROGRAM " ended without a picture");
	if (kind != DRAW_PICTURE || answer.n > DRAWER_PNG_MAX)
		return error_set(err, -EINVAL, "%.*s", (int)MIN(answer.n, (size_t)200), (const char *)answer.p);
	buf_add_bytes(out, answer);
	return out->is_full ? error_set(err, -E2BIG, "the picture is too large") : 0;
}

struct drawer *drawer_close(struct drawer *d)
{
	if (d) {
		close(d->to);
		child_end(&d->child, NULL);
		free(d);
	}
	return NULL;
}
