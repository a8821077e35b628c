/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* One day's rows become a block: order them, then write section after section. */
#include "base/clock.h"
#include "base/clones.h"
#include "base/memory.h"
#include "observe/store/bits.h"
#include "observe/store/column.h"
#include "observe/store/encode_int.h"
#include "observe/store/rollup.h"
#include "observe/store/sort.h"

#include <errno.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define BLOCK_BYTES_MAX (8u << 20)
#define FAR_AHEAD 24
#define FINAL_PENDING UINT32_MAX

struct group {
	uint32_t class; /* number among the block's classes */
	uint32_t first, count;
	uint16_t port;
	bool is_tail;
};

struct scratch {
	uint64_t keys[BLOCK_EVENTS_MAX], spare[BLOCK_EVENTS_MAX];
	uint64_t cells[BLOCK_EVENTS_MAX + 2];
	uint16_t order[BLOCK_EVENTS_MAX]; /* row of the block → row as it came */
	/* Kinds by number, in order of appearance; row as it came → kind. */
	uint64_t *kind_slots; /* kind << 32 | number + 1 */
	size_t kind_mask, kind_count;
	uint32_t kinds[BLOCK_EVENTS_MAX], kind_rows[BLOCK_EVENTS_MAX], group_next[BLOCK_EVENTS_MAX];
	uint16_t kind_group[BLOCK_EVENTS_MAX], row_kind[BLOCK_EVENTS_MAX];
	/* The columns, by row of the block. */
	uint64_t times[BLOCK_EVENTS_MAX]; /* after the first, in microseconds */
	uint32_t ids[BLOCK_EVENTS_MAX];   /* of the source */
	uint16_t codes[BLOCK_EVENTS_MAX], pairs[BLOCK_EVENTS_MAX];
	uint16_t source_ports[BLOCK_EVENTS_MAX], source_ports_predicted[BLOCK_EVENTS_MAX];
	uint16_t ttls[BLOCK_EVENTS_MAX], ttls_predicted[BLOCK_EVENTS_MAX];
	uint16_t lengths[BLOCK_EVENTS_MAX], lengths_predicted[BLOCK_EVENTS_MAX];
	uint16_t new_rows[BLOCK_EVENTS_MAX];   /* rows as they came whose source may not be listed */
	size_t new_row_count;
	uint64_t present[SEGMENT_SOURCES_MAX / 64];
	uint16_t present_before[SEGMENT_SOURCES_MAX / 64]; /* how many of lower words are present */
	uint8_t new_ttls[BLOCK_EVENTS_MAX];
	uint16_t last_port[BLOCK_EVENTS_MAX];
	uint16_t local_class[65536];
	uint32_t classes[65536]; /* number in the block → in the segment */
	uint32_t class_count;
	uint16_t *local_pair; /* number in the segment → in the block, by pair_stamp */
	uint32_t *pair_stamp;
	size_t pair_room;
	uint32_t pair_list[BLOCK_EVENTS_MAX];
	uint16_t pair_sensor[BLOCK_EVENTS_MAX];
	uint32_t stamp, pair_count;
	struct group *groups;
	size_t group_count, group_room;
	uint32_t present_count;
	int64_t first, last;
	uint64_t start; /* of the block in the day, in microseconds */
	uint32_t unit;
	uint32_t first_id, new_count;
	struct buf body, head;
};

struct scratch *scratch_new(void)
{
	struct scratch *s = memory_new(1, sizeof *s);

	buf_init(&s->body, BLOCK_BYTES_MAX);
	buf_init(&s->head, BLOCK_BYTES_MAX);
	return s;
}

struct scratch *scratch_free(struct scratch *s)
{
	if (!s)
		return NULL;
	free(s->local_pair);
	free(s->pair_stamp);
	free(s->groups);
	free(s->kind_slots);
	buf_clear(&s->body);
	buf_clear(&s->head);
	free(s);
	return NULL;
}

/* --- order --- */

