/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The case database: schema, transactions, what failures say; records; the desk's rules. */
#include "base/cleanup.h"
#include "desk/observatory/review.h"
#include "db_help.h"
#include "queries.gen.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hinomi-db.XXXXXX";

static const char *path_of(const char *name)
{
	return help_name(folder, name);
}

static struct db *open_db(const char *name)
{
	struct error err = ERROR_NONE;
	struct db *db;

	if (db_open(path_of(name), DB_CREATE, &db, &err) < 0)
		fail_msg("%s", err.line);
	return db;
}

/* --- queries and schema --- */

static void test_all_queries_can_be_prepared(void **state)
{
	struct db *db = open_db("queries");
	struct error err = ERROR_NONE;

	(void)state;
	for (size_t i = 0; i < COUNT(all_queries); i++)
		if (db_check(db, &all_queries[i], &err) < 0)
			fail_msg("%s", err.line);
	assert_true(COUNT(all_queries) > 15);
	db_close(db);
}

static void test_opening(void **state)
{
	struct error err = ERROR_NONE;
	struct db *db;

	(void)state;
	assert_int_equal(db_open(path_of("absent"), 0, &db, &err), -ENOENT);
	db_close(open_db("there"));
	assert_int_equal(db_open(path_of("there"), DB_READS, &db, &err), 0);
	db_close(db);
}

static const struct db_migration one = { 1, "0001-one.sql", "CREATE TABLE a (x INTEGER NOT NULL) STRICT;" };
static const struct db_migration bad = { 2, "0002-bad.sql", "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (y INTEGER);" };

static struct db *bare(void)
{
	const struct db_engine *engine = help_server() ? &db_postgres : &db_sqlite;
	struct error err = ERROR_NONE;
	struct db *db;

	if (engine->open(help_server() ? path_of("bare") : ":memory:", DB_CREATE, &db, &err) < 0)
		fail_msg("%s", err.line);
	return db;
}

