/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Looking after a store. */
#include "observe/store/maintain.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* --- verify --- */

struct recount {
	const struct segment *segment;
	uint64_t *cells;
	size_t count, room;
	int64_t day;
	uint64_t rows;
	bool is_wrong;
};

static int recount_rows(void *context, const struct scan_rows *rows)
{
	struct recount *c = context;
	const struct block_class *k = &rows->class;
	uint8_t protocol = k->known & EVENT_HAS_PROTOCOL ? k->protocol : ROLLUP_PROTOCOL_UNKNOWN;

	c->cells = memory_grow(c->cells, &c->room, c->count + rows->count, sizeof *c->cells);
	for (uint32_t i = 0; i < rows->count; i++) {
		int64_t in_day = rows->times[i] - c->day * DAY_US;
		uint16_t port = rows->ports ? rows->ports[i] : rows->port;
		uint16_t sensor = rows->pairs[rows->pair_codes[i]].sensor;
		if (in_day < 0 || in_day >= DAY_US)
			c->is_wrong = true;
		else
			c->cells[c->count++] = rollup_cell(rollup_key(protocol, k->kind, k->known & EVENT_HAS_PORT, port),
							   (unsigned)(in_day / HOUR_US), sensor, 1);
	}
	c->rows += rows->count;
	return 0;
}

/* The cells of the events of one day and those of its roll-up chunks must be the same. */
static int compare_day(struct scan *scan, const struct segment *g, int64_t day, struct store_faults *f, struct error *err)
{
	struct scan_plan plan = { .from_us = INT64_MIN, .to_us = INT64_MAX, .columns = SCAN_ALL, .each = recount_rows };
	struct recount counted = { .segment = g, .day = day };
	uint64_t *rolled = NULL, *scratch;
	size_t rolled_count = 0, room = 0;
	int r = 0;

	plan.context = &counted;
	for (uint32_t i = 0; i < g->block_count && r == 0; i++)
		if (g->blocks[i].day == day)
			r = scan_block(scan, g, i, &plan, err);
	for (uint32_t i = 0; i < g->chunk_count && r == 0; i++) {
		struct bytes chunk;
		uint64_t *cells = NULL;
		size_t n = 0;
		if (g->chunks[i].day != day)
			continue;
		r = segment_chunk(g, i, &chunk, err);
		if (r == 0)
			r = rollup_read_all(chunk, &cells, &n, err);
		rolled = memory_grow(rolled, &room, rolled_count + n, sizeof *rolled);
		if (n)
			memcpy(rolled + rolled_count, cells, n * sizeof *cells);
		rolled_count += n;
		f->chunks++;
		free(cells);
	}
	scratch = memory_new((counted.count > rolled_count ? counted.count : rolled_count) + 1, sizeof *scratch);
	counted.count = rollup_join(counted.cells, scratch, counted.count);
	rolled_count = rollup_join(rolled, scratch, rolled_count);
	if (r == 0 && (counted.is_wrong || counted.count != rolled_count ||
		       (rolled_count && memcmp(counted.cells, rolled, rolled_count * sizeof *rolled) != 0)))
		r = error_set(err, -EBADMSG, "roll-ups are not what the events say");
	f->events += counted.rows;
	free(scratch);
	free(rolled);
	free(counted.cells);
	return r;
}

static bool is_first_of_day(const struct segment *g, uint32_t block)
{
	for (uint32_t i = 0; i < block; i++)
		if (g->blocks[i].day == g->blocks[block].day)
			return false;
	return true;
}

static int verify_segment(const struct segment *g, struct store_faults *f, void (*progress)(void *, uint64_t, uint64_t),
			  void *context, uint64_t all, struct error *err)
{
	struct scan *scan = scan_new();
	int r = 0;

	for (uint32_t i = 0; i < g->block_count && r == 0; i++) {
		struct block b;
		r = segment_block(g, i, &b, err);
		if (r == 0)
			r = block_check(&b, err);
		if (r == 0 && is_first_of_day(g, i))
			r = compare_day(scan, g, g->blocks[i].day, f, err);
		f->blocks++;
		if (progress && f->blocks % 16 == 0)
			progress(context, f->blocks, all);
	}
	scan_free(scan);
	return r;
}

