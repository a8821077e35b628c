/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The analyst's pages: routes, frame, forms, errors. A page is three steps: who may (enter), get the data (page->fill),
 * render. */
#include "face/staff/staff.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "engine/template/embedded.h"
#include "engine/template/template.h"
#include "face/staff/ask.h"
#include "face/staff/form.h"
#include "publish/render/figure.h"

#include <errno.h>

#define PAGE_MAX (8u << 20)
#define CHOICES_QUARTERS 4

/* --- who may --- */

static bool may_see(const struct page *p, const struct staff_page *page)
{
	return page->flags & PAGE_OF_VIEWER || access_may_at_all(&p->viewer, page->object, MAY_SEE);
}

bool page_may_act(const struct page *p)
{
	return p->page->flags & PAGE_OF_VIEWER || access_may_at_all(&p->viewer, p->page->object, MAY_CHANGE);
}

/* Sent elsewhere: 1. */
static int lead(struct page *p, const char *to, struct http_response *rs, struct error *err)
{
	if (p->rq->method == HTTP_POST)
		return error_set(err, -EACCES, "not allowed");
	if (to)
		http_redirect(rs, to);
	else
		entry_to_login(p->rq, rs);
	return 1;
}

/* The first of the three steps of every page. 0: the viewer may. */
static int enter(struct page *p, bool acts, struct http_response *rs, struct error *err)
{
	struct entry entry;
	int r = entry_find(p->rq, &entry, err);

	if (r < 0)
		return r;
	if (r == 0)
		return lead(p, NULL, rs, err);
	p->viewer = entry.session.viewer;
	p->session = entry.session.id;
	p->must_change = entry.session.must_change;
	if (p->must_change && !(p->page->flags & PAGE_OF_VIEWER))
		return lead(p, "/account", rs, err);
	/* Who may not see the start page starts with the account. */
	if (!may_see(p, p->page) && strcmp(p->page->path, "/") == 0)
		return lead(p, "/account", rs, err);
	if (!may_see(p, p->page) || (acts && !page_may_act(p)))
		return error_set(err, -EACCES, "not allowed");
	return 0;
}

/* --- the frame --- */

static void put_frame(struct page *p, const char *title)
{
	struct value *v = p->value, *pages = value_put_list(v, "pages");

	value_put_text(v, "title", title);
	value_put_text(v, "lang", lang_code(p->lang));
	value_put_text(v, "other_lang", lang_code(lang_other(p->lang)));
	value_put_url(v, "root", "/");
	value_put_url(v, "stylesheet", "/hinomi.css");
	value_put_text(v, "token", http_token(p->rq));
	value_put_text(v, "here", p->rq->query[0] ? arena_printf(p->arena, "%s?%s", p->rq->path, p->rq->query) : p->rq->path);
	value_put_text(v, "zone", calendar_zone());
	if (p->session) {
		value_put_text(v, "account", p->viewer.actor);
		value_put_bool(v, "is_account", p->page && p->page->flags & PAGE_OF_VIEWER);
	}
	for (const struct staff_page *page = staff_pages; page->path; page++) {
		if (page->flags & PAGE_IS_HIDDEN || !may_see(p, page) || p->must_change)
			continue;
		struct value *link = value_add_object(pages);
		value_put_text(link, "label", words(p->lang, page->label));
		value_put_url(link, "url", page->path);
		value_put_bool(link, "is_here", p->page && page->label == p->page->label);
	}
}

static int render(struct page *p, const char *template, struct http_response *rs, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, PAGE_MAX);
	r = template_render(templates_embedded(), template, p->lang, p->value, &b, err);
	if (r == 0)
		rs->body = BYTES(arena_bytes(p->arena, b.p, b.n), b.n);
	return r;
}

/* --- what a page shows --- */

struct sheet *page_sheet(struct page *p, const char *id, enum message title, const struct sheet_column *columns)
{
	struct sheet *s = sheet_new(p->arena, p->lang, id, words(p->lang, title), columns);

	p->sheets[p->sheet_count++] = s;
	return s;
}

void page_notice(struct page *p, const char *text, bool is_warning)
{
	struct value *v = value_add_object((struct value *)(uintptr_t)value_member(p->value, "notices", 7));

	value_put_text(v, "text", text);
	value_put_bool(v, "is_warning", is_warning);
}

static const char *period_words(const struct page *p)
{
	return words_fill(p->arena, p->lang, MSG_STAFF_PERIOD_SHOWN, "from", page_hour(p, p->q.first_hour), "to",
			  page_hour(p, p->q.end_hour), "zone", calendar_zone(), NULL);
}

