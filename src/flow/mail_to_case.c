/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A mail becomes a report, or belongs to a case: it is read in a locked child, what it names is looked up, ground/intake decides,
 * and one transaction files it. */
#include "flow/flow_int.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "desk/incident/incident.h"
#include "desk/incident/report.h"
#include "desk/incident/request.h"
#include "ground/indicator/indicator.h"
#include "ground/intake/intake.h"
#include "ground/intake/unseal.h"

#include <errno.h>

#define AT_ONCE 50

struct filing {
	struct db *db;
	struct blobs *blobs;
	const struct flow_centre *centre;
	struct keys *open;
	const struct doing *doing;
	struct arena *arena;
	const struct intake_message *message;
	struct read_mail mail;
	struct unsealed unsealed;
	/* What the mail names. */
	struct letter letter;
	bool has_letter;
	int64_t named_id; /* a report or an incident, by its subject; 0 */
	struct intake_facts facts;
	struct intake_verdict verdict;
	struct intake_attachment *files;
	struct indicator_thing *things;
	size_t thing_count;
	struct flow_chances chances;
};

/* --- what the mail names --- */

static int find_letter(struct filing *f, struct error *err)
{
	int r = 0;

	if (f->mail.original_id[0])
		r = letter_by_message_id(f->db, f->mail.original_id, f->arena, &f->letter, err);
	for (size_t i = 0; i < f->mail.id_count && r == 0; i++)
		r = letter_by_message_id(f->db, f->mail.ids[i], f->arena, &f->letter, err);
	f->has_letter = r > 0;
	return r < 0 ? r : 0;
}

/* A case by the subject: its party is the reporter, or whom a letter about it went to. */
static int find_case(struct filing *f, struct error *err)
{
	struct letter *letters = NULL;
	char ref[RECORD_REF_MAX];
	struct incident incident;
	struct report report;
	size_t count = 0;
	int r;

	if (!intake_find_ref(f->mail.subject, ref, sizeof ref))
		return 0;
	r = report_by_ref(f->db, ACCESS_LOCAL, ref, f->arena, &report, err);
	if (r > 0) {
		f->named_id = report.id;
		f->facts.is_party |= intake_is_same_address(f->mail.from_address, report.reporter_address);
	} else if (r == 0) {
		r = incident_by_ref(f->db, ACCESS_LOCAL, ref, f->arena, &incident, err);
		if (r > 0)
			f->named_id = incident.id;
	}
	if (r > 0)
		r = letter_list(f->db, ACCESS_LOCAL, f->named_id, "sent", 0, 1000, f->arena, &letters, &count, err);
	for (size_t i = 0; i < count; i++)
		f->facts.is_party |= intake_is_same_address(f->mail.from_address, letters[i].to_address);
	return r < 0 ? r : 0;
}

static int find_facts(struct filing *f, struct error *err)
{
	static const enum intake_mail kinds[MAIL_KIND_COUNT] = {
		[MAIL_ORDINARY] = INTAKE_ORDINARY, [MAIL_BOUNCE] = INTAKE_BOUNCE,     [MAIL_FEEDBACK] = INTAKE_FEEDBACK,
		[MAIL_AUTO_REPLY] = INTAKE_AUTOMATIC, [MAIL_LOOP] = INTAKE_LOOP, [MAIL_LIST] = INTAKE_LIST,
	};
	int r = find_letter(f, err);

	f->facts.kind = kinds[f->mail.kind];
	f->facts.is_warning = f->mail.is_delayed;
	f->facts.names_letter = f->has_letter;
	if (f->has_letter) {
		f->facts.is_party = intake_is_same_address(f->mail.from_address, f->letter.to_address);
		f->facts.is_colleague = intake_is_same_domain(f->mail.from_address, f->letter.to_address);
	}
	if (r == 0)
		r = find_case(f, err);
	f->facts.names_ref = f->named_id != 0;
	f->verdict = intake_decide(&f->facts);
	return r;
}

/* --- filing it --- */

