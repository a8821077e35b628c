/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Accounts, sessions, what a viewer sees, the audit log: on a database. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "db_help.h"
#include "ground/access/account.h"
#include "ground/access/audit.h"
#include "ground/access/session.h"
#include "ground/access/sight.h"
#include "ground/record/record.h"

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON (INT64_C(1700000000) * SECOND_US)
#define GOOD "correct horse battery"

static char folder[] = "/tmp/hinomi-access.XXXXXX";
static const struct session_limits limits = { HOUR_US, 10 * HOUR_US };
static const struct doing doing = { NOON, "local:test" };

static struct db *open_db(const char *name)
{
	struct error err = ERROR_NONE;
	struct db *db;

	if (db_open(help_name(folder, name), DB_CREATE, &db, &err) < 0 || access_prepare(db, &err) < 0)
		fail_msg("%s", err.line);
	return db;
}

static void run(struct db *db, const char *sql)
{
	struct error err = ERROR_NONE;

	if (db_run(db, sql, &err) < 0)
		fail_msg("%s", err.line);
}

static void make(struct db *db, const char *login, unsigned roles)
{
	struct account_new n = { .login = login, .name_en = "X", .roles = roles, .password = GOOD };
	struct error err = ERROR_NONE;

	if (account_add(db, &n, &doing, &err) < 0)
		fail_msg("%s", err.line);
}

/* --- accounts --- */

static void test_accounts(void **state)
{
	struct db *db = open_db("accounts");
	struct account_new n = { .login = "suzuki", .name_ja = "鈴木", .lang = "en", .roles = 1u << ROLE_HANDLER, .password = GOOD };
	const unsigned roles = 1u << ROLE_EDITOR | 1u << ROLE_AUDITOR;
	struct account_change c = { .name_en = "SUZUKI", .roles = &roles };
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct account a;

	(void)state;
	assert_int_equal(account_any(db, &err), 0);
	assert_int_equal(account_add(db, &n, &doing, &err), 0);
	assert_int_equal(account_any(db, &err), 1);
	assert_int_equal(account_add(db, &n, &doing, &err), -EEXIST);
	n.login = "Suzuki";
	assert_int_equal(account_add(db, &n, &doing, &err), -EINVAL);
	n.login = "tanaka";
	n.password = "short";
	assert_int_equal(account_add(db, &n, &doing, &err), -EINVAL);
	assert_string_equal(err.line, "the password is refused: shorter than 12 characters");
	assert_int_equal(account_change(db, "suzuki", &c, &doing, &err), 0);
	assert_int_equal(account_change(db, "nobody", &c, &doing, &err), -ENOENT);
	assert_int_equal(account_load(db, "suzuki", arena, &a, &err), 0);
	assert_string_equal(a.name_ja, "鈴木");
	assert_string_equal(a.name_en, "SUZUKI");
	assert_int_equal(a.roles, roles);
	assert_true(strncmp(a.password, "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0);
	arena_free(arena);
	db_close(db);
}

/* --- logging in --- */

static struct login attempt(struct db *db, const char *login, const char *password, const char *code, const char *device, int64_t at)
{
	struct login_attempt a = { login, password, code, device, { "192.0.2.1", "test\xe3\x81" }, at };
	struct error err = ERROR_NONE;
	struct login got;

	if (session_login(db, &a, &got, &err) < 0)
		fail_msg("%s", err.line);
	return got;
}

static int find(struct db *db, const char *token, int64_t at)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct session s;
	int r = session_find(db, token, &limits, at, arena, &s, &err);

	if (r == 1)
		assert_string_equal(s.viewer.actor, "suzuki");
	arena_free(arena);
	return r;
}

static void test_sessions(void **state)
{
	struct db *db = open_db("sessions");
	struct login first, second;
	struct error err = ERROR_NONE;

	(void)state;
	make(db, "suzuki", 1u << ROLE_HANDLER);
	assert_int_equal(attempt(db, "suzuki", "wrong", "", "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "nobody", GOOD, "", "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "", "", "", "", NOON).result, LOGIN_WRONG);
	first = attempt(db, "suzuki", GOOD, "", "", NOON);
	second = attempt(db, "suzuki", GOOD, "", "", NOON);
	assert_int_equal(first.result, LOGIN_DONE);
	assert_string_not_equal(first.token, second.token);
	assert_int_equal(find(db, first.token, NOON + 1), 1);
	assert_int_equal(find(db, "0", NOON + 1), 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_session WHERE length(token) = 64"), 2);
	/* Used now and then it lasts, until the longest time. */
	for (int i = 1; i < 20; i++)
		assert_int_equal(find(db, first.token, NOON + i * HOUR_US / 2), 1);
	assert_int_equal(find(db, first.token, NOON + 10 * HOUR_US), 0);
	assert_int_equal(find(db, second.token, NOON + HOUR_US), 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_session WHERE ended_why = 'idle'"), 1);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_session WHERE ended_why = 'long'"), 1);
	/* What is over does not come back when the clock goes back. */
	assert_int_equal(find(db, second.token, NOON), 0);
	first = attempt(db, "suzuki", GOOD, "", "", NOON);
	assert_int_equal(account_lock(db, "suzuki", true, &doing, &err), 0);
	assert_int_equal(find(db, first.token, NOON), 0);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", NOON).result, LOGIN_WRONG);
	assert_int_equal(account_lock(db, "suzuki", false, &doing, &err), 0);
	assert_int_equal(find(db, first.token, NOON), 0);
	first = attempt(db, "suzuki", GOOD, "", "", NOON);
	assert_int_equal(account_set_password(db, "suzuki", "another " GOOD, false, &doing, &err), 0);
	assert_int_equal(find(db, first.token, NOON), 0);
	db_close(db);
}

static void test_own_password(void **state)
{
	struct db *db = open_db("password");
	struct password_change c = { .before = "wrong", .password = "something quite new", .origin = { "", "" }, .at = NOON };
	struct viewer v = { .actor = "suzuki" };
	struct error err = ERROR_NONE;
	enum password_fault fault;
	char token[SECRET_TEXT];
	struct login old;

	(void)state;
	make(db, "suzuki", 1u << ROLE_HANDLER);
	v.id = help_ask(db, "SELECT id FROM access_account");
	old = attempt(db, "suzuki", GOOD, "", "", NOON);
	assert_int_equal(session_change_password(db, &v, &c, token, &fault, &err), -EACCES);
	c.before = GOOD;
	c.password = "short";
	assert_int_equal(session_change_password(db, &v, &c, token, &fault, &err), -EINVAL);
	assert_int_equal(fault, PASSWORD_SHORT);
	c.password = "something quite new";
	assert_int_equal(session_change_password(db, &v, &c, token, &fault, &err), 0);
	assert_int_equal(find(db, old.token, NOON), 0);
	assert_int_equal(find(db, token, NOON), 1);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "suzuki", c.password, "", "", NOON).result, LOGIN_DONE);
	c.before = "guess";
	for (int i = 0; i < 5; i++)
		assert_int_equal(session_change_password(db, &v, &c, token, &fault, &err), -EACCES);
	assert_int_equal(session_change_password(db, &v, &c, token, &fault, &err), -EBUSY);
	db_close(db);
}

