/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The file that all peers read: 60-byte Ethernet frames of TCP, UDP and ICMP, 30 sensors with one address each, 85
 * days, 200,000 sources, as pcap with microseconds. Prints its zero-order entropy to standard error.
 *
 *	generate [-n EVENTS] [-d DAYS] [-s SEED] [--spoofed] > file.pcap
 *
 * --spoofed: half of the packets have a source that never comes again. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/memory.h"

#include <getopt.h>
#include <inttypes.h>
#include <math.h>

#define SENSORS 30
#define SOURCES 200000
#define START (INT64_C(1362236400) * SECOND_US) /* 2013-03-03T00:00 in Asia/Tokyo */
#define FRAME 60
#define OUT_ROOM (1u << 20)

static uint64_t state;

static uint64_t word(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static double unit(void)
{
	return (double)(word() >> 11) / 9007199254740992.0;
}

static uint64_t scatter(uint64_t v)
{
	v = (v ^ v >> 33) * 0xff51afd7ed558ccd;
	v = (v ^ v >> 33) * 0xc4ceb9fe1a85ec53;
	return v ^ v >> 33;
}

static const struct {
	uint8_t protocol;
	uint16_t port;
	double weight;
} ports[] = {
	{ 6, 445, 130 }, { 6, 1433, 110 }, { 6, 23, 90 }, { 6, 22, 75 },  { 6, 3389, 70 }, { 6, 80, 50 },   { 6, 8080, 34 },
	{ 6, 443, 30 },	 { 6, 5900, 26 },  { 6, 3306, 24 }, { 6, 139, 20 }, { 6, 135, 20 },  { 6, 25, 16 },   { 6, 21, 14 },
	{ 17, 5060, 36 }, { 17, 53, 30 },  { 17, 123, 18 }, { 17, 161, 16 }, { 17, 1900, 18 }, { 17, 137, 20 }, { 17, 1434, 8 },
	{ 6, 10000, 8 }, { 6, 1025, 6 },   { 6, 6379, 10 }, { 6, 2323, 10 }, { 6, 7547, 12 }, { 6, 5555, 10 }, { 1, 2048, 60 },
	{ 6, 8443, 8 },	 { 6, 8888, 8 },   { 6, 81, 8 },    { 6, 8000, 8 },
};
#define PORTS (sizeof ports / sizeof *ports)
#define TAIL 0.15

static double cumulative[PORTS];

static void prepare(void)
{
	double sum = 0;

	for (size_t i = 0; i < PORTS; i++)
		cumulative[i] = sum += ports[i].weight;
	for (size_t i = 0; i < PORTS; i++)
		cumulative[i] /= sum;
}

struct packet {
	int64_t time_us;
	uint32_t source;
	uint16_t source_port, port;
	uint8_t sensor, protocol, flags, ttl;
};

/* Some sources knock far more often than others; about 200,000 of them come at all. */
static uint32_t pick_source(void)
{
	double u = unit();

	return (uint32_t)(u * u * SOURCES);
}

static void pick_port(struct packet *p, uint32_t source)
{
	double u = unit();
	size_t i = 0;

	if (u < TAIL) {
		p->protocol = word() >> 60 < 12 ? 6 : 17;
		p->port = (uint16_t)(1 + word() % 65535);
		return;
	}
	/* A source keeps to a port or two. */
	u = word() >> 62 ? (double)(scatter(source) >> 11) / 9007199254740992.0 : unit();
	while (i + 1 < PORTS && cumulative[i] < u)
		i++;
	p->protocol = ports[i].protocol;
	p->port = ports[i].port;
}

static void make(struct packet *p, int64_t time_us, bool is_spoofed, uint16_t *last_port)
{
	uint32_t number = pick_source();
	uint64_t habits = scatter(number + 5);
	bool is_random = is_spoofed && word() >> 63;

	p->time_us = time_us;
	p->source = (uint32_t)(0xf0000000u | (is_random ? word() >> 36 : scatter(number) >> 36));
	p->sensor = (uint8_t)(word() % SENSORS);
	pick_port(p, number);
	p->flags = p->protocol == 6 ? (word() >> 60 ? 0x02 : 0x12) : 0;
	if (word() % 5)
		last_port[number] = (uint16_t)(1024 + word() % 64512);
	p->source_port = p->protocol == 1 ? 0 : last_port[number];
	p->ttl = (uint8_t)((habits & 1 ? 64 : 128) - 5 - habits / 2 % 20 + (word() % 100 == 0));
}

static void put_u16be(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put_u32be(uint8_t *p, uint32_t v)
{
	put_u16be(p, (uint16_t)(v >> 16));
	put_u16be(p + 2, (uint16_t)v);
}

static void put_frame(uint8_t *f, const struct packet *p)
{
	uint8_t *ip = f + 14, *l4 = ip + 20;

	memset(f, 0, FRAME);
	memcpy(f, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00", 14);
	ip[0] = 0x45;
	put_u16be(ip + 2, p->protocol == 6 ? 40 : 46);
	ip[8] = p->ttl;
	ip[9] = p->protocol;
	put_u32be(ip + 12, p->source);
	put_u32be(ip + 16, 0xc6120000u + p->sensor * 256u + 10);
	if (p->protocol == 1) {
		put_u16be(l4, p->port);
		return;
	}
	put_u16be(l4, p->source_port);
	put_u16be(l4 + 2, p->port);
	if (p->protocol == 6) {
		put_u32be(l4 + 4, (uint32_t)scatter((uint64_t)p->time_us));
		l4[12] = 0x50;
		l4[13] = p->flags;
	} else {
		put_u16be(l4 + 4, 26);
	}
}

/* --- entropy: each column by itself, from its histogram; times as exponential gaps --- */

static double entropy(const uint32_t *counts, size_t n, double all)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		if (counts[i])
			sum -= counts[i] / all * log2(counts[i] / all);
	return sum;
}

struct histograms {
	uint32_t source_port[65536], port[65536], kind[65536], ttl[256], sensor[SENSORS];
	uint32_t *source; /* by the source's 28 low bits; spoofed ones too */
};

static void print_entropy(const struct histograms *h, uint64_t n, double span_us)
{
	double all = (double)n, gap = span_us / all;
	double us = log2(2.718281828459045 * gap), s = us > log2(1e6) ? us - log2(1e6) : 0;
	double rest = entropy(h->source_port, 65536, all) + entropy(h->port, 65536, all) + entropy(h->kind, 65536, all) +
		      entropy(h->ttl, 256, all) + entropy(h->sensor, SENSORS, all) + entropy(h->source, 1u << 28, all);

	fprintf(stderr, "entropy: %.2f B/event with microseconds, %.2f with seconds (time %.1f, the rest %.1f bits)\n",
		(us + rest) / 8, (s + rest) / 8, us, rest);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "spoofed", no_argument, NULL, 'x' }, { 0 } };
	uint64_t n = 15000000, days = 85;
	bool is_spoofed = false;
	struct histograms *h = memory_new(1, sizeof *h);
	uint16_t *last_port = memory_new(SOURCES, sizeof *last_port);
	uint8_t *out = memory_new(OUT_ROOM, 1);
	size_t used = 24;
	double time = 0, gap;
	int option;

	state = 20130306;
	while ((option = getopt_long(argc, argv, "n:d:s:", longs, NULL)) != -1) {
		if (option == 'n')
			n = strtoull(optarg, NULL, 10);
		else if (option == 'd')
			days = strtoull(optarg, NULL, 10);
		else if (option == 's')
			state = strtoull(optarg, NULL, 10) | 1;
		else if (option == 'x')
			is_spoofed = true;
		else
			return 2;
	}
	prepare();
	h->source = memory_new(1u << 28, sizeof *h->source);
	gap = (double)days * DAY_US / (double)n;
	memcpy(out, "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0", 24);
	for (uint64_t i = 0; i < n; i++) {
		struct packet p;
		uint8_t *record = out + used;
		time -= log(1 - unit()) * gap;
		make(&p, START + (int64_t)time, is_spoofed, last_port);
		put_u32le(record, (uint32_t)(p.time_us / SECOND_US));
		put_u32le(record + 4, (uint32_t)(p.time_us % SECOND_US));
		put_u32le(record + 8, FRAME);
		put_u32le(record + 12, FRAME);
		put_frame(record + 16, &p);
		used += 16 + FRAME;
		h->source_port[p.source_port]++;
		h->port[p.port]++;
		h->kind[p.protocol << 8 | p.flags]++;
		h->ttl[p.ttl]++;
		h->sensor[p.sensor]++;
		h->source[p.source & 0x0fffffff]++;
		if (used + 16 + FRAME > OUT_ROOM) {
			if (fwrite(out, 1, used, stdout) != used)
				return 3;
			used = 0;
		}
	}
	if (fwrite(out, 1, used, stdout) != used || fflush(stdout) != 0)
		return 3;
	print_entropy(h, n, time);
	return 0;
}
