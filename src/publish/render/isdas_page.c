/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One public page: its frame, figures, notes and files. */
#include "base/cleanup.h"
#include "engine/template/template.h"
#include "publish/render/isdas_int.h"

#include <errno.h>

#define PAGE_MAX (4u << 20)
#define FILE_MAX (16u << 20)

/* A page being made. */
struct page {
	const struct isdas_site *site;
	const struct isdas_part *part;
	struct arena *arena;
	struct value *value, *figures;
	enum lang lang;
	const char *name; /* of its file */
	struct chart_flag *flags;
	size_t flag_count;
};

const char *isdas_path(struct arena *a, enum lang lang, const char *name)
{
	return arena_printf(a, "%s/isdas/%s", lang == LANG_EN ? "/en" : "", name);
}

static void put_link(struct value *list, const char *label, const char *url, bool is_here)
{
	struct value *link = value_add_object(list);

	value_put_text(link, "label", label);
	value_put_url(link, "url", url);
	value_put_bool(link, "is_here", is_here);
}

static void put_frame(struct page *p, const char *title, int64_t until_hour, bool is_readme)
{
	const struct isdas_options *o = p->site->options;
	struct value *v = p->value, *pages = value_put_list(v, "pages");

	value_put_text(v, "title", title);
	value_put_text(v, "lang", lang_code(p->lang));
	value_put_url(v, "root", isdas_path(p->arena, p->lang, "index.html"));
	value_put_url(v, "stylesheet", "/hinomi.css");
	if (!o->skips[lang_other(p->lang)])
		value_put_url(v, "other", isdas_path(p->arena, lang_other(p->lang), p->name));
	value_put_bool(v, "is_simulated", o->store->manifest.is_simulated);
	put_link(pages, words(p->lang, MSG_NAV_GRAPHS), isdas_path(p->arena, p->lang, "index.html"), !is_readme);
	put_link(pages, words(p->lang, MSG_NAV_README), isdas_path(p->arena, p->lang, "readme.html"), is_readme);
	if (until_hour)
		value_put_text(v, "time", words_time(p->arena, p->lang, until_hour * HOUR_US));
	if (o->place)
		value_put_text(v, "place_date", words_date(p->arena, p->lang, o->place_date));
	value_put_text(v, "zone", calendar_zone());
	value_put_number(v, "least_sensors", o->rules.min_sensors);
	value_put_url(v, "readme", isdas_path(p->arena, p->lang, "readme.html"));
}

/* --- choices and notes --- */

static void put_choice(struct page *p, struct value *list, const struct isdas_period *period, const char *name)
{
	put_link(list, isdas_period_words(p->arena, p->lang, period), isdas_path(p->arena, p->lang, name),
		 period == p->part->period);
}

/* The latest first; the year beside it. */
static void put_choices(struct page *p)
{
	struct value *list = value_put_list(p->value, "choices");
	size_t count = p->site->quarter_count;

	put_choice(p, list, &p->site->quarters[count - 1], "index.html");
	put_choice(p, list, p->site->year, "year.html");
	for (size_t i = count - 1; i-- > 0;)
		put_choice(p, list, &p->site->quarters[i],
			   arena_printf(p->arena, "%s.html", p->site->quarters[i].slug));
}

static void put_note(struct page *p, struct value *list, const struct isdas_note *n)
{
	struct value *v = value_add_object(list), *alert;
	const char *sign = arena_printf(p->arena, "%zu", p->flag_count + 1);
	char day[CALENDAR_TEXT_MAX];

	p->flags[p->flag_count++] = (struct chart_flag){ n->time_us, sign };
	value_put_text(v, "sign", sign);
	value_put_text(v, "date", arena_text(p->arena, date_format(calendar_date(n->time_us), day)));
	value_put_text(v, "text", n->text[p->lang]);
	if (n->alert_number) {
		alert = value_put_object(v, "alert");
		value_put_text(alert, "label", n->alert_number);
		value_put_url(alert, "url", n->alert_url);
	}
}

