/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The event store: snapshots for readers. */
#include "observe/store/store.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observe/store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A writer may replace files between our reading of the manifest and of what it names. */
#define OPEN_TRIES 8

void store_file_name(char into[32], const char *kind, uint32_t number)
{
	snprintf(into, 32, "%s-%06u", kind, number);
}

int store_file_open(int folder, const char *kind, uint32_t number, struct error *err)
{
	char name[32];
	int fd;

	store_file_name(name, kind, number);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", name);
	return fd;
}

static int read_whole(int folder, const char *name, size_t max, struct buf *into, struct error *err)
{
	_cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", name);
	buf_init(into, max);
	for (;;) {
		char piece[16384];
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, -errno, "cannot read '%s'", name);
		if (n == 0)
			break;
		buf_add(into, piece, (size_t)n);
	}
	return into->is_full ? error_set(err, -E2BIG, "'%s' is too large", name) : 0;
}

int manifest_load(int folder, struct manifest *ret, struct error *err)
{
	_cleanup_(buf_clear) struct buf text;
	int r;

	buf_init(&text, MANIFEST_MAX);
	r = read_whole(folder, MANIFEST_NAME, MANIFEST_MAX, &text, err);
	return r < 0 ? r : manifest_parse(buf_bytes(&text), ret, err);
}

/* --- sensors --- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void collect_sensors(struct store *s)
{
	size_t room = 0, kept = 0;

	for (size_t i = 0; i < s->segment_count; i++) {
		const struct segment *g = &s->segments[i].segment;
		s->sensors = memory_grow(s->sensors, &room, s->sensor_count + g->sensor_count, sizeof *s->sensors);
		if (g->sensor_count)
			memcpy(s->sensors + s->sensor_count, g->sensors, g->sensor_count * sizeof *g->sensors);
		s->sensor_count += g->sensor_count;
	}
	if (s->sensor_count)
		qsort(s->sensors, s->sensor_count, sizeof *s->sensors, compare_names);
	for (size_t i = 0; i < s->sensor_count; i++)
		if (kept == 0 || strcmp(s->sensors[i], s->sensors[kept - 1]) != 0)
			memmove(s->sensors[kept++], s->sensors[i], sizeof *s->sensors);
	s->sensor_count = kept;
}

static void map_sensors(struct store *s)
{
	collect_sensors(s);
	for (size_t i = 0; i < s->segment_count; i++) {
		struct store_segment *g = &s->segments[i];
		g->sensor_of = memory_new(g->segment.sensor_count, sizeof *g->sensor_of);
		for (uint32_t n = 0; n < g->segment.sensor_count; n++) {
			char(*found)[SENSOR_NAME_MAX + 1] = bsearch(g->segment.sensors[n], s->sensors, s->sensor_count,
								    sizeof *s->sensors, compare_names);
			g->sensor_of[n] = (uint16_t)(found - s->sensors);
		}
	}
}

/* --- opening --- */

static int open_segments(struct store *s, int folder, struct error *err)
{
	s->segments = memory_new(s->manifest.segment_count + 1, sizeof *s->segments);
	for (size_t i = 0; i < s->manifest.segment_count; i++) {
		const struct manifest_segment *m = &s->manifest.segments[i];
		struct store_segment *g = &s->segments[s->segment_count];
		_cleanup_close_ int fd = store_file_open(folder, "segment", m->number, err);
		int r = fd;
		if (r >= 0)
			r = segment_open(fd, &g->segment, err);
		if (r == 0) {
			s->segment_count++;
			g->number = m->number;
			if (g->segment.file.n != m->bytes || g->segment.events != m->events)
				r = error_set(err, -EBADMSG, "it is not the one that the manifest names");
		}
		if (r < 0) {
			if (r == -EBADMSG)
				error_prefix(err, "segment-%06u", m->number);
			return r;
		}
	}
	return 0;
}

static int open_journal(struct store *s, int folder, struct error *err)
{
	_cleanup_close_ int fd = -1;
	struct store_segment *g = &s->segments[s->segment_count];
	int r;

	if (!s->manifest.journal)
		return 0;
	fd = store_file_open(folder, "journal", s->manifest.journal, err);
	if (fd < 0)
		return fd;
	r = journal_as_segment(fd, &s->manifest, &g->segment, err);
	if (r <= 0)
		return r;
	s->journal_events = g->segment.events;
	s->segment_count++;
	return 0;
}

static void sum_up(struct store *s)
{
	s->first_us = 1;
	s->last_us = 0;
	for (size_t i = 0; i < s->segment_count; i++) {
		const struct segment *g = &s->segments[i].segment;
		if (g->events == 0)
			continue;
		s->first_us = s->events == 0 || g->first_us < s->first_us ? g->first_us : s->first_us;
		s->last_us = s->events == 0 || g->last_us > s->last_us ? g->last_us : s->last_us;
		s->events += g->events;
	}
}