static struct intake_filing filing_of(const struct filing *f, const char *state, int64_t about)
{
	return (struct intake_filing){
		.state = state,
		.kind = f->verdict.kind,
		.reason = f->verdict.reason,
		.message_id = f->mail.message_id,
		.from_name = f->mail.from_name,
		.from_address = f->mail.from_address,
		.subject = f->mail.subject,
		.protection = f->unsealed.protection,
		.signature = f->unsealed.signature,
		.text = f->unsealed.failure[0] ? arena_printf(f->arena, "[%s]\n\n%s", f->unsealed.failure, f->mail.text) : f->mail.text,
		.about_id = about,
		.attachments = f->files,
		.attachment_count = f->mail.file_count,
	};
}

static int acknowledge(struct db *db, const struct filing *f, int64_t report, const char *ref, const char *language, struct error *err)
{
	const struct flow_thanks t = {
		.centre = f->centre,
		.report_id = report,
		.received_at = f->message->received_at,
		.ref = ref,
		.language = language,
		.to_name = f->mail.from_name,
		.to_address = f->mail.answer_address,
		.in_reply_to = f->mail.message_id,
		.name = f->mail.from_name[0] ? f->mail.from_name : f->mail.from_address,
		.subject = f->mail.subject,
		.doing = f->doing,
	};

	return flow_acknowledge(db, &t, &f->chances, f->arena, err);
}

static int file_report(struct db *db, const struct filing *f, struct error *err)
{
	const char *language = intake_is_japanese(f->mail.text) || intake_is_japanese(f->mail.subject) ? "ja" : "en";
	struct report_wishes none = { ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, "", 0, false };
	struct report_new n = { .message_id = f->message->id, .channel = f->message->channel, .form = "general",
				.received_at = f->message->received_at, .subject = f->mail.subject,
				.reporter_name = f->mail.from_name, .reporter_address = f->mail.from_address,
				.language = language, .wishes = none, .token_hash = "", .doing = *f->doing };
	struct intake_filing filing;
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r = report_add(db, &n, f->chances.report_uuid, &id, ref, err);

	if (r < 0)
		return r;
	filing = filing_of(f, "filed", id);
	r = intake_file(db, f->message->id, &filing, err);
	if (r == 0)
		r = indicator_keep(db, f->message->id, id, f->things, f->thing_count, err);
	if (r == 0 && f->verdict.may_acknowledge && f->mail.may_answer && f->mail.answer_address[0] && f->centre->address[0])
		r = acknowledge(db, f, id, ref, language, err);
	return r;
}

static int file_about(struct db *db, const struct filing *f, int64_t about, const char *what, struct error *err)
{
	struct intake_filing filing = filing_of(f, "filed", about);
	int r = intake_file(db, f->message->id, &filing, err);

	if (r == 0)
		r = indicator_keep(db, f->message->id, about, f->things, f->thing_count, err);
	return r < 0 ? r : record_happened(db, about, f->doing->at, f->doing->actor, what, f->mail.from_address, err);
}

static int file_reply(struct db *db, const struct filing *f, struct error *err)
{
	int r = file_about(db, f, f->has_letter ? f->letter.about_id : f->named_id, f->verdict.kind, err);

	if (r == 0 && f->has_letter)
		r = request_answered(db, f->letter.id, f->doing, err);
	if (r == 0 && f->has_letter && f->letter.contact_id)
		r = contact_reached(db, f->letter.contact_id, true, f->doing, err);
	return r;
}

static int file_returned(struct db *db, const struct filing *f, struct error *err)
{
	const struct read_returned *why = f->mail.returned_count ? &f->mail.returned[0] : NULL;
	const char *detail = why ? arena_printf(f->arena, "%s %s", why->reason, why->status) : "";
	int r = file_about(db, f, f->letter.about_id, f->mail.is_delayed ? "delayed" : "bounced", err);

	if (r == 0)
		r = letter_returned(db, f->letter.id, f->mail.is_delayed ? "delayed" : "bounced", detail, f->doing, err);
	if (r == 0 && f->letter.contact_id && !f->mail.is_delayed)
		r = contact_reached(db, f->letter.contact_id, false, f->doing, err);
	return r;
}

