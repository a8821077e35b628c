/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Events in, segment files out: dictionaries, open days, footers. block_write.c makes the blocks. */
#include "observe/store/encode.h"

#include "base/clock.h"
#include "base/memory.h"
#include "observe/store/encode_int.h"
#include "observe/store/rollup.h"

#include <errno.h>
#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#define XXH_INLINE_ALL
#include <xxhash.h>

#define ROWS_HELD_MAX (4 * (size_t)BLOCK_EVENTS_MAX)
/* A day that got nothing for so many events is over, as far as input in time order goes. */
#define QUIET_EVENTS BLOCK_EVENTS_MAX
#define CELLS_HELD_MAX (size_t)(1u << 19)
/* Half full at most. */
#define V4_BUCKETS (2u * SEGMENT_SOURCES_MAX / BUCKET_SOURCES)
#define OUT_MAX (64u << 20)
#define LOOK_AHEAD 32
/* Events that are put without looking whether the segment is full. */
#define RUN_MAX 512
#define LARGE_PAGE (2u << 20)
/* A tenth of these may be pairs or classes that appear once; more ends the segment. */
#define PAIRS_MAX (1u << 18)
#define CLASSES_MAX 65000u

/* --- dictionaries --- */

void wide_map_init(struct wide_map *m)
{
	m->slot_mask = 255;
	m->slots = memory_new(m->slot_mask + 1, sizeof *m->slots);
}

void wide_map_clear(struct wide_map *m)
{
	free(m->keys);
	free(m->slots);
	*m = (struct wide_map){ 0 };
}

void wide_map_reset(struct wide_map *m)
{
	m->count = 0;
	memset(m->slots, 0, (m->slot_mask + 1) * sizeof *m->slots);
}

static uint64_t mix(uint64_t v)
{
	v ^= v >> 32;
	v *= 0xd6e8feb86659fd93; /* constant of rrmxmx (Pelle Evensen) */
	v ^= v >> 32;
	return v;
}

static size_t wide_hash(const struct wide_key *k)
{
	return (size_t)mix(k->word[0] ^ mix(k->word[1] + 0x9e3779b97f4a7c15 * (k->word[2] + 1)));
}

static bool wide_equal(const struct wide_key *a, const struct wide_key *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2];
}

static void wide_map_grow(struct wide_map *m)
{
	size_t mask = m->slot_mask * 2 + 1;

	free(m->slots);
	m->slots = memory_new(mask + 1, sizeof *m->slots);
	m->slot_mask = mask;
	for (uint32_t i = 0; i < m->count; i++) {
		size_t at = wide_hash(&m->keys[i]) & mask;
		while (m->slots[at])
			at = (at + 1) & mask;
		m->slots[at] = i + 1;
	}
}

uint32_t wide_map_number(struct wide_map *m, const struct wide_key *key)
{
	size_t at = wide_hash(key) & m->slot_mask;

	for (; m->slots[at]; at = (at + 1) & m->slot_mask)
		if (wide_equal(&m->keys[m->slots[at] - 1], key))
			return m->slots[at] - 1;
	m->keys = memory_grow(m->keys, &m->key_room, m->count + 1ul, sizeof *m->keys);
	m->keys[m->count] = *key;
	m->slots[at] = ++m->count;
	if (m->count * 2ul > m->slot_mask)
		wide_map_grow(m);
	return m->count - 1;
}

/* Every event looks somewhere into these 4 MiB: large pages spare the walk to find where. */
static struct v4_bucket *buckets_new(void)
{
	size_t bytes = V4_BUCKETS * sizeof(struct v4_bucket);
	struct v4_bucket *buckets = aligned_alloc(LARGE_PAGE, bytes);

	if (!buckets)
		return memory_new(V4_BUCKETS, sizeof *buckets);
	madvise(buckets, bytes, MADV_HUGEPAGE);
	memset(buckets, 0, bytes);
	return buckets;
}

static void sources_init(struct sources *s)
{
	s->v4 = buckets_new();
	s->word = memory_new(SEGMENT_SOURCES_MAX, sizeof *s->word);
	s->final = memory_new(SEGMENT_SOURCES_MAX, sizeof *s->final);
	s->family = memory_new(SEGMENT_SOURCES_MAX, 1);
	s->ttl = memory_new(SEGMENT_SOURCES_MAX, 1);
	wide_map_init(&s->v6);
}

