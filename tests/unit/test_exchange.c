/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* JSON trees, XML, X-ARF, IODEF: what is read and what is refused. tests/replay/reports has the suites. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/xml.h"
#include "format/exchange/iodef.h"
#include "format/exchange/names.h"
#include "format/exchange/xarf.h"
#include "format/text/json_tree.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static struct arena *arena;

static int start(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena = arena_free(arena);
	return 0;
}

/* --- JSON trees --- */

static void json_values(void **state)
{
	const struct json_value *v;
	struct error err = ERROR_NONE;
	uint64_t n = 0;

	(void)state;
	assert_int_equal(json_tree_parse(BYTES_TEXT(" {\"a\":[1, 2.5e3,true,null], \"b\":\"q\\\"\\u3042\\ud83d\\udd25\\ud83d\","
						    "\"c\":{\"d\":-0}, \"b\":\"second\"} "), arena, &v, &err), 0);
	assert_int_equal(v->count, 4);
	assert_int_equal(json_member(v, "a")->count, 4);
	assert_true(json_number_of(json_first(json_member(v, "a")), 5, &n));
	assert_int_equal(n, 1);
	assert_false(json_number_of(json_first(json_member(v, "a"))->next, 5, &n));
	assert_string_equal(json_text_of(json_member(v, "b")), "q\"あ\xf0\x9f\x94\xa5\xef\xbf\xbd");
	assert_true(bytes_is(json_member(v, "c")->raw, "{\"d\":-0}"));
	assert_null(json_member(json_member(v, "a"), "b"));
	assert_null(json_text_of(NULL));
}

static void json_faults(void **state)
{
	static const char *const texts[] = { "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "\"\x01\"", "\"\\x\"",
					     "\"\\u0000\"", "\"\xff\"", "nul", "[] x", "\"a", "{a:1}", "'a'", "+1" };
	char deep[201];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct json_value *v;
		struct error err = ERROR_NONE;
		if (json_tree_parse(BYTES_TEXT(texts[i]), arena, &v, &err) != -EBADMSG)
			fail_msg("%s is taken", texts[i]);
	}
	for (size_t depth = 64; depth <= 65; depth++) {
		const struct json_value *v;
		memset(deep, '[', depth);
		memset(deep + depth, ']', depth);
		assert_int_equal(json_tree_parse(BYTES(deep, 2 * depth), arena, &v, NULL), depth == 64 ? 0 : -EBADMSG);
	}
}

/* --- XML --- */

static void xml_is_escaped(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct xml x;

	(void)state;
	buf_init(&b, 1000);
	x = xml_to(&b);
	xml_open(&x, "a");
	xml_attribute(&x, "b", "<\"&'>\n");
	xml_attribute(&x, "c", NULL);
	xml_element(&x, "d", "1 < 2\x01\xff");
	xml_element(&x, "e", NULL);
	xml_open(&x, "f");
	xml_close(&x);
	xml_close(&x);
	assert_string_equal(b.p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&lt;&quot;&amp;'&gt;&#10;\">\n"
				 " <d>1 &lt; 2\xef\xbf\xbd\xef\xbf\xbd</d>\n <f/>\n</a>\n");
}

/* --- X-ARF --- */

#define PARTY "{\"org\":\"CC\",\"contact\":\"info@example.jp\",\"domain\":\"example.jp\"}"
#define REPORT(version, more)                                                                                          \
	"{\"xarf_version\":\"" version "\",\"report_id\":\"1\",\"timestamp\":\"2014-01-15T12:34:56+09:00\",\"reporter\":" PARTY \
	",\"sender\":" PARTY ",\"source_identifier\":\"192.0.2.1\",\"category\":\"content\",\"type\":\"phishing\"" more "}"

