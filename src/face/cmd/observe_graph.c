/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi observe graph: one figure as a file. */
#include "base/cleanup.h"
#include "engine/draw/drawer.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "publish/render/figure.h"

#include <errno.h>

#define GRAPH_PORTS_MAX (CHART_SERIES_MAX - 2) /* ICMP and other besides */

struct graph {
	struct common_question question;
	enum point_unit unit;
	enum lang lang;
};

static const char *graph_period(struct arena *a, const struct point *points, size_t count)
{
	char from[CALENDAR_TEXT_MAX], to[CALENDAR_TEXT_MAX];

	time_format_local(points[0].first_hour * HOUR_US, from);
	time_format_local(points[count - 1].last_hour * HOUR_US, to);
	return arena_printf(a, "%s – %s (%s)", from, to, calendar_zone());
}

static int write_graph(const struct figure *f, bool is_png, struct buf *out, struct error *err)
{
	const struct chart_layout *l = figure_layout(f, CHART_WIDE, false);
	struct drawer *drawer;
	int r;

	if (!is_png) {
		chart_svg(l, CHART_STANDALONE, out);
		return out->is_full ? error_set(err, -E2BIG, "the picture is too large") : 0;
	}
	r = drawer_open(&drawer, err);
	if (r < 0)
		return r;
	r = drawer_png(drawer, l, 2, out, err);
	drawer_close(drawer);
	return r;
}

static int write_out(const char *path, struct bytes b, struct error *err)
{
	bool is_stdout = !path || strcmp(path, "-") == 0;
	FILE *f = is_stdout ? stdout : fopen(path, "we");
	bool is_written;

	if (!f)
		return error_errno(err, -errno, "cannot write '%s'", path);
	is_written = fwrite(b.p, 1, b.n, f) == b.n;
	if (!is_stdout)
		is_written = fclose(f) == 0 && is_written;
	return is_written ? 0 : error_errno(err, -errno, "cannot write '%s'", is_stdout ? "standard output" : path);
}

static int draw_graph(const struct invocation *in, const struct store *s, const struct graph *g, struct error *err)
{
	const char *path = in->value[OPTION_OUT];
	bool is_png = path && strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".png") == 0;
	struct series *hourly, *series;
	_cleanup_(buf_clear) struct buf out;
	struct point *points;
	struct arena *a;
	struct figure *f;
	const char *note;
	size_t count;
	int r = view_series(s, &g->question.q, &hourly, err);

	buf_init(&out, 32u << 20);
	if (r < 0)
		return r;
	a = arena_new();
	points = point_cut(g->question.q.first_hour, g->question.q.end_hour, g->unit, &count);
	series = point_series(hourly, points, count);
	f = figure_new(a, g->lang, series, points, count, g->unit, VIEW_BY_PORT, FIGURE_ALL);
	f->title = words(g->lang, MSG_OBSERVE_FIGURE_PORTS);
	f->subtitle = graph_period(a, points, count);
	note = words(g->lang, MSG_SITE_SIMULATED_SHORT);
	f->notes = &note;
	f->note_count = s->manifest.is_simulated;
	r = write_graph(f, is_png, &out, err);
	if (r == 0)
		r = write_out(path, buf_bytes(&out), err);
	series_free(series);
	series_free(hourly);
	free(points);
	arena_free(a);
	return r;
}

static int parse_graph(const struct invocation *in, const struct store *s, struct graph *ret, struct error *err)
{
	const char *unit = in->value[OPTION_UNIT];
	struct view_question *q = &ret->question.q;
	int r = common_question(in, s, &ret->question, err);

	ret->unit = POINT_DAY;
	ret->lang = LANG_EN;
	if (r < 0)
		return r;
	q->is_without_raw = true;
	if (!in->value[OPTION_COUNT])
		q->rank_count = in->value[OPTION_KEY] ? 0 : 5;
	r = common_lang(in, &ret->lang, err);
	if (r == 0 && unit && !point_unit_parse(unit, &ret->unit))
		r = error_set(err, -EINVAL, "--unit '%s' is not hour, day, week, month, quarter or year", unit);
	if (r == 0 && q->rank_count + q->key_count > GRAPH_PORTS_MAX)
		r = error_set(err, -EINVAL, "a graph shows %d ports at most", GRAPH_PORTS_MAX);
	if (r < 0)
		common_clear(&ret->question);
	return r;
}

int cmd_observe_graph(const struct invocation *in)
{
	struct error err = ERROR_NONE;
	struct graph g;
	struct store *s;
	int r = common_store(in, &s, &err);

	if (r < 0)
		return command_fail(&err);
	r = parse_graph(in, s, &g, &err);
	if (r == 0) {
		r = draw_graph(in, s, &g, &err);
		common_clear(&g.question);
	}
	store_close(s);
	return r == 0 ? EXIT_YES : r == -EINVAL ? command_usage(&err) : command_fail(&err);
}
