/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Charts: the geometry of ticks, gaps and labels; the SVG; and samples of every kind as SVG and PNG for the eye in
 * <build>/samples/. */
#include "base/cleanup.h"
#include "engine/draw/draw.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <cmocka.h>

#define SAMPLE_POINTS 4000

struct sample {
	const char *name, *from, *to;
	size_t points, series;
	double level, dominance; /* the first series is `dominance` times the others */
	size_t gap_from, gap_to, gap2_from, gap2_to;
};

static const struct sample samples[] = {
	{ "quarter", "2013-04-01", "2013-07-01", 91, 7, 4, 1.5, 40, 52, 70, 71 },
	{ "year", "2012-07-01", "2013-07-01", 365, 7, 12, 2, 100, 103, 0, 0 },
	{ "dominating", "2013-04-01", "2013-07-01", 91, 6, 3, 400, 0, 0, 0, 0 },
	{ "zero", "2013-04-01", "2013-07-01", 91, 2, 0, 1, 0, 0, 0, 0 },
	{ "nothing", "2013-04-01", "2013-07-01", 91, 2, 1, 1, 0, 91, 0, 0 },
	{ "week", "2013-05-13", "2013-05-20", 168, 3, 80, 1, 30, 36, 0, 0 },
	{ "days", "2013-05-13", "2013-05-20", 7, 8, 0.02, 1, 6, 7, 0, 0 },
	{ "month", "2013-05-01", "2013-06-01", 31, 5, 20000, 1, 0, 0, 0, 0 },
	{ "hours", "2013-05-18", "2013-05-20", 48, 2, 5, 1, 0, 2, 0, 0 },
	{ "crowd", "2013-04-01", "2013-07-01", 2184, 7, 9, 2, 900, 990, 0, 0 },
	{ "years", "2009-01-01", "2013-07-01", 54, 4, 5, 3, 20, 26, 0, 0 },
};

static const char *const labels[LANG_COUNT][CHART_SERIES_MAX] = {
	{ "445/tcp", "22/tcp", "1433/tcp", "3389/tcp", "5900/tcp", "ICMP", "その他", "韓国・台湾・香港" },
	{ "445/tcp", "22/tcp", "1433/tcp", "3389/tcp", "5900/tcp", "ICMP", "Other", "Korea, Taiwan, Hong Kong" },
};

static const char *const titles[LANG_COUNT] = { "宛先ポート別パケット数（1～5位）", "Packets by destination port, ranks 1–5" };

static double values[CHART_SERIES_MAX][SAMPLE_POINTS];
static struct chart_series series[CHART_SERIES_MAX];

static int64_t day(const char *text)
{
	struct date d;

	assert_true(date_parse(BYTES_TEXT(text), &d));
	return calendar_midnight(d);
}

static double noise(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return (double)(*state >> 8) / (1 << 24);
}

static bool is_gap(const struct sample *s, size_t i)
{
	return (i >= s->gap_from && i < s->gap_to) || (i >= s->gap2_from && i < s->gap2_to);
}

static void fill_values(const struct sample *sample, enum lang lang)
{
	for (size_t s = 0; s < sample->series; s++) {
		uint32_t state = (uint32_t)s * 77 + 5;
		double level = sample->level * (s == 0 ? sample->dominance : 1) / (double)(s + 1);
		for (size_t i = 0; i < sample->points; i++) {
			double wave = 1 + 0.25 * sin((double)(i + s * 9) / (double)sample->points * 11);
			double burst = s == 4 && i * 5 / sample->points == 3 ? 2.5 : 1;
			values[s][i] = is_gap(sample, i) ? NAN : level * wave * burst * (0.8 + 0.4 * noise(&state));
		}
		series[s] = (struct chart_series){ .label = labels[lang][s], .value = values[s] };
	}
	if (sample->series == 7)
		values[2][10] = values[2][11] = values[2][13] = NAN;
}

static struct chart_flag flags[4];

/* One before the period, two that would touch, one at its end. */
static void fill_flags(const struct chart *c)
{
	int64_t length = c->end_us - c->start_us;

	flags[0] = (struct chart_flag){ c->start_us - 1, "0" };
	flags[1] = (struct chart_flag){ c->start_us + length / 3, "1" };
	flags[2] = (struct chart_flag){ c->start_us + length / 3 + length / 200, "2" };
	flags[3] = (struct chart_flag){ c->end_us - 1, "3" };
}