static void put_notes(struct page *p)
{
	const struct isdas_options *o = p->site->options;
	const struct isdas_period *period = p->part->period;
	struct value *list = value_put_list(p->value, "notes");

	p->flags = ARENA_ARRAY(p->arena, o->note_count + 1, struct chart_flag);
	for (size_t i = 0; i < o->note_count; i++) {
		const struct isdas_note *n = &o->notes[i];
		if (n->time_us >= period->first_hour * HOUR_US && n->time_us < period->end_hour * HOUR_US)
			put_note(p, list, n);
	}
	value_put_bool(p->value, "has_notes", p->flag_count > 0);
}

/* --- figures --- */

static const struct figure_kind {
	const char *name;
	enum message title, head;
	enum view_by by;
	enum figure_part part;
} kinds[] = {
	{ "top", MSG_OBSERVE_FIGURE_FIRST, MSG_OBSERVE_PORT, VIEW_BY_PORT, FIGURE_FIRST },
	{ "next", MSG_OBSERVE_FIGURE_SECOND, MSG_OBSERVE_PORT, VIEW_BY_PORT, FIGURE_SECOND },
	{ "regions", MSG_OBSERVE_FIGURE_REGIONS, MSG_OBSERVE_REGION, VIEW_BY_REGION, FIGURE_ALL },
};

static struct figure *make_figure(struct page *p, const struct figure_kind *kind)
{
	const struct series *s = kind->by == VIEW_BY_PORT ? p->part->ports : p->part->regions;
	bool is_simulated = p->site->options->store->manifest.is_simulated;
	const char **notes = ARENA_ARRAY(p->arena, 2, const char *);
	struct figure *f;

	if (!s)
		return NULL;
	f = figure_new(p->arena, p->lang, s, p->part->points, p->part->point_count, POINT_DAY, kind->by, kind->part);
	f->id = kind->name;
	f->title = words(p->lang, kind->title);
	f->subtitle = arena_printf(p->arena, "%s · %s", isdas_period_words(p->arena, p->lang, p->part->period),
				   calendar_zone());
	f->is_simulated = is_simulated;
	f->flags = p->flags;
	f->flag_count = p->flag_count;
	notes[0] = arena_printf(p->arena, "%s %s", words(p->lang, MSG_SITE_SIMULATED_TITLE),
				words(p->lang, MSG_SITE_SIMULATED_SHORT));
	f->notes = notes;
	f->note_count = is_simulated;
	return f;
}

static int write_text(struct page *p, const char *path, void (*format)(const struct figure *f, struct buf *out),
		      const struct figure *f, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, FILE_MAX);
	format(f, &b);
	if (b.is_full)
		return error_set(err, -E2BIG, "'%s' is too large", path);
	return p->site->sink->file(p->site->sink->context, path, buf_bytes(&b), err);
}

/* CSV and JSON once for both languages; their words are for programs. */
static int write_data(struct page *p, const struct figure *f, const char *stem, struct error *err)
{
	int r = write_text(p, arena_printf(p->arena, "isdas/data/%s.csv", stem), figure_csv, f, err);

	return r < 0 ? r : write_text(p, arena_printf(p->arena, "isdas/data/%s.json", stem), figure_json, f, err);
}

static int write_pictures(struct page *p, const struct figure *f, const char *stem, struct error *err)
{
	const char *svg = isdas_path(p->arena, p->lang, arena_printf(p->arena, "%s.svg", stem)) + 1;
	const char *png = isdas_path(p->arena, p->lang, arena_printf(p->arena, "%s.png", stem)) + 1;
	const struct chart_layout *l = figure_layout(f, CHART_WIDE, false);
	const struct isdas_sink *sink = p->site->sink;
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, FILE_MAX);
	chart_svg(l, CHART_STANDALONE, &b);
	if (b.is_full)
		return error_set(err, -E2BIG, "'%s' is too large", svg);
	r = sink->file(sink->context, svg, buf_bytes(&b), err);
	return r < 0 || !sink->picture ? r : sink->picture(sink->context, png, svg, l, err);
}

