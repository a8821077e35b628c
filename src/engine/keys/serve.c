/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The key processes: GnuPG through GPGME, on a folder of keys, behind a wall. What comes from outside is only ever given to
 * GnuPG itself. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/keys/keys.h"
#include "engine/keys/wire_int.h"
#include "engine/proc/child.h"
#include "engine/proc/frame.h"
#include "engine/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gpgme.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct server {
	enum keys_program program;
	char *folder;
	gpgme_ctx_t contexts[2]; /* by kind; NULL: not used yet */
	struct buf out;          /* the answer's fields */
};

static const gpgme_protocol_t protocols[] = { [KEYS_OPENPGP] = GPGME_PROTOCOL_OpenPGP, [KEYS_SMIME] = GPGME_PROTOCOL_CMS };

static int failed(gpgme_error_t e, struct error *err, const char *what)
{
	static const struct {
		gpg_err_code_t code;
		int to;
	} codes[] = { { GPG_ERR_NO_SECKEY, -ENOKEY },	{ GPG_ERR_NO_PUBKEY, -ENOKEY },	   { GPG_ERR_UNUSABLE_SECKEY, -ENOKEY },
		      { GPG_ERR_BAD_DATA, -EBADMSG },	{ GPG_ERR_NO_DATA, -EBADMSG },	   { GPG_ERR_DECRYPT_FAILED, -EBADMSG },
		      { GPG_ERR_UNUSABLE_PUBKEY, -EINVAL }, { GPG_ERR_KEY_EXPIRED, -EKEYEXPIRED }, { GPG_ERR_EOF, -ENOKEY } };
	int to = -EIO;

	for (size_t i = 0; i < COUNT(codes); i++)
		if (gpgme_err_code(e) == codes[i].code)
			to = codes[i].to;
	return error_set(err, to, "%s: %s", what, gpgme_strerror(e));
}

static int context(struct server *s, enum keys_kind kind, gpgme_ctx_t *ret, struct error *err)
{
	gpgme_error_t e;

	if (s->contexts[kind]) {
		*ret = s->contexts[kind];
		gpgme_signers_clear(*ret);
		return 0;
	}
	e = gpgme_new(&s->contexts[kind]);
	if (!e)
		e = gpgme_set_protocol(s->contexts[kind], protocols[kind]);
	if (!e)
		e = gpgme_ctx_set_engine_info(s->contexts[kind], protocols[kind], NULL, s->folder);
	if (e)
		return failed(e, err, "cannot start GnuPG");
	gpgme_set_armor(s->contexts[kind], kind == KEYS_OPENPGP); /* CMS is DER in mail */
	gpgme_set_offline(s->contexts[kind], 1);
	*ret = s->contexts[kind];
	return 0;
}

/* --- data --- */

static void data_clear(gpgme_data_t *d)
{
	if (*d)
		gpgme_data_release(*d);
}

static gpgme_data_t data_of(struct bytes b)
{
	gpgme_data_t d = NULL;

	if (gpgme_data_new_from_mem(&d, b.n ? (const char *)b.p : "", b.n, 0))
		abort();
	return d;
}

static gpgme_data_t data_new(void)
{
	gpgme_data_t d = NULL;

	if (gpgme_data_new(&d))
		abort();
	return d;
}

static void put_data(struct buf *out, gpgme_data_t d)
{
	char piece[16384];
	size_t at = out->n;
	ssize_t n;

	buf_add_u32le(out, 0);
	gpgme_data_seek(d, 0, SEEK_SET);
	while ((n = gpgme_data_read(d, piece, sizeof piece)) > 0)
		buf_add(out, piece, (size_t)n);
	if (!out->is_full)
		put_u32le((uint8_t *)out->p + at, (uint32_t)(out->n - at - 4));
}

/* --- keys --- */

/* Keys that come along are imported: they say nothing about trust, which the centre's own directory does. */
static int import_one(gpgme_ctx_t ctx, const char *text, char ret_fingerprint[KEYS_FINGERPRINT_MAX], struct error *err)
{
	_cleanup_(data_clear) gpgme_data_t d = data_of(BYTES_TEXT(text));
	gpgme_import_result_t result;
	gpgme_error_t e = gpgme_op_import(ctx, d);

	if (e)
		return failed(e, err, "cannot read a key");
	result = gpgme_op_import_result(ctx);
	for (gpgme_import_status_t i = result ? result->imports : NULL; i; i = i->next)
		if (i->result == GPG_ERR_NO_ERROR && text_copy(ret_fingerprint, KEYS_FINGERPRINT_MAX, BYTES_TEXT(i->fpr)))
			return 0;
	return error_set(err, -EINVAL, "there is no key in that text");
}

struct key_list {
	gpgme_key_t keys[KEYS_RECIPIENTS_MAX + 1];
	size_t count;
};

