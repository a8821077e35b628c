/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Templates beyond the Mustache suite: types, places, words, faults, and what is embedded. */
#include "base/cleanup.h"
#include "engine/template/embedded.h"
#include "engine/template/template.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static struct error last;

/* Renders one template as `name` with the members a, html, url, count and list; returns the code. */
static int render(const char *name, const char *text, enum lang lang, char out[4096])
{
	struct templates *t = templates_new(0);
	struct arena *a = arena_new();
	struct value *v = value_object(a), *list;
	_cleanup_(buf_clear) struct buf b;
	int r;

	last = ERROR_NONE;
	buf_init(&b, 4095);
	value_put_text(v, "a", "<\"it's\" & javascript:x>");
	value_put_html(v, "html", "<b>bold</b>");
	value_put_url(v, "url", "/graphs?a=1&b=2");
	value_put_url(v, "evil", "javascript:alert(1)");
	value_put_text(v, "count", "1");
	value_put_number(v, "number", -42);
	list = value_put_list(v, "list");
	value_add_text(list, "x");
	value_put_text(value_add_object(list), "a", "inner");
	r = templates_add(t, name, text, strlen(text), &last);
	if (r == 0)
		r = templates_check(t, &last);
	if (r == 0)
		r = template_render(t, name, lang, v, &b, &last);
	snprintf(out, 4096, "%s", b.p);
	arena_free(a);
	templates_free(t);
	return r;
}

static void renders_as(const char *name, const char *text, const char *expected)
{
	char out[4096];

	assert_int_equal(render(name, text, LANG_EN, out), 0);
	assert_string_equal(out, expected);
}

static void fails_with(const char *text, int code, const char *line)
{
	char out[4096];

	assert_int_equal(render("x.html", text, LANG_EN, out), code);
	assert_string_equal(last.line, line);
}

static void escapes_by_suffix(void **state)
{
	(void)state;
	renders_as("x.html", "{{a}}", "&lt;&quot;it&#39;s&quot; &amp; javascript:x&gt;");
	renders_as("x.svg", "<text>{{a}}</text>", "<text>&lt;&quot;it&#39;s&quot; &amp; javascript:x&gt;</text>");
	renders_as("x.xml", "<a b='{{a}}'/>", "<a b='&lt;&quot;it&#39;s&quot; &amp; javascript:x&gt;'/>");
	renders_as("x.txt", "{{a}} {{number}}", "<\"it's\" & javascript:x> -42");
	renders_as("x.html", "{{html}}{{{html}}}{{&html}}{{{missing}}}",
	           "&lt;b&gt;bold&lt;/b&gt;<b>bold</b><b>bold</b>");
}

static void places_are_looked_at(void **state)
{
	(void)state;
	renders_as("x.html", "<a class=\"{{count}}\" href=\"{{url}}\">{{number}}</a>",
	           "<a class=\"1\" href=\"/graphs?a=1&amp;b=2\">-42</a>");
	renders_as("x.html", "<a href='/p/{{a}}'>", "<a href='/p/%3C%22it%27s%22%20%26%20javascript%3Ax%3E'>");
	renders_as("x.html", "<option {{#count}}selected{{/count}} value=\"{{count}}\">",
	           "<option selected value=\"1\">");
	renders_as("x.html", "<!-- <a href= --><p>{{count}}</p>", "<!-- <a href= --><p>1</p>");
	fails_with("<a\nhref=\"{{a}}\">", -EINVAL,
	           "x.html:2: 'a' begins a link, where only a url may stand, and is text");
	fails_with("<img alt=x src='{{evil}}'>", -EINVAL,
	           "x.html:1: 'evil' begins a link, where only a url may stand, and is nothing");
	fails_with("{{{a}}}", -EINVAL, "x.html:1: 'a' stands where only html may, and is text");
	fails_with("{{&url}}", -EINVAL, "x.html:1: 'url' stands where only html may, and is url");
	fails_with("{{list}}", -EINVAL, "x.html:1: 'list' is printed and is list");
	fails_with("<p title=\"{{{html}}}\">", -EINVAL, "x.html:1: markup may not stand inside a tag: 'html'");
	static const char *const never[] = { "<script>x = '{{a}}'</script>", "<style>{{a}}</style>",
		                             "<p onclick=\"{{a}}\">", "<p style='{{a}}'>", "<p {{a}}>", "<p id={{a}}>",
		                             "<{{a}}>", "<!-- {{a}} -->", "<a href={{url}}>" };
	for (size_t i = 0; i < COUNT(never); i++) {
		char out[4096];
		assert_int_equal(render("x.html", never[i], LANG_EN, out), -EINVAL);
		assert_non_null(strstr(last.line, "x.html:1: no value may stand here"));
	}
}

