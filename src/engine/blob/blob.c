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

/* --- files --- */

#define PIECE 65536

/* Copies to a neighbour in the folder itself, as the name is not known before its last byte. */
static int copy(int from, int to, uint64_t max, char ret_name[BLOB_NAME_MAX], uint64_t *ret_bytes)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	static uint8_t piece[PIECE];
	crypto_hash_sha256_state state;
	uint64_t bytes = 0;
	ssize_t n;

	crypto_hash_sha256_init(&state);
	while ((n = read(from, piece, sizeof piece)) != 0) {
		int r = n > 0 ? write_whole(to, BYTES(piece, (size_t)n)) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || r < 0)
			return n < 0 ? -errno : r;
		crypto_hash_sha256_update(&state, piece, (unsigned long long)n);
		bytes += (uint64_t)n;
		if (bytes > max)
			return -E2BIG;
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(ret_name, BLOB_NAME_MAX, hash, sizeof hash);
	*ret_bytes = bytes;
	return fsync(to) < 0 ? -errno : 0;
}

int blob_put_file(struct blobs *b, int fd, uint64_t max, char ret_name[BLOB_NAME_MAX], uint64_t *ret_bytes, struct error *err)
{
	_cleanup_close_ int part = -1, to = -1;
	char neighbour[40], name[BLOB_NAME_MAX];
	int r;

	snprintf(neighbour, sizeof neighbour, "%ld-%08x.new", (long)getpid(), randombytes_random());
	to = openat(b->folder, neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	r = to < 0 ? -errno : copy(fd, to, max, name, ret_bytes);
	if (r == 0) {
		part = open_part(b, name, err);
		if (part < 0) {
			unlinkat(b->folder, neighbour, 0);
			return part;
		}
		r = renameat(b->folder, neighbour, part, name + 2) < 0 || fsync(part) < 0 ? -errno : 0;
	}
	if (r < 0) {
		unlinkat(b->folder, neighbour, 0);
		return r == -E2BIG ? error_set(err, r, "it is larger than %llu bytes", (unsigned long long)max)
				   : error_errno(err, r, "cannot keep a file");
	}
	memcpy(ret_name, name, sizeof name);
	return 0;
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