int store_verify(const struct store *s, void (*progress)(void *context, uint64_t done, uint64_t all), void *context,
		 struct store_faults *ret, struct error *err)
{
	struct store_faults f = { 0 };
	uint64_t all = 0;
	int r = 0;

	for (size_t i = 0; i < s->segment_count; i++)
		all += s->segments[i].segment.block_count;
	for (size_t i = 0; i < s->segment_count && r == 0; i++) {
		r = verify_segment(&s->segments[i].segment, &f, progress, context, all, err);
		if (r < 0)
			error_prefix(err, "segment-%06u", s->segments[i].number);
	}
	if (r == 0 && f.events != s->events)
		r = error_set(err, -EBADMSG, "the store holds %llu events, its blocks %llu", (unsigned long long)s->events,
			      (unsigned long long)f.events);
	*ret = f;
	return r;
}

/* --- compact --- */

struct compaction {
	const struct store *store;
	struct writer *writer;
	struct encoder *encoder;
	const struct compact_options *options;
	bool *is_chosen;
	uint16_t *sensor_of; /* the store's number of a sensor → the encoder's */
	const uint16_t *segment_sensor_of;
	struct address *addresses;
	uint64_t bytes_out, segments_out, dropped;
	struct error *err;
};

/* Does it hold events or up-time of before? */
static bool is_old(const struct segment *g, int64_t before_us)
{
	for (uint32_t i = 0; i < g->uptime_count; i++)
		if (g->uptimes[i].from_us < before_us)
			return true;
	return g->events && g->first_us < before_us;
}

/* A segment is worth writing again when it is small, when its blocks are, or when it holds what is to go. */
static bool is_worth_it(const struct segment *g, const struct compact_options *o)
{
	if (is_old(g, o->drop_before_us))
		return true;
	if (g->events < SEGMENT_EVENTS_MAX / 4 * 3 && g->sources < SEGMENT_SOURCES_MAX / 4 * 3)
		return true;
	return g->block_count > 64 && g->events / g->block_count < BLOCK_EVENTS_MAX / 8;
}

/* One small segment with well filled blocks alone is left alone. */
static size_t choose(struct compaction *c)
{
	size_t chosen = 0, last = 0;

	for (size_t i = 0; i < c->store->segment_count; i++) {
		c->is_chosen[i] = c->store->segments[i].number && is_worth_it(&c->store->segments[i].segment, c->options);
		if (c->is_chosen[i]) {
			chosen++;
			last = i;
		}
	}
	if (chosen == 1) {
		const struct segment *g = &c->store->segments[last].segment;
		bool is_scattered = g->block_count > 1 && g->events / g->block_count < BLOCK_EVENTS_MAX / 64;
		if (!is_old(g, c->options->drop_before_us) && !is_scattered) {
			c->is_chosen[last] = false;
			return 0;
		}
	}
	return chosen;
}

static int put_bytes(void *context, struct bytes bytes, struct error *err)
{
	struct compaction *c = context;

	c->bytes_out += bytes.n;
	return c->options->is_dry_run ? 0 : writer_put(c->writer, bytes, err);
}

static int end_segment(void *context, struct error *err)
{
	struct compaction *c = context;

	c->segments_out++;
	return c->options->is_dry_run ? 0 : writer_segment_end(c->writer, err);
}

static int copy_rows(void *context, const struct scan_rows *rows)
{
	struct compaction *c = context;
	int r = 0;

	for (uint32_t i = 0; i < rows->count && r == 0; i++) {
		struct event e;
		scan_event(rows, c->addresses, i, &e);
		if (e.time_us < c->options->drop_before_us) {
			c->dropped++;
			continue;
		}
		e.sensor = c->sensor_of[c->segment_sensor_of[e.sensor]];
		r = encoder_add(c->encoder, &e, 1, c->err);
	}
	return r;
}

struct place {
	int64_t day;
	size_t segment;
	uint32_t block;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->block < y->block ? -1 : x->block > y->block;
}