/* Rows that came out of order are put into time order, equal times as they came. */
static void sort_by_time(struct scratch *s, struct day_rows *d)
{
	struct event_row *rows;

	if (d->is_sorted)
		return;
	for (size_t i = 0; i < d->count; i++)
		s->keys[i] = row_time(&d->rows[i]) << 16 | i;
	sort_words(s->keys, s->spare, d->count, 16, 37);
	rows = memory_resize(NULL, d->room * sizeof *rows);
	for (size_t i = 0; i < d->count; i++)
		rows[i] = d->rows[s->keys[i] & 0xffff];
	free(d->rows);
	d->rows = rows;
	d->is_sorted = true;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t class_word(const struct encoder *e, uint32_t number)
{
	return e->classes.keys[number].word[0];
}

/* The classes of these rows, in the order of their words, so that equal rows give equal blocks. */
static void find_classes(const struct encoder *e, struct scratch *s, const struct day_rows *d)
{
	uint64_t words[65536 / 16], *list = words;

	memset(s->local_class, 0, (e->classes.count < 65536 ? e->classes.count : 65536) * sizeof *s->local_class);
	s->class_count = 0;
	for (size_t i = 0; i < d->count; i++)
		s->local_class[d->rows[i].class] = 1;
	for (uint32_t c = 0; c < e->classes.count; c++)
		if (s->local_class[c])
			s->classes[s->class_count++] = c;
	if (s->class_count > sizeof words / sizeof *words)
		list = memory_new(s->class_count, sizeof *list);
	/* A class word has 56 bits and a class number 16: too many for one word, so sort words and look them up. */
	for (uint32_t i = 0; i < s->class_count; i++)
		list[i] = class_word(e, s->classes[i]);
	qsort(list, s->class_count, sizeof *list, compare_u64);
	for (uint32_t i = 0; i < s->class_count; i++) {
		struct wide_key key = { .word = { list[i], 0, 0 } };
		/* Every key is in the map, so nothing is added. */
		uint32_t number = wide_map_number((struct wide_map *)&e->classes, &key);
		s->classes[i] = number;
		s->local_class[number] = (uint16_t)i;
	}
	if (list != words)
		free(list);
}

static void group_add(struct scratch *s, uint32_t class, uint16_t port, uint32_t first, uint32_t count, bool is_tail)
{
	s->groups = memory_grow(s->groups, &s->group_room, s->group_count + 1, sizeof *s->groups);
	s->groups[s->group_count++] = (struct group){ class, first, count, port, is_tail };
}

/* A kind is a port of a class: class << 16 | port, which sorts like the groups. */
static inline size_t kind_slot(const struct scratch *s, uint32_t kind)
{
	return (size_t)((kind * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & s->kind_mask;
}

static void kinds_grow(struct scratch *s)
{
	size_t room = s->kind_mask ? (s->kind_mask + 1) * 2 : 4096;

	s->kind_slots = memory_resize(s->kind_slots, room * sizeof *s->kind_slots);
	memset(s->kind_slots, 0, room * sizeof *s->kind_slots);
	s->kind_mask = room - 1;
	for (size_t i = 0; i < s->kind_count; i++) {
		size_t at = kind_slot(s, s->kinds[i]);
		while (s->kind_slots[at])
			at = (at + 1) & s->kind_mask;
		s->kind_slots[at] = (uint64_t)s->kinds[i] << 32 | (i + 1);
	}
}

static inline uint16_t kind_number(struct scratch *s, uint32_t kind)
{
	size_t at = kind_slot(s, kind);

	for (; s->kind_slots[at]; at = (at + 1) & s->kind_mask)
		if (s->kind_slots[at] >> 32 == kind)
			return (uint16_t)((uint32_t)s->kind_slots[at] - 1);
	s->kind_slots[at] = (uint64_t)kind << 32 | (s->kind_count + 1);
	s->kinds[s->kind_count] = kind;
	s->kind_rows[s->kind_count] = 0;
	if (++s->kind_count * 2 > s->kind_mask)
		kinds_grow(s);
	return (uint16_t)(s->kind_count - 1);
}

/* Each row's kind is noted and counted, and the rows of new sources are noted. */
static void count_kinds(struct scratch *s, const struct day_rows *d)
{
	size_t new = 0;

	s->kind_count = 0;
	if (s->kind_mask)
		memset(s->kind_slots, 0, (s->kind_mask + 1) * sizeof *s->kind_slots);
	else
		kinds_grow(s);
	for (size_t i = 0; i < d->count; i++) {
		const struct event_row *row = &d->rows[i];
		uint16_t number = kind_number(s, (uint32_t)s->local_class[row->class] << 16 | row->port);
		s->row_kind[i] = number;
		s->kind_rows[number]++;
		s->new_rows[new] = (uint16_t)i;
		new += (row->source & SOURCE_UNLISTED) != 0;
	}
	s->new_row_count = new;
}

/* Kinds become groups, the rare ports of a class one group behind the others. */
static void make_groups(struct scratch *s)
{
	uint32_t placed = 0;

	for (size_t i = 0; i < s->kind_count; i++)
		s->keys[i] = (uint64_t)s->kinds[i] << 16 | i;
	sort_words(s->keys, s->spare, s->kind_count, 16, 16 + bits_width(s->class_count - 1));
	s->group_count = 0;
	for (size_t i = 0; i < s->kind_count;) {
		uint32_t class = (uint32_t)(s->keys[i] >> 32), tail = 0;
		size_t first = i;
		for (; i < s->kind_count && s->keys[i] >> 32 == class; i++) {
			uint16_t number = (uint16_t)s->keys[i];
			uint32_t rows = s->kind_rows[number];
			if (rows < GROUP_EVENTS_MIN) {
				tail += rows;
				continue;
			}
			s->kind_group[number] = (uint16_t)s->group_count;
			group_add(s, class, (uint16_t)(s->keys[i] >> 16), placed, rows, false);
			placed += rows;
		}
		if (!tail)
			continue;
		for (size_t k = first; k < i; k++)
			if (s->kind_rows[(uint16_t)s->keys[k]] < GROUP_EVENTS_MIN)
				s->kind_group[(uint16_t)s->keys[k]] = (uint16_t)s->group_count;
		group_add(s, class, 0, placed, tail, true);
		placed += tail;
	}
}

static void order_rows(struct encoder *e, struct scratch *s, struct day_rows *d)
{
	sort_by_time(s, d);
	find_classes(e, s, d);
	count_kinds(s, d);
	make_groups(s);
	for (size_t g = 0; g < s->group_count; g++)
		s->group_next[g] = s->groups[g].first;
	for (size_t i = 0; i < d->count; i++)
		s->order[s->group_next[s->kind_group[s->row_kind[i]]]++] = (uint16_t)i;
}

/* --- times --- */

static bool all_multiples(const struct day_rows *d, uint64_t first, uint64_t unit)
{
	for (size_t i = 0; i < d->count; i++)
		if ((row_time(&d->rows[i]) - first) % unit)
			return false;
	return true;
}

static void find_times(struct scratch *s, const struct day_rows *d)
{
	uint64_t first = row_time(&d->rows[0]), last = row_time(&d->rows[d->count - 1]);

	s->start = first;
	s->first = d->day * DAY_US + (int64_t)first;
	s->last = d->day * DAY_US + (int64_t)last;
	s->unit = all_multiples(d, first, SECOND_US) ? SECOND_US : all_multiples(d, first, 1000) ? 1000 : 1;
}

static void write_times(struct scratch *s, uint64_t *group_words)
{
	size_t start = s->body.n;

	for (size_t g = 0; g < s->group_count; g++) {
		const struct group *group = &s->groups[g];
		uint64_t *times = s->times + group->first;
		unsigned low;
		size_t bytes;
		uint8_t *into;
		if (s->unit != 1) {
			for (size_t i = 0; i < group->count; i++)
				s->spare[i] = times[i] / s->unit;
			times = s->spare;
		}
		low = elias_fano_low(group->count, times[group->count - 1]);
		bytes = elias_fano_bytes(group->count, times[group->count - 1], low);
		group_words[g] = group_word(group->port, group->first, low, (uint32_t)(s->body.n - start));
		into = buf_extend(&s->body, bytes + BITS_SLACK);
		if (!into)
			return;
		memset(into, 0, bytes + BITS_SLACK);
		elias_fano_write(into, times, group->count, low);
		s->body.n -= BITS_SLACK;
	}
}

/* --- sources --- */

static int compare_v6(const void *a, const void *b, void *context)
{
	const struct sources *s = context;
	const struct wide_key *x = &s->v6.keys[s->word[*(const uint32_t *)a]];
	const struct wide_key *y = &s->v6.keys[s->word[*(const uint32_t *)b]];

	if (x->word[0] != y->word[0])
		return x->word[0] < y->word[0] ? -1 : 1;
	return x->word[1] < y->word[1] ? -1 : x->word[1] > y->word[1];
}

struct new_sources {
	uint64_t *v4; /* address << 32 | number */
	uint32_t *v6, none;
	size_t v4_count, v6_count, none_count;
};

/* The sources of the noted rows that have no id yet, each once. */
static void find_new(const struct scratch *s, struct sources *sources, const struct day_rows *d, struct new_sources *new)
{
	for (size_t i = 0; i < s->new_row_count; i++) {
		uint32_t number = d->rows[s->new_rows[i]].source & (SOURCE_UNLISTED - 1);
		if (sources->final[number])
			continue;
		sources->final[number] = FINAL_PENDING;
		if (sources->family[number] == 4) {
			new->v4[new->v4_count++] = (uint64_t)sources->word[number] << 32 | number;
		} else if (sources->family[number] == 6) {
			new->v6[new->v6_count++] = number;
		} else {
			new->none = number;
			new->none_count = 1;
		}
	}
}

static void list_source(struct scratch *s, struct sources *sources, uint32_t number)
{
	uint8_t ttl = sources->ttl[number];

	s->new_ttls[sources->listed - s->first_id] = ttl;
	sources_listed(sources, number, (uint32_t)ttl << 24 | ++sources->listed);
}

/* The new IPv4 sources, as a rising list. */
static void write_v4(struct scratch *s, struct sources *sources, const struct new_sources *new)
{
	uint64_t last = new->v4_count ? new->v4[new->v4_count - 1] >> 32 : 0;
	unsigned low = elias_fano_low(new->v4_count, last);
	size_t bytes = new->v4_count ? elias_fano_bytes(new->v4_count, last, low) : 0;
	uint8_t *into;

	buf_add_u32le(&s->body, low);
	buf_add_u32le(&s->body, (uint32_t)bytes);
	for (size_t i = 0; i < new->v4_count; i++) {
		list_source(s, sources, (uint32_t)new->v4[i]);
		s->spare[i] = new->v4[i] >> 32;
	}
	into = buf_extend(&s->body, bytes + BITS_SLACK);
	if (!into)
		return;
	memset(into, 0, bytes + BITS_SLACK);
	elias_fano_write(into, s->spare, new->v4_count, low);
	s->body.n -= BITS_SLACK;
}

static void write_new(struct scratch *s, struct sources *sources, const struct day_rows *d)
{
	struct new_sources new = { .v4 = s->keys, .v6 = s->ids };

	find_new(s, sources, d, &new);
	sort_words(new.v4, s->spare, new.v4_count, 32, 32);
	qsort_r(new.v6, new.v6_count, sizeof *new.v6, compare_v6, sources);
	s->first_id = sources->listed;
	s->new_count = (uint32_t)(new.v4_count + new.v6_count + new.none_count);
	buf_add_u32le(&s->body, s->first_id);
	buf_add_u32le(&s->body, (uint32_t)new.v4_count);
	buf_add_u32le(&s->body, (uint32_t)new.v6_count);
	buf_add_u32le(&s->body, (uint32_t)new.none_count);
	write_v4(s, sources, &new);
	for (size_t i = 0; i < new.v6_count; i++) {
		const struct wide_key *k = &sources->v6.keys[sources->word[new.v6[i]]];
		buf_add_u64le(&s->body, __builtin_bswap64(k->word[0]));
		buf_add_u64le(&s->body, __builtin_bswap64(k->word[1]));
		list_source(s, sources, new.v6[i]);
	}
	if (new.none_count)
		list_source(s, sources, new.none);
	buf_add(&s->body, s->new_ttls, s->new_count);
}

/* --- columns --- */

static uint16_t known_of(const struct encoder *e, const struct scratch *s, uint32_t class)
{
	return (uint16_t)(class_word(e, s->classes[class]) >> 40);
}

static void pairs_begin(const struct encoder *e, struct scratch *s)
{
	if (s->pair_room < e->pairs.count) {
		size_t old = s->pair_room;
		s->pair_room = e->pairs.count + 1024ul;
		s->local_pair = memory_resize(s->local_pair, s->pair_room * sizeof *s->local_pair);
		s->pair_stamp = memory_resize(s->pair_stamp, s->pair_room * sizeof *s->pair_stamp);
		memset(s->pair_stamp + old, 0, (s->pair_room - old) * sizeof *s->pair_stamp);
	}
	s->stamp++;
	s->pair_count = 0;
}

static inline uint16_t local_pair(struct scratch *s, uint32_t pair)
{
	if (s->pair_stamp[pair] != s->stamp) {
		s->pair_stamp[pair] = s->stamp;
		s->local_pair[pair] = (uint16_t)s->pair_count;
		s->pair_list[s->pair_count++] = pair;
	}
	return s->local_pair[pair];
}

/* A row whose class does not know a column is as predicted. */
static void forget_unknown(struct scratch *s, const struct group *group, uint16_t known)
{
	size_t first = group->first, bytes = group->count * sizeof(uint16_t);

	if (!(known & EVENT_HAS_TTL))
		memcpy(s->ttls + first, s->ttls_predicted + first, bytes);
	if (!(known & EVENT_HAS_SOURCE_PORT))
		memset(s->source_ports + first, 0, bytes);
}

/* One look at each row, in the block's order, fills the columns; all sources have ids. */
static void gather(const struct encoder *e, struct scratch *s, const struct day_rows *d)
{
	const uint32_t *final = e->sources.final;

	memset(s->present, 0, (e->sources.listed + 63) / 64 * sizeof *s->present);
	pairs_begin(e, s);
	for (size_t i = 0; i < d->count; i++) {
		const struct event_row *row = &d->rows[s->order[i]];
		/* Rows are larger than the near caches: what comes later is asked for in time. */
		if (i + FAR_AHEAD < d->count)
			__builtin_prefetch(&d->rows[s->order[i + FAR_AHEAD]]);
		uint32_t source = row->source, id;
		if (source & SOURCE_UNLISTED)
			source = final[source & (SOURCE_UNLISTED - 1)];
		id = (source & (SOURCE_UNLISTED - 1)) - 1;
		s->times[i] = row_time(row) - s->start;
		s->ids[i] = id;
		s->present[id / 64] |= UINT64_C(1) << id % 64;
		s->pairs[i] = local_pair(s, row->pair);
		s->source_ports[i] = row->source_port;
		s->ttls[i] = (uint8_t)row->time_ttl;
		s->ttls_predicted[i] = (uint16_t)(source >> 24);
		s->lengths[i] = row->length;
	}
	for (size_t g = 0; g < s->group_count; g++)
		forget_unknown(s, &s->groups[g], known_of(e, s, s->groups[g].class));
}

static uint32_t count_present(struct scratch *s, uint32_t words)
{
	uint32_t sum = 0;

	for (uint32_t w = 0; w < words; w++) {
		s->present_before[w] = (uint16_t)sum;
		sum += (uint32_t)__builtin_popcountll(s->present[w]);
	}
	return sum;
}

/* A source's place among those present. */
static CLONES void find_codes(struct scratch *s, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t id = s->ids[i], word = id / 64;
		uint64_t lower = s->present[word] & ((UINT64_C(1) << id % 64) - 1);
		s->codes[i] = (uint16_t)(s->present_before[word] + (uint32_t)__builtin_popcountll(lower));
	}
}

static void write_present_list(struct scratch *s, uint32_t listed)
{
	uint32_t last = 0;

	buf_add_u32le(&s->body, PRESENT_LIST);
	for (uint32_t w = 0; w < (listed + 63) / 64; w++)
		for (uint64_t word = s->present[w]; word; word &= word - 1) {
			uint32_t id = w * 64 + (uint32_t)__builtin_ctzll(word);
			buf_add_varint(&s->body, id - last);
			last = id;
		}
}

/* Fills codes, and writes which sources occur. */
static void write_present(struct scratch *s, const struct sources *sources, const struct day_rows *d)
{
	s->present_count = count_present(s, (sources->listed + 63) / 64);
	find_codes(s, d->count);
	if (s->present_count * 12ul < sources->listed) {
		write_present_list(s, sources->listed);
	} else {
		buf_add_u32le(&s->body, PRESENT_BITMAP);
		buf_add(&s->body, s->present, (sources->listed + 7) / 8);
	}
}

static void write_pairs(struct encoder *e, struct scratch *s)
{
	for (uint32_t i = 0; i < s->pair_count; i++) {
		const struct wide_key *k = &e->pairs.keys[s->pair_list[i]];
		uint8_t family = (uint8_t)k->word[2];
		buf_add_u16le(&s->body, (uint16_t)(k->word[2] >> 8));
		buf_add_char(&s->body, (char)family);
		if (family == 4) {
			buf_add_u32le(&s->body, __builtin_bswap32((uint32_t)k->word[0]));
		} else if (family == 6) {
			buf_add_u64le(&s->body, __builtin_bswap64(k->word[0]));
			buf_add_u64le(&s->body, __builtin_bswap64(k->word[1]));
		}
	}
}

static void write_tail_ports(struct scratch *s, const struct day_rows *d)
{
	for (size_t g = 0; g < s->group_count; g++) {
		const struct group *group = &s->groups[g];
		uint8_t *into;
		if (!group->is_tail)
			continue;
		into = buf_extend(&s->body, group->count * 2ul);
		for (uint32_t i = 0; into && i < group->count; i++)
			put_u16le(into + 2ul * i, d->rows[s->order[group->first + i]].port);
	}
}

/* A source often keeps its port: predicted is what its row before had. */
static void write_source_ports(const struct encoder *e, struct scratch *s, const struct day_rows *d)
{
	uint16_t *ports = s->source_ports, *predicted = s->source_ports_predicted;

	memset(s->last_port, 0, s->present_count * sizeof *s->last_port);
	for (size_t g = 0; g < s->group_count; g++) {
		const struct group *group = &s->groups[g];
		if (!(known_of(e, s, group->class) & EVENT_HAS_SOURCE_PORT)) {
			memset(predicted + group->first, 0, group->count * sizeof *predicted);
			continue;
		}
		for (uint32_t i = group->first; i < group->first + group->count; i++) {
			predicted[i] = s->last_port[s->codes[i]];
			s->last_port[s->codes[i]] = ports[i];
		}
	}
	column_write(&s->body, ports, predicted, d->count);
}

/* Predicted is the length of the row before. */
static void write_lengths(const struct encoder *e, struct scratch *s, const struct day_rows *d)
{
	uint16_t *lengths = s->lengths, *predicted = s->lengths_predicted, length = 0;

	for (size_t g = 0; g < s->group_count; g++) {
		const struct group *group = &s->groups[g];
		uint32_t end = group->first + group->count;
		if (known_of(e, s, group->class) & EVENT_HAS_LENGTH) {
			predicted[group->first] = length;
			memcpy(predicted + group->first + 1, lengths + group->first, (group->count - 1ul) * sizeof *lengths);
			length = lengths[end - 1];
		} else {
			for (uint32_t i = group->first; i < end; i++)
				predicted[i] = lengths[i] = length;
		}
	}
	column_write(&s->body, lengths, predicted, d->count);
}

/* --- cells --- */

/* Counts by sensor of one key in one hour, and which sensors were touched. */
struct tally {
	uint32_t *packets; /* by sensor */
	uint16_t *touched;
	size_t count;
};

static size_t tally_give(struct tally *t, uint32_t key, unsigned hour, uint64_t *cells)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		uint16_t sensor = t->touched[i];
		uint32_t packets = t->packets[sensor];
		for (; packets > ROLLUP_PACKETS_MAX; packets -= ROLLUP_PACKETS_MAX)
			cells[n++] = rollup_cell(key, hour, sensor, ROLLUP_PACKETS_MAX);
		cells[n++] = rollup_cell(key, hour, sensor, packets);
		t->packets[sensor] = 0;
	}
	t->count = 0;
	return n;
}

