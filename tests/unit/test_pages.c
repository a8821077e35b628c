/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The observatory's pages with sample figures, in both languages, for the eye in <build>/samples/. */
#include "base/cleanup.h"
#include "engine/chart/chart.h"
#include "engine/template/embedded.h"
#include "engine/template/template.h"

#include <math.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <cmocka.h>

#define POINTS 91
#define SERIES 7

static double values[SERIES][POINTS];

static const char *const labels[LANG_COUNT][SERIES] = {
	{ "445/tcp", "22/tcp", "1433/tcp", "3389/tcp", "5900/tcp", "ICMP", "その他" },
	{ "445/tcp", "22/tcp", "1433/tcp", "3389/tcp", "5900/tcp", "ICMP", "Other" },
};

static void fill_values(void)
{
	static const double levels[SERIES] = { 7.5, 3.1, 2.4, 1.9, 0.4, 1.2, 5.2 };
	uint32_t state = 7;

	for (size_t s = 0; s < SERIES; s++)
		for (size_t i = 0; i < POINTS; i++) {
			state = state * 1664525 + 1013904223;
			double part = 0.85 + 0.3 * (double)(state >> 8) / (1 << 24);
			double rise = s == 4 && i > 52 ? 6 * exp(-(double)(i - 53) / 12) + 1 : 1;
			values[s][i] = i >= 18 && i < 20 ? NAN : levels[s] * part * rise;
		}
}

static char *chart_html(struct arena *a, enum lang lang, enum chart_size size)
{
	struct chart_series series[SERIES];
	struct chart c = { .lang = lang, .points = POINTS, .series = series, .series_count = SERIES };
	struct chart_flag flag = { calendar_midnight((struct date){ 2013, 5, 24 }), "1" };
	_cleanup_(buf_clear) struct buf b;

	for (size_t s = 0; s < SERIES; s++)
		series[s] = (struct chart_series){ labels[lang][s], values[s] };
	c.id = size == CHART_WIDE ? "desk" : "phone";
	c.title = lang == LANG_JA ? "宛先ポート別パケット数（1～5位）" : "Packets by destination port, ranks 1–5";
	c.subtitle = arena_printf(a, "%s · %s", words_quarter(a, lang, 2013, 2), calendar_zone());
	c.is_bare = true;
	c.unit = words(lang, MSG_OBSERVE_UNIT);
	c.start_us = calendar_midnight((struct date){ 2013, 4, 1 });
	c.end_us = calendar_midnight((struct date){ 2013, 7, 1 });
	c.flags = &flag;
	c.flag_count = 1;
	buf_init(&b, 1 << 20);
	chart_svg(chart_layout(a, &c, size), 0, &b);
	return arena_bytes(a, b.p, b.n);
}

static void put_link(struct value *list, const char *label, const char *url, bool is_here)
{
	struct value *link = value_add_object(list);

	value_put_text(link, "label", label);
	value_put_url(link, "url", url);
	value_put_bool(link, "is_here", is_here);
}

static void put_frame(struct arena *a, struct value *page, enum lang lang)
{
	struct value *pages = value_put_list(page, "pages");

	value_put_text(page, "lang", lang_code(lang));
	value_put_url(page, "root", "observe_page-ja.html");
	value_put_url(page, "stylesheet", "hinomi.css");
	value_put_url(page, "other", lang == LANG_JA ? "observe_page-en.html" : "observe_page-ja.html");
	value_put_bool(page, "is_simulated", true);
	put_link(pages, words(lang, MSG_NAV_GRAPHS), "#", true);
	put_link(pages, words(lang, MSG_NAV_README), "#", false);
	value_put_text(page, "time", words_time(a, lang, calendar_midnight((struct date){ 2013, 7, 1 }) + HOUR_US));
	value_put_text(page, "place_date", words_date(a, lang, (struct date){ 2013, 6, 30 }));
	value_put_text(page, "zone", calendar_zone());
	value_put_number(page, "least_sensors", 3);
}

static void put_rows(struct arena *a, struct value *page, enum lang lang)
{
	struct value *rows = value_put_list(page, "rows"), *total = value_put_object(page, "total");

	for (int s = 0; s < SERIES; s++) {
		struct value *row = value_add_object(rows);
		if (s < 5)
			value_put_number(row, "rank", s + 1);
		value_put_text(row, "label", labels[lang][s]);
		value_put_text(row, "average", arena_printf(a, "%.2f", values[s][3]));
		value_put_text(row, "peak", arena_printf(a, "%.2f", values[s][55]));
		value_put_text(row, "peak_day", "2013-05-26");
		value_put_text(row, "share", arena_printf(a, "%.1f", values[s][3] * 4));
	}
	value_put_text(total, "average", "21.70");
	value_put_text(total, "peak", "28.94");
	value_put_text(total, "peak_day", "2013-05-25");
	value_put_text(total, "share", "100.0");
}

