/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The rules of access: every role, object, marking and action beside the matrix that was written by hand; passwords, waits,
 * the end of sessions, TLP on sending. */
#include "base/cleanup.h"
#include "ground/access/rules.h"
#include "ground/access/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char letters[ACTION_COUNT + 1] = "SMCDAXE";

static void check_row(char *line, bool seen[ROLE_COUNT][OBJECT_COUNT])
{
	char *cells[7], *save = NULL;
	enum object object = OBJECT_COUNT;
	enum role role = ROLE_COUNT;

	for (int i = 0; i < 7; i++) {
		cells[i] = strtok_r(i ? NULL : line, ",\n", &save);
		assert_non_null(cells[i]);
	}
	assert_true(role_parse(cells[0], &role));
	assert_true(object_parse(cells[1], &object));
	seen[role][object] = true;
	for (int m = 0; m < MARKING_COUNT; m++)
		for (int a = 0; a < ACTION_COUNT; a++) {
			const char *const groups[] = { "kite" };
			struct viewer v = { 7, "suzuki", 1u << role, NULL, 0 }, member = { 7, "suzuki", 1u << role, groups, 1 };
			bool want = strchr(cells[2 + m], letters[a]);
			if (access_may(&v, object, (enum marking)m, "", (enum action)a) != want)
				fail_msg("%s %s %s %s: the matrix says %s", cells[0], cells[1], marking_name((enum marking)m),
					 action_name((enum action)a), want ? "yes" : "no");
			assert_false(access_may(&v, object, (enum marking)m, "kite", (enum action)a));
			assert_int_equal(access_may(&member, object, (enum marking)m, "kite", (enum action)a), want);
			assert_false(access_may(&member, object, (enum marking)m, "other", (enum action)a));
		}
}

static void test_matrix(void **state)
{
	bool seen[ROLE_COUNT][OBJECT_COUNT] = { { false } };
	char path[500], line[300];
	FILE *f;

	(void)state;
	snprintf(path, sizeof path, "%s/tests/data/access_matrix.csv", getenv("HINOMI_SOURCE"));
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	assert_string_equal(line, "role,object,CLEAR,GREEN,AMBER,AMBER+STRICT,RED\n");
	while (fgets(line, sizeof line, f))
		check_row(line, seen);
	fclose(f);
	for (int r = 0; r < ROLE_COUNT; r++)
		for (int o = 0; o < OBJECT_COUNT; o++)
			if (!seen[r][o])
				fail_msg("the matrix has no row for %s %s", role_name((enum role)r), object_name((enum object)o));
}

/* Roles add up; no role gives nothing; this machine may all. */
static void test_sets_of_roles(void **state)
{
	struct viewer none = { 3, "a", 0, NULL, 0 }, local = { ACCESS_LOCAL, "local:a", 0, NULL, 0 };

	(void)state;
	for (int o = 0; o < OBJECT_COUNT; o++)
		for (int m = 0; m < MARKING_COUNT; m++)
			for (int a = 0; a < ACTION_COUNT; a++) {
				assert_false(access_may(&none, (enum object)o, (enum marking)m, "", (enum action)a));
				assert_true(access_may(&local, (enum object)o, (enum marking)m, "kite", (enum action)a));
				for (unsigned roles = 0; roles <= ROLES_ALL; roles++) {
					bool any = false;
					for (int r = 0; r < ROLE_COUNT; r++)
						any |= (roles >> r & 1) &&
						       access_roles_may(1u << r, (enum object)o, (enum marking)m, (enum action)a);
					assert_int_equal(access_roles_may(roles, (enum object)o, (enum marking)m, (enum action)a), any);
				}
			}
}

static void test_sending(void **state)
{
	static const char *const want[MARKING_COUNT] = {
		[MARKING_CLEAR] = "yyyyy", [MARKING_GREEN] = "yyyyn", [MARKING_AMBER] = "yyynn",
		[MARKING_AMBER_STRICT] = "yynnn", [MARKING_RED] = "ynnnn",
	};

	(void)state;
	for (int m = 0; m < MARKING_COUNT; m++)
		for (int r = 0; r < RECIPIENT_COUNT; r++)
			assert_int_equal(access_may_send((enum marking)m, (enum recipient)r), want[m][r] == 'y');
}

static void test_restricted(void **state)
{
	struct viewer a = { 1, "a", 1u << ROLE_HANDLER, NULL, 0 };

	(void)state;
	assert_false(access_is_restricted(MARKING_AMBER, ""));
	assert_true(access_is_restricted(MARKING_AMBER_STRICT, ""));
	assert_true(access_is_restricted(MARKING_RED, ""));
	assert_true(access_is_restricted(MARKING_CLEAR, "kite"));
	assert_false(access_may_approve(&a, OBJECT_LETTER, MARKING_GREEN, "", "a"));
	assert_true(access_may_approve(&a, OBJECT_LETTER, MARKING_GREEN, "", "b"));
	assert_false(access_may_approve(&a, OBJECT_INCIDENT, MARKING_GREEN, "", "b"));
}

static void test_names(void **state)
{
	char text[ROLES_TEXT_MAX];
	enum marking marking;
	unsigned roles;

	(void)state;
	assert_true(roles_parse("handler, admin", &roles));
	assert_string_equal(roles_format(roles, text), "handler,admin");
	assert_true(roles_parse("all", &roles));
	assert_int_equal(roles, ROLES_ALL);
	assert_string_equal(roles_format(roles, text), "handler,analyst,editor,auditor,admin");
	assert_true(roles_parse("", &roles));
	assert_int_equal(roles, 0);
	assert_false(roles_parse("handler,king", &roles));
	assert_true(marking_parse("AMBER+STRICT", &marking));
	assert_int_equal(marking, MARKING_AMBER_STRICT);
	assert_false(marking_parse("amber", &marking));
	assert_true(login_is_name("suzuki.i-2_x"));
	assert_false(login_is_name("") || login_is_name("2a") || login_is_name("Suzuki") || login_is_name("a b") ||
		     login_is_name("local:a") || login_is_name("鈴木") || login_is_name("a\n"));
	assert_false(login_is_name("abcdefghijklmnopqrstuvwxyz0123456"));
}

