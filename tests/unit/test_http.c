/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Routes, declared fields, percent-encoding. What goes over a wire is tested in tests/web. */
#include "base/cleanup.h"
#include "engine/http/http_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char *const choices[] = { "probe", "all", NULL };

static const struct http_field fields[] = {
	{ "name", HTTP_TEXT, 0, 8, 0, NULL },
	{ "n", HTTP_NUMBER, 1, 50, 20, NULL },
	{ "kind", HTTP_CHOICE, 0, 0, 1, choices },
	{ "hide", HTTP_FLAG, 0, 0, 0, NULL },
	{ "secret", HTTP_SECRET, 0, 8, 0, NULL },
	{ 0 },
};

static const struct http_route routes[] = {
	{ HTTP_GET, "/", fields, NULL, 0, false },
	{ HTTP_GET, "/a/{id}/b", NULL, NULL, 0, false },
	{ HTTP_POST, "/a", NULL, NULL, 0, false },
	{ HTTP_GET, "/files/{rest...}", NULL, NULL, 0, false },
	{ HTTP_GET, "/folder/", NULL, NULL, 0, false },
	{ 0 },
};

static const struct http_route *find(struct http_request *rq, enum http_method method, const char *path, unsigned *others)
{
	rq->method = method;
	rq->path = path;
	return http_route_find(routes, rq, others);
}

static void paths_find_their_routes(void **state)
{
	struct http_request rq = { .arena = arena_new() };
	unsigned others;

	(void)state;
	assert_ptr_equal(find(&rq, HTTP_GET, "/", &others), &routes[0]);
	assert_ptr_equal(find(&rq, HTTP_GET, "/a/7/b", &others), &routes[1]);
	assert_string_equal(rq.segments[0], "7");
	assert_null(find(&rq, HTTP_GET, "/a//b", &others));
	assert_null(find(&rq, HTTP_GET, "/a/7/b/c", &others));
	assert_null(find(&rq, HTTP_GET, "/a/7/b/", &others));
	assert_null(find(&rq, HTTP_GET, "a", &others));
	assert_null(find(&rq, HTTP_GET, "", &others));
	assert_int_equal(others, 0);
	assert_null(find(&rq, HTTP_GET, "/a", &others));
	assert_int_equal(others, 1u << HTTP_POST);
	assert_ptr_equal(find(&rq, HTTP_GET, "/files/x/y.html", &others), &routes[3]);
	assert_string_equal(rq.segments[0], "x/y.html");
	assert_ptr_equal(find(&rq, HTTP_GET, "/folder/", &others), &routes[4]);
	arena_free(rq.arena);
}

static void fields_arrive_parsed(void **state)
{
	struct http_request rq = { .arena = arena_new(), .route = &routes[0] };

	(void)state;
	http_fields_begin(&rq);
	assert_int_equal(http_value(&rq, "n")->number, 20);
	assert_false(http_value(&rq, "n")->is_given);
	assert_int_equal(http_value(&rq, "kind")->number, 1);
	http_form_parse(&rq, BYTES_TEXT("name=a+b%26c&n=7&kind=probe&hide=&unknown=1&broken&secret=+a+b+"));
	assert_string_equal(http_value(&rq, "name")->text, "a b&c");
	assert_int_equal(http_value(&rq, "n")->number, 7);
	assert_int_equal(http_value(&rq, "kind")->number, 0);
	assert_int_equal(http_value(&rq, "hide")->number, 1);
	assert_string_equal(http_value(&rq, "secret")->text, " a b "); /* as it was typed */
	arena_free(rq.arena);
}

static void wrong_fields_keep_what_was_typed(void **state)
{
	static const struct {
		const char *form, *name, *text;
		enum message fault;
	} rows[] = {
		{ "n=51", "n", "51", MSG_FIELD_OUT_OF_RANGE },     { "n=0", "n", "0", MSG_FIELD_OUT_OF_RANGE },
		{ "n=-1", "n", "-1", MSG_FIELD_OUT_OF_RANGE },     { "n=1x", "n", "1x", MSG_FIELD_NOT_A_NUMBER },
		{ "n=99999999999999999999", "n", "99999999999999999999", MSG_FIELD_NOT_A_NUMBER },
		{ "kind=some", "kind", "some", MSG_FIELD_NOT_A_CHOICE },
		{ "name=123456789", "name", "123456789", MSG_FIELD_TOO_LONG },
		{ "name=%ff", "name", "", MSG_FIELD_NOT_TEXT },    { "name=a%00b", "name", "", MSG_FIELD_NOT_TEXT },
		{ "name=a%0ab", "name", "", MSG_FIELD_NOT_TEXT },
	};
	struct http_request rq = { .arena = arena_new(), .route = &routes[0] };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct http_value *v;
		http_fields_begin(&rq);
		http_form_parse(&rq, BYTES_TEXT(rows[i].form));
		v = http_value(&rq, rows[i].name);
		assert_true(v->is_given && v->is_wrong);
		assert_string_equal(v->text, rows[i].text);
		assert_int_equal(v->fault, rows[i].fault);
	}
	assert_int_equal(http_value(&rq, "n")->number, 20);
	arena_free(rq.arena);
}

static void queries_are_encoded(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(http_encode(a, "proto tcp & dport 1-2/火"), "proto%20tcp%20%26%20dport%201-2%2F%E7%81%AB");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_find_their_routes),
		cmocka_unit_test(fields_arrive_parsed),
		cmocka_unit_test(wrong_fields_keep_what_was_typed),
		cmocka_unit_test(queries_are_encoded),
	};
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
