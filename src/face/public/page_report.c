/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The choice of a form, and the two forms. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/template/value.h"
#include "face/public/forms.h"

#include <errno.h>
#include <sodium.h>

#define SECRET_BYTES 16

#define HTTP_OF_LINE HTTP_TEXT
#define HTTP_OF_LINES HTTP_PASTED
#define HTTP_OF_ANSWER HTTP_TEXT
#define HTTP_OF_NUMBER HTTP_TEXT
#define HTTP_OF_MAIL HTTP_TEXT

/* The first are those of enum form_field. */
const struct http_field forms_fields[] = {
#define FORM_FIELD(constant, name, type, most) { name, HTTP_OF_##type, 0, most, 0, NULL },
#include "format/form/fields.tbl.h"
#undef FORM_FIELD
	{ "stamp", HTTP_TEXT, 0, 100, 0, NULL },
	{ "website", HTTP_TEXT, 0, 200, 0, NULL },
	{ 0 },
};

/* --- what stands on the page --- */

#define NO_MESSAGE MESSAGE_COUNT

static const struct shown {
	enum form_field field;
	enum message group, label, hint; /* group: it begins one */
	enum message yes, no;            /* of an answer */
	bool is_ics;                     /* only on that form */
	const char *complete;            /* autocomplete */
} shown[] = {
	{ FORM_WHAT, MSG_FORM_GROUP_WHAT, MSG_FORM_WHAT, MSG_FORM_WHAT_HINT, 0, 0, false, NULL },
	{ FORM_ADDRESSES, NO_MESSAGE, MSG_FORM_ADDRESSES, MSG_FORM_ADDRESSES_HINT, 0, 0, false, NULL },
	{ FORM_PRODUCT, NO_MESSAGE, MSG_FORM_PRODUCT, MSG_FORM_PRODUCT_HINT, 0, 0, true, NULL },
	{ FORM_EFFECT, NO_MESSAGE, MSG_FORM_EFFECT, MSG_FORM_EFFECT_HINT, 0, 0, true, NULL },
	{ FORM_WHEN, NO_MESSAGE, MSG_FORM_WHEN, MSG_FORM_WHEN_HINT, 0, 0, false, NULL },
	{ FORM_ZONE, NO_MESSAGE, MSG_FORM_ZONE, MSG_FORM_ZONE_HINT, 0, 0, false, NULL },
	{ FORM_CLOCK, NO_MESSAGE, MSG_FORM_CLOCK, MSG_FORM_CLOCK_HINT, 0, 0, false, NULL },
	{ FORM_LOG, MSG_FORM_GROUP_LOG, MSG_FORM_LOG, MSG_FORM_LOG_HINT, 0, 0, false, NULL },
	{ FORM_DETAILED, NO_MESSAGE, MSG_FORM_DETAILED, NO_MESSAGE, MSG_FORM_DETAILED_YES, MSG_FORM_DETAILED_NO, false, NULL },
	{ FORM_LOG_SHARE, NO_MESSAGE, MSG_FORM_LOG_SHARE, NO_MESSAGE, MSG_FORM_MAY_YES, MSG_FORM_MAY_NO, false, NULL },
	{ FORM_NAME, MSG_FORM_GROUP_REPORTER, MSG_FORM_NAME, MSG_FORM_NAME_HINT, 0, 0, false, "name" },
	{ FORM_ORGANISATION, NO_MESSAGE, MSG_FORM_ORGANISATION, MSG_FORM_ORGANISATION_HINT, 0, 0, false, "organization" },
	{ FORM_MAIL, NO_MESSAGE, MSG_FORM_MAIL, MSG_FORM_MAIL_HINT, 0, 0, false, "email" },
	{ FORM_CONTACT, NO_MESSAGE, MSG_FORM_CONTACT, NO_MESSAGE, MSG_FORM_CONTACT_YES, MSG_FORM_CONTACT_NO, false, NULL },
	{ FORM_ANONYMOUS, NO_MESSAGE, MSG_FORM_ANONYMOUS, NO_MESSAGE, MSG_FORM_ANONYMOUS_YES, MSG_FORM_ANONYMOUS_NO, false, NULL },
	{ FORM_COORDINATE, MSG_FORM_GROUP_WISHES, MSG_FORM_COORDINATE, NO_MESSAGE, MSG_FORM_COORDINATE_YES,
	  MSG_FORM_COORDINATE_NO, false, NULL },
	{ FORM_TOLD, NO_MESSAGE, MSG_FORM_TOLD, NO_MESSAGE, MSG_FORM_TOLD_YES, MSG_FORM_TOLD_NO, false, NULL },
	{ FORM_SHARE, NO_MESSAGE, MSG_FORM_SHARE, NO_MESSAGE, MSG_FORM_MAY_YES, MSG_FORM_MAY_NO, false, NULL },
};

