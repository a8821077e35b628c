/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Logging in, and being in. */
#include "ground/access/session.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "ground/access/account.h"
#include "ground/access/account.sql.gen.h"
#include "ground/access/audit.h"
#include "ground/access/session.sql.gen.h"
#include "ground/access/sight.sql.gen.h"

#include <errno.h>

#define AGENT_MAX 200
#define TOUCH_US (60 * SECOND_US)
#define KEPT_US (180 * DAY_US)

/* --- failures --- */

struct counter {
	const char *scope;
	char name[SECRET_TEXT];
};

/* Who is counted: the browser that is known, else the login name and the address. */
struct counters {
	struct counter list[2];
	size_t count;
};

/* IPv6 by /64: who has one address there has them all. */
static void network_of(const char *address, char into[64])
{
	struct address a;

	if (address_parse(BYTES_TEXT(address), &a) && a.family == 6)
		snprintf(into, 64, "%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", a.byte[0], a.byte[1], a.byte[2], a.byte[3],
			 a.byte[4], a.byte[5], a.byte[6], a.byte[7]);
	else
		text_copy(into, 64, BYTES_TEXT(address));
}

static struct counters counters_of(const struct login_attempt *a, bool is_known_device)
{
	struct counters c = { .count = 1 };
	char network[64];

	if (is_known_device) {
		c.list[0].scope = "device";
		secret_hash(a->device, c.list[0].name);
		return c;
	}
	c.list[0].scope = "login";
	secret_hash(a->login, c.list[0].name);
	/* This machine is everybody's address behind a proxy that says nothing, and of a Unix socket. */
	if (a->origin.address[0]) {
		c.list[1].scope = "address";
		network_of(a->origin.address, network);
		secret_hash(network, c.list[1].name);
		c.count = 2;
	}
	return c;
}

static int find_wait(struct db *db, const struct counters *c, int64_t at, int64_t *ret_us, struct error *err)
{
	int r = 0;

	*ret_us = 0;
	for (size_t i = 0; i < c->count && r >= 0; i++) {
		struct failure_find_row row = { 0 };
		r = failure_find(db, c->list[i].scope, c->list[i].name, NULL, &row, err);
		if (r == 1)
			*ret_us = MAX(*ret_us, login_wait_us(row.count, row.last_at, at));
	}
	return r < 0 ? r : 0;
}

static int count_failure(struct db *db, const struct counters *c, int64_t at, struct error *err)
{
	int r = failure_forget(db, at - DAY_US, err);

	for (size_t i = 0; i < c->count && r >= 0; i++)
		r = failure_count(db, c->list[i].scope, c->list[i].name, at, at - FAILURES_FORGOTTEN_US, err);
	return r < 0 ? r : 0;
}

static int clear_failures(struct db *db, const struct counters *c, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < c->count && r >= 0; i++)
		r = failure_clear(db, c->list[i].scope, c->list[i].name, err);
	return r < 0 ? r : 0;
}

/* --- logging in --- */

struct entering {
	const struct login_attempt *attempt;
	const struct account *account; /* NULL: nobody of that name */
	const struct counters *counters;
	struct login *login;
	int64_t step;
	char code[SECRET_TEXT]; /* the recovery code to spend; "" */
};

static void fill_origin(const struct session_origin *o, char agent[AGENT_MAX])
{
	struct bytes text = BYTES_TEXT(o->agent ? o->agent : "");

	if (!text_is_utf8(text) || !text_copy(agent, AGENT_MAX, text))
		text_copy(agent, AGENT_MAX, text_is_utf8(text) ? BYTES(text.p, AGENT_MAX - 4) : BYTES_TEXT("?"));
	/* Cut inside a sign. */
	while (!text_is_utf8(BYTES_TEXT(agent)))
		agent[strlen(agent) - 1] = '\0';
}

static int begin_session(struct db *db, int64_t account, const struct session_origin *o, const char *token, int64_t at,
			 struct error *err)
{
	char hash[SECRET_TEXT], agent[AGENT_MAX];

	secret_hash(token, hash);
	fill_origin(o, agent);
	return session_insert(db, account, hash, o->address, agent, at, err);
}

static int know_device(struct db *db, const struct entering *e, struct error *err)
{
	char hash[SECRET_TEXT];

	secret_hash(e->login->device, hash);
	return device_insert(db, hash, e->account->id, e->attempt->at, err);
}

