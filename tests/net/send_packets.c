/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Sends made-up packets on an interface of a test's own namespace: each packet's source (240.0.0.0/4) and source port
 * are its number, so that a lost or doubled one shows.
 *
 *	send_packets IFACE PACKETS PER_SECOND FIRST MAC/ADDRESS [MAC/ADDRESS ...]
 *
 * Some are made to look like the sensor's own conversations: answers of a name server (198.18.2.53), of a time server
 * (198.18.2.123), and what an operator (198.18.3.0/24) sends. Prints how many of each kind went out. */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

#define FRAME_MAX 128
#define TARGETS_MAX 8

struct target {
	uint8_t mac[6];
	uint32_t address;
};

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static void put_u16be(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put_u32be(uint8_t *p, uint32_t v)
{
	put_u16be(p, v >> 16);
	put_u16be(p + 2, v & 0xffff);
}

static unsigned sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += get_u16be(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

enum made { PROBE_TCP, BACKSCATTER_TCP, PROBE_UDP, ECHO, UNREACHABLE, DNS, NTP, OPERATOR, MADE_COUNT };
static const char *const made_names[MADE_COUNT] = { "tcp",  "backscatter", "udp",     "echo",
						    "unreachable", "dns",  "ntp", "operator" };

static enum made kind_of(uint32_t r)
{
	unsigned part = r % 100;

	return part < 50 ? PROBE_TCP : part < 60 ? BACKSCATTER_TCP : part < 75 ? PROBE_UDP : part < 83 ? ECHO
	       : part < 88 ? UNREACHABLE : part < 92 ? DNS : part < 96 ? NTP : OPERATOR;
}

static size_t make_payload(enum made made, uint32_t number, uint32_t r, uint8_t *p, uint8_t *ret_protocol)
{
	static const uint16_t ports[] = { 22, 23, 80, 443, 445, 1433, 3389, 5900, 8080, 10000 };
	unsigned port = r >> 8 & 3 ? ports[(r >> 10) % COUNT(ports)] : r >> 16;

	*ret_protocol = 6;
	memset(p, 0, 40);
	switch (made) {
	case ECHO:
	case UNREACHABLE:
		*ret_protocol = 1;
		p[0] = made == ECHO ? 8 : 3;
		p[1] = made == ECHO ? 0 : (uint8_t)(r >> 8 & 3);
		put_u16be(p + 4, number & 0xffff);
		return 8;
	case PROBE_UDP:
	case DNS:
	case NTP:
		*ret_protocol = 17;
		put_u16be(p, made == DNS ? 53 : made == NTP ? 123 : 1024 + number % 60000);
		put_u16be(p + 2, port);
		put_u16be(p + 4, 12);
		return 12;
	default:
		put_u16be(p, 1024 + number % 60000);
		put_u16be(p + 2, port);
		put_u32be(p + 4, number);
		p[12] = 0x50;
		p[13] = made == BACKSCATTER_TCP ? 0x12 : 0x02;
		return 20;
	}
}

static size_t make_frame(uint32_t number, const struct target *t, const uint8_t own[6], uint8_t *frame, uint64_t counts[MADE_COUNT])
{
	uint32_t r = mix(number), source = 0xf0000000u + (number & 0x07ffffff);
	enum made made = kind_of(r);
	uint8_t *ip = frame + 14, protocol;
	size_t n = make_payload(made, number, mix(r), ip + 20, &protocol);

	source = made == DNS ? 0xc6120235u : made == NTP ? 0xc612027bu : made == OPERATOR ? 0xc6120300u + (r >> 8 & 0xff) : source;
	memcpy(frame, t->mac, 6);
	memcpy(frame + 6, own, 6);
	put_u16be(frame + 12, 0x0800);
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put_u16be(ip + 2, (unsigned)(20 + n));
	ip[8] = 64;
	ip[9] = protocol;
	put_u32be(ip + 12, source);
	put_u32be(ip + 16, t->address);
	put_u16be(ip + 10, sum_of(ip, 20));
	counts[made]++;
	return 14 + 20 + n;
}

static bool parse_target(const char *text, struct target *t)
{
	unsigned m[6];
	char address[64];
	struct in_addr a;

	if (sscanf(text, "%x:%x:%x:%x:%x:%x/%63s", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5], address) != 7 ||
	    inet_pton(AF_INET, address, &a) != 1)
		return false;
	for (int i = 0; i < 6; i++)
		t->mac[i] = (uint8_t)m[i];
	t->address = ntohl(a.s_addr);
	return true;
}

static bool parse_number(const char *text, uint64_t *ret)
{
	return bytes_number(BYTES_TEXT(text), UINT32_MAX, ret);
}

static int open_socket(const char *interface)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 0, 9 };
	struct target targets[TARGETS_MAX];
	uint64_t packets, per_second, first, counts[MADE_COUNT] = { 0 };
	size_t target_count = 0;
	int64_t begin;
	int fd;

	if (argc < 6 || !parse_number(argv[2], &packets) || !parse_number(argv[3], &per_second) || !parse_number(argv[4], &first) ||
	    per_second == 0)
		return 2;
	for (int i = 5; i < argc && target_count < TARGETS_MAX; i++)
		if (!parse_target(argv[i], &targets[target_count++]))
			return 2;
	fd = open_socket(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 3;
	}
	begin = clock_steady();
	for (uint64_t i = 0; i < packets; i++) {
		uint8_t frame[FRAME_MAX];
		int64_t due = begin + (int64_t)(i * SECOND_US / per_second), now = clock_steady();
		uint32_t number = (uint32_t)(first + i);
		size_t n = make_frame(number, &targets[mix(number ^ 0x5bd1e995u) % target_count], own, frame, counts);
		if (due > now)
			usleep((useconds_t)(due - now));
		while (send(fd, frame, n, 0) < 0)
			if (errno != ENOBUFS && errno != EAGAIN)
				return 3;
	}
	for (int i = 0; i < MADE_COUNT; i++)
		printf("%s=%llu ", made_names[i], (unsigned long long)counts[i]);
	putchar('\n');
	return 0;
}
