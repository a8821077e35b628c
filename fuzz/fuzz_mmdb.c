/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* MaxMind files: opened, walked, made into ranges. */
#include "engine/place/place_int.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libmaxminddb 1.7 forgets what it had read of a file's description when it refuses the file; the child ends then. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb";
}

static int no_lock(struct error *err)
{
	(void)err;
	return 0;
}

static void ignore(void *context, uint8_t family, const struct place_range *range)
{
	(void)context;
	(void)family;
	(void)range;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct place_builder b = { 0 };
	struct error err = ERROR_NONE;
	struct registry_about about;
	char path[40];
	int fd = memfd_create("mmdb", MFD_CLOEXEC);

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size && place_mmdb(path, no_lock, &b, &about, &err) == 0)
		place_builder_finish(&b, ignore, NULL);
	place_builder_clear(&b);
	close(fd);
	return 0;
}
