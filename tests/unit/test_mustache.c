/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The Mustache suite (github.com/mustache/spec) out of $HINOMI_SHARED/suites/mustache/specs, one TAP point a case. */
#include "base/cleanup.h"
#include "engine/template/template.h"

#include <jansson.h>

static const char *const specs[] = { "comments", "interpolation", "inverted", "partials", "sections", "delimiters" };

/* Left out by name; the reason stands in the TAP line. */
static const struct {
	const char *spec, *reason;
} left_out[] = {
	{ "~lambdas", "lambdas are no part of the dialect" },
	{ "~inheritance", "an optional module" },
	{ "~dynamic-names", "an optional module" },
};

static int count, failures;

static struct value *value_of(struct arena *a, const json_t *json)
{
	struct value *v;
	const char *name;
	json_t *member;
	size_t i;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		v = value_object(a);
		json_object_foreach((json_t *)json, name, member)
			value_put(v, name, value_of(a, member));
		return v;
	case JSON_ARRAY:
		v = value_list(a);
		json_array_foreach(json, i, member)
			value_add(v, value_of(a, member));
		return v;
	case JSON_STRING:
		return value_text(a, json_string_value(json));
	case JSON_INTEGER:
		return value_number(a, json_integer_value(json));
	case JSON_REAL:
		return value_text(a, arena_printf(a, "%g", json_real_value(json)));
	case JSON_NULL:
		return value_text(a, NULL);
	default:
		return value_bool(a, json_is_true(json));
	}
}

static const char *text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? text : "";
}

static int add(struct templates *t, const char *name, const char *text, struct error *err)
{
	char full[100];

	snprintf(full, sizeof full, "%s.html", name);
	return templates_add(t, full, text, strlen(text), err);
}

static int add_all(struct templates *t, const json_t *test, struct error *err)
{
	int r = add(t, "test case", text_of(test, "template"), err);
	const char *name;
	json_t *partial;

	json_object_foreach(json_object_get(test, "partials"), name, partial)
		if (r == 0)
			r = add(t, name, json_string_value(partial), err);
	return r;
}

static void tap(bool is_ok, const char *spec, const char *name, const char *directive)
{
	printf("%s %d - %s: %s%s\n", is_ok ? "ok" : "not ok", ++count, spec, name, directive);
	failures += !is_ok;
}

/* One line of TAP's remarks for any text. */
static void remark(const char *what, const char *text)
{
	printf("# %s: ", what);
	for (; *text; text++)
		putchar(*text == '\n' ? '$' : *text);
	printf("\n");
}

static void run_case(const char *spec, const json_t *test)
{
	struct templates *t = templates_new(TEMPLATE_ANY_HTML);
	struct arena *a = arena_new();
	_cleanup_(buf_clear) struct buf out;
	struct error err = ERROR_NONE;
	const char *expected = text_of(test, "expected");
	const struct value *data = value_of(a, json_object_get(test, "data"));
	int r = add_all(t, test, &err);
	bool is_ok;

	buf_init(&out, 1 << 16);
	if (r == 0)
		r = template_render(t, "test case.html", LANG_EN, data, &out, &err);
	is_ok = r == 0 && bytes_is(buf_bytes(&out), expected);
	if (!is_ok) {
		remark("fault", err.line);
		remark("expected", expected);
		remark("rendered", out.p);
	}
	tap(is_ok, spec, text_of(test, "name"), "");
	arena_free(a);
	templates_free(t);
}

/* True when the folder of suites may be missing: one skipped point instead of the cases. */
static void run_absent(const char *path)
{
	const char *required = getenv("HINOMI_SUITES");
	bool is_required = required && strcmp(required, "required") == 0;

	printf("# %s is not there\n", path);
	tap(!is_required, "mustache", "suite", is_required ? "" : " # SKIP the suite is not there");
}

static json_t *load(const char *folder, const char *spec)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.json", folder, spec);
	return json_load_file(path, 0, NULL);
}

static bool changes_delimiters(const json_t *test)
{
	_cleanup_free_ char *all = json_dumps(test, 0);

	return strstr(all, "{{=") != NULL;
}

static void run_spec(const char *folder, const char *spec)
{
	json_t *suite = load(folder, spec), *test;
	size_t i;

	if (!suite) {
		run_absent(spec);
		return;
	}
	json_array_foreach(json_object_get(suite, "tests"), i, test) {
		if (changes_delimiters(test))
			tap(true, spec, text_of(test, "name"), " # SKIP delimiter change is no part of the dialect");
		else
			run_case(spec, test);
	}
	json_decref(suite);
}

int main(void)
{
	const char *shared = getenv("HINOMI_SHARED"), *source = getenv("HINOMI_SOURCE");
	char folder[4000];

	if (shared)
		snprintf(folder, sizeof folder, "%s/suites/mustache/specs", shared);
	else
		snprintf(folder, sizeof folder, "%s/../shared/suites/mustache/specs", source ? source : ".");
	if (access(folder, R_OK) != 0)
		run_absent(folder);
	else
		for (size_t i = 0; i < COUNT(specs); i++)
			run_spec(folder, specs[i]);
	for (size_t i = 0; i < COUNT(left_out); i++)
		printf("ok %d - %s # SKIP %s\n", ++count, left_out[i].spec, left_out[i].reason);
	printf("1..%d\n", count);
	return failures > 0;
}
