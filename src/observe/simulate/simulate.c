/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A simulated year. */
#include "observe/simulate/simulate.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>

#define SENSORS_MOST 200
#define DAYS_MOST 3660
#define HOURLY_MAX 400000

/* --- chance: xorshift64* (Vigna 2016) --- */

struct chance {
	uint64_t state;
};

static uint64_t chance_word(struct chance *c)
{
	c->state ^= c->state >> 12;
	c->state ^= c->state << 25;
	c->state ^= c->state >> 27;
	return c->state * 0x2545f4914f6cdd1d;
}

static double chance_unit(struct chance *c)
{
	return (double)(chance_word(c) >> 11) / 9007199254740992.0;
}

static uint32_t chance_below(struct chance *c, uint32_t n)
{
	return (uint32_t)((chance_word(c) >> 32) * n >> 32);
}

/* Poisson by products of uniforms (Knuth) below 30, by the normal distribution above. */
static uint32_t chance_poisson(struct chance *c, double mean)
{
	if (mean <= 0)
		return 0;
	if (mean < 30) {
		double limit = exp(-mean), product = chance_unit(c);
		uint32_t n = 0;
		for (; product > limit; n++)
			product *= chance_unit(c);
		return n;
	}
	{
		double a = sqrt(-2 * log(1 - chance_unit(c))), b = cos(6.283185307179586 * chance_unit(c));
		double value = mean + sqrt(mean) * a * b;
		return value < 0 ? 0 : (uint32_t)(value + 0.5);
	}
}

static uint64_t scatter(uint64_t v)
{
	v = (v ^ v >> 33) * 0xff51afd7ed558ccd; /* finalizer of MurmurHash3 (Appleby) */
	v = (v ^ v >> 33) * 0xc4ceb9fe1a85ec53;
	return v ^ v >> 33;
}

/* --- the world --- */

static const struct {
	char country[3];
	uint32_t as;
	unsigned weight; /* of a thousand sources */
} countries[] = {
	{ "CN", 64501, 290 }, { "US", 64502, 170 }, { "JP", 64503, 90 }, { "KR", 64504, 70 }, { "TW", 64505, 60 },
	{ "RU", 64506, 80 },  { "BR", 64507, 60 },  { "DE", 64508, 40 }, { "IN", 64509, 50 }, { "NL", 64510, 40 },
	{ "GB", 64511, 25 },  { "TR", 64496, 25 },
};

/* Each country has a /8 of 240.0.0.0/4 (from 240 on) and a /40 of 2001:db8::/32. */
static unsigned country_of(uint64_t source)
{
	unsigned at = (unsigned)(scatter(source * 3 + 1) % 1000), sum = 0;

	for (unsigned i = 0; i < COUNT(countries); i++) {
		sum += countries[i].weight;
		if (at < sum)
			return i;
	}
	return 0;
}

void simulate_places(struct buf *out)
{
	buf_add_text(out, "prefix,country,as\n");
	for (unsigned i = 0; i < COUNT(countries); i++) {
		buf_addf(out, "%u.0.0.0/8,%s,%u\n", 240 + i, countries[i].country, countries[i].as);
		buf_addf(out, "2001:db8:%x00::/40,%s,%u\n", i, countries[i].country, countries[i].as);
	}
}

