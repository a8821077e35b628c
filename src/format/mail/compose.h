/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Writing mail: fields -> bytes (RFC 5322, RFC 2045 to 2047, RFC 2231), seven bits clean, no line above 78 signs where it
 * can be folded and none above 998. Pure and repeatable: date, Message-ID and boundary are the caller's.
 *
 *	struct compose c = { .from = from, .to = to, .subject = "…", .text = "…", .message_id = "1@example.jp",
 *	                     .date_us = now, .boundary = random_text };
 *	if (compose_message(&c, &out, &err) < 0)
 *
 * A value that would break out of its field (CR, LF or another control) is refused with -EINVAL, and so is text that is
 * not UTF-8. What is written here, mail_parse() reads back to the same.
 *
 * Signed mail is made in two steps: compose_content() gives the very bytes that gpg or gpgsm sign (with CRLF, no blank
 * at a line's end, no `From ` at its start: RFC 3156 §3), and compose_signed() puts them into a multipart/signed with
 * the signature. Encrypted mail: what compose_content() or compose_signed_content() wrote is encrypted outside, and
 * compose_encrypted() wraps the ciphertext. */
#ifndef FORMAT_MAIL_COMPOSE_H
#define FORMAT_MAIL_COMPOSE_H

#include "base/buf.h"
#include "format/mail/mail.h"

#define COMPOSE_BYTES_MAX (64u << 20)
#define COMPOSE_BOUNDARY_MAX 60

enum compose_protocol { COMPOSE_PGP, COMPOSE_SMIME };

struct compose_file {
	const char *name; /* UTF-8 */
	const char *type; /* "text/csv"; NULL: application/octet-stream. `charset` is added to text as utf-8 */
	struct bytes bytes;
};

struct compose_header {
	const char *name, *value;
};

/* NULL and empty members are left out, but for `from`, `date_us`, `message_id` and `boundary`, which are needed. */
struct compose {
	struct mail_addresses from, sender, reply_to, to, cc; /* Bcc is the envelope's */
	const char *subject, *message_id, *in_reply_to;       /* ids without brackets */
	struct mail_ids references;
	int64_t date_us;
	int offset_minutes;         /* of the zone that the date is shown in */
	const char *auto_submitted; /* "auto-generated", "auto-replied" (RFC 3834 §5) */
	const char *loop_name;      /* value of MAIL_LOOP_HEADER */
	const struct compose_header *more;
	size_t more_count;
	const char *text; /* UTF-8, LF */
	const struct compose_file *files;
	size_t file_count;
	const char *boundary; /* letters, digits and ._-; must not occur in the mail: make it of random bytes */
};

/* The whole message, unsigned. -EINVAL for a value that cannot be written, -E2BIG beyond the limit of `out`. Each
 * function adds to `out`, and what it added stays there on failure: throw it away. */
int compose_message(const struct compose *c, struct buf *out, struct error *err);

/* Text and files alone, as a MIME entity: what is signed or encrypted. */
int compose_content(const struct compose *c, struct buf *out, struct error *err);

/* The same bytes, by the name of their use. */
static inline int compose_signed_part(const struct compose *c, struct buf *out, struct error *err)
{
	return compose_content(c, out, err);
}

/* A multipart/signed of `part`, unchanged, and its detached signature (armoured for PGP, DER for S/MIME): as an entity,
 * which can be encrypted, or as a message. `micalg` is "pgp-sha256", "sha-256" … */
int compose_signed_content(const struct compose *c, enum compose_protocol protocol, struct bytes part,
			   struct bytes signature, const char *micalg, struct buf *out, struct error *err);
int compose_signed(const struct compose *c, enum compose_protocol protocol, struct bytes part, struct bytes signature,
		   const char *micalg, struct buf *out, struct error *err);

/* A message around ciphertext: multipart/encrypted with armour (RFC 3156 §4), or application/pkcs7-mime with DER
 * (RFC 8551 §3.3). The subject is not encrypted. */
int compose_encrypted(const struct compose *c, enum compose_protocol protocol, struct bytes ciphertext, struct buf *out,
		      struct error *err);

#endif
