/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What the files of this room share beyond mail.h. */
#ifndef FORMAT_MAIL_MAIL_INT_H
#define FORMAT_MAIL_MAIL_INT_H

#include "format/mail/mail.h"

/* Letter case of ASCII does not count. */
bool mail_text_has(const char *text, const char *part);
bool mail_text_starts(const char *text, const char *start);
bool mail_text_is(const char *text, const char *other);

/* The next line without its end; false after the last. */
bool mail_take_line(struct bytes *c, struct bytes *ret);

/* The first line that only holds `--` and the boundary of a multipart, or its end mark, at or behind `from`. */
struct mail_delimiter {
	size_t start, end; /* of the line, with its end */
	bool is_last;
};
bool mail_find_delimiter(struct bytes body, size_t from, const char *boundary, struct mail_delimiter *ret);

#endif