static void sources_reset(struct sources *s)
{
	memset(s->v4, 0, V4_BUCKETS * sizeof *s->v4);
	memset(s->final, 0, s->count * sizeof *s->final);
	wide_map_reset(&s->v6);
	s->count = s->listed = s->unknown = 0;
}

static void sources_clear(struct sources *s)
{
	free(s->v4);
	free(s->word);
	free(s->final);
	free(s->family);
	free(s->ttl);
	free(s->v6_source);
	wide_map_clear(&s->v6);
}

static uint32_t source_new(struct sources *s, uint8_t family, uint32_t word, uint8_t ttl)
{
	s->family[s->count] = family;
	s->word[s->count] = word;
	s->ttl[s->count] = ttl;
	return SOURCE_UNLISTED | s->count++;
}

static inline size_t v4_bucket_of(uint32_t address)
{
	_Static_assert(V4_BUCKETS == 1u << 16, "the hash has as many bits");
	return (size_t)((address * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - 16));
}

/* Bit i: place i of the bucket has this address. */
static inline unsigned bucket_places(const struct v4_bucket *b, uint32_t address)
{
#ifdef __SSE2__
	__m128i wanted = _mm_set1_epi32((int)address);
	__m128i low = _mm_cmpeq_epi32(wanted, _mm_loadu_si128((const __m128i *)b->address));
	__m128i high = _mm_cmpeq_epi32(wanted, _mm_loadu_si128((const __m128i *)(b->address + 4)));
	return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(low)) | (unsigned)_mm_movemask_ps(_mm_castsi128_ps(high)) << 4;
#else
	unsigned places = 0;

	for (unsigned i = 0; i < BUCKET_SOURCES; i++)
		places |= (unsigned)(b->address[i] == address) << i;
	return places;
#endif
}

/* The place of the address in the dictionary, or the empty one where it belongs. */
static inline uint32_t *v4_place(struct sources *s, uint32_t address)
{
	for (size_t at = v4_bucket_of(address);; at = (at + 1) & (V4_BUCKETS - 1)) {
		struct v4_bucket *b = &s->v4[at];
		/* The empty places say 0.0.0.0 too, but come after those that are filled. */
		unsigned places = bucket_places(b, address), free;
		if (places)
			return &b->source[__builtin_ctz(places)];
		for (free = BUCKET_SOURCES; free && !b->source[free - 1];)
			free--;
		if (free < BUCKET_SOURCES) {
			b->address[free] = address;
			return &b->source[free];
		}
	}
}

static inline uint32_t source_v4(struct sources *s, uint32_t address, uint8_t ttl)
{
	uint32_t *place = v4_place(s, address);

	if (!*place)
		*place = source_new(s, 4, address, ttl);
	return *place;
}

static uint32_t source_v6(struct sources *s, const uint8_t address[16], uint8_t ttl)
{
	struct wide_key key = { .word = { get_u64be(address), get_u64be(address + 8), 6 } };
	uint32_t before = s->v6.count, number = wide_map_number(&s->v6, &key);

	if (number == before) {
		s->v6_source = memory_grow(s->v6_source, &s->v6_room, number + 1ul, sizeof *s->v6_source);
		s->v6_source[number] = source_new(s, 6, number, ttl);
	}
	return s->v6_source[number];
}

static inline uint32_t source_of(struct sources *s, const struct event *e)
{
	if (e->known & EVENT_HAS_SOURCE) {
		if (e->family == 4)
			return source_v4(s, get_u32be(e->source), e->ttl);
		return source_v6(s, e->source, e->ttl);
	}
	if (!s->unknown)
		s->unknown = source_new(s, 0, 0, 0);
	return s->unknown;
}

void sources_listed(struct sources *s, uint32_t number, uint32_t final)
{
	s->final[number] = final;
	if (s->family[number] == 4)
		*v4_place(s, s->word[number]) = final;
	else if (s->family[number] == 6)
		s->v6_source[s->word[number]] = final;
	else
		s->unknown = final;
}

static void front_reset(struct front *f)
{
	memset(f->key, 0xff, sizeof f->key);
}

static inline uint32_t front_number(struct front *f, struct wide_map *map, uint64_t key, const struct wide_key *wide)
{
	size_t at = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 54;

	_Static_assert(FRONT_SLOTS == 1024, "the hash has as many bits");
	if (f->key[at] != key) {
		f->number[at] = wide_map_number(map, wide);
		f->key[at] = key;
	}
	return f->number[at];
}