static struct chart chart_of(struct arena *a, const struct sample *s, enum lang lang)
{
	static const char *notes[LANG_COUNT][1] = {
		{ "5月18日19時（UTC）に1469/udpで1台のセンサーだけに多数のパケットが届いたため、その値を置き換えています。" },
		{ "18 May, 19:00 UTC: one sensor received most packets at 1469/udp; its value is replaced." },
	};
	struct chart c = { .lang = lang, .title = titles[lang], .unit = words(lang, MSG_OBSERVE_UNIT) };

	fill_values(s, lang);
	c.start_us = day(s->from);
	c.end_us = day(s->to);
	fill_flags(&c);
	c.subtitle = arena_printf(a, "%s – %s · Asia/Tokyo", words_date(a, lang, calendar_date(c.start_us)),
	                          words_date(a, lang, calendar_date(c.end_us - 1)));
	c.points = s->points;
	c.series = series;
	c.series_count = s->series;
	c.notes = notes[lang];
	c.note_count = 1;
	c.flags = flags;
	c.flag_count = COUNT(flags);
	return c;
}

static void write_file(const char *folder, const char *name, const char *suffix, const struct buf *b)
{
	char path[4096 + 256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
	fclose(f);
}

static void check_marks(const struct chart_layout *l)
{
	for (const struct chart_mark *m = l->first; m; m = m->next)
		for (size_t i = 0; i < m->points; i++) {
			assert_true(m->point[i].x >= 0 && m->point[i].x <= l->width);
			assert_true(m->point[i].y >= 0 && m->point[i].y <= l->height);
		}
}

static void draw_sample(const struct sample *s, enum lang lang, enum chart_size size, const char *folder)
{
	struct arena *a = arena_new();
	_cleanup_(buf_clear) struct buf svg, png;
	struct chart c = chart_of(a, s, lang);
	const struct chart_layout *l = chart_layout(a, &c, size);
	char name[200];

	buf_init(&svg, 1 << 22);
	buf_init(&png, 1 << 22);
	check_marks(l);
	chart_svg(l, CHART_STANDALONE, &svg);
	assert_int_equal(draw_png(l, 1, 0, &png, NULL), 0);
	assert_memory_equal(png.p, "\x89PNG", 4);
	snprintf(name, sizeof name, "%s-%s-%s", s->name, lang_code(lang), size == CHART_WIDE ? "wide" : "narrow");
	write_file(folder, name, "svg", &svg);
	write_file(folder, name, "png", &png);
	arena_free(a);
}

static void samples_of_every_kind(void **state)
{
	const char *build = getenv("HINOMI_BUILD");
	char folder[4000];

	(void)state;
	snprintf(folder, sizeof folder, "%s/samples", build ? build : ".");
	mkdir(folder, 0777);
	for (size_t i = 0; i < COUNT(samples); i++)
		for (int lang = 0; lang < LANG_COUNT; lang++)
			for (int size = CHART_WIDE; size <= CHART_NARROW; size++)
				draw_sample(&samples[i], (enum lang)lang, (enum chart_size)size, folder);
}

static const struct chart_mark *find_text(const struct chart_layout *l, const char *text)
{
	const struct chart_mark *m = l->first;

	while (m && (m->shape != CHART_TEXT || strcmp(m->text, text) != 0))
		m = m->next;
	return m;
}

static void labels_do_not_overlap(void **state)
{
	struct arena *a = arena_new();
	struct chart c = chart_of(a, &samples[2], LANG_EN);
	const struct chart_layout *l = chart_layout(a, &c, CHART_WIDE);

	(void)state;
	for (size_t i = 0; i < c.series_count; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(fabs(find_text(l, labels[LANG_EN][i])->point->y -
			                 find_text(l, labels[LANG_EN][j])->point->y) >= 17.9);
	arena_free(a);
}

static void gaps_break_lines(void **state)
{
	struct arena *a = arena_new();
	double v[] = { 1, 2, NAN, NAN, NAN, NAN, 3, 4, NAN, 5 };
	struct chart_series one = { .label = "x", .value = v };
	struct chart c = { .lang = LANG_EN, .title = "t", .unit = "u", .start_us = day("2013-05-01"),
		           .end_us = day("2013-05-11"), .points = 10, .series = &one, .series_count = 1 };
	const struct chart_layout *l = chart_layout(a, &c, CHART_WIDE);
	int runs = 0, single = 0;

	(void)state;
	for (const struct chart_mark *m = l->first; m; m = m->next) {
		runs += m->shape == CHART_LINE && m->role == CHART_FIRST_SERIES && m->stroke == 1.75;
		single += m->shape == CHART_DISC && !m->is_edged;
	}
	assert_int_equal(runs, 2);
	assert_int_equal(single, 1);
	assert_non_null(find_text(l, "no data"));
	assert_non_null(find_text(l, "5"));
	assert_non_null(find_text(l, "May 2013"));
	assert_string_equal(l->description, "Line chart, t, u, one series: x. The same numbers stand in the table "
	                                    "below the figure.");
	arena_free(a);
}

static void flags_keep_apart(void **state)
{
	struct arena *a = arena_new();
	struct chart c = chart_of(a, &samples[1], LANG_JA);
	const struct chart_mark *one, *two;
	const struct chart_layout *l;

	(void)state;
	flags[0].sign = "out";
	flags[1].sign = "a";
	flags[2].sign = "b";
	l = chart_layout(a, &c, CHART_NARROW);
	one = find_text(l, "a");
	two = find_text(l, "b");
	assert_true(one && two && two->point->y - one->point->y >= 16);
	assert_null(find_text(l, "out"));
	arena_free(a);
}

static void crowds_keep_their_extremes(void **state)
{
	struct arena *a = arena_new();
	struct chart c = chart_of(a, &samples[8], LANG_EN);
	const struct chart_layout *l;
	double top = 1e9, wanted;
	size_t most = 0;

	(void)state;
	for (size_t i = 0; i < 4000; i++)
		values[0][i] = i == 1234 ? 99 : 1;
	c.points = 4000;
	c.series_count = 1;
	l = chart_layout(a, &c, CHART_NARROW);
	for (const struct chart_mark *m = l->first; m; m = m->next) {
		if (m->shape != CHART_LINE || m->role != CHART_FIRST_SERIES || m->stroke != 1.5)
			continue;
		most = m->points > most ? m->points : most;
		for (size_t i = 0; i < m->points; i++)
			top = fmin(top, m->point[i].y);
	}
	wanted = find_text(l, "100")->point->y - 4;
	assert_true(most > 300 && most < 800);
	assert_true(top > wanted && top < wanted + 6);
	arena_free(a);
}

static void svg_is_text_for_readers(void **state)
{
	struct arena *a = arena_new();
	struct chart c = chart_of(a, &samples[0], LANG_JA);
	_cleanup_(buf_clear) struct buf b;

	(void)state;
	c.title = "<a & \"b\">";
	c.id = "f1";
	buf_init(&b, 1 << 20);
	chart_svg(chart_layout(a, &c, CHART_WIDE), 0, &b);
	assert_non_null(strstr(b.p, "lang=\"ja\" aria-labelledby=\"f1-title\" aria-describedby=\"f1-desc\""));
	assert_non_null(strstr(b.p, "<title id=\"f1-title\">&lt;a &amp; &quot;b&quot;&gt;</title>"));
	assert_non_null(strstr(b.p, "系列は7本（445/tcp、22/tcp"));
	assert_null(strstr(b.p, "<style"));
	assert_null(strstr(b.p, "nan"));
	assert_null(strstr(b.p, "<a &"));
	arena_free(a);
}

static void wrong_scale_is_refused(void **state)
{
	struct arena *a = arena_new();
	struct chart c = chart_of(a, &samples[3], LANG_JA);
	const struct chart_layout *l = chart_layout(a, &c, CHART_WIDE);
	_cleanup_(buf_clear) struct buf b;
	struct error err = ERROR_NONE;

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(draw_png(l, 0, 0, &b, &err), -EINVAL);
	assert_int_equal(draw_png(l, NAN, 0, &b, &err), -EINVAL);
	assert_int_equal(draw_png(l, 1, 0, &b, &err), -E2BIG);
	arena_free(a);
}

static int setup(void **state)
{
	(void)state;
	return calendar_set_zone("Asia/Tokyo", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_every_kind),   cmocka_unit_test(labels_do_not_overlap),
		cmocka_unit_test(gaps_break_lines),        cmocka_unit_test(svg_is_text_for_readers),
		cmocka_unit_test(wrong_scale_is_refused),  cmocka_unit_test(crowds_keep_their_extremes),
		cmocka_unit_test(flags_keep_apart),
	};
	return cmocka_run_group_tests_name("chart", tests, setup, NULL);
}

/* Fontconfig and Pango keep what they loaded until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libcairo\nleak:libglib\nleak:libharfbuzz\n";
}
