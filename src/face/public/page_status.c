/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The receipt, and what a reporter sees and adds by the secret link. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/template/value.h"
#include "face/public/forms.h"

#include <errno.h>
#include <sodium.h>

static const char *const deeds[] = { "add", "withdraw", NULL };
static const char *const done[] = { "added", "withdrawn", NULL };

const struct http_field forms_status_fields[] = {
	{ "done", HTTP_CHOICE, 0, 0, -1, done },
	{ 0 },
};

const struct http_field forms_more_fields[] = {
	{ "do", HTTP_CHOICE, 0, 0, 0, deeds },
	{ "what", HTTP_PASTED, 0, 20000, 0, NULL },
	{ "sure", HTTP_FLAG, 0, 0, 0, NULL },
	{ "stamp", HTTP_TEXT, 0, 100, 0, NULL },
	{ "website", HTTP_TEXT, 0, 200, 0, NULL },
	{ 0 },
};

struct looking {
	struct http_request *rq;
	struct public_forms *forms;
	enum lang lang;
	const char *secret;
	char hash[FORM_HASH_TEXT + 1], number[FORM_NUMBER_TEXT + 1];
	struct form_state state;
	struct forms_faults faults;
	bool has_files, is_withdrawing;
};

static int begin(struct looking *l, struct http_request *rq, struct error *err)
{
	int r;

	*l = (struct looking){ .rq = rq, .lang = forms_lang(rq), .secret = rq->segments[0] };
	r = forms_of(rq, &l->forms, err);
	if (r < 0)
		return r;
	forms_hash(l->secret, l->hash);
	form_number(l->hash, l->number);
	return forms_look(l->forms, l->hash, &l->state, err);
}

static const char *path_of(const struct looking *l, enum lang lang, const char *what)
{
	return arena_printf(l->rq->arena, "%s/report/%s/%s", lang == LANG_EN ? "/en" : "", what, l->secret);
}

/* For paper: with the name that the visitor used. */
static void put_place(struct value *page, const struct looking *l)
{
	const char *path = path_of(l, l->lang, "status"), *host = l->rq->host ? l->rq->host : "";

	value_put_url(page, "status", path);
	value_put_text(page, "place", arena_printf(l->rq->arena, "%s%s", host, path));
	value_put_text(page, "number", l->number);
}

int page_report_receipt(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct looking l;
	struct value *page;
	int r = begin(&l, rq, err);

	if (r < 0)
		return r;
	page = forms_page(rq, MSG_FORM_RECEIPT_TITLE, path_of(&l, LANG_JA, "receipt"));
	put_place(page, &l);
	return forms_render(rq, "report_receipt.html", page, rs, err);
}

/* --- the state --- */

static void put_state(struct value *page, const struct looking *l)
{
	static const enum message texts[FORM_PROGRESS_COUNT] = { MSG_FORM_STATE_NEW, MSG_FORM_STATE_OPEN, MSG_FORM_STATE_CLOSED,
								 MSG_FORM_STATE_WITHDRAWN };

	value_put_text(page, "state", words(l->lang, texts[l->state.progress]));
	value_put_text(page, "ref", l->state.ref);
	value_put_text(page, "received", words_time(l->rq->arena, l->lang, l->state.received_at));
	value_put_bool(page, "is_there", l->state.progress != FORM_WITHDRAWN);
}

static void put_fault(struct value *page, const struct looking *l, const char *field, const char *name)
{
	for (size_t i = 0; i < l->faults.count; i++)
		if (l->faults.list[i].field && strcmp(l->faults.list[i].field, field) == 0)
			value_put_text(page, name, words(l->lang, l->faults.list[i].text));
}

static int show(const struct looking *l, enum message notice, struct http_response *rs, struct error *err)
{
	struct value *page = forms_page(l->rq, MSG_FORM_STATUS_TITLE, path_of(l, LANG_JA, "status"));
	bool is_post = l->rq->method == HTTP_POST;

	put_place(page, l);
	put_state(page, l);
	forms_put_limits(page, l->rq->arena);
	forms_put_stamp(page, l->forms, l->rq);
	if (notice != MESSAGE_COUNT)
		value_put_text(page, "notice", words(l->lang, notice));
	value_put_text(page, "what", is_post ? http_value(l->rq, "what")->text : "");
	put_fault(page, l, "what", "what_fault");
	put_fault(page, l, "files", "files_fault");
	put_fault(page, l, "sure", "sure_fault");
	forms_put_faults(page, l->rq, &l->faults, l->has_files);
	if (l->faults.status)
		rs->status = l->faults.status;
	return forms_render(l->rq, "report_status.html", page, rs, err);
}

int page_report_status(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct looking l;
	int64_t what;
	int r = begin(&l, rq, err);

	if (r < 0)
		return r;
	what = http_value(rq, "done")->number;
	return show(&l, what == 0 ? MSG_FORM_DONE_ADDED : what == 1 ? MSG_FORM_DONE_WITHDRAWN : MESSAGE_COUNT, rs, err);
}

/* --- more of it --- */

static void check(struct looking *l, const struct http_file *files, size_t count)
{
	const struct http_value *what = http_value(l->rq, "what");

	forms_check_guard(l->forms, l->rq, &l->faults);
	if (!form_fits(FORM_WHAT, BYTES_TEXT(what->text)))
		forms_fault(&l->faults, 422, MSG_FORM_FAULT_LONG, "what");
	if (!l->is_withdrawing && !what->text[0])
		forms_fault(&l->faults, 422, MSG_FORM_FAULT_WHAT, "what");
	if (l->is_withdrawing && !http_value(l->rq, "sure")->number)
		forms_fault(&l->faults, 422, MSG_FORM_FAULT_SURE, "sure");
	forms_check_files(files, count, &l->faults);
}

static int keep(struct looking *l, const struct http_file *files, size_t count, struct error *err)
{
	struct form form = { .kind = l->is_withdrawing ? FORM_WITHDRAWAL : FORM_ADDITION, .is_english = l->lang == LANG_EN,
			     .hash = l->hash, .received_at = clock_now() };
	uint8_t random[8];
	char nonce[2 * sizeof random + 1];

	randombytes_buf(random, sizeof random);
	sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		form.text[i] = "";
	form.text[FORM_WHAT] = http_value(l->rq, "what")->text;
	forms_use_files(&form, files, count);
	return forms_keep(l->forms, l->rq, &form, arena_printf(l->rq->arena, "%s.%s.more", l->hash, nonce), &l->faults, err);
}

int post_report_status(struct http_request *rq, struct http_response *rs, struct error *err)
{
	struct http_file files[FORM_FILES_MAX];
	struct looking l;
	size_t count;
	int r = begin(&l, rq, err);

	if (r == 0 && !forms_is_own(rq))
		return error_set(err, -EACCES, "a form of another site");
	if (r == 0)
		r = http_form_take(rq, files, COUNT(files), &count, err);
	if (r < 0)
		return r;
	l.has_files = count > 0;
	l.is_withdrawing = http_value(rq, "do")->number == 1;
	check(&l, files, count);
	if (!l.faults.status)
		r = keep(&l, files, count, err);
	if (r < 0 || l.faults.status)
		return r < 0 ? r : show(&l, MESSAGE_COUNT, rs, err);
	http_redirect(rs, arena_printf(rq->arena, "%s?done=%s", path_of(&l, l.lang, "status"), l.is_withdrawing ? "withdrawn" : "added"));
	return 0;
}
