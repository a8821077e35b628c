/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The one writer of a store. */
#include "observe/store/writer.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/write.h"
#include "observe/store/handover.h"
#include "observe/store/store.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_EVENTS_MAX 65536u
#define JOURNAL_BYTES_MAX (8u << 20)
#define NEW_MANIFEST "MANIFEST.new"

enum role {
	ROLE_WRITER, /* holds the lock */
	ROLE_MAKER,  /* a child of it */
	ROLE_AGENT,  /* another process, which hands over */
};

struct writer {
	enum role role;
	int folder, lock;
	struct manifest manifest;
	/* Since the last commit. */
	int segment_fd; /* -1: none begun */
	uint32_t segment_number;
	struct manifest_segment *finished;
	size_t finished_count, finished_room;
	int *handed; /* an agent's finished segments, files without a name */
	size_t handed_room;
	/* The journal; `journaled` is the manifest with the batches of the journal. */
	int journal_fd;
	struct manifest journaled;
	uint64_t journal_bytes, journal_events;
};

/* --- small things --- */

static int put_bytes(int fd, struct bytes bytes, const char *what, struct error *err)
{
	int r = write_whole(fd, bytes);

	return r < 0 ? error_errno(err, r, "cannot write %s", what) : 0;
}

static int sync_folder(const struct writer *w, struct error *err)
{
	return fsync(w->folder) < 0 ? error_errno(err, -errno, "cannot sync the store's folder") : 0;
}

