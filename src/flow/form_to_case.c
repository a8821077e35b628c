/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A form of the public pages becomes a report, or belongs to one: it is read in a locked child, and one transaction files it. */
#include "flow/flow_int.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "desk/incident/report.h"
#include "engine/words/words.h"
#include "ground/indicator/indicator.h"
#include "ground/intake/read_form.h"

#include <errno.h>
#include <stdlib.h>

#define SUBJECT_MAX 120
#define TEXT_MAX (2u << 20)

struct filing {
	struct db *db;
	const struct flow_centre *centre;
	const struct intake_message *message;
	const struct doing *doing;
	struct arena *arena;
	struct form form;
	struct intake_attachment *files;
	const char *text, *subject;
	struct indicator_thing *things;
	size_t thing_count;
	struct flow_chances chances;
};

/* --- what it says --- */

static const enum message labels[FORM_FIELD_COUNT] = {
#define FORM_FIELD(constant, name, type, most) [FORM_##constant] = MSG_FORM_##constant,
#include "format/form/fields.tbl.h"
#undef FORM_FIELD
};

/* Answers, as the page words them. */
static const struct {
	enum form_field field;
	enum message yes, no;
} answers[] = {
	{ FORM_DETAILED, MSG_FORM_DETAILED_YES, MSG_FORM_DETAILED_NO },
	{ FORM_LOG_SHARE, MSG_FORM_MAY_YES, MSG_FORM_MAY_NO },
	{ FORM_CONTACT, MSG_FORM_CONTACT_YES, MSG_FORM_CONTACT_NO },
	{ FORM_ANONYMOUS, MSG_FORM_ANONYMOUS_YES, MSG_FORM_ANONYMOUS_NO },
	{ FORM_COORDINATE, MSG_FORM_COORDINATE_YES, MSG_FORM_COORDINATE_NO },
	{ FORM_TOLD, MSG_FORM_TOLD_YES, MSG_FORM_TOLD_NO },
	{ FORM_SHARE, MSG_FORM_MAY_YES, MSG_FORM_MAY_NO },
};

static const char *said(const struct form *f, int field, enum lang lang)
{
	for (size_t i = 0; i < COUNT(answers); i++)
		if ((int)answers[i].field == field)
			return words(lang, strcmp(f->text[field], "yes") == 0 ? answers[i].yes : answers[i].no);
	return f->text[field];
}

/* The fields one under the other, with their names on the page; of an addition, what was added alone. */
static const char *text_of(const struct form *f, struct arena *arena)
{
	enum lang lang = f->is_english ? LANG_EN : LANG_JA;
	char number[FORM_NUMBER_TEXT + 1];
	_cleanup_(buf_clear) struct buf b;

	buf_init(&b, TEXT_MAX);
	if (f->kind != FORM_REPORT)
		return f->text[FORM_WHAT];
	form_number(f->hash, number);
	buf_addf(&b, "[%s]\n%s\n", words(lang, MSG_FORM_LABEL_NUMBER), number);
	for (int i = 0; i < FORM_FIELD_COUNT; i++)
		if (f->text[i][0])
			buf_addf(&b, "\n[%s]\n%s\n", words(lang, labels[i]), said(f, i, lang));
	return arena_bytes(arena, b.p, b.n);
}

/* The first line of what happened, cut at a sign. */
static const char *subject_of(const struct form *f, struct arena *arena)
{
	struct bytes rest = BYTES_TEXT(f->text[FORM_WHAT]), line = BYTES("", 0);
	size_t n = 0, length;

	take_until(&rest, '\n', &line);
	line = bytes_trim(line);
	while (n < line.n && (length = text_utf8_length(BYTES(line.p + n, line.n - n))) && n + length <= SUBJECT_MAX)
		n += length;
	return arena_printf(arena, "%.*s%s", (int)n, (const char *)line.p, n < line.n ? "…" : "");
}

static enum answer answer_of(const struct form *f, enum form_field field)
{
	return !f->text[field][0] ? ANSWER_NONE : strcmp(f->text[field], "yes") == 0 ? ANSWER_YES : ANSWER_NO;
}

static enum answer opposite(enum answer a)
{
	return a == ANSWER_NONE ? a : a == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
}

static struct report_wishes wishes_of(const struct form *f)
{
	return (struct report_wishes){
		.wishes_contact = answer_of(f, FORM_CONTACT),
		.is_information = opposite(answer_of(f, FORM_COORDINATE)),
		.is_party_told = answer_of(f, FORM_TOLD),
		.has_detailed_log = answer_of(f, FORM_DETAILED),
		.may_share = answer_of(f, FORM_SHARE),
		.is_anonymous = answer_of(f, FORM_ANONYMOUS),
		.zone = f->text[FORM_ZONE],
		.clock_error_s = strtoll(f->text[FORM_CLOCK], NULL, 10),
		.knows_clock_error = f->text[FORM_CLOCK][0],
	};
}

/* --- filing it --- */

