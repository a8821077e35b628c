/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Accounts. */
#include "ground/access/account.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "ground/access/account.sql.gen.h"
#include "ground/access/audit.h"
#include "ground/access/session.sql.gen.h"
#include "ground/access/sight.h"
#include "ground/access/sight.sql.gen.h"

#include <errno.h>

/* --- reading --- */

struct accounts {
	struct account *list;
	size_t count, room;
	struct arena *arena;
};

static const char *text_or_empty(struct arena *arena, const char *text)
{
	return arena_text(arena, text ? text : "");
}

static int take(void *context, const struct account_select_row *row)
{
	struct accounts *a = context;

	a->list = memory_grow(a->list, &a->room, a->count + 1, sizeof *a->list);
	a->list[a->count++] = (struct account){
		.id = row->id,
		.login = arena_text(a->arena, row->login),
		.name_ja = arena_text(a->arena, row->name_ja),
		.name_en = arena_text(a->arena, row->name_en),
		.lang = arena_text(a->arena, row->lang),
		.is_locked = strcmp(row->state, "active") != 0,
		.must_change = row->must_change,
		.has_totp = row->totp,
		.created_at = row->created_at,
		.last_login_at = row->has_last_login_at ? row->last_login_at : 0,
		.totp_pending = text_or_empty(a->arena, row->totp_pending),
		.codes_pending = text_or_empty(a->arena, row->codes_pending),
		.password = arena_text(a->arena, row->password),
		.totp = text_or_empty(a->arena, row->totp),
		.totp_step = row->totp_step,
	};
	return 0;
}

static int take_role(void *context, const struct account_roles_row *row)
{
	unsigned *roles = context;
	enum role role;

	if (role_parse(row->role, &role))
		*roles |= 1u << role;
	return 0;
}

struct joining {
	struct arena *arena;
	const char *text;
};

static int take_compartment(void *context, const struct sight_compartments_row *row)
{
	struct joining *j = context;

	j->text = arena_printf(j->arena, "%s%s%s", j->text, j->text[0] ? ", " : "", row->name);
	return 0;
}

static int fill(struct db *db, struct account *a, struct arena *arena, struct error *err)
{
	struct joining j = { arena, "" };
	struct account_codes_row codes = { 0 };
	int r = account_roles(db, a->id, take_role, &a->roles, err);

	if (r == 0)
		r = sight_compartments(db, a->id, take_compartment, &j, err);
	if (r == 0)
		r = account_codes(db, a->id, arena, &codes, err);
	a->compartments = j.text;
	a->codes = codes.count;
	return r < 0 ? r : 0;
}

int account_list(struct db *db, const char *login, struct arena *arena, struct account **ret, size_t *ret_count,
		 struct error *err)
{
	struct accounts a = { .arena = arena };
	int r = account_select(db, login, take, &a, err);

	for (size_t i = 0; i < a.count && r == 0; i++)
		r = fill(db, &a.list[i], arena, err);
	if (r == 0) {
		*ret = (void *)arena_bytes(arena, a.list, a.count * sizeof *a.list);
		*ret_count = a.count;
	}
	free(a.list);
	return r;
}

int account_load(struct db *db, const char *login, struct arena *arena, struct account *ret, struct error *err)
{
	struct account *list;
	size_t count = 0;
	int r = login[0] ? account_list(db, login, arena, &list, &count, err) : 0;

	if (r < 0)
		return r;
	if (count == 0)
		return error_set(err, -ENOENT, "there is no account '%s'", login);
	*ret = list[0];
	return 0;
}

int account_any(struct db *db, struct error *err)
{
	struct account_one_row row;

	return account_one(db, NULL, &row, err);
}

/* --- what is checked before --- */

static int check_names(const char *ja, const char *en, const char *lang, struct error *err)
{
	const char *const names[] = { ja, en };

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i] && (strlen(names[i]) > NAME_MAX_BYTES || !text_is_utf8(BYTES_TEXT(names[i]))))
			return error_set(err, -EINVAL, "a name has %d bytes of UTF-8 at most", NAME_MAX_BYTES);
	if (lang && strcmp(lang, "ja") != 0 && strcmp(lang, "en") != 0)
		return error_set(err, -EINVAL, "'%s' is not a language: ja or en", lang);
	return 0;
}

