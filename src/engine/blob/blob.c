/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Bytes under their SHA-256. */
#include "engine/blob/blob.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/write.h"
#include "engine/proc/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#define HEX (BLOB_NAME_MAX - 1)

struct blobs {
	int folder;
};

int blobs_open(const char *folder, struct blobs **ret, struct error *err)
{
	int fd, r = folder_open(folder, 0700, &fd, err);

	if (r < 0)
		return r;
	*ret = memory_new(1, sizeof **ret);
	(*ret)->folder = fd;
	return 0;
}

struct blobs *blobs_close(struct blobs *b)
{
	if (b)
		close(b->folder);
	free(b);
	return NULL;
}

int blobs_folder(const struct blobs *b)
{
	return b->folder;
}

void blob_name(struct bytes bytes, char into[BLOB_NAME_MAX])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, bytes.p, bytes.n);
	sodium_bin2hex(into, BLOB_NAME_MAX, hash, sizeof hash);
}

/* A name comes out of a database: still, nothing but digits becomes a path. */
static bool is_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == HEX && name[HEX] == '\0';
}

/* The folder of the first two digits, made where it is missing; its own name is synced too. */
static int open_part(const struct blobs *b, const char *name, struct error *err)
{
	char part[3] = { name[0], name[1], '\0' };
	int fd;

	if (mkdirat(b->folder, part, 0700) == 0)
		fsync(b->folder);
	else if (errno != EEXIST)
		return error_errno(err, -errno, "cannot make the folder '%s' of the blobs", part);
	fd = openat(b->folder, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, -errno, "cannot open the folder '%s' of the blobs", part) : fd;
}

static int write_file(int part, const char *neighbour, struct bytes bytes)
{
	_cleanup_close_ int fd = openat(part, neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	int r = fd < 0 ? -errno : write_whole(fd, bytes);

	return r == 0 && fsync(fd) < 0 ? -errno : r;
}

/* Two may put the same bytes at once, so each has a neighbour of its own. */
static int write_new(int part, const char *name, struct bytes bytes, struct error *err)
{
	char neighbour[40];
	int r;

	snprintf(neighbour, sizeof neighbour, "%ld-%08x.new", (long)getpid(), randombytes_random());
	r = write_file(part, neighbour, bytes);
	if (r == 0 && renameat(part, neighbour, part, name) < 0)
		r = -errno;
	if (r == 0 && fsync(part) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlinkat(part, neighbour, 0);
	return error_errno(err, r, "cannot keep %zu bytes", bytes.n);
}

int blob_put(struct blobs *b, struct bytes bytes, char ret_name[BLOB_NAME_MAX], struct error *err)
{
	char name[BLOB_NAME_MAX];
	_cleanup_close_ int part = -1;
	struct stat st;
	int r = 0;

	blob_name(bytes, name);
	part = open_part(b, name, err);
	if (part < 0)
		return part;
	if (fstatat(part, name + 2, &st, 0) < 0 || (size_t)st.st_size != bytes.n)
		r = write_new(part, name + 2, bytes, err);
	if (r == 0)
		memcpy(ret_name, name, sizeof name);
	return r;
}

int blob_get(struct blobs *b, const char *name, size_t max, struct buf *ret, struct error *err)
{
	char path[BLOB_NAME_MAX + 1], found[BLOB_NAME_MAX];
	int r;

	buf_init(ret, 0);
	if (!is_name(name))
		return error_set(err, -EINVAL, "'%s' is not the name of a blob", name);
	snprintf(path, sizeof path, "%.2s/%s", name, name + 2);
	r = file_read(b->folder, path, max, ret, err);
	if (r < 0)
		return r;
	blob_name(buf_bytes(ret), found);
	return strcmp(found, name) == 0 ? 0 : error_set(err, -EBADMSG, "the blob %s was changed or damaged", name);
}