static void put_files(struct page *p, struct value *v, const char *stem)
{
	value_put_url(v, "csv", arena_printf(p->arena, "/isdas/data/%s.csv", stem));
	value_put_url(v, "json", arena_printf(p->arena, "/isdas/data/%s.json", stem));
	value_put_url(v, "svg", isdas_path(p->arena, p->lang, arena_printf(p->arena, "%s.svg", stem)));
	if (p->site->sink->picture)
		value_put_url(v, "png", isdas_path(p->arena, p->lang, arena_printf(p->arena, "%s.png", stem)));
}

static int put_figure(struct page *p, const struct figure_kind *kind, bool with_data, struct error *err)
{
	const char *stem = arena_printf(p->arena, "%s-%s", p->part->period->slug, kind->name);
	struct value *v = value_add_object(p->figures);
	struct figure *f = make_figure(p, kind);
	int r;

	value_put_text(v, "id", kind->name);
	value_put_text(v, "title", words(p->lang, kind->title));
	value_put_text(v, "head", words(p->lang, kind->head));
	value_put_url(v, "anchor", arena_printf(p->arena, "#%s", kind->name));
	if (kind->part == FIGURE_SECOND)
		value_put_text(v, "caption", words(p->lang, MSG_OBSERVE_SECOND_CAPTION));
	if (!f || !figure_has_data(f)) {
		value_put_text(v, "missing", words(p->lang, f ? MSG_OBSERVE_NO_DATA : MSG_OBSERVE_NO_PLACES));
		return 0;
	}
	value_put_html(v, "chart", figure_inline(f, CHART_WIDE));
	value_put_html(v, "chart_phone", figure_inline(f, CHART_NARROW));
	figure_put_table(f, v);
	put_files(p, v, stem);
	r = with_data ? write_data(p, f, stem, err) : 0;
	return r < 0 ? r : write_pictures(p, f, stem, err);
}

/* --- pages --- */

static int write_page(struct page *p, const char *template, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, PAGE_MAX);
	r = template_render(templates_embedded(), template, p->lang, p->value, &b, err);
	if (r < 0)
		return r;
	return p->site->sink->file(p->site->sink->context, isdas_path(p->arena, p->lang, p->name) + 1, buf_bytes(&b), err);
}

static int render_page(struct page *p, bool with_data, struct error *err)
{
	int r = 0;

	put_frame(p, words(p->lang, MSG_OBSERVE_TITLE), p->part->period->end_hour, false);
	value_put_text(p->value, "period", isdas_period_words(p->arena, p->lang, p->part->period));
	value_put_number(p->value, "count", p->part->sensors);
	put_choices(p);
	put_notes(p);
	p->figures = value_put_list(p->value, "figures");
	for (size_t i = 0; i < COUNT(kinds) && r == 0; i++)
		r = put_figure(p, &kinds[i], with_data, err);
	return r < 0 ? r : write_page(p, "observe_page.html", err);
}

int isdas_page(const struct isdas_site *site, const struct isdas_part *part, enum lang lang, const char *const *names,
	       bool with_data, struct error *err)
{
	int r = 0;

	for (size_t i = 0; names[i] && r == 0; i++) {
		struct page p = { .site = site, .part = part, .lang = lang, .name = names[i], .arena = arena_new() };
		p.value = value_object(p.arena);
		r = render_page(&p, with_data && i == 0, err);
		arena_free(p.arena);
	}
	return r;
}

int isdas_readme(const struct isdas_site *site, enum lang lang, struct error *err)
{
	struct page p = { .site = site, .lang = lang, .name = "readme.html", .arena = arena_new() };
	int r;

	p.value = value_object(p.arena);
	put_frame(&p, words(lang, MSG_OBSERVE_README_TITLE), 0, true);
	r = write_page(&p, "observe_readme.html", err);
	arena_free(p.arena);
	return r;
}