static inline uint32_t class_number(struct encoder *e, const struct event *ev)
{
	uint64_t word = (uint64_t)ev->known << 40 | (uint64_t)ev->marks << 32 | (uint32_t)ev->kind << 24 |
			(uint32_t)ev->flags << 16 | (uint32_t)ev->protocol << 8 | ev->family;
	struct wide_key wide = { .word = { word } };

	return front_number(&e->class_front, &e->classes, word, &wide);
}

static inline uint32_t pair_number(struct encoder *e, const struct event *ev)
{
	uint8_t family = ev->known & EVENT_HAS_DESTINATION ? ev->family : 0;
	struct wide_key wide = { .word = { 0, 0, (uint64_t)ev->sensor << 8 | family } };

	if (family == 6) {
		wide.word[0] = get_u64be(ev->destination);
		wide.word[1] = get_u64be(ev->destination + 8);
		return wide_map_number(&e->pairs, &wide);
	}
	if (family == 4)
		wide.word[0] = get_u32be(ev->destination);
	return front_number(&e->pair_front, &e->pairs, wide.word[0] << 24 | wide.word[2], &wide);
}

/* --- sensors --- */

bool sensor_name_is_valid(struct bytes name)
{
	if (name.n == 0 || name.n > SENSOR_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || strchr("\"'`,;/\\*?<>&", name.p[i]))
			return false;
	return true;
}

int encoder_sensor(struct encoder *e, struct bytes name, uint16_t *ret_index, struct error *err)
{
	for (size_t i = 0; i < e->sensor_count; i++)
		if (bytes_is(name, e->sensor_names[i])) {
			*ret_index = (uint16_t)i;
			return 0;
		}
	if (!sensor_name_is_valid(name)) {
		error_hint(err, "a sensor's name has 1 to %d printable ASCII characters, no blanks, quotes, commas or slashes",
			   SENSOR_NAME_MAX);
		return error_set(err, -EINVAL, "not a sensor's name: '%.*s'", (int)(name.n < 80 ? name.n : 80),
				 (const char *)name.p);
	}
	if (e->sensor_count == SENSORS_MAX)
		return error_set(err, -ENOSPC, "more than %d sensors in one input", SENSORS_MAX);
	e->sensor_names = memory_grow(e->sensor_names, &e->sensor_room, e->sensor_count + 1, sizeof *e->sensor_names);
	memcpy(e->sensor_names[e->sensor_count], name.p, name.n);
	e->sensor_names[e->sensor_count][name.n] = '\0';
	*ret_index = (uint16_t)e->sensor_count++;
	return 0;
}

const char *encoder_sensor_name(const struct encoder *e, uint16_t index)
{
	return e->sensor_names[index];
}

/* --- open days --- */

static void rows_grow(struct day_rows *d)
{
	size_t room = d->room ? d->room * 4 : 1024;

	if (room > BLOCK_EVENTS_MAX)
		room = BLOCK_EVENTS_MAX;
	d->rows = memory_resize(d->rows, room * sizeof *d->rows);
	d->room = room;
}

static void rows_free(struct day_rows *d)
{
	free(d->rows);
	*d = (struct day_rows){ 0 };
}

static int rows_flush(struct encoder *e, struct day_rows *d, struct error *err)
{
	size_t count = d->count;
	int r = count ? block_write(e, d, err) : 0;

	e->rows_held -= count;
	d->count = 0;
	d->is_sorted = true;
	d->last_time = INT64_MIN;
	return r;
}

static int rows_close(struct encoder *e, struct day_rows *d, struct error *err)
{
	int r = rows_flush(e, d, err);

	rows_free(d);
	*d = e->days[--e->day_count];
	e->days[e->day_count] = (struct day_rows){ 0 };
	e->current = NULL;
	return r;
}

static int cells_flush(struct encoder *e, size_t index, struct error *err)
{
	struct day_cells *d = &e->cells[index];
	uint64_t *joined = memory_new(d->count, sizeof *joined);
	struct chunk_index chunk = { .offset = e->file_bytes, .day = (int32_t)d->day };
	size_t count = rollup_join(d->cells, joined, d->count);
	int r;

	free(joined);
	buf_reset(&e->out);
	rollup_write(&e->out, d->cells, count);
	chunk.bytes = (uint32_t)e->out.n;
	chunk.cells = (uint32_t)count;
	chunk.check = XXH3_64bits(e->out.p, e->out.n);
	e->chunks = memory_grow(e->chunks, &e->chunk_room, e->chunk_count + 1, sizeof *e->chunks);
	e->chunks[e->chunk_count++] = chunk;
	r = encoder_put(e, buf_bytes(&e->out), err);
	e->cells_held -= d->count;
	free(d->cells);
	*d = e->cells[--e->cell_days];
	return r;
}