static void key_list_clear(struct key_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		gpgme_key_unref(l->keys[i]);
}

static int import_list(gpgme_ctx_t ctx, struct bytes *c, struct key_list *ret, struct error *err)
{
	uint32_t count;

	if (!take_u32le(c, &count) || count > KEYS_RECIPIENTS_MAX)
		return error_set(err, -EBADMSG, "not a question");
	for (uint32_t i = 0; i < count; i++) {
		_cleanup_free_ char *text = frame_take_text(c);
		char fingerprint[KEYS_FINGERPRINT_MAX];
		gpgme_error_t e;
		int r = text ? import_one(ctx, text, fingerprint, err) : error_set(err, -EBADMSG, "not a question");
		if (r < 0)
			return r;
		e = gpgme_get_key(ctx, fingerprint, &ret->keys[ret->count], 0);
		if (e)
			return failed(e, err, "cannot use a key");
		ret->count++;
	}
	return 0;
}

static int use_signer(gpgme_ctx_t ctx, const char *wanted, struct error *err)
{
	gpgme_key_t key = NULL;
	gpgme_error_t e = 0;

	if (wanted[0]) {
		e = gpgme_get_key(ctx, wanted, &key, 1);
	} else {
		e = gpgme_op_keylist_start(ctx, NULL, 1);
		if (!e)
			e = gpgme_op_keylist_next(ctx, &key);
		gpgme_op_keylist_end(ctx);
	}
	if (!e)
		e = gpgme_signers_add(ctx, key);
	if (key)
		gpgme_key_unref(key);
	return e ? failed(e, err, "there is no key to sign with") : 0;
}

/* --- what is asked --- */

static void put_micalg(struct server *s, enum keys_kind kind, gpgme_sign_result_t result)
{
	const char *name = result && result->signatures ? gpgme_hash_algo_name(result->signatures->hash_algo) : NULL;
	char text[24];
	size_t n = (size_t)snprintf(text, sizeof text, kind == KEYS_OPENPGP ? "pgp-%s" : "%s", name ? name : "sha256");

	/* SHA256 is pgp-sha256 in one standard and sha-256 in the other. */
	for (size_t i = 0; i < n; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] += 'a' - 'A';
	if (kind == KEYS_SMIME && strncmp(text, "sha", 3) == 0 && text[3] != '-' && n + 1 < sizeof text) {
		memmove(text + 4, text + 3, n - 2);
		text[3] = '-';
	}
	frame_put_text(&s->out, text);
}

static int sign(struct server *s, enum keys_kind kind, gpgme_ctx_t ctx, struct bytes c, struct error *err)
{
	_cleanup_free_ char *key = frame_take_text(&c);
	_cleanup_(data_clear) gpgme_data_t in = NULL;
	_cleanup_(data_clear) gpgme_data_t out = data_new();
	struct bytes text = { NULL, 0 };
	gpgme_error_t e;
	int r;

	if (!key || !frame_take(&c, &text) || c.n)
		return error_set(err, -EBADMSG, "not a question");
	r = use_signer(ctx, key, err);
	if (r < 0)
		return r;
	in = data_of(text);
	e = gpgme_op_sign(ctx, in, out, GPGME_SIG_MODE_DETACH);
	if (e)
		return failed(e, err, "cannot sign");
	put_data(&s->out, out);
	put_micalg(s, kind, gpgme_op_sign_result(ctx));
	return 0;
}

static int seal(struct server *s, enum keys_kind kind, gpgme_ctx_t ctx, struct bytes c, struct error *err)
{
	_cleanup_free_ char *key = frame_take_text(&c);
	_cleanup_(key_list_clear) struct key_list to = { .count = 0 };
	_cleanup_(data_clear) gpgme_data_t in = NULL;
	_cleanup_(data_clear) gpgme_data_t out = data_new();
	struct bytes text = { NULL, 0 };
	gpgme_error_t e;
	int r = key ? import_list(ctx, &c, &to, err) : error_set(err, -EBADMSG, "not a question");

	if (r == 0 && (!frame_take(&c, &text) || c.n || to.count == 0))
		r = error_set(err, -EBADMSG, "not a question");
	if (r == 0 && kind == KEYS_OPENPGP)
		r = use_signer(ctx, key, err);
	if (r < 0)
		return r;
	in = data_of(text);
	/* CMS has signing and encrypting apart: what is sealed then is a signed entity already. */
	if (kind == KEYS_OPENPGP)
		e = gpgme_op_encrypt_sign(ctx, to.keys, GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO, in, out);
	else
		e = gpgme_op_encrypt(ctx, to.keys, GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO, in, out);
	if (e)
		return failed(e, err, "cannot encrypt");
	put_data(&s->out, out);
	return 0;
}