static const struct {
	uint8_t protocol;
	uint16_t port;
	double weight;
	uint32_t sources; /* how many knock there */
	double wave;      /* how much day and week show: 0..0.5 */
} ports[] = {
	{ 6, 445, 160, 40000, 0.25 }, { 6, 1433, 120, 6000, 0.15 },  { 6, 23, 110, 30000, 0.1 },  { 6, 22, 90, 9000, 0.1 },
	{ 6, 3389, 80, 12000, 0.2 },  { 6, 80, 60, 15000, 0.15 },    { 6, 8080, 40, 8000, 0.15 }, { 6, 443, 35, 9000, 0.15 },
	{ 6, 5900, 18, 3000, 0.1 },   { 6, 3306, 26, 4000, 0.1 },    { 6, 139, 22, 9000, 0.25 },  { 6, 135, 24, 9000, 0.25 },
	{ 6, 25, 20, 2500, 0.2 },     { 6, 21, 16, 2500, 0.1 },      { 6, 5060, 6, 900, 0.05 },   { 17, 5060, 42, 700, 0.05 },
	{ 17, 53, 34, 3000, 0.1 },    { 17, 123, 22, 2000, 0.05 },   { 17, 161, 18, 1200, 0.05 }, { 17, 1900, 20, 1500, 0.05 },
	{ 17, 137, 24, 9000, 0.3 },   { 17, 1434, 8, 1500, 0.1 },    { 17, 19, 6, 300, 0.05 },    { 17, 11211, 5, 300, 0.05 },
	{ 6, 10000, 3, 900, 0.05 },   { 6, 1025, 4, 1500, 0.15 },    { 6, 6379, 12, 1500, 0.05 }, { 6, 27017, 6, 700, 0.05 },
	{ 6, 9200, 6, 700, 0.05 },    { 6, 8443, 8, 1200, 0.1 },     { 6, 8888, 7, 1200, 0.1 },   { 6, 2323, 12, 8000, 0.1 },
	{ 6, 7547, 14, 9000, 0.1 },   { 6, 5555, 12, 6000, 0.1 },    { 6, 37215, 6, 3000, 0.1 },  { 6, 52869, 5, 2000, 0.1 },
	{ 6, 81, 8, 3000, 0.1 },      { 6, 8000, 8, 1500, 0.1 },     { 6, 1080, 8, 800, 0.05 },   { 6, 3128, 8, 800, 0.05 },
	{ 6, 110, 5, 700, 0.1 },      { 6, 143, 4, 700, 0.1 },       { 6, 111, 4, 500, 0.05 },    { 6, 5631, 2, 200, 0.05 },
	{ 6, 4899, 4, 500, 0.1 },     { 6, 9090, 3, 500, 0.05 },     { 6, 6000, 2, 300, 0.05 },   { 6, 2222, 6, 900, 0.1 },
};

#define ICMP_WEIGHT 70
#define BACKSCATTER_WEIGHT 90
#define TAIL_WEIGHT 130

/* Rises: which port, when (parts of the whole), how strong, how many sources. */
static const struct {
	uint16_t port;
	double from, to, factor;
	uint32_t sources;
} rises[] = {
	{ 10000, 0.300, 0.338, 30, 2500 },
	{ 5900, 0.610, 0.650, 7, 9000 },
	{ 445, 0.930, 0.950, 3, 60000 },
};

/* Bursts of one source at one sensor. */
static const struct {
	uint8_t protocol;
	uint16_t port;
	double at;
	unsigned sensor;
	uint32_t packets;
} bursts[] = {
	{ 17, 1469, 0.420, 3, 2600 }, { 6, 44444, 0.700, 7, 9000 }, { 6, 3389, 0.820, 1, 6000 }, { 17, 53, 0.550, 11, 4000 },
};

static const char *const places[] = { "tokyo", "osaka", "sapporo", "fukuoka", "nagoya", "sendai", "hiroshima", "naha",
				      "kanazawa", "niigata" };

struct world {
	const struct simulation *s;
	struct encoder *encoder;
	struct chance chance;
	int64_t start_us;
	uint64_t hours;
	double scale;
	struct {
		uint16_t index;
		double factor;
		bool has_v6;
		uint64_t outage_from, outage_to; /* hours */
	} sensors[SENSORS_MOST];
	struct event *events;
	size_t count;
};

