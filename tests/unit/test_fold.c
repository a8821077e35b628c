/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Folding, and the terms of the search index. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/text/bigram.h"
#include "format/text/fold.h"

#include <setjmp.h>
#include <cmocka.h>

static char *folded(const char *text)
{
	struct buf b;

	buf_init(&b, FOLD_GROWTH_MAX * strlen(text) + 1);
	fold_text(BYTES_TEXT(text), &b);
	buf_add(&b, "", 0);
	return memory_copy_text(b.p, b.n);
}

static void folds(void **state)
{
	const struct {
		const char *text, *folded;
	} rows[] = {
		{ "", "" },
		{ "Phishing URL", "phishing url" },
		{ "ＡＢＣ　１２３", "abc 123" },
		{ "ﾌｨｯｼﾝｸﾞ", "フィッシング" },
		{ "ｈｔｔｐ：／／", "http://" },
		{ "STRASSE Straße", "strasse strasse" },
		{ "㈱ ① ㌔", "(株) 1 キロ" },
		{ "か\xe3\x82\x99", "が" },
		{ "東京〜大阪～", "東京~大阪~" },
		{ "1−2‐3", "1-2-3" },
		{ "フィッ\r\nシング", "フィッシング" },
		{ "フィッ\nシング", "フィッシング" },
		{ "段落\n\n次", "段落\n\n次" },
		{ "一\n> 二", "一\n> 二" },
		{ "line\nend", "line\nend" },
		{ "a\xff" "b\xe3\x81", "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_free_ char *is = folded(rows[i].text);
		if (strcmp(is, rows[i].folded) != 0)
			fail_msg("'%s' became '%s'", rows[i].text, is);
	}
}

/* Marks of two classes in turn make canonical ordering quadratic where nothing stops it. */
static void folds_many_marks_at_once(void **state)
{
	size_t n = 1 << 20;
	_cleanup_free_ char *text = memory_new(n + 1, 1);
	_cleanup_(buf_clear) struct buf b;
	int64_t start = clock_steady();

	(void)state;
	for (size_t i = 0; i < n; i += 4)
		memcpy(text + i, "\xcc\x80\xcc\xa3", 4);
	buf_init(&b, FOLD_GROWTH_MAX * n);
	fold_text(BYTES(text, n), &b);
	assert_true(b.n < 200);
	assert_true(clock_steady() - start < 5 * SECOND_US);
}

/* Folding in pieces gives what folding at once gives. */
static void folds_long_texts_alike(void **state)
{
	_cleanup_(buf_clear) struct buf text, whole;
	_cleanup_free_ char *one = folded("ガギ漢字ＡＢＣか");

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&whole, 4 << 20);
	for (int i = 0; i < 2000; i++)
		buf_add_text(&text, "ｶﾞｷﾞ漢字ＡＢＣか");
	fold_text(buf_bytes(&text), &whole);
	assert_int_equal(whole.n, 2000 * strlen(one));
	for (size_t i = 0; i < 2000; i++)
		assert_memory_equal(whole.p + i * strlen(one), one, strlen(one));
}

/* --- terms --- */

static void expect_terms(const struct bigram_terms *t, const char *expected)
{
	char joined[500] = "";

	for (size_t i = 0; i < t->count; i++)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s%s", i ? " " : "",
			 t->terms[i].text, t->terms[i].is_prefix ? "*" : "");
	assert_string_equal(joined, expected);
}

static void index_terms(void **state)
{
	const struct {
		const char *text, *terms;
	} rows[] = {
		{ "", "" },
		{ " 、。", "" },
		{ "url2", "2 l2 rl ur =url2" },
		{ "a a", "a =a" },
		{ "漢字", "字 漢字" },
		{ "脆弱性のxss", "s ss xs の 弱性 性の 脆弱 =xss" },
		{ "example.com", "am co e ex le m mp om pl xa =com =example" },
	};
	struct arena *a = arena_new();
	struct bigram_terms t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bigram_index(BYTES_TEXT(rows[i].text), a, &t);
		expect_terms(&t, rows[i].terms);
	}
	arena_free(a);
}

static void query_terms(void **state)
{
	const struct {
		const char *query;
		enum bigram_mode mode;
		const char *terms;
	} rows[] = {
		{ "脆弱", BIGRAM_PARTS, "脆弱" },
		{ "脆", BIGRAM_PARTS, "脆*" },
		{ "xss 脆弱性", BIGRAM_PARTS, "ss xs 弱性 脆弱" },
		{ "xss 脆弱性", BIGRAM_WORDS, "弱性 脆弱 =xss" },
		{ "。", BIGRAM_PARTS, "" },
	};
	struct arena *a = arena_new();
	struct bigram_terms t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bigram_query(BYTES_TEXT(rows[i].query), rows[i].mode, a, &t);
		expect_terms(&t, rows[i].terms);
	}
	arena_free(a);
}

/* Whether all terms of the query are among those of the text, as the database will ask. */
static bool finds(const char *text, const char *query)
{
	_cleanup_free_ char *t = folded(text), *q = folded(query);
	struct arena *a = arena_new();
	struct bigram_terms have, want;
	size_t found = 0;

	bigram_index(BYTES_TEXT(t), a, &have);
	bigram_query(BYTES_TEXT(q), BIGRAM_PARTS, a, &want);
	for (size_t i = 0; i < want.count; i++) {
		bool is_found = false;
		for (size_t j = 0; j < have.count && !is_found; j++)
			is_found = want.terms[i].is_prefix ?
					   strncmp(have.terms[j].text, want.terms[i].text, strlen(want.terms[i].text)) == 0 :
					   strcmp(have.terms[j].text, want.terms[i].text) == 0;
		found += is_found;
	}
	found = found == want.count && bigram_holds(BYTES_TEXT(t), BYTES_TEXT(q));
	arena_free(a);
	return found;
}

static void texts_are_found(void **state)
{
	(void)state;
	assert_true(finds("フィッシングサイトの報告", "報告"));
	assert_true(finds("ﾌｨｯｼﾝｸﾞｻｲﾄ", "フィッシング"));
	assert_true(finds("Ｗｅｂ改ざん", "web 改ざん"));
	assert_true(finds("改ざん", "ん"));
	assert_true(finds("http://www.example.jp/login", "example.jp/log"));
	assert_true(finds("mail", "l"));
	assert_false(finds("報告と告知", "報知"));
	assert_false(finds("フィッシング", "報告"));
	assert_false(finds("abcbc", "bcab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds),       cmocka_unit_test(folds_many_marks_at_once),
		cmocka_unit_test(folds_long_texts_alike), cmocka_unit_test(index_terms),
		cmocka_unit_test(query_terms), cmocka_unit_test(texts_are_found),
	};
	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
