/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* A tree beside the one that is served, and the switch. */
#include "publish/release/release.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define TREES "trees"

struct release {
	int out, lock;
	int current, tree;    /* folders; current is -1 when there is none */
	unsigned long number; /* of the new tree */
	unsigned long before; /* of the current one; 0: none */
	char path[PATH_MAX];  /* of OUT, for removing */
	char **same;          /* paths that did not change */
	size_t same_count, same_room;
	struct release_counts counts;
};

/* --- trees --- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_tree(const struct release *r, unsigned long number)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof path, "%s/" TREES "/%lu", r->path, number);
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Calls for each number in trees/; the largest is returned. */
static unsigned long each_tree(const struct release *r, void (*each)(const struct release *r, unsigned long number))
{
	int fd = openat(r->out, TREES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	unsigned long most = 0;
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		uint64_t number;
		if (!bytes_number(BYTES_TEXT(e->d_name), 1000000000, &number))
			continue;
		most = MAX(most, (unsigned long)number);
		if (each)
			each(r, (unsigned long)number);
	}
	if (dir)
		closedir(dir);
	return most;
}

static void remove_leftover(const struct release *r, unsigned long number)
{
	if (number > r->before)
		remove_tree(r, number);
}

static void remove_old(const struct release *r, unsigned long number)
{
	if (number != r->number && number != r->before)
		remove_tree(r, number);
}

static unsigned long current_number(const struct release *r)
{
	char target[64];
	ssize_t n = readlinkat(r->out, RELEASE_CURRENT, target, sizeof target - 1);
	struct bytes text = BYTES(target, n > 0 ? (size_t)n : 0);
	uint64_t number;

	if (!bytes_starts(text, TREES "/") || !take_skip(&text, sizeof TREES) ||
	    !bytes_number(text, 1000000000, &number))
		return 0;
	return (unsigned long)number;
}

/* --- begin --- */

