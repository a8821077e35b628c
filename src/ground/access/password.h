/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Passwords and random secrets (libsodium). */
#ifndef GROUND_ACCESS_PASSWORD_H
#define GROUND_ACCESS_PASSWORD_H

#include "base/error.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_HASH_TEXT crypto_pwhash_STRBYTES
#define SECRET_TEXT 65 /* 32 bytes in hexadecimal */

/* Argon2id, two passes over 64 MiB: about a tenth of a second. -ENOMEM: there is no such memory. */
int password_hash(const char *password, char into[PASSWORD_HASH_TEXT], struct error *err);
/* `hash` "" is nobody's: it takes as long, and gives false. */
bool password_fits(const char *hash, const char *password);

/* Four groups of four that can be read out and typed: 80 random bits. */
#define PASSWORD_RANDOM_TEXT 20
void password_random(char into[PASSWORD_RANDOM_TEXT]);
/* The same, made from a seed: recovery code `n` of it. */
void recovery_code(const char *seed, unsigned n, char into[PASSWORD_RANDOM_TEXT]);

/* 32 random bytes. */
void secret_random(char into[SECRET_TEXT]);
/* SHA-256 of a text: what the database keeps of tokens, codes and the names of failures. */
void secret_hash(const char *text, char into[SECRET_TEXT]);

#endif
