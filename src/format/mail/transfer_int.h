/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Content-Transfer-Encodings (RFC 2045 §6), both ways, and uuencode one way. */
#ifndef FORMAT_MAIL_TRANSFER_INT_H
#define FORMAT_MAIL_TRANSFER_INT_H

#include "base/buf.h"

enum transfer {
	TRANSFER_IDENTITY,
	TRANSFER_BASE64,
	TRANSFER_QUOTED,
	TRANSFER_UU,
};

/* The encoding of a label; false when it is unknown (then it is the identity). */
bool transfer_find(struct bytes label, enum transfer *ret);

/* Adds the decoded bytes; false when there were signs that do not belong there, which are left out. */
bool transfer_decode(enum transfer transfer, struct bytes raw, struct buf *out);

/* The Q encoding of header words (RFC 2047 §4.2). */
bool transfer_decode_q(struct bytes raw, struct buf *out);

/* Lines of 76 signs that end in CRLF; `is_wrapped` false writes one line without an end. */
void transfer_add_base64(struct buf *out, struct bytes raw, bool is_wrapped);
/* Text with LF or CRLF -> quoted-printable with CRLF, 76 signs a line. */
void transfer_add_quoted(struct buf *out, struct bytes text);

#endif
