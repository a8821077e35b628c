/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Marks of a chart → PNG by Cairo and Pango. */
#include "engine/draw/draw.h"

#include "base/cleanup.h"

#include <errno.h>
#include <pango/pangocairo.h>

struct painter {
	cairo_t *cairo;
	bool is_dark;
};

static void set_color(struct painter *p, enum chart_role role)
{
	unsigned long rgb = strtoul(chart_color(role, p->is_dark) + 1, NULL, 16);

	cairo_set_source_rgb(p->cairo, (double)(rgb >> 16) / 255, (double)(rgb >> 8 & 0xff) / 255,
	                     (double)(rgb & 0xff) / 255);
}

static void trace(struct painter *p, const struct chart_mark *m)
{
	cairo_new_path(p->cairo);
	for (size_t i = 0; i < m->points; i++)
		cairo_line_to(p->cairo, m->point[i].x, m->point[i].y);
}

static void set_dash(struct painter *p, const double *dash)
{
	int n = 0;

	while (dash && dash[n] > 0)
		n++;
	cairo_set_dash(p->cairo, dash, n, 0);
}

static void paint_line(struct painter *p, const struct chart_mark *m)
{
	bool is_series = m->role >= CHART_FIRST_SERIES;

	trace(p, m);
	set_color(p, m->role);
	set_dash(p, chart_dash(m->dash));
	cairo_set_line_width(p->cairo, m->stroke);
	cairo_set_line_join(p->cairo, is_series ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
	cairo_stroke(p->cairo);
}

static void fill(struct painter *p, const struct chart_mark *m)
{
	set_color(p, m->role);
	cairo_fill_preserve(p->cairo);
	if (m->is_edged) {
		set_color(p, CHART_PAPER);
		set_dash(p, NULL);
		cairo_set_line_width(p->cairo, 1);
		cairo_stroke_preserve(p->cairo);
	}
	cairo_new_path(p->cairo);
}

static void paint_polygon(struct painter *p, const struct chart_mark *m)
{
	trace(p, m);
	cairo_close_path(p->cairo);
	fill(p, m);
}

static void paint_disc(struct painter *p, const struct chart_mark *m)
{
	cairo_new_path(p->cairo);
	cairo_arc(p->cairo, m->point[0].x, m->point[0].y, m->size, 0, 6.2831853);
	fill(p, m);
}

static void paint_rect(struct painter *p, const struct chart_mark *m)
{
	cairo_new_path(p->cairo);
	cairo_rectangle(p->cairo, m->point[0].x, m->point[0].y, m->point[1].x - m->point[0].x,
	                m->point[1].y - m->point[0].y);
	fill(p, m);
}

static void paint_text(struct painter *p, const struct chart_mark *m)
{
	PangoLayout *layout = pango_cairo_create_layout(p->cairo);
	PangoFontDescription *font = pango_font_description_from_string(CHART_FONT ", sans-serif");
	double width, baseline;
	int units;

	pango_font_description_set_absolute_size(font, m->size * PANGO_SCALE);
	pango_font_description_set_weight(font, m->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, m->text, -1);
	pango_layout_get_size(layout, &units, NULL);
	width = (double)units / PANGO_SCALE;
	baseline = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
	set_color(p, m->role);
	cairo_move_to(p->cairo, m->point[0].x - width * (double)m->anchor / 2, m->point[0].y - baseline);
	pango_cairo_show_layout(p->cairo, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
}

static void (*const painters[])(struct painter *p, const struct chart_mark *m) = {
	[CHART_LINE] = paint_line, [CHART_POLYGON] = paint_polygon, [CHART_DISC] = paint_disc,
	[CHART_RECT] = paint_rect, [CHART_TEXT] = paint_text,
};

static cairo_status_t add_to_buf(void *context, const unsigned char *p, unsigned n)
{
	struct buf *out = context;

	buf_add(out, p, n);
	return out->is_full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int paint(cairo_surface_t *surface, const struct chart_layout *l, double scale, unsigned flags,
                 struct buf *out, struct error *err)
{
	struct painter p = { .cairo = cairo_create(surface), .is_dark = flags & DRAW_DARK };
	cairo_status_t status;

	cairo_scale(p.cairo, scale, scale);
	for (const struct chart_mark *m = l->first; m; m = m->next)
		painters[m->shape](&p, m);
	status = cairo_status(p.cairo);
	cairo_destroy(p.cairo);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(surface, add_to_buf, out);
	if (status == CAIRO_STATUS_SUCCESS)
		return 0;
	return error_set(err, out->is_full ? -E2BIG : -EIO, "cannot draw '%s': %s", l->chart->title,
	                 cairo_status_to_string(status));
}

int draw_png(const struct chart_layout *l, double scale, unsigned flags, struct buf *out, struct error *err)
{
	cairo_surface_t *surface;
	int r;

	if (!(scale > 0 && scale <= DRAW_SCALE_MAX))
		return error_set(err, -EINVAL, "a chart is drawn at a scale up to %d, not %g", DRAW_SCALE_MAX, scale);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(l->width * scale), (int)(l->height * scale));
	r = paint(surface, l, scale, flags, out, err);
	cairo_surface_destroy(surface);
	return r;
}
