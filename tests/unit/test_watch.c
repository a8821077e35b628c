/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What looks say of a target. */
#include "base/cleanup.h"
#include "ground/watch/rules.h"
#include "ground/watch/watch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct watch_needs needs = { 3, 60 * SECOND_US };

static struct fetch_answer page(uint32_t status, const char *url, uint32_t redirects, const char *text)
{
	return (struct fetch_answer){ .outcome = FETCH_ANSWERED, .status = status, .url = url, .redirects = redirects, .address = "",
				      .head = BYTES_TEXT(text), .words = "" };
}

static enum watch_finding judge_status(uint32_t status)
{
	struct fetch_answer a = page(status, "http://a.example/", 0, "");

	return watch_judge(FETCH_HTTP, "http://a.example/", "a.example", &a);
}

static void a_status_says_whether_it_is_up(void **state)
{
	static const struct {
		uint32_t status;
		enum watch_finding finding;
	} rows[] = {
		{ 200, WATCH_UP },   { 204, WATCH_UP },	  { 302, WATCH_UP },  { 401, WATCH_UP },   { 403, WATCH_DOWN },
		{ 404, WATCH_DOWN }, { 410, WATCH_DOWN }, { 451, WATCH_DOWN }, { 407, WATCH_NOTHING }, { 429, WATCH_NOTHING },
		{ 500, WATCH_DOWN }, { 503, WATCH_DOWN }, { 0, WATCH_DOWN },  { 999, WATCH_DOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(judge_status(rows[i].status), rows[i].finding);
}

static enum watch_finding judge_move(const char *home, const char *url)
{
	struct fetch_answer a = page(200, url, 1, "<html>");

	return watch_judge(FETCH_HTTP, "http://a.example/x", home, &a);
}

static void another_host_is_a_move_and_another_page_is_none(void **state)
{
	(void)state;
	assert_int_equal(judge_move("a.example", "http://a.example/y"), WATCH_UP);
	assert_int_equal(judge_move("a.example", "https://www.a.example/"), WATCH_UP);
	assert_int_equal(judge_move("a.example", "http://b.example/"), WATCH_MOVED);
	assert_int_equal(judge_move("a.example", "http://a.example.evil.example/"), WATCH_MOVED);
	/* It led there when it was first seen, or has not been seen. */
	assert_int_equal(judge_move("b.example", "http://b.example/"), WATCH_UP);
	assert_int_equal(judge_move("b.example", "http://c.example/"), WATCH_MOVED);
	assert_int_equal(judge_move("", "http://b.example/"), WATCH_UP);
}

static void a_parked_page_is_known_by_its_words(void **state)
{
	struct fetch_answer a = page(200, "http://a.example/", 0, "<TITLE>a.example</TITLE>This Domain Is For Sale");
	struct fetch_answer ja = page(200, "http://a.example/", 0, "このドメインは売り出し中です");

	(void)state;
	assert_int_equal(watch_judge(FETCH_HTTP, "http://a.example/", "", &a), WATCH_PARKED);
	assert_int_equal(watch_judge(FETCH_HTTP, "http://a.example/", "", &ja), WATCH_PARKED);
	assert_false(watch_is_parked(BYTES_TEXT("")));
	assert_false(watch_is_parked(BYTES_TEXT("the domain of a bank is for salesmen")));
}

static void every_outcome_says_something(void **state)
{
	static const enum watch_finding findings[FETCH_OUTCOMES] = {
		[FETCH_ANSWERED] = WATCH_UP,	     [FETCH_NO_NAME] = WATCH_GONE,    [FETCH_NO_ADDRESS] = WATCH_DOWN,
		[FETCH_NO_RESOLVER] = WATCH_NOTHING, [FETCH_FORBIDDEN] = WATCH_NOTHING, [FETCH_NO_CONNECTION] = WATCH_DOWN,
		[FETCH_SLOW] = WATCH_DOWN,	     [FETCH_NO_TLS] = WATCH_DOWN,     [FETCH_NOT_HTTP] = WATCH_DOWN,
		[FETCH_NO_NETWORK] = WATCH_NOTHING,  [FETCH_NO_PROXY] = WATCH_NOTHING, [FETCH_WRONG] = WATCH_NOTHING,
		[FETCH_DIED] = WATCH_NOTHING,
	};

	(void)state;
	for (unsigned i = 0; i < FETCH_OUTCOMES; i++) {
		struct fetch_answer a = { .outcome = (enum fetch_outcome)i, .url = "", .status = 200 };
		assert_int_equal(watch_judge(FETCH_DNS, "a.example", "", &a), findings[i]);
		assert_int_equal(watch_judge(FETCH_TLS, "a.example:443", "", &a), findings[i]);
		assert_int_equal(watch_judge(FETCH_HTTP, "http://a.example/", "a.example", &a), findings[i]);
		assert_non_null(fetch_outcome_names[i]);
	}
}

static void a_lead_to_where_we_do_not_go_is_a_move(void **state)
{
	struct fetch_answer a = { .outcome = FETCH_FORBIDDEN, .url = "http://169.254.169.254/", .redirects = 1 };

	(void)state;
	assert_int_equal(watch_judge(FETCH_HTTP, "http://a.example/", "a.example", &a), WATCH_MOVED);
	assert_int_equal(watch_judge(FETCH_HTTP, "http://a.example/", "", &a), WATCH_DOWN);
}

/* One look a letter: U up, D down, G gone, M moved, n nothing; small d through the proxy. A step each 20 s. */
static enum watch_turn walk(struct watch_run *run, const char *looks)
{
	static const char letters[] = { [WATCH_UP] = 'U', [WATCH_DOWN] = 'D', [WATCH_MOVED] = 'M', [WATCH_PARKED] = 'P',
					[WATCH_GONE] = 'G', [WATCH_NOTHING] = 'n' };
	enum watch_turn turn = WATCH_SAME;
	int64_t at = 100 * SECOND_US;

	for (const char *c = looks; *c; c++, at += 20 * SECOND_US) {
		char sign = *c == 'd' ? 'D' : *c;
		struct watch_look look = { at, (enum watch_finding)((const char *)memchr(letters, sign, sizeof letters) - letters), *c == 'd' };
		turn = watch_step(run, &look, &needs);
	}
	return turn;
}

static void runs_of_looks(void **state)
{
	static const struct {
		const char *looks, *word;
		enum watch_turn turn;
		unsigned failures;
		int first; /* the look whose time the run begins at; -1: none */
	} rows[] = {
		{ "", "new", WATCH_SAME, 0, -1 },
		{ "n", "new", WATCH_SAME, 0, -1 },
		{ "U", "up", WATCH_SEEN, 0, -1 },
		{ "UU", "up", WATCH_SAME, 0, -1 },
		{ "UD", "unconfirmed", WATCH_FAILS, 1, 1 },
		{ "UDn", "unconfirmed", WATCH_SAME, 1, 1 },
		{ "UDU", "up", WATCH_RECOVERED, 0, -1 },
		{ "UDD", "unconfirmed", WATCH_SAME, 2, 1 },
		{ "UDDD", "unconfirmed", WATCH_SAME, 3, 1 }, /* three, but within 40 s */
		{ "UDDDD", "down", WATCH_FOUND, 4, 1 },
		{ "UDnnD", "unconfirmed", WATCH_SAME, 2, 1 },
		{ "UDnnDD", "down", WATCH_FOUND, 3, 1 },
		{ "UDDUDDDD", "down", WATCH_FOUND, 4, 4 },
		{ "UDDDDU", "up", WATCH_RECOVERED, 0, -1 },
		{ "UDDDDD", "down", WATCH_SAME, 5, 1 },
		{ "UDDDG", "gone", WATCH_FOUND, 4, 1 },
		{ "UMMMM", "moved", WATCH_FOUND, 4, 1 },
		{ "UDDDDG", "gone", WATCH_SAME, 5, 1 },
		{ "UDd", "down", WATCH_FOUND, 2, 1 }, /* from both sides */
		{ "Udd", "unconfirmed", WATCH_SAME, 2, 1 },
		{ "DDDD", "down", WATCH_FOUND, 4, 0 }, /* never seen */
		{ "DU", "up", WATCH_RECOVERED, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct watch_run run = { .state = WATCH_STATE_NEW };
		enum watch_turn turn = walk(&run, rows[i].looks);
		if (turn != rows[i].turn || strcmp(watch_state_word(&run), rows[i].word) != 0)
			fail_msg("%s: %s, turn %u", rows[i].looks, watch_state_word(&run), turn);
		assert_int_equal(run.direct + run.proxied, rows[i].failures);
		assert_int_equal(run.first_at, rows[i].first < 0 ? 0 : (100 + 20 * rows[i].first) * SECOND_US);
	}
}

static void what_is_closed_stays_so_until_it_is_up(void **state)
{
	struct watch_run run = { .state = WATCH_STATE_CLOSED, .direct = 3, .failing = WATCH_DOWN, .first_at = 7 };

	(void)state;
	assert_int_equal(walk(&run, "DGn"), WATCH_SAME);
	assert_string_equal(watch_state_word(&run), "closed");
	assert_int_equal(run.first_at, 7);
	assert_int_equal(walk(&run, "U"), WATCH_CAME_BACK);
	assert_string_equal(watch_state_word(&run), "up");
	assert_int_equal(run.first_at, 0);
}

static void words_of_states_are_read_back(void **state)
{
	static const char *const words[] = { "new", "up", "unconfirmed", "down", "moved", "parked", "gone", "closed" };
	struct watch_run run;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		run = (struct watch_run){ .direct = 1 };
		assert_true(watch_state_parse(words[i], words[i], &run));
		assert_string_equal(watch_state_word(&run), words[i]);
	}
	assert_false(watch_state_parse("other", "", &run));
}

static void a_failure_is_looked_at_from_the_other_side(void **state)
{
	struct watch_run up = { .state = WATCH_STATE_UP }, direct = { .state = WATCH_STATE_UNCONFIRMED, .direct = 1 },
			 proxied = { .state = WATCH_STATE_UNCONFIRMED, .proxied = 1 };

	(void)state;
	assert_false(watch_is_proxied(&up, false, true));
	assert_true(watch_is_proxied(&up, true, true));
	assert_true(watch_is_proxied(&direct, false, true));
	assert_false(watch_is_proxied(&direct, false, false));
	assert_false(watch_is_proxied(&proxied, true, true));
	direct.silent = 1; /* the proxy says nothing */
	assert_false(watch_is_proxied(&direct, false, true));
}

static void the_next_look_comes_sooner_or_later(void **state)
{
	const int64_t every = 3600 * SECOND_US;
	struct watch_run run = { .state = WATCH_STATE_UP };

	(void)state;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), every);
	assert_int_equal(watch_next(&run, &needs, every, 0, 0), every - every / 10);
	assert_true(watch_next(&run, &needs, every, 0, 0.999) <= every + every / 10);
	run.state = WATCH_STATE_UNCONFIRMED;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), 30 * SECOND_US);
	run.state = WATCH_STATE_CLOSED;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), 4 * every);
	run.silent = 1;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), 60 * SECOND_US);
	run.silent = 3;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), 240 * SECOND_US);
	run.silent = 1000;
	assert_int_equal(watch_next(&run, &needs, every, 0, 0.5), every);
}

