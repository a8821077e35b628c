/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Small files as a whole. */
#include "engine/proc/file.h"

#include "base/cleanup.h"
#include "base/write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int file_read(int folder, const char *name, size_t max, struct buf *ret, struct error *err)
{
	_cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	char piece[16384];
	ssize_t n;

	buf_init(ret, max);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", name);
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, -errno, "cannot read '%s'", name);
		buf_add(ret, piece, (size_t)n);
	}
	return ret->is_full ? error_set(err, -E2BIG, "'%s' is larger than %zu bytes", name, max) : 0;
}

int file_replace(int folder, const char *name, struct bytes bytes, mode_t mode, struct error *err)
{
	char neighbour[300];
	int fd, r;

	snprintf(neighbour, sizeof neighbour, "%s.new", name);
	fd = openat(folder, neighbour, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_errno(err, -errno, "cannot make '%s'", neighbour);
	r = write_whole(fd, bytes);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	close(fd);
	if (r == 0 && renameat(folder, neighbour, folder, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(folder, neighbour, 0);
		return error_errno(err, r, "cannot write '%s'", name);
	}
	if (folder >= 0 && fsync(folder) < 0)
		return error_errno(err, -errno, "cannot sync the folder of '%s'", name);
	return 0;
}

int folder_open(const char *path, mode_t mode, int *ret, struct error *err)
{
	int fd;

	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "cannot make the folder '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open the folder '%s'", path);
	*ret = fd;
	return 0;
}