static void test_passwords(void **state)
{
	char long_one[PASSWORD_MAX + 2];

	(void)state;
	memset(long_one, 'a', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(password_check("correct horse battery", "suzuki"), PASSWORD_GOOD);
	assert_int_equal(password_check("abcdefghijk", "suzuki"), PASSWORD_SHORT);
	assert_int_equal(password_check("abcdefghijkl", "suzuki"), PASSWORD_GOOD);
	assert_int_equal(password_check("火の見櫓から町を見張る人", "suzuki"), PASSWORD_GOOD); /* twelve, in 36 bytes */
	assert_int_equal(password_check("火の見櫓から町を見張る", "suzuki"), PASSWORD_SHORT);
	assert_int_equal(password_check("aaaaaaaaaaaaaaaa", "suzuki"), PASSWORD_PLAIN);
	assert_int_equal(password_check("123412341234", "suzuki"), PASSWORD_PLAIN);
	assert_int_equal(password_check("Administrator", "administrator"), PASSWORD_IS_NAME);
	assert_int_equal(password_check("suzuki-2013-05", "suzuki-2013"), PASSWORD_IS_NAME);
	assert_int_equal(password_check(long_one, "suzuki"), PASSWORD_LONG);
	long_one[PASSWORD_MAX] = '\0';
	assert_int_equal(password_check(long_one, "suzuki"), PASSWORD_PLAIN);
	assert_int_equal(password_check("abcdefg\xff hijkl", "suzuki"), PASSWORD_NOT_TEXT);
	assert_int_equal(password_check("abcdefg\nhijkl", "suzuki"), PASSWORD_NOT_TEXT);
}

#define S INT64_C(1000000)

static void test_waits(void **state)
{
	(void)state;
	assert_int_equal(login_wait_us(4, 0, 0), 0);
	assert_int_equal(login_wait_us(5, 100 * S, 100 * S), 1 * S);
	assert_int_equal(login_wait_us(6, 100 * S, 101 * S), 1 * S);
	assert_int_equal(login_wait_us(7, 100 * S, 104 * S), 0);
	assert_int_equal(login_wait_us(1000000, 100 * S, 100 * S), 60 * S); /* never longer, however many */
	assert_int_equal(login_wait_us(1000000, 100 * S, 161 * S), 0);
	assert_int_equal(login_wait_us(9, 100 * S, 50 * S), 0);
	assert_int_equal(login_wait_us(9, 100 * S, 100 * S + FAILURES_FORGOTTEN_US + 1), 0);
}

static void test_end_of_sessions(void **state)
{
	(void)state;
	assert_null(session_over(0, 50 * S, 100 * S, 60 * S, 1000 * S));
	assert_string_equal(session_over(0, 40 * S, 100 * S, 60 * S, 1000 * S), "idle");
	assert_string_equal(session_over(0, 999 * S, 1000 * S, 60 * S, 1000 * S), "long");
}

/* RFC 6238, appendix B: HMAC-SHA-1, eight digits. */
static void test_totp_vectors(void **state)
{
	static const struct {
		int64_t time;
		const char *code;
	} vectors[] = {
		{ 59, "94287082" },	    { 1111111109, "07081804" },	 { 1111111111, "14050471" },
		{ 1234567890, "89005924" }, { 2000000000, "69279037" }, { 20000000000, "65353130" },
	};
	char secret[TOTP_SECRET_TEXT], code[9];

	(void)state;
	totp_format(BYTES_TEXT("12345678901234567890"), secret);
	assert_string_equal(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	for (size_t i = 0; i < COUNT(vectors); i++) {
		assert_true(totp_code(secret, vectors[i].time / 30, 8, code));
		assert_string_equal(code, vectors[i].code);
	}
}

static void test_totp_is_taken_once(void **state)
{
	const char *secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
	int64_t now = 1111111109 * S, step = 0, first;
	char code[9];

	(void)state;
	assert_true(totp_code(secret, now / S / 30, 6, code));
	assert_string_equal(code, "081804");
	assert_true(totp_check(secret, "081804", now, &step));
	assert_int_equal(step, 1111111109 / 30);
	first = step;
	assert_false(totp_check(secret, "081804", now, &step)); /* again */
	step = 0;
	assert_true(totp_check(secret, "081 804", now + 30 * S, &step)); /* one step late */
	assert_int_equal(step, first);
	step = 0;
	assert_true(totp_check(secret, "081804", now - 30 * S, &step)); /* one early */
	step = 0;
	assert_false(totp_check(secret, "081804", now + 60 * S, &step));
	assert_false(totp_check(secret, "", now, &step) || totp_check(secret, "8180", now, &step) ||
		     totp_check(secret, "0818040", now, &step) || totp_check(secret, "abcdef", now, &step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),	   cmocka_unit_test(test_sets_of_roles),
		cmocka_unit_test(test_sending),	   cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_names),	   cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_waits),	   cmocka_unit_test(test_end_of_sessions),
		cmocka_unit_test(test_totp_vectors), cmocka_unit_test(test_totp_is_taken_once),
	};

	return cmocka_run_group_tests_name("access_rules", tests, NULL, NULL);
}
