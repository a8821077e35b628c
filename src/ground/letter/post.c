/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Posting letters. */
#include "ground/letter/post.h"

#include "base/calendar.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "format/mail/compose.h"
#include "ground/people/contact.h"
#include "ground/people/key.h"

#include <errno.h>
#include <sys/random.h>

/* One letter on its way. */
struct posting {
	const struct post_office *office;
	const struct doing *doing;
	struct arena *arena;
	struct letter letter;
	struct mail_address from, to;
	const char *references[1];
	struct compose compose;
	char boundary[48];
};

/* --- writing --- */

static int read_files(struct posting *p, struct error *err)
{
	struct letter_attachment *list = NULL;
	struct compose_file *files;
	size_t count = 0;
	int r = letter_attachments(p->office->db, p->letter.id, p->arena, &list, &count, err);

	files = ARENA_ARRAY(p->arena, count + 1, struct compose_file);
	for (size_t i = 0; i < count && r == 0; i++) {
		_cleanup_(buf_clear) struct buf b;
		r = blob_get(p->office->blobs, list[i].blob, MAILER_MAIL_MAX, &b, err);
		files[i] = (struct compose_file){ list[i].name, list[i].type,
						  BYTES(arena_bytes(p->arena, b.p, b.n), b.n) };
	}
	p->compose.files = files;
	p->compose.file_count = count;
	return r;
}

static int prepare(struct posting *p, struct error *err)
{
	const struct letter *l = &p->letter;
	bool is_automatic = strcmp(l->kind, "acknowledgement") == 0;
	uint64_t random[2];

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return error_set(err, -EIO, "there is no chance to be had");
	snprintf(p->boundary, sizeof p->boundary, "hinomi-%016llx%016llx", (unsigned long long)random[0], (unsigned long long)random[1]);
	p->from = (struct mail_address){ strcmp(l->language, "ja") == 0 ? p->office->name_ja : p->office->name_en, p->office->address };
	p->to = (struct mail_address){ l->to_name, l->to_address };
	p->references[0] = l->in_reply_to;
	p->compose = (struct compose){
		.from = { &p->from, 1 },
		.to = { &p->to, 1 },
		.subject = l->subject,
		.message_id = l->message_id,
		.in_reply_to = l->in_reply_to,
		.references = { p->references, l->in_reply_to[0] ? 1 : 0 },
		.date_us = p->doing->at,
		.offset_minutes = calendar_offset_s(p->doing->at) / 60,
		.auto_submitted = is_automatic ? "auto-replied" : NULL,
		.loop_name = p->office->address,
		.text = l->text,
		.boundary = p->boundary,
	};
	return read_files(p, err);
}

static int write_signed(struct posting *p, struct bytes part, struct buf *out, struct error *err)
{
	struct keys_signature signature = { .micalg = "" };
	int r = keys_sign(p->office->keys, KEYS_OPENPGP, p->office->sign_key, part, &signature, err);

	if (r == 0)
		r = compose_signed(&p->compose, COMPOSE_PGP, part, buf_bytes(&signature.text), signature.micalg, out, err);
	buf_clear(&signature.text);
	return r;
}

static int write_encrypted(struct posting *p, struct bytes part, struct buf *out, struct error *err)
{
	_cleanup_(buf_clear) struct buf sealed = { .p = NULL };
	const char *key = NULL;
	int r = key_usable(p->office->db, p->letter.contact_id, KEYS_OPENPGP, p->doing->at, p->arena, &key, err);

	if (r == 0)
		return error_set(err, -ENOKEY, "the recipient has no key that can be used any more");
	if (r > 0)
		r = keys_seal(p->office->keys, KEYS_OPENPGP, p->office->sign_key, (const char *[]){ key, NULL }, part, &sealed, err);
	return r < 0 ? r : compose_encrypted(&p->compose, COMPOSE_PGP, buf_bytes(&sealed), out, err);
}