static int file(struct db *db, void *context, struct error *err)
{
	const struct filing *f = context;
	struct intake_filing bin;

	switch (f->verdict.goal) {
	case INTAKE_TO_REPORT:
		return file_report(db, f, err);
	case INTAKE_TO_CASE:
		return file_reply(db, f, err);
	case INTAKE_TO_LETTER:
		return file_returned(db, f, err);
	case INTAKE_TO_TIMELINE:
		return file_about(db, f, f->has_letter ? f->letter.about_id : f->named_id, "automatic answer", err);
	default:
		bin = filing_of(f, "bin", 0);
		return intake_file(db, f->message->id, &bin, err);
	}
}

/* --- one message --- */

static int keep_files(struct filing *f, struct error *err)
{
	int r = 0;

	f->files = ARENA_ARRAY(f->arena, f->mail.file_count + 1, struct intake_attachment);
	for (size_t i = 0; i < f->mail.file_count && r == 0; i++) {
		const struct read_file *file = &f->mail.files[i];
		r = flow_keep_file(f->blobs, file->name, file->type, file->bytes, f->arena, &f->files[i], err);
	}
	return r;
}

static int read_and_file(struct filing *f, struct error *err)
{
	const char *addresses[] = { f->centre->address, NULL };
	const struct mail_centre who = { .loop_name = f->centre->address[0] ? f->centre->address : NULL,
					 .addresses = f->centre->address[0] ? addresses : NULL };
	_cleanup_(buf_clear) struct buf raw;
	int r = blob_get(f->blobs, f->message->blob, INTAKE_MESSAGE_MAX, &raw, err);

	if (r == 0)
		r = read_mail(buf_bytes(&raw), &who, f->arena, &f->mail, err);
	if (r == 0)
		r = unseal_mail(f->open, f->db, &who, f->arena, &f->mail, &f->unsealed, err);
	if (r == 0)
		r = keep_files(f, err);
	if (r == 0)
		r = find_facts(f, err);
	if (r == 0)
		r = flow_chances(&f->chances, err);
	if (r < 0)
		return r;
	/* A letter that came back names what the letter named. */
	if (f->verdict.goal != INTAKE_TO_LETTER)
		indicator_find(f->mail.text, f->arena, &f->things, &f->thing_count);
	return db_transaction(f->db, file, f, err);
}

/* What ends its reader is not tried for ever: a person looks at the original. */
static int give_up(struct db *db, void *context, struct error *err)
{
	const struct filing *f = context;
	const struct intake_filing unread = { .state = "unread", .kind = "", .reason = "it could not be read", .message_id = "",
					      .from_name = "", .from_address = "", .subject = "", .protection = "", .signature = "",
					      .text = "" };

	return intake_file(db, f->message->id, &unread, err);
}

static int settle(struct filing *f, struct error *err)
{
	struct error inner = ERROR_NONE;
	char id[24];
	int r = intake_attempt(f->db, f->message->id, err);

	if (r < 0)
		return r;
	snprintf(id, sizeof id, "%lld", (long long)f->message->id);
	if (r > INTAKE_ATTEMPTS_MAX) {
		log_error("a message cannot be read; a person must look", "message", id);
		r = db_transaction(f->db, give_up, f, err);
		return r < 0 ? r : 1;
	}
	if (strcmp(f->message->channel, "web") == 0)
		r = flow_form(f->db, f->blobs, f->centre, f->message, f->doing, f->arena, &inner);
	else
		r = read_and_file(f, &inner);
	if (r == 0)
		return 1;
	log_warn("a message was not filed", "message", id, "why", inner.line);
	/* The disk or the database would fail the next one too. */
	if (r != -ECHILD && r != -ETIMEDOUT && r != -EBADMSG) {
		*err = inner;
		return r;
	}
	return 0;
}

int flow_mails(struct db *db, struct blobs *blobs, const struct flow_centre *centre, struct keys *open, const struct doing *doing,
	       struct error *err)
{
	struct arena *arena = arena_new(), *each = arena_new();
	struct intake_message *list;
	size_t count = 0;
	int settled = 0, r = intake_waiting(db, AT_ONCE, arena, &list, &count, err);

	for (size_t i = 0; i < count && r >= 0; i++) {
		struct filing f = { .db = db, .blobs = blobs, .centre = centre, .open = open, .doing = doing, .arena = each,
				    .message = &list[i] };
		r = settle(&f, err);
		settled += r > 0;
		arena_reset(each);
	}
	arena_free(each);
	arena_free(arena);
	return r < 0 ? r : settled;
}