static struct place *places_of(const struct compaction *c, size_t *ret_count)
{
	struct place *list = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 0; i < c->store->segment_count; i++) {
		const struct segment *g = &c->store->segments[i].segment;
		for (uint32_t b = 0; c->is_chosen[i] && b < g->block_count; b++) {
			list = memory_grow(list, &room, count + 1, sizeof *list);
			list[count++] = (struct place){ g->blocks[b].day, i, b };
		}
	}
	if (count)
		qsort(list, count, sizeof *list, compare_places);
	*ret_count = count;
	return list;
}

static int copy_block(struct compaction *c, struct scan *scan, const struct place *p, struct address **addresses)
{
	const struct store_segment *g = &c->store->segments[p->segment];
	struct scan_plan plan = { .from_us = INT64_MIN, .to_us = INT64_MAX, .columns = SCAN_ALL, .context = c,
				  .each = copy_rows };
	struct block b;
	int r = segment_block(&g->segment, p->block, &b, c->err);

	/* What is damaged is not copied as if it were whole. */
	if (r == 0)
		r = block_check(&b, c->err);
	if (r == 0 && !addresses[p->segment]) {
		uint8_t *ttls;
		r = segment_sources(&g->segment, &addresses[p->segment], &ttls, c->err);
		if (r == 0)
			free(ttls);
	}
	if (r < 0)
		return r;
	c->addresses = addresses[p->segment];
	c->segment_sensor_of = g->sensor_of;
	return scan_block(scan, &g->segment, p->block, &plan, c->err);
}

static int copy_events(struct compaction *c)
{
	struct address **addresses = memory_new(c->store->segment_count, sizeof(struct address *));
	struct scan *scan = scan_new();
	size_t count = 0;
	struct place *places = places_of(c, &count);
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = copy_block(c, scan, &places[i], addresses);
	for (size_t i = 0; i < c->store->segment_count; i++)
		free(addresses[i]);
	free(addresses);
	free(places);
	scan_free(scan);
	return r;
}

