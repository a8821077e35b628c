/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Would this machine answer those who knock? */
#include "observe/sensor/quiet.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROC_MAX (16u << 20)
#define TCP_LISTENING 0x0a

struct look {
	const char *interface;
	struct rules watched;
	quiet_fn *each;
	void *context;
};

static void find(struct look *l, enum quiet_level level, const char *what, const char *todo, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static void find(struct look *l, enum quiet_level level, const char *what, const char *todo, const char *format, ...)
{
	struct quiet_finding f = { .level = level, .what = what, .todo = todo };
	va_list args;

	va_start(args, format);
	vsnprintf(f.line, sizeof f.line, format, args);
	va_end(args);
	l->each(l->context, &f);
}

/* --- sockets --- */

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_hex(struct bytes text, uint32_t *ret)
{
	uint32_t v = 0;

	if (text.n == 0 || text.n > 8)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int digit = hex_digit(text.p[i]);
		if (digit < 0)
			return false;
		v = v << 4 | (uint32_t)digit;
	}
	*ret = v;
	return true;
}

/* The kernel prints the address as 32-bit words of the machine's order. */
static bool parse_address(struct bytes text, struct address *ret)
{
	size_t words = text.n / 8;

	if (text.n != 8 && text.n != 32)
		return false;
	*ret = (struct address){ .family = words == 1 ? 4 : 6 };
	for (size_t i = 0; i < words; i++) {
		uint32_t word;
		if (!parse_hex(BYTES(text.p + 8 * i, 8), &word))
			return false;
		memcpy(ret->byte + 4 * i, &word, 4);
	}
	return true;
}

static bool take_word(struct bytes *line, struct bytes *ret)
{
	*line = bytes_trim(*line);
	return take_until(line, ' ', ret);
}

bool quiet_parse_socket(struct bytes line, bool is_tcp, struct address *ret_address, uint16_t *ret_port)
{
	struct bytes slot, local, remote, state, address;
	uint32_t port, state_number, remote_port;

	if (!take_word(&line, &slot) || !take_word(&line, &local) || !take_word(&line, &remote) || !take_word(&line, &state) ||
	    !take_until(&local, ':', &address) || !parse_address(address, ret_address) || !parse_hex(local, &port) ||
	    !take_until(&remote, ':', &address) || !parse_hex(remote, &remote_port) || !parse_hex(state, &state_number))
		return false;
	*ret_port = (uint16_t)port;
	return is_tcp ? state_number == TCP_LISTENING : remote_port == 0;
}

static bool is_any(const struct address *a)
{
	static const uint8_t zero[16];

	return memcmp(a->byte, zero, 16) == 0;
}

static bool is_watched(const struct look *l, const struct address *a)
{
	for (size_t i = 0; i < l->watched.count; i++)
		if (prefix_holds(&l->watched.rows[i].prefix, a))
			return true;
	return is_any(a);
}

static void look_at_sockets(struct look *l)
{
	static const char *const files[] = { "tcp", "tcp6", "udp", "udp6" };
	unsigned found = 0;

	for (size_t i = 0; i < COUNT(files); i++) {
		_cleanup_(buf_clear) struct buf text;
		struct bytes rest, line;
		struct address a;
		uint16_t port;
		char path[32], words[ADDRESS_TEXT_MAX];

		snprintf(path, sizeof path, "/proc/net/%s", files[i]);
		if (file_read(AT_FDCWD, path, PROC_MAX, &text, NULL) < 0)
			continue;
		rest = buf_bytes(&text);
		while (take_until(&rest, '\n', &line)) {
			if (!quiet_parse_socket(line, i < 2, &a, &port) || !is_watched(l, &a))
				continue;
			found++;
			find(l, QUIET_WRONG, "listening",
			     "stop the service, bind it to an address that is not watched, or let the operator alone in by the firewall",
			     "%s port %u is open on %s", i < 2 ? "tcp" : "udp", port,
			     is_any(&a) ? "all addresses" : address_format(&a, words));
		}
	}
	if (!found)
		find(l, QUIET_GOOD, "listening", NULL, "no service listens on the watched addresses");
}

/* --- ICMP --- */

static bool read_switch(const char *path, bool *ret)
{
	_cleanup_(buf_clear) struct buf text;

	if (file_read(AT_FDCWD, path, 64, &text, NULL) < 0 || text.n == 0)
		return false;
	*ret = text.p[0] != '0';
	return true;
}

static void look_at_switch(struct look *l, const char *path, const char *what, const char *todo)
{
	bool is_on;

	if (!read_switch(path, &is_on))
		find(l, QUIET_UNKNOWN, "echo", NULL, "%s: cannot be seen", what);
	else if (is_on)
		find(l, QUIET_GOOD, "echo", NULL, "%s are not answered", what);
	else
		find(l, QUIET_WRONG, "echo", todo, "%s would be answered", what);
}

/* --- the firewall: closed ports are answered with RST and ICMP unless it drops first --- */

struct chains {
	bool is_seen, drops_input, filters_early;
};

