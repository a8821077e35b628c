/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Pictures from the process hinomi-draw, which alone links Cairo and Pango and sees neither files nor the network.
 *
 *	r = drawer_open(&drawer, &err);
 *	r = drawer_png(drawer, layout, 2, &out, &err);
 *	drawer = drawer_close(drawer); */
#ifndef ENGINE_DRAW_DRAWER_H
#define ENGINE_DRAW_DRAWER_H

#include "base/error.h"
#include "engine/chart/chart.h"

#define DRAWER_PROGRAM "draw"
#define DRAWER_PNG_MAX (8u << 20)

struct drawer;

/* -ENOENT: the program is not there. Threaded processes must not call it: it forks. */
int drawer_open(struct drawer **ret, struct error *err);
/* Appends the picture to `out`; see draw_png(). After a failure other than -EINVAL the drawer is of no more use. */
int drawer_png(struct drawer *d, const struct chart_layout *l, double scale, struct buf *out, struct error *err);
struct drawer *drawer_close(struct drawer *d);

/* The other end: answers requests on `in` until it is closed. Enters the sandbox first, with the fonts loaded. */
int drawer_serve(int in, int out, struct error *err);

#endif