/* The account may have been changed while the password was being checked. */
static int enter(struct db *db, void *context, struct error *err)
{
	const struct entering *e = context;
	const struct login_attempt *a = e->attempt;
	struct doing doing = { a->at, e->account->login };
	int r = session_enter(db, e->account->id, e->account->password, e->step, a->at, err);

	if (r == 1 && e->code[0])
		r = session_code_spend(db, e->account->id, e->code, err);
	if (r == 0)
		return error_set(err, -EACCES, "the account was changed meanwhile");
	if (r > 0)
		r = begin_session(db, e->account->id, &a->origin, e->login->token, a->at, err);
	if (r >= 0)
		r = know_device(db, e, err);
	if (r >= 0)
		r = clear_failures(db, e->counters, err);
	return r < 0 ? r : audit_add(db, &doing, e->code[0] ? "logged in by recovery code" : "logged in", e->account->login, err);
}

static int refuse(struct db *db, void *context, struct error *err)
{
	const struct entering *e = context;
	/* What was typed is not kept: it may be a password. */
	const char *name = e->account ? e->account->login : "nobody";
	struct doing doing = { e->attempt->at, e->attempt->origin.address[0] ? e->attempt->origin.address : "local" };
	int r = count_failure(db, e->counters, e->attempt->at, err);

	return r < 0 ? r : audit_add(db, &doing, e->account && e->account->is_locked ? "login refused" : "login failed", name, err);
}

/* 1: it is right. */
static int check_second(struct db *db, struct entering *e, struct error *err)
{
	struct session_code_row row = { 0 };
	int r;

	if (!e->account->has_totp)
		return 1;
	if (totp_check(e->account->totp, e->attempt->code, e->attempt->at, &e->step))
		return 1;
	secret_hash(e->attempt->code, e->code);
	r = session_code(db, e->account->id, e->code, NULL, &row, err);
	if (r != 1)
		e->code[0] = '\0';
	return r;
}

static bool fits(const struct entering *e)
{
	bool is_right = password_fits(e->account ? e->account->password : "", e->attempt->password);

	return is_right && !e->account->is_locked;
}

static int try(struct db *db, struct entering *e, struct error *err)
{
	int r = fits(e) ? check_second(db, e, err) : 0;

	if (r == 1) {
		secret_random(e->login->token);
		secret_random(e->login->device);
		text_copy(e->login->lang, sizeof e->login->lang, BYTES_TEXT(e->account->lang));
		r = db_transaction(db, enter, e, err);
		if (r == 0)
			e->login->result = LOGIN_DONE;
		if (r != -EACCES)
			return r;
		r = 0;
	}
	return r < 0 ? r : db_transaction(db, refuse, e, err);
}

static int is_known(struct db *db, const struct login_attempt *a, const struct account *account, struct error *err)
{
	struct device_find_row row = { 0 };
	char hash[SECRET_TEXT];

	if (!account || strlen(a->device) != SECRET_TEXT - 1)
		return 0;
	secret_hash(a->device, hash);
	return device_find(db, hash, account->id, NULL, &row, err);
}

int session_login(struct db *db, const struct login_attempt *a, struct login *ret, struct error *err)
{
	struct arena *arena = arena_new();
	struct error ignored = ERROR_NONE;
	struct account account = { 0 };
	struct counters counters;
	struct entering e = { .attempt = a, .counters = &counters, .login = ret };
	int r = login_is_name(a->login) ? account_load(db, a->login, arena, &account, &ignored) : -ENOENT;

	*ret = (struct login){ .result = LOGIN_WRONG };
	if (r == 0) {
		e.account = &account;
		e.step = account.totp_step;
	}
	r = r == -ENOENT ? 0 : r;
	if (r == 0)
		r = is_known(db, a, e.account, err);
	counters = counters_of(a, r == 1);
	if (r >= 0)
		r = find_wait(db, &counters, a->at, &ret->wait_us, err);
	if (r == 0 && ret->wait_us)
		ret->result = LOGIN_LATER;
	else if (r == 0)
		r = try(db, &e, err);
	arena_free(arena);
	return r;
}

/* --- being in --- */

struct members {
	struct arena *arena;
	const char **list;
	size_t count, room;
};

