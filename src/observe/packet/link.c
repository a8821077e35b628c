/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The layers below IP. Link types are numbered by https://www.tcpdump.org/linktypes.html; a function takes its own
 * header off the cursor and hands on to the next layer. */
#include "observe/packet/link_int.h"

#include "base/cleanup.h"

/* Layers may nest (tags in tags, PPP in Ethernet), and only so deep. */
#define LAYERS_MAX 16

/* The frame on its way down. */
struct link {
	struct bytes c;
	uint8_t family;
	uint8_t layers;
};

typedef enum packet_skip link_layer(struct link *l);

static enum packet_skip link_ppp(struct link *l);
static enum packet_skip link_llc(struct link *l);
static enum packet_skip link_ethernet(struct link *l);
static enum packet_skip link_ethertype(struct link *l);

static enum packet_skip found(struct link *l, uint8_t family)
{
	l->family = family;
	return PACKET_OK;
}

static bool is_too_deep(struct link *l)
{
	return ++l->layers > LAYERS_MAX;
}

static enum packet_skip skip_then(struct link *l, size_t n, link_layer *next)
{
	return take_skip(&l->c, n) ? next(l) : SKIP_TRUNCATED;
}

/* RFC 3032: labels of four bytes up to the bottom of the stack; what follows shows itself by its first nibble. */
static enum packet_skip link_mpls(struct link *l)
{
	uint32_t label;

	do {
		if (!take_u32be(&l->c, &label))
			return SKIP_TRUNCATED;
	} while (!(label & 0x100));
	if (l->c.n == 0)
		return SKIP_TRUNCATED;
	if (l->c.p[0] >> 4 != 4 && l->c.p[0] >> 4 != 6)
		return SKIP_NOT_IP;
	return found(l, l->c.p[0] >> 4);
}

/* RFC 2516 §4: version and type, code (0 is session data), session, length; then PPP. */
static enum packet_skip link_pppoe(struct link *l)
{
	if (l->c.n < 6)
		return SKIP_TRUNCATED;
	if (l->c.p[0] != 0x11)
		return SKIP_MALFORMED;
	if (l->c.p[1] != 0)
		return SKIP_NOT_IP;
	take_skip(&l->c, 6);
	return link_ppp(l);
}

/* IEEE 802.1Q, 802.1ad, and the numbers that were used for stacked tags before it. */
static bool is_vlan(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 || type == 0x9300;
}

/* IEEE 802.1AE §9: a tag of flags and association number, a short length, a packet number and, where bit 5 says so, eight
 * bytes of channel. Bits 3 and 2 say that the contents are encrypted or changed; else they stand there in the clear, an
 * Ethernet type first. What checks them stands behind the packet, whose own length ends before it. */
static enum packet_skip link_macsec(struct link *l)
{
	uint8_t tag;

	if (!take_u8(&l->c, &tag))
		return SKIP_TRUNCATED;
	if (tag & 0x0c)
		return SKIP_UNREADABLE;
	return skip_then(l, tag & 0x20 ? 13 : 5, link_ethertype);
}

/* RFC 8300 §2: the low six bits of the second byte are the header's length in words of four bytes, the fourth byte says
 * what follows. */
static enum packet_skip link_nsh(struct link *l)
{
	size_t header;
	uint8_t next;

	if (l->c.n < 4)
		return SKIP_TRUNCATED;
	header = 4u * (l->c.p[1] & 0x3f);
	next = l->c.p[3];
	if (header < 8)
		return SKIP_MALFORMED;
	if (!take_skip(&l->c, header))
		return SKIP_TRUNCATED;
	switch (next) {
	case 1:
		return found(l, 4);
	case 2:
		return found(l, 6);
	case 3:
		return link_ethernet(l);
	case 5:
		return link_mpls(l);
	default:
		return SKIP_NOT_IP;
	}
}

/* Arista's tag, as tcpdump's print-arista.c has it: kind 1 is a timestamp, whose version says in its low byte whether it
 * takes 64 bits (10) or 48 (20). */
