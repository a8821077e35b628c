/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Frames by hand: each link layer, each extension, what is cut, and the marks. */
#include "packet_help.h"

static enum packet_skip decode_cut(uint32_t link, const char *hex, size_t captured, size_t wire, struct event *ret)
{
	_cleanup_(buf_clear) struct buf b;
	_cleanup_free_ uint8_t *exact = NULL;
	size_t n;

	buf_init(&b, 4096);
	add_hex(&b, hex);
	n = MIN(captured, b.n);
	/* Memory of exactly that size, so that the sanitizer sees a read past it. */
	exact = malloc(n ? n : 1);
	assert_non_null(exact);
	memcpy(exact, b.p, n);
	memset(ret, 0xee, sizeof *ret);
	return packet_decode(link, BYTES(exact, n), (uint32_t)(wire ? wire : b.n), ret);
}

static enum packet_skip decode(uint32_t link, const char *hex, struct event *ret)
{
	return decode_cut(link, hex, SIZE_MAX, 0, ret);
}

static void assert_syn(const struct event *e, bool is_ip6)
{
	assert_address(event_source(e), is_ip6 ? "2001:db8::1" : "192.0.2.1");
	assert_address(event_destination(e), is_ip6 ? "2001:db8::2" : "198.51.100.2");
	assert_int_equal(e->time_us, 0);
	assert_int_equal(e->sensor, 0);
	assert_int_equal(e->source_port, 40000);
	assert_int_equal(e->port, 22);
	assert_int_equal(e->length, is_ip6 ? 60 : 40);
	assert_int_equal(e->known, 0xff);
	assert_int_equal(e->family, is_ip6 ? 6 : 4);
	assert_int_equal(e->protocol, PROTOCOL_TCP);
	assert_int_equal(e->flags, TCP_SYN);
	assert_int_equal(e->ttl, is_ip6 ? 64 : 52);
	assert_int_equal(e->kind, EVENT_PROBE);
	assert_int_equal(e->marks, 0);
}

#define MAC "020000000001 020000000002"

