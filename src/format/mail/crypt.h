/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What of a mail is encrypted, signed or a key, without opening any of it, and the exact bytes that gpg and gpgsm are to
 * be given: PGP/MIME (RFC 3156), inline PGP (RFC 9580 §6), S/MIME (RFC 8551), and what Exchange and Outlook make of
 * them. A type is believed less than the bytes: S/MIME is told apart by the object identifier of its CMS. */
#ifndef FORMAT_MAIL_CRYPT_H
#define FORMAT_MAIL_CRYPT_H

#include "format/mail/mail.h"

enum crypt_kind {
	CRYPT_PGP_ENCRYPTED,        /* multipart/encrypted */
	CRYPT_PGP_SIGNED,           /* multipart/signed */
	CRYPT_PGP_INLINE_ENCRYPTED, /* PGP MESSAGE in a text, or a file that is one */
	CRYPT_PGP_INLINE_SIGNED,    /* PGP SIGNED MESSAGE in a text */
	CRYPT_PGP_KEY,              /* a public key, attached or in a text */
	CRYPT_SMIME_ENCRYPTED,      /* enveloped data */
	CRYPT_SMIME_OPAQUE,         /* signed data with the text inside */
	CRYPT_SMIME_SIGNED,         /* multipart/signed */
	CRYPT_SMIME_CERTIFICATES,   /* certificates alone */
	CRYPT_KIND_COUNT,
};

#define CRYPT_ITEMS_MAX 100

struct crypt_item {
	enum crypt_kind kind;
	int part;               /* where it is: the ciphertext, the signed multipart, the text */
	struct bytes data;      /* what the program is given: ciphertext, armoured block, CMS; or what was signed, with CRLF */
	struct bytes signature; /* detached signatures alone; empty where it is missing */
	const char *micalg;     /* as the mail says, or "" */
	const char *charset;    /* of a block in a text, as the mail says: what is inside is read by it unless it says another */
	bool is_whole_text;     /* a block in a text with nothing but blanks around it */
};

struct crypt {
	struct crypt_item *items;
	size_t count;
};

/* Finds all of it, outermost first. `raw` is the message that was parsed; the result is in the arena. */
void crypt_find(struct bytes raw, const struct mail *mail, struct arena *arena, struct crypt *ret);

/* "pgp-encrypted". */
const char *crypt_kind_name(enum crypt_kind kind);

#endif
