/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Marks → SVG 1.1 as text (W3C, second edition), with a title and a description for those who listen. */
#include "base/cleanup.h"
#include "engine/chart/chart.h"

#include <math.h>

static const struct {
	const char *name, *light, *dark;
} roles[CHART_ROLE_COUNT] = {
	[CHART_PAPER] = { "paper", "#ffffff", "#14191f" },
	[CHART_INK] = { "ink", "#1a2129", "#e8ecf0" },
	[CHART_MUTED] = { "muted", "#55606c", "#a3adb8" },
	[CHART_GRID] = { "grid", "#e3e7eb", "#2a323b" },
	[CHART_AXIS] = { "axis", "#8a949f", "#6d7883" },
	[CHART_BAND] = { "band", "#f3f4f6", "#1d242c" },
	[CHART_HATCH] = { "hatch", "#cdd3d9", "#3a444f" },
	/* Okabe and Ito; yellow, the faintest on white, comes last. Blue and black are lifted on dark paper. */
	[CHART_FIRST_SERIES + 0] = { "series-1", "#0072b2", "#3d9bd6" },
	[CHART_FIRST_SERIES + 1] = { "series-2", "#d55e00", "#e8741a" },
	[CHART_FIRST_SERIES + 2] = { "series-3", "#009e73", "#1fb88c" },
	[CHART_FIRST_SERIES + 3] = { "series-4", "#cc79a7", "#d88fb8" },
	[CHART_FIRST_SERIES + 4] = { "series-5", "#e69f00", "#e69f00" },
	[CHART_FIRST_SERIES + 5] = { "series-6", "#56b4e9", "#56b4e9" },
	[CHART_FIRST_SERIES + 6] = { "series-7", "#000000", "#f2f2f2" },
	[CHART_FIRST_SERIES + 7] = { "series-8", "#f0e442", "#f0e442" },
};

static const double dashes[CHART_SERIES_MAX][7] = {
	{ 0 },           { 8, 3 },       { 2.5, 2.5 },          { 9, 3, 2, 3 },
	{ 14, 3 },       { 5, 2, 5, 5 }, { 9, 2, 2, 2, 2, 2 }, { 12, 2, 4, 2 },
};

const char *chart_color(enum chart_role role, bool is_dark)
{
	return is_dark ? roles[role].dark : roles[role].light;
}

const double *chart_dash(uint8_t dash)
{
	return dash == 0 ? NULL : dashes[dash];
}