static struct intake_filing filing_of(const struct filing *f, const char *state, const char *kind, int64_t about)
{
	return (struct intake_filing){
		.state = state,
		.kind = kind,
		.reason = about ? form_kinds[f->form.kind] : "a secret that belongs to no report",
		.message_id = "",
		.from_name = f->form.text[FORM_NAME],
		.from_address = f->form.text[FORM_MAIL],
		.subject = f->subject,
		.protection = "none",
		.signature = "",
		.text = f->text,
		.about_id = about,
		.attachments = f->files,
		.attachment_count = f->form.file_count,
	};
}

/* Whoever types an address need not own it: the letter says nothing that was typed. */
static int thank(struct db *db, const struct filing *f, int64_t report, const char *ref, struct error *err)
{
	enum lang lang = f->form.is_english ? LANG_EN : LANG_JA;
	const struct flow_thanks t = {
		.centre = f->centre,
		.report_id = report,
		.received_at = f->message->received_at,
		.ref = ref,
		.language = lang_code(lang),
		.to_name = "",
		.to_address = f->form.text[FORM_MAIL],
		.in_reply_to = "",
		.name = words(lang, MSG_FORM_REPORTER),
		.subject = words(lang, MSG_FORM_SUBJECT),
		.doing = f->doing,
	};

	return flow_acknowledge(db, &t, &f->chances, f->arena, err);
}

static int file_report(struct db *db, const struct filing *f, struct error *err)
{
	const struct report_new n = {
		.message_id = f->message->id,
		.channel = f->message->channel,
		.form = f->form.is_ics ? "ics" : "general",
		.received_at = f->message->received_at,
		.subject = f->subject,
		.reporter_name = f->form.text[FORM_NAME],
		.reporter_address = f->form.text[FORM_MAIL],
		.language = f->form.is_english ? "en" : "ja",
		.wishes = wishes_of(&f->form),
		.token_hash = f->form.hash,
		.doing = *f->doing,
	};
	struct intake_filing filing;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r = report_add(db, &n, f->chances.report_uuid, &id, ref, err);

	if (r < 0)
		return r;
	filing = filing_of(f, "filed", "report", id);
	r = intake_file(db, f->message->id, &filing, err);
	if (r == 0)
		r = indicator_keep(db, f->message->id, id, f->things, f->thing_count, err);
	if (r == 0 && f->form.text[FORM_MAIL][0] && f->centre->address[0])
		r = thank(db, f, id, ref, err);
	return r;
}

static int file_more(struct db *db, const struct filing *f, int64_t about, struct error *err)
{
	bool is_withdrawal = f->form.kind == FORM_WITHDRAWAL;
	struct intake_filing filing = filing_of(f, "filed", "addition", about);
	int r = intake_file(db, f->message->id, &filing, err);

	if (r == 0)
		r = indicator_keep(db, f->message->id, about, f->things, f->thing_count, err);
	if (r < 0)
		return r;
	return is_withdrawal ? report_withdraw(db, about, f->doing, err)
			     : record_happened(db, about, f->doing->at, f->doing->actor, "addition", NULL, err);
}

static int file(struct db *db, void *context, struct error *err)
{
	const struct filing *f = context;
	struct intake_filing unread = filing_of(f, "unread", "addition", 0);
	int64_t about = 0;
	int r = report_by_token(db, f->form.hash, &about, err);

	if (r < 0)
		return r;
	/* A second report with the secret of the first cannot come from a form. */
	if (f->form.kind == FORM_REPORT && r == 0)
		return file_report(db, f, err);
	return r == 0 ? intake_file(db, f->message->id, &unread, err) : file_more(db, f, about, err);
}

static int keep_files(struct filing *f, struct blobs *blobs, struct error *err)
{
	int r = 0;

	f->files = ARENA_ARRAY(f->arena, f->form.file_count + 1, struct intake_attachment);
	for (size_t i = 0; i < f->form.file_count && r == 0; i++) {
		const struct form_file *file = &f->form.files[i];
		r = flow_keep_file(blobs, file->name, file->type, file->bytes, f->arena, &f->files[i], err);
	}
	return r;
}

int flow_form(struct db *db, struct blobs *blobs, const struct flow_centre *centre, const struct intake_message *m,
	      const struct doing *doing, struct arena *arena, struct error *err)
{
	struct filing f = { .db = db, .centre = centre, .message = m, .doing = doing, .arena = arena };
	_cleanup_(buf_clear) struct buf raw;
	int r = blob_get(blobs, m->blob, INTAKE_MESSAGE_MAX, &raw, err);

	if (r == 0)
		r = read_form(buf_bytes(&raw), arena, &f.form, err);
	if (r == 0)
		r = keep_files(&f, blobs, err);
	if (r == 0)
		r = flow_chances(&f.chances, err);
	if (r < 0)
		return r;
	f.text = text_of(&f.form, arena);
	f.subject = subject_of(&f.form, arena);
	indicator_find(f.text, arena, &f.things, &f.thing_count);
	return db_transaction(db, file, &f, err);
}