static int cells_flush_all(struct encoder *e, struct error *err)
{
	int r = 0;

	while (e->cell_days && r == 0)
		r = cells_flush(e, e->cell_days - 1, err);
	return r;
}

void encoder_add_cells(struct encoder *e, int64_t day, const uint64_t *cells, size_t count)
{
	struct day_cells *d = NULL;

	for (size_t i = 0; i < e->cell_days; i++)
		if (e->cells[i].day == day)
			d = &e->cells[i];
	if (!d) {
		e->cells = memory_grow(e->cells, &e->cell_day_room, e->cell_days + 1, sizeof *e->cells);
		d = &e->cells[e->cell_days++];
		*d = (struct day_cells){ .day = day };
	}
	d->cells = memory_grow(d->cells, &d->room, d->count + count, sizeof *d->cells);
	memcpy(d->cells + d->count, cells, count * sizeof *cells);
	d->count += count;
	e->cells_held += count;
}

/* Days that input in time order has left behind end here, rows first, then cells. */
static int close_quiet_days(struct encoder *e, struct error *err)
{
	int r = 0;

	for (size_t i = e->day_count; i-- > 0 && r == 0;) {
		int64_t day = e->days[i].day;
		if (e->added - e->days[i].last_touch < QUIET_EVENTS)
			continue;
		r = rows_close(e, &e->days[i], err);
		for (size_t c = e->cell_days; c-- > 0 && r == 0;)
			if (e->cells[c].day == day)
				r = cells_flush(e, c, err);
	}
	return r;
}

static struct day_rows *fullest_day(struct encoder *e)
{
	struct day_rows *best = &e->days[0];

	for (size_t i = 1; i < e->day_count; i++)
		if (e->days[i].count > best->count)
			best = &e->days[i];
	return best;
}

static int make_room(struct encoder *e, struct error *err)
{
	int r = close_quiet_days(e, err);

	if (r == 0 && e->rows_held >= ROWS_HELD_MAX)
		r = rows_flush(e, fullest_day(e), err);
	if (r == 0 && e->day_count == OPEN_DAYS_MAX)
		r = rows_close(e, fullest_day(e), err);
	if (r == 0 && e->cells_held > CELLS_HELD_MAX)
		r = cells_flush_all(e, err);
	return r;
}

static int day_open(struct encoder *e, int64_t day, struct error *err)
{
	for (size_t i = 0; i < e->day_count; i++)
		if (e->days[i].day == day) {
			e->current = &e->days[i];
			return 0;
		}
	if (e->day_count == OPEN_DAYS_MAX || (e->day_count && e->added - e->days[0].last_touch > QUIET_EVENTS)) {
		int r = make_room(e, err);
		if (r < 0)
			return r;
	}
	e->current = &e->days[e->day_count++];
	*e->current = (struct day_rows){ .day = day, .is_sorted = true, .last_time = INT64_MIN };
	return 0;
}

/* --- segments --- */

int encoder_put(struct encoder *e, struct bytes bytes, struct error *err)
{
	if (e->file_bytes == 0) {
		int r = e->output.bytes(e->output.context, BYTES(SEGMENT_MAGIC, SEGMENT_MAGIC_BYTES), err);
		if (r < 0)
			return r;
		e->file_bytes = SEGMENT_MAGIC_BYTES;
	}
	e->file_bytes += bytes.n;
	return e->output.bytes(e->output.context, bytes, err);
}