static enum packet_skip link_arista(struct link *l)
{
	uint16_t kind, version;

	if (!take_u16be(&l->c, &kind) || !take_u16be(&l->c, &version))
		return SKIP_TRUNCATED;
	version &= 0xff;
	if (kind != 1 || (version != 0x10 && version != 0x20))
		return SKIP_NOT_IP;
	return skip_then(l, version == 0x10 ? 8 : 6, link_ethertype);
}

static enum packet_skip ethertype(struct link *l, uint16_t type)
{
	if (is_too_deep(l))
		return SKIP_MALFORMED;
	while (is_vlan(type))
		if (is_too_deep(l) || !take_skip(&l->c, 2) || !take_u16be(&l->c, &type))
			return l->layers > LAYERS_MAX ? SKIP_MALFORMED : SKIP_TRUNCATED;
	switch (type) {
	case ETHERTYPE_IP4:
		return found(l, 4);
	case ETHERTYPE_IP6:
		return found(l, 6);
	case 0x8864:
		return link_pppoe(l);
	case 0x8847: /* MPLS unicast, and with labels assigned upstream (RFC 5332) */
	case 0x8848:
		return link_mpls(l);
	case 0x880b:
		return link_ppp(l);
	case 0x88e5:
		return link_macsec(l);
	case 0x894f:
		return link_nsh(l);
	case 0xd28b:
		return link_arista(l);
	default:
		/* Up to 1500 it is the length of an IEEE 802.3 frame, whose contents begin with LLC. */
		return type <= 1500 ? link_llc(l) : SKIP_NOT_IP;
	}
}

static enum packet_skip link_ethertype(struct link *l)
{
	uint16_t type;

	return take_u16be(&l->c, &type) ? ethertype(l, type) : SKIP_TRUNCATED;
}

/* IEEE 802.2 with SNAP (RFC 1042): organisation 0 (or 0000f8, RFC 1390's bridges) and an Ethernet type. DSAP 6 is IP
 * itself. */
static enum packet_skip link_llc(struct link *l)
{
	uint32_t organisation;

	if (is_too_deep(l))
		return SKIP_MALFORMED;
	if (l->c.n < 3)
		return SKIP_TRUNCATED;
	if (l->c.p[0] == 0x06 && l->c.p[1] == 0x06 && l->c.p[2] == 0x03) {
		take_skip(&l->c, 3);
		return found(l, 4);
	}
	if (l->c.p[0] != 0xaa || l->c.p[1] != 0xaa || l->c.p[2] != 0x03)
		return SKIP_NOT_IP;
	take_skip(&l->c, 2);
	if (!take_u32be(&l->c, &organisation))
		return SKIP_TRUNCATED;
	organisation &= 0xffffff;
	return organisation == 0 || organisation == 0xf8 ? link_ethertype(l) : SKIP_NOT_IP;
}

static enum packet_skip link_ethernet(struct link *l)
{
	return skip_then(l, 12, link_ethertype);
}

/* Tags of switch chips, between the addresses and the type (LINKTYPE_DSA_TAG_BRCM, _DSA, _EDSA) or before the frame. */
static enum packet_skip link_ethernet_tag4(struct link *l)
{
	return skip_then(l, 16, link_ethertype);
}

static enum packet_skip link_ethernet_tag8(struct link *l)
{
	return skip_then(l, 20, link_ethertype);
}

static enum packet_skip link_ethernet_prepended(struct link *l)
{
	return skip_then(l, 4, link_ethernet);
}

/* A PPP protocol number: one byte when its lowest bit is set (RFC 1661 §6.5), else two. */
static enum packet_skip ppp_protocol(struct link *l)
{
	uint8_t high, low;
	uint16_t protocol;