void page_chart(struct page *p, const struct series *hourly)
{
	size_t count;
	struct point *points = point_cut(p->q.first_hour, p->q.end_hour, p->unit, &count);
	struct series *s = point_series(hourly, points, count);
	struct figure *f = figure_new(p->arena, p->lang, s, points, count, p->unit, VIEW_BY_PORT, FIGURE_FIRST);
	struct value *v;

	f->id = "chart";
	f->title = words(p->lang, p->page->title);
	f->subtitle = period_words(p);
	if (figure_has_data(f)) {
		v = value_put_object(p->value, "figure");
		value_put_html(v, "chart", figure_inline(f, CHART_WIDE));
		value_put_html(v, "chart_phone", figure_inline(f, CHART_NARROW));
	}
	series_free(s);
	free(points);
}

static void put_choice(struct page *p, struct value *list, const char *label, const char *period, const char *from)
{
	const char *given = http_value(p->rq, "period")->text, *given_from = http_value(p->rq, "from")->text;
	struct value *v = value_add_object(list);

	value_put_text(v, "label", label);
	value_put_url(v, "url", page_url(p, p->page->path, "period", period, "from", from, "to", NULL, NULL));
	value_put_bool(v, "is_here", strcmp(given, period ? period : "") == 0 && strcmp(given_from, from ? from : "") == 0);
}

/* The last week and four weeks of the data, its last quarters, and all of it. */
static void put_choices(struct page *p)
{
	struct value *list = value_put_list(p->value, "choices");
	struct date last = calendar_date((p->data_end - 1) * HOUR_US), first = calendar_date(p->data_first * HOUR_US);
	int number = last.year * 4 + date_quarter(last) - 1, oldest = first.year * 4 + date_quarter(first) - 1;
	char week[CALENDAR_TEXT_MAX];

	date_format(date_from_days(date_to_days(last) - 6), week);
	put_choice(p, list, words(p->lang, MSG_STAFF_LAST_WEEK), NULL, arena_text(p->arena, week));
	put_choice(p, list, words(p->lang, MSG_STAFF_LAST_FOUR_WEEKS), NULL, NULL);
	for (int n = number; n >= oldest && n > number - CHOICES_QUARTERS; n--)
		put_choice(p, list, words_quarter(p->arena, p->lang, n / 4, n % 4 + 1),
			   arena_printf(p->arena, "%dQ%d", n / 4, n % 4 + 1), NULL);
	put_choice(p, list, words(p->lang, MSG_STAFF_ALL_TIME), "all", NULL);
}

/* --- tables --- */

static struct sheet *sheet_named(const struct page *p, const char *id)
{
	for (size_t i = 0; i < p->sheet_count; i++)
		if (strcmp(sheet_id(p->sheets[i]), id) == 0)
			return p->sheets[i];
	return NULL;
}

/* "packets", "-packets" for the largest first, "bursts.packets" for another table than the first. */
static void sort_sheets(struct page *p)
{
	const char *text = http_value(p->rq, "sort")->text;
	bool is_down = text[0] == '-', is_found;
	const char *dot = strchr(text, '.'), *key = dot ? dot + 1 : text + is_down;
	struct sheet *sheet = p->sheets[0];

	if (!text[0] || p->sheet_count == 0)
		return;
	if (dot)
		sheet = sheet_named(p, arena_bytes(p->arena, text + is_down, (size_t)(dot - text) - is_down));
	is_found = sheet && sheet_sort(sheet, key, is_down);
	if (!is_found)
		ask_fault(p, "sort", MSG_STAFF_FAULT_SORT, NULL);
}

static const char *sort_url(void *context, const struct sheet *s, const char *key, bool is_down)
{
	const struct page *p = context;
	const struct http_value *skip = http_value(p->rq, "skip");
	bool is_first = s == p->sheets[0];

	return page_url(p, p->page->path, "sort",
			arena_printf(p->arena, "%s%s%s%s", is_down ? "-" : "", is_first ? "" : sheet_id(s), is_first ? "" : ".", key),
			"skip", skip->is_given ? skip->text : NULL, NULL);
}

static const char *file_url(const struct page *p, const struct sheet *s, const char *format)
{
	const struct http_value *skip = http_value(p->rq, "skip");

	return page_url(p, p->page->path, "format", format, "table", s == p->sheets[0] ? NULL : sheet_id(s), "skip",
			skip->is_given ? skip->text : NULL, NULL);
}

