/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Signing, encrypting, opening and checking through the key processes, with keys made for the test. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "engine/keys/keys.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

static char folder[] = "/tmp/hinomi-keys-XXXXXX";

/* Runs gpg; what it prints goes to a file. */
static void gpg(const char *home, const char *into, const char *const *words)
{
	const char *arguments[20] = { "gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "" };
	size_t n = 7;
	int status;
	pid_t pid;

	for (; *words; words++)
		arguments[n++] = *words;
	pid = fork();
	if (pid == 0) {
		int out = open(into, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(out, 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		execv("/usr/bin/gpg", (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static char *path(const char *name)
{
	char *text = NULL;

	assert_true(asprintf(&text, "%s/%s", folder, name) > 0);
	return text;
}

/* A key pair in a folder of its own; its public half as text. */
static char *make_key(const char *home, const char *who)
{
	_cleanup_free_ char *at = path(home), *out = path("out"), *nowhere = path("nowhere");
	struct buf text;
	char *copy;

	assert_int_equal(mkdir(at, 0700), 0);
	gpg(at, nowhere, (const char *[]){ "--quick-generate-key", who, "future-default", "default", "never", NULL });
	gpg(at, out, (const char *[]){ "--armor", "--export", who, NULL });
	assert_int_equal(file_read(AT_FDCWD, out, KEYS_MAX, &text, NULL), 0);
	copy = memory_copy_text(text.p, text.n);
	buf_clear(&text);
	return copy;
}

static char *centre_key, *party_key;

static int make_keys(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	centre_key = make_key("sign", "centre@example.org");
	party_key = make_key("open", "party@example.org");
	return 0;
}

static int drop_keys(void **state)
{
	pid_t pid;

	(void)state;
	free(centre_key);
	free(party_key);
	pid = fork();
	if (pid == 0)
		execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
	waitpid(pid, NULL, 0);
	return 0;
}

static struct keys *start(enum keys_program program, const char *home)
{
	_cleanup_free_ char *at = path(home);
	struct error err = ERROR_NONE;
	struct keys *k;
	int r = keys_open(program, at, &k, &err);

	if (r < 0)
		fail_msg("%s", err.line);
	return k;
}

#define LETTER BYTES_TEXT("Content-Type: text/plain; charset=utf-8\r\n\r\nお知らせ\r\n")

static void a_signature_is_good_and_tells_changes(void **state)
{
	struct keys *signer = start(KEYS_SIGN, "sign"), *opener = start(KEYS_UNSEAL, "open");
	const char *const senders[] = { centre_key, NULL };
	struct keys_signature signature = { .micalg = "" };
	struct error err = ERROR_NONE;
	struct keys_opened opened;

	(void)state;
	if (keys_sign(signer, KEYS_OPENPGP, "", LETTER, &signature, &err) < 0)
		fail_msg("%s", err.line);
	assert_memory_equal(signature.text.p, "-----BEGIN PGP SIGNATURE-----", 29);
	assert_memory_equal(signature.micalg, "pgp-sha", 7);
	assert_int_equal(keys_verify(opener, KEYS_OPENPGP, senders, LETTER, buf_bytes(&signature.text), &opened, &err), 0);
	assert_int_equal(opened.trust, KEYS_GOOD);
	assert_int_equal(strlen(opened.fingerprint), 40);
	keys_opened_clear(&opened);
	assert_int_equal(keys_verify(opener, KEYS_OPENPGP, senders, BYTES_TEXT("Another letter\r\n"), buf_bytes(&signature.text),
				     &opened, &err), 0);
	assert_int_equal(opened.trust, KEYS_BAD);
	keys_opened_clear(&opened);
	buf_clear(&signature.text);
	keys_close(signer);
	keys_close(opener);
}

static void a_sealed_letter_opens_at_its_recipient_alone(void **state)
{
	struct keys *signer = start(KEYS_SIGN, "sign"), *opener = start(KEYS_UNSEAL, "open");
	const char *const to[] = { party_key, NULL }, *const senders[] = { centre_key, NULL };
	struct error err = ERROR_NONE;
	struct keys_opened opened;
	struct buf sealed;

	(void)state;
	if (keys_seal(signer, KEYS_OPENPGP, "", to, LETTER, &sealed, &err) < 0)
		fail_msg("%s", err.line);
	assert_int_equal(keys_unseal(opener, KEYS_OPENPGP, senders, buf_bytes(&sealed), &opened, &err), 0);
	assert_true(bytes_equal(buf_bytes(&opened.text), LETTER));
	assert_int_equal(opened.trust, KEYS_GOOD);
	keys_opened_clear(&opened);
	sealed.p[sealed.n / 2] ^= 1;
	assert_true(keys_unseal(opener, KEYS_OPENPGP, senders, buf_bytes(&sealed), &opened, &err) < 0);
	keys_opened_clear(&opened);
	buf_clear(&sealed);
	assert_int_equal(keys_seal(signer, KEYS_OPENPGP, "", (const char *[]){ centre_key, NULL }, LETTER, &sealed, &err), 0);
	assert_int_equal(keys_unseal(opener, KEYS_OPENPGP, NULL, buf_bytes(&sealed), &opened, &err), -ENOKEY);
	keys_opened_clear(&opened);
	buf_clear(&sealed);
	keys_close(signer);
	keys_close(opener);
}

static void each_process_does_its_own_alone(void **state)
{
	struct keys *signer = start(KEYS_SIGN, "sign"), *opener = start(KEYS_UNSEAL, "open");
	struct keys_signature signature = { .micalg = "" };
	struct error err = ERROR_NONE;
	struct keys_described d;
	struct keys_opened opened;

	(void)state;
	assert_int_equal(keys_sign(opener, KEYS_OPENPGP, "", LETTER, &signature, &err), -EPERM);
	buf_clear(&signature.text);
	assert_int_equal(keys_unseal(signer, KEYS_OPENPGP, NULL, LETTER, &opened, &err), -EPERM);
	keys_opened_clear(&opened);
	assert_int_equal(keys_describe(opener, KEYS_OPENPGP, centre_key, &d, &err), 0);
	assert_true(d.can_encrypt);
	assert_int_equal(d.expires_at, 0);
	assert_true(keys_describe(opener, KEYS_OPENPGP, "no key", &d, &err) < 0);
	keys_close(signer);
	keys_close(opener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_good_and_tells_changes),
		cmocka_unit_test(a_sealed_letter_opens_at_its_recipient_alone),
		cmocka_unit_test(each_process_does_its_own_alone),
	};

	return cmocka_run_group_tests_name("keys", tests, make_keys, drop_keys);
}