	if (!take_u8(&l->c, &high))
		return SKIP_TRUNCATED;
	protocol = high;
	if (!(high & 1)) {
		if (!take_u8(&l->c, &low))
			return SKIP_TRUNCATED;
		protocol = (uint16_t)(high << 8 | low);
	}
	switch (protocol) {
	case 0x0021:
		return found(l, 4);
	case 0x0057:
		return found(l, 6);
	case 0x0281:
	case 0x0283:
		return link_mpls(l);
	case 0x002d: /* compressed TCP (RFC 1144) */
	case 0x002f:
	case 0x003d: /* multilink fragments (RFC 1990) */
	case 0x0053: /* encrypted (RFC 1968) */
	case 0x00fd: /* compressed (RFC 1962) */
		return SKIP_UNREADABLE;
	default:
		return SKIP_NOT_IP;
	}
}

/* RFC 1662: address ff and control 03, which peers may agree to leave out. */
static enum packet_skip link_ppp(struct link *l)
{
	if (l->c.n && l->c.p[0] == 0xff && !take_skip(&l->c, 2))
		return SKIP_TRUNCATED;
	return ppp_protocol(l);
}

/* Cisco's HDLC: address 0f or 8f, control 0, an Ethernet type. PPP in HDLC frames (RFC 1662) comes under the same link
 * types. */
static enum packet_skip link_hdlc(struct link *l)
{
	uint16_t type;

	if (l->c.n >= 1 && l->c.p[0] == 0xff)
		return link_ppp(l);
	if (!take_skip(&l->c, 2) || !take_u16be(&l->c, &type))
		return SKIP_TRUNCATED;
	return type <= 1500 ? SKIP_NOT_IP : ethertype(l, type);
}

static enum packet_skip link_ppp_serial(struct link *l)
{
	if (l->c.n >= 1 && (l->c.p[0] == 0x0f || l->c.p[0] == 0x8f))
		return link_hdlc(l);
	return link_ppp(l);
}

/* The sixth version of IP has another family number on each system: NetBSD and OpenBSD 24, FreeBSD 28, macOS 30,
 * Linux 10, Windows 23. */
static enum packet_skip address_family(struct link *l, uint32_t family)
{
	switch (family) {
	case 2:
		return found(l, 4);
	case 10:
	case 23:
	case 24:
	case 28:
	case 30:
		return found(l, 6);
	default:
		return SKIP_NOT_IP;
	}
}

/* The family stands in the byte order of the machine that captured, which is not told: a number that needs more than
 * 16 bits is of the other order. */
static enum packet_skip link_null(struct link *l)
{
	uint32_t family;

	if (!take_u32le(&l->c, &family))
		return SKIP_TRUNCATED;
	return address_family(l, family > 0xffff ? __builtin_bswap32(family) : family);
}

static enum packet_skip link_raw(struct link *l)
{
	return found(l, 0);
}

static enum packet_skip link_raw4(struct link *l)
{
	return found(l, 4);
}

static enum packet_skip link_raw6(struct link *l)
{
	return found(l, 6);
}

static enum packet_skip link_radiotap(struct link *l);

/* The protocol of a Linux "cooked" frame: 1 and 4 are no Ethernet types, and some kinds of device have none at all
 * (netlink 824, radiotap 803, 802.11 801). */
static enum packet_skip cooked(struct link *l, uint16_t device, uint16_t type)
{
	if (device == 824)
		return SKIP_NOT_IP;
	if (device == 803)
		return link_radiotap(l);
	if (type == 4)
		return link_llc(l);
	return type <= 1500 ? SKIP_NOT_IP : ethertype(l, type);
}

static enum packet_skip link_sll(struct link *l)
{
	if (l->c.n < 16)
		return SKIP_TRUNCATED;
	uint16_t device = get_u16be(l->c.p + 2), type = get_u16be(l->c.p + 14);
	take_skip(&l->c, 16);
	return cooked(l, device, type);
}

static enum packet_skip link_sll2(struct link *l)
{
	if (l->c.n < 20)
		return SKIP_TRUNCATED;
	uint16_t type = get_u16be(l->c.p), device = get_u16be(l->c.p + 8);
	take_skip(&l->c, 20);
	return cooked(l, device, type);
}

/* IEEE 802.11 §9.2: only data frames that carry data. Bit 6 of the second byte says that it is encrypted. */
static enum packet_skip link_80211(struct link *l)
{
	size_t header = 24;
	uint8_t control, flags;