static void urls_are_judged(void **state)
{
	static const char *const good[] = { "/", "a/b.csv", "?q=1", "#top", "https://example.jp/",
		                            "mailto:a@example.jp",		                            "HTTP://example.jp", "../x:y" };
	static const char *const bad[] = { "javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.example",
		                           "java\tscript:x", " javascript:x", "\\\\evil.example", "vbscript:x", "x:y" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(url_is_safe(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(url_is_safe(bad[i]));
}

static void faults_name_their_line(void **state)
{
	(void)state;
	fails_with("a\n\n{{#list}}\n{{a}}\n", -EINVAL, "x.html:3: section 'list' is not closed");
	fails_with("{{#list}}\n{{#a}}{{/list}}", -EINVAL, "x.html:2: 'list' closes section 'a' of line 2");
	fails_with("\n{{/a}}", -EINVAL, "x.html:2: no section is open for 'a'");
	fails_with("\n\n{{a", -EINVAL, "x.html:3: a tag is not closed: '{{a'");
	fails_with("{{ }}", -EINVAL, "x.html:1: a tag has no name: '{{ }}'");
	fails_with("{{a b}}", -EINVAL, "x.html:1: not a name: 'a b'");
	fails_with("{{=<% %>=}}", -EINVAL, "x.html:1: delimiters cannot be changed: '<% %>='");
	fails_with("\n{{>part/none}}", -ENOENT, "x.html:2: there is no template 'part/none.html'");
	fails_with("{{>x}}", -ELOOP, "x.html: partials or sections are nested deeper than 64");
	fails_with("{{t.no.such}}", -EINVAL, "x.html:1: no words in po/ for 't.no.such'");
}

static void words_speak_the_language(void **state)
{
	char out[4096];

	(void)state;
	renders_as("x.html", "{{t.observe.rank}}: {{t.observe.sensors}}", "Rank: 1 sensor");
	assert_int_equal(render("x.html", "{{t.observe.rank}} {{#list}}{{t.observe.sensors}}{{/list}}", LANG_JA, out),
	                 0);
	assert_string_equal(out, "順位 センサー1台センサー1台");
}

static void items_hide_what_is_outside(void **state)
{
	(void)state;
	renders_as("x.txt", "{{#list}}[{{a}}]{{/list}}", "[<\"it's\" & javascript:x>][inner]");
	renders_as("x.txt", "{{#number}}n{{/number}}{{^none}}-{{/none}}", "n-");
}

static void embedded_templates_parse(void **state)
{
	struct templates *t = templates_new(0);
	size_t count = 0;

	(void)state;
	for (const struct embedded *e = embedded_templates; e->name; e++, count++) {
		int r = templates_add(t, e->name, e->text, e->size, &last);
		if (r < 0)
			print_message("# %s\n", last.line);
		assert_int_equal(r, 0);
		assert_int_equal(strlen(e->text), e->size);
	}
	if (templates_check(t, &last) < 0)
		fail_msg("%s", last.line);
	assert_true(count > 0);
	assert_non_null(templates_embedded());
	assert_non_null(embedded_find(embedded_static, "hinomi.css"));
	assert_null(embedded_find(embedded_static, "none.css"));
	templates_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_by_suffix),        cmocka_unit_test(places_are_looked_at),
		cmocka_unit_test(urls_are_judged),          cmocka_unit_test(faults_name_their_line),
		cmocka_unit_test(words_speak_the_language), cmocka_unit_test(items_hide_what_is_outside),
		cmocka_unit_test(embedded_templates_parse),
	};
	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