static void fill_source(struct event *e, uint64_t source)
{
	unsigned country = country_of(source);
	uint64_t bits = scatter(source + 77);

	e->known |= EVENT_HAS_SOURCE | EVENT_HAS_DESTINATION | EVENT_HAS_TTL | EVENT_HAS_LENGTH | EVENT_HAS_PROTOCOL;
	if (e->family == 4) {
		e->source[0] = (uint8_t)(240 + country);
		e->source[1] = (uint8_t)bits;
		e->source[2] = (uint8_t)(bits >> 8);
		e->source[3] = (uint8_t)(1 + (bits >> 16) % 254);
	} else {
		static const uint8_t prefix[4] = { 0x20, 0x01, 0x0d, 0xb8 };
		memcpy(e->source, prefix, 4);
		e->source[4] = (uint8_t)country;
		memcpy(e->source + 8, &bits, 8);
	}
	e->ttl = (uint8_t)((bits >> 32 & 3 ? (bits >> 32 & 1 ? 64 : 128) : 255) - 8 - (bits >> 40) % 18);
}

static struct event *event_new(struct world *w, uint64_t hour, unsigned sensor, uint64_t source)
{
	struct event *e = &w->events[w->count < HOURLY_MAX ? w->count++ : HOURLY_MAX - 1];

	*e = (struct event){ .family = 4, .sensor = w->sensors[sensor].index };
	e->time_us = w->start_us + (int64_t)hour * HOUR_US + (int64_t)(chance_unit(&w->chance) * HOUR_US);
	if (w->sensors[sensor].has_v6 && chance_below(&w->chance, 100) < 6)
		e->family = 6;
	fill_source(e, source);
	if (e->family == 4) {
		e->destination[0] = 198;
		e->destination[1] = (uint8_t)(18 + sensor / 128);
		e->destination[2] = (uint8_t)(sensor % 128);
		e->destination[3] = 10;
	} else {
		memcpy(e->destination, "\x20\x01\x0d\xb8\xff", 5);
		e->destination[15] = (uint8_t)sensor;
	}
	return e;
}

static void make_probe(struct world *w, struct event *e, uint8_t protocol, uint16_t port, uint64_t source)
{
	uint64_t habits = scatter(source + 1234);

	e->protocol = protocol;
	e->port = port;
	e->known |= EVENT_HAS_PORT | EVENT_HAS_SOURCE_PORT;
	e->source_port = habits % 4 == 0 ? 6000 : (uint16_t)(1024 + chance_below(&w->chance, 64512));
	e->length = (uint16_t)(protocol == PROTOCOL_TCP ? 40 + 4 * (habits >> 8 & 3) + (habits >> 10 & 1) * 8
						       : 28 + (habits >> 8) % 200);
	if (protocol == PROTOCOL_TCP) {
		e->known |= EVENT_HAS_FLAGS;
		e->flags = TCP_SYN;
		if (e->family == 4 && (port == 23 || port == 2323) && habits >> 20 & 1)
			e->marks = EVENT_MARK_MIRAI;
		else if (e->family == 4 && (habits >> 21) % 9 == 0)
			e->marks = EVENT_MARK_ZMAP;
		else if (e->family == 4 && (habits >> 24) % 11 == 0)
			e->marks = EVENT_MARK_MASSCAN;
	}
	e->kind = event_kind_of(e);
}

static void make_icmp(struct event *e)
{
	e->protocol = e->family == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
	e->port = (uint16_t)((e->family == 4 ? 8 : 128) << 8);
	e->known |= EVENT_HAS_PORT | EVENT_HAS_CODE;
	e->length = 60;
	e->kind = event_kind_of(e);
}

static void make_backscatter(struct world *w, struct event *e)
{
	static const uint16_t from[] = { 80, 443, 53, 25565, 22 };

	e->protocol = PROTOCOL_TCP;
	e->known |= EVENT_HAS_PORT | EVENT_HAS_SOURCE_PORT | EVENT_HAS_FLAGS;
	e->source_port = from[chance_below(&w->chance, COUNT(from))];
	e->port = (uint16_t)(1024 + chance_below(&w->chance, 64512));
	e->flags = chance_below(&w->chance, 3) ? TCP_SYN | TCP_ACK : TCP_RST | TCP_ACK;
	e->length = 44;
	e->kind = event_kind_of(e);
}