	if (l->c.n < 2)
		return SKIP_TRUNCATED;
	control = l->c.p[0];
	flags = l->c.p[1];
	if ((control & 0x0f) != 0x08 || control & 0x40)
		return SKIP_NOT_IP;
	if (flags & 0x40)
		return SKIP_UNREADABLE;
	if ((flags & 0x03) == 0x03)
		header += 6;
	if (control & 0x80) {
		if (l->c.n < header + 2)
			return SKIP_TRUNCATED;
		if (l->c.p[header] & 0x80) /* several packets in one frame (A-MSDU) */
			return SKIP_UNREADABLE;
		header += flags & 0x80 ? 6 : 2;
	}
	return skip_then(l, header, link_llc);
}

/* https://www.radiotap.org: version 0, length, then words of presence bits, of which bit 31 says that one more
 * follows. The first field that matters is the flags (bit 1) behind the timer (bit 0, eight bytes, aligned). */
static bool radiotap_pads(struct bytes header)
{
	size_t at = 4;
	uint32_t present, more;

	if (header.n < 8)
		return false;
	present = more = get_u32le(header.p + at);
	for (at += 4; more & 0x80000000; at += 4) {
		if (header.n < at + 4)
			return false;
		more = get_u32le(header.p + at);
	}
	if (present & 1)
		at = (at + 7) / 8 * 8 + 8;
	return present & 2 && at < header.n && header.p[at] & 0x20;
}

static enum packet_skip link_radiotap(struct link *l)
{
	struct bytes header;
	size_t n;

	if (l->c.n < 8)
		return SKIP_TRUNCATED;
	n = get_u16le(l->c.p + 2);
	if (l->c.p[0] != 0 || n < 8)
		return SKIP_MALFORMED;
	if (!take_bytes(&l->c, n, &header))
		return SKIP_TRUNCATED;
	/* Padding to four bytes between the 802.11 header and the data: nobody's IP was seen behind it. */
	return radiotap_pads(header) ? SKIP_UNREADABLE : link_80211(l);
}

/* RFC 2427: an address of two to four bytes (its last has the lowest bit), 03, perhaps a zero, and what network layer
 * it is; or, as Cisco does it, the Ethernet type alone. */
static enum packet_skip link_frame_relay(struct link *l)
{
	size_t address = 1;
	uint8_t layer = 0;

	while (address <= 4 && address <= l->c.n && !(l->c.p[address - 1] & 1))
		address++;
	if (address > 4)
		return SKIP_MALFORMED;
	if (!take_skip(&l->c, address) || l->c.n < 2)
		return SKIP_TRUNCATED;
	if (l->c.p[0] != 0x03)
		return get_u16be(l->c.p) <= 1500 ? SKIP_NOT_IP : link_ethertype(l);
	take_skip(&l->c, 1);
	while (take_u8(&l->c, &layer) && layer == 0)
		;
	if (layer == 0xcc)
		return found(l, 4);
	if (layer == 0x8e)
		return found(l, 6);
	if (layer != 0x80)
		return layer ? SKIP_NOT_IP : SKIP_TRUNCATED;
	/* SNAP: three bytes of organisation, then the type. */
	if (l->c.n >= 3 && (l->c.p[0] | l->c.p[1] | l->c.p[2]) != 0)
		return SKIP_NOT_IP;
	return skip_then(l, 3, link_ethertype);
}

/* ARCNET: source, destination (and on Linux an offset), then the kind: f0 is IP by RFC 1051, d4 by RFC 1201 §3, c4 its
 * IPv6 (RFC 2497). By RFC 1201 a flag byte and a sequence number follow, whose flag 0 says that it is whole. */
static enum packet_skip arcnet(struct link *l)
{
	uint8_t kind, flag;

