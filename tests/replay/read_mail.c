/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Reads mails and prints what the parser and the rules say of each, a JSON line a file, or with -r how the lines of a
 * reply are classed. */
#include "base/cleanup.h"
#include "base/json.h"
#include "format/mail/kind.h"
#include "format/mail/reply.h"

#include <fcntl.h>

#define FILE_MAX (4u << 20)

static void add_recipients(struct json *j, const struct mail_verdict *v)
{
	json_key(j, "recipients");
	json_array(j);
	for (size_t i = 0; i < v->recipient_count; i++) {
		const struct mail_recipient *r = &v->recipients[i];
		json_object(j);
		json_key(j, "address");
		json_text(j, r->address);
		json_key(j, "final");
		json_text(j, r->final_address);
		json_key(j, "status");
		json_text(j, r->status);
		json_key(j, "action");
		json_text(j, bounce_action_name(r->action));
		json_key(j, "reason");
		json_text(j, bounce_reason_name(r->reason));
		json_key(j, "diagnostic");
		json_text(j, r->diagnostic);
		json_end(j);
	}
	json_end(j);
}

static void add_feedback(struct json *j, const struct mail_feedback *f)
{
	json_key(j, "feedback");
	json_object(j);
	json_key(j, "type");
	json_text(j, f->type);
	json_key(j, "source");
	json_text(j, f->source_address);
	json_key(j, "recipient");
	json_text(j, f->original_recipient);
	json_end(j);
}

static void add_attachments(struct json *j, const struct mail *mail)
{
	json_key(j, "attachments");
	json_array(j);
	for (size_t i = 0; i < mail->part_count; i++)
		if (mail->parts[i].is_attachment)
			json_text(j, *mail->parts[i].name ? mail->parts[i].name : mail->parts[i].type);
	json_end(j);
}

static void add_header(struct json *j, const struct mail *mail)
{
	json_key(j, "subject");
	json_text(j, mail->subject);
	json_key(j, "name");
	json_text(j, mail->from.count ? mail->from.item[0].name : "");
	json_key(j, "from");
	json_text(j, mail->from.count ? mail->from.item[0].address : "");
	json_key(j, "to");
	json_number(j, (int64_t)mail->to.count);
	json_key(j, "message_id");
	json_text(j, mail->message_id);
	json_key(j, "date");
	if (mail->has_date)
		json_number(j, mail->date_us);
	else
		json_null(j);
	json_key(j, "text");
	json_text(j, mail->text);
	json_key(j, "notes");
	json_array(j);
	for (int i = 0; i < MAIL_NOTE_COUNT; i++)
		if (mail->notes & 1u << i)
			json_text(j, mail_note_name(1u << i));
	json_end(j);
}

static void report(const char *path, struct bytes raw, struct arena *arena, struct buf *out)
{
	struct mail *mail;
	struct mail_verdict v;
	struct json j = json_to(out);

	if (mail_parse(raw, arena, &mail, NULL) < 0)
		return;
	mail_judge(mail, NULL, arena, &v);
	json_object(&j);
	json_key(&j, "file");
	json_text(&j, path);
	json_key(&j, "kind");
	json_text(&j, mail_kind_name(v.kind));
	json_key(&j, "rule");
	json_text(&j, v.rule);
	json_key(&j, "may_answer");
	json_bool(&j, v.may_answer);
	add_header(&j, mail);
	add_attachments(&j, mail);
	add_recipients(&j, &v);
	if (v.feedback)
		add_feedback(&j, v.feedback);
	json_key(&j, "original");
	json_text(&j, v.original ? v.original->message_id : "");
	json_end(&j);
	buf_add_char(out, '\n');
}

static void add_lines(struct json *j, const struct reply *reply, enum reply_class class, const char *name)
{
	json_key(j, name);
	json_array(j);
	for (size_t i = 0; i < reply->count; i++)
		if (reply->lines[i].class == class)
			json_number(j, (int64_t)i + 1);
	json_end(j);
}

static void report_reply(const char *path, struct bytes raw, struct arena *arena, struct buf *out)
{
	struct reply reply;
	struct json j = json_to(out);

	reply_read(arena_bytes(arena, raw.p, raw.n), arena, &reply);
	json_object(&j);
	json_key(&j, "file");
	json_text(&j, path);
	add_lines(&j, &reply, REPLY_NEW, "new");
	add_lines(&j, &reply, REPLY_QUOTED, "quoted");
	add_lines(&j, &reply, REPLY_SIGNATURE, "signature");
	json_end(&j);
	buf_add_char(out, '\n');
}

static void read_file(const char *path, bool is_reply)
{
	_cleanup_free_ char *data = malloc(FILE_MAX);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 && data ? read(fd, data, FILE_MAX) : -1;
	struct arena *arena = arena_new();
	struct buf out;

	buf_init(&out, 64u << 20);
	if (n >= 0 && is_reply)
		report_reply(path, BYTES(data, n), arena, &out);
	else if (n >= 0)
		report(path, BYTES(data, n), arena, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_clear(&out);
	arena_free(arena);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;

	if (mail_library_init(&err) < 0) {
		error_print(&err);
		return 3;
	}
	bool is_reply = argc > 1 && strcmp(argv[1], "-r") == 0;
	for (int i = 1 + is_reply; i < argc; i++)
		read_file(argv[i], is_reply);
	mail_library_clear();
	return 0;
}
