/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking the processes that hold keys. hinomi-sign signs letters, and encrypts them; hinomi-open decrypts what arrives. Each has a
 * folder of its own (GnuPG's) that nobody else enters, and neither a network nor a database.
 *
 *	keys_open(KEYS_SIGN, "/var/lib/hinomi/keys/sign", &k, &err);   (before the caller's own walls stand)
 *	keys_sign(k, KEYS_OPENPGP, fingerprint, text, &signature, &err);
 *	keys_close(k);
 *
 * Buffers that are filled are begun here with KEYS_MAX and must be cleared in any case. */
#ifndef ENGINE_KEYS_KEYS_H
#define ENGINE_KEYS_KEYS_H

#include "base/buf.h"
#include "base/error.h"

#define KEYS_MAX (15u << 20)
#define KEYS_FINGERPRINT_MAX 65
#define KEYS_RECIPIENTS_MAX 20

enum keys_program { KEYS_SIGN, KEYS_UNSEAL };
enum keys_kind { KEYS_OPENPGP, KEYS_SMIME };

struct keys;

/* -ENOENT: the program is not there. */
int keys_open(enum keys_program program, const char *folder, struct keys **ret, struct error *err);
/* Accepts NULL and returns NULL. */
struct keys *keys_close(struct keys *k);

/* --- hinomi-sign --- */

struct keys_signature {
	struct buf text;  /* armoured; of S/MIME DER */
	char micalg[24];  /* "pgp-sha256", "sha-256": RFC 3156 §5, RFC 8551 §3.5.3.2 */
};

/* A detached signature. `key`: a fingerprint, or "" for the only key there is. -ENOKEY: there is none such. */
int keys_sign(struct keys *k, enum keys_kind kind, const char *key, struct bytes text, struct keys_signature *ret,
	      struct error *err);

/* Signed and encrypted for keys given as armoured texts (ends with NULL). -EKEYEXPIRED, -EINVAL: a key that cannot be used. */
int keys_seal(struct keys *k, enum keys_kind kind, const char *key, const char *const *recipients, struct bytes text,
	      struct buf *ret, struct error *err);

/* --- hinomi-open --- */

enum keys_trust {
	KEYS_UNSIGNED,
	KEYS_GOOD,
	KEYS_BAD,     /* the text is not what was signed */
	KEYS_UNKNOWN, /* by a key that is not known here, or cannot be used any more */
};

struct keys_opened {
	struct buf text;
	enum keys_trust trust;
	char fingerprint[KEYS_FINGERPRINT_MAX]; /* of the signer's key; "" */
};

/* Decrypts, and checks a signature inside; `senders` are armoured keys that may have signed. -ENOKEY: it is not for a key of
 * this centre; -EBADMSG: damaged. */
int keys_unseal(struct keys *k, enum keys_kind kind, const char *const *senders, struct bytes text, struct keys_opened *ret,
		struct error *err);

/* Checks a detached signature; with `signature` empty a clear-signed or opaque one, whose text is then given. */
int keys_verify(struct keys *k, enum keys_kind kind, const char *const *senders, struct bytes text, struct bytes signature,
		struct keys_opened *ret, struct error *err);

void keys_opened_clear(struct keys_opened *o);

/* What a key is: its fingerprint, when it ends (0: never), whether it can encrypt. In hinomi-open, as it is hostile. */
struct keys_described {
	char fingerprint[KEYS_FINGERPRINT_MAX];
	int64_t expires_at;
	bool can_encrypt;
};
int keys_describe(struct keys *k, enum keys_kind kind, const char *text, struct keys_described *ret, struct error *err);

/* The program's work: requests from `in` until its end. */
int keys_serve(enum keys_program program, int in, int out, struct error *err);

#endif
