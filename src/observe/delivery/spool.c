/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Batches on the sensor's disk. */
#include "observe/delivery/spool.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "engine/proc/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#define FIRST_LINE "hinomi spool 1\n"
#define FILE_MAX (WIRE_CONTENT_MAX + 256)
#define NAME_MAX_ 64
#define DISK_BLOCK 4096u
#define DROPPED_FILE "dropped"

static void name_of(const struct spool_item *i, const char *ending, char into[NAME_MAX_])
{
	snprintf(into, NAME_MAX_, "%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64 ".%s", (uint64_t)i->time_us, i->boot, i->number,
		 ending);
}

static uint64_t on_disk(uint64_t bytes)
{
	return (bytes + DISK_BLOCK - 1) / DISK_BLOCK * DISK_BLOCK;
}

static int compare(const struct spool_item *a, const struct spool_item *b)
{
	if (a->time_us != b->time_us)
		return a->time_us < b->time_us ? -1 : 1;
	if (a->boot != b->boot)
		return a->boot < b->boot ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_void(const void *a, const void *b)
{
	return compare(a, b);
}

/* --- what was dropped --- */

static int dropped_load(struct spool *s, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	struct bytes c, batches;
	int r = file_read(s->folder, DROPPED_FILE, 256, &text, err);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	c = bytes_trim(buf_bytes(&text));
	if (!take_until(&c, ' ', &batches) || !bytes_number(batches, UINT64_MAX, &s->dropped_batches) ||
	    !bytes_number(c, UINT64_MAX, &s->dropped_events))
		return error_set(err, -EBADMSG, "the spool's file '%s' is damaged", DROPPED_FILE);
	return 0;
}

static int dropped_add(struct spool *s, uint32_t events, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;

	s->dropped_batches++;
	s->dropped_events += events;
	buf_init(&text, 256);
	buf_addf(&text, "%" PRIu64 " %" PRIu64 "\n", s->dropped_batches, s->dropped_events);
	return file_replace(s->folder, DROPPED_FILE, buf_bytes(&text), 0600, err);
}

/* --- what was put aside --- */

static bool is_disk_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT;
}

static const char *aside_ending(bool is_damaged)
{
	return is_damaged ? "damaged" : "refused";
}