/* A source of a port's own crowd; the first of it knock far more often than the last. */
static uint64_t pick_source(struct world *w, uint64_t crowd, uint32_t size)
{
	double u = chance_unit(&w->chance);

	return crowd * 1000003 + (uint64_t)(u * u * u * size);
}

static double wave(uint64_t hour, double size)
{
	double day = sin(6.283185307179586 * (double)(hour % 24) / 24), week = (hour / 24) % 7 < 5 ? 0.3 : -0.75;

	return 1 + size * (day + week);
}

static double rise_of(const struct world *w, size_t port, uint64_t hour, uint32_t *ret_sources)
{
	double at = (double)hour / (double)w->hours;

	for (size_t i = 0; i < COUNT(rises); i++) {
		double width = rises[i].to - rises[i].from, in = (at - rises[i].from) / width;
		if (ports[port].protocol != PROTOCOL_TCP || ports[port].port != rises[i].port || in < 0 || in >= 1)
			continue;
		*ret_sources = rises[i].sources;
		return 1 + (rises[i].factor - 1) * (in < 0.15 ? in / 0.15 : 1 - (in - 0.15) / 0.85 * 0.7);
	}
	return 1;
}

static bool is_up(const struct world *w, unsigned sensor, uint64_t hour)
{
	return hour < w->sensors[sensor].outage_from || hour >= w->sensors[sensor].outage_to;
}

static void hour_of_ports(struct world *w, uint64_t hour, unsigned sensor)
{
	double scale = w->scale * w->sensors[sensor].factor;

	for (size_t p = 0; p < COUNT(ports); p++) {
		uint32_t sources = ports[p].sources;
		double rise = rise_of(w, p, hour, &sources);
		uint32_t n = chance_poisson(&w->chance, scale * ports[p].weight * wave(hour, ports[p].wave) * rise);
		for (uint32_t i = 0; i < n; i++) {
			uint64_t source = pick_source(w, p + (rise > 1 ? 500 : 0), sources);
			make_probe(w, event_new(w, hour, sensor, source), ports[p].protocol, ports[p].port, source);
		}
	}
}

static void hour_of_rest(struct world *w, uint64_t hour, unsigned sensor)
{
	double scale = w->scale * w->sensors[sensor].factor;
	uint32_t n = chance_poisson(&w->chance, scale * TAIL_WEIGHT);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t source = pick_source(w, 900, 20000);
		make_probe(w, event_new(w, hour, sensor, source), chance_below(&w->chance, 4) ? PROTOCOL_TCP : PROTOCOL_UDP,
			   (uint16_t)(1 + chance_below(&w->chance, 65535)), source);
	}
	n = chance_poisson(&w->chance, scale * ICMP_WEIGHT * wave(hour, 0.1));
	for (uint32_t i = 0; i < n; i++)
		make_icmp(event_new(w, hour, sensor, pick_source(w, 901, 20000)));
	n = chance_poisson(&w->chance, scale * BACKSCATTER_WEIGHT);
	for (uint32_t i = 0; i < n; i++)
		make_backscatter(w, event_new(w, hour, sensor, pick_source(w, 902, 3000)));
}