/* A group of one port: its rows rise in time, so hours follow each other. */
static size_t cells_of_port(const struct scratch *s, const struct group *group, uint32_t key, struct tally *t, uint64_t *cells)
{
	uint64_t end = 0;
	unsigned hour = 0;
	size_t n = 0;

	for (uint32_t i = group->first; i < group->first + group->count; i++) {
		uint16_t sensor = s->pair_sensor[s->pairs[i]];
		if (s->times[i] + s->start >= end) {
			n += tally_give(t, key, hour, cells + n);
			hour = (unsigned)((s->times[i] + s->start) / HOUR_US);
			end = (hour + 1) * (uint64_t)HOUR_US;
		}
		if (t->packets[sensor]++ == 0)
			t->touched[t->count++] = sensor;
	}
	return n + tally_give(t, key, hour, cells + n);
}

static size_t cells_of_tail(const struct scratch *s, const struct day_rows *d, const struct group *group, uint32_t key,
			    uint64_t *cells)
{
	size_t n = 0;

	for (uint32_t i = group->first; i < group->first + group->count; i++) {
		unsigned hour = (unsigned)((s->times[i] + s->start) / HOUR_US);
		cells[n++] = rollup_cell(key | d->rows[s->order[i]].port, hour, s->pair_sensor[s->pairs[i]], 1);
	}
	return n;
}

