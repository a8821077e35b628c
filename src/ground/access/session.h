/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Logging in, and being in. A session is a random token of 256 bits, which the browser keeps in a cookie and the database
 * as its hash. It ends when nothing is heard of it for a while, after a longest time, at logout, with a new password, when the
 * account is locked, or by hand.
 *
 * Against guessing: after five failures the next attempt waits, twice as long each time, a minute at the most (rules.h). Failures
 * are counted by login name and by address. An attempt while one waits is refused without looking at the password, and is
 * not counted. A browser in which the account has logged in before carries a token of its own and is counted by itself: who
 * guesses from elsewhere keeps nobody out of their own desk. What else helps is `hinomi account unlock`. */
#ifndef GROUND_ACCESS_SESSION_H
#define GROUND_ACCESS_SESSION_H

#include "engine/db/db.h"
#include "ground/access/password.h"
#include "ground/access/rules.h"
#include "ground/record/doing.h"

struct session_limits {
	int64_t idle_us, longest_us;
};

/* Where a request comes from. Texts are cut to what a table shows. */
struct session_origin {
	const char *address; /* "192.0.2.1"; "": this machine */
	const char *agent;   /* User-Agent */
};

struct login_attempt {
	const char *login, *password, *code; /* `code`: of the second factor, or a recovery code; "" */
	const char *device;                  /* the browser's token; "": it has none */
	struct session_origin origin;
	int64_t at;
};

enum login_result { LOGIN_DONE, LOGIN_WRONG, LOGIN_LATER };

struct login {
	enum login_result result;
	int64_t wait_us;          /* LOGIN_LATER */
	char token[SECRET_TEXT];  /* LOGIN_DONE: for the browser's cookies */
	char device[SECRET_TEXT];
	char lang[3];             /* the account's */
};

/* Takes about a tenth of a second. What is wrong (name, password, code, a lock) is not said. */
int session_login(struct db *db, const struct login_attempt *a, struct login *ret, struct error *err);

/* The viewer of a token: 1, or 0 where there is no such session, any more. Texts are the arena's. */
struct session {
	int64_t id;
	struct viewer viewer;
	const char *lang;
	bool must_change; /* the password was made for them: nothing may be done before it is changed */
};
int session_find(struct db *db, const char *token, const struct session_limits *limits, int64_t at, struct arena *arena,
		 struct session *ret, struct error *err);

/* Ends one of an account's sessions. -ENOENT: it has none such. */
int session_end(struct db *db, const struct viewer *v, int64_t session, const char *why, int64_t at, struct error *err);

/* The same on the command line: one session of an account, or (0) all of them. -ENOENT: none. */
int session_remove(struct db *db, const char *login, int64_t session, const struct doing *doing, struct error *err);

/* Another password, chosen by the account itself: all its sessions end, and a new one begins. -EACCES: `before` is not the
 * password, which counts as a failure; -EBUSY: too many of those; -EINVAL: refused, see `ret_fault`. */
struct password_change {
	const char *before, *password;
	struct session_origin origin;
	int64_t at;
};
int session_change_password(struct db *db, const struct viewer *v, const struct password_change *c,
			    char ret_token[SECRET_TEXT], enum password_fault *ret_fault, struct error *err);

/* Whether it is the account's password, before something that a session alone should not do. As above. */
int session_check_password(struct db *db, const struct viewer *v, const char *password, int64_t at, struct error *err);

/* Forgets sessions and browsers that were not seen for 180 days, and failures of yesterday. */
int session_forget(struct db *db, int64_t at, struct error *err);

struct session_row {
	int64_t id;
	const char *login, *address, *agent;
	int64_t created_at, seen_at;
};
/* Those of an account, or ("") all, that have not ended; of the arena. */
int session_list(struct db *db, const char *login, const struct session_limits *limits, int64_t at, struct arena *arena,
		 struct session_row **ret, size_t *ret_count, struct error *err);

#endif