/* Counted before it is gone, as what the spool itself drops. */
static int bound_aside(struct spool *s, struct error *err)
{
	char name[NAME_MAX_];

	while (s->aside_count && s->aside_bytes > s->bytes_max / SPOOL_ASIDE_PART) {
		const struct spool_aside *oldest = &s->aside[0];
		int r = dropped_add(s, oldest->item.events, err);
		if (r < 0 && !is_disk_full(r))
			return r;
		name_of(&oldest->item, aside_ending(oldest->is_damaged), name);
		if (unlinkat(s->folder, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, -errno, "cannot remove '%s' from the spool", name);
		s->aside_bytes -= oldest->item.bytes;
		memmove(&s->aside[0], &s->aside[1], --s->aside_count * sizeof *s->aside);
	}
	return 0;
}

/* --- opening --- */

static bool parse_hex(struct bytes text, uint64_t *ret)
{
	uint64_t v = 0;

	if (text.n != 16)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return true;
}

static bool parse_name(const char *name, struct spool_item *ret, struct bytes *ret_ending)
{
	struct bytes c = BYTES_TEXT(name), time, boot, number;
	uint64_t time_us;

	if (!take_until(&c, '-', &time) || !take_until(&c, '-', &boot) || !take_until(&c, '.', &number) ||
	    !parse_hex(time, &time_us) || !parse_hex(boot, &ret->boot) ||
	    !parse_hex(number, &ret->number))
		return false;
	ret->time_us = (int64_t)time_us;
	*ret_ending = c;
	return true;
}

static void insert(struct spool *s, const struct spool_item *item)
{
	size_t at = s->count;

	s->items = memory_grow(s->items, &s->room, s->count + 1, sizeof *s->items);
	while (at > 0 && compare(&s->items[at - 1], item) > 0)
		at--;
	memmove(&s->items[at + 1], &s->items[at], (s->count - at) * sizeof *s->items);
	s->items[at] = *item;
	s->count++;
	s->bytes += item->bytes;
}

static void forget(struct spool *s, size_t index)
{
	s->bytes -= s->items[index].bytes;
	memmove(&s->items[index], &s->items[index + 1], (s->count - index - 1) * sizeof *s->items);
	s->count--;
}

static uint32_t peek_events(int folder, const char *name)
{
	_cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t head[sizeof FIRST_LINE - 1 + 4];

	if (fd < 0 || read(fd, head, sizeof head) != (ssize_t)sizeof head)
		return 0;
	return get_u32le(head + sizeof FIRST_LINE - 1);
}

static void insert_aside(struct spool *s, const struct spool_item *item, bool is_damaged)
{
	size_t at = s->aside_count;

	s->aside = memory_grow(s->aside, &s->aside_room, s->aside_count + 1, sizeof *s->aside);
	while (at > 0 && compare(&s->aside[at - 1].item, item) > 0)
		at--;
	memmove(&s->aside[at + 1], &s->aside[at], (s->aside_count - at) * sizeof *s->aside);
	s->aside[at] = (struct spool_aside){ *item, is_damaged };
	s->aside_count++;
	s->aside_bytes += item->bytes;
}

/* What a damaged file says of its events is not believed. */
static void take_aside(struct spool *s, struct spool_item *item, const char *name, struct bytes ending)
{
	bool is_damaged = bytes_is(ending, "damaged");

	if (!is_damaged && !bytes_is(ending, "refused"))
		return;
	item->events = is_damaged ? 0 : peek_events(s->folder, name);
	insert_aside(s, item, is_damaged);
}

static void take_entry(struct spool *s, const char *name)
{
	struct spool_item item;
	struct bytes ending;
	struct stat st;
	size_t n = strlen(name);

	if (n > 4 && strcmp(name + n - 4, ".new") == 0) {
		unlinkat(s->folder, name, 0);
		return;
	}
	if (!parse_name(name, &item, &ending) || fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return;
	item.bytes = on_disk((uint64_t)st.st_size);
	if (!bytes_is(ending, "batch")) {
		take_aside(s, &item, name, ending);
		return;
	}
	item.events = peek_events(s->folder, name);
	s->items = memory_grow(s->items, &s->room, s->count + 1, sizeof *s->items);
	s->items[s->count++] = item;
	s->bytes += item.bytes;
}

static int scan(struct spool *s, struct error *err)
{
	int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		int code = -errno;
		if (fd >= 0)
			close(fd);
		return error_errno(err, code, "cannot list the spool");
	}
	while ((entry = readdir(folder)) != NULL)
		take_entry(s, entry->d_name);
	closedir(folder);
	if (s->count)
		qsort(s->items, s->count, sizeof *s->items, compare_void);
	return 0;
}

int spool_open(int folder, enum spool_full full, uint64_t bytes_max, struct spool *ret, struct error *err)
{
	struct spool s = { .folder = folder, .full = full, .bytes_max = bytes_max };
	int r = dropped_load(&s, err);

	if (r == 0)
		r = scan(&s, err);
	if (r == 0)
		r = bound_aside(&s, err);
	if (r < 0) {
		spool_close(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void spool_close(struct spool *s)
{
	if (s->folder >= 0)
		close(s->folder);
	s->folder = -1;
	free(s->items);
	free(s->aside);
	s->items = NULL;
	s->aside = NULL;
	s->count = s->aside_count = 0;
}

/* --- putting --- */

static int drop_oldest(struct spool *s, struct error *err)
{
	char name[NAME_MAX_];
	int r = dropped_add(s, s->items[0].events, err);

	if (r < 0 && r != -ENOSPC && r != -EDQUOT)
		return r;
	name_of(&s->items[0], "batch", name);
	if (unlinkat(s->folder, name, 0) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "cannot remove '%s' from the spool", name);
	forget(s, 0);
	return 0;
}

static bool has(const struct spool *s, const struct spool_item *item)
{
	for (size_t i = s->count; i > 0; i--) {
		int order = compare(&s->items[i - 1], item);
		if (order <= 0)
			return order == 0;
	}
	return false;
}

/* 0: there is room; 1: the new one must be dropped. */
static int make_room(struct spool *s, uint64_t bytes, struct error *err)
{
	while (s->bytes + bytes > s->bytes_max) {
		int r;
		if (s->full == SPOOL_DROP_NEWEST || s->count == 0)
			return 1;
		r = drop_oldest(s, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_item(struct spool *s, const struct spool_item *item, struct bytes content, struct error *err)
{
	_cleanup_(buf_clear) struct buf file;
	uint8_t hash[WIRE_HASH_BYTES];
	char name[NAME_MAX_];

	buf_init(&file, FILE_MAX);
	buf_add_text(&file, FIRST_LINE);
	buf_add_u32le(&file, item->events);
	buf_add_bytes(&file, content);
	message_hash(buf_bytes(&file), hash);
	buf_add(&file, hash, sizeof hash);
	if (file.is_full)
		return error_set(err, -E2BIG, "a batch is too large for the spool");
	name_of(item, "batch", name);
	return file_replace(s->folder, name, buf_bytes(&file), 0600, err);
}

int spool_put(struct spool *s, const struct spool_item *item, struct bytes content, struct error *err)
{
	struct spool_item new = *item;
	int r;

	if (has(s, item))
		return 0;
	new.bytes = on_disk(sizeof FIRST_LINE - 1 + 4 + content.n + WIRE_HASH_BYTES);
	r = make_room(s, new.bytes, err);
	if (r == 0)
		r = write_item(s, &new, content, err);
	while (is_disk_full(r) && s->full == SPOOL_DROP_OLDEST && s->count) {
		r = drop_oldest(s, err);
		if (r == 0)
			r = write_item(s, &new, content, err);
	}
	if (r == 0) {
		insert(s, &new);
		return 0;
	}
	if (r != 1 && !is_disk_full(r))
		return r;
	r = dropped_add(s, item->events, err);
	return r < 0 && !is_disk_full(r) ? r : 1;
}

/* --- taking --- */

static int put_aside(struct spool *s, size_t index, bool is_damaged, struct error *err)
{
	struct spool_item item = s->items[index];
	char from[NAME_MAX_], to[NAME_MAX_];

	name_of(&item, "batch", from);
	name_of(&item, aside_ending(is_damaged), to);
	forget(s, index);
	if (renameat(s->folder, from, s->folder, to) < 0)
		return error_errno(err, -errno, "cannot put '%s' aside", from);
	if (is_damaged)
		item.events = 0;
	insert_aside(s, &item, is_damaged);
	return bound_aside(s, err);
}

int spool_read(struct spool *s, size_t index, struct buf *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf file;
	uint8_t hash[WIRE_HASH_BYTES];
	size_t head = sizeof FIRST_LINE - 1 + 4;
	char name[NAME_MAX_];
	int r;

	name_of(&s->items[index], "batch", name);
	r = file_read(s->folder, name, FILE_MAX, &file, err);
	if (r < 0 && r != -E2BIG && r != -ENOENT)
		return r;
	if (r == -ENOENT) {
		forget(s, index);
		return error_set(err, -EBADMSG, "'%s' has gone from the spool", name);
	}
	if (r == 0 && file.n >= head + sizeof hash && bytes_starts(buf_bytes(&file), FIRST_LINE)) {
		message_hash(BYTES(file.p, file.n - sizeof hash), hash);
		if (memcmp(hash, file.p + file.n - sizeof hash, sizeof hash) == 0) {
			buf_add(ret, file.p + head, file.n - head - sizeof hash);
			return 0;
		}
	}
	s->damaged++;
	put_aside(s, index, true, err);
	return error_set(err, -EBADMSG, "'%s' in the spool is damaged", name);
}

int spool_remove(struct spool *s, size_t index, struct error *err)
{
	char name[NAME_MAX_];

	name_of(&s->items[index], "batch", name);
	if (unlinkat(s->folder, name, 0) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "cannot remove '%s' from the spool", name);
	forget(s, index);
	return 0;
}

int spool_refuse(struct spool *s, size_t index, struct error *err)
{
	return put_aside(s, index, false, err);
}