static int open_once(int folder, struct store **ret, struct error *err)
{
	struct store *s = memory_new(1, sizeof *s);
	int r = manifest_load(folder, &s->manifest, err);

	s->folder = fcntl(folder, F_DUPFD_CLOEXEC, 3);
	if (r == 0 && s->folder < 0)
		r = error_errno(err, -errno, "cannot open its folder again");
	if (r == 0)
		r = open_segments(s, folder, err);
	if (r == 0)
		r = open_journal(s, folder, err);
	if (r < 0) {
		store_close(s);
		return r;
	}
	map_sensors(s);
	sum_up(s);
	*ret = s;
	return 0;
}

int store_open(const char *path, struct store **ret, struct error *err)
{
	_cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = -ENOENT;

	if (folder < 0) {
		r = error_errno(err, -errno, "cannot open the store '%s'", path);
		error_hint(err, "`hinomi observe import FILE` makes a store; --data DIR says where it is");
		return r;
	}
	if (faccessat(folder, MANIFEST_NAME, F_OK, 0) < 0) {
		error_hint(err, "`hinomi observe import FILE` makes a store; --data DIR says where it is");
		return error_set(err, -ENOENT, "'%s' is not a store: it has no %s", path, MANIFEST_NAME);
	}
	for (int i = 0; i < OPEN_TRIES && r == -ENOENT; i++)
		r = open_once(folder, ret, err);
	if (r < 0)
		error_prefix(err, "store '%s'", path);
	return r;
}

struct store *store_close(struct store *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->segment_count; i++) {
		segment_close(&s->segments[i].segment);
		free(s->segments[i].sensor_of);
	}
	free(s->segments);
	free(s->sensors);
	if (s->folder >= 0)
		close(s->folder);
	manifest_clear(&s->manifest);
	free(s);
	return NULL;
}

/* --- up-time --- */

static int compare_intervals(const void *a, const void *b)
{
	const struct store_interval *x = a, *y = b;

	if (x->sensor != y->sensor)
		return x->sensor < y->sensor ? -1 : 1;
	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static void up_add(struct store_up *up, size_t *room, struct store_interval i)
{
	up->list = memory_grow(up->list, room, up->count + 1, sizeof *up->list);
	up->list[up->count++] = i;
}

/* Intervals of one sensor that touch become one. */
static void up_join(struct store_up *up)
{
	size_t kept = 0;

	if (up->count)
		qsort(up->list, up->count, sizeof *up->list, compare_intervals);
	for (size_t i = 0; i < up->count; i++) {
		const struct store_interval *next = &up->list[i];
		struct store_interval *last = kept ? &up->list[kept - 1] : NULL;
		if (last && last->sensor == next->sensor && next->from_us <= last->to_us)
			last->to_us = MAX(last->to_us, next->to_us);
		else
			up->list[kept++] = *next;
	}
	up->count = kept;
}

/* What is known of a sensor: stated intervals, or from the first to the last derived one. */
struct store_up store_up(const struct store *s)
{
	struct store_up up = { 0 };
	struct store_interval *hull = memory_new(s->sensor_count, sizeof *hull);
	bool *is_stated = memory_new(s->sensor_count, sizeof *is_stated);
	size_t room = 0;

	for (size_t i = 0; i < s->sensor_count; i++)
		hull[i] = (struct store_interval){ INT64_MAX, INT64_MIN, (uint16_t)i };
	for (size_t i = 0; i < s->segment_count; i++)
		for (uint32_t u = 0; u < s->segments[i].segment.uptime_count; u++) {
			const struct uptime *stated = &s->segments[i].segment.uptimes[u];
			uint16_t sensor = s->segments[i].sensor_of[stated->sensor];
			if (stated->kind == UPTIME_DERIVED) {
				hull[sensor].from_us = MIN(hull[sensor].from_us, stated->from_us);
				hull[sensor].to_us = MAX(hull[sensor].to_us, stated->to_us);
			} else {
				up_add(&up, &room, (struct store_interval){ stated->from_us, stated->to_us, sensor });
				is_stated[sensor] = true;
			}
		}
	for (size_t i = 0; i < s->sensor_count; i++)
		if (!is_stated[i] && hull[i].from_us <= hull[i].to_us)
			up_add(&up, &room, hull[i]);
	up_join(&up);
	free(hull);
	free(is_stated);
	return up;
}

void store_up_clear(struct store_up *up)
{
	free(up->list);
	*up = (struct store_up){ 0 };
}

static void fill_hours(uint16_t *seconds, int64_t first_hour, size_t hours, const struct store_interval *i)
{
	int64_t first = MAX(floor_div(i->from_us, HOUR_US), first_hour);
	int64_t last = MIN(floor_div(i->to_us - 1, HOUR_US), first_hour + (int64_t)hours - 1);

	for (int64_t h = first; h <= last; h++) {
		int64_t from = MAX(i->from_us, h * HOUR_US), to = MIN(i->to_us, (h + 1) * HOUR_US);
		int64_t up = (to - from + SECOND_US - 1) / SECOND_US + seconds[h - first_hour];
		seconds[h - first_hour] = (uint16_t)MIN(up, INT64_C(3600));
	}
}

uint16_t *store_uptime(const struct store *s, int64_t first_hour, size_t hours)
{
	uint16_t *seconds = memory_new(s->sensor_count * hours, sizeof *seconds);
	struct store_up up = store_up(s);

	for (size_t i = 0; i < up.count; i++)
		fill_hours(seconds + up.list[i].sensor * hours, first_hour, hours, &up.list[i]);
	store_up_clear(&up);
	return seconds;
}

/* --- cells --- */

/* A roll-up chunk of some segment. */
struct chunk {
	int64_t day;
	const struct store_segment *segment;
	uint32_t index;
};

static int compare_chunks(const void *a, const void *b)
{
	const struct chunk *x = a, *y = b;

	return x->day < y->day ? -1 : x->day > y->day;
}

static struct chunk *chunks_between(const struct store *s, int64_t first_day, int64_t last_day, size_t *ret_count)
{
	struct chunk *list = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 0; i < s->segment_count; i++)
		for (uint32_t c = 0; c < s->segments[i].segment.chunk_count; c++) {
			int64_t day = s->segments[i].segment.chunks[c].day;
			if (day < first_day || day > last_day)
				continue;
			list = memory_grow(list, &room, count + 1, sizeof *list);
			list[count++] = (struct chunk){ day, &s->segments[i], c };
		}
	if (count)
		qsort(list, count, sizeof *list, compare_chunks);
	*ret_count = count;
	return list;
}

