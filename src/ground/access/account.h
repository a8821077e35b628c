/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Accounts: people who work here. Passwords are Argon2id hashes (password.h); the second factor is optional and comes with
 * ten recovery codes. Accounts are locked, never removed: their names stand in timelines.
 *
 *	struct account_new n = { .login = "suzuki", .name_en = "SUZUKI Ichiro", .roles = 1u << ROLE_HANDLER, .password = typed };
 *	account_add(db, &n, &doing, &err);
 *
 * Each change writes the audit log in its transaction. The work of hashing is done before it begins. */
#ifndef GROUND_ACCESS_ACCOUNT_H
#define GROUND_ACCESS_ACCOUNT_H

#include "engine/db/db.h"
#include "ground/access/password.h"
#include "ground/access/rules.h"
#include "ground/access/totp.h"
#include "ground/record/doing.h"

#define RECOVERY_CODES 10

struct account {
	int64_t id;
	const char *login, *name_ja, *name_en, *lang;
	unsigned roles;
	bool is_locked, must_change, has_totp;
	const char *compartments; /* with ", " between */
	int64_t created_at, last_login_at; /* 0: never */
	int64_t codes;                     /* recovery codes left */
	const char *totp_pending, *codes_pending; /* "": nothing is being set up */
	const char *password, *totp;       /* the hash; "": none */
	int64_t totp_step;
};

/* All, or the one of a login name; of the arena. */
int account_list(struct db *db, const char *login, struct arena *arena, struct account **ret, size_t *ret_count,
		 struct error *err);
/* One; -ENOENT: no such account. */
int account_load(struct db *db, const char *login, struct arena *arena, struct account *ret, struct error *err);
/* 1: there is an account, 0: there is none yet. */
int account_any(struct db *db, struct error *err);

struct account_new {
	const char *login, *name_ja, *name_en;
	const char *lang; /* "ja", "en" */
	unsigned roles;
	const char *password;
	bool is_one_time; /* to be changed at the first login; its own rules are not asked */
};

/* -EEXIST: the name is taken; -EINVAL: not a name, or the password is refused (the line says why). */
int account_add(struct db *db, const struct account_new *n, const struct doing *doing, struct error *err);

struct account_change {
	const char *name_ja, *name_en, *lang; /* NULL: as it is */
	const unsigned *roles;
};
int account_change(struct db *db, const char *login, const struct account_change *c, const struct doing *doing, struct error *err);

/* Locking ends its sessions; unlocking also forgets failures. */
int account_lock(struct db *db, const char *login, bool is_locked, const struct doing *doing, struct error *err);

/* Ends all its sessions. */
int account_set_password(struct db *db, const char *login, const char *password, bool is_one_time, const struct doing *doing,
			 struct error *err);

/* Takes the second factor away: for who has lost it, and the codes. */
int account_remove_totp(struct db *db, const char *login, const struct doing *doing, struct error *err);
/* Begins to set it up: a secret and what the codes are made from, shown until the first code from the device confirms that it
 * works. The factor in use, if any, stays until then. */
int account_begin_totp(struct db *db, const char *login, const struct doing *doing, struct error *err);
/* -EACCES: not the right code. */
int account_confirm_totp(struct db *db, const char *login, const char *code, const struct doing *doing, struct error *err);
/* For the authenticator: otpauth://totp/hinomi:suzuki?secret=… */
const char *account_totp_url(struct arena *arena, const char *login, const char *secret);

#endif
