/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What somebody sent by a form of the public pages, as one file of the spool: written by the process that serves everybody, read
 * by the jobs in a locked child. It stays readable for people:
 *
 *	hinomi form 1
 *	kind 6
 *	report
 *	what 21
 *	A page asks for cards.
 *	file-name 8
 *	page.png
 *	file-type 9
 *	image/png
 *	file-bytes 2048
 *	...
 *	end 0
 *
 * Each item is its name, the count of its bytes, the bytes, and a line's end. Beside it: what the jobs say of a report to the
 * public pages (struct form_state). */
#ifndef FORMAT_FORM_FORM_H
#define FORMAT_FORM_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define FORM_FILES_MAX 10
#define FORM_FILE_BYTES_MAX (5u << 20)
#define FORM_FILES_BYTES_MAX (10u << 20) /* together */
#define FORM_BYTES_MAX (12u << 20)       /* a whole form */
#define FORM_CLOCK_MAX 86400             /* seconds that a clock may be wrong */
#define FORM_HASH_TEXT 64
#define FORM_NUMBER_TEXT 11

enum form_field {
#define FORM_FIELD(constant, name, type, most) FORM_##constant,
#include "format/form/fields.tbl.h"
#undef FORM_FIELD
	FORM_FIELD_COUNT,
};

enum form_type { FORM_TYPE_LINE, FORM_TYPE_LINES, FORM_TYPE_ANSWER, FORM_TYPE_NUMBER, FORM_TYPE_MAIL };

struct form_row {
	const char *name;
	enum form_type type;
	size_t most;
};
extern const struct form_row form_rows[FORM_FIELD_COUNT];

enum form_kind { FORM_REPORT, FORM_ADDITION, FORM_WITHDRAWAL, FORM_KIND_COUNT };
extern const char *const form_kinds[FORM_KIND_COUNT];

struct form_file {
	const char *name, *type;
	struct bytes bytes; /* of the input */
};

struct form {
	enum form_kind kind;
	bool is_ics, is_english;
	const char *hash;     /* SHA-256 of the reporter's secret, small hexadecimal digits */
	int64_t received_at;
	const char *text[FORM_FIELD_COUNT]; /* "" where nothing was said */
	struct form_file files[FORM_FILES_MAX];
	size_t file_count;
};

/* The number of the receipt: W and ten digits of the hash in capitals. It tells nothing of the secret. */
void form_number(const char *hash, char into[FORM_NUMBER_TEXT + 1]);

/* Whether a text can stand in a field: its length, its type; no control signs but the lines' ends. "" always can. */
bool form_fits(enum form_field field, struct bytes text);

/* Whether it is the hexadecimal SHA-256 that a file of the spool is named by. */
bool form_is_hash(struct bytes text);

/* All of the above, and that a report says what happened. */
int form_check(const struct form *f, struct error *err);

void form_format(const struct form *f, struct buf *out);

/* Texts are of the arena, files' bytes of the input. -EBADMSG. */
int form_parse(struct bytes input, struct arena *arena, struct form *ret, struct error *err);

/* --- what the public pages may know of a report --- */

enum form_progress { FORM_NEW, FORM_OPEN, FORM_CLOSED, FORM_WITHDRAWN, FORM_PROGRESS_COUNT };

struct form_state {
	enum form_progress progress;
	char ref[40];        /* of the report; "": it was not read yet */
	int64_t received_at;
};

void form_state_format(const struct form_state *s, struct buf *out);
int form_state_parse(struct bytes input, struct form_state *ret, struct error *err);

/* --- multipart/form-data (RFC 7578) --- */

struct form_part {
	struct bytes name, filename, type, bytes;
	bool is_file;
};

/* The boundary of a Content-Type; false: it is no multipart/form-data, or has none. */
bool multipart_boundary(const char *content_type, struct bytes *ret);

/* Takes the next part, whose spans are of the input. `rest` is the whole body at first. 1 with a part, 0 at the end, -EBADMSG. */
int multipart_take(struct bytes *rest, struct bytes boundary, struct form_part *ret);

#endif
