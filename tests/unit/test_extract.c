/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* What texts are about: plain, harmless, full-width, Japanese. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "format/text/extract.h"

#include <setjmp.h>
#include <cmocka.h>

/* `kind=text` of each item, joined by blanks. */
static void describe(const char *text, struct buf *into)
{
	struct arena *a = arena_new();
	struct extract_items items;

	extract(BYTES_TEXT(text), a, &items);
	for (size_t i = 0; i < items.count; i++) {
		const struct extract_item *item = &items.item[i];
		buf_addf(into, "%s%s=%s", i ? " " : "", extract_kind_names[item->kind], item->text);
		assert_memory_equal(item->found.p, text + item->offset, item->found.n);
	}
	arena_free(a);
}

struct row {
	const char *text, *items;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		_cleanup_(buf_clear) struct buf b;
		buf_init(&b, 1 << 16);
		buf_add_text(&b, "");
		describe(rows[i].text, &b);
		if (strcmp(b.n ? b.p : "", rows[i].items) != 0)
			fail_msg("'%s' gave '%s'", rows[i].text, b.n ? b.p : "");
	}
}

static void urls(void **state)
{
	static const struct row rows[] = {
		{ "see http://www.example.jp/a.html.", "url=http://www.example.jp/a.html" },
		{ "「http://www.example.jp/」を", "url=http://www.example.jp/" },
		{ "（http://www.example.jp/login）", "url=http://www.example.jp/login" },
		{ "http://example.jp/a、http://example.jp/b。", "url=http://example.jp/a url=http://example.jp/b" },
		{ "http://example.jp/a。http://example.jp/b", "url=http://example.jp/a url=http://example.jp/b" },
		{ "http://example.jp/，http://example.jp/b", "url=http://example.jp/ url=http://example.jp/b" },
		{ "http://example.jpにあります", "url=http://example.jp/" },
		{ "<http://example.jp/x?a=1&b=2#c>", "url=http://example.jp/x?a=1&b=2" },
		{ "(http://example.jp/a_(b)) x", "url=http://example.jp/a_(b)" },
		{ "\"http://example.jp/'\"", "url=http://example.jp/" },
		{ "url=http://example.jp/x", "url=http://example.jp/x" },
		{ "- http://example.jp/ -http://example.jp/y", "url=http://example.jp/ url=http://example.jp/y" },
		{ "hxxp://example.jp/", "url=http://example.jp/" },
		{ "hXXps://www[.]example(.)jp/x", "url=https://www.example.jp/x" },
		{ "hxxp[:]//www[dot]example[.]jp[/]x", "url=http://www.example.jp/x" },
		{ "hxxp[://]example。jp/", "url=http://example.jp/" },
		{ "ttp://example.jp/ ttps://example.jp/", "url=http://example.jp/ url=https://example.jp/" },
		{ "ｈｔｔｐ：／／ｅｘａｍｐｌｅ．ｊｐ／ａ？ｂ", "url=http://example.jp/a?b" },
		{ "http://日本語.example/を", "url=http://xn--wgv71a119e.example/" },
		{ "http://www.日本語.example/", "url=http://www.xn--wgv71a119e.example/" },
		{ "http://192.0.2.1:8080/", "url=http://192.0.2.1:8080/" },
		{ "http://[2001:db8::1]/ ok", "url=http://[2001:db8::1]/" },
		{ "www.example.jp/login.php", "url=http://www.example.jp/login.php" },
		{ "http:// http:///x", "" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void names_and_addresses(void **state)
{
	static const struct row rows[] = {
		{ "host www.example.jp.", "host=www.example.jp" },
		{ "WWW[.]EXAMPLE[.]JP", "host=www.example.jp" },
		{ "東京example.jpの件", "host=example.jp" },
		{ "file.txt foo.sh a.py e.g. i.e. 1.5", "" },
		{ "mail.foo.sh example.jp:8080", "host=mail.foo.sh host=example.jp port=8080" },
		{ "user@example.jp, <a.b+c@Example.JP>", "mail=user@example.jp mail=a.b+c@example.jp" },
		{ "user [at] example [dot] jp", "mail=user@example.jp" },
		{ "user[@]example[.]jp user＠example.jp", "mail=user@example.jp mail=user@example.jp" },
		{ "mailto:user@example.jp", "mail=user@example.jp" },
		{ "192.0.2.1", "address=192.0.2.1" },
		{ "192.0.2.1,192.0.2.2.", "address=192.0.2.1 address=192.0.2.2" },
		{ "192.0.2.1-192.0.2.9 gw-192.0.2.1", "address=192.0.2.1 address=192.0.2.9 address=192.0.2.1" },
		{ "192.0.2[.]1:80 192[.]0[.]2[.]2", "address=192.0.2.1 port=80 address=192.0.2.2" },
		{ "１９２．０．２．１", "address=192.0.2.1" },
		{ "192.0.2.1:53/udp", "address=192.0.2.1 port=53/udp" },
		{ "192.0.2.0/24 192.0.2.5/24", "prefix=192.0.2.0/24 address=192.0.2.5" },
		{ "1.2.3.4.5 1.2.3 300.1.1.1 v1.2.3.4", "" },
		{ "2001:DB8::1 2001:db8::/32", "address=2001:db8::1 prefix=2001:db8::/32" },
		{ "[2001:db8::1]:443, ::1.", "address=2001:db8::1 port=443 address=::1" },
		{ "12:34:56 00:11:22:33:44:55 std::vector", "" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void hashes_and_ports(void **state)
{
	static const struct row rows[] = {
		{ "D41D8CD98F00B204E9800998ECF8427E", "md5=d41d8cd98f00b204e9800998ecf8427e" },
		{ "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		  "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "d41d8cd98f00b204e9800998ecf8427ee d41d8cd98f00b204", "" },
		{ "80/tcp 1433/TCP 53 (udp)", "port=80/tcp port=1433/tcp port=53/udp" },
		{ "TCP1433 TCP/22 tcp port 80 UDP 53", "port=1433/tcp port=22/tcp port=80/tcp port=53/udp" },
		{ "port 22, 23 and ports: 80/tcp", "port=22 port=23 port=80/tcp" },
		{ "ポート22 ポート番号：445 22番ポート", "port=22 port=445 port=22" },
		{ "SPT=4000 DPT=22", "port=22" },
		{ "TCP 3-way, TCP 192.0.2.1, port 99999, export 22", "address=192.0.2.1" },
		{ "１４３３／ＴＣＰ", "port=1433/tcp" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void instants(void **state)
{
	static const struct row rows[] = {
		{ "at 2014/01/15 12:34:56 JST from 192.0.2.1", "instant=2014-01-15T12:34:56+09:00 address=192.0.2.1" },
		{ "192.0.2.1 - - [15/Jan/2014:12:34:56 +0900] \"GET / HTTP/1.0\" 200",
		  "address=192.0.2.1 instant=2014-01-15T12:34:56+09:00" },
		{ "Jan 15 12:34:56 gw sshd[10]: from 192.0.2.1 port 4022 ssh2",
		  "instant=--01-15T12:34:56 address=192.0.2.1 port=4022" },
		{ "Date: Wed, 15 Jan 2014 12:34:56 +0900", "instant=2014-01-15T12:34:56+09:00" },
		{ "日時は２０１４年１月１５日１２時３４分です", "instant=2014-01-15T12:34:00" },
		{ "発生は平成26年1月15日 12:34:56 日本時間。", "instant=2014-01-15T12:34:56+09:00" },
		{ "2014-01-15 12:34:56 CST", "instant=2014-01-15T12:34:56" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void offsets_are_those_of_the_text(void **state)
{
	const char *text = "一行目\r\n対象：ｈｘｘｐ：／／ｗｗｗ［．］ｅｘａｍｐｌｅ［．］ｊｐ／　以上";
	struct arena *a = arena_new();
	struct extract_items items;

	(void)state;
	extract(BYTES_TEXT(text), a, &items);
	assert_int_equal(items.count, 1);
	assert_int_equal(items.item[0].offset, strstr(text, "ｈｘｘｐ") - text);
	assert_int_equal(items.item[0].found.n, strlen("ｈｘｘｐ：／／ｗｗｗ［．］ｅｘａｍｐｌｅ［．］ｊｐ／"));
	assert_string_equal(items.item[0].host, "www.example.jp");
	arena_free(a);
}

/* What makes a scanner with backtracking slow: each piece repeated to half a megabyte. */
static void time_grows_with_length_alone(void **state)
{
	static const char *const pieces[] = { "a.", "1-", "http://", "a@", "0:", "((((", "[.", "/a.jp", "1.1.1.1.", "ポート",
					      "http://example.jp/).", "2014-01-15 ", "a+b.c_d-", ("\xe3\x80\x82" "a"), "port 1," };
	size_t room = 1 << 19;
	_cleanup_free_ char *text = memory_new(1, room + 64);

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct arena *a = arena_new();
		struct extract_items items;
		size_t n = strlen(pieces[i]);
		clock_t start = clock();
		for (size_t k = 0; k + n <= room; k += n)
			memcpy(text + k, pieces[i], n);
		extract(BYTES(text, room / n * n), a, &items);
		if (clock() - start > 8 * CLOCKS_PER_SEC)
			fail_msg("'%s' takes long", pieces[i]);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(names_and_addresses),
		cmocka_unit_test(hashes_and_ports),
		cmocka_unit_test(instants),
		cmocka_unit_test(offsets_are_those_of_the_text),
		cmocka_unit_test(time_grows_with_length_alone),
	};
	return cmocka_run_group_tests_name("extract", tests, NULL, NULL);
}