static void test_guessing(void **state)
{
	struct db *db = open_db("guessing");
	struct login in, got;
	int64_t at = NOON;

	(void)state;
	make(db, "suzuki", 1u << ROLE_HANDLER);
	in = attempt(db, "suzuki", GOOD, "", "", at);
	for (int i = 0; i < 5; i++)
		assert_int_equal(attempt(db, "suzuki", "guess", "", "", at).result, LOGIN_WRONG);
	got = attempt(db, "suzuki", GOOD, "", "", at);
	assert_int_equal(got.result, LOGIN_LATER);
	assert_int_equal(got.wait_us, SECOND_US);
	/* Whoever waits is not counted again. */
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", at).wait_us, SECOND_US);
	/* The browser that is known is not kept waiting, and has a count of its own. */
	assert_int_equal(attempt(db, "suzuki", GOOD, "", in.device, at).result, LOGIN_DONE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(attempt(db, "suzuki", "guess", "", in.device, at).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", in.device, at).result, LOGIN_LATER);
	/* A name that nobody has is counted alike: waiting tells nothing. */
	for (int i = 0; i < 2; i++)
		attempt(db, "nobody", "guess", "", "", at + 2 * SECOND_US);
	assert_true(attempt(db, "nobody", "guess", "", "", at + 2 * SECOND_US).result == LOGIN_LATER);
	/* However long it is tried, a minute is the most. */
	for (int i = 0; i < 40; i++) {
		at += 61 * SECOND_US;
		assert_int_equal(attempt(db, "suzuki", "guess", "", "", at).result, LOGIN_WRONG);
	}
	assert_int_equal(attempt(db, "suzuki", "guess", "", "", at).wait_us, 60 * SECOND_US);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", at + 61 * SECOND_US).result, LOGIN_DONE);
	db_close(db);
}

static void test_second_factor(void **state)
{
	struct db *db = open_db("second");
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	char code[9], recovery[PASSWORD_RANDOM_TEXT];
	struct doing now = { NOON, "suzuki" };
	struct account a;

	(void)state;
	make(db, "suzuki", 1u << ROLE_HANDLER);
	assert_int_equal(account_begin_totp(db, "suzuki", &now, &err), 0);
	assert_int_equal(account_confirm_totp(db, "suzuki", "123", &now, &err), -EACCES);
	assert_int_equal(account_load(db, "suzuki", arena, &a, &err), 0);
	assert_false(a.has_totp);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", NOON).result, LOGIN_DONE); /* not in use yet */
	recovery_code(a.codes_pending, 3, recovery);
	assert_true(totp_code(a.totp_pending, NOON / SECOND_US / 30, 6, code));
	assert_int_equal(account_confirm_totp(db, "suzuki", code, &now, &err), 0);
	assert_int_equal(account_load(db, "suzuki", arena, &a, &err), 0);
	assert_true(a.has_totp);
	assert_int_equal(a.codes, RECOVERY_CODES);
	assert_string_equal(a.codes_pending, "");
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "suzuki", GOOD, code, "", NOON).result, LOGIN_WRONG); /* taken at the confirmation */
	assert_true(totp_code(a.totp, NOON / SECOND_US / 30 + 1, 6, code));
	assert_int_equal(attempt(db, "suzuki", "wrong", code, "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "suzuki", GOOD, code, "", NOON).result, LOGIN_DONE);
	assert_int_equal(attempt(db, "suzuki", GOOD, code, "", NOON).result, LOGIN_WRONG);
	assert_int_equal(attempt(db, "suzuki", GOOD, recovery, "", NOON).result, LOGIN_DONE);
	assert_int_equal(attempt(db, "suzuki", GOOD, recovery, "", NOON).result, LOGIN_WRONG);
	assert_int_equal(account_remove_totp(db, "suzuki", &now, &err), 0);
	assert_int_equal(attempt(db, "suzuki", GOOD, "", "", NOON).result, LOGIN_DONE);
	arena_free(arena);
	db_close(db);
}

/* --- what a viewer sees --- */

struct making {
	const char *kind, *marking, *compartment;
	int64_t id;
	char ref[RECORD_REF_MAX];
};

static int make_record(struct db *db, void *context, struct error *err)
{
	struct making *m = context;
	struct record_new n = { .kind = m->kind, .series = "T", .marking = m->marking, .compartment = m->compartment, .at = NOON,
				.actor = "local:test" };

	record_uuid(n.uuid);
	return record_add(db, &n, &m->id, m->ref, err);
}

static struct viewer viewer_of(struct db *db, const char *login, struct arena *arena)
{
	struct login in = attempt(db, login, GOOD, "", "", NOON);
	struct error err = ERROR_NONE;
	struct session s;

	assert_int_equal(in.result, LOGIN_DONE);
	assert_int_equal(session_find(db, in.token, &limits, NOON, arena, &s, &err), 1);
	return s.viewer;
}

/* What the query gives is what the rules say, for every kind, marking and compartment. */
static void test_sight(void **state)
{
	static const char *const compartments[] = { "", "kite" };
	static const char *const logins[] = { "handler", "analyst", "editor", "auditor", "admin", "both" };
	struct db *db = open_db("sight");
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct viewer viewers[COUNT(logins) + 1] = { { .id = ACCESS_LOCAL, .actor = "local:test" } };
	struct access_head head;

	(void)state;
	assert_int_equal(compartment_add(db, "kite", &doing, &err), 0);
	assert_int_equal(compartment_add(db, "Kite!", &doing, &err), -EINVAL);
	for (unsigned i = 0; i < COUNT(logins); i++)
		make(db, logins[i], i < 5 ? 1u << i : 1u << ROLE_ANALYST | 1u << ROLE_HANDLER);
	assert_int_equal(compartment_join(db, "kite", "both", true, &doing, &err), 0);
	assert_int_equal(compartment_join(db, "kite", "nobody", true, &doing, &err), -ENOENT);
	assert_int_equal(compartment_join(db, "dove", "both", true, &doing, &err), -ENOENT);
	for (size_t i = 0; i < COUNT(logins); i++)
		viewers[i + 1] = viewer_of(db, logins[i], arena);
	for (int o = 0; o < OBJECT_COUNT; o++)
		for (int m = 0; m < MARKING_COUNT; m++)
			for (size_t c = 0; c < COUNT(compartments); c++) {
				struct making made = { object_name((enum object)o), marking_name((enum marking)m), compartments[c], 0, "" };
				if (!object_is_record((enum object)o))
					continue;
				assert_int_equal(db_transaction(db, make_record, &made, &err), 0);
				for (size_t i = 0; i < COUNT(viewers); i++) {
					bool may = access_may(&viewers[i], (enum object)o, (enum marking)m, compartments[c], MAY_SEE);
					int r = access_open(db, &viewers[i], made.ref, NOON, arena, &head, &err);
					if (r != (may ? 0 : -ENOENT))
						fail_msg("%s sees %s %s '%s'? %d", viewers[i].actor, made.kind, made.marking,
							 made.compartment, r);
				}
			}
	/* Taken out again, it sees no more of it; links do not tell of it either. */
	assert_true(help_ask(db, "SELECT count(*) FROM access_audit WHERE what = 'read' AND actor = 'both'") > 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_audit a JOIN record r ON r.id = a.record_id WHERE a.what = 'read' AND "
				 "r.compartment = '' AND r.marking IN ('CLEAR', 'GREEN', 'AMBER')"), 0);
	assert_int_equal(compartment_join(db, "kite", "both", false, &doing, &err), 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_sight WHERE compartment = 'kite' AND viewer_id <> 0"), 0);
	arena_free(arena);
	db_close(db);
}

static void test_links(void **state)
{
	struct db *db = open_db("links");
	struct making open_one = { "incident", "GREEN", "", 0, "" }, red = { "incident", "RED", "", 0, "" };
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct record_tie *ties;
	struct viewer analyst;
	size_t count;

	(void)state;
	make(db, "analyst", 1u << ROLE_ANALYST);
	analyst = viewer_of(db, "analyst", arena);
	assert_int_equal(db_transaction(db, make_record, &open_one, &err), 0);
	assert_int_equal(db_transaction(db, make_record, &red, &err), 0);
	assert_int_equal(record_join(db, red.id, open_one.id, "same cause", NOON, "local:test", &err), 0);
	assert_int_equal(record_ties(db, ACCESS_LOCAL, open_one.id, arena, &ties, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(record_ties(db, analyst.id, open_one.id, arena, &ties, &count, &err), 0);
	assert_int_equal(count, 0);
	arena_free(arena);
	db_close(db);
}

/* Other rules in a newer program: what is seen is worked out anew, once. */
static void test_other_rules(void **state)
{
	struct db *db = open_db("rules");
	struct error err = ERROR_NONE;
	int64_t rows = help_ask(db, "SELECT count(*) FROM access_sight");

	(void)state;
	run(db, "DELETE FROM access_sight");
	assert_int_equal(access_prepare(db, &err), 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_sight"), 0);
	run(db, "UPDATE access_rules SET hash = 'old'");
	assert_int_equal(access_prepare(db, &err), 0);
	assert_int_equal(help_ask(db, "SELECT count(*) FROM access_sight"), rows);
	db_close(db);
}

/* --- the audit log --- */

static struct audit_verdict verify(struct db *db, const struct audit_seal *kept)
{
	struct error err = ERROR_NONE;
	struct audit_verdict v;

	if (audit_verify(db, kept, &v, &err) < 0)
		fail_msg("%s", err.line);
	return v;
}

/* A log of ten rows, sealed twice: four of accounts, six of timelines. */
static struct db *make_log(const char *name)
{
	struct db *db = open_db(name);
	struct making made = { "incident", "RED", "", 0, "" };
	struct error err = ERROR_NONE;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(audit_add(db, &doing, "made account", i ? "a" : "b", &err), 0);
		assert_int_equal(audit_add(db, &doing, "locked account", i ? "a" : "b", &err), 0);
		for (int k = 0; k < 3; k++)
			assert_int_equal(db_transaction(db, make_record, &made, &err), 0);
		assert_int_equal(audit_seal(db, NOON + i, &err), 5);
	}
	assert_int_equal(audit_seal(db, NOON, &err), 0);
	return db;
}

static void test_whole_log(void **state)
{
	struct db *db = make_log("log");
	struct audit_verdict v = verify(db, NULL);
	struct audit_seal end, read;
	struct error err = ERROR_NONE;
	char text[100];

	(void)state;
	assert_int_equal(v.bad_position, 0);
	assert_int_equal(v.rows, 10);
	assert_int_equal(audit_end(db, &end, &err), 0);
	snprintf(text, sizeof text, "%lld:%s", (long long)end.position, end.hash);
	assert_true(audit_seal_parse(text, &read));
	assert_false(audit_seal_parse("10:abc", &read) || audit_seal_parse("", &read));
	assert_int_equal(verify(db, &end).bad_position, 0);
	assert_int_equal(audit_add(db, &doing, "made account", "c", &err), 0);
	v = verify(db, &end);
	assert_int_equal(v.bad_position, 0);
	assert_int_equal(v.unsealed, 1);
	/* The words of a timeline may be erased: personal data go, the chain stays. */
	run(db, "UPDATE record_event SET detail = 'erased'");
	assert_int_equal(verify(db, &end).bad_position, 0);
	db_close(db);
	db = open_db("empty");
	assert_int_equal(verify(db, NULL).bad_position, 0);
	db_close(db);
}

static void test_broken_log(void **state)
{
	static const struct {
		const char *sql;
		int64_t bad;
		const char *why;
	} breaks[] = {
		{ "UPDATE access_audit SET actor = 'other' WHERE place = 4", 4, "not what was sealed" },
		{ "UPDATE access_audit SET at = at + 1 WHERE place = 1", 1, "not what was sealed" },
		{ "UPDATE access_audit SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE place = 6", 6, "not what was sealed" },
		{ "DELETE FROM access_audit WHERE place = 3", 3, "missing" },
		{ "DELETE FROM access_audit WHERE place > 8", 9, "missing" },
		{ "DELETE FROM access_audit", 1, "missing" },
		{ "UPDATE record_event SET actor = 'other' WHERE id = 2", 4, "timeline says something else" },
		{ "DELETE FROM record_event WHERE id = 6", 10, "timeline says something else" },
		{ "UPDATE access_seal SET hash = 'x' WHERE position = 5", 5, "not what its seal says" },
		{ "DELETE FROM access_seal WHERE position = 10", 6, "has no seal" },
		{ "UPDATE access_audit SET place = 11 WHERE place = 10", 10, "missing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(breaks); i++) {
		char name[20];
		struct db *db;
		struct audit_verdict v;
		snprintf(name, sizeof name, "broken%zu", i);
		db = make_log(name);
		run(db, breaks[i].sql);
		v = verify(db, NULL);
		if (v.bad_position != breaks[i].bad || !strstr(v.why, breaks[i].why))
			fail_msg("%s: row %lld: %s", breaks[i].sql, (long long)v.bad_position, v.why);
		db_close(db);
	}
}

/* Cut off with its seals, and written anew: only a seal that was kept elsewhere tells. */
static void test_cut_log(void **state)
{
	struct db *db = make_log("cut"), *anew;
	struct error err = ERROR_NONE;
	struct audit_seal end;

	(void)state;
	assert_int_equal(audit_end(db, &end, &err), 0);
	run(db, "DELETE FROM access_audit WHERE place > 5");
	run(db, "DELETE FROM access_seal WHERE position > 5");
	assert_int_equal(verify(db, NULL).bad_position, 0);
	assert_int_equal(verify(db, &end).bad_position, 6);
	db_close(db);
	anew = make_log("anew");
	run(anew, "UPDATE access_audit SET place = NULL, hash = NULL, actor = 'other'");
	run(anew, "UPDATE record_event SET actor = 'other'");
	run(anew, "DELETE FROM access_seal");
	assert_int_equal(audit_seal(anew, NOON, &err), 10);
	assert_int_equal(verify(anew, NULL).bad_position, 0);
	assert_int_equal(verify(anew, &end).bad_position, 10);
	db_close(anew);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[100];
	glob_t found;

	(void)state;
	snprintf(path, sizeof path, "%s/*", folder);
	if (glob(path, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
	globfree(&found);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts),      cmocka_unit_test(test_sessions),	cmocka_unit_test(test_own_password),
		cmocka_unit_test(test_guessing),      cmocka_unit_test(test_second_factor), cmocka_unit_test(test_sight),
		cmocka_unit_test(test_links),	      cmocka_unit_test(test_other_rules), cmocka_unit_test(test_whole_log),
		cmocka_unit_test(test_broken_log),    cmocka_unit_test(test_cut_log),
	};

	return cmocka_run_group_tests_name("access", tests, set_up, tear_down);
}
