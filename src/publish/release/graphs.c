/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's public pages as one release. */
#include "publish/release/graphs.h"

#include "base/cleanup.h"

#define PICTURE_SCALE 2

struct graphs {
	struct release *release;
	struct drawer *drawer;
};

static int add_file(void *context, const char *path, struct bytes content, struct error *err)
{
	struct graphs *g = context;

	/* A period stands on several pages; its pictures and data are the same each time. */
	return release_has(g->release, path) ? 0 : release_file(g->release, path, content, err);
}

/* Drawing is slow: where the SVG is as it was, so is the PNG. */
static int add_picture(void *context, const char *path, const char *svg_path, const struct chart_layout *l,
		       struct error *err)
{
	struct graphs *g = context;
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, DRAWER_PNG_MAX);
	if (release_has(g->release, path))
		return 0;
	if (release_is_same(g->release, svg_path)) {
		r = release_keep(g->release, path, err);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	r = drawer_png(g->drawer, l, PICTURE_SCALE, &b, err);
	return r < 0 ? r : release_file(g->release, path, buf_bytes(&b), err);
}

void graphs_use_places(struct isdas_options *o, const struct place_table *places)
{
	if (!places)
		return;
	o->place = place_look;
	o->place_context = (void *)places;
	o->place_date = place_table_about(places)->date;
}

int graphs_release(const char *out, const struct isdas_options *o, struct drawer *drawer, struct release_counts *ret,
		   struct error *err)
{
	struct graphs g = { .drawer = drawer };
	struct isdas_sink sink = { &g, add_file, drawer ? add_picture : NULL };
	int r = release_begin(out, &g.release, err);

	if (r < 0)
		return r;
	r = isdas_render(o, &sink, err);
	if (r < 0) {
		release_abandon(g.release);
		return r;
	}
	return release_finish(g.release, ret, err);
}