static const struct {
	const char *name;
	uint32_t link;
	const char *before4, *before6; /* NULL: carries no such version */
} layers[] = {
	{ "Ethernet", 1, MAC "0800", MAC "86dd" },
	{ "802.1Q", 1, MAC "8100 0064 0800", MAC "8100 0064 86dd" },
	{ "802.1ad", 1, MAC "88a8 0064 8100 00c8 0800", MAC "88a8 0064 8100 00c8 86dd" },
	{ "QinQ 9100", 1, MAC "9100 0064 8100 00c8 0800", MAC "9100 0064 8100 00c8 86dd" },
	{ "PPPoE", 1, MAC "8864 11 00 0001 002a 0021", MAC "8864 11 00 0001 003e 0057" },
	{ "MPLS", 1, MAC "8847 00010040 00020140", MAC "8847 00020140" },
	{ "MACsec in the clear", 1, MAC "88e5 00 00 00000044 0800", MAC "88e5 00 00 00000044 86dd" },
	{ "MACsec in the clear, with its channel", 1, MAC "88e5 20 22 00000042 0200000000010064 0800", NULL },
	{ "NSH", 1, MAC "894f 0006 01 01 00030907 00000001 00000002 00000003 00000004", MAC "894f 0002 02 02 00030907" },
	{ "NSH with Ethernet", 1, MAC "894f 0002 02 03 00030907" MAC "0800", NULL },
	{ "Arista's timestamp", 1, MAC "d28b 0001 0010 5ceeed57384f59c8 0800", MAC "d28b 0001 0120 5ceeed57384f 86dd" },
	{ "802.3 with SNAP", 1, MAC "0030 aaaa03 000000 0800", MAC "0044 aaaa03 000000 86dd" },
	{ "802.3 with IP's own SAP", 1, MAC "002b 060603", NULL },
	{ "BSD loopback, little", 0, "02000000", "1e000000" },
	{ "BSD loopback, big", 0, "00000002", "0000001c" },
	{ "BSD loopback, network", 108, "00000002", "00000018" },
	{ "PPP", 9, "ff03 0021", "ff03 0057" },
	{ "PPP without address", 9, "21", "57" },
	{ "PPP in HDLC", 50, "ff03 0021", "ff03 0057" },
	{ "Cisco HDLC as PPP", 50, "0f00 0800", "0f00 86dd" },
	{ "Cisco HDLC", 104, "0f00 0800", "8f00 86dd" },
	{ "PPPoE alone", 51, "1100 0001 002a 0021", "1100 0001 003e 0057" },
	{ "raw 12", 12, "", "" },
	{ "raw 14", 14, "", "" },
	{ "raw 101", 101, "", "" },
	{ "IPv4", 228, "", NULL },
	{ "IPv6", 229, NULL, "" },
	{ "cooked", 113, "0000 0001 0006 0200000000020000 0800", "0000 0001 0006 0200000000020000 86dd" },
	{ "cooked with a tag", 113, "0000 0001 0006 0200000000020000 8100 0064 0800", NULL },
	{ "cooked v2", 276, "0800 0000 00000002 0001 00 06 0200000000020000",
	  "86dd 0000 00000002 0001 00 06 0200000000020000" },
	{ "802.11", 105, "0801 0000 020000000001 020000000002 020000000003 1000 aaaa03 000000 0800",
	  "0801 0000 020000000001 020000000002 020000000003 1000 aaaa03 000000 86dd" },
	{ "802.11 with QoS, four addresses", 105,
	  "8803 0000 020000000001 020000000002 020000000003 1000 020000000004 0000 aaaa03 000000 0800", NULL },
	{ "radiotap", 127,
	  "0000 0900 02000000 00 0801 0000 020000000001 020000000002 020000000003 1000 aaaa03 000000 0800", NULL },
	{ "Frame Relay", 107, "1841 03 cc", "1841 03 8e" },
	{ "Frame Relay, SNAP", 107, "1841 03 00 80 000000 0800", "1841 03 00 80 000000 86dd" },
	{ "Frame Relay, Cisco", 107, "1841 0800", "1841 86dd" },
	{ "ARCNET, RFC 1051", 129, "0102 0000 f0", NULL },
	{ "ARCNET, RFC 1201", 7, "0102 d4 00 0001", "0102 c4 00 0001" },
	{ "SLIP", 8, "00 40 0000000000000000000000000000", "00 60 0000000000000000000000000000" },
	{ "LLC over ATM", 100, "aaaa03 000000 0800", "aaaa03 000000 86dd" },
	{ "SunATM", 123, "02 00 0021 aaaa03 000000 0800", NULL },
	{ "FireWire", 138, "0200000000000001 0200000000000002 0800", "0200000000000001 0200000000000002 86dd" },
	{ "IPNET", 226, "0102 0001 00000028 00000001 00000001 00000000 00000000",
	  "011a 0001 00000028 00000001 00000001 00000000 00000000" },
	{ "Netfilter log", 239, "02 00 0000 0600 0a00 4100 0000 2c00 0900", "0a 00 0000 4000 0900" },
	{ "InfiniBand", 242,
	  "00000000000000000000 00000000000000000000 00000000000000000000 00000000000000000000 0800 0000", NULL },
	{ "PKTAP", 258, "0c000000 01000000 01000000" MAC "0800", "0c000000 01000000 0c000000" },
	{ "PKTAP by its older number", 149, "0c000000 01000000 01000000" MAC "0800", NULL },
	{ "ATM", 106, "", NULL },
	{ "Juniper Ethernet", 178, "4d4743 01" MAC "0800", "4d4743 80 0003 010203" MAC "86dd" },
	{ "Broadcom tag", 281, MAC "00000000 0800", MAC "00000000 86dd" },
	{ "Broadcom tag before", 282, "00000000" MAC "0800", NULL },
	{ "DSA", 284, MAC "c0000000 0800", NULL },
	{ "EDSA", 285, MAC "dada0000c0000000 0800", NULL },
};