static void add_cells(struct encoder *e, struct scratch *s, const struct day_rows *d)
{
	struct tally t = {
		.packets = memory_new(e->sensor_count, sizeof *t.packets),
		.touched = memory_new(e->sensor_count, sizeof *t.touched),
	};
	size_t count = 0;

	for (uint32_t p = 0; p < s->pair_count; p++)
		s->pair_sensor[p] = (uint16_t)(e->pairs.keys[s->pair_list[p]].word[2] >> 8);
	for (size_t g = 0; g < s->group_count; g++) {
		const struct group *group = &s->groups[g];
		uint64_t word = class_word(e, s->classes[group->class]);
		uint16_t known = (uint16_t)(word >> 40);
		uint8_t protocol = known & EVENT_HAS_PROTOCOL ? (uint8_t)(word >> 8) : ROLLUP_PROTOCOL_UNKNOWN;
		uint32_t key = rollup_key(protocol, (uint8_t)(word >> 24), known & EVENT_HAS_PORT, group->port);
		if (group->is_tail)
			count += cells_of_tail(s, d, group, key, s->cells + count);
		else
			count += cells_of_port(s, group, key, &t, s->cells + count);
	}
	free(t.packets);
	free(t.touched);
	encoder_add_cells(e, d->day, s->cells, count);
}