static void business_days_have_their_class(void **state)
{
	const struct business_calendar calendar = { .table = NULL };
	/* Friday 2026-04-24, 10:00 in Tokyo; 29 April, 3 to 6 May are holidays. */
	const struct date day = { 2026, 4, 24 };
	const int64_t from = calendar_midnight(day) + 10 * HOUR_US;
	static const struct {
		int after, days;
		enum business_bucket bucket;
	} rows[] = {
		{ 0, 0, BUCKET_0_3 }, { 2, 0, BUCKET_0_3 }, { 4, 2, BUCKET_0_3 },  { 5, 2, BUCKET_0_3 },
		{ 6, 3, BUCKET_0_3 }, { 7, 4, BUCKET_4_7 }, { 13, 5, BUCKET_4_7 }, { 18, 8, BUCKET_8_10 }, { 24, 12, BUCKET_11_UP },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct watch_elapsed e = watch_elapsed(&calendar, from, from + rows[i].after * DAY_US);
		if (e.days != rows[i].days || e.bucket != rows[i].bucket)
			fail_msg("after %d days: %d business days", rows[i].after, e.days);
	}
}

static void targets_are_read_in_one_form(void **state)
{
	static const struct {
		const char *text;
		enum fetch_kind kind;
		const char *canonical; /* NULL: none */
	} rows[] = {
		{ "http://Phish.Example.JP", FETCH_HTTP, "http://phish.example.jp/" },
		{ "HTTPS://a.example:443/x/../y", FETCH_HTTP, "https://a.example/y" },
		{ "http://2130706433/", FETCH_HTTP, "http://127.0.0.1/" },
		{ "ftp://a.example/", FETCH_HTTP, NULL },
		{ "file:///etc/passwd", FETCH_HTTP, NULL },
		{ "A.Example.", FETCH_DNS, "a.example" },
		{ "a.example/x", FETCH_DNS, NULL },
		{ "192.0.2.1", FETCH_DNS, NULL },
		{ "2001:db8::1", FETCH_DNS, NULL },
		{ "192.0.2.1:8080", FETCH_TCP, "192.0.2.1:8080" },
		{ "[2001:DB8::1]:25", FETCH_TCP, "[2001:db8::1]:25" },
		{ "tcp://a.example:25", FETCH_TCP, "a.example:25" },
		{ "tls://a.example:993", FETCH_TLS, "a.example:993" },
		{ "tls://a.example", FETCH_TLS, NULL },
		{ "a.example:0", FETCH_TCP, NULL },
		{ "a.example:65536", FETCH_TCP, NULL },
		{ "a.example:25x", FETCH_TCP, NULL },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum fetch_kind kind;
		const char *text = "";
		int r = watch_read_target(rows[i].text, arena, &kind, &text, NULL);
		if ((r == 0) != (rows[i].canonical != NULL) || (r == 0 && (kind != rows[i].kind || strcmp(text, rows[i].canonical) != 0)))
			fail_msg("%s: %d, '%s'", rows[i].text, r, text);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_says_whether_it_is_up),
		cmocka_unit_test(another_host_is_a_move_and_another_page_is_none),
		cmocka_unit_test(a_parked_page_is_known_by_its_words),
		cmocka_unit_test(every_outcome_says_something),
		cmocka_unit_test(a_lead_to_where_we_do_not_go_is_a_move),
		cmocka_unit_test(runs_of_looks),
		cmocka_unit_test(what_is_closed_stays_so_until_it_is_up),
		cmocka_unit_test(words_of_states_are_read_back),
		cmocka_unit_test(a_failure_is_looked_at_from_the_other_side),
		cmocka_unit_test(the_next_look_comes_sooner_or_later),
		cmocka_unit_test(business_days_have_their_class),
		cmocka_unit_test(targets_are_read_in_one_form),
	};
	calendar_set_zone("Asia/Tokyo", NULL);
	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
