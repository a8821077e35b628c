/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The spool, which is written and never read here, and the states, which are read. */
#include "base/cleanup.h"
#include "base/write.h"
#include "engine/proc/file.h"
#include "face/public/forms.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#define FILES_MOST 2000
#define BYTES_MOST (512ull << 20)
#define STATE_MAX 512

/* What lies there is counted before each file: the jobs may stand still. */
static int measure(int folder, size_t *ret_files, uint64_t *ret_bytes)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	*ret_files = 0;
	*ret_bytes = 0;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			++*ret_files;
			*ret_bytes += (uint64_t)st.st_size;
		}
	closedir(dir);
	return 0;
}

static int write_neighbour(int folder, const char *neighbour, struct bytes bytes)
{
	_cleanup_close_ int fd = openat(folder, neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = fd < 0 ? -errno : write_whole(fd, bytes);

	return r == 0 && fsync(fd) < 0 ? -errno : r;
}

int forms_drop(const struct public_forms *f, const char *name, struct bytes bytes, struct error *err)
{
	char neighbour[FORM_HASH_TEXT + 40];
	uint64_t held;
	size_t files;
	int r = measure(f->spool, &files, &held);

	if (r == 0 && (files >= FILES_MOST || held + bytes.n > BYTES_MOST))
		return error_set(err, -ENOSPC, "the spool of forms is full");
	snprintf(neighbour, sizeof neighbour, "%s.new", name);
	if (r == 0)
		r = write_neighbour(f->spool, neighbour, bytes);
	if (r == 0 && renameat(f->spool, neighbour, f->spool, name) < 0)
		r = -errno;
	if (r == 0 && fsync(f->spool) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		unlinkat(f->spool, neighbour, 0);
	return r < 0 ? error_errno(err, r, "cannot write into the spool of forms") : 0;
}

void forms_hash(const char *secret, char into[FORM_HASH_TEXT + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)secret, strlen(secret));
	sodium_bin2hex(into, FORM_HASH_TEXT + 1, hash, sizeof hash);
}

int forms_look(const struct public_forms *f, const char *hash, struct form_state *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf b;
	char waiting[FORM_HASH_TEXT + 10];
	struct stat st;
	bool is_waiting;
	int r;

	/* In this order: the jobs write the state, then take the file away. */
	snprintf(waiting, sizeof waiting, "%s.report", hash);
	is_waiting = fstatat(f->spool, waiting, &st, AT_SYMLINK_NOFOLLOW) == 0;
	r = file_read(f->states, hash, STATE_MAX, &b, err);
	if (r == 0)
		return form_state_parse(buf_bytes(&b), ret, err);
	if (r != -ENOENT || !is_waiting)
		return r;
	*ret = (struct form_state){ .progress = FORM_NEW, .ref = "", .received_at = (int64_t)st.st_mtim.tv_sec * 1000000 };
	return 0;
}