static int check_password(const char *password, const char *login, bool is_one_time, struct error *err)
{
	enum password_fault fault = password_check(password, login);

	if (is_one_time || fault == PASSWORD_GOOD)
		return 0;
	return error_set(err, -EINVAL, "the password is refused: %s", password_fault_words(fault));
}

/* --- changing: one thing is done in one transaction, to an account that is loaded in it --- */

struct work {
	const char *login;
	const struct doing *doing;
	const struct account_new *made;
	const struct account_change *change;
	const char *hash, *what, *secret, *seed, *code;
	bool is_one_time, is_locked;
	int (*apply)(struct db *db, const struct work *w, const struct account *a, struct error *err);
};

static int work_on(struct db *db, void *context, struct error *err)
{
	const struct work *w = context;
	struct arena *arena = arena_new();
	struct account a;
	int r = account_load(db, w->login, arena, &a, err);

	if (r == 0)
		r = w->apply(db, w, &a, err);
	if (r >= 0)
		r = audit_add(db, w->doing, w->what, w->login, err);
	arena_free(arena);
	return r < 0 ? r : 0;
}

static int run(struct db *db, struct work *w, struct error *err)
{
	return db_transaction(db, work_on, w, err);
}

static int set_roles(struct db *db, int64_t id, unsigned roles, struct error *err)
{
	int r = account_roles_clear(db, id, err);

	for (int i = 0; i < ROLE_COUNT && r >= 0; i++)
		if (roles >> i & 1)
			r = account_role_insert(db, id, role_name((enum role)i), err);
	return r < 0 ? r : access_refresh(db, id, err);
}

static int insert(struct db *db, void *context, struct error *err)
{
	const struct work *w = context;
	const struct account_new *n = w->made;
	struct account_insert_row row = { 0 };
	int r = account_insert(db, n->login, n->name_ja ? n->name_ja : "", n->name_en ? n->name_en : "", n->lang ? n->lang : "ja",
			       w->hash, n->is_one_time, w->doing->at, NULL, &row, err);

	if (r == -EEXIST)
		return error_set(err, -EEXIST, "there is an account '%s' already", n->login);
	if (r >= 0)
		r = set_roles(db, row.id, n->roles, err);
	return r < 0 ? r : audit_add(db, w->doing, "made account", n->login, err);
}

int account_add(struct db *db, const struct account_new *n, const struct doing *doing, struct error *err)
{
	char hash[PASSWORD_HASH_TEXT];
	struct work w = { .made = n, .hash = hash, .doing = doing };
	int r = check_names(n->name_ja, n->name_en, n->lang, err);

	if (!login_is_name(n->login)) {
		error_hint(err, "names have small letters, digits, '-', '_' and '.', %d at most, a letter first", LOGIN_MAX);
		return error_set(err, -EINVAL, "'%s' is not a login name", n->login);
	}
	if (r == 0)
		r = check_password(n->password, n->login, n->is_one_time, err);
	if (r == 0)
		r = password_hash(n->password, hash, err);
	return r < 0 ? r : db_transaction(db, insert, &w, err);
}

static int apply_change(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	const struct account_change *c = w->change;
	int r = account_update(db, a->id, c->name_ja ? c->name_ja : a->name_ja, c->name_en ? c->name_en : a->name_en,
			       c->lang ? c->lang : a->lang, err);

	return r < 0 || !c->roles ? r : set_roles(db, a->id, *c->roles, err);
}

int account_change(struct db *db, const char *login, const struct account_change *c, const struct doing *doing, struct error *err)
{
	struct work w = { .login = login, .change = c, .doing = doing, .what = c->roles ? "changed roles" : "changed account",
			  .apply = apply_change };
	int r = check_names(c->name_ja, c->name_en, c->lang, err);

	return r < 0 ? r : run(db, &w, err);
}

