/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Asking the key processes. */
#include "engine/keys/keys.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/keys/wire_int.h"
#include "engine/proc/asked.h"
#include "engine/proc/frame.h"

#include <errno.h>
#include <stdlib.h>

#define FRAME_MAX (CHILD_FRAME_MAX - 8)

static const char *const programs[] = { [KEYS_SIGN] = "sign", [KEYS_UNSEAL] = "open" };

struct keys {
	struct asked asked;
};

static int failure(const struct keys *k, struct bytes answer, struct error *err)
{
	struct bytes line;
	uint32_t code;

	if (!take_u32le(&answer, &code) || !frame_take(&answer, &line) || (int32_t)code >= 0)
		return asked_garbled(&k->asked, err);
	return error_set(err, (int32_t)code, "%.*s", (int)line.n, (const char *)line.p);
}

/* The fields of the answer, which last until the next question. */
static int ask(struct keys *k, uint32_t kind, const struct buf *b, struct bytes *ret, struct error *err)
{
	uint32_t got;
	int r = asked_send(&k->asked, kind, b, err);

	if (r == 0)
		r = asked_receive(&k->asked, &got, ret, err);
	if (r < 0)
		return r;
	return got == KEYS_F_DONE ? 0 : failure(k, *ret, err);
}

int keys_open(enum keys_program program, const char *folder, struct keys **ret, struct error *err)
{
	struct keys *k = memory_new(1, sizeof *k);
	_cleanup_(buf_clear) struct buf b;
	struct bytes answer;
	int r;

	buf_init(&b, FRAME_MAX);
	r = asked_open(&k->asked, programs[program], err);
	if (r < 0) {
		free(k);
		return r;
	}
	frame_put_text(&b, folder);
	r = ask(k, KEYS_F_BEGIN, &b, &answer, err);
	if (r < 0)
		keys_close(k);
	else
		*ret = k;
	return r;
}

struct keys *keys_close(struct keys *k)
{
	if (!k)
		return NULL;
	asked_close(&k->asked);
	free(k);
	return NULL;
}

static void put_list(struct buf *b, const char *const *list)
{
	uint32_t count = 0;

	while (list && list[count])
		count++;
	buf_add_u32le(b, count);
	for (uint32_t i = 0; i < count; i++)
		frame_put_text(b, list[i]);
}

/* --- hinomi-sign --- */

int keys_sign(struct keys *k, enum keys_kind kind, const char *key, struct bytes text, struct keys_signature *ret,
	      struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes answer, signature, micalg;
	int r;

	buf_init(&ret->text, KEYS_MAX);
	buf_init(&b, FRAME_MAX);
	buf_add_u32le(&b, kind);
	frame_put_text(&b, key);
	frame_put(&b, text);
	r = ask(k, KEYS_F_SIGN, &b, &answer, err);
	if (r < 0)
		return r;
	if (!frame_take(&answer, &signature) || !frame_take(&answer, &micalg) || answer.n ||
	    !text_copy(ret->micalg, sizeof ret->micalg, micalg))
		return asked_garbled(&k->asked, err);
	buf_add_bytes(&ret->text, signature);
	return 0;
}

int keys_seal(struct keys *k, enum keys_kind kind, const char *key, const char *const *recipients, struct bytes text,
	      struct buf *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes answer, sealed;
	int r;

	buf_init(ret, KEYS_MAX);
	buf_init(&b, FRAME_MAX);
	buf_add_u32le(&b, kind);
	frame_put_text(&b, key);
	put_list(&b, recipients);
	frame_put(&b, text);
	r = ask(k, KEYS_F_SEAL, &b, &answer, err);
	if (r < 0)
		return r;
	if (!frame_take(&answer, &sealed) || answer.n)
		return asked_garbled(&k->asked, err);
	buf_add_bytes(ret, sealed);
	return 0;
}

/* --- hinomi-open --- */

static int take_opened(const struct keys *k, struct bytes answer, struct keys_opened *ret, struct error *err)
{
	struct bytes fingerprint, text;
	uint32_t trust;

	if (!take_u32le(&answer, &trust) || trust > KEYS_UNKNOWN || !frame_take(&answer, &fingerprint) ||
	    !frame_take(&answer, &text) || answer.n || !text_copy(ret->fingerprint, sizeof ret->fingerprint, fingerprint))
		return asked_garbled(&k->asked, err);
	ret->trust = (enum keys_trust)trust;
	buf_add_bytes(&ret->text, text);
	return 0;
}

static int open_text(struct keys *k, uint32_t frame, const struct buf *b, struct keys_opened *ret, struct error *err)
{
	struct bytes answer;
	int r = ask(k, frame, b, &answer, err);

	return r < 0 ? r : take_opened(k, answer, ret, err);
}

int keys_unseal(struct keys *k, enum keys_kind kind, const char *const *senders, struct bytes text, struct keys_opened *ret,
		struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	*ret = (struct keys_opened){ .trust = KEYS_UNSIGNED };
	buf_init(&ret->text, KEYS_MAX);
	buf_init(&b, FRAME_MAX);
	buf_add_u32le(&b, kind);
	put_list(&b, senders);
	frame_put(&b, text);
	return open_text(k, KEYS_F_UNSEAL, &b, ret, err);
}

int keys_verify(struct keys *k, enum keys_kind kind, const char *const *senders, struct bytes text, struct bytes signature,
		struct keys_opened *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;

	*ret = (struct keys_opened){ .trust = KEYS_UNSIGNED };
	buf_init(&ret->text, KEYS_MAX);
	buf_init(&b, FRAME_MAX);
	buf_add_u32le(&b, kind);
	put_list(&b, senders);
	frame_put(&b, text);
	frame_put(&b, signature);
	return open_text(k, KEYS_F_VERIFY, &b, ret, err);
}

void keys_opened_clear(struct keys_opened *o)
{
	buf_clear(&o->text);
}

int keys_describe(struct keys *k, enum keys_kind kind, const char *text, struct keys_described *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	struct bytes answer, fingerprint;
	uint64_t expires;
	uint32_t can;
	int r;

	buf_init(&b, FRAME_MAX);
	buf_add_u32le(&b, kind);
	frame_put_text(&b, text);
	r = ask(k, KEYS_F_DESCRIBE, &b, &answer, err);
	if (r < 0)
		return r;
	if (!frame_take(&answer, &fingerprint) || !take_u64le(&answer, &expires) || !take_u32le(&answer, &can) || answer.n ||
	    !text_copy(ret->fingerprint, sizeof ret->fingerprint, fingerprint))
		return asked_garbled(&k->asked, err);
	ret->expires_at = (int64_t)expires;
	ret->can_encrypt = can;
	return 0;
}
