/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A layout as bytes, for the process that paints: only marks travel, no series. */
#ifndef ENGINE_CHART_WIRE_H
#define ENGINE_CHART_WIRE_H

#include "base/error.h"
#include "engine/chart/chart.h"

#define CHART_WIRE_MAX (12u << 20)

void chart_wire_put(const struct chart_layout *l, struct buf *out);

/* The layout lives in the arena; its chart has a title only. -EBADMSG: not a layout, or one that is too large. */
int chart_wire_take(struct arena *a, struct bytes from, const struct chart_layout **ret, struct error *err);

#endif