static void hour_of_bursts(struct world *w, uint64_t hour)
{
	for (size_t b = 0; b < COUNT(bursts); b++) {
		uint64_t at = (uint64_t)(bursts[b].at * (double)w->hours);
		if (hour != at || bursts[b].sensor >= w->s->sensors || !is_up(w, bursts[b].sensor, hour))
			continue;
		for (uint32_t i = 0; i < bursts[b].packets; i++)
			make_probe(w, event_new(w, hour, bursts[b].sensor, 7000000 + b), bursts[b].protocol, bursts[b].port,
				   7000000 + b);
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return memcmp(x, y, sizeof *x);
}

static int one_hour(struct world *w, uint64_t hour, struct error *err)
{
	w->count = 0;
	for (unsigned sensor = 0; sensor < w->s->sensors; sensor++)
		if (is_up(w, sensor, hour)) {
			hour_of_ports(w, hour, sensor);
			hour_of_rest(w, hour, sensor);
		}
	hour_of_bursts(w, hour);
	qsort(w->events, w->count, sizeof *w->events, compare_times);
	return encoder_add(w->encoder, w->events, w->count, err);
}

static int add_uptime(struct world *w, struct error *err)
{
	int r = 0;

	for (unsigned i = 0; i < w->s->sensors && r == 0; i++) {
		int64_t from = w->start_us, to = w->start_us + (int64_t)w->hours * HOUR_US;
		struct uptime u = { from, w->start_us + (int64_t)w->sensors[i].outage_from * HOUR_US, w->sensors[i].index,
				    UPTIME_HEARTBEAT };
		r = encoder_uptime(w->encoder, &u, err);
		u.from_us = w->start_us + (int64_t)w->sensors[i].outage_to * HOUR_US;
		u.to_us = to;
		if (r == 0 && u.from_us < to)
			r = encoder_uptime(w->encoder, &u, err);
	}
	return r;
}

/* Sensors differ by a factor of up to about three; every third has been away for some days. */
static int place_sensors(struct world *w, struct error *err)
{
	double sum = 0;

	for (unsigned i = 0; i < w->s->sensors; i++) {
		char name[32];
		int r;
		snprintf(name, sizeof name, "%s-%u", places[i % COUNT(places)], 1 + i / (unsigned)COUNT(places));
		r = encoder_sensor(w->encoder, BYTES_TEXT(name), &w->sensors[i].index, err);
		if (r < 0)
			return r;
		w->sensors[i].factor = exp(1.1 * (chance_unit(&w->chance) - 0.5));
		w->sensors[i].has_v6 = i % 5 == 2;
		w->sensors[i].outage_from = w->sensors[i].outage_to = w->hours;
		if (i % 3 == 1) {
			w->sensors[i].outage_from = (uint64_t)(chance_unit(&w->chance) * 0.9 * (double)w->hours);
			w->sensors[i].outage_to = MIN(w->sensors[i].outage_from + 24 + chance_below(&w->chance, 120),
						      w->hours);
		}
		sum += w->sensors[i].factor;
	}
	w->scale = (double)w->s->events / (double)w->hours / sum;
	return 0;
}

static double all_weights(void)
{
	double sum = ICMP_WEIGHT + BACKSCATTER_WEIGHT + TAIL_WEIGHT;

	for (size_t i = 0; i < COUNT(ports); i++)
		sum += ports[i].weight;
	return sum * 1.03; /* the rises and bursts */
}

int simulate(const struct simulation *s, struct encoder *encoder, struct error *err)
{
	_cleanup_free_ struct event *events = memory_new(HOURLY_MAX, sizeof *events);
	struct world w = { .s = s, .encoder = encoder, .events = events, .hours = s->days * 24ul };
	int r;

	if (s->days == 0 || s->days > DAYS_MOST || s->sensors == 0 || s->sensors > SENSORS_MOST ||
	    s->events / w.hours > HOURLY_MAX / 4)
		return error_set(err, -EINVAL, "a simulation has 1 to %d days, 1 to %d sensors and at most %d events an hour",
				 DAYS_MOST, SENSORS_MOST, HOURLY_MAX / 4);
	w.chance.state = scatter(s->seed + 1) | 1;
	w.start_us = (floor_div(s->end_us, HOUR_US) - (int64_t)w.hours) * HOUR_US;
	r = place_sensors(&w, err);
	w.scale /= all_weights();
	for (uint64_t hour = 0; hour < w.hours && r == 0; hour++) {
		r = one_hour(&w, hour, err);
		if (s->progress && hour % 24 == 23)
			s->progress(s->progress_context, (unsigned)(hour / 24) + 1, s->days);
	}
	return r == 0 ? add_uptime(&w, err) : r;
}