	if (!take_u8(&l->c, &kind))
		return SKIP_TRUNCATED;
	if (kind == 240)
		return found(l, 4);
	if (kind != 212 && kind != 196)
		return SKIP_NOT_IP;
	if (!take_u8(&l->c, &flag))
		return SKIP_TRUNCATED;
	if (flag != 0)
		return SKIP_UNREADABLE;
	return take_skip(&l->c, 2) ? found(l, kind == 212 ? 4 : 6) : SKIP_TRUNCATED;
}

static enum packet_skip link_arcnet_linux(struct link *l)
{
	return skip_then(l, 4, arcnet);
}

static enum packet_skip link_arcnet(struct link *l)
{
	return skip_then(l, 2, arcnet);
}

/* LINKTYPE_SLIP: a direction byte and fifteen of compressed header stand before the packet. */
static enum packet_skip link_slip(struct link *l)
{
	if (l->c.n < 17)
		return SKIP_TRUNCATED;
	if (l->c.p[1] & 0x80)
		return SKIP_UNREADABLE;
	take_skip(&l->c, 16);
	if (l->c.p[0] >> 4 == 7) /* a TCP packet that opens a compressed connection: its protocol number was replaced */
		return SKIP_UNREADABLE;
	return found(l, 0);
}

/* SunATM: direction and kind, VPI, VCI; kind 2 is LLC. */
static enum packet_skip link_sunatm(struct link *l)
{
	if (l->c.n < 4)
		return SKIP_TRUNCATED;
	if ((l->c.p[0] & 0x0f) != 2)
		return SKIP_NOT_IP;
	return skip_then(l, 4, link_llc);
}

/* Solaris IPNET: 24 bytes, the second is the family, 2 or 26. */
static enum packet_skip link_ipnet(struct link *l)
{
	uint8_t family;

	if (l->c.n < 24)
		return SKIP_TRUNCATED;
	family = l->c.p[1];
	take_skip(&l->c, 24);
	if (family != 2 && family != 26)
		return SKIP_NOT_IP;
	return found(l, family == 2 ? 4 : 6);
}

/* IP over InfiniBand: 40 bytes of addresses, an Ethernet type, two bytes without meaning (RFC 4391 §6). */
static enum packet_skip link_ipoib(struct link *l)
{
	uint16_t type;

	if (!take_skip(&l->c, 40) || !take_u16be(&l->c, &type) || !take_skip(&l->c, 2))
		return SKIP_TRUNCATED;
	return type <= 1500 ? SKIP_NOT_IP : ethertype(l, type);
}

/* IP over FireWire: two addresses of eight bytes, the type (RFC 2734). */
static enum packet_skip link_firewire(struct link *l)
{
	return skip_then(l, 16, link_ethertype);
}

/* Juniper's Ethernet: "MGC", flags, where bit 7 says that a length and as many bytes follow; bit 1 says that the frame has
 * no Ethernet header, and then nothing tells what it has (tcpdump's print-juniper.c). */
static enum packet_skip link_juniper_ethernet(struct link *l)
{
	uint16_t more;
	uint8_t flags;

	if (l->c.n < 4)
		return SKIP_TRUNCATED;
	if (memcmp(l->c.p, "MGC", 3) != 0)
		return SKIP_MALFORMED;
	flags = l->c.p[3];
	take_skip(&l->c, 4);
	if (flags & 0x80 && (!take_u16be(&l->c, &more) || !take_skip(&l->c, more)))
		return SKIP_TRUNCATED;
	return flags & 0x02 ? SKIP_UNREADABLE : link_ethernet(l);
}

/* Netfilter log: family, version, group, then fields of length, kind and contents padded to four; 9 is the packet. */
static enum packet_skip link_nflog(struct link *l)
{
	uint16_t length, kind;

	if (!take_skip(&l->c, 4))
		return SKIP_TRUNCATED;
	while (take_u16le(&l->c, &length) && take_u16le(&l->c, &kind)) {
		if (length < 4)
			return SKIP_MALFORMED;
		if ((kind & 0x7fff) == 9) {
			l->c.n = MIN(l->c.n, (size_t)length - 4);
			return found(l, 0);
		}
		if (!take_skip(&l->c, (length + 3u) / 4 * 4 - 4))
			return SKIP_TRUNCATED;
	}
	return SKIP_TRUNCATED;
}

