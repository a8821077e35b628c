/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* G3 to G7 on a store: each question asked several times, the median, and what it answered as one number, made the same
 * way of the peers' answers.
 *
 *	bench_queries STORE ROUNDS ADDRESS
 *
 * Prints a line each: name, median seconds, answer. */
#include "base/calendar.h"
#include "base/memory.h"
#include "observe/view/count.h"

#include <inttypes.h>

#define PRIME UINT64_C(1000000007)

struct asked {
	const struct store *store;
	struct view_question question;
	struct address source;
	uint32_t top[10];
};

static uint64_t top_ports(struct asked *a)
{
	struct count_port *ports = NULL;
	struct error err = ERROR_NONE;
	uint64_t answer = 0;
	size_t count = 0;

	if (count_ports(a->store, &a->question, &ports, &count, &err) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		a->top[i] = ports[i].key;
		answer = (answer * 31 + ports[i].packets) % PRIME;
	}
	free(ports);
	return answer;
}

static uint64_t hourly(struct asked *a)
{
	size_t hours = (size_t)(a->question.end_hour - a->question.first_hour);
	struct error err = ERROR_NONE;
	uint64_t *packets, answer = 0;

	top_ports(a);
	if (count_hours(a->store, &a->question, a->top, 10, &packets, &err) < 0)
		return 0;
	for (size_t k = 0; k < 10; k++)
		for (size_t h = 0; h < hours; h++)
			answer = (answer + packets[k * hours + h] * ((uint64_t)(a->question.first_hour + (int64_t)h) % 10007)) % PRIME;
	free(packets);
	return answer;
}

static uint64_t unique_sources(struct asked *a)
{
	struct count_day *days;
	struct error err = ERROR_NONE;
	uint64_t answer = 0;
	size_t count;

	if (count_sources(a->store, &a->question, &days, &count, &err) < 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		answer = (answer + days[i].sources * ((days[i].key & 0xffff) + 1) % PRIME * (uint64_t)days[i].day) % PRIME;
	free(days);
	return answer;
}

static uint64_t one_port(struct asked *a)
{
	size_t hours = (size_t)(a->question.end_hour - a->question.first_hour);
	struct error err = ERROR_NONE;
	uint64_t *packets, answer = 0;

	if (count_sensor_hours(a->store, &a->question, view_key(PROTOCOL_TCP, 1433), &packets, &err) < 0)
		return 0;
	for (size_t s = 0; s < a->store->sensor_count; s++) {
		uint64_t number = a->store->sensors[s][0] == 's' ? strtoull(a->store->sensors[s] + 1, NULL, 10) : 0;
		for (size_t h = 0; h < hours; h++)
			answer = (answer + packets[s * hours + h] * (number + 1) *
						   ((uint64_t)(a->question.first_hour + (int64_t)h) % 10007)) % PRIME;
	}
	free(packets);
	return answer;
}

static int sum_event(void *context, const struct event *e, const struct store_segment *segment)
{
	uint64_t *answer = context;

	(void)segment;
	*answer = (*answer + (uint64_t)e->time_us % PRIME + e->port + e->source_port + e->ttl) % PRIME;
	return 0;
}

static uint64_t one_source(struct asked *a)
{
	struct view_question q = a->question;
	char text[80], address[ADDRESS_TEXT_MAX];
	struct error err = ERROR_NONE;
	struct filter *f;
	uint64_t answer = 0;

	snprintf(text, sizeof text, "src %s", address_format(&a->source, address));
	if (filter_parse(BYTES_TEXT(text), &f, &err) < 0)
		return 0;
	q.filter = f;
	view_events(a->store, &q, sum_event, &answer, &err);
	filter_free(f);
	return answer;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint64_t (*ask)(struct asked *a);
	} goals[] = { { "G3", top_ports }, { "G4", hourly }, { "G5", unique_sources }, { "G6", one_port }, { "G7", one_source } };
	struct asked a = { .question = VIEW_QUESTION(0, 0) };
	struct error err = ERROR_NONE;
	struct store *s;
	size_t rounds;

	if (argc != 4 || !address_parse(BYTES_TEXT(argv[3]), &a.source))
		return 2;
	rounds = strtoull(argv[2], NULL, 10);
	if (calendar_set_zone("Asia/Tokyo", &err) < 0 || store_open(argv[1], &s, &err) < 0) {
		error_print(&err);
		return 3;
	}
	a.store = s;
	a.question.kind = VIEW_ALL;
	view_hours(s, &a.question.first_hour, &a.question.end_hour);
	for (size_t g = 0; g < sizeof goals / sizeof *goals; g++) {
		int64_t *times = memory_new(rounds, sizeof *times);
		uint64_t answer = 0;
		for (size_t i = 0; i < rounds; i++) {
			int64_t began = clock_steady();
			answer = goals[g].ask(&a);
			times[i] = clock_steady() - began;
		}
		qsort(times, rounds, sizeof *times, compare);
		printf("%s %.6f %" PRIu64 "\n", goals[g].name, (double)times[rounds / 2] / 1e6, answer);
		free(times);
	}
	store_close(s);
	return 0;
}