static void assert_layer(const char *name, uint32_t link, const char *before, bool is_ip6)
{
	char hex[1024];
	struct event e;
	enum packet_skip skip;
	size_t header;

	if (!before)
		return;
	snprintf(hex, sizeof hex, "%s%s", before, is_ip6 ? IP6_SYN : IP4_SYN);
	skip = decode(link, hex, &e);
	if (skip)
		fail_msg("%s: %s", name, packet_skip_name(skip));
	assert_syn(&e, is_ip6);
	assert_non_null(packet_link_name(link));
	/* Cut anywhere before the end of the IP header it is truncated, and after it an event. */
	snprintf(hex, sizeof hex, "%s", before);
	header = 0;
	for (const char *c = before; *c; c++)
		header += *c != ' ';
	header = header / 2 + (is_ip6 ? 40 : 20);
	snprintf(hex, sizeof hex, "%s%s", before, is_ip6 ? IP6_SYN : IP4_SYN);
	for (size_t n = 0; n < header; n++)
		if (decode_cut(link, hex, n, 2000, &e) != SKIP_TRUNCATED)
			fail_msg("%s: %zu of %zu bytes are not truncated", name, n, header);
	assert_int_equal(decode_cut(link, hex, header, 2000, &e), PACKET_OK);
	assert_int_equal(e.known & (EVENT_HAS_PORT | EVENT_HAS_SOURCE_PORT | EVENT_HAS_FLAGS), 0);
	assert_int_equal(e.kind, EVENT_UNKNOWN);
}

static void each_link_layer_leads_to_ip(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(layers); i++) {
		assert_layer(layers[i].name, layers[i].link, layers[i].before4, false);
		assert_layer(layers[i].name, layers[i].link, layers[i].before6, true);
	}
}

static void what_is_not_ip_is_skipped_with_its_reason(void **state)
{
	const struct {
		uint32_t link;
		const char *hex;
		enum packet_skip skip;
	} rows[] = {
		{ 147, IP4_SYN, SKIP_UNSUPPORTED_LINK },
		{ 1, MAC "0806 0001 0800 0604 0001", SKIP_NOT_IP },
		{ 1, MAC "0026 424203 0000", SKIP_NOT_IP },
		{ 1, MAC "8863 1109 0000 0004 0101 0000", SKIP_NOT_IP },
		{ 1, MAC "88e5 0c00 00000044", SKIP_UNREADABLE },
		{ 1, MAC "894f 0001 01 01 0800" IP4_SYN, SKIP_MALFORMED },
		{ 1, MAC "894f 0002 02 04 00030907" IP4_SYN, SKIP_NOT_IP },
		{ 1, MAC "d28b 0002 0010 5ceeed57384f59c8 0800" IP4_SYN, SKIP_NOT_IP },
		{ 178, "4d4743 02" IP4_SYN, SKIP_UNREADABLE },
		{ 178, "4d4744 00" MAC "0800" IP4_SYN, SKIP_MALFORMED },
		{ 1, MAC "8864 1100 0001 0004 c021", SKIP_NOT_IP },
		{ 1, MAC "8864 1100 0001 0004 002d", SKIP_UNREADABLE },
		{ 1, MAC "8847 00000140 00000000", SKIP_NOT_IP },
		{ 113, "0000 0338 0000 0000000000000000 0800" IP4_SYN, SKIP_NOT_IP },
		{ 105, "8000 0000 020000000001 020000000002 020000000003 1000", SKIP_NOT_IP },
		{ 105, "0841 0000 020000000001 020000000002 020000000003 1000", SKIP_UNREADABLE },
		{ 8, "00 80 0000000000000000000000000000 00", SKIP_UNREADABLE },
		{ 1, MAC "0800" "5500", SKIP_MALFORMED },
		{ 1, MAC "0800" IP6_SYN, SKIP_MALFORMED },
		{ 1, MAC "86dd" IP4_SYN, SKIP_MALFORMED },
		{ 101, "4400 0028 1234 0000 3406 0000 c0000201 c6336402", SKIP_MALFORMED },
		{ 101, "4500 0013 1234 0000 3406 0000 c0000201 c6336402", SKIP_MALFORMED },
		{ 101, "4600 0028 1234 0000 3406 0000 c0000201 c6336402", SKIP_MALFORMED },
		{ 101, "", SKIP_MALFORMED },
	};
	struct event e;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum packet_skip skip = decode(rows[i].link, rows[i].hex, &e);
		if (skip != rows[i].skip)
			fail_msg("row %zu is %s", i, packet_skip_name(skip));
	}
	for (int i = 1; i < SKIP_COUNT; i++)
		assert_true(packet_skip_name(i)[0] && packet_skip_help(i)[0]);
}