static void xarf_is_read(void **state)
{
	struct error err = ERROR_NONE;
	struct xarf x;

	(void)state;
	assert_int_equal(xarf_parse(BYTES_TEXT(REPORT("4.2.0", ",\"url\":\"http://example.jp/\",\"source_port\":80,\"_internal\":{},"
							       "\"evidence\":[{\"content_type\":\"text/plain\",\"payload\":\"bG9n\"}],"
							       "\"tags\":[\"a:b\"]")), arena, &x, &err), 0);
	assert_int_equal(x.source.family, 4);
	assert_int_equal(x.source_port, 80);
	assert_true(x.has_instant && x.instant.offset_s == 9 * 3600);
	assert_int_equal(x.evidence_count, 1);
	assert_true(bytes_is(x.evidence[0].payload, "log"));
	assert_string_equal(x.tags[0], "a:b");
	assert_int_equal(x.more_count, 1);
	assert_string_equal(xarf_text(&x, "url", arena), "http://example.jp/");
	assert_null(xarf_text(&x, "_internal", arena));
	assert_true(xarf_is(BYTES_TEXT(REPORT("4.9.9", ""))));
	assert_false(xarf_is(BYTES_TEXT("{\"Version\":\"3\"}")));
}

static void xarf_faults(void **state)
{
	const struct {
		const char *json, *words;
	} rows[] = {
		{ "", "no JSON" },
		{ "[]", "no JSON object" },
		{ "{}", "no 'xarf_version'" },
		{ REPORT("3.0", ""), "is not 4" },
		{ REPORT("4.2.0", ",\"source_port\":65536"), "no port" },
		{ REPORT("4.2.0", ",\"evidence\":{}"), "no list" },
		{ REPORT("4.2.0", ",\"evidence\":[{\"content_type\":\"a/b\",\"payload\":\"*\"}]"), "evidence 1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = ERROR_NONE;
		struct xarf x;
		assert_int_equal(xarf_parse(BYTES_TEXT(rows[i].json), arena, &x, &err), -EBADMSG);
		if (!strstr(err.line, rows[i].words))
			fail_msg("'%s' does not say '%s'", err.line, rows[i].words);
	}
}

static void xarf_is_checked(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct error err = ERROR_NONE;
	struct xarf x;

	(void)state;
	buf_init(&b, 10000);
	assert_int_equal(xarf_parse(BYTES_TEXT(REPORT("4.2.0", "")), arena, &x, &err), 0);
	assert_int_equal(xarf_format(&x, &b, &err), -EINVAL);
	assert_string_equal(err.line, "X-ARF content/phishing needs 'url'");
	x.type = "fishing";
	assert_int_equal(xarf_format(&x, &b, &err), -EINVAL);
	assert_string_equal(err.line, "X-ARF knows no 'fishing' of 'content'");
	assert_int_equal(b.n, 0);
}

/* --- IODEF --- */

#define IODEF(inside) "<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">" inside "</IODEF-Document>"
#define INCIDENT(inside) IODEF("<Incident purpose=\"reporting\"><IncidentID name=\"cc.example\">7</IncidentID>" inside "</Incident>")

static void iodef_is_read(void **state)
{
	struct iodef_document d;
	struct error err = ERROR_NONE;
	const struct iodef_system *s;

	(void)state;
	assert_int_equal(
		iodef_parse(BYTES_TEXT(INCIDENT(
				    "<GenerationTime>2014-01-15T12:34:56+09:00</GenerationTime>"
				    "<Contact role=\"irt\" type=\"organization\"><Email><EmailTo>a@example.jp</EmailTo></Email></Contact>"
				    "<EventData><Flow><System category=\"source\"><Node><DomainData><Name>example.jp</Name></DomainData>"
				    "<Address category=\"ipv4-addr\"> 192.0.2.1 </Address></Node>"
				    "<Service ip-protocol=\"6\"><Port>80</Port></Service></System></Flow>"
				    "<EventData><Description>in it</Description></EventData></EventData>")),
			    arena, &d, &err), 0);
	assert_int_equal(d.incident_count, 1);
	assert_string_equal(d.incidents[0].id, "7");
	assert_true(d.incidents[0].generation.instant.has_zone);
	assert_string_equal(d.incidents[0].contacts[0].email, "a@example.jp");
	assert_int_equal(d.incidents[0].event_count, 2);
	assert_string_equal(d.incidents[0].events[1].description, "in it");
	s = &d.incidents[0].events[0].systems[0];
	assert_int_equal(s->addresses[0].address.family, 4);
	assert_string_equal(s->names[0], "example.jp");
	assert_true(s->has_port && s->port == 80 && s->protocol == 6);
}

static void iodef_faults(void **state)
{
	const struct {
		const char *xml, *words;
	} rows[] = {
		{ "", "no XML" },
		{ "<a", "no XML" },
		{ "<a/>", "no IODEF" },
		{ IODEF(""), "no incident" },
		{ IODEF("<Incident/>"), "no IncidentID" },
		{ "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]>" INCIDENT("<Description>&d;</Description>"),
		  "DTD" },
		{ "<!DOCTYPE a SYSTEM \"http://192.0.2.1/a.dtd\"><a/>", "DTD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = ERROR_NONE;
		struct iodef_document d;
		assert_int_equal(iodef_parse(BYTES_TEXT(rows[i].xml), arena, &d, &err), -EBADMSG);
		if (!strstr(err.line, rows[i].words))
			fail_msg("'%s' does not say '%s'", err.line, rows[i].words);
	}
}

static void iodef_is_checked(void **state)
{
	_cleanup_(buf_clear) struct buf b;
	struct error err = ERROR_NONE;
	struct iodef_contact contact = { .role = "boss", .type = "person" };
	struct iodef_incident i = { .id = "1", .id_name = "a", .purpose = "reporting", .generation.is_set = true,
				    .contacts = &contact, .contact_count = 1 };
	struct iodef_document d = { NULL, &i, 1 };

	(void)state;
	buf_init(&b, 10000);
	assert_int_equal(iodef_format(&d, &b, &err), -EINVAL);
	assert_string_equal(err.line, "IODEF has no contact role 'boss'");
	i.contact_count = 0;
	assert_int_equal(iodef_format(&d, &b, &err), -EINVAL);
	assert_int_equal(b.n, 0);
}

/* --- names --- */

static void names(void **state)
{
	enum tlp t = TLP_CLEAR;

	(void)state;
	assert_true(tlp_parse(BYTES_TEXT("tlp:amber+strict"), &t) && t == TLP_AMBER_STRICT);
	assert_true(tlp_parse(BYTES_TEXT(" RED "), &t) && t == TLP_RED);
	assert_true(tlp_parse(BYTES_TEXT("TLP:WHITE"), &t) && t == TLP_CLEAR);
	assert_false(tlp_parse(BYTES_TEXT("TLP:"), &t));
	assert_true(TLP_AMBER_STRICT > TLP_AMBER && TLP_RED > TLP_AMBER_STRICT);
	assert_string_equal(tlp_label(TLP_AMBER_STRICT), "TLP:AMBER+STRICT");
	assert_string_equal(rsit_find(BYTES_TEXT("fraud/phishing"))->type_ja, "フィッシング");
	assert_ptr_equal(rsit_find(BYTES_TEXT("rsit:fraud=\"phishing\"")), rsit_find(BYTES_TEXT("fraud/phishing")));
	assert_null(rsit_find(BYTES_TEXT("fraud")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(json_values, start, stop),
		cmocka_unit_test_setup_teardown(json_faults, start, stop),
		cmocka_unit_test(xml_is_escaped),
		cmocka_unit_test_setup_teardown(xarf_is_read, start, stop),
		cmocka_unit_test_setup_teardown(xarf_faults, start, stop),
		cmocka_unit_test_setup_teardown(xarf_is_checked, start, stop),
		cmocka_unit_test_setup_teardown(iodef_is_read, start, stop),
		cmocka_unit_test_setup_teardown(iodef_faults, start, stop),
		cmocka_unit_test_setup_teardown(iodef_is_checked, start, stop),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
