/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* How long a table of places takes to load and how many addresses it answers in a second: place_rate FILE. */
#include "base/clock.h"
#include "engine/place/place.h"

#define LOOKUPS 20000000u

static uint32_t state = 1;

static uint32_t next_random(void)
{
	state ^= state << 13; /* xorshift32, Marsaglia 2003 */
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static double ask(const struct place_table *t, bool is_ipv6)
{
	int64_t began = clock_steady();
	uint32_t known = 0;

	for (uint32_t i = 0; i < LOOKUPS; i++) {
		struct address a = address_v4(next_random());
		if (is_ipv6) {
			a.family = 6;
			a.byte[0] = 0x20 | (a.byte[0] & 0x0f);
		}
		known += place_find(t, &a).country[0] != '\0';
	}
	printf("%u of %u known; ", known, LOOKUPS);
	return LOOKUPS / (double)(clock_steady() - began);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;
	int64_t began = clock_steady();
	struct place_table *t;
	const struct place_about *about;

	if (argc != 2 || place_table_load(argv[1], &t, &err) < 0) {
		error_print(&err);
		return 1;
	}
	about = place_table_about(t);
	printf("%llu prefixes, %llu ranges in %lld ms\n", (unsigned long long)about->prefixes, (unsigned long long)about->ranges,
	       (long long)(clock_steady() - began) / 1000);
	printf("IPv4: %.1f million a second\n", ask(t, false));
	printf("IPv6: %.1f million a second\n", ask(t, true));
	place_table_free(t);
	return 0;
}