struct filling {
	struct http_request *rq;
	struct public_forms *forms;
	enum lang lang;
	bool is_ics, has_files;
	struct forms_faults faults;
};

static void put_choice(struct value *list, const struct filling *f, const struct shown *s, const char *code, enum message label)
{
	const char *given = f->rq->method == HTTP_POST ? f->rq->values[s->field].text : "";
	struct value *one = value_add_object(list);

	value_put_text(one, "code", code);
	value_put_text(one, "label", words(f->lang, label));
	value_put_bool(one, "is_checked", strcmp(given, code) == 0);
}

static void put_choices(struct value *field, const struct filling *f, const struct shown *s)
{
	struct value *list = value_put_list(field, "choices");

	put_choice(list, f, s, "yes", s->yes);
	put_choice(list, f, s, "no", s->no);
	put_choice(list, f, s, "", MSG_FORM_NOT_SAID);
}

static void put_fault(struct value *field, const struct filling *f, const char *name)
{
	for (size_t i = 0; i < f->faults.count; i++)
		if (f->faults.list[i].field && strcmp(f->faults.list[i].field, name) == 0)
			value_put_text(field, "fault", words(f->lang, f->faults.list[i].text));
}

static void put_field(struct value *fields, const struct filling *f, const struct shown *s)
{
	const struct form_row *row = &form_rows[s->field];
	struct value *field = value_add_object(fields);

	value_put_text(field, "name", row->name);
	value_put_text(field, "label", words(f->lang, s->label));
	if (s->hint != NO_MESSAGE)
		value_put_text(field, "hint", words(f->lang, s->hint));
	value_put_text(field, "value", f->rq->method == HTTP_POST ? f->rq->values[s->field].text : "");
	value_put_text(field, "complete", s->complete ? s->complete : "off");
	put_fault(field, f, row->name);
	if (row->type == FORM_TYPE_ANSWER)
		put_choices(field, f, s);
	value_put_bool(field, "is_line", row->type != FORM_TYPE_ANSWER && row->type != FORM_TYPE_LINES);
	value_put_bool(field, "is_lines", row->type == FORM_TYPE_LINES);
	value_put_bool(field, "is_choice", row->type == FORM_TYPE_ANSWER);
}

static void put_files(struct value *group, const struct filling *f)
{
	struct value *files = value_put_object(group, "files");

	forms_put_limits(files, f->rq->arena);
	put_fault(files, f, "files");
}

static void put_groups(struct value *page, const struct filling *f)
{
	struct value *groups = value_put_list(page, "groups"), *group = NULL, *fields = NULL;

	for (size_t i = 0; i < COUNT(shown); i++) {
		if (shown[i].is_ics && !f->is_ics)
			continue;
		if (shown[i].group != NO_MESSAGE) {
			group = value_add_object(groups);
			value_put_text(group, "heading", words(f->lang, shown[i].group));
			fields = value_put_list(group, "fields");
		}
		put_field(fields, f, &shown[i]);
		if (shown[i].field == FORM_LOG_SHARE)
			put_files(group, f);
	}
}

/* --- showing them --- */

int page_report(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct public_forms *forms;
	struct value *page;
	int r = forms_of(rq, &forms, err);

	if (r < 0)
		return r;
	page = forms_page(rq, MSG_FORM_TITLE, "/report/");
	value_put_url(page, "general", forms_lang(rq) == LANG_EN ? "/en/report/general" : "/report/general");
	value_put_url(page, "ics", forms_lang(rq) == LANG_EN ? "/en/report/ics" : "/report/ics");
	return forms_render(rq, "report.html", page, rs, err);
}