static void put_notes(struct value *page, enum lang lang)
{
	struct value *note = value_add_object(value_put_list(page, "notes")), *alert;

	value_put_bool(page, "has_notes", true);
	value_put_text(note, "sign", "1");
	value_put_text(note, "date", "2013-05-24");
	alert = value_put_object(note, "alert");
	value_put_text(alert, "label", "AT-2013-0024");
	value_put_url(alert, "url", "/at/2013/at130024.html");
	value_put_text(note, "text",
	               lang == LANG_JA ? "5900/tcp へのパケットが増え、送信元も多くのセンサーで増えています。"
	                                 "VNC の弱いパスワードを探す動きとみられます。"
	                               : "Packets to 5900/tcp rise, from more sources and at more sensors. Weak "
	                                 "passwords of VNC servers are probably being sought.");
}

static void put_figure(struct arena *a, struct value *page, enum lang lang)
{
	static const char *const choices[LANG_COUNT][4] = {
		{ "四半期 1～5位", "四半期 6～10位", "1年 1～5位", "送信元地域" },
		{ "Quarter, 1–5", "Quarter, 6–10", "Year, 1–5", "Source regions" },
	};
	struct value *list = value_put_list(page, "choices"), *figure;

	for (int i = 0; i < 4; i++)
		put_link(list, choices[lang][i], "#", i == 0);
	value_put_text(page, "title", lang == LANG_JA ? "宛先ポート別パケット数（1～5位）" :
	                                                "Packets by destination port, ranks 1–5");
	value_put_text(page, "period", words_quarter(a, lang, 2013, 2));
	value_put_text(page, "count", "20");
	figure = value_add_object(value_put_list(page, "figures"));
	value_put_text(figure, "id", "top");
	value_put_url(figure, "anchor", "#top");
	value_put_text(figure, "title", lang == LANG_JA ? "宛先ポート別（1～5位）" : "Destination ports, ranks 1–5");
	value_put_html(figure, "chart", chart_html(a, lang, CHART_WIDE));
	value_put_html(figure, "chart_phone", chart_html(a, lang, CHART_NARROW));
	value_put_text(figure, "head", words(lang, MSG_OBSERVE_PORT));
	value_put_url(figure, "csv", "2013q2.csv");
	value_put_url(figure, "json", "2013q2.json");
	value_put_url(figure, "png", "2013q2.png");
	value_put_url(figure, "svg", "2013q2.svg");
	put_rows(a, figure, lang);
	value_put_url(page, "readme", "observe_readme-ja.html");
	put_notes(page, lang);
}

static void write_sample(const char *name, struct bytes text)
{
	const char *build = getenv("HINOMI_BUILD");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/samples", build ? build : ".");
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/samples/%s", build ? build : ".", name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	fclose(f);
}

static void render_page(const char *template, enum lang lang)
{
	struct arena *a = arena_new();
	struct value *page = value_object(a);
	_cleanup_(buf_clear) struct buf b;
	struct error err = ERROR_NONE;
	char name[100], file[110];

	buf_init(&b, 1 << 20);
	snprintf(name, sizeof name, "%s.html", template);
	put_frame(a, page, lang);
	put_figure(a, page, lang);
	if (template_render(templates_embedded(), name, lang, page, &b, &err) < 0)
		fail_msg("%s", err.line);
	assert_null(strstr(b.p, "{"));
	assert_int_equal(strncmp(b.p, "<!DOCTYPE html>\n<html lang=\"", 28), 0);
	assert_string_equal(b.p + b.n - 8, "</html>\n");
	snprintf(file, sizeof file, "%s-%s.html", template, lang_code(lang));
	write_sample(file, buf_bytes(&b));
	arena_free(a);
}

static void pages_in_both_languages(void **state)
{
	const struct embedded *css = embedded_find(embedded_static, "hinomi.css");

	(void)state;
	fill_values();
	write_sample("hinomi.css", BYTES(css->text, css->size));
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		render_page("observe_page", (enum lang)lang);
		render_page("observe_readme", (enum lang)lang);
	}
}

static int setup(void **state)
{
	(void)state;
	return calendar_set_zone("Asia/Tokyo", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pages_in_both_languages) };
	return cmocka_run_group_tests_name("pages", tests, setup, NULL);
}
