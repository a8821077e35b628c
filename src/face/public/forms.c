/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the pages with forms share. */
#include "face/public/forms.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/template/template.h"
#include "face/public/public.h"

#include <errno.h>

#define PAGE_MAX (8u << 20)
#define OBSERVE_START "/isdas/index.html"

int forms_of(const struct http_request *rq, struct public_forms **ret, struct error *err)
{
	const struct public_site *site = rq->context;

	if (!site->forms)
		return error_set(err, -ENOENT, "no such page");
	*ret = site->forms;
	return 0;
}

enum lang forms_lang(const struct http_request *rq)
{
	return strncmp(rq->path, "/en/", 4) == 0 ? LANG_EN : LANG_JA;
}

/* --- faults --- */

void forms_fault(struct forms_faults *f, int status, enum message text, const char *field)
{
	if (f->count < COUNT(f->list)) {
		f->list[f->count].text = text;
		f->list[f->count++].field = field;
	}
	f->status = MAX(f->status, status);
}

void forms_check_guard(const struct public_forms *f, const struct http_request *rq, struct forms_faults *faults)
{
	enum forms_stamp stamp = forms_check_stamp(f, http_value(rq, "stamp")->text, clock_now());

	if (http_value(rq, "website")->text[0])
		forms_fault(faults, 422, MSG_FORM_FAULT_TRAP, NULL);
	if (stamp != STAMP_GOOD)
		forms_fault(faults, 422, stamp == STAMP_EARLY ? MSG_FORM_FAULT_EARLY : MSG_FORM_FAULT_OLD, NULL);
}

void forms_check_files(const struct http_file *files, size_t count, struct forms_faults *faults)
{
	bool is_over = count > FORM_FILES_MAX;
	size_t sum = 0;

	for (size_t i = 0; i < MIN(count, (size_t)FORM_FILES_MAX); i++) {
		is_over |= files[i].bytes.n > FORM_FILE_BYTES_MAX;
		sum += files[i].bytes.n;
	}
	if (is_over || sum > FORM_FILES_BYTES_MAX)
		forms_fault(faults, 422, MSG_FORM_FAULT_FILES, "files");
}

void forms_use_files(struct form *form, const struct http_file *files, size_t count)
{
	form->file_count = MIN(count, (size_t)FORM_FILES_MAX);
	for (size_t i = 0; i < form->file_count; i++)
		form->files[i] = (struct form_file){ files[i].name[0] ? files[i].name : "_", files[i].type, files[i].bytes };
}

/* --- into the spool --- */

int forms_keep(struct public_forms *f, const struct http_request *rq, const struct form *form, const char *name,
	       struct forms_faults *faults, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, FORM_BYTES_MAX);
	if (!forms_may_send(f, forms_visitor_of(f, rq), clock_now())) {
		forms_fault(faults, 429, MSG_FORM_FAULT_OFTEN, NULL);
		return 0;
	}
	r = form_check(form, err);
	if (r < 0)
		return r;
	form_format(form, &b);
	if (b.is_full)
		return error_set(err, -E2BIG, "a form is larger than it can be");
	r = forms_drop(f, name, buf_bytes(&b), err);
	if (r == -ENOSPC || r == -EDQUOT) {
		log_warn("a form could not be taken: the spool is full");
		forms_fault(faults, 503, MSG_FORM_FAULT_FULL, NULL);
		r = 0;
	}
	return r;
}

/* --- pages --- */

static const char *path_in(struct arena *a, enum lang lang, const char *path)
{
	return lang == LANG_EN ? arena_printf(a, "/en%s", path) : path;
}

static void put_link(struct value *pages, enum lang lang, enum message label, const char *url, bool is_here)
{
	struct value *page = value_add_object(pages);

	value_put_text(page, "label", words(lang, label));
	value_put_url(page, "url", url);
	value_put_bool(page, "is_here", is_here);
}

struct value *forms_page(const struct http_request *rq, enum message title, const char *path)
{
	enum lang lang = forms_lang(rq);
	struct value *page = value_object(rq->arena), *pages;

	value_put_text(page, "lang", lang_code(lang));
	value_put_text(page, "title", words(lang, title));
	value_put_url(page, "stylesheet", "/hinomi.css");
	value_put_url(page, "root", path_in(rq->arena, lang, OBSERVE_START));
	value_put_url(page, "other", path_in(rq->arena, lang_other(lang), path));
	value_put_url(page, "here", path_in(rq->arena, lang, path));
	pages = value_put_list(page, "pages");
	put_link(pages, lang, MSG_FORM_NAV_OBSERVE, path_in(rq->arena, lang, OBSERVE_START), false);
	put_link(pages, lang, MSG_FORM_NAV_REPORT, path_in(rq->arena, lang, "/report/"), true);
	return page;
}

static char *mebibytes(struct arena *a, size_t bytes)
{
	return arena_printf(a, "%zu", bytes >> 20);
}

void forms_put_stamp(struct value *page, const struct public_forms *f, const struct http_request *rq)
{
	const char *came = rq->method == HTTP_POST ? http_value(rq, "stamp")->text : "";
	bool is_good = forms_check_stamp(f, came, clock_now()) != STAMP_OLD;

	value_put_text(page, "stamp", is_good ? came : forms_stamp(f, rq->arena, clock_now()));
}

/* For {count}, {each} and {sum} of form.files_hint and form.too_large. */
void forms_put_limits(struct value *page, struct arena *a)
{
	value_put_number(page, "count", FORM_FILES_MAX);
	value_put_text(page, "each", mebibytes(a, FORM_FILE_BYTES_MAX));
	value_put_text(page, "sum", mebibytes(a, FORM_FILES_BYTES_MAX));
}

void forms_put_faults(struct value *page, const struct http_request *rq, const struct forms_faults *faults, bool has_files)
{
	enum lang lang = forms_lang(rq);
	struct value *list = value_put_list(page, "faults");

	for (size_t i = 0; i < faults->count; i++) {
		struct value *one = value_add_object(list);
		value_put_text(one, "text", words(lang, faults->list[i].text));
		if (faults->list[i].field)
			value_put_url(one, "anchor", arena_printf(rq->arena, "#field-%s", faults->list[i].field));
	}
	if (has_files && faults->count)
		value_put_text(value_add_object(list), "text", words(lang, MSG_FORM_FAULT_CHOOSE_AGAIN));
	value_put_bool(page, "is_faulty", faults->count > 0);
}

int forms_render(const struct http_request *rq, const char *template, const struct value *page, struct http_response *rs,
		 struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	int r;

	buf_init(&b, PAGE_MAX);
	r = template_render(templates_embedded(), template, forms_lang(rq), page, &b, err);
	if (r < 0)
		return r;
	rs->body = BYTES(arena_bytes(rq->arena, b.p, b.n), b.n);
	rs->cache = "no-store";
	return 0;
}
