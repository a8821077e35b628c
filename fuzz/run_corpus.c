/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Runs a fuzz program over every file of the folders it is given, and over each file cut short and with bytes
 * changed (a fixed seed), and says so in TAP. */
#include "base/cleanup.h"
#include "base/memory.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

#define FILE_MAX (4u << 20)
#define VARIATIONS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
	/* xorshift64* (Vigna 2016) */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

/* Each input stands in memory of exactly its size, so that the sanitizer sees a read past its end. */
static void run_copy(const uint8_t *data, size_t size, int change)
{
	_cleanup_free_ uint8_t *copy = memory_new(size ? size : 1, 1);

	if (size)
		memcpy(copy, data, size);
	for (int i = 0; size && i < change; i++)
		copy[next_random() % size] = (uint8_t)next_random();
	LLVMFuzzerTestOneInput(size ? copy : copy + 1, size);
}

static void run_variations(const uint8_t *data, size_t size)
{
	int rounds = size > 65536 ? 8 : VARIATIONS;

	run_copy(data, size, 0);
	for (int i = 0; i < rounds; i++)
		run_copy(data, size ? next_random() % size : 0, 0);
	for (int i = 0; i < rounds; i++)
		run_copy(data, size, 1 + i % 8);
}

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	_cleanup_free_ uint8_t *data = memory_new(FILE_MAX, 1);
	size_t size;

	if (!file)
		return -1;
	size = fread(data, 1, FILE_MAX, file);
	fclose(file);
	run_variations(data, size);
	return 0;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;
		if (!folder) {
			printf("not ok %d - cannot open %s\n1..%d\n", count + 1, argv[i], count + 1);
			return 1;
		}
		while ((entry = readdir(folder)) != NULL) {
			char path[4096];
			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
			count++;
			printf("%s %d - %s\n", run_file(path) == 0 ? "ok" : "not ok", count, entry->d_name);
			fflush(stdout);
		}
		closedir(folder);
	}
	printf("1..%d\n", count);
	return count == 0;
}