static int apply_lock(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	char name[SECRET_TEXT];
	int r = account_update_state(db, a->id, w->is_locked ? "locked" : "active", err);

	if (r >= 0 && w->is_locked)
		r = session_close_all(db, a->id, w->doing->at, "locked", err);
	secret_hash(a->login, name);
	return r < 0 || w->is_locked ? r : failure_clear(db, "login", name, err);
}

int account_lock(struct db *db, const char *login, bool is_locked, const struct doing *doing, struct error *err)
{
	struct work w = { .login = login, .doing = doing, .is_locked = is_locked, .apply = apply_lock,
			  .what = is_locked ? "locked account" : "unlocked account" };

	return run(db, &w, err);
}

static int apply_password(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	int r = account_update_password(db, a->id, a->password, w->hash, w->is_one_time, err);

	return r < 0 ? r : session_close_all(db, a->id, w->doing->at, "password", err);
}

int account_set_password(struct db *db, const char *login, const char *password, bool is_one_time, const struct doing *doing,
			 struct error *err)
{
	char hash[PASSWORD_HASH_TEXT];
	struct work w = { .login = login, .doing = doing, .hash = hash, .is_one_time = is_one_time, .apply = apply_password,
			  .what = "set password" };
	int r = check_password(password, login, is_one_time, err);

	if (r == 0)
		r = password_hash(password, hash, err);
	return r < 0 ? r : run(db, &w, err);
}

/* --- the second factor --- */

static int apply_remove(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	int r = account_update_totp(db, a->id, NULL, 0, err);

	(void)w;
	return r < 0 ? r : account_codes_clear(db, a->id, err);
}

int account_remove_totp(struct db *db, const char *login, const struct doing *doing, struct error *err)
{
	struct work w = { .login = login, .doing = doing, .apply = apply_remove, .what = "removed second factor" };

	return run(db, &w, err);
}

static int apply_begin(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	return account_update_pending(db, a->id, w->secret, w->seed, err);
}

int account_begin_totp(struct db *db, const char *login, const struct doing *doing, struct error *err)
{
	char secret[TOTP_SECRET_TEXT], seed[SECRET_TEXT];
	struct work w = { .login = login, .doing = doing, .apply = apply_begin, .what = "began second factor",
			  .secret = secret, .seed = seed };
	uint8_t bytes[TOTP_SECRET_BYTES];

	secret_random(seed);
	randombytes_buf(bytes, sizeof bytes);
	totp_format(BYTES(bytes, sizeof bytes), secret);
	sodium_memzero(bytes, sizeof bytes);
	return run(db, &w, err);
}

static int apply_confirm(struct db *db, const struct work *w, const struct account *a, struct error *err)
{
	char code[PASSWORD_RANDOM_TEXT], hash[SECRET_TEXT];
	int64_t step = 0;
	int r;

	if (!a->totp_pending[0] || !totp_check(a->totp_pending, w->code, w->doing->at, &step))
		return error_set(err, -EACCES, "that is not the code of now");
	r = account_update_totp(db, a->id, a->totp_pending, step, err);
	if (r >= 0)
		r = account_codes_clear(db, a->id, err);
	for (unsigned i = 0; i < RECOVERY_CODES && r >= 0; i++) {
		recovery_code(a->codes_pending, i, code);
		secret_hash(code, hash);
		r = account_code_insert(db, a->id, hash, err);
	}
	return r;
}

int account_confirm_totp(struct db *db, const char *login, const char *code, const struct doing *doing, struct error *err)
{
	struct work w = { .login = login, .doing = doing, .apply = apply_confirm, .what = "set second factor", .code = code };

	return run(db, &w, err);
}

const char *account_totp_url(struct arena *arena, const char *login, const char *secret)
{
	return arena_printf(arena, "otpauth://totp/hinomi:%s?secret=%s&issuer=hinomi&algorithm=SHA1&digits=%d&period=30", login,
			    secret, TOTP_DIGITS);
}