static enum packet_skip link_pktap(struct link *l);

/* What is read, and how. `decode` takes the layer's header off. */
static const struct {
	uint16_t number;
	const char *name;
	link_layer *decode;
} links[] = {
	{ LINK_ETHERNET, "Ethernet", link_ethernet },
	{ 0, "BSD loopback, host order", link_null },
	{ 7, "ARCNET (BSD)", link_arcnet },
	{ 8, "SLIP", link_slip },
	{ 9, "PPP", link_ppp_serial },
	{ 12, "raw IP", link_raw },
	{ 14, "raw IP (OpenBSD)", link_raw },
	{ 50, "PPP in HDLC frames", link_ppp_serial },
	{ 51, "PPPoE", link_pppoe },
	{ 100, "LLC over ATM", link_llc },
	{ LINK_RAW, "raw IP", link_raw },
	{ 104, "Cisco HDLC", link_hdlc },
	{ 105, "IEEE 802.11", link_80211 },
	{ 106, "classical IP over ATM", link_raw },
	{ 107, "Frame Relay", link_frame_relay },
	{ 108, "BSD loopback, network order", link_null },
	{ 113, "Linux cooked", link_sll },
	{ 123, "SunATM", link_sunatm },
	{ 127, "IEEE 802.11 with radiotap", link_radiotap },
	{ 129, "ARCNET (Linux)", link_arcnet_linux },
	{ 138, "IP over FireWire", link_firewire },
	{ 149, "Apple PKTAP, its older number", link_pktap },
	{ 178, "Juniper Ethernet", link_juniper_ethernet },
	{ 226, "Solaris IPNET", link_ipnet },
	{ 228, "IPv4", link_raw4 },
	{ 229, "IPv6", link_raw6 },
	{ 239, "Netfilter log", link_nflog },
	{ 242, "IP over InfiniBand", link_ipoib },
	{ 258, "Apple PKTAP", link_pktap },
	{ 276, "Linux cooked v2", link_sll2 },
	{ 281, "Ethernet with Broadcom tag", link_ethernet_tag4 },
	{ 282, "Ethernet behind Broadcom tag", link_ethernet_prepended },
	{ 284, "Ethernet with Marvell DSA tag", link_ethernet_tag4 },
	{ 285, "Ethernet with Marvell EDSA tag", link_ethernet_tag8 },
};

static enum packet_skip link_by_number(struct link *l, uint32_t number)
{
	if (is_too_deep(l))
		return SKIP_MALFORMED;
	for (size_t i = 0; i < COUNT(links); i++)
		if (links[i].number == number)
			return links[i].decode(l);
	return SKIP_UNSUPPORTED_LINK;
}

const char *packet_link_name(uint32_t link_type)
{
	for (size_t i = 0; i < COUNT(links); i++)
		if (links[i].number == link_type)
			return links[i].name;
	return NULL;
}

/* Apple's PKTAP: its own length, a kind (1 is a packet), the link type of the frame behind it. Little-endian: all
 * machines that write it are. */
static enum packet_skip link_pktap(struct link *l)
{
	uint32_t length, kind, number;

	if (l->c.n < 12)
		return SKIP_TRUNCATED;
	length = get_u32le(l->c.p);
	kind = get_u32le(l->c.p + 4);
	number = get_u32le(l->c.p + 8);
	if (length < 12)
		return SKIP_MALFORMED;
	if (!take_skip(&l->c, length))
		return SKIP_TRUNCATED;
	return kind == 1 ? link_by_number(l, number) : SKIP_NOT_IP;
}

enum packet_skip link_find_ip(uint32_t link_type, struct bytes *frame, uint8_t *ret_family)
{
	struct link l = { .c = *frame };
	enum packet_skip skip = link_by_number(&l, link_type);

	if (skip)
		return skip;
	*frame = l.c;
	*ret_family = l.family;
	return PACKET_OK;
}
