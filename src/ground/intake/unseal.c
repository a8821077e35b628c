/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Encrypted and signed mails. */
#include "ground/intake/unseal.h"

#include "base/text.h"
#include "ground/people/key.h"

#include <errno.h>

#define LAYERS_MAX 3

struct unsealing {
	struct keys *keys;
	struct db *db;
	const struct mail_centre *centre;
	struct arena *arena;
	struct read_mail *mail; /* what is read by now */
	bool is_encrypted, is_signed;
	enum keys_trust trust;
	const char *failure;
};

static bool is_encrypted(enum crypt_kind k)
{
	return k == CRYPT_PGP_ENCRYPTED || k == CRYPT_PGP_INLINE_ENCRYPTED || k == CRYPT_SMIME_ENCRYPTED;
}

static bool is_inline(enum crypt_kind k)
{
	return k == CRYPT_PGP_INLINE_ENCRYPTED || k == CRYPT_PGP_INLINE_SIGNED;
}

static enum keys_kind kind_of(enum crypt_kind k)
{
	return k == CRYPT_SMIME_ENCRYPTED || k == CRYPT_SMIME_OPAQUE || k == CRYPT_SMIME_SIGNED ? KEYS_SMIME : KEYS_OPENPGP;
}

/* A bad signature stays what is said, whatever else is good. */
static void note_trust(struct unsealing *u, enum keys_trust trust)
{
	if (trust == KEYS_UNSIGNED)
		return;
	if (!u->is_signed || u->trust == KEYS_GOOD || trust == KEYS_BAD)
		u->trust = trust;
	u->is_signed = true;
}

/* What was inside is a MIME entity, whose text and files count from now on; of a block in a text, that text. */
static int take_inside(struct unsealing *u, const struct read_sealed *s, struct bytes inside, struct error *err)
{
	struct read_mail read;
	int r;

	if (is_inline(s->kind)) {
		if (s->is_whole_text && text_is_utf8(inside) && !memchr(inside.n ? (const void *)inside.p : "x", '\0', inside.n))
			u->mail->text = arena_bytes(u->arena, inside.p, inside.n);
		u->mail->sealed_count = 0;
		return 0;
	}
	r = read_mail(BYTES(arena_bytes(u->arena, inside.p, inside.n), inside.n), u->centre, u->arena, &read, err);
	if (r < 0)
		return r;
	u->mail->text = read.text;
	u->mail->files = read.files;
	u->mail->file_count = read.file_count;
	memcpy(u->mail->sealed, read.sealed, sizeof read.sealed);
	u->mail->sealed_count = read.sealed_count;
	return 0;
}

/* Opens or checks one; 1: something is inside to go on with. */
static int open_one(struct unsealing *u, const struct read_sealed *s, struct error *err)
{
	struct error inner = ERROR_NONE;
	const char *const *senders;
	struct keys_opened opened;
	int r = key_texts_of(u->db, u->mail->from_address, kind_of(s->kind), u->arena, &senders, err);

	if (r < 0)
		return r;
	if (is_encrypted(s->kind))
		r = keys_unseal(u->keys, kind_of(s->kind), senders, s->data, &opened, &inner);
	else
		r = keys_verify(u->keys, kind_of(s->kind), senders, s->data, s->signature, &opened, &inner);
	/* hinomi-open itself has ended: that is no property of this mail. */
	if (r == -EPIPE) {
		*err = inner;
	} else if (r < 0) {
		u->failure = arena_text(u->arena, inner.line);
		r = 0;
	} else {
		note_trust(u, opened.trust);
		r = opened.text.n ? take_inside(u, s, buf_bytes(&opened.text), err) : 0;
		r = r < 0 ? r : opened.text.n > 0;
	}
	keys_opened_clear(&opened);
	return r;
}

/* The outermost layer; 1: there may be another inside. */
static int open_layer(struct unsealing *u, struct error *err)
{
	struct read_sealed s;

	if (u->mail->sealed_count == 0)
		return 0;
	s = u->mail->sealed[0];
	u->is_encrypted |= is_encrypted(s.kind);
	if (!is_encrypted(s.kind) && !u->is_signed) {
		u->is_signed = true;
		u->trust = KEYS_UNKNOWN;
	}
	if (!u->keys) {
		u->failure = "there is no process to open it: the setting keys.open";
		return 0;
	}
	if (!is_encrypted(s.kind))
		u->is_signed = false; /* the answer says */
	return open_one(u, &s, err);
}

int unseal_mail(struct keys *keys, struct db *db, const struct mail_centre *centre, struct arena *arena, struct read_mail *m,
		struct unsealed *ret, struct error *err)
{
	static const char *const trusts[] = { [KEYS_UNSIGNED] = "", [KEYS_GOOD] = "good", [KEYS_BAD] = "bad",
					      [KEYS_UNKNOWN] = "unknown key" };
	struct unsealing u = { .keys = keys, .db = db, .centre = centre, .arena = arena, .mail = m, .failure = "" };
	int r = 1;

	for (int layer = 0; layer < LAYERS_MAX && r > 0; layer++)
		r = open_layer(&u, err);
	if (r < 0)
		return r;
	*ret = (struct unsealed){
		.protection = u.is_encrypted ? u.is_signed ? "both" : "encrypted" : u.is_signed ? "signed" : "none",
		.signature = u.is_signed ? trusts[u.trust] : "",
		.failure = u.failure,
	};
	return 0;
}