static int compare_uptimes(const void *a, const void *b)
{
	const struct uptime *x = a, *y = b;

	if (x->sensor != y->sensor)
		return x->sensor < y->sensor ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Intervals that touch become one; of derived ones only the first and last moment count. The time whose events are
 * dropped is no data, not zero. */
static int copy_uptimes(struct compaction *c)
{
	struct uptime *all = NULL;
	size_t count = 0, room = 0, kept = 0;
	int r = 0;

	for (size_t i = 0; i < c->store->segment_count; i++) {
		const struct store_segment *g = &c->store->segments[i];
		for (uint32_t u = 0; c->is_chosen[i] && u < g->segment.uptime_count; u++) {
			all = memory_grow(all, &room, count + 1, sizeof *all);
			all[count] = g->segment.uptimes[u];
			all[count].sensor = c->sensor_of[g->sensor_of[all[count].sensor]];
			all[count].from_us = MAX(all[count].from_us, c->options->drop_before_us);
			count += all[count].from_us < all[count].to_us;
		}
	}
	if (count)
		qsort(all, count, sizeof *all, compare_uptimes);
	for (size_t i = 0; i < count; i++) {
		struct uptime *last = kept ? &all[kept - 1] : NULL;
		if (last && last->sensor == all[i].sensor && last->kind == all[i].kind &&
		    (last->kind == UPTIME_DERIVED || all[i].from_us <= last->to_us)) {
			last->to_us = all[i].to_us > last->to_us ? all[i].to_us : last->to_us;
			continue;
		}
		all[kept++] = all[i];
	}
	for (size_t i = 0; i < kept && r == 0; i++)
		r = encoder_uptime(c->encoder, &all[i], c->err);
	free(all);
	return r;
}

static int name_sensors(struct compaction *c)
{
	int r = 0;

	c->sensor_of = memory_new(c->store->sensor_count, sizeof *c->sensor_of);
	for (size_t i = 0; i < c->store->sensor_count && r == 0; i++)
		r = encoder_sensor(c->encoder, BYTES_TEXT(c->store->sensors[i]), &c->sensor_of[i], c->err);
	return r;
}

static uint32_t *numbers_of(const struct compaction *c, size_t chosen)
{
	uint32_t *numbers = memory_new(chosen + 1, sizeof *numbers);
	size_t count = 0;

	for (size_t i = 0; i < c->store->segment_count; i++)
		if (c->is_chosen[i])
			numbers[count++] = c->store->segments[i].number;
	return numbers;
}

static int compact(struct compaction *c, struct compact_report *ret, uint32_t **ret_replaced, size_t *ret_count,
		   struct error *err)
{
	struct encoder_output output = { c, put_bytes, end_segment };
	size_t chosen;
	int r = 0;

	c->is_chosen = memory_new(c->store->segment_count, sizeof *c->is_chosen);
	chosen = choose(c);
	for (size_t i = 0; i < c->store->segment_count; i++) {
		const struct store_segment *g = &c->store->segments[i];
		ret->segments_before++;
		ret->bytes_before += g->segment.file.n;
		ret->segments_after += !c->is_chosen[i];
		ret->bytes_after += c->is_chosen[i] ? 0 : g->segment.file.n;
	}
	if (chosen) {
		c->encoder = encoder_new(&output);
		r = name_sensors(c);
		if (r == 0)
			r = copy_events(c);
		if (r == 0)
			r = copy_uptimes(c);
		if (r == 0)
			r = encoder_finish(c->encoder, err);
		encoder_free(c->encoder);
		free(c->sensor_of);
	}
	ret->segments_after += c->segments_out;
	ret->bytes_after += c->bytes_out;
	ret->events_dropped = c->dropped;
	if (r == 0) {
		*ret_replaced = numbers_of(c, chosen);
		*ret_count = chosen;
	}
	free(c->is_chosen);
	return r;
}

/* The hour at which a file of kept hours ends; INT64_MAX of another file. */
static int64_t end_of_hours(const char *name)
{
	char *at;

	if (strncmp(name, STORE_HOURS_PREFIX, strlen(STORE_HOURS_PREFIX)) != 0)
		return INT64_MAX;
	strtoll(name + strlen(STORE_HOURS_PREFIX), &at, 10);
	return *at == '-' ? strtoll(at + 1, NULL, 10) : INT64_MAX;
}

/* Kept hours of a time that is dropped go too. */
static void remove_hours(const struct store *s, int64_t before_us)
{
	int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (end_of_hours(entry->d_name) <= before_us / HOUR_US)
			unlinkat(s->folder, entry->d_name, 0);
	closedir(folder);
}

int store_compact_make(struct writer *made, const char *path, const struct compact_options *options,
		       struct compact_report *ret, uint32_t **ret_replaced, size_t *ret_count, struct error *err)
{
	struct compaction c = { .writer = made, .options = options, .err = err };
	struct compact_report report = { 0 };
	struct store *s = NULL;
	int r = store_open(path, &s, err);

	c.store = s;
	if (r == 0)
		r = compact(&c, &report, ret_replaced, ret_count, err);
	if (r == 0 && !options->is_dry_run && options->drop_before_us != INT64_MIN)
		remove_hours(s, options->drop_before_us);
	if (r == 0)
		*ret = report;
	store_close(s);
	return r;
}

int store_compact_held(struct writer *w, const char *path, const struct compact_options *options,
		       struct compact_report *ret, struct error *err)
{
	uint32_t *replaced = NULL;
	size_t count = 0;
	int r = options->is_dry_run ? 0 : writer_flush(w, err);

	if (r == 0)
		r = store_compact_make(w, path, options, ret, &replaced, &count, err);
	if (r == 0 && count && !options->is_dry_run)
		r = writer_replace(w, replaced, count, err);
	if (r < 0)
		writer_abort(w);
	free(replaced);
	return r;
}

int store_compact(const char *path, const struct compact_options *options, struct compact_report *ret, struct error *err)
{
	struct writer *w = NULL;
	int r = writer_open_any(path, &w, err);

	if (r == 0)
		r = store_compact_held(w, path, options, ret, err);
	writer_close(w);
	return r;
}