/* The cells of one day, from all its chunks. */
struct day_sum {
	uint64_t *cells, *scratch;
	size_t count, room, scratch_room;
	const struct store_segment *segment; /* whose cells are being added */
};

static int add_cell(void *context, uint64_t cell)
{
	struct day_sum *d = context;
	uint16_t sensor = CELL_SENSOR(cell);

	if (sensor >= d->segment->segment.sensor_count)
		return -EBADMSG;
	d->cells = memory_grow(d->cells, &d->room, d->count + 1, sizeof *d->cells);
	d->cells[d->count++] = (cell & ~UINT64_C(0xffff0000)) | (uint64_t)d->segment->sensor_of[sensor] << 16;
	return 0;
}

static int add_chunk(struct day_sum *d, const struct chunk *c, struct error *err)
{
	struct bytes bytes;
	int r = segment_chunk(&c->segment->segment, c->index, &bytes, err);

	d->segment = c->segment;
	return r < 0 ? r : rollup_read(bytes, add_cell, d, err);
}

static bool is_sorted(const uint64_t *cells, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (CELL_WHERE(cells[i - 1]) >= CELL_WHERE(cells[i]))
			return false;
	return true;
}

static int give_day(struct day_sum *d, int64_t day, int64_t first_hour, int64_t end_hour, store_cell_fn *each,
		    void *context)
{
	int r = 0;

	if (!is_sorted(d->cells, d->count)) {
		d->scratch = memory_grow(d->scratch, &d->scratch_room, d->count, sizeof *d->scratch);
		d->count = rollup_join(d->cells, d->scratch, d->count);
	}
	for (size_t i = 0; i < d->count && r == 0;) {
		uint64_t where = CELL_WHERE(d->cells[i]), packets = 0;
		int64_t hour = day * 24 + CELL_HOUR(d->cells[i]);
		uint32_t key = CELL_KEY(d->cells[i]);
		uint16_t sensor = CELL_SENSOR(d->cells[i]);
		for (; i < d->count && CELL_WHERE(d->cells[i]) == where; i++)
			packets += CELL_PACKETS(d->cells[i]);
		if (hour >= first_hour && hour < end_hour)
			r = each(context, hour, key, sensor, packets);
	}
	d->count = 0;
	return r;
}

int store_cells(const struct store *s, int64_t first_hour, int64_t end_hour, store_cell_fn *each, void *context,
		struct error *err)
{
	struct day_sum d = { 0 };
	size_t count = 0;
	struct chunk *list = chunks_between(s, floor_div(first_hour, 24), floor_div(end_hour - 1, 24), &count);
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		r = add_chunk(&d, &list[i], err);
		if (r == 0 && (i + 1 == count || list[i + 1].day != list[i].day))
			r = give_day(&d, list[i].day, first_hour, end_hour, each, context);
	}
	free(list);
	free(d.cells);
	free(d.scratch);
	return r;
}