static void put_sheets(struct page *p)
{
	bool has_files = p->page->form || p->page->flags & PAGE_HAS_FILES, sorts = has_files || p->page->flags & PAGE_SORTS;
	struct value *list = value_put_list(p->value, "sheets"), *v;

	for (size_t i = 0; i < p->sheet_count; i++) {
		v = sheet_put(p->sheets[i], list, sorts ? sort_url : NULL, p);
		if (has_files) {
			value_put_url(v, "csv", file_url(p, p->sheets[i], "csv"));
			value_put_url(v, "json", file_url(p, p->sheets[i], "json"));
		}
	}
}

static void put_page(struct page *p)
{
	put_frame(p, p->title ? p->title : words(p->lang, p->page->title));
	value_put_text(p->value, "intro", words(p->lang, p->page->intro));
	if (p->page->form)
		form_put(p);
	form_put_faults(p);
	if (p->fault_count == 0 && (p->page->form & FORM_FILTER) && p->staff->db &&
	    access_may_at_all(&p->viewer, OBJECT_FILTER, MAY_MAKE) && http_value(p->rq, "filter")->is_given)
		value_put_url(p->value, "keep_filter", page_url(p, "/observe/filters", NULL));
	if (p->store && (p->page->form & FORM_PERIOD)) {
		put_choices(p);
		value_put_text(p->value, "period", period_words(p));
	}
	put_sheets(p);
}

static const struct sheet *sheet_asked(struct page *p)
{
	const char *id = http_value(p->rq, "table")->text;
	const struct sheet *s = id[0] ? sheet_named(p, id) : p->sheets[0];

	if (!s && p->sheet_count)
		ask_fault(p, "table", MSG_STAFF_FAULT_TABLE, NULL);
	return s;
}

static int status_code(const struct page *p)
{
	if (p->fault_count)
		return 400;
	if (p->is_stale)
		return 409;
	return p->is_failed || !(p->store || p->page->flags & PAGE_OF_DESK) ? 503 : 200;
}

static int answer(struct page *p, struct http_response *rs, struct error *err)
{
	int64_t format = http_value(p->rq, "format")->number;
	const struct sheet *asked = sheet_asked(p);
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, PAGE_MAX);
	sort_sheets(p);
	if (format == 0 || !asked || p->fault_count) {
		put_page(p);
		rs->status = status_code(p);
		return render(p, "staff_view.html", rs, err);
	}
	if (format == 1)
		sheet_csv(asked, &b);
	else
		sheet_json(asked, &b);
	if (b.is_full)
		return error_set(err, -E2BIG, "the answer is too large");
	rs->type = format == 1 ? "text/csv; charset=utf-8" : "application/x-ndjson";
	rs->filename = format == 1 ? "hinomi.csv" : "hinomi.jsonl";
	rs->body = BYTES(arena_bytes(p->arena, b.p, b.n), b.n);
	return 0;
}

/* --- pages --- */

/* Pages that no link of the navigation leads to. */
static const struct staff_page inner_pages[] = {
	{ "/observe/surge/{port}/{start}", MSG_STAFF_SURGES, MSG_STAFF_SURGE_TITLE, MSG_STAFF_SURGE_INTRO, 0, page_surge,
	  page_surge_act, 0, OBJECT_REVIEW },
	{ "/observe/confirmed", MSG_STAFF_SURGES, MSG_STAFF_CONFIRMED_TITLE, MSG_STAFF_CONFIRMED_INTRO, 0, page_confirmed, NULL,
	  PAGE_HAS_FILES | PAGE_OF_DESK, OBJECT_REVIEW },
	{ "/desk/report/{ref}", MSG_DESK_REPORTS, MSG_DESK_REPORT_TITLE, MSG_DESK_REPORT_INTRO, 0, page_report, page_report_act,
	  PAGE_OF_DESK, OBJECT_REPORT },
	{ "/desk/incident/{ref}", MSG_DESK_INCIDENTS, MSG_DESK_INCIDENT_TITLE, MSG_DESK_INCIDENT_INTRO, 0, page_incident,
	  page_incident_act, PAGE_OF_DESK, OBJECT_INCIDENT },
	{ "/desk/incident/{ref}/more", MSG_DESK_INCIDENTS, MSG_DESK_MORE_TITLE, MSG_DESK_MORE_INTRO, 0, page_incident_more,
	  page_incident_more_act, PAGE_OF_DESK, OBJECT_INCIDENT },
	{ "/desk/letter/{ref}", MSG_DESK_LETTERS, MSG_DESK_LETTER_TITLE, MSG_DESK_LETTER_INTRO, 0, page_letter, page_letter_act,
	  PAGE_OF_DESK, OBJECT_LETTER },
	{ 0 },
};