/* --- the block --- */

static void write_head(struct encoder *e, struct scratch *s, const struct day_rows *d, const uint64_t *group_words,
		       const uint32_t sections[SECTION_COUNT + 1], size_t head_bytes)
{
	uint8_t fixed[BLOCK_FIXED_BYTES] = { 0 };
	size_t g = 0;

	put_u32le(fixed + BLOCK_AT_MAGIC, BLOCK_MAGIC);
	put_u32le(fixed + BLOCK_AT_BYTES, (uint32_t)(head_bytes + s->body.n));
	put_u64le(fixed + BLOCK_AT_BODY_CHECK, XXH3_64bits(s->body.p, s->body.n));
	put_u32le(fixed + BLOCK_AT_EVENTS, (uint32_t)d->count);
	put_u32le(fixed + BLOCK_AT_DAY, (uint32_t)d->day);
	put_u64le(fixed + BLOCK_AT_FIRST, (uint64_t)s->first);
	put_u64le(fixed + BLOCK_AT_LAST, (uint64_t)s->last);
	put_u32le(fixed + BLOCK_AT_UNIT, s->unit);
	put_u32le(fixed + BLOCK_AT_CLASSES, s->class_count);
	put_u32le(fixed + BLOCK_AT_GROUPS, (uint32_t)s->group_count);
	put_u32le(fixed + BLOCK_AT_PRESENT, s->present_count);
	put_u32le(fixed + BLOCK_AT_PAIRS, s->pair_count);
	for (int i = 0; i <= SECTION_COUNT; i++)
		put_u32le(fixed + BLOCK_AT_SECTIONS + 4 * i, (uint32_t)head_bytes + sections[i]);
	buf_reset(&s->head);
	buf_add(&s->head, fixed, sizeof fixed);
	for (uint32_t c = 0; c < s->class_count; c++) {
		uint64_t word = class_word(e, s->classes[c]);
		uint8_t row[CLASS_BYTES] = { 0 };
		uint32_t groups = 0, rows = 0;
		for (; g < s->group_count && s->groups[g].class == c; g++) {
			groups++;
			rows += s->groups[g].count;
			row[CLASS_AT_HAS_TAIL] = s->groups[g].is_tail;
		}
		row[CLASS_AT_FAMILY] = (uint8_t)word;
		row[CLASS_AT_PROTOCOL] = (uint8_t)(word >> 8);
		row[CLASS_AT_FLAGS] = (uint8_t)(word >> 16);
		row[CLASS_AT_KIND] = (uint8_t)(word >> 24);
		row[CLASS_AT_MARKS] = (uint8_t)(word >> 32);
		put_u16le(row + CLASS_AT_KNOWN, (uint16_t)(word >> 40));
		put_u32le(row + CLASS_AT_GROUPS, groups);
		put_u32le(row + CLASS_AT_ROWS, rows);
		buf_add(&s->head, row, sizeof row);
	}
	buf_add(&s->head, group_words, s->group_count * GROUP_BYTES);
	put_u64le((uint8_t *)s->head.p + BLOCK_AT_HEAD_CHECK,
		  XXH3_64bits(s->head.p + BLOCK_AT_CHECKED, s->head.n - BLOCK_AT_CHECKED));
}

