/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* bench_start N PROGRAM ARGUMENT…: runs a program N times, its output thrown away, and prints the median of the
 * milliseconds from its start to its end. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 1000

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double times[TIMES_MAX];
	int count = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0, null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
	posix_spawn_file_actions_t actions;

	if (count < 1 || count > TIMES_MAX || null < 0)
		return 2;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, null, 1);
	for (int i = 0; i < count; i++) {
		double began = now_ms();
		pid_t pid;
		if (posix_spawn(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0 || waitpid(pid, &status, 0) != pid ||
		    status != 0)
			return 1;
		times[i] = now_ms() - began;
	}
	posix_spawn_file_actions_destroy(&actions);
	qsort(times, (size_t)count, sizeof *times, compare);
	printf("%.2f\n", times[count / 2]);
	return 0;
}