static const struct staff_page *page_of(const char *path)
{
	const struct staff_page *page = staff_pages;

	for (const struct staff_page *inner = inner_pages; inner->path; inner++)
		if (strcmp(inner->path, path) == 0)
			return inner;

	while (page->path && strcmp(page->path, path) != 0)
		page++;
	return page;
}

static void open_store(struct page *p)
{
	struct error err = ERROR_NONE;

	if (store_open(p->staff->store, &p->store, &err) < 0) {
		p->store = NULL;
		log_warn(err.line);
		page_notice(p, words(p->lang, MSG_STAFF_NO_STORE), true);
		return;
	}
	value_put_bool(p->value, "is_simulated", p->store->manifest.is_simulated);
	if (!view_hours(p->store, &p->data_first, &p->data_end)) {
		p->store = store_close(p->store);
		page_notice(p, words(p->lang, MSG_STAFF_NO_EVENTS), true);
	}
}

static int fill(struct page *p, struct error *err)
{
	bool is_desk = p->page->flags & PAGE_OF_DESK;

	if (is_desk || (!p->store && p->page->flags & PAGE_OF_SENSORS) || (p->store && (p->fault_count == 0 || p->page->act)))
		return p->page->fill(p, err);
	return 0;
}

static int answer_page(struct page *p, bool acts, struct http_response *rs, struct error *err)
{
	int r = 0;

	p->value = value_object(p->arena);
	value_put_list(p->value, "notices");
	value_put_list(p->value, "desk");
	value_put_list(p->value, "texts");
	if (!p->session)
		page_notice(p, words(p->lang, MSG_STAFF_NO_ACCOUNTS), true);
	if (!(p->page->flags & PAGE_OF_VIEWER))
		open_store(p);
	if (p->store || p->page->flags & PAGE_OF_DESK) {
		ask(p);
		if (acts && p->fault_count == 0 && page_has_cases(p))
			r = p->page->act(p, err);
		if (r == 0 && p->done) {
			http_redirect(rs, p->done);
			rs->cookies[0] = p->cookie;
			return 0;
		}
	}
	if (r == 0)
		r = fill(p, err);
	return r < 0 ? r : answer(p, rs, err);
}

static int show_or_act(struct http_request *rq, bool acts, struct http_response *rs, struct error *err)
{
	struct page p = { .rq = rq, .page = page_of(rq->route->path), .staff = rq->context, .arena = rq->arena, .lang = rq->lang };
	int r = enter(&p, acts, rs, err);

	if (r == 0)
		r = answer_page(&p, acts, rs, err);

	filter_free(p.filter);
	store_close(p.store);
	return r < 0 ? r : 0;
}

static int show(struct http_request *rq, struct http_response *rs, struct error *err)
{
	return show_or_act(rq, false, rs, err);
}

static int act(struct http_request *rq, struct http_response *rs, struct error *err)
{
	return show_or_act(rq, true, rs, err);
}

/* --- language, style, faults --- */

static const char *const langs[] = { "ja", "en", NULL };

static const struct http_field language_fields[] = {
	{ "lang", HTTP_CHOICE, 0, 0, 0, langs },
	{ "back", HTTP_TEXT, 0, 2000, 0, NULL },
	{ 0 },
};

static int set_language(struct http_request *rq, struct http_response *rs, struct error *err)
{
	const char *back = http_value(rq, "back")->text;

	if (http_value(rq, "lang")->is_wrong)
		return error_set(err, -EINVAL, "no such language");
	http_redirect(rs, entry_next(back));
	rs->cookies[0] = entry_lang_cookie(rq, langs[http_value(rq, "lang")->number]);
	return 0;
}

static int embedded(struct http_response *rs, const char *name, const char *type)
{
	const struct embedded *file = embedded_find(embedded_static, name);

	rs->type = type;
	rs->body = BYTES(file->text, file->size);
	rs->cache = "private, max-age=3600";
	return 0;
}

static int style(struct http_request *rq, struct http_response *rs, struct error *err)
{
	(void)rq;
	(void)err;
	return embedded(rs, "hinomi.css", "text/css; charset=utf-8");
}

