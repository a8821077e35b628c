/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Paints the marks of a chart as PNG: the same geometry as chart_svg(). A room of its own, so that only the draw
 * process links Cairo and Pango. The fonts must be readable (fontconfig) before a sandbox is entered: draw one
 * chart first.
 *
 *	r = draw_png(chart_layout(arena, &chart, CHART_WIDE), 2, 0, &out, &err); */
#ifndef ENGINE_DRAW_H
#define ENGINE_DRAW_H

#include "base/error.h"
#include "engine/chart/chart.h"

#define DRAW_SCALE_MAX 4

enum {
	DRAW_DARK = 1, /* on dark paper */
};

/* Appends the image, `scale` pixels to a px of the layout. -EINVAL: a scale of 0 or less, or over DRAW_SCALE_MAX;
 * -E2BIG: `out` is full; -EIO: Cairo failed. */
int draw_png(const struct chart_layout *l, double scale, unsigned flags, struct buf *out, struct error *err);

#endif