static int take_member(void *context, const struct sight_compartments_row *row)
{
	struct members *m = context;

	m->list = memory_grow((void *)m->list, &m->room, m->count + 1, sizeof *m->list);
	m->list[m->count++] = arena_text(m->arena, row->name);
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

static int fill_viewer(struct db *db, struct arena *arena, struct viewer *v, struct error *err)
{
	struct members m = { .arena = arena };
	int r = account_roles(db, v->id, take_role, &v->roles, err);

	if (r == 0)
		r = sight_compartments(db, v->id, take_member, &m, err);
	v->compartments = (void *)arena_bytes(arena, m.list, m.count * sizeof *m.list);
	v->compartment_count = m.count;
	free((void *)m.list);
	return r;
}

struct touching {
	int64_t id, account, at;
	const char *why; /* NULL: it goes on */
};

static int touch(struct db *db, void *context, struct error *err)
{
	const struct touching *t = context;

	return t->why ? session_close(db, t->id, t->account, t->at, t->why, err) : session_touch(db, t->id, t->at, err);
}

int session_find(struct db *db, const char *token, const struct session_limits *limits, int64_t at, struct arena *arena,
		 struct session *ret, struct error *err)
{
	struct session_by_token_row row = { 0 };
	char hash[SECRET_TEXT];
	struct touching t;
	int r;

	if (strlen(token) != SECRET_TEXT - 1)
		return 0;
	secret_hash(token, hash);
	r = session_by_token(db, hash, arena, &row, err);
	if (r != 1 || strcmp(row.state, "active") != 0)
		return r < 0 ? r : 0;
	t = (struct touching){ row.id, row.account_id, at, session_over(row.created_at, row.seen_at, at, limits->idle_us,
									limits->longest_us) };
	if (t.why || at - row.seen_at >= TOUCH_US)
		r = db_transaction(db, touch, &t, err);
	/* Another writer is busy: nobody is refused a page for that. */
	if (r == -EAGAIN && !t.why)
		r = 0;
	if (r < 0 || t.why)
		return r < 0 ? r : 0;
	*ret = (struct session){
		.id = row.id,
		.viewer = { .id = row.account_id, .actor = row.login },
		.lang = row.lang,
		.must_change = row.must_change,
	};
	r = fill_viewer(db, arena, &ret->viewer, err);
	return r < 0 ? r : 1;
}

struct ending {
	const struct viewer *viewer;
	int64_t session, at;
	const char *why;
};

static int end(struct db *db, void *context, struct error *err)
{
	const struct ending *e = context;
	struct doing doing = { e->at, e->viewer->actor };
	int r = session_close(db, e->session, e->viewer->id, e->at, e->why, err);

	if (r == 0)
		return error_set(err, -ENOENT, "there is no such session");
	return r < 0 ? r : audit_add(db, &doing, strcmp(e->why, "logout") == 0 ? "logged out" : "ended session", e->viewer->actor, err);
}

int session_end(struct db *db, const struct viewer *v, int64_t session, const char *why, int64_t at, struct error *err)
{
	struct ending e = { v, session, at, why };

	return db_transaction(db, end, &e, err);
}

struct removing {
	const char *login;
	int64_t session;
	const struct doing *doing;
};

static int remove_sessions(struct db *db, void *context, struct error *err)
{
	const struct removing *e = context;
	struct arena *arena = arena_new();
	struct account a = { .id = 0 };
	int r = account_load(db, e->login, arena, &a, err);

	arena_free(arena);
	if (r == 0)
		r = e->session ? session_close(db, e->session, a.id, e->doing->at, "ended", err) :
				 session_close_all(db, a.id, e->doing->at, "ended", err);
	if (r == 0)
		return error_set(err, -ENOENT, "'%s' has no such session", e->login);
	return r < 0 ? r : audit_add(db, e->doing, "ended session", e->login, err);
}

int session_remove(struct db *db, const char *login, int64_t session, const struct doing *doing, struct error *err)
{
	struct removing e = { login, session, doing };

	return db_transaction(db, remove_sessions, &e, err);
}

/* --- another password --- */

struct changing {
	const struct password_change *change;
	const struct account *account;
	const char *hash, *token;
	const struct counters *counters;
};

static int change(struct db *db, void *context, struct error *err)
{
	const struct changing *c = context;
	int64_t at = c->change->at, id = c->account->id;
	struct doing doing = { at, c->account->login };
	int r = account_update_password(db, id, c->account->password, c->hash, false, err);

	if (r == 0)
		return error_set(err, -EACCES, "the password was changed meanwhile");
	if (r > 0)
		r = session_close_all(db, id, at, "password", err);
	if (r >= 0)
		r = begin_session(db, id, &c->change->origin, c->token, at, err);
	if (r >= 0)
		r = clear_failures(db, c->counters, err);
	return r < 0 ? r : audit_add(db, &doing, "changed password", c->account->login, err);
}

static int fail_check(struct db *db, void *context, struct error *err)
{
	const struct changing *c = context;
	struct doing doing = { c->change->at, c->account->login };
	int r = count_failure(db, c->counters, c->change->at, err);

	return r < 0 ? r : audit_add(db, &doing, "wrong password", c->account->login, err);
}

/* The password that was given as the one so far. */
static int check_before(struct db *db, struct changing *c, struct error *err)
{
	int64_t wait;
	int r = find_wait(db, c->counters, c->change->at, &wait, err);

	if (r < 0)
		return r;
	if (wait)
		return error_set(err, -EBUSY, "too many wrong passwords: wait a minute");
	if (password_fits(c->account->password, c->change->before))
		return 0;
	r = db_transaction(db, fail_check, c, err);
	return r < 0 ? r : error_set(err, -EACCES, "that is not the password");
}

/* Who is in is counted by himself: no stranger gets here. */
static struct counters counters_of_viewer(const struct viewer *v)
{
	struct counters c = { .count = 1, .list = { { .scope = "device" } } };
	char name[40];

	snprintf(name, sizeof name, "account %lld", (long long)v->id);
	secret_hash(name, c.list[0].name);
	return c;
}

int session_check_password(struct db *db, const struct viewer *v, const char *password, int64_t at, struct error *err)
{
	struct password_change change = { .before = password, .at = at };
	struct counters counters = counters_of_viewer(v);
	struct arena *arena = arena_new();
	struct account account;
	struct changing c = { .change = &change, .account = &account, .counters = &counters };
	int r = account_load(db, v->actor, arena, &account, err);

	if (r == 0)
		r = check_before(db, &c, err);
	arena_free(arena);
	return r;
}

int session_change_password(struct db *db, const struct viewer *v, const struct password_change *c,
			    char ret_token[SECRET_TEXT], enum password_fault *ret_fault, struct error *err)
{
	struct counters counters = counters_of_viewer(v);
	struct arena *arena = arena_new();
	char hash[PASSWORD_HASH_TEXT];
	struct account account;
	struct changing g = { c, &account, hash, ret_token, &counters };
	int r = account_load(db, v->actor, arena, &account, err);

	*ret_fault = password_check(c->password, v->actor);
	if (r == 0 && *ret_fault != PASSWORD_GOOD)
		r = error_set(err, -EINVAL, "the password is refused: %s", password_fault_words(*ret_fault));
	if (r == 0)
		r = check_before(db, &g, err);
	if (r == 0)
		r = password_hash(c->password, hash, err);
	if (r == 0) {
		secret_random(ret_token);
		r = db_transaction(db, change, &g, err);
	}
	arena_free(arena);
	return r;
}

/* --- what is forgotten --- */

static int forget(struct db *db, void *context, struct error *err)
{
	const int64_t *at = context;
	int r = session_forget_old(db, *at - KEPT_US, err);

	if (r >= 0)
		r = device_forget(db, *at - KEPT_US, err);
	if (r >= 0)
		r = failure_forget(db, *at - DAY_US, err);
	return r < 0 ? r : 0;
}

int session_forget(struct db *db, int64_t at, struct error *err)
{
	return db_transaction(db, forget, &at, err);
}

/* --- who is in --- */

struct sessions {
	struct session_row *list;
	size_t count, room;
	struct arena *arena;
	const struct session_limits *limits;
	int64_t at;
};

static int take_session(void *context, const struct session_select_row *row)
{
	struct sessions *s = context;

	if (session_over(row->created_at, row->seen_at, s->at, s->limits->idle_us, s->limits->longest_us))
		return 0;
	s->list = memory_grow(s->list, &s->room, s->count + 1, sizeof *s->list);
	s->list[s->count++] = (struct session_row){ row->id, arena_text(s->arena, row->login), arena_text(s->arena, row->address),
						    arena_text(s->arena, row->agent), row->created_at, row->seen_at };
	return 0;
}

int session_list(struct db *db, const char *login, const struct session_limits *limits, int64_t at, struct arena *arena,
		 struct session_row **ret, size_t *ret_count, struct error *err)
{
	struct sessions s = { .arena = arena, .limits = limits, .at = at };
	int r = session_select(db, login, take_session, &s, err);

	if (r == 0) {
		*ret = (void *)arena_bytes(arena, s.list, s.count * sizeof *s.list);
		*ret_count = s.count;
	}
	free(s.list);
	return r;
}
