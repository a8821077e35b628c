/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* New text told from quoted text and signature, line by line, in Japanese and English:
 *
 *	struct reply reply;
 *	reply_read(mail->text, arena, &reply);
 *	show(reply.text);
 *
 * Quoted are lines that begin with `>`; the line that says who wrote (`On … wrote:`, `2024年1月5日(金) 12:34 山田
 * <…>:`), with all below it where no line is marked; and all from a block of mail headers (`From: Sent: To:`, 差出人:
 * 送信日時:) or `Original Message` on. A signature stands behind `-- `, the foot of a mailing list behind underscores,
 * `Sent from my …`, a name behind one hyphen, or at the end behind a ruled line where it has a telephone or the like.
 * What is in doubt is new: showing too much costs less than hiding an answer. */
#ifndef FORMAT_MAIL_REPLY_H
#define FORMAT_MAIL_REPLY_H

#include "base/arena.h"
#include "base/bytes.h"

enum reply_class {
	REPLY_NEW,
	REPLY_QUOTED,
	REPLY_SIGNATURE,
};

/* Texts with more lines keep the rest as one new line. */
#define REPLY_LINES_MAX 50000

struct reply_line {
	struct bytes text; /* of the text given, without its end */
	enum reply_class class;
};

struct reply {
	struct reply_line *lines;
	size_t count;
	const char *text;   /* the new lines, trimmed */
	const char *quoted; /* the quoted lines, with their marks */
	bool has_quote, has_signature;
};

/* `text` must outlive the lines; the rest is in the arena. */
void reply_read(const char *text, struct arena *arena, struct reply *ret);

#endif