static void footer_write(struct encoder *e, struct buf *out)
{
	buf_add_u32le(out, SEGMENT_FOOTER_VERSION);
	buf_add_u64le(out, e->segment_events);
	buf_add_u32le(out, e->sources.listed);
	buf_add_u32le(out, (uint32_t)e->sensor_count);
	for (size_t i = 0; i < e->sensor_count; i++) {
		buf_add_u16le(out, (uint16_t)strlen(e->sensor_names[i]));
		buf_add_text(out, e->sensor_names[i]);
	}
	buf_add_u32le(out, (uint32_t)e->block_count);
	for (size_t i = 0; i < e->block_count; i++) {
		const struct block_index *b = &e->blocks[i];
		buf_add_u64le(out, b->offset);
		buf_add_u32le(out, b->bytes);
		buf_add_u32le(out, b->events);
		buf_add_u32le(out, (uint32_t)b->day);
		buf_add_u64le(out, (uint64_t)b->first_us);
		buf_add_u64le(out, (uint64_t)b->last_us);
		buf_add_u32le(out, b->first_id);
		buf_add_u32le(out, b->new_sources);
	}
	buf_add_u32le(out, (uint32_t)e->chunk_count);
	for (size_t i = 0; i < e->chunk_count; i++) {
		buf_add_u32le(out, (uint32_t)e->chunks[i].day);
		buf_add_u64le(out, e->chunks[i].offset);
		buf_add_u32le(out, e->chunks[i].bytes);
		buf_add_u32le(out, e->chunks[i].cells);
		buf_add_u64le(out, e->chunks[i].check);
	}
	buf_add_u32le(out, (uint32_t)e->uptime_count);
	for (size_t i = 0; i < e->uptime_count; i++) {
		buf_add_u16le(out, e->uptimes[i].sensor);
		buf_add_u16le(out, e->uptimes[i].kind);
		buf_add_u64le(out, (uint64_t)e->uptimes[i].from_us);
		buf_add_u64le(out, (uint64_t)e->uptimes[i].to_us);
	}
}

static void segment_reset(struct encoder *e)
{
	sources_reset(&e->sources);
	wide_map_reset(&e->classes);
	wide_map_reset(&e->pairs);
	front_reset(&e->class_front);
	front_reset(&e->pair_front);
	e->file_bytes = 0;
	e->segment_events = 0;
	e->block_count = e->chunk_count = e->uptime_count = 0;
}

static int footer_put(struct encoder *e, struct error *err)
{
	uint64_t offset, check;
	int r = e->file_bytes ? 0 : encoder_put(e, BYTES(NULL, 0), err);

	buf_reset(&e->out);
	footer_write(e, &e->out);
	offset = e->file_bytes;
	check = XXH3_64bits(e->out.p, e->out.n);
	{
		size_t bytes = e->out.n;
		buf_add_u64le(&e->out, offset);
		buf_add_u64le(&e->out, bytes);
		buf_add_u64le(&e->out, check);
		buf_add(&e->out, SEGMENT_END_MAGIC, SEGMENT_MAGIC_BYTES);
	}
	if (r == 0 && e->out.is_full)
		r = error_set(err, -E2BIG, "segment footer is too large");
	if (r == 0)
		r = encoder_put(e, buf_bytes(&e->out), err);
	return r;
}

static int segment_end(struct encoder *e, struct error *err)
{
	int r = 0;

	while (e->day_count && r == 0)
		r = rows_close(e, &e->days[e->day_count - 1], err);
	if (r == 0)
		r = cells_flush_all(e, err);
	if (r < 0 || (e->segment_events == 0 && e->uptime_count == 0))
		return r;
	r = footer_put(e, err);
	if (r == 0)
		r = e->output.segment_end(e->output.context, err);
	segment_reset(e);
	return r;
}

/* Room for one more run must be left, so that a run looks only once. */
static bool segment_is_full(const struct encoder *e)
{
	return e->sources.count > SEGMENT_SOURCES_MAX - RUN_MAX - 1 || e->pairs.count > PAIRS_MAX - RUN_MAX ||
	       e->classes.count > CLASSES_MAX - RUN_MAX || e->segment_events + e->rows_held + RUN_MAX > SEGMENT_EVENTS_MAX;
}

static int event_check(const struct encoder *e, const struct event *ev, struct error *err)
{
	if (ev->sensor >= e->sensor_count)
		return error_set(err, -EINVAL, "event of sensor number %u, which nobody named", ev->sensor);
	if (ev->time_us < INT64_C(-2208988800) * SECOND_US || ev->time_us >= INT64_C(32503680000) * SECOND_US)
		return error_set(err, -EINVAL, "event outside the years 1900 to 2999");
	return 0;
}

/* Where an event's source is looked for first. */
static inline const struct v4_bucket *source_bucket(const struct sources *s, const struct event *ev)
{
	return &s->v4[v4_bucket_of(get_u32be(ev->source))];
}