/* The attributes of one base chain that matter: its hook and its policy. */
static void take_chain(struct bytes attributes, struct chains *c)
{
	int64_t hook = -1, policy = NF_ACCEPT;

	while (attributes.n >= sizeof(struct nlattr)) {
		uint16_t length, type;
		struct bytes value, padded = attributes;
		memcpy(&length, attributes.p, 2);
		memcpy(&type, attributes.p + 2, 2);
		if (length < 4 || length > attributes.n)
			return;
		value = BYTES(attributes.p + 4, (size_t)length - 4);
		type &= NLA_TYPE_MASK;
		if (type == NFTA_CHAIN_POLICY && value.n == 4)
			policy = get_u32be(value.p);
		/* Nested: NFTA_HOOK_HOOKNUM comes first. */
		if (type == NFTA_CHAIN_HOOK && value.n >= 8)
			hook = get_u32be(value.p + 4);
		if (!take_skip(&padded, (size_t)((length + 3) & ~3)))
			return;
		attributes = padded;
	}
	c->drops_input = c->drops_input || (hook == NF_INET_LOCAL_IN && policy == NF_DROP);
	c->filters_early = c->filters_early || hook == NF_INET_PRE_ROUTING || hook == NF_INET_LOCAL_IN;
}

static bool take_chains(struct bytes answer, struct chains *c)
{
	struct nlmsghdr head;

	while (answer.n >= sizeof head) {
		memcpy(&head, answer.p, sizeof head);
		if (head.nlmsg_len < sizeof head || head.nlmsg_len > answer.n)
			return false;
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) {
			c->is_seen = c->is_seen || head.nlmsg_type == NLMSG_DONE;
			return false;
		}
		if (head.nlmsg_len >= sizeof head + sizeof(struct nfgenmsg))
			take_chain(BYTES(answer.p + sizeof head + sizeof(struct nfgenmsg),
					 head.nlmsg_len - sizeof head - sizeof(struct nfgenmsg)),
				   c);
		if (!take_skip(&answer, MIN((size_t)NLMSG_ALIGN(head.nlmsg_len), answer.n)))
			return false;
	}
	return true;
}

static void read_chains(struct chains *c)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
	} ask = { .head = { .nlmsg_len = sizeof ask,
			    .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		  .family = { .nfgen_family = AF_UNSPEC } };
	struct timeval patience = { .tv_sec = 2 };
	static uint8_t answer[65536];
	ssize_t n;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
	    send(fd, &ask, sizeof ask, 0) < 0)
		return;
	do
		n = recv(fd, answer, sizeof answer, 0);
	while (n > 0 && take_chains(BYTES(answer, (size_t)n), c));
}

static void look_at_firewall(struct look *l)
{
	static const char todo[] =
		"drop what comes in and is not yours, for example: nft add table inet hinomi; nft add chain inet hinomi "
		"input '{ type filter hook input priority 0; policy drop; }'; nft add rule inet hinomi input ct state "
		"established,related accept; and a rule for your own ssh";
	struct chains c = { false, false, false };

	read_chains(&c);
	if (c.drops_input)
		find(l, QUIET_GOOD, "firewall", NULL, "what comes in is dropped unless a rule lets it in");
	else if (c.is_seen && c.filters_early)
		find(l, QUIET_UNKNOWN, "firewall", todo,
		     "there are input rules, but their policy is to accept: closed ports may answer with RST and ICMP");
	else if (c.is_seen)
		find(l, QUIET_WRONG, "firewall", todo, "no firewall: closed ports answer with RST and ICMP unreachable");
	else
		find(l, QUIET_UNKNOWN, "firewall", "run the check as root", "the firewall cannot be seen");
}

/* --- all --- */

/* Are there addresses on the interface at all? Without prefixes they are the watched ones. */
static int look_at_addresses(struct look *l, struct error *err)
{
	bool is_there = false, are_named = l->watched.count > 0;
	struct ifaddrs *all;
	struct address a;
	int r = 0;

	if (getifaddrs(&all) < 0)
		return error_errno(err, -errno, "cannot list the interfaces");
	for (const struct ifaddrs *i = all; i && r == 0; i = i->ifa_next) {
		if (strcmp(i->ifa_name, l->interface) != 0)
			continue;
		is_there = true;
		if (!are_named && address_of_socket(i->ifa_addr, &a))
			r = rules_add_address(&l->watched, RULE_NOT_WATCHED, &a, 0, err);
	}
	freeifaddrs(all);
	if (r == 0 && !is_there)
		return error_set(err, -ENODEV, "there is no interface '%s'", l->interface);
	return r;
}

int quiet_check(const char *interface, const struct rules *watched, quiet_fn *each, void *context, struct error *err)
{
	static struct look l;
	int r;

	l = (struct look){ .interface = interface, .watched = *watched, .each = each, .context = context };
	r = look_at_addresses(&l, err);
	if (r < 0)
		return r;
	look_at_sockets(&l);
	look_at_switch(&l, "/proc/sys/net/ipv4/icmp_echo_ignore_all", "ICMP echo requests",
		       "sysctl -w net.ipv4.icmp_echo_ignore_all=1");
	if (access("/proc/sys/net/ipv6", F_OK) == 0)
		look_at_switch(&l, "/proc/sys/net/ipv6/icmp/echo_ignore_all", "ICMPv6 echo requests",
			       "sysctl -w net.ipv6.icmp.echo_ignore_all=1");
	look_at_firewall(&l);
	return 0;
}
