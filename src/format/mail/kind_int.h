/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Between kind.c and bounce.c. */
#ifndef FORMAT_MAIL_KIND_INT_H
#define FORMAT_MAIL_KIND_INT_H

#include "format/mail/kind.h"

/* The first part of a type, NULL where there is none. */
const struct mail_part *kind_part(const struct mail *mail, const char *type);

/* Sent by nobody, or by a mail system. */
bool kind_is_from_system(const struct mail *mail);
/* Sent by an address that takes no answers. */
bool kind_is_from_machine(const struct mail *mail);

/* The three rules of bounces: true when one fits, with recipients and the returned mail filled in. */
bool bounce_judge(const struct mail *mail, struct arena *arena, struct mail_verdict *verdict);

/* Tables of words: why a mail came back, by the words and then by the status; what gives a mail system away in a text or
 * a subject (NULL where nothing does); whether it still tries; whether a line is the last before the returned mail. */
enum bounce_reason bounce_reason_of(const char *words, const char *status);
const char *bounce_words_in(const char *text);
const char *bounce_subject_of(const char *subject);
bool bounce_is_delay(const char *text);
bool bounce_is_copy_mark(struct bytes line);

#endif