/* When a centre starts for the first time one process makes the schema while another wants to read. */
static void test_a_reader_waits_for_the_schema(void **state)
{
	struct error err = ERROR_NONE;
	struct db *db;
	int status;
	pid_t pid;

	(void)state;
	/* A server's without a schema is for readers as if there were none. */
	if (help_server()) {
		assert_int_equal(db_open(path_of("late"), DB_READS, &db, &err), -ENOENT);
		assert_int_equal(db_open(path_of("late"), 0, &db, &err), -ENOENT);
		db_close(open_db("late"));
		assert_int_equal(db_open(path_of("late"), DB_READS, &db, &err), 0);
		db_close(db);
		return;
	}
	fclose(fopen(path_of("late"), "we"));
	pid = fork();
	if (pid == 0) {
		poll(NULL, 0, 200);
		_exit(db_open(path_of("late"), 0, &db, &err) < 0);
	}
	assert_int_equal(db_open(path_of("late"), DB_READS, &db, &err), 0);
	db_close(db);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_migrations(void **state)
{
	const struct db_migration both[] = { one, bad }, other[] = { { 1, "0001-one.sql", "CREATE TABLE c (x INTEGER);" } };
	struct error err = ERROR_NONE;
	struct db *db = bare();

	(void)state;
	assert_int_equal(db_migrate(db, &one, 1, false, &err), -EBADMSG); /* older, and may not write */
	assert_int_equal(db_migrate(db, &one, 1, true, &err), 0);
	assert_int_equal(db_migrate(db, &one, 1, true, &err), 0);
	assert_int_equal(db_migrate(db, &one, 0, true, &err), -EBADMSG);
	assert_non_null(strstr(err.line, "unknown"));
	assert_int_equal(db_migrate(db, other, 1, true, &err), -EBADMSG);
	assert_non_null(strstr(err.line, "not the one"));
	/* One that fails in the middle leaves nothing. */
	assert_true(db_migrate(db, both, 2, true, &err) < 0);
	assert_non_null(strstr(err.line, "0002-bad.sql"));
	assert_int_equal(db_run(db, "CREATE TABLE b (x INTEGER)", &err), 0);
	db_close(db);
}

/* --- transactions --- */

struct attempts {
	int runs, fail_until;
};

static int add_two(struct db *db, void *context, struct error *err)
{
	struct attempts *a = context;
	struct record_new n = { .kind = "note", .series = "T", .marking = "GREEN", .at = 5, .actor = "local:test" };
	char ref[RECORD_REF_MAX];
	int64_t id;
	int r;

	a->runs++;
	record_uuid(n.uuid);
	r = record_add(db, &n, &id, ref, err);
	if (r == 0 && a->runs <= a->fail_until)
		return error_set(err, -EAGAIN, "busy");
	record_uuid(n.uuid);
	return r < 0 ? r : record_add(db, &n, &id, ref, err);
}

static const char count_records[] = "SELECT count(*) FROM record", count_events[] = "SELECT count(*) FROM record_event";

static void test_transactions(void **state)
{
	struct db *db = open_db("transactions");
	struct attempts again = { 0, 1 }, never = { 0, 100 };
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(db_transaction(db, add_two, &again, &err), 0);
	assert_int_equal(again.runs, 2);
	assert_int_equal(help_ask(db, count_records), 2);
	assert_int_equal(help_ask(db, count_events), 2);
	assert_int_equal(db_transaction(db, add_two, &never, &err), -EAGAIN);
	assert_int_equal(never.runs, 3);
	assert_int_equal(help_ask(db, count_records), 2);
	db_close(db);
}

static int write_wrong(struct db *db, void *context, struct error *err)
{
	return db_run(db, context, err);
}

static void expect_refused(struct db *db, const char *sql, int code)
{
	struct error err = ERROR_NONE;
	int r = db_transaction(db, write_wrong, (void *)sql, &err);

	if (r != code)
		fail_msg("%s: %d, not %d: %s", sql, r, code, err.line);
	assert_true(err.line[0]);
}

static void test_refusals(void **state)
{
	struct db *db = open_db("refusals");
	struct attempts a = { 0, 0 };
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(db_transaction(db, add_two, &a, &err), 0);
	expect_refused(db, "INSERT INTO record_event (record_id, at, actor, what, detail) VALUES (99, 1, 'a', 'b', '')", -ENOENT);
	expect_refused(db, "UPDATE record SET ref = 'T-0001'", -EEXIST);
	expect_refused(db, "UPDATE record SET marking = 'PINK'", -EINVAL);
	expect_refused(db, "UPDATE record SET created_at = 'yesterday'", -EINVAL);
	expect_refused(db, "INSERT INTO record_link (from_id, to_id, reason, at, actor) VALUES (1, 1, 'x', 1, 'a')", -EINVAL);
	expect_refused(db, "SELECT \"no such name\"", -EINVAL);
	db_close(db);
}

static int nothing(struct db *db, void *context, struct error *err)
{
	(void)db;
	(void)context;
	(void)err;
	return 7;
}

static void test_two_writers(void **state)
{
	struct db *a = open_db("two"), *b = open_db("two");
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(db_run(b, help_server() ? "SET lock_timeout = 1" : "PRAGMA busy_timeout = 1", &err), 0);
	assert_int_equal(a->engine->begin(a, true, &err), 0);
	assert_int_equal(db_transaction(b, nothing, NULL, &err), -EAGAIN);
	assert_int_equal(db_snapshot(b, nothing, NULL, &err), 7);
	assert_int_equal(a->engine->commit(a, &err), 0);
	assert_int_equal(db_transaction(b, nothing, NULL, &err), 7);
	db_close(a);
	db_close(b);
}

/* --- records --- */

static int join(struct db *db, void *context, struct error *err)
{
	(void)context;
	return record_join(db, 1, 2, "led to", 9, "local:test", err);
}

static void test_links(void **state)
{
	struct db *db = open_db("links");
	struct attempts a = { 0, 0 };
	struct error err = ERROR_NONE;
	struct arena *arena = arena_new();
	struct record_tie *ties;
	struct record_moment *moments;
	size_t count;

	(void)state;
	assert_int_equal(db_transaction(db, add_two, &a, &err), 0);
	assert_int_equal(db_transaction(db, join, NULL, &err), 0);
	assert_int_equal(db_transaction(db, join, NULL, &err), 0);
	assert_int_equal(record_ties(db, ACCESS_LOCAL, 2, arena, &ties, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_string_equal(ties[0].ref, "T-0001");
	assert_string_equal(ties[0].reason, "led to");
	assert_false(ties[0].is_from);
	assert_int_equal(record_moments(db, 1, arena, &moments, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(moments[1].what, "linked");
	arena_free(arena);
	db_close(db);
}

/* --- rules --- */

#define AT(day) (UINT64_C(314000) + 24 * (day))

static void test_same_rise(void **state)
{
	struct rules_span reviewed = { AT(0), AT(5), AT(9) }, open = { AT(0), RULES_OPEN, AT(3) }, found = { AT(1), AT(6), AT(9) };

	(void)state;
	assert_true(rules_is_same_rise(&reviewed, &found));
	assert_true(rules_is_same_rise(&open, &found));
	found = (struct rules_span){ AT(5), AT(6), AT(9) };
	assert_false(rules_is_same_rise(&reviewed, &found)); /* the end is exclusive */
	assert_false(rules_is_same_rise(&open, &found));
	found = (struct rules_span){ AT(0), RULES_OPEN, AT(9) };
	assert_true(rules_is_same_rise(&reviewed, &found));
}

static void test_dates(void **state)
{
	struct error err = ERROR_NONE;
	struct date start = { 2005, 7, 12 }, end = { 2005, 7, 30 };
	struct rules_span s;
	int64_t first, last;
	char text[CALENDAR_TEXT_MAX];

	(void)state;
	assert_int_equal(calendar_set_zone("Asia/Tokyo", &err), 0);
	s = (struct rules_span){ calendar_midnight(start) / HOUR_US, calendar_midnight(end) / HOUR_US, 0 };
	assert_string_equal(rules_started_format(&s, text), "2005-07-12");
	assert_string_equal(rules_ended_format(&s, text), "2005-07-29");
	assert_int_equal(rules_check_alert(&s, "2005-07-15", &err), 0);
	assert_int_equal(rules_check_alert(&s, "2005-07-12", &err), 0);
	assert_int_equal(rules_check_alert(&s, "", &err), 0);
	assert_int_equal(rules_check_alert(&s, "2005-07-11", &err), -EINVAL);
	assert_int_equal(rules_check_alert(&s, "2006-07-15", &err), -EINVAL);
	assert_int_equal(rules_check_alert(&s, "2005-02-30", &err), -EINVAL);
	s.seen_hour = s.end_hour;
	s.end_hour = RULES_OPEN;
	assert_string_equal(rules_ended_format(&s, text), "still seen at 2005-07-29");
	assert_int_equal(rules_check_reference("2005-10-12", end, &err), -EINVAL);
	assert_int_equal(rules_check_reference("2002-10-12", end, &err), 0);
	assert_int_equal(rules_quarter("2013Q5", &s.start_hour, &s.end_hour, &err), -EINVAL);
	assert_int_equal(rules_quarter("2013Q2", &s.start_hour, &s.end_hour, &err), 0);
	assert_int_equal(s.end_hour - s.start_hour, 91 * 24);
	assert_false(rules_is_closed(s.end_hour, s.end_hour * HOUR_US, 1));
	assert_true(rules_is_closed(s.end_hour, (s.end_hour + 1) * HOUR_US, 1));
	assert_true(rules_period("2013", &first, &last) && last - first == 365 * 24);
	assert_true(rules_period("2013-05", &first, &last) && last - first == 31 * 24);
	assert_true(rules_period("2013-05-18", &first, &last) && last - first == 24);
	assert_false(rules_period("2013-13", &first, &last) || rules_period("2013Q", &first, &last) ||
		     rules_period("2013Q5", &first, &last) || rules_period("", &first, &last) || rules_period("13", &first, &last));
	assert_false(rules_may_publish("", "x") || rules_may_publish("x", ""));
}

/* --- two people at one rise --- */

static int64_t version_of(struct db *db)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_NONE;
	struct review *list;
	size_t count;
	int64_t version;

	assert_int_equal(review_list(db, ACCESS_LOCAL, "", arena, &list, &count, &err), 0);
	assert_int_equal(count, 1);
	version = list->version;
	arena_free(arena);
	return version;
}

static void test_two_at_one_review(void **state)
{
	struct review_change c = { .found = { .port = "22/tcp", .method = 1, .span = { 100, RULES_OPEN, 150 }, .sources = -1,
					      .evidence = "" }, .words = { .cause_en = "a" }, .doing = { SECOND_US, "local:a" } };
	struct doing job = { 2 * SECOND_US, "job:surges" };
	struct error err = ERROR_NONE;
	struct db *db = open_db("two");
	char ref[RECORD_REF_MAX];
	int64_t first;

	(void)state;
	record_uuid(c.uuid);
	assert_int_equal(review_save(db, &c, ref, &err), 0);
	assert_int_equal(review_save(db, &c, ref, &err), -ESTALE); /* made as if there were none yet */
	first = c.version = version_of(db);
	c.found.span.end_hour = 140;
	assert_int_equal(review_refresh(db, &c.found, 1, &job, &err), 1);
	assert_int_equal(version_of(db), first); /* what the store says is nobody's writing */
	c.words.cause_en = "b";
	assert_int_equal(review_save(db, &c, ref, &err), 0);
	assert_true(version_of(db) > first);
	c.words.cause_en = "c";
	assert_int_equal(review_save(db, &c, ref, &err), -ESTALE);
	c.version = RULES_ANY_VERSION;
	assert_int_equal(review_save(db, &c, ref, &err), 0);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_queries_can_be_prepared),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_a_reader_waits_for_the_schema),
		cmocka_unit_test(test_migrations),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_two_writers),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_same_rise),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_two_at_one_review),
	};
	static const char *const names[] = { "queries", "there", "transactions", "refusals", "two", "links" };
	char path[120];
	int r;

	assert_non_null(mkdtemp(folder));
	r = cmocka_run_group_tests_name("db", tests, NULL, NULL);
	for (size_t i = 0; i < COUNT(names); i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };
		for (size_t e = 0; e < COUNT(ends); e++) {
			snprintf(path, sizeof path, "%s/%s%s", folder, names[i], ends[e]);
			unlink(path);
		}
	}
	rmdir(folder);
	return r;
}