static void tags_do_not_nest_without_end(void **state)
{
	char hex[512] = MAC;
	struct event e;

	(void)state;
	for (int i = 0; i < 30; i++)
		snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "81000001");
	snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "0800");
	assert_int_equal(decode(1, hex, &e), SKIP_MALFORMED);
}

/* What a row of the tables below expects. */
struct expected {
	const char *hex;
	int protocol, source_port, port, flags, length; /* -1: unknown */
	uint8_t kind;
};

static void assert_column(int expected, bool is_known, int value)
{
	assert_int_equal(is_known ? value : -1, expected);
	if (!is_known)
		assert_int_equal(value, 0);
}

static void assert_expected(const struct expected *row, const struct event *e)
{
	assert_column(row->protocol, e->known & EVENT_HAS_PROTOCOL, e->protocol);
	assert_column(row->source_port, e->known & EVENT_HAS_SOURCE_PORT, e->source_port);
	assert_column(row->port, e->known & EVENT_HAS_PORT, e->port);
	assert_column(row->flags, e->known & EVENT_HAS_FLAGS, e->flags);
	assert_column(row->length, e->known & EVENT_HAS_LENGTH, e->length);
	assert_int_equal(e->kind, row->kind);
}

#define IP4(length, fragment, protocol) "4500" length "1234" fragment "34" protocol "0000 c0000201 c6336402"