static enum keys_trust trust_of(const struct _gpgme_signature *sig)
{
	switch (gpgme_err_code(sig->status)) {
	case GPG_ERR_NO_ERROR:
		return KEYS_GOOD;
	case GPG_ERR_BAD_SIGNATURE:
		return KEYS_BAD;
	default:
		return KEYS_UNKNOWN;
	}
}

/* The worst of several signatures counts; a good one by a key that was given along is what is asked for. */
static void put_trust(struct server *s, gpgme_verify_result_t result)
{
	enum keys_trust trust = KEYS_UNSIGNED;
	const char *fingerprint = "";

	for (gpgme_signature_t sig = result ? result->signatures : NULL; sig; sig = sig->next) {
		enum keys_trust this = trust_of(sig);
		if (trust != KEYS_BAD && (trust == KEYS_UNSIGNED || this != KEYS_GOOD)) {
			trust = this;
			fingerprint = sig->fpr ? sig->fpr : "";
		}
	}
	buf_add_u32le(&s->out, trust);
	frame_put_text(&s->out, fingerprint);
}

static int unseal(struct server *s, gpgme_ctx_t ctx, struct bytes c, struct error *err)
{
	_cleanup_(key_list_clear) struct key_list from = { .count = 0 };
	_cleanup_(data_clear) gpgme_data_t in = NULL;
	_cleanup_(data_clear) gpgme_data_t out = data_new();
	struct bytes text = { NULL, 0 };
	gpgme_error_t e;
	int r = import_list(ctx, &c, &from, err);

	if (r == 0 && (!frame_take(&c, &text) || c.n))
		r = error_set(err, -EBADMSG, "not a question");
	if (r < 0)
		return r;
	in = data_of(text);
	e = gpgme_op_decrypt_verify(ctx, in, out);
	if (e)
		return failed(e, err, "cannot decrypt");
	put_trust(s, gpgme_op_verify_result(ctx));
	put_data(&s->out, out);
	return 0;
}

static int verify(struct server *s, gpgme_ctx_t ctx, struct bytes c, struct error *err)
{
	_cleanup_(key_list_clear) struct key_list from = { .count = 0 };
	_cleanup_(data_clear) gpgme_data_t in = NULL;
	_cleanup_(data_clear) gpgme_data_t with = NULL;
	_cleanup_(data_clear) gpgme_data_t out = data_new();
	struct bytes text = { NULL, 0 }, signature = { NULL, 0 };
	gpgme_error_t e;
	int r = import_list(ctx, &c, &from, err);

	if (r == 0 && (!frame_take(&c, &text) || !frame_take(&c, &signature) || c.n))
		r = error_set(err, -EBADMSG, "not a question");
	if (r < 0)
		return r;
	in = data_of(text);
	if (signature.n) {
		with = data_of(signature);
		e = gpgme_op_verify(ctx, with, in, NULL);
	} else {
		e = gpgme_op_verify(ctx, in, NULL, out);
	}
	if (e)
		return failed(e, err, "cannot check the signature");
	put_trust(s, gpgme_op_verify_result(ctx));
	put_data(&s->out, out);
	return 0;
}

static int describe(struct server *s, gpgme_ctx_t ctx, struct bytes c, struct error *err)
{
	_cleanup_free_ char *text = frame_take_text(&c);
	char fingerprint[KEYS_FINGERPRINT_MAX];
	gpgme_key_t key = NULL;
	gpgme_error_t e;
	int r = text && c.n == 0 ? import_one(ctx, text, fingerprint, err) : error_set(err, -EBADMSG, "not a question");

	if (r < 0)
		return r;
	e = gpgme_get_key(ctx, fingerprint, &key, 0);
	if (e)
		return failed(e, err, "cannot read a key");
	frame_put_text(&s->out, fingerprint);
	buf_add_u64le(&s->out, key->subkeys && key->subkeys->expires > 0 ? (uint64_t)key->subkeys->expires * SECOND_US : 0);
	buf_add_u32le(&s->out, key->can_encrypt && !key->expired && !key->revoked);
	gpgme_key_unref(key);
	return 0;
}

/* --- the loop --- */

static int answer_question(struct server *s, uint32_t frame, struct bytes c, struct error *err)
{
	bool is_signer = s->program == KEYS_SIGN;
	gpgme_ctx_t ctx = NULL;
	uint32_t kind;
	int r;

	if (!take_u32le(&c, &kind) || kind > KEYS_SMIME)
		return error_set(err, -EBADMSG, "not a question");
	r = context(s, kind, &ctx, err);
	if (r < 0)
		return r;
	if (frame == KEYS_F_SIGN && is_signer)
		return sign(s, kind, ctx, c, err);
	if (frame == KEYS_F_SEAL && is_signer)
		return seal(s, kind, ctx, c, err);
	if (frame == KEYS_F_UNSEAL && !is_signer)
		return unseal(s, ctx, c, err);
	if (frame == KEYS_F_VERIFY && !is_signer)
		return verify(s, ctx, c, err);
	if (frame == KEYS_F_DESCRIBE && !is_signer)
		return describe(s, ctx, c, err);
	return error_set(err, -EPERM, "this process does not do that");
}

