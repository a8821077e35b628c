/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Addresses that the fetcher does not reach. */
#include "base/cleanup.h"
#include "engine/net/forbidden.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char *why(const char *text, const char *allow)
{
	struct forbidden_allowed allowed;
	struct address a = { .family = 0 };

	assert_int_equal(forbidden_allow(allow, &allowed, NULL), 0);
	assert_true(address_parse(BYTES_TEXT(text), &a));
	return forbidden_why(&a, &allowed);
}

static void what_is_not_public_is_not_reached(void **state)
{
	static const char *const never[] = {
		"0.0.0.0",	 "0.1.2.3",	"10.0.0.0",	  "10.255.255.255", "100.64.0.1",     "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.0",  "172.31.255.255", "192.0.0.192",
		"192.0.2.1",	 "192.88.99.1", "192.168.0.1",	  "198.18.0.1",	    "198.19.255.255", "198.51.100.1",	 "203.0.113.1",
		"224.0.0.1",	 "239.255.255.255", "240.0.0.1",  "255.255.255.255", "::",	      "::1",		 "::7f00:1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1",
		"2001:1ff::1",	 "2001:db8::1", "2002:7f00:1::",  "3fff::1",	    "5f00::1",	      "fc00::1",	 "fd00:ec2::254",
		"fe80::1",	 "fec0::1",	"ff02::1",	  "4000::1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(never); i++)
		if (!why(never[i], ""))
			fail_msg("%s is reached", never[i]);
}

static void what_is_public_is(void **state)
{
	static const char *const public[] = {
		"1.1.1.1",	"9.255.255.255", "11.0.0.0",	 "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"168.63.129.15", "169.253.0.1",	 "172.15.255.255", "172.32.0.0",   "192.0.1.1",	  "192.167.0.1",     "198.17.255.255",
		"198.20.0.0",	"223.255.255.255", "2001:200::1", "2400::1",	   "2a00::1",	  "::ffff:1.1.1.1",  "64:ff9b::101:101",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(public); i++)
		if (why(public[i], ""))
			fail_msg("%s is %s", public[i], why(public[i], ""));
}

static void what_is_allowed_is_reached_and_no_more(void **state)
{
	(void)state;
	assert_null(why("127.0.0.1", "127.0.0.1"));
	assert_null(why("::ffff:127.0.0.1", "127.0.0.1"));
	assert_non_null(why("127.0.0.2", "127.0.0.1"));
	assert_null(why("10.1.2.3", "192.0.2.0/24, 10.0.0.0/8,fd00::/8"));
	assert_null(why("fd00::1", "192.0.2.0/24, 10.0.0.0/8,fd00::/8"));
	assert_non_null(why("::1", "192.0.2.0/24, 10.0.0.0/8,fd00::/8"));
}

static void what_is_no_prefix_is_told(void **state)
{
	struct forbidden_allowed allowed;
	struct error err = ERROR_NONE;
	const struct address none = { .family = 0 };

	(void)state;
	assert_int_equal(forbidden_allow("10.0.0.0/8,localhost", &allowed, &err), -EINVAL);
	assert_string_equal(err.line, "'localhost' is no prefix");
	assert_int_equal(forbidden_allow(" ,", &allowed, NULL), 0);
	assert_int_equal(allowed.count, 0);
	assert_non_null(forbidden_why(&none, &allowed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_public_is_not_reached),
		cmocka_unit_test(what_is_public_is),
		cmocka_unit_test(what_is_allowed_is_reached_and_no_more),
		cmocka_unit_test(what_is_no_prefix_is_told),
	};
	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
