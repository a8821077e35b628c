/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* bench_clients N SECONDS PORT PATH…: N clients ask a server of this machine for the paths in turn, each the next as soon as it has
 * the last, over one connection. Prints requests a second, and the median, the 99th percentile and the longest in milliseconds. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 256
#define TIMES_MAX 2000000
#define ANSWER_MAX (8u << 20)

static double times[TIMES_MAX];
static atomic_size_t time_count;
static atomic_int failures;
static double until;
static unsigned port;
static char **paths;
static int path_count;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* Reads one answer with a Content-Length; whether it was a 200 and whole. */
static int take_answer(int fd, char *answer)
{
	size_t have = 0, whole = 0;

	while (!whole || have < whole) {
		ssize_t n = recv(fd, answer + have, ANSWER_MAX - have - 1, 0);
		const char *end, *length;
		if (n <= 0)
			return 0;
		have += (size_t)n;
		answer[have] = '\0';
		end = whole ? NULL : strstr(answer, "\r\n\r\n");
		length = end ? strcasestr(answer, "\r\ncontent-length:") : NULL;
		if (end && !length)
			return 0;
		if (end)
			whole = (size_t)(end + 4 - answer) + strtoul(length + 17, NULL, 10);
	}
	return strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static void *client(void *context)
{
	int at = (int)(size_t)context, fd = dial();
	char *answer = malloc(ANSWER_MAX), question[2048];

	while (fd >= 0 && now_ms() < until) {
		double from = now_ms();
		size_t i;
		int n = snprintf(question, sizeof question, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept-Language: en\r\n\r\n",
				 paths[at++ % path_count], port);
		if (send(fd, question, (size_t)n, MSG_NOSIGNAL) != n || !take_answer(fd, answer)) {
			failures++;
			break;
		}
		i = time_count++;
		if (i < TIMES_MAX)
			times[i] = now_ms() - from;
	}
	if (fd < 0)
		failures++;
	else
		close(fd);
	free(answer);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	int clients = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0;
	double seconds = argc > 4 ? strtod(argv[2], NULL) : 0;
	pthread_t threads[CLIENTS_MAX];
	size_t count;

	if (clients < 1 || clients > CLIENTS_MAX || seconds <= 0)
		return 2;
	port = (unsigned)strtoul(argv[3], NULL, 10);
	paths = argv + 4;
	path_count = argc - 4;
	until = now_ms() + seconds * 1e3;
	for (int i = 0; i < clients; i++)
		if (pthread_create(&threads[i], NULL, client, (void *)(size_t)i) != 0)
			return 3;
	for (int i = 0; i < clients; i++)
		pthread_join(threads[i], NULL);
	count = time_count < TIMES_MAX ? time_count : TIMES_MAX;
	if (failures || count == 0) {
		fprintf(stderr, "%d clients failed\n", (int)failures);
		return 1;
	}
	qsort(times, count, sizeof *times, compare);
	printf("%.0f requests/s, median %.2f ms, p99 %.2f ms, longest %.2f ms\n", (double)count / seconds, times[count / 2],
	       times[count * 99 / 100], times[count - 1]);
	return 0;
}