static int icon(struct http_request *rq, struct http_response *rs, struct error *err)
{
	(void)rq;
	(void)err;
	return embedded(rs, "icon.svg", "image/svg+xml");
}

static void error_page(struct http_request *rq, struct http_response *rs)
{
	struct page p = { .rq = rq, .staff = rq->context, .arena = rq->arena, .lang = rq->lang };
	bool is_missing = rs->status == 404, is_failure = rs->status >= 500;

	p.value = value_object(p.arena);
	put_frame(&p, words(p.lang, is_missing ? MSG_SITE_NOT_FOUND_TITLE : is_failure ? MSG_SITE_FAILED_TITLE :
									   MSG_SITE_REFUSED_TITLE));
	value_put_text(p.value, "text", words(p.lang, is_missing ? MSG_SITE_NOT_FOUND : is_failure ? MSG_STAFF_FAILED :
									   MSG_STAFF_REFUSED));
	render(&p, "error.html", rs, NULL);
}

/* Behind its walls this process cannot connect again. */
static void served(void *context)
{
	struct staff *staff = context;

	if (staff->db && db_is_lost(staff->db))
		*staff->stop = 1;
}

static void failed(const struct http_request *rq, const struct error *err)
{
	log_error(err->line, "path", rq->path);
}

/* --- routes --- */

const struct staff_page staff_pages[] = {
	{ "/", MSG_STAFF_START, MSG_STAFF_START_TITLE, MSG_STAFF_START_INTRO, 0, page_start, NULL, PAGE_OF_SENSORS, OBJECT_OBSERVATION },
	{ "/observe/top", MSG_STAFF_TOP, MSG_STAFF_TOP_TITLE, MSG_STAFF_TOP_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_COUNT | FORM_HIDE, page_top, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/series", MSG_STAFF_SERIES, MSG_STAFF_SERIES_TITLE, MSG_STAFF_SERIES_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_UNIT | FORM_PORT | FORM_HIDE, page_series, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/sources", MSG_STAFF_SOURCES, MSG_STAFF_SOURCES_TITLE, MSG_STAFF_SOURCES_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_COUNT | FORM_HIDE, page_sources, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/events", MSG_STAFF_EVENTS, MSG_STAFF_EVENTS_TITLE, MSG_STAFF_EVENTS_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_COUNT | FORM_HIDE, page_events, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/compare", MSG_STAFF_COMPARE, MSG_STAFF_COMPARE_TITLE, MSG_STAFF_COMPARE_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_BEFORE | FORM_KIND | FORM_COUNT | FORM_HIDE, page_compare, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/new", MSG_STAFF_NEW, MSG_STAFF_NEW_TITLE, MSG_STAFF_NEW_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_COUNT | FORM_HIDE, page_new, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/surges", MSG_STAFF_SURGES, MSG_STAFF_SURGES_TITLE, MSG_STAFF_SURGES_INTRO,
	  FORM_FILTER | FORM_PERIOD | FORM_KIND | FORM_HIDE, page_surges, NULL, 0, OBJECT_OBSERVATION },
	{ "/observe/sensors", MSG_STAFF_SENSORS, MSG_STAFF_SENSORS_TITLE, MSG_STAFF_SENSORS_INTRO, FORM_PERIOD, page_sensors, NULL,
	  PAGE_OF_SENSORS, OBJECT_OBSERVATION },
	{ "/observe/filters", MSG_STAFF_FILTERS, MSG_STAFF_FILTERS_TITLE, MSG_STAFF_FILTERS_INTRO, 0, page_filters,
	  page_filters_act, PAGE_OF_DESK | PAGE_SORTS, OBJECT_FILTER },
	{ "/observe/notes", MSG_STAFF_NOTES, MSG_STAFF_NOTES_TITLE, MSG_STAFF_NOTES_INTRO, 0, page_notes, page_notes_act,
	  PAGE_OF_DESK | PAGE_SORTS, OBJECT_NOTE },
	{ "/desk/queue", MSG_DESK_QUEUE, MSG_DESK_QUEUE_TITLE, MSG_DESK_QUEUE_INTRO, 0, page_queue, page_queue_act,
	  PAGE_OF_DESK | PAGE_SORTS, OBJECT_INCIDENT },
	{ "/desk/reports", MSG_DESK_REPORTS, MSG_DESK_REPORTS_TITLE, MSG_DESK_REPORTS_INTRO, 0, page_reports, NULL,
	  PAGE_OF_DESK | PAGE_HAS_FILES, OBJECT_REPORT },
	{ "/desk/incidents", MSG_DESK_INCIDENTS, MSG_DESK_INCIDENTS_TITLE, MSG_DESK_INCIDENTS_INTRO, 0, page_incidents, NULL,
	  PAGE_OF_DESK | PAGE_HAS_FILES, OBJECT_INCIDENT },
	{ "/desk/letters", MSG_DESK_LETTERS, MSG_DESK_LETTERS_TITLE, MSG_DESK_LETTERS_INTRO, 0, page_letters, NULL,
	  PAGE_OF_DESK | PAGE_HAS_FILES, OBJECT_LETTER },
	{ "/desk/contacts", MSG_DESK_CONTACTS, MSG_DESK_CONTACTS_TITLE, MSG_DESK_CONTACTS_INTRO, 0, page_contacts, page_contacts_act,
	  PAGE_OF_DESK | PAGE_SORTS, OBJECT_CONTACT },
	{ "/accounts", MSG_STAFF_ACCOUNTS, MSG_STAFF_ACCOUNTS_TITLE, MSG_STAFF_ACCOUNTS_INTRO, 0, page_accounts, NULL,
	  PAGE_OF_DESK | PAGE_HAS_FILES, OBJECT_ACCOUNT },
	{ "/audit", MSG_STAFF_AUDIT, MSG_STAFF_AUDIT_TITLE, MSG_STAFF_AUDIT_INTRO, 0, page_audit, NULL,
	  PAGE_OF_DESK | PAGE_HAS_FILES, OBJECT_AUDIT },
	{ "/account", MSG_STAFF_ACCOUNT, MSG_STAFF_ACCOUNT_TITLE, MSG_STAFF_ACCOUNT_INTRO, 0, page_account, page_account_act,
	  PAGE_OF_DESK | PAGE_OF_VIEWER | PAGE_IS_HIDDEN, OBJECT_ACCOUNT },
	{ 0 },
};