static void add_escaped(struct buf *out, const char *text)
{
	static const struct {
		char sign;
		const char *name;
	} names[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" } };

	for (; *text; text++) {
		const char *name = NULL;
		for (size_t i = 0; i < COUNT(names); i++)
			if (names[i].sign == *text)
				name = names[i].name;
		if (name)
			buf_add_text(out, name);
		else
			buf_add_char(out, *text);
	}
}

/* At most one digit after the point: a tenth of a pixel. */
static void add_number(struct buf *out, double v)
{
	long tenths = lround(v * 10);
	unsigned long left = tenths < 0 ? 0 - (unsigned long)tenths : (unsigned long)tenths;
	char text[32], *p = text + sizeof text;

	/* printf was half of the time that a graph takes. */
	if (left % 10) {
		*--p = (char)('0' + left % 10);
		*--p = '.';
	}
	left /= 10;
	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (tenths < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(text + sizeof text - p));
}

static void add_attribute(struct buf *out, const char *name, double v)
{
	buf_addf(out, " %s=\"", name);
	add_number(out, v);
	buf_add_char(out, '"');
}

static void add_fill(struct buf *out, const struct chart_mark *m)
{
	buf_addf(out, " class=\"fill-%s%s\" fill=\"%s\"", roles[m->role].name, m->is_edged ? " edge" : "",
	         roles[m->role].light);
	if (m->is_edged)
		buf_addf(out, " stroke=\"%s\" stroke-width=\"1\"", roles[CHART_PAPER].light);
}

static void add_points(struct buf *out, const struct chart_mark *m)
{
	for (size_t i = 0; i < m->points; i++) {
		buf_add_text(out, i == 0 ? "M" : i == 1 ? "L" : " ");
		add_number(out, m->point[i].x);
		buf_add_char(out, ',');
		add_number(out, m->point[i].y);
	}
}

static void add_stroke(struct buf *out, const struct chart_mark *m)
{
	const double *dash = chart_dash(m->dash);

	buf_addf(out, " class=\"line-%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\"", roles[m->role].name,
	         roles[m->role].light, m->stroke);
	if (m->role >= CHART_FIRST_SERIES)
		buf_add_text(out, " stroke-linejoin=\"round\"");
	if (!dash)
		return;
	buf_add_text(out, " stroke-dasharray=\"");
	for (size_t i = 0; dash[i] > 0; i++)
		buf_addf(out, "%s%g", i ? " " : "", dash[i]);
	buf_add_char(out, '"');
}

static void add_line(struct buf *out, const struct chart_mark *m)
{
	buf_add_text(out, "<path");
	add_stroke(out, m);
	buf_add_text(out, " d=\"");
	add_points(out, m);
	buf_add_text(out, "\"/>\n");
}

static void add_polygon(struct buf *out, const struct chart_mark *m)
{
	buf_add_text(out, "<path");
	add_fill(out, m);
	buf_add_text(out, " d=\"");
	add_points(out, m);
	buf_add_text(out, "Z\"/>\n");
}

static void add_disc(struct buf *out, const struct chart_mark *m)
{
	buf_add_text(out, "<circle");
	add_fill(out, m);
	add_attribute(out, "cx", m->point[0].x);
	add_attribute(out, "cy", m->point[0].y);
	add_attribute(out, "r", m->size);
	buf_add_text(out, "/>\n");
}

static void add_rect(struct buf *out, const struct chart_mark *m)
{
	buf_add_text(out, "<rect");
	add_fill(out, m);
	add_attribute(out, "x", m->point[0].x);
	add_attribute(out, "y", m->point[0].y);
	add_attribute(out, "width", m->point[1].x - m->point[0].x);
	add_attribute(out, "height", m->point[1].y - m->point[0].y);
	buf_add_text(out, "/>\n");
}

static void add_text(struct buf *out, const struct chart_mark *m)
{
	static const char *const anchors[] = { "start", "middle", "end" };

	buf_add_text(out, "<text");
	add_fill(out, m);
	add_attribute(out, "x", m->point[0].x);
	add_attribute(out, "y", m->point[0].y);
	add_attribute(out, "font-size", m->size);
	if (m->anchor != CHART_START)
		buf_addf(out, " text-anchor=\"%s\"", anchors[m->anchor]);
	if (m->is_bold)
		buf_add_text(out, " font-weight=\"bold\"");
	buf_add_char(out, '>');
	add_escaped(out, m->text);
	buf_add_text(out, "</text>\n");
}

static void (*const writers[])(struct buf *out, const struct chart_mark *m) = {
	[CHART_LINE] = add_line, [CHART_POLYGON] = add_polygon, [CHART_DISC] = add_disc,
	[CHART_RECT] = add_rect, [CHART_TEXT] = add_text,
};

static void add_dark(struct buf *out)
{
	buf_add_text(out, "<style>@media (prefers-color-scheme:dark){");
	for (size_t i = 0; i < CHART_ROLE_COUNT; i++)
		buf_addf(out, ".fill-%s{fill:%s}.line-%s{stroke:%s}", roles[i].name, roles[i].dark, roles[i].name,
		         roles[i].dark);
	buf_addf(out, ".edge{stroke:%s}}</style>\n", roles[CHART_PAPER].dark);
}

static void add_head(struct buf *out, const struct chart_layout *l)
{
	const char *id = l->chart->id ? l->chart->id : "chart";

	buf_add_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\"");
	buf_addf(out, " lang=\"%s\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\"",
	         lang_code(l->chart->lang), id, id);
	buf_addf(out, " viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\"", l->width, l->height, l->width, l->height);
	buf_add_text(out, " font-family=\"'" CHART_FONT "', sans-serif\">\n");
	buf_addf(out, "<title id=\"%s-title\">", id);
	add_escaped(out, l->chart->title);
	buf_addf(out, "</title>\n<desc id=\"%s-desc\">", id);
	add_escaped(out, l->description);
	buf_add_text(out, "</desc>\n");
}

void chart_svg(const struct chart_layout *l, unsigned flags, struct buf *out)
{
	add_head(out, l);
	if (flags & CHART_STANDALONE)
		add_dark(out);
	for (const struct chart_mark *m = l->first; m; m = m->next)
		writers[m->shape](out, m);
	buf_add_text(out, "</svg>\n");
}
