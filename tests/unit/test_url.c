/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* URLs in one form, and how they are shown. */
#include "base/cleanup.h"
#include "format/text/refang.h"
#include "format/text/url.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static void canonical(void **state)
{
	const struct {
		const char *url, *canonical;
	} rows[] = {
		{ "HTTP://www.Example.JP:80/a/../%7euser?q#top", "http://www.example.jp/~user?q" },
		{ "http://example.jp", "http://example.jp/" },
		{ "http://example.jp?x", "http://example.jp/?x" },
		{ "https://example.jp:0443/", "https://example.jp/" },
		{ "https://example.jp:8443", "https://example.jp:8443/" },
		{ "http://example.jp:/", "http://example.jp/" },
		{ "http://example.jp./", "http://example.jp/" },
		{ "http://user:pass@example.jp/", "http://user:pass@example.jp/" },
		{ "http://bank.example@evil.example/", "http://bank.example@evil.example/" },
		{ "http://example.jp/%e3%81%82あ b", "http://example.jp/%E3%81%82%E3%81%82%20b" },
		{ "http://example.jp/%41%2f%zz", "http://example.jp/A%2F%25zz" },
		{ "http://example.jp/a/./b/%2e%2E/c/..", "http://example.jp/a/" },
		{ "http://example.jp/../..//x/", "http://example.jp//x/" },
		{ "http://example.jp\\a\\b", "http://example.jp/a/b" },
		{ "http://0xC0000201/", "http://192.0.2.1/" },
		{ "http://3221225985/", "http://192.0.2.1/" },
		{ "http://192.0.513/", "http://192.0.2.1/" },
		{ "http://[2001:DB8::0:1]:8080/", "http://[2001:db8::1]:8080/" },
		{ "http://日本語.example/", "http://xn--wgv71a119e.example/" },
		{ "http://ＥＸＡＭＰＬＥ．jp/", "http://example.jp/" },
		{ "http://%65xample.jp/", "http://example.jp/" },
		{ "ftp://example.jp:21/x;type=a", "ftp://example.jp/x;type=a" },
		{ "http://a_b.example.jp/?a=1&b=%3D", "http://a_b.example.jp/?a=1&b=%3D" },
		{ "http:///x", NULL },
		{ "http://:80/", NULL },
		{ "http://example.jp:99999/", NULL },
		{ "http://exa mple.jp/", NULL },
		{ "http://℀.example/", NULL },
		{ "example.jp/", NULL },
		{ "://x", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_(buf_clear) struct buf b;
		int r;
		buf_init(&b, 4 * URL_MAX);
		r = url_canonical(BYTES_TEXT(rows[i].url), &b);
		if (r != (rows[i].canonical ? 0 : -EBADMSG) || (r == 0 && strcmp(b.p, rows[i].canonical) != 0))
			fail_msg("%s became %s (%d)", rows[i].url, b.n ? b.p : "", r);
	}
}

static void hosts(void **state)
{
	const struct {
		const char *url, *host;
	} rows[] = {
		{ "http://User@WWW.example.jp:80/", "www.example.jp" },
		{ "http://[2001:db8::1]/", "2001:db8::1" },
		{ "https://192.0.2.1", "192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_(buf_clear) struct buf b;
		buf_init(&b, URL_MAX);
		assert_int_equal(url_host(BYTES_TEXT(rows[i].url), &b), 0);
		assert_string_equal(b.p, rows[i].host);
	}
}

static void defangs(void **state)
{
	const struct {
		const char *plain, *shown;
	} rows[] = {
		{ "http://www.example.jp/a.html", "hxxp://www[.]example[.]jp/a.html" },
		{ "https://user@192.0.2.1:8080/x", "hxxps://user[@]192[.]0[.]2[.]1:8080/x" },
		{ "ftp://example.jp/", "ftp[:]//example[.]jp/" },
		{ "http://[2001:db8::1]/", "hxxp://[2001[:]db8[:][:]1]/" },
		{ "www.example.jp", "www[.]example[.]jp" },
		{ "user@example.jp", "user[@]example[.]jp" },
		{ "192.0.2.1", "192[.]0[.]2[.]1" },
		{ "2001:db8::1", "2001[:]db8[:][:]1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_(buf_clear) struct buf b;
		_cleanup_(refanged_clear) struct refanged back;
		buf_init(&b, URL_MAX);
		refanged_init(&back);
		defang(BYTES_TEXT(rows[i].plain), &b);
		assert_string_equal(b.p, rows[i].shown);
		refang(buf_bytes(&b), &back);
		if (strncmp(b.p, "hxxp", 4) == 0)
			memcpy(back.text.p, "http", 4);
		assert_string_equal(back.text.p, rows[i].plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(canonical), cmocka_unit_test(hosts), cmocka_unit_test(defangs) };

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
