/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* hinomi publish: what goes out; hinomi observe graph: one figure as a file. */
#include "base/cleanup.h"
#include "base/text.h"
#include "face/cmd/cmd_int.h"
#include "face/cmd/common.h"
#include "face/cmd/common_cases.h"
#include "publish/release/graphs.h"
#include "publish/render/figure.h"

#include <errno.h>
#include <fcntl.h>

static int parse_lang(const struct invocation *in, enum lang *ret, struct error *err)
{
	const char *text = in->value[OPTION_LANG];

	if (text && !lang_parse(text, ret))
		return error_set(err, -EINVAL, "--lang '%s' is not ja or en", text);
	return 0;
}

/* --- graphs --- */

static int parse_now(const struct invocation *in, int64_t *ret, struct error *err)
{
	const char *text = in->value[OPTION_NOW];

	*ret = clock_now();
	if (text && !time_parse(BYTES_TEXT(text), false, ret))
		return error_set(err, -EINVAL, "--now '%s' is not a time such as 2013-07-01T00:00", text);
	return 0;
}

/* --place, else the setting; neither: no table. */
static int load_places(const struct invocation *in, struct place_table **ret, struct error *err)
{
	const struct conf *conf;
	const char *path = in->value[OPTION_PLACE];
	int r = common_conf(in, &conf, err);

	if (r < 0)
		return r;
	if (!path)
		path = conf_text(conf, SETTING_OBSERVE_PLACES);
	return path[0] ? place_table_load(path, ret, err) : 0;
}

static int publish_graphs(const struct invocation *in, struct isdas_options *o, struct release_counts *ret, struct error *err)
{
	struct place_table *places = NULL;
	struct arena *arena = arena_new();
	struct drawer *drawer = NULL;
	struct db *db = NULL;
	struct store *s;
	int r = common_store(in, &s, err);

	if (r < 0) {
		arena_free(arena);
		return r;
	}
	r = parse_now(in, &o->now_us, err);
	o->store = s;
	if (r == 0)
		r = load_places(in, &places, err);
	graphs_use_places(o, places);
	if (r == 0)
		r = common_cases_read(in, &db, err);
	if (r == 0)
		r = graphs_use_notes(o, db, arena, err);
	if (r == 0)
		r = drawer_open(&drawer, err);
	if (r == 0)
		r = graphs_release(in->value[OPTION_OUT], o, drawer, ret, err);
	drawer_close(drawer);
	place_table_free(places);
	db_close(db);
	arena_free(arena);
	store_close(s);
	return r;
}

int cmd_publish_graphs(const struct invocation *in)
{
	struct isdas_options o = { .rules = PUBLISH_RULES_DEFAULT };
	struct error err = ERROR_NONE;
	struct release_counts counts;
	enum lang lang = LANG_COUNT;
	int r = parse_lang(in, &lang, &err);

	if (r == 0 && !in->value[OPTION_OUT])
		r = error_set(&err, -EINVAL, "'hinomi publish graphs' needs --output, the folder of the released tree");
	if (r < 0)
		return command_usage(&err);
	if (lang != LANG_COUNT)
		o.skips[lang_other(lang)] = true;
	r = publish_graphs(in, &o, &counts, &err);
	if (r < 0)
		return r == -EINVAL ? command_usage(&err) : command_fail(&err);
	if (!in->value[OPTION_QUIET])
		fprintf(stderr, "%zu files, %zu of them new or changed%s\n", counts.files, counts.written,
			counts.is_switched ? "; released" : "; nothing to release");
	return EXIT_YES;
}

/* --- one figure --- */

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
	r = parse_lang(in, &ret->lang, err);
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