static int reply(struct server *s, int out, int r, const struct error *err)
{
	if (r == 0 && s->out.is_full)
		r = -E2BIG;
	if (r == 0)
		return child_send(out, KEYS_F_DONE, buf_bytes(&s->out));
	buf_reset(&s->out);
	buf_add_u32le(&s->out, (uint32_t)r);
	frame_put_text(&s->out, err->line[0] ? err->line : "the answer is too large");
	return child_send(out, KEYS_F_FAILED, buf_bytes(&s->out));
}

/* Folders and programs that GnuPG needs, and nothing else; the loader is a program too. */
static int enter(const char *folder, struct error *err)
{
	static const char *const reads[] = { "/usr/lib", "/lib", "/lib64", "/usr/share/gnupg", "/etc/ld.so.cache", "/etc/gnupg",
					     "/etc/gcrypt", "/dev/urandom", "/etc/localtime", "/proc/self/fd" };
	static const char *const runs[] = { "/usr/bin/gpg", "/usr/bin/gpgsm", "/usr/bin/gpg-agent", "/usr/bin/gpgconf",
					    "/usr/bin/gpg-connect-agent",
					    "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1" };
	struct sandbox_place places[COUNT(reads) + COUNT(runs) + 2];
	size_t count = 0;
	int r;

	places[count++] = (struct sandbox_place){ .fd = open(folder, O_PATH | O_CLOEXEC), .is_kept = true };
	places[count++] = (struct sandbox_place){ .fd = open("/dev/null", O_PATH | O_CLOEXEC), .is_kept = true };
	for (size_t i = 0; i < COUNT(reads); i++)
		places[count++] = (struct sandbox_place){ .fd = open(reads[i], O_PATH | O_CLOEXEC) };
	for (size_t i = 0; i < COUNT(runs); i++)
		places[count++] = (struct sandbox_place){ .fd = open(runs[i], O_PATH | O_CLOEXEC), .is_run = true };
	r = sandbox_enter_places(SANDBOX_KEYS, places, count, err);
	for (size_t i = 0; i < count; i++)
		if (places[i].fd >= 0)
			close(places[i].fd);
	return r;
}

static int begin(struct server *s, struct child *requests, struct error *err)
{
	struct bytes frame;
	uint32_t kind;
	int r = child_receive(requests, &kind, &frame, err);

	if (r == 1)
		r = kind == KEYS_F_BEGIN && (s->folder = frame_take_text(&frame)) && frame.n == 0
			    ? 0
			    : error_set(err, -EBADMSG, "not a beginning");
	else if (r == 0)
		r = error_set(err, -EPIPE, "nobody said which folder");
	if (r == 0 && mkdir(s->folder, 0700) < 0 && errno != EEXIST)
		r = error_errno(err, -errno, "cannot make the folder of keys '%s'", s->folder);
	/* GPGME looks for programs in PATH, and for keys at home. */
	clearenv();
	setenv("PATH", "/usr/bin", 1);
	setenv("GNUPGHOME", s->folder ? s->folder : "", 1);
	setenv("HOME", s->folder ? s->folder : "", 1);
	setlocale(LC_ALL, "C");
	if (r == 0 && !gpgme_check_version("1.18.0"))
		r = error_set(err, -ENOSYS, "GPGME is too old");
	return r == 0 ? enter(s->folder, err) : r;
}

/* The agent that GnuPG leaves behind. */
static void end_agent(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/usr/bin/gpgconf", "gpgconf", "--kill", "gpg-agent", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int keys_serve(enum keys_program program, int in, int out, struct error *err)
{
	struct child requests = { .from = in };
	struct server s = { .program = program };
	struct bytes frame;
	uint32_t kind;
	int r;

	buf_init(&requests.frame, CHILD_FRAME_MAX);
	buf_init(&s.out, CHILD_FRAME_MAX - 8);
	r = begin(&s, &requests, err);
	if (reply(&s, out, r, err) < 0)
		r = -EPIPE;
	while (r == 0) {
		struct error inner = ERROR_NONE;
		r = child_receive(&requests, &kind, &frame, err);
		if (r <= 0)
			break;
		buf_reset(&s.out);
		r = answer_question(&s, kind, frame, &inner);
		r = reply(&s, out, r, &inner);
	}
	for (size_t i = 0; i < COUNT(s.contexts); i++)
		if (s.contexts[i])
			gpgme_release(s.contexts[i]);
	end_agent();
	buf_clear(&requests.frame);
	buf_clear(&s.out);
	free(s.folder);
	return r;
}