#define SHOW(page_path) { HTTP_GET, page_path, staff_fields, show, 0, false }
#define ACT(page_path) { HTTP_POST, page_path, staff_fields, act, 0, false }

static const struct http_route routes[] = {
	SHOW("/"),
	SHOW("/observe/top"),
	SHOW("/observe/series"),
	SHOW("/observe/sources"),
	SHOW("/observe/events"),
	SHOW("/observe/compare"),
	SHOW("/observe/new"),
	SHOW("/observe/surges"),
	SHOW("/observe/sensors"),
	SHOW("/observe/surge/{port}/{start}"),
	ACT("/observe/surge/{port}/{start}"),
	SHOW("/observe/confirmed"),
	SHOW("/observe/filters"),
	ACT("/observe/filters"),
	SHOW("/observe/notes"),
	ACT("/observe/notes"),
	SHOW("/desk/queue"),
	ACT("/desk/queue"),
	SHOW("/desk/reports"),
	SHOW("/desk/report/{ref}"),
	ACT("/desk/report/{ref}"),
	SHOW("/desk/incidents"),
	SHOW("/desk/incident/{ref}"),
	ACT("/desk/incident/{ref}"),
	SHOW("/desk/incident/{ref}/more"),
	ACT("/desk/incident/{ref}/more"),
	SHOW("/desk/letters"),
	SHOW("/desk/letter/{ref}"),
	ACT("/desk/letter/{ref}"),
	SHOW("/desk/contacts"),
	ACT("/desk/contacts"),
	SHOW("/accounts"),
	SHOW("/audit"),
	SHOW("/account"),
	ACT("/account"),
	{ HTTP_GET, "/login", login_fields, page_login, 0, false },
	{ HTTP_POST, "/login", login_fields, page_login_act, 0, false },
	{ HTTP_POST, "/logout", NULL, page_logout, 0, false },
	{ HTTP_GET, "/hinomi.css", NULL, style, 0, false },
	{ HTTP_GET, "/icon.svg", NULL, icon, 0, false },
	{ HTTP_POST, "/language", language_fields, set_language, 0, false },
	{ 0 },
};

void staff_each_path(void (*each)(void *context, const char *path), void *context)
{
	for (const struct http_route *r = routes; r->path; r++)
		each(context, r->path);
}

struct http_config staff_config(struct staff *staff)
{
	templates_embedded();
	return (struct http_config){
		.routes = routes, .context = staff, .is_private = true, .error_page = error_page, .failed = failed, .served = served,
		.connections = 64, .names = staff->names, .token_cookie = entry_cookie_name(staff),
	};
}
