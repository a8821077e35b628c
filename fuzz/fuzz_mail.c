/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Mail: parsed, judged, searched for what is encrypted, its reply told from its quotes. Texts are UTF-8, offsets stay
 * inside, and a mail written with what was read is read back. */
#include "base/text.h"
#include "format/mail/compose.h"
#include "format/mail/crypt.h"
#include "format/mail/kind.h"
#include "format/mail/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_so)
{
	if (!is_so)
		__builtin_trap();
}

static void check_text(const char *text)
{
	check(text_is_utf8(BYTES_TEXT(text)));
}

static void check_mail(const struct mail *mail, size_t size)
{
	check_text(mail->subject);
	check_text(mail->text);
	for (size_t i = 0; i < mail->headers.count; i++) {
		check_text(mail->headers.item[i].value);
		check(mail->headers.item[i].offset + mail->headers.item[i].length <= size);
	}
	for (size_t i = 0; i < mail->from.count; i++)
		check_text(mail->from.item[i].name);
	for (size_t i = 0; i < mail->part_count; i++) {
		const struct mail_part *part = &mail->parts[i];
		check_text(part->name);
		check_text(part->text ? part->text : "");
		check(part->offset + part->length <= size && part->parent < (int)i);
		check(part->body_offset >= part->offset && part->body_offset + part->body_length == part->offset + part->length);
	}
}

/* What was read can be written, but for what only comes of broken mail: escapes, by which a label is not believed. */
static void check_written(const struct mail *mail, struct arena *arena)
{
	struct mail_address from = { "", "a@example.jp" };
	struct compose c = { .from = { &from, 1 }, .subject = mail->subject, .message_id = "1@x", .boundary = "0", .text = mail->text };
	struct mail *back;
	struct buf out;

	if (strchr(mail->text, '\x1b'))
		return;
	buf_init(&out, COMPOSE_BYTES_MAX);
	if (compose_message(&c, &out, NULL) == 0) {
		(void)mail_parse(buf_bytes(&out), arena, &back, NULL);
		check(strcmp(back->subject, mail->subject) == 0);
		check(strcmp(back->text, mail->text) == 0);
	}
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const own[] = { "info@example.jp", NULL };
	const struct mail_centre centre = { .loop_name = "example.jp", .addresses = own };
	struct arena *arena = arena_new();
	struct mail *mail;
	struct mail_verdict verdict;
	struct crypt crypt;
	struct reply reply;

	if (mail_library_init(NULL) < 0)
		return 0;
	(void)mail_parse(BYTES(data, size), arena, &mail, NULL);
	check_mail(mail, size);
	mail_judge(mail, &centre, arena, &verdict);
	for (size_t i = 0; i < verdict.recipient_count; i++)
		check_text(verdict.recipients[i].diagnostic);
	crypt_find(BYTES(data, size), mail, arena, &crypt);
	reply_read(mail->text, arena, &reply);
	check_text(reply.text);
	check_written(mail, arena);
	arena_free(arena);
	return 0;
}