static int file_create(const struct writer *w, const char *kind, uint32_t number, struct error *err)
{
	char name[32];
	int fd;

	store_file_name(name, kind, number);
	fd = openat(w->folder, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	return fd < 0 ? error_errno(err, -errno, "cannot make '%s'", name) : fd;
}

static void file_remove(const struct writer *w, const char *kind, uint32_t number)
{
	char name[32];

	store_file_name(name, kind, number);
	unlinkat(w->folder, name, 0);
}

/* The commit: the new manifest is whole on disk before it takes the old one's name. */
static int manifest_save(const struct writer *w, const struct manifest *m, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	_cleanup_close_ int fd = -1;
	int r;

	buf_init(&text, MANIFEST_MAX);
	manifest_format(m, &text);
	if (text.is_full)
		return error_set(err, -E2BIG, "the manifest has grown beyond %u MiB", MANIFEST_MAX >> 20);
	fd = openat(w->folder, NEW_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return error_errno(err, -errno, "cannot make '%s'", NEW_MANIFEST);
	r = put_bytes(fd, buf_bytes(&text), "the manifest", err);
	if (r == 0 && fsync(fd) < 0)
		r = error_errno(err, -errno, "cannot write the manifest");
	if (r == 0)
		r = sync_folder(w, err);
	if (r == 0 && renameat(w->folder, NEW_MANIFEST, w->folder, MANIFEST_NAME) < 0)
		r = error_errno(err, -errno, "cannot replace the manifest");
	if (r == 0)
		r = sync_folder(w, err);
	if (r < 0)
		unlinkat(w->folder, NEW_MANIFEST, 0);
	return r;
}

/* --- opening --- */

static bool is_named(const struct manifest *m, const char *name)
{
	char known[32];

	for (size_t i = 0; i < m->segment_count; i++) {
		store_file_name(known, "segment", m->segments[i].number);
		if (strcmp(known, name) == 0)
			return true;
	}
	store_file_name(known, "journal", m->journal);
	return m->journal && strcmp(known, name) == 0;
}

#define MADE "segment-made"
#define HANDED "segment-handed"

/* Removes files of the store's making that the manifest does not name: what a killed writer left. Or only those that a
 * child made. */
static void remove_unnamed(const struct writer *w, bool is_made_only)
{
	int fd = openat(w->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		bool is_made = strncmp(entry->d_name, MADE "-", sizeof MADE) == 0;
		bool is_ours = strncmp(entry->d_name, "segment-", 8) == 0 || strncmp(entry->d_name, "journal-", 8) == 0 ||
			       strcmp(entry->d_name, NEW_MANIFEST) == 0;
		if (is_ours && (is_made || !is_made_only) && !is_named(&w->manifest, entry->d_name))
			unlinkat(w->folder, entry->d_name, 0);
	}
	closedir(folder);
}

static int take_lock(struct writer *w, struct error *err)
{
	w->lock = openat(w->folder, "LOCK", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (w->lock < 0)
		return error_errno(err, -errno, "cannot open the store's lock");
	if (flock(w->lock, LOCK_EX | LOCK_NB) < 0) {
		error_hint(err, "an import, a compaction, or hinomi-collect of a running centre, which takes imports and compacts by itself");
		return error_set(err, -EBUSY, "another process writes to this store");
	}
	return 0;
}

static int make_store(struct writer *w, unsigned flags, uint64_t seed, struct error *err)
{
	w->manifest = (struct manifest){ .next_number = 1 };
	if (getrandom(w->manifest.key, sizeof w->manifest.key, 0) != sizeof w->manifest.key)
		return error_errno(err, -errno, "cannot get random bytes");
	w->manifest.is_simulated = flags & WRITER_SIMULATOR;
	w->manifest.simulated_seed = seed;
	return manifest_save(w, &w->manifest, err);
}

static int load_manifest(struct writer *w, unsigned flags, uint64_t seed, struct error *err)
{
	if (faccessat(w->folder, MANIFEST_NAME, F_OK, 0) < 0) {
		if (flags & WRITER_CREATE)
			return make_store(w, flags, seed, err);
		return error_set(err, -ENOENT, "it has no %s", MANIFEST_NAME);
	}
	return manifest_load(w->folder, &w->manifest, err);
}

static int check_simulated(const struct writer *w, unsigned flags, struct error *err)
{
	bool is_simulator = flags & WRITER_SIMULATOR;

	if (w->manifest.is_simulated == is_simulator || flags & WRITER_MAINTENANCE)
		return 0;
	if (is_simulator)
		return error_set(err, -EPERM, "it holds real events; the simulator does not write to it");
	error_hint(err, "choose another folder with --data DIR");
	return error_set(err, -EPERM, "it is simulated; real events do not go into it");
}

static int count_batch(void *context, const struct batch *b, struct error *err)
{
	struct writer *w = context;

	(void)err;
	if (manifest_add_batch(&w->journaled, BYTES_TEXT(b->sensor), b->boot, b->number))
		w->journal_events += b->event_count;
	return 0;
}

/* Opens the journal for more, without the cut record that a crash may have left at its end. */
static int open_journal(struct writer *w, struct error *err)
{
	char name[32];
	struct bytes file;
	size_t valid = 0;
	int r;

	w->journaled = manifest_copy(&w->manifest);
	if (!w->manifest.journal)
		return 0;
	store_file_name(name, "journal", w->manifest.journal);
	w->journal_fd = openat(w->folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (w->journal_fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", name);
	r = journal_map(w->journal_fd, &file, err);
	if (r < 0)
		return r;
	r = journal_read(file, count_batch, w, &valid, err);
	journal_unmap(file);
	if (r < 0)
		return r;
	if (ftruncate(w->journal_fd, (off_t)valid) < 0 || lseek(w->journal_fd, 0, SEEK_END) < 0)
		return error_errno(err, -errno, "cannot cut '%s'", name);
	w->journal_bytes = valid;
	return 0;
}

/* Each segment waits in a file that is open. */
static void allow_many_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int become_agent(struct writer *w, struct error *err)
{
	close(w->lock);
	w->lock = -1;
	w->role = ROLE_AGENT;
	allow_many_files();
	return manifest_load(w->folder, &w->manifest, err);
}

int writer_open(const char *path, unsigned flags, uint64_t seed, struct writer **ret, struct error *err)
{
	struct writer *w = memory_new(1, sizeof *w);
	struct error busy = ERROR_NONE;
	int r = 0;

	w->lock = w->segment_fd = w->journal_fd = -1;
	if (flags & WRITER_CREATE && mkdir(path, 0750) < 0 && errno != EEXIST)
		r = error_errno(err, -errno, "cannot make the folder '%s'", path);
	w->folder = r == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (r == 0 && w->folder < 0)
		r = error_errno(err, -errno, "cannot open the folder '%s'", path);
	if (r == 0) {
		r = take_lock(w, &busy);
		if (r == -EBUSY && flags & WRITER_AGENT && handover_is_there(w->folder))
			r = become_agent(w, err);
		else if (r < 0 && err)
			*err = busy;
		else if (r == 0)
			r = load_manifest(w, flags, seed, err);
		if (r == 0)
			r = check_simulated(w, flags, err);
		if (r == 0 && w->role == ROLE_WRITER) {
			remove_unnamed(w, false);
			r = open_journal(w, err);
		}
		if (r < 0)
			error_prefix(err, "store '%s'", path);
	}
	if (r < 0) {
		writer_close(w);
		return r;
	}
	*ret = w;
	return 0;
}

int writer_open_any(const char *path, struct writer **ret, struct error *err)
{
	return writer_open(path, WRITER_MAINTENANCE, 0, ret, err);
}

struct writer *writer_close(struct writer *w)
{
	if (!w)
		return NULL;
	if (w->role != ROLE_MAKER)
		writer_abort(w);
	else if (w->segment_fd >= 0)
		close(w->segment_fd);
	if (w->journal_fd >= 0)
		close(w->journal_fd);
	if (w->folder >= 0)
		close(w->folder);
	if (w->lock >= 0)
		close(w->lock);
	manifest_clear(&w->manifest);
	manifest_clear(&w->journaled);
	free(w->finished);
	free(w->handed);
	free(w);
	return NULL;
}

const struct manifest *writer_manifest(const struct writer *w)
{
	return &w->manifest;
}

int writer_folder(const struct writer *w)
{
	return w->folder;
}

/* --- segments --- */

/* A maker's and an agent's files are no part of the store; what a kill leaves of them is removed as any other. */
static int begin_segment(struct writer *w, struct error *err)
{
	static const char *const kinds[] = { [ROLE_WRITER] = "segment", [ROLE_MAKER] = MADE, [ROLE_AGENT] = HANDED };

	w->segment_number = w->role == ROLE_WRITER  ? w->manifest.next_number++
			    : w->role == ROLE_MAKER ? (uint32_t)w->finished_count + 1
						    : (uint32_t)getpid();
	w->segment_fd = file_create(w, kinds[w->role], w->segment_number, err);
	if (w->segment_fd < 0)
		return w->segment_fd;
	if (w->role == ROLE_AGENT)
		file_remove(w, HANDED, w->segment_number);
	return 0;
}

int writer_segment_begin(struct writer *w, int *ret_fd, struct error *err)
{
	int r = w->segment_fd < 0 ? begin_segment(w, err) : error_set(err, -EINVAL, "a segment was begun twice");

	*ret_fd = w->segment_fd;
	return r;
}

int writer_put(struct writer *w, struct bytes bytes, struct error *err)
{
	int r = w->segment_fd < 0 ? begin_segment(w, err) : 0;

	if (r < 0)
		return r;
	return put_bytes(w->segment_fd, bytes, "a segment", err);
}

/* Reads what the file says of itself, which is checked there. */
static int describe(int fd, struct manifest_segment *row, struct error *err)
{
	struct segment s;
	int r = segment_open(fd, &s, err);

	if (r < 0)
		return r;
	row->bytes = s.file.n;
	row->events = s.events;
	row->first_us = s.first_us;
	row->last_us = s.last_us;
	segment_close(&s);
	return 0;
}

static void add_row(struct writer *w, const struct manifest_segment *row)
{
	w->finished = memory_grow(w->finished, &w->finished_room, w->finished_count + 1, sizeof *w->finished);
	w->finished[w->finished_count++] = *row;
}

int writer_segment_end(struct writer *w, struct error *err)
{
	struct manifest_segment row = { .number = w->segment_number };
	int r;

	if (w->segment_fd < 0)
		return error_set(err, -EINVAL, "the end of a segment that was not begun");
	r = describe(w->segment_fd, &row, err);
	if (r < 0)
		return r;
	if (w->role == ROLE_AGENT) {
		w->handed = memory_grow(w->handed, &w->handed_room, w->finished_count + 1, sizeof *w->handed);
		w->handed[w->finished_count] = w->segment_fd;
	} else {
		if (fsync(w->segment_fd) < 0)
			return error_errno(err, -errno, "cannot write a segment");
		close(w->segment_fd);
	}
	w->segment_fd = -1;
	add_row(w, &row);
	return 0;
}

static void drop_handed(struct writer *w)
{
	for (size_t i = 0; i < w->finished_count; i++)
		close(w->handed[i]);
	w->finished_count = 0;
}

void writer_abort(struct writer *w)
{
	if (w->segment_fd >= 0) {
		close(w->segment_fd);
		w->segment_fd = -1;
		if (w->role == ROLE_WRITER)
			file_remove(w, "segment", w->segment_number);
	}
	if (w->role == ROLE_AGENT)
		drop_handed(w);
	for (size_t i = 0; i < w->finished_count; i++)
		file_remove(w, "segment", w->finished[i].number);
	w->finished_count = 0;
}

/* --- what a child made --- */

int writer_open_maker(const char *path, struct writer **ret, struct error *err)
{
	struct writer *w = memory_new(1, sizeof *w);

	w->role = ROLE_MAKER;
	w->lock = w->segment_fd = w->journal_fd = -1;
	w->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->folder < 0) {
		int r = error_errno(err, -errno, "cannot open the folder '%s'", path);
		writer_close(w);
		return r;
	}
	*ret = w;
	return 0;
}

uint32_t writer_made_count(const struct writer *made)
{
	return (uint32_t)made->finished_count;
}

int writer_adopt(struct writer *w, uint32_t index, struct error *err)
{
	struct manifest_segment row = { .number = w->manifest.next_number++ };
	_cleanup_close_ int fd = store_file_open(w->folder, MADE, index, err);
	char from[32], to[32];
	int r;

	if (fd < 0)
		return fd;
	r = describe(fd, &row, err);
	if (r < 0)
		return r;
	store_file_name(from, MADE, index);
	store_file_name(to, "segment", row.number);
	if (renameat(w->folder, from, w->folder, to) < 0)
		return error_errno(err, -errno, "cannot name '%s'", to);
	add_row(w, &row);
	return 0;
}

void writer_drop_made(struct writer *w)
{
	remove_unnamed(w, true);
}

/* Saves `next` and makes it the manifest; on failure `next` is dropped. */
static int commit(struct writer *w, struct manifest *next, struct error *err)
{
	int r = manifest_save(w, next, err);

	if (r < 0) {
		manifest_clear(next);
		return r;
	}
	manifest_clear(&w->manifest);
	w->manifest = *next;
	w->finished_count = 0;
	return 0;
}

static uint64_t add_finished(const struct writer *w, struct manifest *next)
{
	uint64_t events = 0;

	for (size_t i = 0; i < w->finished_count; i++) {
		manifest_add_segment(next, &w->finished[i]);
		events += w->finished[i].events;
	}
	return events;
}

/* Between its commits the writer's manifest has grown; the agent's is not used for more than its key. */
static int hand_over(struct writer *w, const struct manifest_import *import, uint64_t *ret_events, struct error *err)
{
	uint64_t events = 0;
	int r;

	assert(import);
	for (size_t i = 0; i < w->finished_count; i++)
		events += w->finished[i].events;
	r = handover_give(w->folder, w->handed, w->finished_count, import, err);
	if (r == 0)
		drop_handed(w);
	if (r == 0 && ret_events)
		*ret_events = events;
	return r;
}

/* Whoever wrote the segments has ended: they are still what they were. */
static int look_again(const struct writer *w, struct error *err)
{
	for (size_t i = 0; i < w->finished_count; i++) {
		const struct manifest_segment *was = &w->finished[i];
		_cleanup_close_ int fd = store_file_open(w->folder, "segment", was->number, err);
		struct manifest_segment row = { .number = was->number };
		int r = fd < 0 ? fd : describe(fd, &row, err);
		if (r < 0)
			return r;
		if (row.bytes != was->bytes || row.events != was->events || row.first_us != was->first_us ||
		    row.last_us != was->last_us)
			return error_set(err, -EBADMSG, "a segment has changed since it was finished");
	}
	return 0;
}

int writer_commit(struct writer *w, const struct manifest_import *import, uint64_t *ret_events, struct error *err)
{
	struct manifest next;
	uint64_t events;
	int r;

	if (w->segment_fd >= 0)
		return error_set(err, -EINVAL, "a segment without its end");
	if (w->role == ROLE_AGENT)
		return hand_over(w, import, ret_events, err);
	if (import && manifest_find_import(&w->manifest, import->hash))
		return error_set(err, -EEXIST, "'%s' was imported before", import->name);
	r = look_again(w, err);
	if (r < 0)
		return r;
	next = manifest_copy(&w->manifest);
	events = add_finished(w, &next);
	if (import) {
		struct manifest_import row = *import;
		row.events = events;
		manifest_add_import(&next, &row);
	}
	r = commit(w, &next, err);
	if (r == 0 && ret_events)
		*ret_events = events;
	return r;
}

static bool is_listed(uint32_t number, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

int writer_replace(struct writer *w, const uint32_t *numbers, size_t count, struct error *err)
{
	struct manifest next;
	size_t kept = 0;
	int r;

	if (w->segment_fd >= 0)
		return error_set(err, -EINVAL, "a segment without its end");
	next = manifest_copy(&w->manifest);
	for (size_t i = 0; i < next.segment_count; i++)
		if (!is_listed(next.segments[i].number, numbers, count))
			next.segments[kept++] = next.segments[i];
	next.segment_count = kept;
	add_finished(w, &next);
	r = commit(w, &next, err);
	for (size_t i = 0; r == 0 && i < count; i++)
		file_remove(w, "segment", numbers[i]);
	return r;
}

/* --- batches --- */

static int journal_begin(struct writer *w, struct error *err)
{
	struct manifest next;
	uint32_t number = w->manifest.next_number++;
	int r;

	w->journal_fd = file_create(w, "journal", number, err);
	if (w->journal_fd < 0)
		return w->journal_fd;
	next = manifest_copy(&w->manifest);
	next.journal = number;
	r = commit(w, &next, err);
	if (r < 0) {
		close(w->journal_fd);
		w->journal_fd = -1;
		file_remove(w, "journal", number);
		return r;
	}
	w->journal_bytes = w->journal_events = 0;
	return 0;
}

/* After a failed append the journal ends where it was valid. */
static int journal_append(struct writer *w, struct bytes records, struct error *err)
{
	int r = put_bytes(w->journal_fd, records, "the journal", err);

	if (r == 0 && fdatasync(w->journal_fd) < 0)
		r = error_errno(err, -errno, "cannot write the journal");
	if (r < 0) {
		if (ftruncate(w->journal_fd, (off_t)w->journal_bytes) < 0 || lseek(w->journal_fd, 0, SEEK_END) < 0) {
			close(w->journal_fd);
			w->journal_fd = -1;
		}
		return r;
	}
	w->journal_bytes += records.n;
	return 0;
}

int writer_batches(struct writer *w, const struct batch *batches, size_t count, int *ret_results, struct error *err)
{
	_cleanup_(buf_clear) struct buf records;
	struct manifest before;
	uint64_t events = 0;
	int r = 0;

	buf_init(&records, 256u << 20);
	if (w->journal_fd < 0)
		r = journal_begin(w, err);
	if (r < 0)
		return r;
	before = manifest_copy(&w->journaled);
	for (size_t i = 0; i < count; i++) {
		bool is_new = manifest_add_batch(&w->journaled, BYTES_TEXT(batches[i].sensor), batches[i].boot,
						 batches[i].number);
		ret_results[i] = is_new ? 0 : 1;
		if (!is_new)
			continue;
		journal_write(&records, &batches[i]);
		events += batches[i].event_count;
	}
	if (records.is_full)
		r = error_set(err, -E2BIG, "batches are too large");
	else if (records.n)
		r = journal_append(w, buf_bytes(&records), err);
	if (r < 0) {
		manifest_clear(&w->journaled);
		w->journaled = before;
		return r;
	}
	manifest_clear(&before);
	w->journal_events += events;
	if (w->journal_events > JOURNAL_EVENTS_MAX || w->journal_bytes > JOURNAL_BYTES_MAX)
		return writer_flush(w, err);
	return 0;
}

int writer_batch(struct writer *w, const struct batch *batch, struct error *err)
{
	int result = 0, r = writer_batches(w, batch, 1, &result, err);

	return r < 0 ? r : result;
}

static int put_segment(void *context, struct bytes bytes, struct error *err)
{
	return writer_put(context, bytes, err);
}

static int end_segment(void *context, struct error *err)
{
	return writer_segment_end(context, err);
}

int writer_flush(struct writer *w, struct error *err)
{
	struct encoder_output output = { w, put_segment, end_segment };
	uint32_t old = w->manifest.journal;
	struct manifest next;
	struct bytes file;
	int r;

	if (!old || w->journal_fd < 0 || w->journal_bytes == 0)
		return 0;
	r = journal_map(w->journal_fd, &file, err);
	if (r < 0)
		return r;
	r = journal_encode(file, &w->manifest, &output, err);
	journal_unmap(file);
	if (r < 0) {
		writer_abort(w);
		return r;
	}
	/* The batches of the journal become the manifest's in the commit that stores their segment. */
	next = manifest_copy(&w->journaled);
	free(next.segments);
	free(next.imports);
	{
		struct manifest now = manifest_copy(&w->manifest);
		for (size_t i = 0; i < now.batch_count; i++)
			free(now.batches[i].ranges);
		free(now.batches);
		now.batches = next.batches;
		now.batch_count = next.batch_count;
		now.batch_room = next.batch_room;
		next = now;
	}
	add_finished(w, &next);
	next.journal = 0;
	r = commit(w, &next, err);
	if (r < 0) {
		writer_abort(w);
		return r;
	}
	close(w->journal_fd);
	w->journal_fd = -1;
	file_remove(w, "journal", old);
	manifest_clear(&w->journaled);
	w->journaled = manifest_copy(&w->manifest);
	w->journal_bytes = w->journal_events = 0;
	return 0;
}