static void ip4_with_options_and_fragments(void **state)
{
	const struct expected rows[] = {
		/* options */
		{ "4600 002c 1234 0000 3406 0000 c0000201 c6336402 94040000" TCP_SYN_22, 6, 40000, 22, 2, 44,
		  EVENT_PROBE },
		/* the first fragment, a later one */
		{ IP4("0028", "2000", "06") TCP_SYN_22, 6, 40000, 22, 2, 40, EVENT_PROBE },
		{ IP4("0028", "2001", "06") TCP_SYN_22, 6, -1, -1, -1, 40, EVENT_OTHER },
		{ IP4("001c", "0064", "11") "9c40 0035 0008 0000", 17, -1, -1, -1, 28, EVENT_OTHER },
		{ IP4("001c", "0000", "11") "9c40 0035 0008 0000", 17, 40000, 53, -1, 28, EVENT_PROBE },
		/* answers */
		{ IP4("0028", "0000", "06") "0016 9c40 00000001 00000000 5012 0400 0000 0000", 6, 22, 40000, 0x12, 40,
		  EVENT_BACKSCATTER },
		{ IP4("0028", "0000", "06") "0016 9c40 00000001 00000000 5004 0400 0000 0000", 6, 22, 40000, 4, 40,
		  EVENT_BACKSCATTER },
		{ IP4("0028", "0000", "06") "0016 9c40 00000001 00000000 5010 0400 0000 0000", 6, 22, 40000, 0x10, 40,
		  EVENT_OTHER },
		/* ICMP */
		{ IP4("001c", "0000", "01") "0800 0000 0000 0000", 1, -1, 0x0800, -1, 28, EVENT_PROBE },
		{ IP4("001c", "0000", "01") "0303 0000 0000 0000", 1, -1, 0x0303, -1, 28, EVENT_BACKSCATTER },
		/* tunnels are what arrived: 6in4, IP in IP, GRE */
		{ IP4("0050", "0000", "29") IP6_SYN, 41, -1, -1, -1, 80, EVENT_OTHER },
		{ IP4("003c", "0000", "04") IP4_SYN, 4, -1, -1, -1, 60, EVENT_OTHER },
		{ IP4("0040", "0000", "2f") "0000 0800" IP4_SYN, 47, -1, -1, -1, 64, EVENT_OTHER },
		/* VXLAN is UDP to 4789 */
		{ IP4("0024", "0000", "11") "9c40 12b5 0010 0000 08000000 00000100", 17, 40000, 4789, -1, 36,
		  EVENT_PROBE },
		/* the total length ends before the ports: what follows is padding of the link layer */
		{ IP4("0014", "0000", "06") TCP_SYN_22, 6, -1, -1, -1, 20, EVENT_UNKNOWN },
		{ IP4("0018", "0000", "06") TCP_SYN_22, 6, 40000, 22, -1, 24, EVENT_UNKNOWN },
		{ IP4("0022", "0000", "06") TCP_SYN_22, 6, 40000, 22, 2, 34, EVENT_PROBE },
		/* left to the sender's card */
		{ IP4("0000", "0000", "06") TCP_SYN_22, 6, 40000, 22, 2, -1, EVENT_PROBE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e;
		assert_int_equal(decode(LINK_RAW, rows[i].hex, &e), PACKET_OK);
		assert_address(event_source(&e), "192.0.2.1");
		assert_expected(&rows[i], &e);
	}
}

#define IP6(payload, next) "60000000" payload next "40" IP6_ADDRESSES

static void ip6_with_extension_headers(void **state)
{
	const struct expected rows[] = {
		{ IP6("001c", "00") "06 00 010400000000" TCP_SYN_22, 6, 40000, 22, 2, 68, EVENT_PROBE },
		{ IP6("001c", "2b") "06 00 000000000000" TCP_SYN_22, 6, 40000, 22, 2, 68, EVENT_PROBE },
		{ IP6("001c", "3c") "06 00 010400000000" TCP_SYN_22, 6, 40000, 22, 2, 68, EVENT_PROBE },
		{ IP6("0024", "00") "3c 00 010400000000 06 00 010400000000" TCP_SYN_22, 6, 40000, 22, 2, 76,
		  EVENT_PROBE },
		/* the authentication header counts words of four */
		{ IP6("002c", "33") "06 04 0000 00000001 00000001 000000000000000000000000" TCP_SYN_22, 6, 40000, 22, 2,
		  84, EVENT_PROBE },
		{ IP6("0010", "32") "00000001 00000001 0000000000000000", 50, -1, -1, -1, 56, EVENT_OTHER },
		{ IP6("0000", "3b"), 59, -1, -1, -1, 40, EVENT_OTHER },
		/* fragments: the first, a later one, one that is alone */
		{ IP6("001c", "2c") "06 00 0001 00000001" TCP_SYN_22, 6, 40000, 22, 2, 68, EVENT_PROBE },
		{ IP6("001c", "2c") "06 00 0008 00000001" TCP_SYN_22, 6, -1, -1, -1, 68, EVENT_OTHER },
		{ IP6("001c", "2c") "06 00 0000 00000001" TCP_SYN_22, 6, 40000, 22, 2, 68, EVENT_PROBE },
		{ IP6("001c", "2c") "3c 00 0008 00000001" TCP_SYN_22, -1, -1, -1, -1, 68, EVENT_OTHER },
		{ IP6("0008", "3a") "8000 0000 00000000", 58, -1, 0x8000, -1, 48, EVENT_PROBE },
		{ IP6("0008", "3a") "0104 0000 00000000", 58, -1, 0x0104, -1, 48, EVENT_BACKSCATTER },
		{ IP6("0008", "11") "9c40 0035 0008 0000", 17, 40000, 53, -1, 48, EVENT_PROBE },
		/* the chain of headers is cut: before the next is named, and after */
		{ IP6("001c", "00") "06", -1, -1, -1, -1, 68, EVENT_UNKNOWN },
		{ IP6("001c", "00") "06 01 010400000000", 6, -1, -1, -1, 68, EVENT_UNKNOWN },
		/* 65,530 + 40 is more than the column holds; a jumbogram has no length */
		{ IP6("fffa", "06") TCP_SYN_22, 6, 40000, 22, 2, 65535, EVENT_PROBE },
		{ IP6("0000", "00") "06 00 c20400010000" TCP_SYN_22, 6, 40000, 22, 2, -1, EVENT_PROBE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e;
		assert_int_equal(decode_cut(LINK_RAW, rows[i].hex, SIZE_MAX, 70000, &e), PACKET_OK);
		assert_address(event_source(&e), "2001:db8::1");
		assert_int_equal(e.ttl, 64);
		assert_expected(&rows[i], &e);
	}
}

/* The short path of Ethernet and the general one must not differ. */
static void both_paths_give_the_same_event(void **state)
{
	static const char *const tails[] = { "5002", "5012", "5004", "5010", "5000", "5006", "5016", "5014", "50ff" };

	(void)state;
	for (size_t i = 0; i < COUNT(tails); i++) {
		char hex[400], raw[200];
		struct event fast, slow;
		snprintf(raw, sizeof raw, "%s9c40 0016 c6336402 00000000 %s 0400 0000 0000", IP4("0028", "0000", "06"),
			 tails[i]);
		snprintf(hex, sizeof hex, "%s0800%s", MAC, raw);
		assert_int_equal(decode(LINK_ETHERNET, hex, &fast), PACKET_OK);
		assert_int_equal(decode(LINK_RAW, raw, &slow), PACKET_OK);
		assert_memory_equal(&fast, &slow, sizeof fast);
	}
}

static void scanners_leave_marks(void **state)
{
	const struct {
		const char *hex;
		uint8_t marks;
	} rows[] = {
		/* identification 54321 = d431 */
		{ "4500 0028 d431 0000 3406 0000 c0000201 c6336402" TCP_SYN_22, EVENT_MARK_ZMAP },
		{ "4500 001c d431 0000 3401 0000 c0000201 c6336402 0800 0000 00000000", EVENT_MARK_ZMAP },
		{ "4500 001c d431 0000 3411 0000 c0000201 c6336402 9c40 0035 0008 0000", EVENT_MARK_ZMAP },
		/* 6402 ^ 0016 ^ 5678 = 326c */
		{ "4500 0028 326c 0000 3406 0000 c0000201 c6336402 9c40 0016 12345678 00000000 5002 0400 0000 0000",
		  EVENT_MARK_MASSCAN },
		/* the sequence is c6336402 */
		{ "4500 0028 1234 0000 3406 0000 c0000201 c6336402 9c40 0016 c6336402 00000000 5002 0400 0000 0000",
		  EVENT_MARK_MIRAI },
		/* an answer echoes numbers that are not the sender's */
		{ "4500 0028 d431 0000 3406 0000 c0000201 c6336402 9c40 0016 c6336402 00000000 5012 0400 0000 0000",
		  0 },
		/* cut before the sequence: 0 ^ … would be a mark, were it read */
		{ "4500 0028 6414 0000 3406 0000 c0000201 c6336402 9c40 0016", 0 },
		{ "4500 0028 d431 2001 3406 0000 c0000201 c6336402" TCP_SYN_22, 0 },
		{ IP6("0014", "06") "9c40 0016 20010db8 00000000 5002 0400 0000 0000", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event e;
		assert_int_equal(decode_cut(LINK_RAW, rows[i].hex, SIZE_MAX, 2000, &e), PACKET_OK);
		assert_int_equal(e.marks, rows[i].marks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_link_layer_leads_to_ip),
		cmocka_unit_test(what_is_not_ip_is_skipped_with_its_reason),
		cmocka_unit_test(tags_do_not_nest_without_end),
		cmocka_unit_test(ip4_with_options_and_fragments),
		cmocka_unit_test(ip6_with_extension_headers),
		cmocka_unit_test(both_paths_give_the_same_event),
		cmocka_unit_test(scanners_leave_marks),
	};
	return cmocka_run_group_tests_name("packet_decode", tests, NULL, NULL);
}
