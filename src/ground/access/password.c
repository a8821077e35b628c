/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Passwords and random secrets. */
#include "ground/access/password.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* libsodium's "interactive" (its manual, "Password hashing"). */
#define PASSES crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE
#define MEMORY_BYTES crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE

int password_hash(const char *password, char into[PASSWORD_HASH_TEXT], struct error *err)
{
	if (sodium_init() < 0)
		return error_set(err, -EIO, "cannot start libsodium");
	if (crypto_pwhash_str_alg(into, password, strlen(password), PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_set(err, -ENOMEM, "not enough memory to hash a password");
	return 0;
}

bool password_fits(const char *hash, const char *password)
{
	/* Of a random password that nobody knows. */
	static const char nobodys[] =
		"$argon2id$v=19$m=65536,t=2,p=1$NHZ7V9DtgJKrslk11iZOZA$pLjHTcrkmSn4zxAEb8e6DbJ2DwMnFF7fBG2AUtx7C0M";
	bool is_nobody = !hash[0];

	if (sodium_init() < 0)
		return false;
	return crypto_pwhash_str_verify(is_nobody ? nobodys : hash, password, strlen(password)) == 0 && !is_nobody;
}

/* Crockford's base32: no i, l, o, u. */
static void format_groups(const uint8_t bytes[10], char into[PASSWORD_RANDOM_TEXT])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t bits = 0;
	size_t have = 0, n = 0;

	_Static_assert(sizeof digits == 33, "32 signs");
	for (size_t i = 0; i < 10; i++) {
		bits = bits << 8 | bytes[i];
		for (have += 8; have >= 5; have -= 5) {
			if (n % 5 == 4)
				into[n++] = '-';
			into[n++] = digits[bits >> (have - 5) & 31];
		}
	}
	into[n] = '\0';
}

void password_random(char into[PASSWORD_RANDOM_TEXT])
{
	uint8_t bytes[10];

	if (sodium_init() < 0)
		abort();
	randombytes_buf(bytes, sizeof bytes);
	format_groups(bytes, into);
}

void recovery_code(const char *seed, unsigned n, char into[PASSWORD_RANDOM_TEXT])
{
	uint8_t bytes[crypto_hash_sha256_BYTES];
	char text[SECRET_TEXT + 32];

	snprintf(text, sizeof text, "recovery code %u of %s", n, seed);
	crypto_hash_sha256(bytes, (const uint8_t *)text, strlen(text));
	format_groups(bytes, into);
}

void secret_random(char into[SECRET_TEXT])
{
	uint8_t bytes[32];

	if (sodium_init() < 0)
		abort();
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(into, SECRET_TEXT, bytes, sizeof bytes);
}

void secret_hash(const char *text, char into[SECRET_TEXT])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
	sodium_bin2hex(into, SECRET_TEXT, hash, sizeof hash);
}