static void note_block(struct encoder *e, const struct scratch *s, const struct day_rows *d, uint32_t bytes)
{
	e->blocks = memory_grow(e->blocks, &e->block_room, e->block_count + 1, sizeof *e->blocks);
	e->blocks[e->block_count++] = (struct block_index){
		.offset = e->file_bytes ? e->file_bytes : SEGMENT_MAGIC_BYTES,
		.bytes = bytes,
		.events = (uint32_t)d->count,
		.day = (int32_t)d->day,
		.first_us = s->first,
		.last_us = s->last,
		.first_id = s->first_id,
		.new_sources = s->new_count,
	};
	e->segment_events += d->count;
}

/* The sections stand in the order of enum block_section; the new sources come first into being, as rows are known by their
 * ids. */
static void write_sections(struct encoder *e, struct scratch *s, struct day_rows *d, uint64_t *group_words,
			   uint32_t sections[SECTION_COUNT + 1])
{
	int at = 0;

	buf_reset(&s->body);
	sections[at++] = (uint32_t)s->body.n;
	write_new(s, &e->sources, d);
	gather(e, s, d);
	sections[at++] = (uint32_t)s->body.n;
	write_times(s, group_words);
	sections[at++] = (uint32_t)s->body.n;
	write_present(s, &e->sources, d);
	sections[at++] = (uint32_t)s->body.n;
	bits_pack_planes(&s->body, s->codes, d->count, bits_width(s->present_count - 1));
	sections[at++] = (uint32_t)s->body.n;
	write_pairs(e, s);
	sections[at++] = (uint32_t)s->body.n;
	bits_pack_u16(&s->body, s->pairs, d->count, bits_width(s->pair_count - 1));
	sections[at++] = (uint32_t)s->body.n;
	write_tail_ports(s, d);
	sections[at++] = (uint32_t)s->body.n;
	write_source_ports(e, s, d);
	sections[at++] = (uint32_t)s->body.n;
	column_write(&s->body, s->ttls, s->ttls_predicted, d->count);
	sections[at++] = (uint32_t)s->body.n;
	write_lengths(e, s, d);
	buf_add_u64le(&s->body, 0); /* slack for readers of packed numbers */
	sections[at] = (uint32_t)s->body.n;
}

int block_write(struct encoder *e, struct day_rows *d, struct error *err)
{
	struct scratch *s = e->scratch;
	uint32_t sections[SECTION_COUNT + 1];
	uint64_t *group_words;
	size_t head_bytes;
	int r;

	order_rows(e, s, d);
	find_times(s, d);
	group_words = memory_new(s->group_count, sizeof *group_words);
	write_sections(e, s, d, group_words, sections);
	add_cells(e, s, d);
	head_bytes = BLOCK_FIXED_BYTES + s->class_count * (size_t)CLASS_BYTES + s->group_count * GROUP_BYTES;
	write_head(e, s, d, group_words, sections, head_bytes);
	free(group_words);
	if (s->body.is_full || s->head.is_full)
		return error_set(err, -E2BIG, "a block of %zu events is too large", d->count);
	note_block(e, s, d, (uint32_t)(s->head.n + s->body.n));
	r = encoder_put(e, buf_bytes(&s->head), err);
	if (r == 0)
		r = encoder_put(e, buf_bytes(&s->body), err);
	return r;
}