static int open_folder(int at, const char *path, bool is_made, int *ret, struct error *err)
{
	int fd;

	if (is_made && mkdirat(at, path, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "cannot make the folder '%s'", path);
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open the folder '%s'", path);
	*ret = fd;
	return 0;
}

static int take_lock(struct release *r, struct error *err)
{
	r->lock = openat(r->out, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (r->lock < 0)
		return error_errno(err, -errno, "cannot make '%s/lock'", r->path);
	if (flock(r->lock, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, -EBUSY, "another release is being made in '%s'", r->path);
	return 0;
}

static int make_tree(struct release *r, struct error *err)
{
	char path[64];

	if (mkdirat(r->out, TREES, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "cannot make '%s/" TREES "'", r->path);
	r->before = current_number(r);
	each_tree(r, remove_leftover);
	r->number = MAX(each_tree(r, NULL), r->before) + 1;
	if (r->before)
		r->current = openat(r->out, RELEASE_CURRENT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof path, TREES "/%lu", r->number);
	return open_folder(r->out, path, true, &r->tree, err);
}

int release_begin(const char *out, struct release **ret, struct error *err)
{
	struct release *r = memory_new(1, sizeof *r);
	int code;

	*r = (struct release){ .out = -1, .lock = -1, .current = -1, .tree = -1 };
	code = open_folder(AT_FDCWD, out, true, &r->out, err);
	/* Not made absolute: the folder may stand below one that this process may not enter. */
	if (code == 0 && (size_t)snprintf(r->path, sizeof r->path, "%s", out) >= sizeof r->path)
		code = error_set(err, -ENAMETOOLONG, "the path of the released tree is too long");
	if (code == 0)
		code = take_lock(r, err);
	if (code == 0)
		code = make_tree(r, err);
	if (code < 0) {
		release_abandon(r);
		return code;
	}
	*ret = r;
	return 0;
}

static void release_free(struct release *r)
{
	int fds[] = { r->tree, r->current, r->lock, r->out };

	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (size_t i = 0; i < r->same_count; i++)
		free(r->same[i]);
	free(r->same);
	free(r);
}

struct release *release_abandon(struct release *r)
{
	if (r) {
		if (r->tree >= 0)
			remove_tree(r, r->number);
		release_free(r);
	}
	return NULL;
}

/* --- files --- */

static int make_parents(struct release *r, const char *path, struct error *err)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (mkdirat(r->tree, part, 0755) < 0 && errno != EEXIST)
			return error_errno(err, -errno, "cannot make the folder '%s'", part);
	}
	return 0;
}

static bool has_same_content(const struct release *r, const char *path, struct bytes content)
{
	_cleanup_close_ int fd = r->current < 0 ? -1 : openat(r->current, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool is_same;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size != content.n)
		return false;
	if (content.n == 0)
		return true;
	map = mmap(NULL, content.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return false;
	is_same = memcmp(map, content.p, content.n) == 0;
	munmap(map, content.n);
	return is_same;
}

static void note_same(struct release *r, const char *path)
{
	r->same = memory_grow(r->same, &r->same_room, r->same_count + 1, sizeof *r->same);
	r->same[r->same_count++] = memory_copy_text(path, strlen(path));
}

bool release_has(const struct release *r, const char *path)
{
	return faccessat(r->tree, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool release_is_same(const struct release *r, const char *path)
{
	for (size_t i = 0; i < r->same_count; i++)
		if (strcmp(r->same[i], path) == 0)
			return true;
	return false;
}

int release_keep(struct release *r, const char *path, struct error *err)
{
	int code = make_parents(r, path, err);

	if (code < 0)
		return code;
	if (r->current < 0 || linkat(r->current, path, r->tree, path, 0) < 0)
		return 0;
	r->counts.files++;
	note_same(r, path);
	return 1;
}

int release_file(struct release *r, const char *path, struct bytes content, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int code;

	if (has_same_content(r, path, content)) {
		code = release_keep(r, path, err);
		if (code != 0)
			return code < 0 ? code : 0;
	}
	code = make_parents(r, path, err);
	if (code < 0)
		return code;
	fd = openat(r->tree, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(err, -errno, "cannot write '%s'", path);
	code = write_whole(fd, content);
	if (code < 0)
		error_errno(err, code, "cannot write '%s'", path);
	r->counts.files++;
	r->counts.written++;
	return code;
}

/* --- the switch --- */

static size_t counted_files;

static int count_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)path;
	(void)st;
	(void)at;
	counted_files += kind == FTW_F;
	return 0;
}

static size_t count_files(const struct release *r, unsigned long number)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof path, "%s/" TREES "/%lu", r->path, number);
	counted_files = 0;
	nftw(path, count_entry, 16, FTW_PHYS);
	return counted_files;
}

static bool has_changed(const struct release *r)
{
	return r->current < 0 || r->counts.written || count_files(r, r->before) != r->counts.files;
}

static int switch_tree(struct release *r, struct error *err)
{
	char target[64];

	snprintf(target, sizeof target, TREES "/%lu", r->number);
	if (syncfs(r->tree) < 0)
		return error_errno(err, -errno, "cannot write the tree");
	unlinkat(r->out, "next", 0);
	if (symlinkat(target, r->out, "next") < 0 || renameat(r->out, "next", r->out, RELEASE_CURRENT) < 0 ||
	    fsync(r->out) < 0)
		return error_errno(err, -errno, "cannot switch to the new tree");
	return 0;
}

int release_finish(struct release *r, struct release_counts *ret, struct error *err)
{
	int code = 0;

	r->counts.is_switched = has_changed(r);
	if (r->counts.is_switched)
		code = switch_tree(r, err);
	if (code < 0 || !r->counts.is_switched) {
		*ret = r->counts;
		release_abandon(r);
		return code;
	}
	each_tree(r, remove_old);
	*ret = r->counts;
	release_free(r);
	return 0;
}