/* The events from the first on that belong to the open day become rows; returns how many. */
static size_t put_run(struct encoder *e, struct day_rows *day, const struct event *events, size_t count)
{
	struct event_row *row = day->rows + day->count;
	int64_t first = day->day * DAY_US, end = first + DAY_US, last = day->last_time;
	size_t most = day->room - day->count, n = 0;
	bool is_sorted = day->is_sorted;

	if (most > count)
		most = count;
	/* The dictionary is larger than the near caches: what comes later is asked for in time. */
	for (size_t i = 0; i < LOOK_AHEAD && i < most; i++)
		__builtin_prefetch(source_bucket(&e->sources, &events[i]));
	for (; n < most; n++, row++) {
		const struct event *ev = &events[n];
		if (ev->time_us < first || ev->time_us >= end || ev->sensor >= e->sensor_count)
			break;
		if (n + LOOK_AHEAD < most)
			__builtin_prefetch(source_bucket(&e->sources, &ev[LOOK_AHEAD]));
		is_sorted &= ev->time_us >= last;
		last = ev->time_us;
		*row = (struct event_row){
			.time_ttl = (uint64_t)(ev->time_us - first) << 8 | ev->ttl,
			.source = source_of(&e->sources, ev),
			.pair = pair_number(e, ev),
			.class = (uint16_t)class_number(e, ev),
			.port = ev->port,
			.source_port = ev->source_port,
			.length = ev->length,
		};
	}
	day->count += n;
	day->is_sorted = is_sorted;
	day->last_time = last;
	e->rows_held += n;
	e->added += n;
	day->last_touch = e->added;
	return n;
}

/* Makes the event's day the current one, with room for a row, in a segment with room for a run. */
static int prepare(struct encoder *e, const struct event *ev, struct error *err)
{
	int r = event_check(e, ev, err);

	if (r == 0 && segment_is_full(e))
		r = segment_end(e, err);
	if (r == 0 && e->rows_held + RUN_MAX > ROWS_HELD_MAX)
		r = make_room(e, err);
	if (r == 0 && (!e->current || ev->time_us < e->current->day * DAY_US ||
		       ev->time_us >= (e->current->day + 1) * DAY_US))
		r = day_open(e, floor_div(ev->time_us, DAY_US), err);
	if (r == 0 && e->current->count == e->current->room)
		rows_grow(e->current);
	return r;
}

int encoder_add(struct encoder *e, const struct event *events, size_t count, struct error *err)
{
	while (count) {
		int r = prepare(e, events, err);
		size_t n;
		if (r < 0)
			return r;
		n = put_run(e, e->current, events, count < RUN_MAX ? count : RUN_MAX);
		events += n;
		count -= n;
		if (e->current->count == BLOCK_EVENTS_MAX) {
			r = rows_flush(e, e->current, err);
			if (r == 0)
				r = close_quiet_days(e, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int encoder_uptime(struct encoder *e, const struct uptime *uptime, struct error *err)
{
	if (uptime->sensor >= e->sensor_count || uptime->from_us > uptime->to_us)
		return error_set(err, -EINVAL, "up-time of an unknown sensor, or one that ends before it begins");
	e->uptimes = memory_grow(e->uptimes, &e->uptime_room, e->uptime_count + 1, sizeof *e->uptimes);
	e->uptimes[e->uptime_count++] = *uptime;
	return 0;
}

int encoder_finish(struct encoder *e, struct error *err)
{
	return segment_end(e, err);
}

struct encoder *encoder_new(const struct encoder_output *output)
{
	struct encoder *e = memory_new(1, sizeof *e);

	e->output = *output;
	sources_init(&e->sources);
	wide_map_init(&e->classes);
	wide_map_init(&e->pairs);
	front_reset(&e->class_front);
	front_reset(&e->pair_front);
	e->scratch = scratch_new();
	buf_init(&e->out, OUT_MAX);
	return e;
}

struct encoder *encoder_free(struct encoder *e)
{
	if (!e)
		return NULL;
	for (size_t i = 0; i < e->day_count; i++)
		rows_free(&e->days[i]);
	for (size_t i = 0; i < e->cell_days; i++)
		free(e->cells[i].cells);
	sources_clear(&e->sources);
	wide_map_clear(&e->classes);
	wide_map_clear(&e->pairs);
	free(e->cells);
	free(e->sensor_names);
	free(e->uptimes);
	free(e->blocks);
	free(e->chunks);
	scratch_free(e->scratch);
	buf_clear(&e->out);
	free(e);
	return NULL;
}
