/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Answers of registries: RDAP, and WHOIS text of JPNIC, JPRS and the others. All samples are made up. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "format/registry/rdap.h"
#include "format/registry/whois.h"

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

static struct registry_answer whois(const char *text)
{
	struct registry_answer a;
	struct error err = ERROR_NONE;

	if (whois_parse(BYTES_TEXT(text), arena, &a, &err) < 0)
		fail_msg("%s", err.line);
	return a;
}

static void expect_prefixes(const struct registry_answer *a, const char *expected)
{
	char joined[2000] = "", text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < a->prefix_count; i++)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s/%u", i ? " " : "",
			 address_format(&a->prefixes[i].address, text), a->prefixes[i].bits);
	assert_string_equal(joined, expected);
}

/* handle|name|email */
static void expect_contact(const struct registry_answer *a, enum registry_role role, const char *expected)
{
	const struct registry_contact *c = registry_contact_of(a, role);
	char text[500];

	if (!c)
		fail_msg("no contact for %s", expected);
	snprintf(text, sizeof text, "%s|%s|%s", c->handle ? c->handle : "", c->name ? c->name : "", c->email ? c->email : "");
	assert_string_equal(text, expected);
}

/* --- ranges --- */

static void ranges(void **state)
{
	const struct {
		const char *range, *prefixes;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.0 - 192.0.2.255", "192.0.2.0/24" },
		{ "192.0.2.1-192.0.2.6", "192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32" },
		{ "192.0.2.1", "192.0.2.1/32" },
		{ "0.0.0.0 - 255.255.255.255", "0.0.0.0/0" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "::/0", "::/0" },
		{ "2001:db8:: - 2001:db9:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/31" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct registry_answer a;
		struct address first, last;
		registry_answer_init(&a, arena);
		assert_true(registry_range_parse(BYTES_TEXT(rows[i].range), &first, &last));
		assert_true(registry_range_set(&a, &first, &last));
		expect_prefixes(&a, rows[i].prefixes);
	}
}

static void ranges_that_are_none(void **state)
{
	static const char *const rows[] = { "", "192.0.2.5/24", "192.0.2.9 - 192.0.2.1", "192.0.2.1 - 2001:db8::", "x" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct registry_answer a;
		struct address first, last;
		registry_answer_init(&a, arena);
		assert_false(registry_range_parse(BYTES_TEXT(rows[i]), &first, &last) && registry_range_set(&a, &first, &last));
	}
}

/* --- JPNIC --- */

static void jpnic_allocation(void **state)
{
	struct registry_answer a = whois("[ JPNIC database provides information regarding IP address and ASN. Its use   ]\n"
					 "[ is restricted to network administration purposes.                           ]\n"
					 "\n"
					 "Network Information:            [ネットワーク情報]\r\n"
					 "a. [IPネットワークアドレス]     192.0.2.0/24\r\n"
					 "b. [ネットワーク名]             EXAMPLE-NET\r\n"
					 "f. [組織名]                     株式会社例\r\n"
					 "g. [Organization]               Example Inc.\r\n"
					 "m. [管理者連絡窓口]             JP00000001\r\n"
					 "n. [技術連絡担当者]             TE001JP\r\n"
					 "o. [Abuse]                      abuse@example.jp\r\n"
					 "p. [ネームサーバ]               ns1.example.jp\r\n"
					 "[割振年月日]                    2014/01/15\r\n"
					 "[返却年月日]\r\n"
					 "[最終更新]                      2014/01/16 10:47:07(JST)\r\n"
					 "\r\n上位情報\r\n----------\r\n該当するデータがありません。\r\n"
					 "\r\n下位情報\r\n----------\r\n株式会社別 (Other Inc.)\r\n"
					 "  OTHER-NET [割り当て] 192.0.2.0/27\r\n");

	(void)state;
	assert_int_equal(a.object, REGISTRY_NETWORK);
	expect_prefixes(&a, "192.0.2.0/24");
	assert_int_equal(a.holding, REGISTRY_ALLOCATED);
	assert_string_equal(a.name, "EXAMPLE-NET");
	assert_string_equal(a.organization_ja, "株式会社例");
	assert_string_equal(a.organization, "Example Inc.");
	assert_string_equal(a.registered, "2014/01/15");
	expect_contact(&a, REGISTRY_ABUSE, "||abuse@example.jp");
	expect_contact(&a, REGISTRY_TECHNICAL, "TE001JP||");
	expect_contact(&a, REGISTRY_ADMINISTRATIVE, "JP00000001||");
	assert_string_equal(a.servers[0], "ns1.example.jp");
	assert_int_equal(a.parent_count, 0);
}

static void jpnic_assignment_in_english(void **state)
{
	struct registry_answer a = whois("Network Information:\n"
					 "a. [Network Number]             192.0.2.0/27\n"
					 "b. [Network Name]               OTHER-NET\n"
					 "g. [Organization]               Other Inc.\n"
					 "m. [Administrative Contact]     TE002JP\n"
					 "n. [Technical Contact]          TE002JP\n"
					 "[Assigned Date]                 2014/01/15\n"
					 "[Return Date]                   \n"
					 "[Last Update]                   2014/01/16 10:47:07(JST)\n"
					 "\nLess Specific Info.\n----------\nExample Inc.\n"
					 "                     [Allocation]                          192.0.2.0/24\n"
					 "\nMore Specific Info.\n----------\nNo match!!\n");

	(void)state;
	assert_int_equal(a.holding, REGISTRY_ASSIGNED);
	expect_prefixes(&a, "192.0.2.0/27");
	assert_int_equal(a.parent_count, 1);
	assert_string_equal(a.parents[0].organization, "Example Inc.");
	assert_string_equal(a.parents[0].range, "192.0.2.0/24");
	assert_int_equal(a.parents[0].holding, REGISTRY_ALLOCATED);
	expect_contact(&a, REGISTRY_ADMINISTRATIVE, "TE002JP||");
}

static void jpnic_contacts(void **state)
{
	struct registry_answer hidden = whois("Contact Information: [担当者情報]\n"
					      "a. [JPNICハンドル]              TE001JP\n"
					      "b. [氏名]                       例 太郎\n"
					      "c. [Last, First]                Rei, Taro\n"
					      "d. [電子メール]\n"
					      "f. [組織名]                     株式会社例\n"
					      "[最終更新]                      2014/01/16 10:47:07(JST)\n");
	struct registry_answer group = whois("Group Contact Information: [担当グループ情報]\n"
					     "[グループハンドル]              JP00000001\n"
					     "[グループ名]                    運用部\n"
					     "[Group Name]                    Operations\n"
					     "[電子メール]                    noc@example.jp\n"
					     "[電話番号]                      03-0000-0000\n");
	struct registry_answer as = whois("Autonomous System Information: [AS情報]\n"
					  "a. [AS番号]                     64500\n"
					  "b. [AS名]                       EXAMPLE\n"
					  "f. [組織名]                     株式会社例\n");

	(void)state;
	assert_int_equal(hidden.object, REGISTRY_ENTITY);
	expect_contact(&hidden, REGISTRY_OTHER, "TE001JP|例 太郎|");
	assert_string_equal(hidden.contacts[0].organization, "株式会社例");
	expect_contact(&group, REGISTRY_OTHER, "JP00000001|運用部|noc@example.jp");
	assert_int_equal(as.object, REGISTRY_AS);
	assert_int_equal(as.as_first, 64500);
}

/* --- JPRS --- */

static void jprs_general_use(void **state)
{
	struct registry_answer a = whois("[ JPRS database provides information on network administration. Its use is    ]\n"
					 "Domain Information: [ドメイン情報]\n"
					 "[Domain Name]                   EXAMPLE.JP\n"
					 "\n"
					 "[登録者名]                      株式会社例\n"
					 "[Registrant]                    Example Inc.\n"
					 "\n"
					 "[Name Server]                   ns1.example.jp\n"
					 "[Name Server]                   ns2.example.jp\n"
					 "[Signing Key]                   \n"
					 "\n"
					 "[登録年月日]                    2001/05/09\n"
					 "[有効期限]                      2015/05/31\n"
					 "[状態]                          Active\n"
					 "[最終更新]                      2014/06/01 01:05:09 (JST)\n"
					 "\n"
					 "Contact Information: [公開連絡窓口]\n"
					 "[名前]                          株式会社例\n"
					 "[Name]                          Example Inc.\n"
					 "[Email]                         nic@example.jp\n"
					 "[Web Page]                       \n"
					 "[住所]                          東京都\n"
					 "                                千代田区\n"
					 "[電話番号]                      03-0000-0000\n");

	(void)state;
	assert_int_equal(a.object, REGISTRY_DOMAIN);
	assert_string_equal(a.name, "example.jp");
	assert_string_equal(a.organization, "Example Inc.");
	assert_string_equal(a.organization_ja, "株式会社例");
	assert_string_equal(a.expires, "2015/05/31");
	assert_string_equal(a.status, "Active");
	assert_int_equal(a.server_count, 2);
	expect_contact(&a, REGISTRY_PUBLIC, "|株式会社例|nic@example.jp");
	assert_string_equal(registry_contact_of(&a, REGISTRY_PUBLIC)->phone, "03-0000-0000");
}

static void jprs_organisational(void **state)
{
	struct registry_answer a = whois("Domain Information: [ドメイン情報]\n"
					 "a. [ドメイン名]                 EXAMPLE.CO.JP\n"
					 "e. [そしきめい]                 かぶしきがいしゃれい\n"
					 "f. [組織名]                     株式会社例\n"
					 "g. [Organization]               Example Inc.\n"
					 "k. [組織種別]                   株式会社\n"
					 "m. [登録担当者]                 TE001JP\n"
					 "n. [技術連絡担当者]             TE002JP\n"
					 "p. [ネームサーバ]               ns1.example.co.jp\n"
					 "s. [署名鍵]                     \n"
					 "[状態]                          Connected (2015/03/31)\n"
					 "[登録年月日]                    2001/03/29\n"
					 "[最終更新]                      2014/04/01 01:00:49 (JST)\n");

	(void)state;
	assert_string_equal(a.name, "example.co.jp");
	assert_string_equal(a.expires, "2015/03/31");
	expect_contact(&a, REGISTRY_ADMINISTRATIVE, "TE001JP||");
	expect_contact(&a, REGISTRY_TECHNICAL, "TE002JP||");
	assert_null(registry_contact_of(&a, REGISTRY_ABUSE));
}

static void jprs_in_english(void **state)
{
	struct registry_answer a = whois("Domain Information:\n"
					 "a. [Domain Name]                EXAMPLE.CO.JP\n"
					 "g. [Organization]               Example Inc.\n"
					 "l. [Organization Type]          Corporation\n"
					 "m. [Administrative Contact]     TE001JP\n"
					 "n. [Technical Contact]          TE002JP\n"
					 "p. [Name Server]                ns1.example.co.jp\n"
					 "[State]                         Connected (2015/03/31)\n"
					 "[Registered Date]               2001/03/29\n"
					 "[Last Update]                   2014/04/01 01:00:49 (JST)\n");
	struct registry_answer general = whois("Domain Information:\n"
					       "[Domain Name]                   EXAMPLE.JP\n\n"
					       "[Registrant]                    Example Inc.\n\n"
					       "[Created on]                    2001/05/09\n"
					       "[Expires on]                    2015/05/31\n"
					       "[Status]                        Active\n\n"
					       "Contact Information:\n"
					       "[Name]                          Example Inc.\n"
					       "[Email]                         nic@example.jp\n");

	(void)state;
	assert_string_equal(a.organization, "Example Inc.");
	assert_string_equal(a.registered, "2001/03/29");
	assert_string_equal(a.expires, "2015/03/31");
	expect_contact(&a, REGISTRY_TECHNICAL, "TE002JP||");
	assert_string_equal(general.expires, "2015/05/31");
	expect_contact(&general, REGISTRY_PUBLIC, "|Example Inc.|nic@example.jp");
}

static void jpnic_sub_allocation(void **state)
{
	struct registry_answer a = whois("Network Information: [ネットワーク情報]\n"
					 "a. [IPネットワークアドレス]     192.0.2.0/28\n"
					 "[割当年月日]                    2014/01/15\n"
					 "\n上位情報\n----------\n"
					 "株式会社例 (Example Inc.)\n  EXAMPLE-SUBA [SUBA] 192.0.2.0/25\n"
					 "株式会社大 (Big Inc.)\n  [割り振り] 192.0.2.0/24\n");

	(void)state;
	assert_int_equal(a.parent_count, 2);
	assert_int_equal(a.parents[0].holding, REGISTRY_SUBALLOCATED);
	assert_string_equal(a.parents[1].organization, "株式会社大 (Big Inc.)");
	assert_int_equal(a.parents[1].holding, REGISTRY_ALLOCATED);
}

/* --- the others --- */

static void rpsl(void **state)
{
	struct registry_answer a = whois("% [whois.apnic.net]\n"
					 "% Abuse contact for '203.0.113.0 - 203.0.113.255' is 'abuse@example.net'\n\n"
					 "inetnum:        203.0.113.0 - 203.0.113.255\n"
					 "netname:        EXAMPLE-AP\n"
					 "descr:          Example Network\n"
					 "descr:          Somewhere\n"
					 "country:        AU\n"
					 "admin-c:        EN1-AP\n"
					 "tech-c:         EN1-AP\n"
					 "mnt-irt:        IRT-EXAMPLE\n"
					 "status:         ASSIGNED PORTABLE\n"
					 "last-modified:  2014-01-15T03:34:56Z\n\n"
					 "irt:            IRT-EXAMPLE\n"
					 "e-mail:         irt@example.net\n"
					 "abuse-mailbox:  irt-abuse@example.net\n\n"
					 "role:           Example Operations\n"
					 "country:        ZZ\n"
					 "phone:          +61-2-0000-0000\n"
					 "e-mail:         noc@example.net\n"
					 "nic-hdl:        EN1-AP\n\n"
					 "route:          203.0.113.0/24\n"
					 "descr:          other words\n");

	(void)state;
	expect_prefixes(&a, "203.0.113.0/24");
	assert_string_equal(a.country, "AU");
	assert_string_equal(a.organization, "Example Network");
	assert_int_equal(a.holding, REGISTRY_ASSIGNED);
	expect_contact(&a, REGISTRY_ABUSE, "||abuse@example.net");
	expect_contact(&a, REGISTRY_TECHNICAL, "EN1-AP|Example Operations|noc@example.net");
	assert_int_equal(a.contact_count, 4);
	assert_string_equal(a.contacts[3].email, "irt-abuse@example.net");
}

static void arin(void **state)
{
	struct registry_answer a = whois("# start\n\n"
					 "NetRange:       198.51.100.0 - 198.51.100.255\nCIDR:           198.51.100.0/24\n"
					 "NetName:        WIDE\nNetHandle:      NET-198-51-100-0-1\nNetType:        Direct Allocation\n"
					 "Organization:   Wide LLC (WIDE)\nRegDate:        2010-01-01\n\n"
					 "OrgName:        Wide LLC\nCountry:        US\n\n"
					 "OrgAbuseHandle: ABUSE1-ARIN\nOrgAbuseName:   Abuse\nOrgAbuseEmail:  abuse@wide.example\n\n"
					 "ReferralServer: rwhois://rwhois.wide.example:4321\n\n# end\n\n# start\n\n"
					 "NetRange:       198.51.100.0 - 198.51.100.15\nNetName:        NARROW\n"
					 "NetType:        Reassigned\nCustName:       x\n\n"
					 "OrgName:        Narrow LLC\n\n"
					 "OrgAbuseHandle: ABUSE2-ARIN\nOrgAbuseEmail:  abuse@narrow.example\n");

	(void)state;
	expect_prefixes(&a, "198.51.100.0/28");
	assert_string_equal(a.name, "NARROW");
	assert_string_equal(a.organization, "Narrow LLC");
	assert_int_equal(a.holding, REGISTRY_ASSIGNED);
	expect_contact(&a, REGISTRY_ABUSE, "ABUSE2-ARIN||abuse@narrow.example");
	assert_string_equal(a.contacts[1].email, "abuse@wide.example");
	assert_string_equal(a.referral, "rwhois://rwhois.wide.example:4321");
}

static void generic_domain(void **state)
{
	struct registry_answer a = whois("   Domain Name: EXAMPLE.COM\r\n"
					 "   Registrar WHOIS Server: whois.registrar.example\r\n"
					 "   Updated Date: 2014-01-15T03:34:56Z\r\n"
					 "   Creation Date: 1995-08-14T04:00:00Z\r\n"
					 "   Registry Expiry Date: 2015-08-13T04:00:00Z\r\n"
					 "   Registrar: Example Registrar, Inc.\r\n"
					 "   Registrar Abuse Contact Email: abuse@registrar.example\r\n"
					 "   Domain Status: clientTransferProhibited\r\n"
					 "   Name Server: NS1.EXAMPLE.COM\r\n"
					 "   Registrant Organization: Example Inc.\r\n"
					 "   Registrant Country: JP\r\n"
					 "   Tech Email: tech@example.com\r\n");

	(void)state;
	assert_string_equal(a.name, "example.com");
	assert_string_equal(a.referral, "whois.registrar.example");
	assert_string_equal(a.registrar, "Example Registrar, Inc.");
	assert_string_equal(a.country, "JP");
	expect_contact(&a, REGISTRY_REGISTRAR_ABUSE, "||abuse@registrar.example");
	expect_contact(&a, REGISTRY_TECHNICAL, "||tech@example.com");
	assert_null(registry_contact_of(&a, REGISTRY_ABUSE));
}

static void whois_without_answer(void **state)
{
	const struct {
		const char *text;
		int code;
	} rows[] = {
		{ "No match!!\n", -ENOENT },
		{ "%ERROR:101: no entries found\n", -ENOENT },
		{ "Domain not found.\n", -ENOENT },
		{ "%ERROR:201: access denied for 192.0.2.1\n", -EAGAIN },
		{ "WHOIS LIMIT EXCEEDED - SEE WWW.EXAMPLE\n", -EAGAIN },
		{ "<html>\n", -EBADMSG },
		{ "", -EBADMSG },
		{ "\xff", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct registry_answer a;
		struct error err = ERROR_NONE;
		int r = whois_parse(BYTES_TEXT(rows[i].text), arena, &a, &err);
		if (r != rows[i].code)
			fail_msg("'%s' is %d", rows[i].text, r);
	}
}

/* --- RDAP --- */

#define CARD(name, mail)                                                                                       \
	"[\"vcard\",[[\"version\",{},\"text\",\"4.0\"],[\"fn\",{},\"text\",\"" name "\"],[\"org\",{},\"text\",[\"Example " \
	"Inc.\",\"NOC\"]],[\"tel\",{\"type\":\"voice\"},\"uri\",\"tel:+81-3-0000-0000\"],[\"email\",{},\"text\",\"" mail "\"]]]"

static void rdap_network(void **state)
{
	struct registry_answer a;
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(
		rdap_parse(BYTES_TEXT("{\"objectClassName\":\"ip network\",\"handle\":\"203.0.113.0 - 203.0.113.255\","
				      "\"startAddress\":\"203.0.113.0\",\"endAddress\":\"203.0.113.255\",\"ipVersion\":\"v4\","
				      "\"name\":\"EXAMPLE-AP\",\"type\":\"ALLOCATED PORTABLE\",\"country\":\"jp\",\"status\":[\"active\"],"
				      "\"events\":[{\"eventAction\":\"registration\",\"eventDate\":\"2010-01-01T00:00:00Z\"}],"
				      "\"links\":[{\"rel\":\"self\",\"href\":\"https://rdap.example/self\"},"
				      "{\"rel\":\"related\",\"href\":\"https://rdap.example/more\",\"type\":\"application/rdap+json\"}],"
				      "\"entities\":[{\"handle\":\"EN1\",\"roles\":[\"technical\",\"administrative\"],\"vcardArray\":" CARD(
					      "Operations", "noc@example.net") ",\"entities\":[{\"handle\":\"AB1\",\"roles\":[\"abuse\"],"
				      "\"vcardArray\":" CARD("Abuse", "mailto:abuse@example.net") "}]}]}"),
			   arena, &a, &err), 0);
	expect_prefixes(&a, "203.0.113.0/24");
	assert_string_equal(a.country, "JP");
	assert_int_equal(a.holding, REGISTRY_ALLOCATED);
	assert_string_equal(a.registered, "2010-01-01T00:00:00Z");
	assert_string_equal(a.referral, "https://rdap.example/more");
	expect_contact(&a, REGISTRY_ABUSE, "AB1|Abuse|abuse@example.net");
	expect_contact(&a, REGISTRY_TECHNICAL, "EN1|Operations|noc@example.net");
	assert_string_equal(a.contacts[0].organization, "Example Inc.");
	assert_string_equal(a.contacts[0].phone, "+81-3-0000-0000");
}

static void rdap_others(void **state)
{
	struct registry_answer a;
	struct error err = ERROR_NONE;

	(void)state;
	assert_int_equal(
		rdap_parse(BYTES_TEXT("{\"objectClassName\":\"domain\",\"ldhName\":\"EXAMPLE.COM\",\"nameservers\":[{\"ldhName\":"
				      "\"NS1.EXAMPLE.COM\"}],\"entities\":[{\"roles\":[\"registrar\"],\"vcardArray\":" CARD(
					      "R", "r@example") ",\"entities\":[{\"roles\":[\"abuse\"],\"vcardArray\":" CARD(
					      "A", "abuse@r.example") "}]}],\"port43\":\"whois.example\"}"),
			   arena, &a, &err), 0);
	assert_string_equal(a.name, "example.com");
	assert_string_equal(a.servers[0], "ns1.example.com");
	assert_string_equal(a.registrar, "Example Inc.");
	assert_string_equal(a.referral, "whois.example");
	expect_contact(&a, REGISTRY_REGISTRAR_ABUSE, "|A|abuse@r.example");
	assert_null(registry_contact_of(&a, REGISTRY_ABUSE));
	assert_int_equal(rdap_parse(BYTES_TEXT("{\"objectClassName\":\"autnum\",\"startAutnum\":64500,\"endAutnum\":64510}"), arena, &a,
				    &err), 0);
	assert_int_equal(a.as_last, 64510);
	assert_int_equal(rdap_parse(BYTES_TEXT("{\"objectClassName\":\"entity\",\"handle\":\"AB1\",\"roles\":[\"abuse\"]}"), arena, &a,
				    &err), 0);
	expect_contact(&a, REGISTRY_ABUSE, "AB1||");
}

static void rdap_without_answer(void **state)
{
	const struct {
		const char *text;
		int code;
	} rows[] = {
		{ "{\"errorCode\":404,\"title\":\"Not Found\"}", -ENOENT },
		{ "{\"errorCode\":429}", -EAGAIN },
		{ "{\"errorCode\":500}", -EBADMSG },
		{ "{\"objectClassName\":\"ip network\",\"startAddress\":\"x\",\"endAddress\":\"y\"}", -EBADMSG },
		{ "{\"objectClassName\":\"nameserver\"}", -EBADMSG },
		{ "[]", -EBADMSG },
		{ "", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct registry_answer a;
		struct error err = ERROR_NONE;
		int r = rdap_parse(BYTES_TEXT(rows[i].text), arena, &a, &err);
		if (r != rows[i].code)
			fail_msg("'%s' is %d", rows[i].text, r);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ranges),		 TEST(ranges_that_are_none), TEST(jpnic_allocation), TEST(jpnic_assignment_in_english),
		TEST(jpnic_contacts),	 TEST(jprs_general_use),     TEST(jprs_organisational), TEST(rpsl),
		TEST(jprs_in_english),	 TEST(jpnic_sub_allocation),
		TEST(arin),		 TEST(generic_domain),	     TEST(whois_without_answer), TEST(rdap_network),
		TEST(rdap_others),	 TEST(rdap_without_answer),
	};
	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