static int show(const struct filling *f, struct http_response *rs, struct error *err)
{
	struct value *page = forms_page(f->rq, f->is_ics ? MSG_FORM_ICS : MSG_FORM_GENERAL,
					f->is_ics ? "/report/ics" : "/report/general");

	forms_put_stamp(page, f->forms, f->rq);
	put_groups(page, f);
	forms_put_faults(page, f->rq, &f->faults, f->has_files);
	if (f->faults.status)
		rs->status = f->faults.status;
	return forms_render(f->rq, "report_form.html", page, rs, err);
}

static int begin(struct filling *f, struct http_request *rq, struct error *err)
{
	*f = (struct filling){ .rq = rq, .lang = forms_lang(rq), .is_ics = strcmp(rq->segments[0], "ics") == 0 };
	if (!f->is_ics && strcmp(rq->segments[0], "general") != 0)
		return error_set(err, -ENOENT, "no such page");
	return forms_of(rq, &f->forms, err);
}

int page_report_form(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct filling f;
	int r = begin(&f, rq, err);

	return r < 0 ? r : show(&f, rs, err);
}

/* --- taking one --- */

static enum message fault_of(enum form_type type)
{
	return type == FORM_TYPE_NUMBER ? MSG_FORM_FAULT_CLOCK : type == FORM_TYPE_MAIL ? MSG_FORM_FAULT_MAIL :
	       type == FORM_TYPE_ANSWER ? MSG_FORM_FAULT_ANSWER : MSG_FORM_FAULT_TEXT;
}

static void check_fields(struct filling *f)
{
	for (int i = 0; i < FORM_FIELD_COUNT; i++) {
		const struct http_value *v = &f->rq->values[i];
		bool is_long = strlen(v->text) > form_rows[i].most && form_rows[i].type <= FORM_TYPE_LINES;
		if (is_long || v->is_wrong || !form_fits((enum form_field)i, BYTES_TEXT(v->text)))
			forms_fault(&f->faults, 422, is_long ? MSG_FORM_FAULT_LONG : fault_of(form_rows[i].type), form_rows[i].name);
		else if (i == FORM_WHAT && !v->text[0])
			forms_fault(&f->faults, 422, MSG_FORM_FAULT_WHAT, form_rows[i].name);
	}
}

static int keep(struct filling *f, const struct http_file *files, size_t count, char **ret_secret, struct error *err)
{
	struct form form = { .kind = FORM_REPORT, .is_ics = f->is_ics, .is_english = f->lang == LANG_EN, .received_at = clock_now() };
	char hash[FORM_HASH_TEXT + 1], *secret = arena_alloc(f->rq->arena, 2 * SECRET_BYTES + 1);
	uint8_t random[SECRET_BYTES];

	randombytes_buf(random, sizeof random);
	sodium_bin2hex(secret, 2 * SECRET_BYTES + 1, random, sizeof random);
	forms_hash(secret, hash);
	form.hash = hash;
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		form.text[i] = f->rq->values[i].text;
	forms_use_files(&form, files, count);
	*ret_secret = secret;
	return forms_keep(f->forms, f->rq, &form, arena_printf(f->rq->arena, "%s.report", hash), &f->faults, err);
}

int post_report_form(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct http_file files[FORM_FILES_MAX];
	struct filling f;
	size_t count;
	char *secret = NULL;
	int r = begin(&f, rq, err);

	if (r == 0 && !forms_is_own(rq))
		return error_set(err, -EACCES, "a form of another site");
	if (r == 0)
		r = http_form_take(rq, files, COUNT(files), &count, err);
	if (r < 0)
		return r;
	f.has_files = count > 0;
	forms_check_guard(f.forms, rq, &f.faults);
	check_fields(&f);
	forms_check_files(files, count, &f.faults);
	if (!f.faults.status)
		r = keep(&f, files, count, &secret, err);
	if (r < 0 || f.faults.status)
		return r < 0 ? r : show(&f, rs, err);
	http_redirect(rs, arena_printf(rq->arena, "%s/report/receipt/%s", f.lang == LANG_EN ? "/en" : "", secret));
	return 0;
}
