/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The header: fields, encoded words (RFC 2047), parameters (RFC 2045 §5.1, RFC 2231), addresses, ids, dates. Functions
 * take a field's unfolded value as `mail_header` has it: UTF-8, encoded words not yet decoded. */
#ifndef FORMAT_MAIL_HEADER_INT_H
#define FORMAT_MAIL_HEADER_INT_H

#include "format/mail/charset_int.h"
#include "format/mail/mail.h"

/* Reads the header at the start of `raw`; offsets are counted from `offset`. The body begins at *ret_body (of `raw`). A
 * first line `From ` of an mbox is no field; where there is no field at all the body begins at 0. */
void header_read(struct bytes raw, size_t offset, const struct charset *hint, struct arena *arena,
		 struct mail_headers *ret, size_t *ret_body, unsigned *notes);

/* The first value of that name, NULL where there is none. */
const char *header_find(const struct mail_headers *headers, const char *name);

/* Bytes in the arena as text: UTF-8, no NUL, controls become blanks, trimmed. */
const char *header_clean(struct bytes text, struct arena *arena);

/* The charset of the first encoded word or charset parameter of the header: what raw bytes may be in. */
const struct charset *header_hint(struct bytes header);

/* Decodes encoded words, also where they stand in quotes or between letters. */
const char *words_decode(const char *value, struct arena *arena);

/* Adds the addresses of a field to the list. */
void addresses_add(const char *value, struct arena *arena, struct mail_addresses *list, unsigned *notes);

/* Adds the Message-IDs of a field. */
void ids_add(const char *value, struct arena *arena, struct mail_ids *list);

/* RFC 5322 §3.3 and §4.3; also without seconds, weekday or zone, and ISO 8601. */
bool mail_date_parse(const char *text, int64_t *ret);

struct param {
	const char *name, *value; /* lower case; without quotes */
};

/* A value with parameters, `text/plain; charset="x"`. */
struct params {
	const char *value; /* lower case, without blanks */
	struct param *item;
	size_t count;
};

void params_read(const char *text, struct arena *arena, struct params *ret);

/* The parameter, "" where there is none: continuations joined, charset applied (RFC 2231), encoded words decoded. */
const char *params_get(const struct params *params, const char *name, struct arena *arena);

#endif