/* The mail as it will be handed over. */
static int write_mail(struct posting *p, struct buf *out, struct error *err)
{
	_cleanup_(buf_clear) struct buf part;
	int r = prepare(p, err);

	buf_init(&part, MAILER_MAIL_MAX);
	if (r < 0)
		return r;
	if (strcmp(p->letter.protection, "none") == 0)
		return compose_message(&p->compose, out, err);
	if (!p->office->keys)
		return error_set(err, -ENOKEY, "there is no key to sign with");
	r = compose_content(&p->compose, &part, err);
	if (r < 0)
		return r;
	return strcmp(p->letter.protection, "encrypted") == 0 ? write_encrypted(p, buf_bytes(&part), out, err)
							      : write_signed(p, buf_bytes(&part), out, err);
}

/* Written once: another attempt hands over the same bytes. */
static int mail_of(struct posting *p, char blob[BLOB_NAME_MAX], struct buf *out, struct error *err)
{
	int r;

	if (p->letter.blob[0]) {
		buf_clear(out);
		snprintf(blob, BLOB_NAME_MAX, "%s", p->letter.blob);
		return blob_get(p->office->blobs, blob, MAILER_MAIL_MAX, out, err);
	}
	r = write_mail(p, out, err);
	return r < 0 ? r : blob_put(p->office->blobs, buf_bytes(out), blob, err);
}

/* --- handing over --- */

static int end(const struct posting *p, enum mailer_fate fate, const char *why, struct error *err)
{
	struct doing now = { clock_now(), p->doing->actor };
	bool waits = fate == MAILER_NOT_NOW && p->letter.attempts + 1 < LETTER_ATTEMPTS_MAX;
	const char *state = fate == MAILER_TAKEN ? "sent" : fate == MAILER_UNKNOWN ? "uncertain" : waits ? "queued" : "failed";

	return letter_ended(p->office->db, p->letter.id, state, why, now.at + rules_wait_us(p->letter.attempts + 1), &now, err);
}

static int hand_over(const struct posting *p, struct bytes mail, struct error *err)
{
	const char *const to[] = { p->letter.to_address, NULL };
	/* Nobody answers an automatic letter's bounce (RFC 3834 §3.3). */
	bool is_automatic = strcmp(p->letter.kind, "acknowledgement") == 0;
	const struct mailer_mail m = { is_automatic ? "" : p->office->address, to, mail };
	struct error inner = ERROR_NONE;
	struct mailer_answer answer;

	if (mailer_send(p->office->mailer, &m, &answer, &inner) < 0) {
		answer.fate = MAILER_UNKNOWN;
		text_copy(answer.why, sizeof answer.why, BYTES(inner.line, strnlen(inner.line, MAILER_WHY_MAX - 1)));
	}
	return end(p, answer.fate, answer.why, err);
}

/* A letter that cannot be written has failed, and was not sent: it goes through 'sending' so that its attempts count. */
static int post(struct posting *p, struct error *err)
{
	char blob[BLOB_NAME_MAX] = "";
	struct error inner = ERROR_NONE;
	_cleanup_(buf_clear) struct buf mail;
	int wrote, r;

	buf_init(&mail, MAILER_MAIL_MAX);
	wrote = mail_of(p, blob, &mail, &inner);
	r = letter_sending(p->office->db, p->letter.id, wrote == 0 ? blob : "", p->doing, err);
	if (r < 0)
		return r;
	if (wrote < 0) {
		log_warn("a letter could not be written", "letter", p->letter.ref, "why", inner.line);
		return end(p, MAILER_REFUSED, inner.line, err);
	}
	return hand_over(p, buf_bytes(&mail), err);
}

int post_next(const struct post_office *o, const struct doing *doing, struct error *err)
{
	struct posting p = { .office = o, .doing = doing, .arena = arena_new() };
	int r = letter_due(o->db, doing->at, p.arena, &p.letter, err);

	if (r > 0) {
		r = post(&p, err);
		r = r < 0 ? r : 1;
	}
	arena_free(p.arena);
	return r;
}
