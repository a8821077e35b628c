/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A layout as bytes: numbers little-endian, texts with their length. */
#include "engine/chart/wire.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>

#define SIDE_MAX 4000
#define COORDINATE_MAX 1e5
#define POINT_BYTES 16

static void put_real(struct buf *out, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	buf_add_u64le(out, bits);
}

static void put_text(struct buf *out, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	buf_add_varint(out, n);
	buf_add(out, text ? text : "", n);
}

void chart_wire_put(const struct chart_layout *l, struct buf *out)
{
	put_text(out, l->chart->title);
	put_real(out, l->width);
	put_real(out, l->height);
	for (const struct chart_mark *m = l->first; m; m = m->next) {
		buf_add_char(out, (char)m->shape);
		buf_add_char(out, (char)m->role);
		buf_add_char(out, (char)m->anchor);
		buf_add_char(out, (char)(m->is_bold | m->is_edged << 1));
		buf_add_char(out, (char)m->dash);
		put_real(out, m->size);
		put_real(out, m->stroke);
		put_text(out, m->text);
		buf_add_varint(out, m->points);
		for (size_t i = 0; i < m->points; i++) {
			put_real(out, m->point[i].x);
			put_real(out, m->point[i].y);
		}
	}
}

static bool take_real(struct bytes *c, double most, double *ret)
{
	uint64_t bits;

	if (!take_u64le(c, &bits))
		return false;
	memcpy(ret, &bits, sizeof bits);
	return isfinite(*ret) && fabs(*ret) <= most;
}

static bool take_text(struct arena *a, struct bytes *c, const char **ret)
{
	struct bytes text;
	uint64_t n;

	if (!take_varint(c, &n) || n > 4096 || !take_bytes(c, n, &text) || !text_is_utf8(text))
		return false;
	*ret = arena_bytes(a, text.p, text.n);
	return true;
}

static bool take_points(struct arena *a, struct bytes *c, struct chart_mark *m)
{
	struct chart_point *points;
	uint64_t n;

	if (!take_varint(c, &n) || n > c->n / POINT_BYTES || (m->shape != CHART_LINE && m->shape != CHART_POLYGON && n == 0) ||
	    (m->shape == CHART_RECT && n < 2))
		return false;
	points = ARENA_ARRAY(a, n + 1, struct chart_point);
	for (uint64_t i = 0; i < n; i++)
		if (!take_real(c, COORDINATE_MAX, &points[i].x) || !take_real(c, COORDINATE_MAX, &points[i].y))
			return false;
	m->point = points;
	m->points = n;
	return true;
}

static bool take_mark(struct arena *a, struct bytes *c, struct chart_mark *m)
{
	uint8_t shape, role, anchor, bits, dash;

	if (!take_u8(c, &shape) || !take_u8(c, &role) || !take_u8(c, &anchor) || !take_u8(c, &bits) || !take_u8(c, &dash))
		return false;
	if (shape > CHART_TEXT || role >= CHART_ROLE_COUNT || anchor > CHART_END || dash > CHART_SERIES_MAX)
		return false;
	*m = (struct chart_mark){ .shape = shape, .role = role, .anchor = anchor, .is_bold = bits & 1, .is_edged = bits & 2,
				  .dash = dash };
	return take_real(c, SIDE_MAX, &m->size) && take_real(c, SIDE_MAX, &m->stroke) && take_text(a, c, &m->text) &&
	       take_points(a, c, m);
}

int chart_wire_take(struct arena *a, struct bytes from, const struct chart_layout **ret, struct error *err)
{
	struct chart_layout *l = ARENA_NEW(a, struct chart_layout);
	struct chart *chart = ARENA_NEW(a, struct chart);
	const struct chart_mark **last = &l->first;

	l->chart = chart;
	l->description = "";
	if (!take_text(a, &from, &chart->title) || !take_real(&from, SIDE_MAX, &l->width) ||
	    !take_real(&from, SIDE_MAX, &l->height) || l->width < 1 || l->height < 1)
		return error_set(err, -EBADMSG, "not the layout of a chart");
	while (from.n) {
		struct chart_mark *m = ARENA_NEW(a, struct chart_mark);
		if (!take_mark(a, &from, m))
			return error_set(err, -EBADMSG, "the layout of a chart is damaged");
		*last = m;
		last = &m->next;
	}
	*ret = l;
	return 0;
}
